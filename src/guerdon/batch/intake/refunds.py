"""Refunds in files: each in its place the purchase as it is left after it, with the answers of `guerdon.core.events.returns`.

Only refunds and the purchases that they name are looked at. What came back of each of their lines is a running sum over
their refunds in the order of S3, and what is left one whole-number expression of it.

Invariants:
* A refund's row has its own "row", "source" and "id"; "refers" is its purchase's row, "posted" when it counts. All else is
  the purchase's, its instant included.
* A refund of more than is left is a bad row, and those after it are looked at without it.
* What no refund names is never laid down for their sake: "events" is everything but refunds as it lies, and they beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake import badrows
from guerdon.batch.intake.events import ASKED
from guerdon.batch.intake.laying import laid
from guerdon.batch.intake.lines import has_quantity
from guerdon.batch.intake.rows import Group
from guerdon.batch.intake.shape import line_slots
from guerdon.batch.intake.sql import cases, copy, name, parquet
from guerdon.core.currencies import DECIMALS
from guerdon.core.events.policy import MONEY_FIRST, POINTS_FIRST
from guerdon.core.facts import PURCHASE, REFUND

_EXAMPLES: Final = 5
_REFUSED: Final = "intake_refused"


@dataclass(frozen=True)
class Settled:
    """What became of refunds, and the statements that make "events" and "lines" with what they left."""

    setup: tuple[str, ...]
    settled: int
    waiting: int
    refused: int
    return_examples: tuple[str, ...]
    waiting_examples: tuple[str, ...]


def settle_refunds(
    con: duckdb.DuckDBPyConnection, groups: Sequence[Group], good: str, involved: str, lines: str, scratch: Path
) -> Settled:
    """Match refunds with purchases and lay down what they leave; those of too much are added to the bad rows.

    `good` are all events, `involved` those of them that are refunds or may be named by one.
    """
    group, laid_involved = groups[0], scratch / "involved.parquet"
    con.execute(copy(involved, laid_involved))
    some = parquet(laid_involved)
    con.execute(f'create or replace temp table {_REFUSED} ("row" bigint, reason varchar)')
    for table, query in (
        ("intake_asked", _asked(some)),
        ("intake_goods", _goods(group, some, lines)),
        ("intake_named", _named(groups, scratch)),
    ):
        con.execute(f"create or replace temp table {table} as {query}")
    refused = _refuse(con, _mistaken())
    while more := _refuse(con, _too_much(group)):
        refused += more
    badrows.add_bad(con, f"select * from {_REFUSED}")
    con.execute(f"create or replace temp table intake_left as {_left(group)}")
    laid_events, laid_lines = scratch / "refunded-events.parquet", scratch / "refunded-lines.parquet"
    con.execute(copy(f"{_events(some)} union all by name {_unmoved(_waiting(some))}", laid_events))
    setup = [_view("events", _unmoved(f"{good} where refund_of is null"), laid_events)]
    if lines:
        con.execute(copy(_lines(group, lines), laid_lines))
        setup.append(_view("lines", f"select * from {lines}", laid_lines))
    return _counted(con, tuple(setup), good, _waiting(some), refused)


def _waiting(some: str) -> str:
    """Return a FROM item of refunds whose purchase is not there."""
    gone = f'select "row" from intake_asked union all select "row" from {_REFUSED}'
    return f'(select * from {some} where refund_of is not null and "row" not in ({gone}))'


def _unmoved(events: str) -> str:
    """Return events that are about no other, each at its own instant."""
    return f'select * exclude ({name(ASKED)}), "at" as posted, cast(-1 as bigint) as refers from {events}'


def _view(word: str, rest: str, beside: Path) -> str:
    return f'create or replace temp view "{word}" as {rest} union all by name select * from {parquet(beside)}'


def _asked(good: str) -> str:
    """Return refunds whose purchase is there, with the place of each in the order in which they count."""
    purchases = f"select * from {good} where kind = {PURCHASE} and not returned"
    layer = (
        f'select r."row", r.source, r.id, r."type", r.rounded, r."#asked" as asked, p."row" as "of", p.id as purchase, '
        f'greatest(r."at", p."at") as posted\n'
        f"from {good} as r join ({purchases}) as p on p.source = r.refund_source and p.id = r.refund_of"
    )
    return f"select *, row_number() over (order by posted, source, id) as turn from ({layer})"


def _goods(group: Group, good: str, lines: str) -> str:
    """Return the lines of refunded purchases; one without a name for a purchase that has none."""
    of = 'select "of" from intake_asked'
    quantity = "coalesce(quantity, 0)" if lines and has_quantity(group) else "0"
    bare = f'"row" in ({of})'
    found = ""
    if lines:
        bare += f' and "row" not in (select "row" from {lines})'
        found = (
            f'select "row" as "of", "line", id, net, amount - net as off, discount, points_paid, '
            f'cast({quantity} as bigint) as quantity, count(*) over (partition by "row", id) as alike\n'
            f'from {lines} where "row" in ({of}) union all by name '
        )
    return (
        f'{found}select "row" as "of", -1 as "line", null as id, amount as net, discount as off, 0 as discount, points_paid, '
        f"cast(0 as bigint) as quantity, 1 as alike from {good} where {bare}"
    )


def _named(groups: Sequence[Group], scratch: Path) -> str:
    """Return the lines that refunds name, with how much of them came back."""
    parts = []
    for number, group in enumerate(groups):
        if group.mapped.line:
            quantity = 'abs("line.quantity")' if has_quantity(group) else "null"
            amount = group.exchange.converted('"line.amount"')
            parts.append(
                f'select event as "row", "line.id" as id, cast({quantity} as bigint) as quantity, '
                f"cast(abs({amount}) as bigint) as amount from {parquet(laid(scratch, 'items', number))} "
                'where event in (select "row" from intake_asked)'
            )
    nothing = "select cast(null as bigint) as \"row\", '' as id, null as quantity, null as amount where false"
    return " union all by name ".join(parts) or nothing


def _refuse(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """Refuse the refunds that a query gives, the first reason of each, and return how many there were."""
    con.execute(f'insert into {_REFUSED} select "row", min(reason) from ({query}) group by "row"')
    ((count,),) = con.sql(f'select count(*) from intake_asked where "row" in (select "row" from {_REFUSED})').fetchall()
    con.execute(f'delete from intake_asked where "row" in (select "row" from {_REFUSED})')
    return int(count)


def _mistaken() -> str:
    """Return the refunds that name lines which their purchase cannot give back, and why."""
    where = "'line ' || n.id || ' of purchase ' || a.purchase"
    reason = cases([
        ("g.id is null and not a.lined", "'purchase ' || a.purchase || ' has no lines; state the refund''s amount instead'"),
        ("g.id is null", "'purchase ' || a.purchase || ' has no line ' || n.id"),
        ("g.alike > 1", "'purchase ' || a.purchase || ' has several lines ' || n.id || '; give its lines ids of their own'"),
        (
            "n.quantity is not null and g.quantity = 0",
            f"{where} || ' has no quantity; state an amount of it, or neither for all of it'",
        ),
    ])  # fmt: skip
    lined = 'select *, "of" in (select "of" from intake_goods where "line" >= 0) as lined from intake_asked'
    found = (
        f'select a."row", {reason} as reason from ({lined}) as a join intake_named as n on n."row" = a."row"\n'
        'left join intake_goods as g on g."of" = a."of" and g.id = n.id'
    )
    return f"select * from ({found}) where reason is not null"


def _sums() -> str:
    """Return, for each refund and each line of its purchase, what came back of the line up to then, and just before."""
    window = 'over (partition by a."of", g."line" order by a.turn)'
    before = 'over (partition by a."of", g."line" order by a.turn rows between unbounded preceding and 1 preceding)'
    whole = "cast(n.id is not null and n.quantity is null and n.amount is null as integer)"
    everything = 'cast(a.asked is null and a."row" not in (select "row" from intake_named) as integer)'
    pieces = "coalesce(n.quantity, 0)"
    return (
        'select a."row", a."of", a.turn, a.purchase, a.asked, g."line", g.id, g.net, g.off, g.discount, g.points_paid, g.quantity,\n'
        f"  n.id is not null as named, n.amount as now, {whole} as whole_now, {everything} as all_now,\n"
        f"  coalesce(sum(cast(n.amount as hugeint)) {window}, 0) as back,\n"
        f"  g.quantity - coalesce(sum({pieces}) {window}, 0) as pieces_left,\n"
        f"  g.quantity - coalesce(sum({pieces}) {before}, 0) as pieces_before,\n"
        f"  coalesce(sum(case when n.amount is null then {pieces} else 0 end) {window}, 0) as pieces_back,\n"
        f"  coalesce(sum({whole}) {window}, 0) > 0 as whole_back, coalesce(sum({whole}) {before}, 0) > 0 as whole_before,\n"
        f"  coalesce(sum({everything}) {window}, 0) > 0 as all_back,\n"
        f"  coalesce(sum(cast(a.asked as hugeint)) {window}, 0) as asked_back\n"
        'from intake_asked as a join intake_goods as g on g."of" = a."of"\n'
        'left join intake_named as n on n."row" = a."row" and n.id = g.id'
    )


def _shares() -> str:
    """Add what is left of each line before amounts of whole purchases are spread, and then after it."""
    pieces = f"case when pieces_left + pieces_back > 0 then {_part('net - back', 'pieces_left', 'pieces_left + pieces_back')} else net - back end"
    layer = f"select *, whole_back or (quantity > 0 and pieces_left = 0) as is_back from ({_sums()})"
    layer = f"select *, cast(case when is_back then 0 else {pieces} end as hugeint) as worth from ({layer})"
    layer = f'select *, sum(worth) over (partition by "row") as value from ({layer})'
    layer = f"select *, least(asked_back, value) * worth as product from ({layer})"
    layer = f"select *, coalesce(product // nullif(value, 0), 0) as base, coalesce(product % nullif(value, 0), 0) as rest from ({layer})"
    over = 'over (partition by "row")'
    rank = 'row_number() over (partition by "row" order by rest desc, "line")'
    spread = f"base + case when {rank} <= least(asked_back, value) - sum(base) {over} then 1 else 0 end"
    layer = f"select *, worth - ({spread}) as kept from ({layer})"
    gone = f"all_back or bool_and(is_back) {over} or (sum(net) {over} > 0 and sum(kept) {over} = 0)"
    return f"select *, sum(kept) {over} as total, sum(net) {over} as sold, {gone} as gone from ({layer})"


def _too_much(group: Group) -> str:
    """Return the first refund of each purchase that takes back more than is left, and why."""
    layer = f'select *, max(turn) over (partition by "of" order by turn range between unbounded preceding and 1 preceding) as former from ({_shares()})'
    was = (
        "select s.*, coalesce(w.gone, false) as gone_before, coalesce(w.all_back, false) as all_before, "
        "greatest(coalesce(w.value - w.asked_back, s.sold), 0) as left_before\n"
        f"from ({layer}) as s left join (select distinct turn, gone, all_back, value, asked_back from ({layer})) as w on w.turn = s.former"
    )
    where = "'line ' || id || ' of purchase ' || purchase"
    advice = "'; correct this refund, or one before it'"
    priced = 'bool_or(asked is not null or now is not null) over (partition by "row")'
    stated = 'coalesce(asked, sum(coalesce(now, 0)) over (partition by "row"))'
    reason = cases([
        ("named and (whole_before or (whole_now = 1 and quantity > 0 and pieces_before = 0))",
         f"'nothing is left of ' || {where} || {advice}"),
        ("named and pieces_left < 0", f"{where} || ' comes back in more pieces than are left of it' || {advice}"),
        ("named and back > net",
         f"{where} || ' comes back for ' || {_written('now', group)} || ', and ' || {_written('net - back + now', group)} || ' is left of it; correct one of the refunds'"),
        ("priced and asked_back > value",
         f"{_written('stated', group)} || ' comes back of purchase ' || purchase || ', and ' || {_written('left_before', group)} || ' is left of it' || {advice}"),
        ("all_before or (all_now = 1 and gone_before)", f"'nothing is left of purchase ' || purchase || {advice}"),
    ])  # fmt: skip
    layer = f"select *, {priced} as priced, {stated} as stated from ({was})"
    layer = f'select "row", "of", turn, {reason} as reason from ({layer})'
    first = 'min(turn) filter (where reason is not null) over (partition by "of")'
    layer = f"select *, {first} as first_turn from ({layer})"
    return f'select "row", reason from ({layer}) where turn = first_turn and reason is not null'


def _left(group: Group) -> str:
    """Return what is left of each line after each refund."""
    tender = group.shape.tender
    points = {
        POINTS_FIRST: "greatest(points_paid - (net - kept), 0)",
        MONEY_FIRST: "least(points_paid, kept)",
    }.get(tender, _stays("points_paid"))
    return (
        f'select "row", "of", "line", id, kept, total, sold, gone, quantity, pieces_left, '
        f"is_back or (net > 0 and kept = 0) as away, {_stays('off')} as off, {_stays('discount')} as discount, {points} as points_paid\n"
        f"from ({_shares()})"
    )


def _stays(whole: str) -> str:
    """Return SQL for the part of what belongs to a line that stays with what is left of it."""
    free = f"case when quantity = 0 then {whole} else {_part(whole, 'pieces_left', 'quantity')} end"
    return f"case when net = 0 then {free} else {_part(whole, 'kept', 'net')} end"


def _part(whole: str, part: str, of: str) -> str:
    """Return SQL for a split in two by largest remainder, the first on a tie."""
    return f"(2 * cast({whole} as hugeint) * ({part}) + ({of})) // nullif(2 * ({of}), 0)"


def _lines(group: Group, lines: str) -> str:
    """Return the lines that are left, each at its refund."""
    slots = "".join(
        ", cast(case when f.quantity > 0 then f.pieces_left else l.quantity end as bigint) as quantity"
        if word == "quantity" and has_quantity(group)
        else f", l.{name(word)}"
        for word in line_slots(group.shape)
    )
    return (
        f'select f."row", l."line", l.id, cast(f.kept + f.off as bigint) as amount, cast(f.discount as bigint) as discount, '
        f"cast(f.kept as bigint) as net, cast(f.points_paid as bigint) as points_paid{slots}\n"
        f'from intake_left as f join {lines} as l on l."row" = f."of" and l."line" = f."line" where not f.away and not f.gone'
    )


def _events(good: str) -> str:
    """Return refunds as their purchases, with what is left of the amounts."""
    sums = (
        'select "row", "of", any_value(gone) as gone, any_value(total) as total, any_value(sold) as sold,\n'
        "  coalesce(sum(off) filter (where not away), 0) as off, coalesce(sum(points_paid) filter (where not away), 0) as points_paid\n"
        'from intake_left group by "row", "of"'
    )
    share = {
        word: f"case when f.sold = 0 then p.{word} else {_part(f'p.{word}', 'f.total', 'f.sold')} end"
        for word in ("stored_value_paid", "tax")
    }
    amounts = {
        "amount": "f.total", "discount": "f.off", "points_paid": "f.points_paid", "shipping": "p.shipping", **share,
    }  # fmt: skip
    changed = {word: f"cast(case when f.gone then 0 else {value} end as bigint)" for word, value in amounts.items()}
    changed |= {
        "row": 'a."row"', "source": "a.source", "id": "a.id", "kind": f"cast({REFUND} as tinyint)", "returned": "f.gone",
        "rounded": "a.rounded", "refund_of": "p.id", "refund_source": "p.source",
    }  # fmt: skip
    replaced = ", ".join(f"{value} as {name(word)}" for word, value in changed.items())
    return (
        f'select p.* exclude ({name(ASKED)}) replace ({replaced}), a.posted, a."of" as refers, a."type" as refund_type\n'
        f'from intake_asked as a join {good} as p on p."row" = a."of" join ({sums}) as f on f."row" = a."row"'
    )


def _written(value: str, group: Group) -> str:
    """Return SQL for minor units as a message shows them."""
    decimals = DECIMALS[group.shape.currency]
    whole = f"cast({value} as hugeint)"
    if decimals == 0:
        return f"cast({whole} as varchar)"
    part = f"lpad(cast({whole} % {10**decimals} as varchar), {decimals}, '0')"
    return f"cast({whole} // {10**decimals} as varchar) || '.' || {part}"


def _counted(con: duckdb.DuckDBPyConnection, setup: tuple[str, ...], good: str, waiting: str, refused: int) -> Settled:
    """Return what became of refunds, and a few examples of those without their purchase."""
    ((settled,),) = con.sql("select count(*) from intake_asked").fetchall()
    ((waits,),) = con.sql(f"select count(*) from {waiting}").fetchall()
    returns = (
        f'select "type", id, member from {good} where returned and refund_of is null order by "row" limit {_EXAMPLES}'
    )
    examples = f'select id, refund_of, refund_source from {waiting} order by "row" limit {_EXAMPLES}'
    return Settled(
        setup=setup,
        settled=int(settled),
        waiting=int(waits),
        refused=refused,
        return_examples=tuple(f"{kind} {one} of {member}" for kind, one, member in con.sql(returns).fetchall()),
        waiting_examples=tuple(f"{one} of {of} from {source}" for one, of, source in con.sql(examples).fetchall()),
    )
