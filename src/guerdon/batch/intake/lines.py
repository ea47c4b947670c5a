"""Lines of baskets: grouped or unnested, told apart from returns, with their shares of what the order states.

An item is a line as it stands in a file: "event" (the row of its event), "position", its own columns with the prefix
`line.`, "problem" and "rounded".

Invariants:
* Shares add up to the whole: largest remainder, the earlier line on a tie, as `guerdon.core.values.split` does.
* Negative lines are in no sum of goods and not in "lines"; they are counted and listed.
* A bad line makes its whole event bad.
"""

from collections.abc import Sequence
from typing import Final

from guerdon.batch.intake.fields import given_columns, value_columns
from guerdon.batch.intake.mapping import ITEM, LINE_PREFIX, REFUND_HEAD
from guerdon.batch.intake.rows import STATED, Group, line_fields
from guerdon.batch.intake.shape import event_slots, line_slots
from guerdon.batch.intake.sql import ROW_BITS, cases, name, names, shown, text
from guerdon.core.facts import NUMBER, ORDER_AMOUNTS, REFUND
from guerdon.core.values import MONEY_MAX

_OWN: Final = ("line.id", "line.amount", "line.discount")
_DIFFER: Final = "rows of one event disagree"
DIFFERS: Final = f"problem = {text(_DIFFER)}"
"""The condition that the rows of a head disagree."""

_FILE: Final = f'"row" // {ROW_BITS}'


def flat_heads(rows: str, group: Group) -> str:
    """Return the SELECT of events from rows of lines: what their rows say of the event, which must agree."""
    said = _said(group)
    firsts = ", ".join(f"first({name(word)}) as {name(word)}" for word in said)
    bad = 'min("row") filter (where problem is not null)'
    part = f"'line ' || cast({bad} % {ROW_BITS} as varchar) || ', which is part of the same event, is bad'"
    differ = f"min(hash({names(said)})) <> max(hash({names(said)}))"
    problem = cases([(f"{bad} is not null", part), (differ, text(_DIFFER))])
    return (
        f'select min("row") as "row", {_FILE} as "#file", source, id, {firsts}, {problem} as problem, 0 as rounded\n'
        f"from ({rows}) where id is not null group by {_FILE}, source, id"
    )


def told_heads(rows: str, heads: str, group: Group) -> str:
    """Return the heads again, with what rows of one event disagree about."""
    about = [
        (
            f"count(distinct r.{name(word)}) > 1 or count(r.{name(word)}) not in (0, count(*))",
            text(word.removeprefix("#").replace("stated", "amount")),
        )
        for word in _said(group)
    ]
    found = (
        f'select h."row", {cases(about)} as word from ({heads}) as h join ({rows}) as r\n'
        f'  on h."#file" = r."row" // {ROW_BITS} and h.source = r.source and h.id = r.id\n'
        f'where h.problem = {text(_DIFFER)} group by h."row"'
    )
    told = "case when d.word is null then h.problem else h.problem || ' about ' || d.word end"
    return f'select h.* replace ({told} as problem) from ({heads}) as h left join ({found}) as d on d."row" = h."row"'


def flat_items(rows: str, heads: str, group: Group) -> str:
    """Return the SELECT of items from rows of lines."""
    own = ", ".join(f"r.{name(word)}" for word in (*_OWN, *_slots(group), *_rates(group)))
    return (
        f'select h."row" as event, r."row" as position, {own}, r.problem, r.rounded\n'
        f'from ({rows}) as r join ({heads}) as h on h."#file" = r."row" // {ROW_BITS} and h.source = r.source and h.id = r.id'
        f"{_no_line(group)}"
    )


def _no_line(group: Group) -> str:
    """Return the condition without which a row is no line: a refund may state an amount, or nothing, instead of lines."""
    if not group.mapped.has_refunds:
        return ""
    said = ["line.id", "line.amount", *(["line.quantity"] if has_quantity(group) else [])]
    return f" where not (r.kind = {REFUND} and {' and '.join(f'r.{name(word)} is null' for word in said)})"


