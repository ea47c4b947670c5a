"""The folder of a ledger: a folder for each table, in it a Parquet file for each process that folded.

Invariants:
* What was there before stays until all is written; a run that fails leaves it as it was.
* All files of one table have one schema.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.batch.ledger.schema import TABLES, arrow_schema
from guerdon.core.errors import Invalid
from guerdon.core.programme import Programme

_ROWS_MAX: Final = 1_000_000


class LedgerFolder:
    """Where a ledger is written: beside its tables first, and in their place once `keep` is called."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self.writing: Final = Path(tempfile.mkdtemp(prefix=".writing-", dir=path))
        except OSError as failure:
            message = f"{path} cannot be written: {failure}"
            raise Invalid(message) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.writing, ignore_errors=True)

    def keep(self) -> None:
        """Put the tables in place of those that were there before."""
        _make_alike(self.writing)
        for table in TABLES:
            shutil.rmtree(self.path / table, ignore_errors=True)
            (self.writing / table).replace(self.path / table)


@contextmanager
def opened(path: Path | None) -> Iterator[LedgerFolder | None]:
    """Open the folder of the ledger that is asked for, if one is, and keep what was written when all has gone well."""
    if path is None:
        yield None
        return
    with LedgerFolder(path) as folder:
        yield folder
        folder.keep()


class Files:
    """Writes one process's part of each table."""

    def __init__(self, folder: Path, part: int, programme: Programme, *, whole: bool) -> None:
        self.programme: Final = programme
        self.whole: Final = whole
        self.paths: Final = {table: folder / table / f"part-{part}.parquet" for table in TABLES}
        for path in self.paths.values():
            path.parent.mkdir(exist_ok=True)
        self.writers: Final = {table: self._writer(table, wide=False) for table in TABLES}

    def close(self) -> None:
        """Finish every file."""
        for writer in self.writers.values():
            writer.close()

    def write(self, tables: dict[str, Any]) -> None:
        """Write further rows of each table."""
        for name, table in tables.items():
            if len(table):
                alike = table.schema.equals(self.writers[name].schema)
                self.writers[name].write_table(table if alike else self._widen(name, table), row_group_size=_ROWS_MAX)

    def _widen(self, name: str, table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Go on with wider numbers, or write what came as narrow ones as such."""
        schema = arrow_schema(name, self.programme, whole=self.whole, wide=True)
        if not self.writers[name].schema.equals(schema):
            self.writers[name].close()
            before = pq.read_table(self.paths[name])
            self.writers[name] = self._writer(name, wide=True)
            self.writers[name].write_table(before.cast(schema))
        return table.cast(schema)

    def _writer(self, table: str, *, wide: bool) -> pq.ParquetWriter:
        schema = arrow_schema(table, self.programme, whole=self.whole, wide=wide)
        words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        whole = [field.name for field in schema if field.type == pa.int64() or pa.types.is_timestamp(field.type)]
        return pq.ParquetWriter(
            self.paths[table],
            schema,
            compression="lz4",
            use_dictionary=words,
            column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
            write_statistics=["account"],
            store_schema=False,
        )


def counts_of(folder: Path) -> dict[str, int]:
    """Return how many rows each table of a ledger has."""
    return {table: sum(pq.read_metadata(path).num_rows for path in (folder / table).iterdir()) for table in TABLES}


def _make_alike(folder: Path) -> None:
    """Give all files of a table the widest schema that one of them needs."""
    for table in TABLES:
        paths = sorted((folder / table).iterdir())
        schemas = [pq.read_schema(path) for path in paths]
        widest = max(schemas, key=lambda schema: sum(pa.types.is_decimal(field.type) for field in schema))
        for path, schema in zip(paths, schemas, strict=True):
            if not schema.equals(widest):
                pq.write_table(pq.read_table(path).cast(widest), path)
