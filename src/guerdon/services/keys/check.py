"""Check a key: whose it is, what it is good for, whether it still is, and when it was last used."""

from dataclasses import dataclass
from typing import Final

from guerdon.store import keys
from guerdon.store.database import View, Work

ADMIN = "admin"
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever holds a key: its id, and what it is good for, until when."""

    id: str
    name: str
    scopes: frozenset[str]
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_on: int | None = None

    def may(self, scope: str) -> bool:
        """Say whether the key is good for something."""
        return scope in self.scopes or ADMIN in self.scopes

    def refusal(self, at: int) -> str:
        """Return the code of why the key is no good any more; empty while it is."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return "key_revoked"
        return "key_expired" if self.expires_at is not None and self.expires_at <= at else ""

    def is_new_today(self, at: int) -> bool:
        """Say whether the day of an instant is another one than that on which the key was last used, as far as is known."""
        return self.last_used_on != at // _DAY_US


def find_caller(view: View, programme: int, key_hash: bytes) -> Caller | None:
    """Return who holds the key of a hash, if a programme has such a key."""
    found = keys.find(view, key_hash)
    if found is None or found.programme != programme:
        return None
    return Caller(
        id=found.id,
        name=found.name,
        scopes=frozenset(found.scopes.split()),
        expires_at=found.expires_at,
        revoked_at=found.revoked_at,
        last_used_on=found.last_used_on,
    )


def note_use(work: Work, caller: Caller, *, at: int) -> None:
    """Note the day on which a key is used, in UTC."""
    keys.note_use(work, caller.id, day=at // _DAY_US)
