"""Identities: e-mail, phone, card, shop id and others by which a member is recognised; kept as keyed hashes alone.

Invariants:
* A value of a kind belongs to one member, or, as long as guests use it, or after it was taken from one, to nobody.
* What is kept cannot be turned back into the value, nor tried out without the database's own key.
* What stays for ever names an identity by its handle, which chance made: once its row is deleted, it leads to nothing, whoever
  has the key and the value.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import select

from guerdon.core.errors import invariant
from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.schema import HASH_KEY
from guerdon.store.tables import identities, meta

Value = tuple[str, bytes]
"""A kind, and the hash of a value."""

NOBODY: Final = ""
"""Whose an identity is that guests use."""


_HANDLE_BYTES: Final = 16


class Known(NamedTuple):
    """Whose an identity is, and by which handle what stays for ever names it; `is_new` where this work made it known."""

    member: str
    handle: bytes
    is_new: bool = False


class Identity(NamedTuple):
    """By what a member is recognised."""

    kind: str
    value_hash: bytes
    member: str
    added_at: int


def key_of(view: View) -> bytes:
    """Return the key of the hashes; it stays the same, so it is read once."""
    kept = view.connection.execute(select(meta.c.value).where(meta.c.name == HASH_KEY)).scalar_one_or_none()
    invariant(kept is not None, "a migrated database has a key for hashes")
    return bytes.fromhex(str(kept))


def hash_of(key: bytes, kind: str, value: str) -> bytes:
    """Return the hash of a value, which has been brought to its usual form."""
    return hmac.digest(key, f"{kind}\0{value}".encode(), hashlib.sha256)


def add(work: Work, programme: int, rows: Iterable[Identity]) -> dict[Value, str]:
    """Add identities, and return the members of those that belonged to somebody before."""
    before: dict[Value, str] = {}
    for row in sorted(rows):
        if not _take(work, programme, row):
            before[row[:2]] = find(work, programme, [row[:2]]).get(row[:2], NOBODY)
    return before


def hold(work: Work, programme: int, values: Iterable[Value], *, at: int) -> dict[Value, Known]:
    """Hold identities until the end of the work, so that nobody joins with them meanwhile; return what is known of them.

    Those that there are not yet are made, nobody's.
    """
    found: dict[Value, Known] = {}
    for kind, value in sorted(set(values)):
        row = Identity(kind, value, NOBODY, at)
        is_new = ordinary.add_if_new(work, identities, _new(programme, row))
        query = ordinary.chosen(identities, ["member", "handle"]).where(
            ordinary.matches(identities, _key(programme, row))
        )
        for member, handle in ordinary.rows_of(work, query.with_for_update()):
            found[kind, value] = _known(value, member, handle)._replace(is_new=is_new)
    return found


def known(view: View, programme: int, values: Iterable[Value]) -> dict[Value, Known]:
    """Return what is known of values, those that are nobody's too; those of which nothing is known are left out."""
    fields = ("kind", "value_hash", "member", "handle")
    rows = ordinary.found(view, identities, fields, {"programme": programme}, ["kind", "value_hash"], values)
    return {(row[0], bytes(row[1])): _known(bytes(row[1]), row[2], row[3]) for row in rows}


def find(view: View, programme: int, values: Iterable[Value]) -> dict[Value, str]:
    """Return the members of values; those that are nobody's are left out."""
    return {value: one.member for value, one in known(view, programme, values).items() if one.member != NOBODY}


def of_member(view: View, programme: int, member: str) -> list[Identity]:
    """Return the identities of a member."""
    rows = ordinary.found(view, identities, Identity._fields, {"programme": programme}, ["member"], [member])
    return sorted(Identity(*row) for row in rows)


def release(work: Work, programme: int, kind: str, value_hash: bytes) -> None:
    """Take an identity from its member: it is nobody's, and free; what named it before does so still."""
    row = Identity(kind, value_hash, NOBODY, 0)
    query = ordinary.chosen(identities, ["member"]).where(ordinary.matches(identities, _key(programme, row)))
    for (member,) in ordinary.rows_of(work, query.with_for_update()):
        ordinary.change(work, identities, _key(programme, row), {"member": NOBODY, "former": member})


def remove(work: Work, programme: int, kind: str, value_hash: bytes) -> None:
    """Forget an identity that nobody used after all."""
    key = {"programme": programme, "kind": kind, "value_hash": value_hash}
    ordinary.take_away(work, identities, key)


def forget_of(work: Work, programme: int, member: str) -> list[Value]:
    """Forget all identities of a member, those too that were taken from them and are nobody's since; return them."""
    gone: list[Value] = []
    for key in ({"member": member}, {"member": NOBODY, "former": member}):
        matching = ordinary.matches(identities, {"programme": programme, **key})
        query = ordinary.chosen(identities, ["kind", "value_hash"]).where(matching)
        gone += [(kind, bytes(value)) for kind, value in ordinary.rows_of(work, query)]
        ordinary.take_away(work, identities, {"programme": programme, **key})
    return gone


def _take(work: Work, programme: int, row: Identity) -> bool:
    """Write an identity that there is not, or that is nobody's; say whether it was written."""
    if ordinary.add_if_new(work, identities, _new(programme, row)):
        return True
    free = {**_key(programme, row), "member": NOBODY}
    return ordinary.change(work, identities, free, {"member": row.member, "added_at": row.added_at})


def _new(programme: int, row: Identity) -> dict[str, object]:
    return {"programme": programme, **row._asdict(), "handle": secrets.token_bytes(_HANDLE_BYTES)}


def _known(value_hash: bytes, member: str, handle: bytes | None) -> Known:
    """Return what is known; events from before there were handles name an identity by its hash."""
    return Known(member, value_hash if handle is None else bytes(handle))


def _key(programme: int, row: Identity) -> dict[str, object]:
    return {"programme": programme, "kind": row.kind, "value_hash": row.value_hash}
