"""Typed rows as events: returns told apart, money in the programme's currency, ids for rows that have none.

Invariants:
* A return (a negative amount, a refund, an event whose lines are all negative) has every amount at 0.
* An id that is made up comes from an event's content and its how-manieth occurrence, never from its position.
"""

from typing import Final

from guerdon.batch.intake import lists
from guerdon.batch.intake.exchange import Exchange, too_large
from guerdon.batch.intake.mapping import REFUND_HEAD
from guerdon.batch.intake.rows import STATED, Group
from guerdon.batch.intake.shape import event_slots
from guerdon.batch.intake.sql import cases, name, text
from guerdon.core.currencies import DECIMALS
from guerdon.core.events.policy import REFUSED
from guerdon.core.events.resolution import UNNAMED
from guerdon.core.facts import ORDER_AMOUNTS, PURCHASE, REFUND

NAMES: Final = ("source", "id", "type", "kind", "member", "account", "at", "timed", "returned")
AMOUNTS: Final = ("amount", *ORDER_AMOUNTS)
CONTENT: Final = "#content"
"""What tells the lines of one event from those of another, where files have lines."""

ASKED: Final = "#asked"
"""The amount that a refund states for its whole purchase, in the programme's currency."""

PAID: Final = "#paid"
"""What a purchase cost, in the currency that was paid."""

ASKED_OWN: Final = "#asked own"
"""The amount that a refund states for its whole purchase, in its own currency."""

CURRENCY: Final = "#money"
"""The currency that was paid, or is given back."""

REFUND_COLUMNS: Final = (*REFUND_HEAD, ASKED)
"""What the events of files say of refunds, where any names its purchase."""

IN_OWN: Final = (PAID, CURRENCY, ASKED_OWN)
"""What is beside that known of money in its own currency, where refunds or other currencies are; it tells no event from another."""

_OWN: Final = '"#own"'
_OF_LINES: Final = (STATED, "#several", "#goods", "#total", "#worth", "#fault", "#unnamed", "#both_signs")


def currency_of(group: Group, of: str = "") -> str:
    """Return SQL for the currency of an event of any group; where nothing says it is the programme's."""
    return f"coalesce({of}{name(CURRENCY)}, {text(group.exchange.home)})"


def event_columns(group: Group) -> tuple[str, ...]:
    """Return the columns that say what an event is: everything but its row, its problem and its roundings."""
    return (*NAMES, *AMOUNTS, *event_slots(group.shape))


def plain_events(rows: str, group: Group, *, has_ids: bool) -> str:
    """Return the SELECT of events from typed rows without lines."""
    returned = f'kind = {REFUND} or coalesce("{STATED}" < 0, false)'
    layer = f'select *, {returned} as returned, coalesce("{STATED}", 0) as "#own"{_asked(group)} from ({rows})'
    return _finished(layer, group, group.exchange.converted('"#own"'), [], has_ids=has_ids)


def lined_events(heads: str, sums: str, group: Group, *, has_ids: bool) -> str:
    """Return the SELECT of events from their heads and the sums of their lines; "content" tells lines apart."""
    words = ("goods", "total", "worth", "negative", "fault", "unnamed", "both_signs")
    sums_of = ", ".join(f's.{word} as "#{word}"' for word in words)
    layer = (
        f'select h.*, coalesce(s.several, 0) as "#several", {sums_of}, coalesce(s.content, 0) as "{CONTENT}", '
        f'coalesce(s.roundings, 0) as "#roundings"\n'
        f'from ({heads}) as h left join ({sums}) as s on s.event = h."row"'
    )
    return _with_lines(layer, group, has_ids=has_ids, carried=(CONTENT,))


def listed_events(rows: str, group: Group, *, proven: bool) -> str:
    """Return the SELECT of events whose lines are lists, from typed rows; every row states its id, and none is bad if proven."""
    layer = f"select *, {lists.items(group, proven=proven)} as {name(lists.ITEMS)} from ({rows})"
    sums = {
        CONTENT if word == "content" else f"#{word}": value for word, value in lists.sums(group, proven=proven).items()
    }
    found = ", ".join(f"{value} as {name(word)}" for word, value in sums.items())
    layer = f"select *, {found}, {lists.sold(group)} as {name(lists.LINES)} from ({layer})"
    events = _with_lines(layer, group, has_ids=True, carried=(CONTENT, lists.ITEMS, lists.LINES))
    sold = f"case when returned then [] else {name(lists.LINES)} end as {name(lists.LINES)}"
    return f"select * replace ({sold}) from ({events})"


