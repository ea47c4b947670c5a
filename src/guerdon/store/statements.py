"""Set-based statements for the driver itself: one for each database, rows in and out by the thousand.

PostgreSQL gets a column of values as one array; SQLite a list as JSON, or rows one after the other.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger, Table

from guerdon.store.database import View, Work

Row = tuple[Any, ...]


class Asked:
    """An answer on its way."""

    def __init__(self, cursor: Any) -> None:  # noqa: ANN401 - of either driver
        self._cursor: Final = cursor

    def rows(self) -> list[Row]:
        """Return its rows, when they are here."""
        found: list[Row] = self._cursor.fetchall()
        return found


class Query:
    """One statement, and its values in order; a list of values stands where SQL has `json_each(?)` or an array."""

    def __init__(self, sqlite: str, postgresql: str = "") -> None:
        self._sqlite: Final = sqlite
        self._postgresql: Final = (postgresql or sqlite).replace("?", "%b")

    def ask(self, view: View, *values: object) -> Asked:
        """Send it."""
        if view.is_postgresql:
            return Asked(view.driver.execute(self._postgresql, values, prepare=True, binary=True))
        return Asked(view.driver.execute(self._sqlite, [_listed(value) for value in values]))

    def rows(self, view: View, *values: object) -> list[Row]:
        """Send it, and return its rows."""
        return self.ask(view, *values).rows()


class Insert:
    """New rows of a table that begins with the programme; with `replaces`, rows whose key is there get what these say instead.

    The key says which row it is, whatever the planner believes of a table: an update that joins new values to rows may be planned
    while the table is empty, and read all of it for ever after.
    """

    def __init__(self, table: Table, *, replaces: bool = False) -> None:
        names = [column.name for column in table.columns]
        keys = [column.name for column in table.primary_key]
        told = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
        tail = f" on conflict ({', '.join(keys)}) do update set {told}" if replaces else ""
        head = f"insert into {table.name} ({', '.join(names)})"
        columns = list(table.columns)[1:]
        arrays = [_array(column.type) for column in columns]
        self._written: Final = [_writer(column.type, nullable=bool(column.nullable)) for column in columns]
        marks = ", ".join("?" for _ in arrays)
        self._many: Final = f"{head} values (%d, {marks}){tail}"
        # Without a condition, "on" would be read as that of a join.
        self._postgresql: Final = (
            f"{head} select %b::integer, u.* from unnest({', '.join(arrays)}) as u where true{tail}"
        )

    def add(self, work: Work, programme: int, rows: Sequence[Row]) -> None:
        """Write rows; each has the table's columns in order, without the programme.

        PostgreSQL gets a column as the text of one array, which is several times faster than what the driver makes of a list.
        """
        if not rows:
            return
        if not work.is_postgresql:
            work.driver.executemany(self._many % programme, rows)
            return
        columns = [write(column) for column, write in zip(zip(*rows, strict=True), self._written, strict=True)]
        work.driver.execute(self._postgresql, [programme, *columns], prepare=True, binary=True)


def _listed(value: object) -> object:
    return json.dumps(value) if isinstance(value, list) else value


def _array(kind: object) -> str:
    """Return what stands for an array of a column's values in a statement for PostgreSQL."""
    if isinstance(kind, BigInteger):
        return "%t::bigint[]"
    if isinstance(kind, SmallInteger):
        return "%t::smallint[]"
    if isinstance(kind, Integer):
        return "%t::integer[]"
    return "%t::bytea[]" if isinstance(kind, LargeBinary) else "%t::text[]"


def _writer(kind: object, *, nullable: bool) -> Callable[[tuple[Any, ...]], str]:
    """Return what writes a column of values as PostgreSQL reads an array."""
    one = str if isinstance(kind, Integer) else _bytes if isinstance(kind, LargeBinary) else _quoted
    if nullable:
        return lambda column: f"{{{','.join(['null' if value is None else one(value) for value in column])}}}"
    return lambda column: f"{{{','.join(map(one, column))}}}"


def _bytes(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
