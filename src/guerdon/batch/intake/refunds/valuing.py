"""Returns that name no purchase, laid down as goods that the base rate reads, with their lines.

Invariants:
* What is laid down here is what `guerdon.core.events.valuing` reads from records, one by one, and what is refused is the same.
* A return becomes its goods, under its own row; of an event that sells something too, they stand beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from guerdon.batch.intake.events import AMOUNTS, ASKED, IN_OWN
from guerdon.batch.intake.laying import laid
from guerdon.batch.intake.lines import has_quantity, returned
from guerdon.batch.intake.mapping import LINE_PREFIX
from guerdon.batch.intake.rows import Group
from guerdon.batch.intake.shape import line_slots
from guerdon.batch.intake.sql import cases, copy, name, names, parquet, text
from guerdon.core.events.policy import GOODS, VALUED
from guerdon.core.facts import REFUND


@dataclass(frozen=True)
class Valued:
    """How many returns are taken back by their value, how many were refused, and where they and their lines are laid down.

    `excluded` holds the rows of events that are no longer what they were.
    """

    parts: int
    refused: int
    events: tuple[Path, ...] = ()
    lines: tuple[Path, ...] = ()
    excluded: Path | None = None


def value_unnamed(
    con: duckdb.DuckDBPyConnection, groups: Sequence[Group], good: str, refused: str, scratch: Path
) -> Valued:
    """Lay returns that name no purchase down as goods; what cannot be valued is added to the table of refusals."""
    if groups[0].shape.returns.unlinked != VALUED:
        return Valued(0, 0)
    con.execute(f"create or replace temp table intake_back as {_lines(groups, good, scratch)}")
    con.execute(f"create or replace temp table intake_goods_of as {_events(good)}")
    con.execute(f"create or replace temp table intake_worthless as {_faults(groups)}")
    con.execute(f'insert into {refused} select "row", reason from intake_worthless')
    con.execute('delete from intake_goods_of where "row" in (select "row" from intake_worthless)')
    events, lines, excluded = (scratch / f"goods-{word}.parquet" for word in ("events", "lines", "excluded"))
    con.execute(copy(_laid(good), events))
    slots = names(["id", "amount", "discount", "net", "points_paid", *line_slots(groups[0].shape)])
    con.execute(
        copy(
            f'select g.place as "row", "line", {slots} from intake_back as i join intake_goods_of as g using ("row")',
            lines,
        )
    )
    gone = 'select "row" from intake_worthless union all select "row" from intake_goods_of where returned'
    con.execute(copy(gone, excluded))
    ((parts,),) = con.sql("select count(*) from intake_goods_of").fetchall()
    ((worthless,),) = con.sql("select count(*) from intake_worthless").fetchall()
    lined = any(group.mapped.line for group in groups)
    return Valued(int(parts), int(worthless), (events,), (lines,) if lined else (), excluded)


def _lines(groups: Sequence[Group], good: str, scratch: Path) -> str:
    """Return the lines that came back in events which name no purchase, as lines that are sold."""
    of = f'select "row", kind from {good} where refund_of is null'
    parts = [_lines_of(group, laid(scratch, "items", i), of) for i, group in enumerate(groups) if group.mapped.line]
    slots = "".join(f", null as {name(word)}" for word in line_slots(groups[0].shape))
    columns = (
        'cast(null as bigint) as "row", 0 as "line", null as id, 0 as amount, 0 as discount, 0 as net, 0 as points_paid'
    )
    return " union all by name ".join(parts) or f"select {columns}, true as stated{slots} where false"


def _lines_of(group: Group, items: Path, of: str) -> str:
    slots = "".join(f", {_slot(group, word)} as {name(word)}" for word in line_slots(group.shape))
    amount = f"cast(abs({group.exchange.converted(name('line.amount'))}) as bigint)"
    every = (
        f"select i.*, e.kind, {returned(group)} as away, row_number() over (partition by event order by position) as nth\n"
        f'from {parquet(items)} as i join ({of}) as e on e."row" = i.event'
    )
    return (
        f'select event as "row", row_number() over (partition by event order by coalesce(away, false), position) - 1 as "line",\n'
        f'  coalesce("line.id", cast(nth as varchar)) as id, coalesce({amount}, 0) as amount, cast(0 as bigint) as discount,\n'
        f'  coalesce({amount}, 0) as net, cast(0 as bigint) as points_paid, "line.amount" is not null as stated{slots}\n'
        f"from ({every}) where kind = {REFUND} or away"
    )


def _slot(group: Group, word: str) -> str:
    column = name(LINE_PREFIX + word)
    return f"abs({column})" if word == "quantity" and has_quantity(group) else column


def _events(good: str) -> str:
    """Return events with something that came back, the row that this stands in, and what it is worth."""
    sums = 'select "row", sum(amount) as value, bool_and(stated) as stated from intake_back group by "row"'
    layer = (
        f'select e."row", e.kind, e.returned, s."row" is not null as lined, s.stated, coalesce(s.value, e.{name(ASKED)}) as value\n'
        f'from {good} as e left join ({sums}) as s on s."row" = e."row" where e.refund_of is null and (e.returned or s."row" is not null)'
    )
    last = f'(select coalesce(max("row"), 0) from {good})'
    place = f'case when returned then "row" else {last} + row_number() over (partition by returned order by "row") end'
    return f"select *, {place} as place from ({layer})"


def _faults(groups: Sequence[Group]) -> str:
    """Return the events whose goods do not say what they are worth, or what the base rate reads of them, and why."""
    told = groups[0].shape.returns.told
    silent = cases([(f"min(case when {name(word)} is null then 0 else 1 end) = 0", text(word)) for word in told])
    said = f'select "row", {silent} as word from intake_back group by "row"'
    unsaid = "'one of its lines says no ' || word || ', which the base rate reads; write it, or refund_of'"
    missing = "is missing; a refund that names no purchase is taken back by its value: write"
    reason = cases([
        (f"kind = {REFUND} and not lined and value is null", text(f"amount {missing} amount, lines or refund_of")),
        (f"kind = {REFUND} and lined and not stated", text(f"the amount of a line {missing} it, or refund_of")),
        ("word is not null", unsaid),
    ])
    layer = f'select g."row", {reason} as reason from intake_goods_of as g left join ({said}) as s using ("row")'
    return f"select * from ({layer}) where reason is not null"


def _laid(good: str) -> str:
    """Return goods as events of a type of their own, which are about no other."""
    changed = dict.fromkeys(AMOUNTS, "cast(0 as bigint)") | {
        "amount": "cast(coalesce(g.value, 0) as bigint)", "row": "g.place", "kind": f"cast({REFUND} as tinyint)",
        "type": text(GOODS), "returned": "false", "id": "case when g.returned then e.id else e.id || '#1' end",
    }  # fmt: skip
    replaced = ", ".join(f"{value} as {name(word)}" for word, value in changed.items())
    return (
        f'select e.* exclude ({names((ASKED, *IN_OWN))}) replace ({replaced}), e."at" as posted, cast(-1 as bigint) as refers,\n'
        f'  e."type" as refund_type from {good} as e join intake_goods_of as g on g."row" = e."row"'
    )
