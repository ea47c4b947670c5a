"""Typed rows as events: returns told apart, money in the programme's currency, ids for rows that have none.

Invariants:
* A return (a negative amount, a refund, an event whose lines are all negative) has every amount at 0.
* An id that is made up comes from an event's content and its how-manieth occurrence, never from its position.
"""

from collections.abc import Sequence
from typing import Final

from guerdon.batch.intake.exchange import Exchange, too_large
from guerdon.batch.intake.rows import STATED, Group
from guerdon.batch.intake.shape import event_slots
from guerdon.batch.intake.sql import cases, name, names, text
from guerdon.core.currencies import DECIMALS
from guerdon.core.facts import ORDER_AMOUNTS, PURCHASE, REFUND

NAMES: Final = ("source", "id", "type", "kind", "member", "account", "at", "timed", "returned")
AMOUNTS: Final = ("amount", *ORDER_AMOUNTS)
_OF_LINES: Final = (STATED, "several", "goods", "total", "fault")


def event_columns(group: Group) -> tuple[str, ...]:
    """Return the columns that say what an event is: everything but its row, its problem and its roundings."""
    return (*NAMES, *AMOUNTS, *event_slots(group.shape))


def plain_events(rows: str, group: Group, *, has_ids: bool) -> str:
    """Return the SELECT of events from typed rows without lines."""
    returned = f"kind = {REFUND} or coalesce({STATED} < 0, false)"
    layer = f"select *, {returned} as returned, coalesce({STATED}, 0) as own from ({rows})"
    amounts = [("amount", "own"), *((word, name(word)) for word in ORDER_AMOUNTS)]
    worth = [(word, group.exchange.converted(value)) for word, value in amounts]
    return _finished(layer, group, worth, [], has_ids=has_ids)


def lined_events(heads: str, sums: str, group: Group, *, has_ids: bool) -> str:
    """Return the SELECT of events from their heads and the sums of their lines; "content" tells lines apart."""
    layer = (
        f"select h.*, coalesce(s.several, 0) as several, s.goods, s.total, s.worth, s.negative, "
        f"s.fault, coalesce(s.content, 0) as content, coalesce(s.roundings, 0) as roundings\n"
        f'from ({heads}) as h left join ({sums}) as s on s.event = h."row"'
    )
    returned = (
        f"kind = {REFUND} or case when several > 0 then several = negative else coalesce({STATED} < 0, false) end"
    )
    own = f"case when several > 0 then goods - discount else coalesce({STATED}, 0) end"
    layer = f"select * replace (rounded + roundings as rounded), {returned} as returned, {own} as own from ({layer})"
    exchange = group.exchange
    amount = f"case when several > 0 then worth - {exchange.converted('discount')} else {exchange.converted('own')} end"
    worth = [("amount", amount), *((word, exchange.converted(name(word))) for word in ORDER_AMOUNTS)]
    return _finished(layer, group, worth, _line_faults(exchange), has_ids=has_ids, carried=("content",))


def _line_faults(exchange: Exchange) -> list[tuple[str, str]]:
    discount = name("own discount")
    total = f"total - {discount}"
    said = f"' is not the sum of its lines, ' || {_written(total, exchange)}"
    return [
        ("fault is not null", "fault"),
        ("several > 0 and goods is null", text("its lines add up to too much")),
        (f"kind = {PURCHASE} and several = 0 and {STATED} is null", text("amount is missing, and there are no lines")),
        (
            f"several > 0 and {STATED} is not null and {STATED} <> {total} and {STATED} <> own",
            f"'amount ' || {_written(STATED, exchange)} || {said} || case when {discount} > 0 then ' less its discount' else '' end",
        ),
    ]


def _finished(  # noqa: PLR0913 - the layers of one SELECT
    layer: str,
    group: Group,
    worth: Sequence[tuple[str, str]],
    faults: list[tuple[str, str]],
    *,
    has_ids: bool,
    carried: tuple[str, ...] = (),
) -> str:
    attributes = names(event_slots(group.shape))
    kept = ["row", *NAMES, *carried, "problem", "rounded", "own", *(_OF_LINES if faults else ())]
    amounts = ", ".join(f"case when returned then 0 else {value} end as {name(word)}" for word, value in worth)
    beside = f", {attributes}" if attributes else ""
    seen = ", ".join(f"{name(word)} as {name('own ' + word)}" for word in ORDER_AMOUNTS)
    layer = f"select {names(kept)}, {seen}, {amounts}{beside} from ({layer})"
    problem = cases([("problem is not null", "problem"), *faults, ("returned", "null"), *_order_faults(group)])
    columns = [f'"row", {names(NAMES)}', *(f"cast({name(word)} as bigint) as {name(word)}" for word in AMOUNTS)]
    columns += [attributes] * bool(attributes) + [names(carried)] * bool(carried)
    safe = f" replace ({_safe_amounts()})" if group.exchange.converts else ""
    layer = f"select *{safe} from (select *, {problem} as wrong from ({layer}))"
    query = f"select {', '.join(columns)}, wrong as problem, rounded from ({layer})"
    return query if has_ids else _identified(query, group, carried)


def _safe_amounts() -> str:
    """Keep what is beyond a BIGINT out of it: such rows are bad anyway."""
    return ", ".join(f"case when {too_large(name(word))} then 0 else {name(word)} end as {name(word)}" for word in AMOUNTS)


def _order_faults(group: Group) -> list[tuple[str, str]]:
    given = [word for word in ORDER_AMOUNTS if word in group.mapped.head]
    exchange = group.exchange
    faults = [(f"{name('own ' + word)} < 0", f"'{word} ' || {_written(name('own ' + word), exchange)} || ' is negative'") for word in given]
    if "discount" in given and group.mapped.line:
        said = f"'discount ' || {_written(name('own discount'), exchange)} || ' is more than its lines cost'"
        faults.append(("own < 0", said))
    if "points_paid" in given:
        said = f"'points_paid ' || {_written(name('own points_paid'), exchange)} || ' is more than the amount'"
        faults.append((f"{name('own points_paid')} > own", said))
    if exchange.converts:
        large = " or ".join(too_large(name(word)) for word in AMOUNTS)
        faults.append((large, text(f"amount is too large once it is in {exchange.home}")))
    return faults


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
    told = ", ".join(f"coalesce(cast({name(word)} as varchar), chr(30))" for word in (*content, *carried))
    digest = f"md5(concat_ws(chr(31), {told}))"
    nth = 'row_number() over (partition by source, id, digest order by "row")'
    return (
        f"select * exclude (digest) replace (coalesce(id, left(digest, 20) || '-' || {nth}) as id)\n"
        f"from (select *, {digest} as digest from ({query}))"
    )
