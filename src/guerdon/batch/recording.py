"""What files say of the recording of their events: the columns that are read, and events that come too late.

Invariant: an event of a file counts as of the instant that it counts as of as a value; one that is refused as a value is told.
"""

from typing import Final

import duckdb

from guerdon.batch.intake.late import INSTANT, maybe_late
from guerdon.core.errors import Invalid
from guerdon.core.facts import TEXT, Attribute, EventType
from guerdon.core.programme import Programme

COLUMNS: Final = ("recorded_at", "granted")
"""What events say of their recording; it is read where accounts share a budget or a stock, or where lateness matters."""

_OFFSET: Final = ":[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"


def recorded_types(programme: Programme) -> dict[str, EventType]:
    """Return types of event with what is read of their recording."""
    if not _reads_recording(programme):
        return dict(programme.event_types)
    granted = programme.budgets or programme.terms.lateness.accept is not None
    said = tuple(Attribute(word, TEXT, optional=True) for word in (COLUMNS if granted else COLUMNS[:1]))
    return {
        name: EventType(name, one.kind, (*one.attributes, *said), one.line_attributes)
        for name, one in programme.event_types.items()
    }


def check_recording(con: duckdb.DuckDBPyConnection, programme: Programme) -> None:
    """Refuse times of recording that cannot be read, and events that come later than the programme accepts."""
    if _reads_recording(programme):
        columns = {str(row[0]) for row in con.execute('DESCRIBE "events"').fetchall()}
        if "recorded_at" in columns:
            _check_times(con)
            _check_lateness(con, programme)


def _reads_recording(programme: Programme) -> bool:
    return bool(programme.budgets or programme.stocks) or programme.terms.lateness.accept is not None


def _check_times(con: duckdb.DuckDBPyConnection) -> None:
    wrong = f"{INSTANT} IS NULL OR NOT regexp_matches(CAST(e.recorded_at AS VARCHAR), '{_OFFSET}')"
    query = f'SELECT e.id, e.recorded_at FROM "events" AS e WHERE e.recorded_at IS NOT NULL AND ({wrong}) LIMIT 1'
    for identity, stated in con.execute(query).fetchall():
        message = f"event {identity}: recorded_at {stated!s:.40} is not a time with its offset; write it like 2017-10-03T14:30:00+02:00"
        raise Invalid(message)


def _check_lateness(con: duckdb.DuckDBPyConnection, programme: Programme) -> None:
    lateness = programme.terms.lateness
    if lateness.accept is None:
        return
    late = f'SELECT e.id, e."at", {INSTANT} FROM "events" AS e WHERE {maybe_late(lateness)} ORDER BY e.id'
    for identity, at, recorded_at in con.execute(late).fetchall():
        try:
            lateness.counts_at(at, recorded_at)
        except Invalid as invalid:
            message = f"event {identity}: {invalid}"
            raise Invalid(message) from None
