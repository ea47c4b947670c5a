"""Statements as relations and files: rows of `member, month, unit, points`, grouped as asked, totals after the months.

The relation "monthly" has `member, month, u0, u1, ...`: a row per member-month with any event, points in smallest parts;
"yearly" has `member, u0, u1, ...`: the same in all. "in order" has `member, month, unit, points` as the fold wrote them,
totals included.

Invariants:
* A member's rows stand together, months rising and then the total, units as the programme lists them; members are sorted
  as their ids are.
* Points are exact: BIGINT for whole points, DECIMAL for units with decimals or sums beyond 2**63.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from guerdon.batch.arrays import number, texts
from guerdon.batch.intake.sql import name, text
from guerdon.batch.ledger.moved import with_moved
from guerdon.core.calendar import month_name
from guerdon.core.errors import Invalid
from guerdon.core.programme import Programme, Unit
from guerdon.core.statement import TOTAL

GROUPINGS: Final = (("member", "month"), ("member",), ("month",), ())
"""What a statement can be grouped by; by member and month it has a `total` row for each member."""

_ROWS: Final = 300_000
"""So many rows are set end to end at a time."""

_FORMATS: Final = {
    ".csv": "(FORMAT csv, HEADER)",
    ".parquet": "(FORMAT parquet, COMPRESSION zstd)",
    ".jsonl": "(FORMAT json)",
    ".ndjson": "(FORMAT json)",
    ".json": "(FORMAT json)",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a statement is laid out: its grouping, the units it shows by their positions, and the files of "in order".

    `extras` are further columns, from the relation "moved".
    """

    by: tuple[str, ...]
    units: tuple[int, ...]
    programme: Programme
    parts: tuple[Path, ...] = ()
    extras: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Return the statement's columns."""
        return (*self.by, "unit", "points", *self.extras)


def format_of(path: Path) -> str:
    """Return DuckDB's options for a file by its ending; Invalid names the endings there are."""
    ending = path.suffix.lower()
    if ending not in _FORMATS:
        message = f"{path.name} has no ending that says its format; end it with {', '.join(sorted(_FORMATS))}"
        raise Invalid(message)
    return _FORMATS[ending]


def rows_sql(layout: Layout, *, wide: bool) -> str:
    """Return the SELECT of a statement's rows, in order, with all their columns."""
    rows = _points_sql(layout, wide=wide)
    if not layout.extras or not layout.units:
        return rows
    units = [layout.programme.units[unit] for unit in layout.units]
    decimals = max(unit.decimals for unit in units)
    kind = f"DECIMAL(38, {decimals})" if decimals or wide else "BIGINT"
    return with_moved(rows, layout.by, [unit.name for unit in units], layout.extras, kind)


def _points_sql(layout: Layout, *, wide: bool) -> str:
    """Return the rows with their points: from "in order" where a fold has left them so, else from "monthly"."""
    if not layout.units:
        words = ", ".join([*map(name, layout.by), """'' AS "unit\"""", '0 AS "points"'])
        return f'SELECT {words} FROM "monthly" WHERE false'
    order = ""
    if layout.parts and layout.by == ("member", "month"):
        rows = _in_order_sql(layout, wide=wide)
    else:
        rows = " UNION ALL ".join(_unit_sql(layout, unit, wide=wide) for unit in layout.units)
        order = f" ORDER BY {', '.join(f'q.{name(word)}' for word in (*layout.by, 'position'))}"
    shown = ["q.member"] if "member" in layout.by else []
    if "month" in layout.by:
        shown.append(f'{month_name_sql("q.month")} AS "month"')
    shown += ['q."unit"', 'q."points"']
    return f"SELECT {', '.join(shown)} FROM ({rows}) AS q{order}"


