"""Typed Parquet that is read where it lies: a row per event, in the programme's currency, with ids or without, with baskets or without.

Invariants:
* Nothing is laid down and nothing looked at: every check is an expression of the view.
"""

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from guerdon.batch.intake.events import listed_events, plain_events
from guerdon.batch.intake.lists import is_listed
from guerdon.batch.intake.readings import INTEGERS, given, words
from guerdon.batch.intake.repeats import CANDIDATES, Keys, keys_of
from guerdon.batch.intake.rows import Group, all_have_ids, typed_rows


def are_direct(con: duckdb.DuckDBPyConnection, groups: Sequence[Group]) -> bool:
    """Say whether the rows of all groups can be read where they lie; where refunds name purchases, these need their ids.

    What comes back without a purchase is laid down with what it is worth.
    """
    if any(group.mapped.valued for group in groups):
        return False
    if any(group.mapped.has_refunds for group in groups) and any("id" not in group.mapped.head for group in groups):
        return False
    return all(_is_direct(con, group) for group in groups)


def _is_direct(con: duckdb.DuckDBPyConnection, group: Group) -> bool:
    head = group.mapped.head
    needs_laying_down = (
        group.raw.is_text
        or group.mapped.is_flat
        or group.exchange.converts
        or any(head[word].is_text for word in ("at", "amount") if word in head)
    )
    if group.mapped.is_nested:
        return not needs_laying_down and all_have_ids(con, group) and is_listed(con, group)
    if needs_laying_down or "id" not in head:
        return not needs_laying_down
    return all_have_ids(con, group)


def direct_events(group: Group, *, whole_members: bool, proven: bool = False) -> str:
    """Return the SELECT of a group's events; an id that is made up costs nothing until somebody asks for it.

    Where all rows are proven to be good, their lines are not looked at again for what could be wrong with them.
    """
    rows = typed_rows(group, whole_members=whole_members)
    if group.mapped.is_nested:
        return listed_events(rows, group, proven=proven)
    return plain_events(rows, group, has_ids="id" in group.mapped.head)


def direct_involved(groups: Sequence[Group], *, whole_members: bool, proven: bool) -> str:
    """Return the SELECT of refunds and of the events that they may name, found by whole numbers where ids are such."""
    heads = [group.mapped.head for group in groups]
    columns = [head[word] for head in heads for word in ("id", "refund_of") if word in head]
    whole = all(column.type.id in INTEGERS for column in columns)
    named = " union all ".join(
        f"select {_told(group, 'refund_of', whole=whole)} as word from {group.raw.scan}"
        for group in groups
        if group.mapped.has_refunds
    )
    parts = []
    for group in groups:
        found = f"{_told(group, 'id', whole=whole)} in (select word from ({named}) where word is not null)"
        if group.mapped.has_refunds:
            found = f"{_told(group, 'refund_of', whole=whole)} is not null or {found}"
        raw = replace(group.raw, scan=f"(select * from {group.raw.scan} where {found})")
        parts.append(direct_events(replace(group, raw=raw), whole_members=whole_members, proven=proven))
    return " union all by name ".join(parts)


def _told(group: Group, word: str, *, whole: bool) -> str:
    column = group.mapped.head[word]
    return column.sql if whole else words(column, given(column)).value


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
