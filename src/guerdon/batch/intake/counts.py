"""What was read and what became of it, counted for the summary of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake.laying import laid
from guerdon.batch.intake.lines import returned
from guerdon.batch.intake.rows import Group
from guerdon.batch.intake.sql import parquet

_EXAMPLES: Final = 5


@dataclass(frozen=True)
class Summary:
    """What was read, and what became of it; None where nobody has looked yet."""

    rows: int
    events: int | None = None
    lines: int = 0
    returns: int | None = None
    returned_lines: int = 0
    return_examples: tuple[str, ...] = ()
    refunds: int = 0
    waiting: int = 0
    waiting_examples: tuple[str, ...] = ()
    late: int = 0
    late_examples: tuple[str, ...] = ()
    duplicates: int | None = None
    rounded: int | None = None
    bad_rows: int | None = None
    ignored: tuple[str, ...] = ()
    first_at: int | None = None
    last_at: int | None = None


def count_events(
    con: duckdb.DuckDBPyConnection,
    summary: Summary,
    events: str,
    *,
    with_examples: bool,
    lines: tuple[str, str] = ("0", "0"),
) -> Summary:
    """Return the summary with what one look at every event tells; bad ones are counted and otherwise left out.

    `lines` is SQL for how many lines an event has that are sales, and that are returns, where they stand in its row.
    """
    good = "filter (where problem is null)"
    sold, away = (f"coalesce(sum({one}) {good}, 0)" for one in lines)
    query = (
        f"select count(*) {good}, count(problem), count(*) filter (where problem is null and returned), "
        f'coalesce(sum(rounded) {good}, 0), min("at") {good}, max("at") {good}, {sold}, {away} from {events}'
    )
    ((number, bad, returns, rounded, first, last, sold, away),) = con.sql(query).fetchall()
    return replace(
        summary,
        events=number,
        bad_rows=bad,
        lines=int(sold),
        returns=returns,
        returned_lines=int(away),
        rounded=int(rounded),
        return_examples=_examples(con, events) if returns and with_examples else (),
        first_at=first,
        last_at=last,
    )


def count_lines(
    con: duckdb.DuckDBPyConnection, summary: Summary, groups: Sequence[Group], good: str, scratch: Path
) -> Summary:
    """Return the summary with the lines of good events, and how many more of them are returns."""
    sold = away = 0
    for number, group in enumerate(groups):
        if group.mapped.line:
            sold += _number(con, f"select count(*) from {parquet(laid(scratch, 'lines', number))}")
            items = f"{parquet(laid(scratch, 'items', number))} where {returned(group)}"
            away += _number(con, f'select count(*) from {items} and event in (select "row" from {good})')
    return replace(summary, lines=sold, returned_lines=away)


def _examples(con: duckdb.DuckDBPyConnection, events: str) -> tuple[str, ...]:
    found = con.sql(
        f'select "type", id, member from {events} where problem is null and returned order by "row" limit {_EXAMPLES}'
    )
    return tuple(f"{kind} {identity} of {member}" for kind, identity, member in found.fetchall())


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    ((number,),) = con.sql(query).fetchall()
    return int(number)