def _in_order_sql(layout: Layout, *, wide: bool) -> str:
    units = [(unit, layout.programme.units[unit]) for unit in layout.units]
    labels = " ".join(f"WHEN {position} THEN {text(unit.name)}" for position, unit in units)
    points = [(position, points_sql("points", unit, layout, wide=wide)) for position, unit in units]
    several = "CASE unit " + " ".join(f"WHEN {position} THEN {value}" for position, value in points) + " END"
    value = points[0][1] if len(points) == 1 else several
    label = text(units[0][1].name) if len(units) == 1 else f"CASE unit {labels} END"
    some = "" if len(units) == len(layout.programme.units) else f" WHERE unit = {units[0][0]}"
    return f'SELECT member, "month", {label} AS "unit", {value} AS "points" FROM "in order"{some}'


def month_name_sql(month: str) -> str:
    """Return SQL for a month's name, like 2017-10, or `total`; looked up, for to write each anew costs three times as much."""
    return f"CASE WHEN {month} = {TOTAL} THEN 'total' ELSE ({_MONTHS})[{month} - {_MONTH_FIRST - 1}] END"


_MONTH_FIRST: Final = 1969 * 12
_MONTH_NUMBERS: Final = range(_MONTH_FIRST, 2101 * 12)
_MONTHS: Final = f"[{', '.join(text(month_name(month)) for month in _MONTH_NUMBERS)}]"


def points_sql(points: str, unit: Unit, layout: Layout, *, wide: bool) -> str:
    """Return SQL for points in smallest parts as the statement shows them."""
    decimals = max(layout.programme.units[one].decimals for one in layout.units)
    if decimals == 0:
        return f"CAST({points} AS {'DECIMAL(38, 0)' if wide else 'BIGINT'})"
    factor = f"CAST({Decimal(1).scaleb(-unit.decimals):f} AS DECIMAL({unit.decimals + 1}, {unit.decimals}))"
    return f"CAST(CAST({points} AS DECIMAL({30 - decimals}, 0)) * {factor} AS DECIMAL(38, {decimals}))"


def _unit_sql(layout: Layout, position: int, *, wide: bool) -> str:
    unit = layout.programme.units[position]
    points = points_sql(f"SUM(u{position})", unit, layout, wide=wide)
    label = f'{text(unit.name)} AS "unit", {position} AS position'
    keys = [name(word) for word in layout.by]
    if layout.by == ("member", "month"):
        own = points_sql(f"u{position}", unit, layout, wide=wide)
        months = f'SELECT member, "month", {label}, {own} AS "points" FROM "monthly"'
        totals = f'SELECT member, {TOTAL} AS "month", {label}, {own} AS "points" FROM "yearly"'
        return f"{months} UNION ALL {totals}"
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    return f'SELECT {"".join(key + ", " for key in keys)}{label}, {points} AS "points" FROM "monthly"{group}'


def write(con: duckdb.DuckDBPyConnection, layout: Layout, path: Path) -> int:
    """Write the statement to a file and return how many rows it has; a file that exists is replaced when all is written."""
    options = format_of(path)
    beside = path.with_name(f".{path.name}.part")
    try:
        try:
            if _is_set_end_to_end(layout, path):
                count = set_end_to_end(layout, beside)
            else:
                (count,) = con.execute(
                    f"COPY ({rows_sql(layout, wide=False)}) TO {text(str(beside))} {options}"
                ).fetchone() or (0,)
        except duckdb.ConversionException:
            (count,) = con.execute(
                f"COPY ({rows_sql(layout, wide=True)}) TO {text(str(beside))} {options}"
            ).fetchone() or (0,)
        beside.replace(path)
    except (OSError, duckdb.IOException) as failure:
        message = f"{path} cannot be written: {failure}"
        raise Invalid(message) from None
    finally:
        beside.unlink(missing_ok=True)
    return int(count)