def nested_items(heads: str, group: Group) -> str:
    """Return the SELECT of items from a column of lines."""
    fields = line_fields(group)
    is_text = group.mapped.head["lines"].is_text
    several = "from_json(cast(lines as json), '[\"JSON\"]')" if is_text else "lines"
    carried = "".join(f", {name(word)}" for word in ("type", "kind", *_rates(group), *_decimals(group)))
    layer = f'select "row" as event{carried}, {several} as several from ({heads}) where lines is not null and problem is null'
    layer = f"select * exclude (several), generate_subscripts(several, 1) as position, unnest(several) as {ITEM} from ({layer})"
    layer = f"select *{given_columns(fields)} from ({layer})"
    layer = f"select *{value_columns(fields)} from ({layer})"
    is_object = f"coalesce(json_type({ITEM}) = 'OBJECT', false)" if is_text else f"{ITEM} is not null"
    faults = [(f"not {is_object}", "'it is not an object with an amount'")]
    faults += [fault for field in fields for fault in field.faults]
    reason = f"'line ' || cast(position as varchar) || ' of its lines: ' || {cases(faults)}"
    rounded = " + ".join(f"cast({field.rounded} as integer)" for field in fields if field.rounded) or "0"
    out = ", ".join(field.out for field in fields if field.result)
    rates = "".join(f", {name(word)}" for word in _rates(group))
    return f"select event, position, {out}{rates}, {reason} as problem, {rounded} as rounded from ({layer})"


def once_each(items: str, group: Group) -> str:
    """Return the items without those whose line id came before; with other content that is a problem."""
    if "id" not in group.mapped.line:
        return items
    content = names(("line.amount", "line.discount", *_slots(group)))
    window = 'over (partition by event, "line.id" order by position)'
    nth = f'case when "line.id" is null then 1 else row_number() {window} end'
    layer = f"select *, hash({content}) as content, {nth} as nth, first_value(hash({content})) {window} as former from ({items})"
    again = f"'line id ' || {shown(name('line.id'))} || ' came before with other content'"
    problem = cases([("problem is not null", "problem"), ("nth > 1 and content <> former", again)])
    layer = f"select * replace ({problem} as problem) from ({layer}) where nth = 1 or content <> former"
    return f"select * exclude (content, nth, former) from ({layer})"


def line_sums(items: str, group: Group) -> str:
    """Return the SELECT of what an event's lines come to; "worth" is "goods" in the programme's currency."""
    away = returned(group)
    amount = name("line.amount")
    worth = group.exchange.converted(amount)
    content = names((*_OWN, *_slots(group)))
    return (
        f"select event, count(*) as several, count(*) filter (where {away}) as negative,\n"
        f"  {bounded(f'sum({amount}) filter (where not ({away}))')} as goods,\n"
        f"  {bounded(f'sum({amount})')} as total,\n"
        f"  {bounded(f'sum({worth}) filter (where not ({away}))')} as worth,\n"
        f"  arg_min(problem, position) filter (where problem is not null) as fault,\n"
        f"  cast(sum(cast(hash({content}) as hugeint)) % 18446744073709551616 as ubigint) as content,\n"
        f"  cast(sum(rounded) as integer) as roundings, count(*) filter (where {name('line.id')} is null) as unnamed,\n"
        f"  coalesce(min({amount}) < 0 and max({amount}) > 0, false) as both_signs\nfrom ({items}) group by event"
    )


