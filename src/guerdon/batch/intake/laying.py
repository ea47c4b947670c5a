"""Files laid down in the scratch folder: typed, each step once, for all that cannot be read where it lies.

Each group of files has a number; its steps are `rows`, `heads` (files with a row per line), `items`, `events`, `lines`.

Invariants:
* Events are laid down good and bad; bad ones are told from good ones by "problem" wherever they are read.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from guerdon.batch.intake import lines
from guerdon.batch.intake.badrows import add_bad
from guerdon.batch.intake.events import lined_events, plain_events
from guerdon.batch.intake.repeats import CONFLICTS
from guerdon.batch.intake.rows import Group, all_have_ids, typed_rows
from guerdon.batch.intake.sql import ROW_BITS, copy, parquet


def laid(scratch: Path, step: str, number: int) -> Path:
    """Return where a step of a group is laid down."""
    return scratch / f"{step}-{number}.parquet"


def lay_events(
    con: duckdb.DuckDBPyConnection,
    groups: Sequence[Group],
    *,
    whole_members: bool,
    scratch: Path,
    progress: Callable[[str], None],
) -> list[str]:
    """Lay the events of every group down and return a SELECT for each."""
    parts = []
    for number, group in enumerate(groups):
        progress("checking rows")
        rows = typed_rows(group, whole_members=whole_members)
        if group.mapped.line:
            _lay_baskets(con, group, rows, scratch, number)
        else:
            has_ids = all_have_ids(con, group)
            con.execute(copy(plain_events(rows, group, has_ids=has_ids), laid(scratch, "events", number)))
        parts.append(f"select * from {parquet(laid(scratch, 'events', number))}")
    return parts


def lay_lines(con: duckdb.DuckDBPyConnection, groups: Sequence[Group], good: str, scratch: Path) -> str:
    """Lay the lines of good events down and return a FROM item of them."""
    paths = []
    for number, group in enumerate(groups):
        if group.mapped.line:
            items = f"select * from {parquet(laid(scratch, 'items', number))}"
            paths.append(laid(scratch, "lines", number))
            con.execute(copy(lines.goods_lines(items, f"select * from {good}", group), paths[-1]))
    return parquet(paths, by_name=True)


def collect_bad(con: duckdb.DuckDBPyConnection, groups: Sequence[Group], scratch: Path) -> None:
    """Collect the bad rows; of a file with a row per line, every row of a bad event."""
    for number, group in enumerate(groups):
        events = f"select * from {parquet(laid(scratch, 'events', number))} where problem is not null"
        if group.mapped.is_flat:
            rows = parquet(laid(scratch, "rows", number))
            found = f'select r."row", coalesce(r.problem, e.problem) as reason, r.problem is not null as own from {rows} as r left join ({events}) as e on {_SAME}'
            add_bad(con, f"select * from ({found}) where reason is not null", own="own")
        else:
            add_bad(con, f'select "row", problem as reason from ({events})')


def collect_conflicts(con: duckdb.DuckDBPyConnection, groups: Sequence[Group], scratch: Path) -> None:
    """Collect the rows of events whose id came before with other content."""
    for number, group in enumerate(groups):
        events = f'select e.*, c.reason from {parquet(laid(scratch, "events", number))} as e join {CONFLICTS} as c using ("row")'
        if group.mapped.is_flat:
            rows = parquet(laid(scratch, "rows", number))
            add_bad(con, f'select r."row", e.reason from {rows} as r join ({events}) as e on {_SAME}')
        else:
            add_bad(con, f'select "row", reason from ({events})')


_SAME = f'e."row" // {ROW_BITS} = r."row" // {ROW_BITS} and e.source = r.source and e.id = r.id'
"""What makes a row one of an event's."""


def _lay_baskets(con: duckdb.DuckDBPyConnection, group: Group, rows: str, scratch: Path, number: int) -> None:
    """Lay down the rows, heads, items and events of files with lines."""
    scans = {
        word: f"select * from {parquet(laid(scratch, word, number))}" for word in ("rows", "heads", "items", "events")
    }
    con.execute(copy(rows, laid(scratch, "rows", number)))
    if group.mapped.is_flat:
        con.execute(copy(lines.flat_heads(scans["rows"], group), laid(scratch, "heads", number)))
        _tell_differences(con, group, scratch, number)
        items = lines.flat_items(scans["rows"], scans["heads"], group)
    else:
        scans["heads"] = scans["rows"]
        items = lines.nested_items(scans["heads"], group)
    con.execute(copy(lines.once_each(items, group), laid(scratch, "items", number)))
    events = lined_events(scans["heads"], lines.line_sums(scans["items"], group), group, has_ids=group.mapped.is_flat)
    con.execute(copy(events, laid(scratch, "events", number)))


def _tell_differences(con: duckdb.DuckDBPyConnection, group: Group, scratch: Path, number: int) -> None:
    """Say what rows of one event disagree about, where they do."""
    heads, told = laid(scratch, "heads", number), laid(scratch, "told", number)
    scans = [f"select * from {parquet(path)}" for path in (laid(scratch, "rows", number), heads)]
    if con.sql(f"{scans[1]} where {lines.DIFFERS} limit 1").fetchall():
        con.execute(copy(lines.told_heads(scans[0], scans[1], group), told))
        told.replace(heads)