def _is_set_end_to_end(layout: Layout, path: Path) -> bool:
    """Say whether the parts of a fold need but names for months and units to be the statement."""
    whole = all(layout.programme.units[unit].decimals == 0 for unit in layout.units)
    every = len(layout.units) == len(layout.programme.units)
    return (
        bool(layout.parts)
        and not layout.extras
        and layout.by == ("member", "month")
        and path.suffix.lower() == ".parquet"
        and whole
        and every
    )


def set_end_to_end(layout: Layout, path: Path) -> int:
    """Write the parts of a fold as one file; as dictionaries, its names cost a tenth of what they would as texts."""
    months = texts(["total", *map(month_name, _MONTH_NUMBERS)])
    units = texts([unit.name for unit in layout.programme.units])
    named = pa.dictionary(pa.int64(), pa.string())
    member = pq.read_schema(layout.parts[0]).field("member")
    schema = pa.schema([member, ("month", named), ("unit", named), ("points", pa.int64())])
    count = 0
    options = {"compression": "zstd", "use_dictionary": ["month", "unit"], "store_schema": False}
    with pq.ParquetWriter(path, schema, **options) as out:
        for part in layout.parts:
            for batch in pq.ParquetFile(part).iter_batches(_ROWS):
                month = pc.subtract(batch["month"], number(_MONTH_FIRST - 1))
                month = pc.if_else(pc.equal(batch["month"], number(TOTAL)), number(0), month)
                columns = [
                    batch["member"],
                    pa.DictionaryArray.from_arrays(month, months),
                    pa.DictionaryArray.from_arrays(batch["unit"], units),
                    batch["points"],
                ]
                out.write_table(pa.Table.from_arrays(columns, schema=schema))
                count += len(batch)
    return count


def stream(con: duckdb.DuckDBPyConnection, layout: Layout, size: int = 10_000) -> Iterator[Sequence[Any]]:
    """Yield the statement's rows as tuples, a batch at a time in memory."""
    try:
        result = con.execute(rows_sql(layout, wide=False))
        first = result.fetchmany(size)
    except duckdb.ConversionException:
        result = con.execute(rows_sql(layout, wide=True))
        first = result.fetchmany(size)
    while first:
        yield from first
        first = result.fetchmany(size)


def totals(con: duckdb.DuckDBPyConnection, layout: Layout) -> tuple[dict[str, Decimal], int, int]:
    """Return the points of all members by unit, and how many members and months there are."""
    sums = ", ".join(f"CAST(COALESCE(SUM(u{unit}), 0) AS HUGEINT)" for unit in layout.units)
    members, *points = con.execute(f'SELECT COUNT(*), {sums} FROM "yearly"').fetchone() or ()
    (months,) = con.execute('SELECT COUNT(DISTINCT "month") FROM "monthly"').fetchone() or (0,)
    by_unit = {
        layout.programme.units[unit].name: Decimal(number).scaleb(-layout.programme.units[unit].decimals)
        for unit, number in zip(layout.units, points, strict=True)
    }
    return by_unit, int(members), int(months)


def gather(con: duckdb.DuckDBPyConnection, source: str, values: Sequence[str]) -> None:
    """Make "monthly" and "yearly" from a relation with `member, month` and SQL for each unit's points, summed exactly."""
    try:
        _gather(con, source, values, "BIGINT")
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        _gather(con, source, values, "HUGEINT")


def _gather(con: duckdb.DuckDBPyConnection, source: str, values: Sequence[str], kind: str) -> None:
    sums = ", ".join(f"CAST(SUM({value}) AS {kind}) AS u{unit}" for unit, value in enumerate(values))
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE "monthly" AS SELECT member, "month", {sums} FROM {source} GROUP BY member, "month"'
    )
    units = ", ".join(f"CAST(SUM(u{unit}) AS {kind}) AS u{unit}" for unit in range(len(values)))
    con.execute(f'CREATE OR REPLACE TEMP TABLE "yearly" AS SELECT member, {units} FROM "monthly" GROUP BY member')
