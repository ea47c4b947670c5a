"""Events recorded later than a programme accepts that count as of when they were recorded (S1).

Invariant: what such an event counts as of is found once, from its own two instants, as the engine finds it for a value.
"""

from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake.sql import copy, parquet
from guerdon.core.calendar import DAY_US
from guerdon.core.events.lateness import AS_OF_NOW, Lateness

INSTANT: Final = "epoch_us(try_cast(e.recorded_at AS TIMESTAMPTZ))"
"""When an event was recorded, in SQL."""

_MONTH: Final = 28


def maybe_late(lateness: Lateness) -> str:
    """Return the condition, in SQL, of every event that may come later than is accepted, and of some others."""
    accepted = lateness.accept
    days = 0 if accepted is None else accepted.days + accepted.months * _MONTH - 1
    return f'{INSTANT} - e."at" >= {days * DAY_US}'


def lay_moved(con: duckdb.DuckDBPyConnection, lateness: Lateness | None, events: str, scratch: Path) -> Path | None:
    """Lay down which rows of a SELECT count as of when they were recorded; None where nothing says that any does."""
    if lateness is None or lateness.accept is None or lateness.beyond != AS_OF_NOW:
        return None
    if not any(row[0] == "recorded_at" for row in con.execute(f"describe {events}").fetchall()):
        return None
    query = f'select e."row", e."at", {INSTANT} from ({events}) as e where {maybe_late(lateness)}'
    found = [
        (row, recorded_at)
        for row, at, recorded_at in con.execute(query).fetchall()
        if lateness.counts_at(at, recorded_at) != at
    ]
    path = scratch / "moved.parquet"
    con.execute('create or replace temp table moved ("row" bigint, "at" bigint)')
    if found:
        con.executemany("insert into moved values (?, ?)", found)
    con.execute(copy("select * from moved", path))
    con.execute("drop table moved")
    return path


def as_counted(events: str, moved: Path | None) -> str:
    """Return a SELECT of events, each as of the instant that it counts as of."""
    if moved is None:
        return events
    replaced = 'coalesce(m."at", e."at") as "at", e.timed or m."at" is not null as timed'
    return f'select e.* replace ({replaced}) from ({events}) as e left join {parquet(moved)} as m on m."row" = e."row"'
