"""Reads files of events for tests: a small programme, and the two relations as lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from guerdon.batch.intake import History, Inputs, Shape, check_ids, open_history, survey
from guerdon.core.calendar import DAY_US, HOUR_US, Zone, parse_date
from guerdon.core.facts import BOOLEAN, DATE, ENGAGEMENT, MONEY, NUMBER, PURCHASE, REFUND, TEXT, Attribute, EventType
from guerdon.definition.zones import load_zone

NEW_YORK = load_zone("America/New_York")
UTC = load_zone("UTC")

PLAIN = {"purchase": EventType("purchase", PURCHASE), "refund": EventType("refund", REFUND)}
SHAPE = Shape("USD", {}, NEW_YORK, PLAIN)

BASKETS = {
    "purchase": EventType(
        "purchase",
        PURCHASE,
        (),
        (Attribute("product", TEXT, optional=True), Attribute("quantity", NUMBER, optional=True)),
    ),
    "refund": EventType("refund", REFUND),
}
BASKET_SHAPE = replace(SHAPE, event_types=BASKETS)

RICH = {
    "purchase": EventType(
        "purchase",
        PURCHASE,
        (
            Attribute("channel", TEXT),
            Attribute("weight", NUMBER, decimals=3, optional=True),
            Attribute("tip", MONEY, default=0),
            Attribute("gift", BOOLEAN, default=False),
            Attribute("booked", DATE, optional=True),
        ),
    ),
    "visit": EventType("visit", ENGAGEMENT),
}
RICH_SHAPE = Shape("USD", {"EUR": "1.25", "JPY": Fraction(1, 160)}, NEW_YORK, RICH)


@dataclass(frozen=True)
class Reading:
    """What came of reading files: the history, its events by row, its lines by row and line."""

    history: History
    events: list[dict[str, Any]]
    lines: list[dict[str, Any]]

    def column(self, name: str) -> list[Any]:
        return [event[name] for event in self.events]

    def line_column(self, name: str) -> list[Any]:
        return [line[name] for line in self.lines]


def read(
    folder: Path,
    *paths: Path | str,
    shape: Shape = SHAPE,
    bad_rows: Path | None = None,
    mapping: dict[str, str] | None = None,
    currency: str | None = None,
    zone: Zone | None = None,
) -> Reading:
    """Read files in one process, and the relations in another, as the workers of a run do."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    inputs = Inputs(tuple(map(str, paths)), mapping or {}, currency, zone)
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")
        history = open_history(con, shape, inputs, scratch=scratch, bad_rows=bad_rows)
        history = check_ids(con, survey(con, history))
    with duckdb.connect() as con:
        for statement in history.setup:
            con.execute(statement)
        events = _rows(con, 'select * from events order by "row"')
        lines = _rows(con, 'select * from lines order by "row", "line"') if history.has_lines else []
    return Reading(history, events, lines)


def write(folder: Path, text: str, name: str = "sales.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_parquet(folder: Path, query: str, name: str = "sales.parquet") -> Path:
    path = folder / name
    with duckdb.connect() as con:
        con.execute(f"copy ({query}) to '{path}' (format parquet)")
    return path


def at(local: str, *, hour: int = 0, offset: int = 0) -> int:
    """Return the instant of a UTC date and hour, or of a local one with its offset in hours."""
    return parse_date(local) * DAY_US + (hour - offset) * HOUR_US


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    relation = con.sql(query)
    return named(relation.columns, relation.fetchall())


def named(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
