"""What was spent and what expired beside what was earned: further columns of a statement, from a ledger's postings.

The relation "moved" has `member, month, unit, spent, expired`, in the statement's grouping, months by name and units by position.

Invariants:
* What is spent counts in the month of the redemption and for its member; what expires in the month in which it fell due, and
  for the member whose event had earned it.
* What is given back later is taken off in the month in which it is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake import History
from guerdon.batch.intake.sql import name, text
from guerdon.batch.plan import turned, view
from guerdon.core.calendar import MONTH
from guerdon.core.programme import Programme

EXTRAS: Final = ("spent", "expired")
"""Columns that a statement has on request."""

_BOOKS: Final = {"spent": "redeemed", "expired": "breakage"}


def lay_moved(  # noqa: PLR0913 - whose ledger, of which time, in which grouping
    con: duckdb.DuckDBPyConnection,
    programme: Programme,
    history: History,
    folder: Path,
    *,
    as_of: int,
    by: Sequence[str],
    months: str,
) -> None:
    """Make the relation "moved"; `months` is SQL for the name of a month by its number."""
    span = (min(history.summary.first_at or 0, as_of), max(history.summary.last_at or 0, as_of) + 1)
    con.execute(view("moves", _moves(programme, folder, span, pooled=history.has_accounts)))
    sums = ", ".join(f"SUM(CASE WHEN book = {text(_BOOKS[one])} THEN points ELSE 0 END) AS {one}" for one in EXTRAS)
    keys = [*(["member"] if "member" in by else []), *([f'{months} AS "month"'] if "month" in by else []), "unit"]
    query = f'SELECT {", ".join(keys)}, {sums} FROM "moves" GROUP BY ALL'
    if tuple(by) == ("member", "month"):
        query += f" UNION ALL SELECT member, 'total', unit, {sums} FROM \"moves\" GROUP BY ALL"
    con.execute(f'CREATE OR REPLACE TEMP TABLE "moved" AS {query}')


def _moves(programme: Programme, folder: Path, span: tuple[int, int], *, pooled: bool) -> str:
    """Return SQL for the postings of the two books, with whose they are and in which month."""
    books = ", ".join(map(text, _BOOKS.values()))
    own = "j.account AS member"
    joins = ""
    if pooled:
        own = "v.member"
        joins = (
            f" LEFT JOIN {_read(folder, 'journals')} AS o ON o.account = p.account AND o.journal = p.lot_journal"
            ' LEFT JOIN "events" AS v ON v.account = p.account'
            " AND v.source = CASE WHEN p.book = 'redeemed' AND j.cause = 'event' THEN j.source ELSE COALESCE(o.source, j.source) END"
            " AND v.id = CASE WHEN p.book = 'redeemed' AND j.cause = 'event' THEN j.event ELSE COALESCE(o.event, j.event) END"
        )
    rows = (
        f'SELECT {own}, p.unit, p.book, p.points, epoch_us(j."at") AS "at" FROM {_read(folder, "postings")} AS p '
        f"JOIN {_read(folder, 'journals')} AS j ON j.account = p.account AND j.journal = p.journal{joins} WHERE p.book IN ({books})"
    )
    month, join = turned(programme.zone.period_table(MONTH, *span), "moved_months")
    return f'SELECT e.member, e.unit, e.book, e.points, CAST({month} AS BIGINT) AS "month" FROM ({rows}) AS e{join}'


def _read(folder: Path, table: str) -> str:
    return f"read_parquet({text(str(folder / table / '*.parquet'))})"


def with_moved(rows: str, by: Sequence[str], units: Sequence[str], extras: Sequence[str], kind: str) -> str:
    """Return SQL for a statement's rows with further columns; months in which nothing was earned come with 0 points."""
    keys = [*by, "unit"]
    shown = [f"COALESCE(s.{name(key)}, m.{name(key)}) AS {name(key)}" for key in keys]
    numbers = ["COALESCE(s.points, 0) AS points", *[f"CAST(COALESCE(m.{one}, 0) AS {kind}) AS {one}" for one in extras]]
    listed = f"[{', '.join(map(text, units))}]"
    on = " AND ".join(f"s.{name(key)} = m.{name(key)}" for key in keys)
    moved = f'SELECT * FROM "moved" WHERE unit IN ({", ".join(map(text, units))})'
    joined = f"SELECT {', '.join([*shown, *numbers])} FROM ({rows}) AS s FULL JOIN ({moved}) AS m ON {on}"
    order = [*[f"w.{name(key)}" for key in by], f"list_position({listed}, w.unit)"]
    return f"SELECT * FROM ({joined}) AS w ORDER BY {', '.join(order)}"
