"""Check a key: whose it is, what it is good for, and whether it still is."""

from dataclasses import dataclass

from guerdon.store import keys
from guerdon.store.database import View

ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever holds a key: its id, and what it is good for, until when."""

    id: str
    name: str
    scopes: frozenset[str]
    expires_at: int | None = None
    revoked_at: int | None = None

    def may(self, scope: str) -> bool:
        """Say whether the key is good for something."""
        return scope in self.scopes or ADMIN in self.scopes

    def refusal(self, at: int) -> str:
        """Return the code of why the key is no good any more; empty while it is."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return "key_revoked"
        return "key_expired" if self.expires_at is not None and self.expires_at <= at else ""


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
    )
