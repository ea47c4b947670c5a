"""Text files laid down as Parquet: every value as it was written, every row with its line.

Invariants:
* Nothing is interpreted here: a value is text, or absent.
* Faults are laid down beside the rows, with their lines and their text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.batch.intake.delimited import Fault, read_header, records
from guerdon.batch.intake.objects import Record, objects
from guerdon.batch.intake.plain import stage_plain
from guerdon.batch.intake.sources import Source, open_bytes
from guerdon.batch.intake.sql import ROW_BITS, parquet
from guerdon.core.errors import Invalid

_BATCH: Final = 50_000
_OBJECTS_BATCH: Final = 200_000
_COLUMNS_MAX: Final = 1_000
_FAULTS: Final = pa.schema([("row", pa.int64()), ("reason", pa.string()), ("content", pa.string())])

ORIGINAL: Final = "original"
"""The column that holds a JSON line as it was written."""


@dataclass(frozen=True)
class Staged:
    """A text file laid down: its columns' names, a FROM item with "row", c0, c1..., its faults if any, how many rows."""

    names: tuple[str, ...]
    scan: str
    faults: Path | None
    rows: int


class _Table:
    """A Parquet file that exists once something was added to it."""

    def __init__(self, path: Path, schema: Any, batch: int = _BATCH) -> None:  # noqa: ANN401 - pyarrow has no types
        self.path = path
        self.rows = 0
        self._schema = schema
        self._batch = batch
        self._held: list[tuple[object, ...]] = []
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        if self._writer:
            self._writer.close()

    def add(self, row: tuple[object, ...]) -> None:
        self._held.append(row)
        if len(self._held) == self._batch:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, self._schema, compression="lz4")
        columns = zip(*self._held, strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, self._schema.types, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += len(self._held)
        self._held = []

    def written(self) -> Path | None:
        return self.path if self.rows else None


def stage_csv(con: duckdb.DuckDBPyConnection, source: Source, index: int, scratch: Path) -> Staged:
    """Lay a CSV file down as Parquet."""
    base, path = index * ROW_BITS, scratch / f"text-{index}.parquet"
    with _open_text(source) as lines:
        header, separator, after = read_header(lines, source.shown)
        width = len(header)
        if after == 1 and (scan := stage_plain(con, source, path, separator=separator, width=width, base=base)):
            return Staged(tuple(header), scan, None, rows_of(con, scan))
        rows, faults = _Table(path, _schema(width)), _Table(scratch / f"faults-{index}.parquet", _FAULTS)
        with rows, faults:
            for record in records(lines, separator=separator, width=width, after=after):
                if isinstance(record, Fault):
                    faults.add((base + record.line, record.reason, record.content))
                else:
                    rows.add((base + record[0], *record[1]))
    if not rows.rows:
        pq.write_table(_schema(width).empty_table(), rows.path)
    return Staged(tuple(header), parquet(rows.path), faults.written(), rows.rows)


def rows_of(con: duckdb.DuckDBPyConnection, scan: str) -> int:
    """Return how many rows a FROM item has."""
    ((rows,),) = con.sql(f"select count(*) from {scan}").fetchall()
    return int(rows)


def stage_json(source: Source, index: int, scratch: Path, names: dict[str, int]) -> Staged:
    """Lay a file of JSON lines down as Parquet, in parts; `names` gains the keys it has."""
    base, rows, parts = index * ROW_BITS, 0, list[Path]()
    with _open_text(source) as lines, _Table(scratch / f"faults-{index}.parquet", _FAULTS) as faults:
        for batch in _batches(objects(lines), faults, base):
            for record in batch:
                _learn(names, record.values, source)
            parts.append(scratch / f"text-{index}-{len(parts)}.parquet")
            pq.write_table(_pivot(batch, base, names), parts[-1], compression="lz4")
            rows += len(batch)
    return Staged(tuple(names), parquet(parts, by_name=True), faults.written(), rows)


def _batches(found: Iterator[Record | Fault], faults: _Table, base: int) -> Iterator[list[Record]]:
    """Return records many at a time, the last batch perhaps empty; faults go to their table."""
    batch: list[Record] = []
    for record in found:
        if isinstance(record, Fault):
            faults.add((base + record.line, record.reason, record.content))
            continue
        batch.append(record)
        if len(batch) == _OBJECTS_BATCH:
            yield batch
            batch = []
    yield batch


def _learn(names: dict[str, int], found: dict[str, str | None], source: Source) -> None:
    for key in found:
        names.setdefault(key, len(names))
    if len(names) > _COLUMNS_MAX:
        message = f"{source.shown} has more than {_COLUMNS_MAX} different names in its objects; write values under fixed names"
        raise Invalid(message)


def _pivot(batch: list[Record], base: int, names: dict[str, int]) -> Any:  # noqa: ANN401 - pyarrow has no types
    schema = _schema(len(names)).append(pa.field(ORIGINAL, pa.string()))
    columns: list[list[Any]] = [[base + record.line for record in batch]]
    columns += [[record.values.get(name) for record in batch] for name in names]
    columns += [[record.content for record in batch]]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _schema(width: int) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.schema([("row", pa.int64()), *((f"c{position}", pa.string()) for position in range(width))])


@contextmanager
def _open_text(source: Source) -> Iterator[Iterator[str]]:
    """Open a file as UTF-8 lines; other text is Invalid, with its first line that is not UTF-8."""
    try:
        with open_bytes(source) as file, TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
            yield lines
    except UnicodeDecodeError as error:
        message = f"{source.shown} line {_first_undecodable(source)} is not UTF-8 text; save the file as UTF-8"
        raise Invalid(message) from error
    except (OSError, EOFError) as error:
        message = f"{source.shown} cannot be read: {error}"
        raise Invalid(message) from error


def _first_undecodable(source: Source) -> int:
    with open_bytes(source) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0
