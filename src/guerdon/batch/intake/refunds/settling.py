"""Refunds in files: each in its place the purchase as it is left after it, with the answers of `guerdon.core.events.returns`.

Only refunds and the purchases that they name are looked at.

Invariants:
* A refund's row has its own "row", "source" and "id"; "refers" is its purchase's row, "posted" when it counts. All else is
  the purchase's, its instant included.
* A refund of more than is left is a bad row, and those after it are looked at without it.
* What no refund names is never laid down for their sake: "events" is everything but refunds as it lies, and they beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake import badrows, lists
from guerdon.batch.intake.events import ASKED, IN_OWN, currency_of
from guerdon.batch.intake.laying import laid
from guerdon.batch.intake.lines import has_quantity, net_paid
from guerdon.batch.intake.refunds.leaving import SHARES, left_over, part_of, shares, too_much
from guerdon.batch.intake.refunds.matching import MATCHED_LINES, match_unnamed
from guerdon.batch.intake.refunds.valuing import value_unnamed
from guerdon.batch.intake.rows import Group
from guerdon.batch.intake.shape import line_slots
from guerdon.batch.intake.sql import cases, copy, name, names, parquet
from guerdon.core.events.policy import ReturnPolicy
from guerdon.core.facts import PURCHASE, REFUND

_EXAMPLES: Final = 5
_OF_REFUNDS: Final = names((ASKED, *IN_OWN))
_REFUSED: Final = "intake_refused"
_LATE: Final = "intake_late"


@dataclass(frozen=True)
class Settled:
    """What became of refunds, and the statements that make "events" and "lines" with what they left."""

    setup: tuple[str, ...]
    settled: int
    waiting: int
    late: int
    refused: int
    left: int
    waiting_examples: tuple[str, ...]
    late_examples: tuple[str, ...]
    return_examples: tuple[str, ...] = ()


def settle_refunds(  # noqa: PLR0913 - what refunds are settled with
    con: duckdb.DuckDBPyConnection,
    groups: Sequence[Group],
    good: str,
    involved: str,
    lines: str,
    *,
    has_lists: bool,
    returns: int,
    scratch: Path,
) -> Settled:
    """Match refunds with purchases and lay down what they leave; those of too much are added to the bad rows.

    `good` are all events, `returns` of which are refunds and returns; `involved` those that are refunds or may be named by one.
    `lines` are laid down lines; where events have lists of theirs, nothing.
    """
    group, laid_involved = groups[0], scratch / "involved.parquet"
    con.execute(copy(involved, laid_involved))
    some = parquet(laid_involved)
    lines = lists.unnested(some) if has_lists else lines
    con.execute(f'create or replace temp table {_REFUSED} ("row" bigint, reason varchar)')
    con.execute(f"create or replace temp table intake_asked as {_asked(group, some)}")
    _set_late_aside(con, group.shape.returns, some)
    matched = match_unnamed(con, groups, some, lines, scratch)
    valued = value_unnamed(con, groups, good, _REFUSED, scratch)
    named_lines = lists.named_lines(_with_baskets(groups), some) if has_lists else _named(groups, some, scratch)
    for table, query in (("intake_goods", _goods(groups, some, lines)), ("intake_named", named_lines)):
        con.execute(f"create or replace temp table {table} as {query}")
    refused = valued.refused + _refuse(con, _mistaken())
    refused += _share_out(con, groups, lined=bool(lines))
    badrows.add_bad(con, f"select * from {_REFUSED}")
    con.execute(f"create or replace temp table intake_left as {left_over(group)}")
    laid_events, laid_lines = scratch / "refunded-events.parquet", scratch / "refunded-lines.parquet"
    if lines:
        con.execute(copy(_lines(_with_baskets(groups), lines), laid_lines))
    con.execute(copy(_laid(some, parquet(laid_lines) if has_lists else ""), laid_events))
    others = f"{good} where refund_of is null"
    for path in (matched.path if matched.replaced else None, valued.excluded):
        others += "" if path is None else f' and "row" not in (select "row" from {parquet(path)})'
    setup = [_view("events", _unmoved(others), laid_events, *valued.events)]
    if has_lists:
        setup.append(lists.LISTED_LINES)
    elif lines:
        setup.append(_view("lines", f"select * from {lines}", laid_lines, *valued.lines))
    found = _counted(con, tuple(setup), _without_effect(some), refused)
    named = found.settled - matched.parts
    left = returns - named - found.waiting - found.late - found.refused - matched.replaced
    found = replace(found, left=0 if valued.excluded else left, settled=found.settled + valued.parts)
    return found if found.left == 0 else replace(found, return_examples=_examples(con, others))


def _laid(some: str, listed: str) -> str:
    """Return refunds with what they leave, and those without effect; where events have lists, with those of their lines."""
    left, without = _events(some), _unmoved(_without_effect(some))
    if listed:
        own = f"exclude ({names([lists.ITEMS, lists.LINES])})"
        left = (
            f"select e.* {own}, l.{name(lists.LINES)} from ({left}) as e\n"
            f'left join ({lists.listed(listed)}) as l on l."row" = e."row"'
        )
        without = f"select * exclude ({name(lists.ITEMS)}) from ({without})"
    return f"{left} union all by name {without}"


def _with_baskets(groups: Sequence[Group]) -> Group:
    """Return a group of files that have lines, if any has."""
    return next((group for group in groups if group.mapped.line), groups[0])


def _without_effect(some: str) -> str:
    """Return a FROM item of refunds whose purchase is not there, or that come too late."""
    gone = f'select "row" from intake_asked union all select "row" from {_REFUSED}'
    return f'(select * from {some} where refund_of is not null and "row" not in ({gone}))'


def _unmoved(events: str) -> str:
    """Return events that are about no other, each at its own instant."""
    return f'select * exclude ({_OF_REFUNDS}), "at" as posted, cast(-1 as bigint) as refers from {events}'


def _view(word: str, rest: str, *beside: Path) -> str:
    parts = [rest, *[f"select * from {parquet(path)}" for path in beside]]
    return f'create or replace temp view "{word}" as {" union all by name ".join(parts)}'


def _asked(group: Group, good: str) -> str:
    """Return refunds whose purchase is there, with the place of each in the order in which they count."""
    purchases = f"select * from {good} where kind = {PURCHASE} and not returned"
    asked = _in_its_currency(group, 'r."#asked own"', 'r."#asked"')
    paid_in = currency_of(group, "p.")
    layer = (
        f'select r."row", r.source, r.id, r."type", r.rounded, {asked} as asked, p."row" as "of", p.id as purchase, {paid_in} as currency, '
        f'greatest(r."at", p."at") as posted\n'
        f"from {good} as r join ({purchases}) as p on p.source = r.refund_source and p.id = r.refund_of"
    )
    return f"select *, row_number() over (order by posted, source, id) as turn from ({layer})"


def _set_late_aside(con: duckdb.DuckDBPyConnection, policy: ReturnPolicy, some: str) -> None:
    """Set refunds aside that come too late, by the local day of their purchase."""
    con.execute(f'create or replace temp table {_LATE} ("row" bigint)')
    query = f'select min("at"), max("at") from {some} where kind = {PURCHASE}'
    ((first, last),) = con.sql(query).fetchall()
    if first is None or not policy.has_window or policy.zone is None:
        return
    zone = policy.zone
    starts = [zone.day_start(day) for day in range(zone.day_of(first), zone.day_of(last) + 1)]
    ends = [policy.ends_at(at) for at in starts]
    con.execute(
        f'insert into {_LATE} select a."row" from intake_asked as a join {some} as p on p."row" = a."of"\n'
        f'join {some} as r on r."row" = a."row" asof join (select unnest(?) as starts, unnest(?) as ends) as w '
        'on p."at" >= w.starts where r."at" >= w.ends',
        [starts, ends],
    )
    con.execute(f'delete from intake_asked where "row" in (select "row" from {_LATE})')


def _in_its_currency(group: Group, own: str, ours: str) -> str:
    """Return SQL for what a refund (r) asks for in the currency in which its purchase (p) was paid.

    In another one it is in proportion to what the purchase was worth.
    """
    same = f"{currency_of(group, 'r.')} = {currency_of(group, 'p.')}"
    return f"cast(case when {same} then {own} else {_in_proportion(ours)} end as bigint)"


def _in_proportion(ours: str) -> str:
    paid = 'coalesce(p."#paid", p.amount)'
    return f"coalesce({part_of(paid, ours, 'p.amount')}, {ours})"


def _goods(groups: Sequence[Group], good: str, lines: str) -> str:
    """Return the lines of refunded purchases; one without a name for a purchase that has none."""
    group = groups[0]
    of = 'select "of" from intake_asked'
    quantity = "coalesce(quantity, 0)" if lines and has_quantity(group) else "0"
    bare = f'"row" in ({of})'
    found = ""
    if lines:
        bare += f' and "row" not in (select "row" from {lines})'
        found = (
            f'select "row" as "of", "line", id, {net_paid(groups)} as net, net as ours, amount - net as off, discount, points_paid, '
            f'cast({quantity} as bigint) as quantity, count(*) over (partition by "row", id) as alike\n'
            f'from {lines} where "row" in ({of}) union all by name '
        )
    return (
        f'{found}select "row" as "of", -1 as "line", null as id, coalesce("#paid", amount) as net, amount as ours, discount as off, 0 as discount, points_paid, '
        f"cast(0 as bigint) as quantity, 1 as alike from {good} where {bare}"
    )


def _named(groups: Sequence[Group], some: str, scratch: Path) -> str:
    """Return the lines that refunds name, with how much of them came back."""
    parts = []
    of = f'join intake_asked as a on a."row" = {{}} join {some} as p on p."row" = a."of" left join {some} as r on r."row" = a."row"'
    for number, group in enumerate(groups):
        if group.mapped.line:
            quantity = 'abs("line.quantity")' if has_quantity(group) else "null"
            amount = group.exchange.converted('"line.amount"')
            stated = (
                f'select event, "line.id" as id, cast({quantity} as bigint) as pieces, abs("line.amount") as own, '
                f"cast(abs({amount}) as bigint) as ours from {parquet(laid(scratch, 'items', number))} "
                f'where event in (select "row" from intake_asked) and event not in (select "row" from {MATCHED_LINES})'
            )
            parts.append(
                f'select i.event as "row", i.id, i.pieces as quantity, {_in_its_currency(group, "i.own", "i.ours")} as amount '
                f"from ({stated}) as i {of.format('i.event')}"
            )
    row = 'm."row"'
    matched = (
        f'select m."row", m.id, m.quantity, cast({_in_proportion("m.amount")} as bigint) as amount '
        f"from {MATCHED_LINES} as m {of.format(row)}"
    )
    return " union all by name ".join([*parts, matched])


def _refuse(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """Refuse the refunds that a query gives, the first reason of each, and return how many there were."""
    con.execute(f'insert into {_REFUSED} select "row", min(reason) from ({query}) group by "row"')
    ((count,),) = con.sql(f'select count(*) from intake_asked where "row" in (select "row" from {_REFUSED})').fetchall()
    con.execute(f'delete from intake_asked where "row" in (select "row" from {_REFUSED})')
    return int(count)


def _share_out(con: duckdb.DuckDBPyConnection, groups: Sequence[Group], *, lined: bool) -> int:
    """Work out what refunds leave, without those of too much, and return how many these were."""
    refused = 0
    while True:
        con.execute(f"create or replace temp table {SHARES} as {shares(lined=lined)}")
        more = _refuse(con, too_much(groups))
        if not more:
            return refused
        refused += more


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
        word: f"case when f.sold = 0 then p.{word} else {part_of(f'p.{word}', 'f.total', 'f.sold')} end"
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
        f'select p.* exclude ({_OF_REFUNDS}) replace ({replaced}), a.posted, a."of" as refers, a."type" as refund_type\n'
        f'from intake_asked as a join {good} as p on p."row" = a."of" join ({sums}) as f on f."row" = a."row"'
    )


def _counted(con: duckdb.DuckDBPyConnection, setup: tuple[str, ...], without: str, refused: int) -> Settled:
    """Return what became of refunds, and a few examples of those without effect."""
    ((settled,),) = con.sql("select count(*) from intake_asked").fetchall()
    ((late,),) = con.sql(f"select count(*) from {_LATE}").fetchall()
    ((without_effect,),) = con.sql(f"select count(*) from {without}").fetchall()
    is_late = f'"row" in (select "row" from {_LATE})'
    return Settled(
        setup=setup,
        settled=int(settled),
        waiting=int(without_effect) - int(late),
        late=int(late),
        refused=refused,
        left=0,
        waiting_examples=_refund_examples(con, without, f"not {is_late}"),
        late_examples=_refund_examples(con, without, is_late) if late else (),
    )


def _refund_examples(con: duckdb.DuckDBPyConnection, refunds: str, where: str) -> tuple[str, ...]:
    query = f'select id, refund_of, refund_source from {refunds} where {where} order by "row" limit {_EXAMPLES}'
    return tuple(f"{one} of {of} from {source}" for one, of, source in con.sql(query).fetchall())


def _examples(con: duckdb.DuckDBPyConnection, good: str) -> tuple[str, ...]:
    """Return a few examples of returns that name no purchase."""
    found = con.sql(f'select "type", id, member from {good} and returned order by "row" limit {_EXAMPLES}').fetchall()
    return tuple(f"{kind} {one} of {member}" for kind, one, member in found)
