"""Rating account by account as values, where a strategy's Python must see each transaction."""

from collections.abc import Callable

import duckdb

from guerdon.batch import ledger, statement
from guerdon.batch.intake import History
from guerdon.batch.values import events_where
from guerdon.core.calendar import MONTH
from guerdon.core.effects import SIGNS
from guerdon.core.history import rate_events
from guerdon.core.programme import Programme


def rate_by_value(
    con: duckdb.DuckDBPyConnection,
    programme: Programme,
    history: History,
    folder: ledger.LedgerFolder | None,
    as_of: int,
    progress: Callable[[str, float | None], None],
) -> None:
    """Make the statement's relations, and the ledger if there is a folder for one."""
    columns = ", ".join(f"u{i} HUGEINT" for i in range(len(programme.units)))
    kind = "BIGINT" if history.member_is_integer else "VARCHAR"
    con.execute(f'CREATE TEMP TABLE "answers" (member {kind}, "month" BIGINT, {columns})')
    done = 0
    total = max(history.summary.events or 0, 1)
    book = ledger.ValueBook(programme, folder, as_of=as_of, whole=history.member_is_integer)
    for events in events_where(con, programme, history, "true"):
        book.add(events)
        sums: dict[tuple[str, int], list[int]] = {}
        for answer in rate_events(programme, events):
            key = (answer.event.member, int(programme.zone.period_of(MONTH, answer.event.at)))
            points = sums.setdefault(key, [0] * len(programme.units))
            for effect in answer.effects:
                points[effect.unit] += SIGNS[effect.kind] * effect.granted
        marks = ", ".join("?" for _ in range(2 + len(programme.units)))
        con.executemany(f'INSERT INTO "answers" VALUES ({marks})', [[*key, *points] for key, points in sums.items()])
        done += len(events)
        progress("rating", done / total)
    book.close()
    statement.gather(con, '"answers"', [f"u{i}" for i in range(len(programme.units))])