def _with_lines(layer: str, group: Group, *, has_ids: bool, carried: tuple[str, ...]) -> str:
    """Return the SELECT of events from rows that know what their lines come to."""
    without = f'coalesce("{STATED}" < 0, false)'
    returned = f'kind = {REFUND} or case when "#several" > 0 then "#several" = "#negative" else {without} end'
    own = f'case when "#several" > 0 then "#goods" - discount else coalesce("{STATED}", 0) end'
    asked = _asked(group, when='"#several" = 0')
    layer = (
        f'select * replace (rounded + "#roundings" as rounded), {returned} as returned, {own} as "#own"{asked}\n'
        f"from ({layer})"
    )
    discount = group.exchange.converted("discount")
    if group.exchange.converts:
        # Rounded apart, a discount may come out above the lines that it was taken off.
        discount = f'case when "#several" > 0 then least({discount}, "#worth") else {discount} end'
        layer = f'select *, {discount} as "#off" from ({layer})'
    off = name("#off") if group.exchange.converts else discount
    worth = f'case when "#several" > 0 then "#worth" - {off} else {group.exchange.converted(_OWN)} end'
    faults = _line_faults(group.exchange) + (_refund_faults() if group.mapped.has_refunds else [])
    return _finished(layer, group, worth, faults, has_ids=has_ids, carried=carried)


def _asked(group: Group, when: str = "true") -> str:
    """Return the amount of the whole purchase that a refund asks for, as further columns, where refunds are.

    Where what names no purchase is valued, it is the amount of anything without lines.
    """
    currency = '"#currency"' if group.exchange.converts else text(group.exchange.home)
    money = f", {currency} as {name(CURRENCY)}" if _in_own(group) else ""
    if not group.mapped.has_refunds:
        return money
    stated = name(STATED)
    amount = f"cast(abs({group.exchange.converted(stated)}) as bigint)"
    asks = f"{stated} is not null and {when}" + ("" if group.mapped.valued else " and refund_of is not null")
    return (
        f"{money}, case when {asks} then {amount} end as {name(ASKED)}, "
        f"case when {asks} then abs({stated}) end as {name(ASKED_OWN)}"
    )


def _in_own(group: Group) -> tuple[str, ...]:
    """Return the columns of money in its own currency that a group's events have."""
    if group.mapped.has_refunds:
        return IN_OWN
    return (PAID, CURRENCY) if group.exchange.converts else ()


def _refund_faults() -> list[tuple[str, str]]:
    unnamed = "line.id is missing; a refund names the lines that came back"
    both = "the amounts of its lines have both signs; write an exchange as a refund and a purchase"
    return [
        ('refund_of is not null and "#unnamed" > 0', text(unnamed)),
        ('refund_of is not null and "#both_signs"', text(both)),
    ]


def _unnamed_returns(group: Group) -> list[tuple[str, str]]:
    """Return what is wrong with a return that names no purchase, where the programme refuses these."""
    if group.shape.returns.unlinked != REFUSED:
        return []
    return [("returned and refund_of is null" if group.mapped.has_refunds else "returned", text(UNNAMED))]


def _line_faults(exchange: Exchange) -> list[tuple[str, str]]:
    total = '"#total" - "#own discount"'
    stated = f'"{STATED}"'
    less = """case when "#own discount" > 0 then ' less its discount' else '' end"""
    said = f"'amount ' || {_written(stated, exchange)} || ' is not the sum of its lines, ' || {_written('(' + total + ')', exchange)}"
    return [
        ('"#fault" is not null', '"#fault"'),
        (
            '"#several" > 0 and ("#goods" is null or "#total" is null or "#worth" is null)',
            text("its lines add up to too much"),
        ),
        (
            f'kind = {PURCHASE} and "#several" = 0 and {stated} is null',
            text("amount is missing, and there are no lines"),
        ),
        (
            f'"#several" > 0 and {stated} is not null and {stated} <> {total} and {stated} <> "#own"',
            f"{said} || {less}",
        ),
    ]


