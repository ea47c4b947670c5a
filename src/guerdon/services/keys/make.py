"""Make a key: what is handed out is shown once, and only its hash is kept.

Invariant: a key has 256 random bits, so its hash needs no salt and is found by one look-up.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from guerdon.core.errors import Invalid
from guerdon.services.audit import COMMAND, By
from guerdon.store import audit, keys
from guerdon.store.database import Work
from guerdon.store.keys import Key

SCOPES: Final = (
    "events:write", "members:read", "members:write", "redemptions:write", "adjustments:write", "adjustments:approve", "transfers:write",
    "transfers:approve", "codes:use", "codes:write", "programme:write", "admin",
)  # fmt: skip
"""What a key may be good for; `admin` is good for everything."""

PREFIX: Final = "guerdon_"
"""How every key begins, so that one that leaked into a text is found by those who look for such."""

_RANDOM_BYTES: Final = 32
_ID_BYTES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeKey:
    """Somebody is to call the service: under which name, for what, and until when, in microseconds UTC; None is for ever."""

    name: str
    scopes: tuple[str, ...]
    expires_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A key with its secret, which is not kept anywhere."""

    key: Key
    secret: str


def make_key(command: MakeKey, work: Work, programme: int, *, by: By = COMMAND, at: int) -> Made:
    """Keep a new key, and return it with its secret."""
    unknown = [scope for scope in command.scopes if scope not in SCOPES]
    if unknown or not command.scopes:
        what = f"{unknown[0]!r} is no scope" if unknown else "a key needs a scope"
        message = f"{what}; name some of {', '.join(SCOPES)}"
        raise Invalid(message)
    secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    key = Key(
        id=f"k_{secrets.token_hex(_ID_BYTES)}",
        programme=programme,
        name=command.name,
        key_hash=hash_of(secret),
        scopes=" ".join(command.scopes),
        created_at=at,
        expires_at=command.expires_at,
    )
    keys.add(work, key)
    audit.add(work, programme, [by.did("make", f"key {key.id}", at=at, name=key.name, scopes=list(command.scopes))])
    return Made(key=key, secret=secret)


def hash_of(secret: str) -> bytes:
    """Return what is kept of a key."""
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()
