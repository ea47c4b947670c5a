"""Everything that a database keeps, to be held against what it kept before."""

from typing import Any

from guerdon.store import Database
from guerdon.store.statements import Query
from guerdon.store.tables import METADATA

COUNTS = ("meta",)
"""SQLite's number of transactions, which rises with those too that found nothing to do."""

ASIDE = {"keys": ("last_used_on",)}
"""Columns that are written when there is time for it, and say nothing of what was asked for."""

Kept = dict[str, list[tuple[Any, ...]]]


def _columns(name: str) -> str:
    return ", ".join(column.name for column in METADATA.tables[name].columns if column.name not in ASIDE.get(name, ()))


_EVERYTHING = {
    name: Query(
        f"select {_columns(name)} from {name} order by {', '.join(column.name for column in table.primary_key)}"
    )
    for name, table in METADATA.tables.items()
    if name not in COUNTS
}


def kept(database: Database) -> Kept:
    """Return every row of every table that says something, in the order of their keys."""
    with database.view() as view:
        return {name: query.rows(view) for name, query in _EVERYTHING.items()}


def changed(before: Kept, after: Kept) -> list[str]:
    """Return the names of the tables that differ."""
    return [name for name in before if before[name] != after[name]]