def goods_lines(items: str, events: str, group: Group) -> str:
    """Return the SELECT of lines that are sales, of good events that are no returns."""
    exchange = group.exchange
    window = "over (partition by event order by position)"
    away = f"cast({returned(group)} as integer)"
    layer = f"select *, row_number() {window} as nth, {away} as away, sum({away}) {window} as gone from ({items})"
    slots = "".join(f", i.{name(LINE_PREFIX + word)} as {name(word)}" for word in line_slots(group.shape))
    own_amount, own_discount = "i." + name("line.amount"), "i." + name("line.discount")
    more = f', cast({own_amount} as bigint) as "#own", e."#paid"' if exchange.converts else ""
    layer = (
        f'select i.event as "row", cast(i.nth - 1 - i.gone as integer) as "line", '
        f'coalesce(i."line.id", cast(i.nth as varchar)) as id, '
        f"cast({exchange.converted(own_amount)} as bigint) as amount, "
        f"cast({exchange.converted(own_discount)} as bigint) as discount{slots}, "
        f'e.discount as "#discount", e.points_paid as "#points"{more}\n'
        f'from ({layer}) as i join (select * from ({events})) as e on e."row" = i.event\n'
        "where i.away = 0 and not e.returned"
    )
    layer = _shared(layer, "#discount", "amount", "#taken", present="discount" in group.mapped.head)
    layer = f'select *, amount - "#taken" as net from ({layer})'
    layer = _shared(layer, "#points", "net", "points_paid", present="points_paid" in group.mapped.head)
    if exchange.converts:
        layer = f'select *, sum("#own") over (partition by "row") - "#paid" as "#own off" from ({layer})'
        layer = _shared(layer, "#own off", "#own", "#own taken", present="discount" in group.mapped.head)
        layer = f'select *, cast("#own" - "#own taken" as bigint) as own from ({layer})'
    own = ", own" if exchange.converts else ""
    return f'select "row", "line", id, amount, discount, net, points_paid{own}{_tail(group)} from ({layer})'


def returned(group: Group) -> str:
    """Return the condition that an item is a return: a negative amount or a negative declared quantity."""
    if has_quantity(group):
        return '("line.amount" < 0 or coalesce("line.quantity" < 0, false))'
    return '("line.amount" < 0)'


def net_paid(groups: Sequence[Group]) -> str:
    """Return SQL for what a line of any of the groups comes to in the currency that was paid."""
    return "coalesce(own, net)" if any(group.exchange.converts and group.mapped.line for group in groups) else "net"


def has_quantity(group: Group) -> bool:
    """Say whether lines have a quantity."""
    quantity = line_slots(group.shape).get("quantity")
    return quantity is not None and quantity[0].attribute.kind == NUMBER


def _shared(layer: str, whole: str, weight: str, out: str, *, present: bool) -> str:
    """Add to lines their shares of what their order states."""
    if not present:
        return f"select *, cast(0 as bigint) as {name(out)} from ({layer})"
    total = f'nullif(sum({name(weight)}) over (partition by "row"), 0)'
    layer = (
        f'select *, cast({name(whole)} as hugeint) * {name(weight)} as "#product", {total} as "#total" from ({layer})'
    )
    parts = 'coalesce("#product" // "#total", 0) as "#base", coalesce("#product" % "#total", 0) as "#rest"'
    left = f'{name(whole)} - sum("#base") over (partition by "row")'
    rank = 'row_number() over (partition by "row" order by "#rest" desc, "line")'
    share = f'cast("#base" + case when "#total" is not null and {rank} <= {left} then 1 else 0 end as bigint)'
    return f'select * exclude ("#product", "#total", "#base", "#rest"), {share} as {name(out)} from (select *, {parts} from ({layer}))'


def bounded(total: str) -> str:
    """Return a sum as BIGINT, or NULL when it is too large for an amount; a sum over nothing is 0."""
    return f"case when coalesce(abs({total}), 0) <= {MONEY_MAX} then cast(coalesce({total}, 0) as bigint) end"


def _said(group: Group) -> list[str]:
    """Return what every row of a flat file says of its event."""
    own = ("type", "kind", "member", "account", "at", "timed", STATED, *ORDER_AMOUNTS, *event_slots(group.shape))
    return [*own, *(REFUND_HEAD if group.mapped.has_refunds else ()), *_rates(group)]


def _slots(group: Group) -> Sequence[str]:
    return [LINE_PREFIX + word for word in line_slots(group.shape)]


def _rates(group: Group) -> Sequence[str]:
    return ["#currency", "#num", "#den"] if group.exchange.converts else []


def _decimals(group: Group) -> Sequence[str]:
    return ["#decimals"] if group.exchange.converts else []


def _tail(group: Group) -> str:
    slots = names(line_slots(group.shape))
    return f", {slots}" if slots else ""
