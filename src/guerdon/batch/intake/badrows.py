"""Bad rows: collected with their places and reasons, told, or set aside in a file.

Invariants:
* Every bad row is told or written, with its file, its line (its row number in Parquet), the reason and the row itself.
* A run goes on without bad rows only when it was told where to put them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake.raw import Raws
from guerdon.batch.intake.sql import ROW_BITS, parquet, text
from guerdon.core.errors import Invalid

BAD: Final = "intake_bad"
"""The temporary table of bad rows: "row", "reason", "content" (the row's text where it could not be split), "own".

"own" is false for rows that are bad only because another row of their event is; they are told last.
"""

_TOLD: Final = 20


@dataclass(frozen=True)
class BadRow:
    """A row that cannot become a fact: where it is, why, and the row as JSON text."""

    file: str
    line: int
    reason: str
    row: str

    def __str__(self) -> str:
        """Return the row as a message tells it."""
        return f"{self.file}:{self.line}: {self.reason}"


def collect_faults(con: duckdb.DuckDBPyConnection, raws: Raws) -> None:
    """Make the table of bad rows, with the lines that are no rows at all."""
    con.execute(f'create or replace temp table {BAD} ("row" bigint, reason varchar, content varchar, own boolean)')
    if raws.faults:
        con.execute(f'insert into {BAD} select "row", reason, content, true from {parquet(raws.faults)}')


def add_bad(con: duckdb.DuckDBPyConnection, query: str, *, own: str = "true") -> None:
    """Add the rows and reasons that a query gives."""
    con.execute(f'insert into {BAD} select "row", reason, null, {own} from ({query})')


def count_bad(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many bad rows there are."""
    ((count,),) = con.sql(f"select count(*) from {BAD}").fetchall()
    return int(count)


def read_bad(con: duckdb.DuckDBPyConnection, raws: Raws, limit: int) -> list[BadRow]:
    """Return the first bad rows, in the order of files and lines; those that others spoilt come last."""
    found = con.sql(f'{_listing(raws)} order by not b.own, b."row" limit {limit}').fetchall()
    return [BadRow(*row) for row in found]


def settle_bad(con: duckdb.DuckDBPyConnection, raws: Raws, bad_rows: Path | None) -> int:
    """Write bad rows to the file that was named for them and return their number; without one they are Invalid."""
    count = count_bad(con)
    if bad_rows is not None:
        con.execute(f'copy ({_listing(raws)} order by b."row") to {text(str(bad_rows))} (format csv, header)')
    elif count:
        raise Invalid(_message(count, read_bad(con, raws, _TOLD)))
    return count


def _message(count: int, first: list[BadRow]) -> str:
    number = "1 bad row" if count == 1 else f"{count:,} bad rows"
    more = f"\n(and {count - len(first):,} more)" if count > len(first) else ""
    listed = "\n".join(map(str, first))
    return f"{number}; correct them, or set them aside with --bad-rows FILE and go on without them:\n{listed}{more}"


def _listing(raws: Raws) -> str:
    originals = " union all ".join(
        f'select "#row" as "row", {raw.original} as original from {raw.scan} where "#row" in (select "row" from {BAD})'
        for raw in raws.groups
    )
    shown = ", ".join(text(source.shown) for source in raws.sources)
    return (
        f'select list_extract([{shown}], cast(b."row" // {ROW_BITS} + 1 as integer)) as file, b."row" % {ROW_BITS} as line,\n'
        f"  b.reason, case when b.content is null then o.original else cast(json_object('text', b.content) as varchar) end as \"row\"\n"
        f'from (select "row", min(reason) as reason, min(content) as content, bool_or(own) as own from {BAD} group by "row") as b\n'
        f'left join ({originals}) as o on o."row" = b."row"'
    )
