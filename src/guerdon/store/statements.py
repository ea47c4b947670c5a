"""Set-based statements for the driver itself: one for each database, rows in and out by the thousand.

PostgreSQL gets a column of values as one array; SQLite a list as JSON, or rows one after the other.
"""

import json
from collections.abc import Sequence
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
    """New rows of a table that begins with the programme."""

    def __init__(self, table: Table) -> None:
        names = [column.name for column in table.columns]
        head = f"insert into {table.name} ({', '.join(names)})"
        columns = list(table.columns)[1:]
        arrays = [_array(column.type) for column in columns]
        self._whole: Final = [isinstance(column.type, Integer) for column in columns]
        self._nullable: Final = [bool(column.nullable) for column in columns]
        marks = ", ".join("?" for _ in arrays)
        self._many: Final = f"{head} values (%d, {marks})"
        self._postgresql: Final = f"{head} select %b::integer, u.* from unnest({', '.join(arrays)}) as u"

    def add(self, work: Work, programme: int, rows: Sequence[Row]) -> None:
        """Write rows; each has the table's columns in order, without the programme.

        PostgreSQL gets a column as one array; of whole numbers the driver is given the array's text, which is several times faster.
        """
        if not rows:
            return
        if not work.is_postgresql:
            work.driver.executemany(self._many % programme, rows)
            return
        told = zip(zip(*rows, strict=True), self._whole, self._nullable, strict=True)
        columns = [_text_of(column, nullable=nullable) if whole else list(column) for column, whole, nullable in told]
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
    return "%b::bytea[]" if isinstance(kind, LargeBinary) else "%b::text[]"


def _text_of(numbers: tuple[int | None, ...], *, nullable: bool) -> str:
    """Return an array of whole numbers as PostgreSQL reads it."""
    if nullable:
        return f"{{{','.join(['null' if one is None else str(one) for one in numbers])}}}"
    return f"{{{','.join(map(str, numbers))}}}"
