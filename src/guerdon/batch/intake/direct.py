"""Typed Parquet that is read where it lies: a row per event, in the programme's currency, with ids or without.

Invariants:
* Nothing is laid down and nothing looked at: every check is an expression of the view.
"""

from collections.abc import Sequence

import duckdb

from guerdon.batch.intake.events import plain_events
from guerdon.batch.intake.readings import INTEGERS
from guerdon.batch.intake.repeats import CANDIDATES, Keys, keys_of
from guerdon.batch.intake.rows import Group, typed_rows


def is_direct(con: duckdb.DuckDBPyConnection, group: Group) -> bool:
    """Say whether a group's rows can be read where they lie."""
    head = group.mapped.head
    needs_laying_down = (
        group.raw.is_text
        or bool(group.mapped.line)
        or group.mapped.is_nested
        or group.mapped.has_refunds
        or group.exchange.converts
        or any(head[word].is_text for word in ("at", "amount") if word in head)
    )
    if needs_laying_down or "id" not in head:
        return not needs_laying_down
    missing = f"select 1 from {group.raw.scan} where {head['id'].sql} is null limit 1"
    return not con.sql(missing).fetchall()


def direct_events(group: Group, *, whole_members: bool) -> str:
    """Return the SELECT of a group's events; an id that is made up costs nothing until somebody asks for it."""
    has_ids = "id" in group.mapped.head
    return plain_events(typed_rows(group, whole_members=whole_members), group, has_ids=has_ids)


def direct_keys(groups: Sequence[Group]) -> Keys | None:
    """Return the cheapest keys that tell ids apart; None where ids are made up and cannot repeat."""
    if all("id" not in group.mapped.head for group in groups):
        return None
    (group, *others) = groups
    identity = group.mapped.head.get("id")
    stems = {source.stem for source in group.raw.sources}
    of_one_source = not others and len(stems) == 1 and "source" not in group.mapped.head
    if of_one_source and identity is not None and identity.type.id in INTEGERS:
        return Keys(group.raw.scan, identity.sql, f"id in (select cast(key as varchar) from {CANDIDATES})", whole=True)
    return keys_of(" union all by name ".join(direct_events(each, whole_members=False) for each in groups))
