"""Files as one relation each kind: columns as they stand in the files, and the number of every row.

Invariants:
* Files stand together in one group when their columns and types are the same (JSON lines always do).
* A row's number is its file's index in `Raws.sources` times ROW_BITS, plus its line, or its row number in Parquet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb.sqltypes import DuckDBPyType

from guerdon.batch.intake.sources import CSV, JSON, PARQUET, Source, find_sources
from guerdon.batch.intake.sql import ROW_BITS, name, parquet, text
from guerdon.batch.intake.staging import ORIGINAL, Staged, stage_csv, stage_json
from guerdon.core.errors import Invalid

_TAKEN = ("file_row_number", "file_index")


@dataclass(frozen=True)
class Column:
    """A column of a file: its name there, its SQL, its type."""

    name: str
    sql: str
    type: DuckDBPyType

    @property
    def is_text(self) -> bool:
        """Say whether values come as text."""
        return self.type.id == "varchar"


def parts_of(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    """Return the named parts of a list or struct type; other types have none."""
    if kind.id not in {"list", "struct"}:
        return []
    return [(part, inner) for part, inner in kind.children if isinstance(inner, DuckDBPyType)]


@dataclass(frozen=True)
class Raw:
    """Files of one kind: a FROM item with "row" and the columns, and SQL for a row as it stood in its file."""

    scan: str
    columns: tuple[Column, ...]
    original: str
    first: int
    sources: tuple[Source, ...]
    is_text: bool


@dataclass(frozen=True)
class Raws:
    """All files: their groups, in the order of their indices, the faults of text files, how many rows there are."""

    sources: tuple[Source, ...]
    groups: tuple[Raw, ...]
    faults: tuple[Path, ...]
    rows: int


def open_raws(
    con: duckdb.DuckDBPyConnection, paths: tuple[str, ...], scratch: Path, progress: Callable[[str], None]
) -> Raws:
    """Find the files, lay text down as Parquet, and return all of them as relations."""
    found = find_sources(paths, scratch)
    kinds = {kind: [source for source in found if source.format == kind] for kind in (PARQUET, CSV, JSON)}
    signatures = _signatures(con, kinds[PARQUET])
    sources = [source for group in signatures for source in group] + kinds[CSV] + kinds[JSON]
    groups = [_of_parquet(con, group, sources.index(group[0])) for group in signatures]
    staged, names = dict[Source, Staged](), dict[str, int]()
    for index, source in enumerate(sources):
        if source.format == PARQUET:
            continue
        progress(f"reading {source.shown}")
        is_csv = source.format == CSV
        staged[source] = stage_csv(con, source, index, scratch) if is_csv else stage_json(source, index, scratch, names)
    groups += _of_csv(staged, sources)
    groups += _of_json(staged, sources, names)
    rows = sum(part.rows for part in staged.values()) + _count(con, kinds[PARQUET])
    faults = tuple(part.faults for part in staged.values() if part.faults)
    return Raws(tuple(sources), tuple(groups), faults, rows)


def _signatures(con: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> list[list[Source]]:
    """Return Parquet files grouped by their columns and types, in the order of the first of each."""
    groups: dict[tuple[tuple[str, str], ...], list[Source]] = {}
    for source in sources:
        relation = _described(con, source)
        groups.setdefault(tuple(zip(relation.columns, map(str, relation.types), strict=True)), []).append(source)
    return list(groups.values())


def _described(con: duckdb.DuckDBPyConnection, source: Source) -> duckdb.DuckDBPyRelation:
    try:
        return con.sql(f"from {parquet(source.path)}")
    except duckdb.Error as error:
        message = f"{source.shown} cannot be read as Parquet: {str(error).splitlines()[0]}"
        raise Invalid(message) from error


def _of_parquet(con: duckdb.DuckDBPyConnection, sources: Sequence[Source], first: int) -> Raw:
    relation = _described(con, sources[0])
    pairs = list(zip(relation.columns, relation.types, strict=True))
    if clash := [column for column, _ in pairs if column.lower() in _TAKEN]:
        message = f"{sources[0].shown} has a column named {clash[0]}, which stands for something else here; rename it"
        raise Invalid(message)
    columns = tuple(Column(column, name(column), kind) for column, kind in pairs)
    number = f"({first} + file_index) * {ROW_BITS} + file_row_number + 1"
    scan = f'(select *, cast({number} as bigint) as "#row" from {parquet([source.path for source in sources])})'
    return Raw(scan, columns, _as_json(columns), first, tuple(sources), is_text=False)


def _of_csv(staged: dict[Source, Staged], sources: Sequence[Source]) -> list[Raw]:
    groups: dict[tuple[str, ...], list[Source]] = {}
    for source, part in staged.items():
        if source.format == CSV:
            groups.setdefault(part.names, []).append(source)
    return [
        _of_text(names, [staged[source].scan for source in group], group, sources.index(group[0]))
        for names, group in groups.items()
    ]


def _of_json(staged: dict[Source, Staged], sources: Sequence[Source], names: dict[str, int]) -> list[Raw]:
    group = [source for source in staged if source.format == JSON]
    if not group:
        return []
    scans = [staged[source].scan for source in group]
    return [_of_text(tuple(names), scans, group, sources.index(group[0]), original=name(ORIGINAL))]


def _of_text(names: tuple[str, ...], scans: list[str], group: list[Source], first: int, original: str = "") -> Raw:
    columns = tuple(Column(column, f"c{position}", DuckDBPyType("VARCHAR")) for position, column in enumerate(names))
    rows = " union all by name ".join(f"select * from {scan}" for scan in scans)
    scan = f'(select *, "row" as "#row" from ({rows}))'
    return Raw(scan, columns, original or _as_json(columns), first, tuple(group), is_text=True)


def _as_json(columns: Sequence[Column]) -> str:
    pairs = ", ".join(f"{text(column.name)}, {column.sql}" for column in columns)
    return f"cast(json_object({pairs}) as varchar)"


def _count(con: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> int:
    if not sources:
        return 0
    files = ", ".join(text(str(source.path)) for source in sources)
    ((counted,),) = con.sql(f"select sum(num_rows) from parquet_file_metadata([{files}])").fetchall()
    return int(counted)
