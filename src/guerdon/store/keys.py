"""Keys of those who call a service: kept as hashes, with scopes and an end."""

from typing import NamedTuple

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.tables import keys


class Key(NamedTuple):
    """A key: `scopes` are separated by spaces, `last_used_on` is a day since 1970."""

    id: str
    programme: int
    name: str
    key_hash: bytes
    scopes: str
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_on: int | None = None


def add(work: Work, key: Key) -> None:
    """Write a new key."""
    ordinary.add(work, keys, [key._asdict()])


def find(view: View, key_hash: bytes) -> Key | None:
    """Return the key of a hash, whatever became of it."""
    return next(iter(_read(view, {"key_hash": key_hash})), None)


def every(view: View, programme: int) -> list[Key]:
    """Return all keys of a programme, the oldest first."""
    return sorted(_read(view, {"programme": programme}), key=lambda key: (key.created_at, key.id))


def revoke(work: Work, programme: int, id_: str, *, at: int) -> bool:
    """End a key now; say whether it was not ended before."""
    return ordinary.change(work, keys, {"id": id_, "programme": programme, "revoked_at": None}, {"revoked_at": at})


def note_use(work: Work, id_: str, *, day: int) -> None:
    """Note the day on which a key was last used."""
    ordinary.change(work, keys, {"id": id_}, {"last_used_on": day})


def _read(view: View, which: dict[str, object]) -> list[Key]:
    query = ordinary.chosen(keys, Key._fields).where(ordinary.matches(keys, which))
    return [Key(*row) for row in ordinary.rows_of(view, query)]