def _finished(
    layer: str,
    group: Group,
    worth: str,
    faults: list[tuple[str, str]],
    *,
    has_ids: bool,
    carried: tuple[str, ...] = (),
) -> str:
    """Return events from rows that know what they are worth: amounts in the programme's currency, and what is wrong."""
    exchange, attributes = group.exchange, list(event_slots(group.shape))
    stated = {word: exchange.converted(name(word)) for word in ORDER_AMOUNTS}
    if exchange.converts and faults:
        stated["discount"] = name("#off")
    amounts = [("amount", worth), *stated.items()]
    of_refunds = REFUND_COLUMNS if group.mapped.has_refunds else ()
    in_own = _in_own(group)
    columns = [
        *map(name, ("row", *NAMES, *attributes, *of_refunds, *in_own[1:], *carried, "problem", "rounded", "#own"))
    ]
    columns += map(name, _OF_LINES if faults else ())
    columns += [f"{name(word)} as {name('#own ' + word)}" for word in ORDER_AMOUNTS]
    columns += [f"case when returned then 0 else {value} end as {name(word)}" for word, value in amounts]
    columns += [f"case when returned then 0 else {_OWN} end as {name(PAID)}"] if in_own else []
    layer = f"select {', '.join(columns)} from ({layer})"
    unnamed = _unnamed_returns(group)
    problem = cases([
        ("problem is not null", "problem"),
        *faults,
        *unnamed,
        ("returned", "null"),
        *_order_faults(group),
    ])
    safe = f" replace ({_safe_amounts()})" if exchange.converts else ""
    layer = f'select *{safe} from (select *, {problem} as "#problem" from ({layer}))'
    out = [*map(name, ("row", *NAMES)), *(f"cast({name(word)} as bigint) as {name(word)}" for word in AMOUNTS)]
    out += [*map(name, (*attributes, *of_refunds, *in_own, *carried)), '"#problem" as problem', "rounded"]
    query = f"select {', '.join(out)} from ({layer})"
    return query if has_ids else _identified(query, group, carried)


def _safe_amounts() -> str:
    """Keep what is beyond a BIGINT out of it: such rows are bad anyway."""
    return ", ".join(
        f"case when {too_large(name(word))} then 0 else {name(word)} end as {name(word)}" for word in AMOUNTS
    )


def _order_faults(group: Group) -> list[tuple[str, str]]:
    given = [word for word in ORDER_AMOUNTS if word in group.mapped.head]
    exchange = group.exchange
    faults = [(f"{own(word)} < 0", f"'{word} ' || {_written(own(word), exchange)} || ' is negative'") for word in given]
    if "discount" in given and group.mapped.line:
        said = f"'discount ' || {_written(own('discount'), exchange)} || ' is more than its lines cost'"
        faults.append((f"{_OWN} < 0", said))
    if "points_paid" in given:
        said = f"'points_paid ' || {_written(own('points_paid'), exchange)} || ' is more than the amount'"
        faults.append((f"{own('points_paid')} > {_OWN}", said))
    if exchange.converts:
        large = " or ".join(too_large(name(word)) for word in AMOUNTS)
        faults.append((large, text(f"amount is too large once it is in {exchange.home}")))
    return faults


def own(word: str) -> str:
    """Return what an order states, in its own currency."""
    return name("#own " + word)


def _written(value: str, exchange: Exchange) -> str:
    """Return SQL for minor units as a message shows them."""
    if exchange.converts:
        return f"cast({value} as varchar) || ' (in minor units)'"
    decimals = DECIMALS[exchange.home]
    if decimals == 0:
        return f"cast({value} as varchar)"
    whole, part = f"abs({value}) // {10**decimals}", f"abs({value}) % {10**decimals}"
    sign = f"case when {value} < 0 then '-' else '' end"
    return f"({sign} || cast({whole} as varchar) || '.' || lpad(cast({part} as varchar), {decimals}, '0'))"


def _identified(query: str, group: Group, carried: tuple[str, ...]) -> str:
    """Give events without an id one from their content and its how-manieth occurrence."""
    content = [word for word in event_columns(group) if word not in {"id", "source"}]
    words = [f"coalesce(cast({name(word)} as varchar), chr(30))" for word in (*content, *carried)]
    if group.mapped.has_refunds:
        # Of what is no refund this is NULL, which is not told: its id is the same whatever else its file holds.
        words.append(
            f"refund_of || chr(31) || refund_source || chr(31) || coalesce(cast({name(ASKED)} as varchar), chr(30))"
        )
    told = ", ".join(words)
    digest = f"md5(concat_ws(chr(31), {told}))"
    nth = 'row_number() over (partition by source, id, "#digest" order by "row")'
    return (
        f'select * exclude ("#digest") replace (coalesce(id, left("#digest", 20) || \'-\' || {nth}) as id)\n'
        f'from (select *, {digest} as "#digest" from ({query}))'
    )
