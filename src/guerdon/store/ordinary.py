"""Ordinary queries: what SQLAlchemy Core writes for either database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, literal_column, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from guerdon.store.database import View, Work

Columns = Mapping[str, object]
DRIVEN: Final = 500
"""How many names are looked for at once."""


def matches(table: Table, key: Columns) -> ColumnElement[bool]:
    """Return the condition that columns have these values."""
    return and_(*[table.c[name] == value for name, value in key.items()])


def rows_of(view: View, query: Select[Any]) -> list[tuple[Any, ...]]:
    """Return a query's rows as plain tuples."""
    return [tuple(row) for row in view.connection.execute(query)]


def chosen(table: Table, names: Sequence[str]) -> Select[Any]:
    """Begin a query for some columns of a table."""
    return select(*[table.c[name] for name in names])


def add(work: Work, table: Table, rows: Iterable[Columns]) -> None:
    """Write new rows; one that is there ends the work as a Conflict of code `taken`."""
    listed = [dict(row) for row in rows]
    if listed:
        work.connection.execute(table.insert(), listed)


def add_if_new(work: Work, table: Table, row: Columns) -> bool:
    """Write a row unless one with its key is there, which may have to be waited for; say whether it was written."""
    insert = postgresql.insert if work.is_postgresql else sqlite.insert
    written: Any = insert(table).values(**row).on_conflict_do_nothing().returning(literal_column("1"))
    return work.connection.execute(written).first() is not None


def add_new(work: Work, table: Table, rows: Sequence[Columns]) -> int:
    """Write those of many rows whose keys are not there, many at a time in their order; return how many were written."""
    insert = postgresql.insert if work.is_postgresql else sqlite.insert
    written: Any = insert(table).on_conflict_do_nothing().returning(literal_column("1"))
    return len(work.connection.execute(written, rows).all()) if rows else 0


def change(work: Work, table: Table, key: Columns, values: Columns) -> bool:
    """Change the rows of a key; say whether there were any."""
    return work.connection.execute(table.update().where(matches(table, key)).values(**values)).rowcount > 0


def take_away(work: Work, table: Table, key: Columns) -> int:
    """Delete the rows of a key; say how many there were."""
    return int(work.connection.execute(table.delete().where(matches(table, key))).rowcount)


def found(
    view: View, table: Table, columns: Sequence[str], fixed: Columns, key: Sequence[str], wanted: Iterable[object]
) -> list[tuple[Any, ...]]:
    """Return the rows whose key columns have one of the wanted values, in the order of these, then of the table's key."""
    listed = sorted(set(wanted))  # type: ignore[type-var]
    parts = [table.c[name] for name in key]
    query = chosen(table, columns).where(matches(table, fixed)).order_by(*parts, *table.primary_key.columns)
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(listed), DRIVEN):
        some = listed[start : start + DRIVEN]
        one_of = parts[0].in_(some) if len(parts) == 1 else tuple_(*parts).in_(some)
        rows += rows_of(view, query.where(one_of))
    return rows
