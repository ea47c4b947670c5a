"""Revoke a key: whoever holds it is let in no more."""

from guerdon.core.errors import NotFound
from guerdon.services.audit import By
from guerdon.store import audit, keys
from guerdon.store.database import Work


def revoke_key(work: Work, programme: int, id_: str, *, by: By, at: int) -> None:
    """End a key now; NotFound when there is none, or it was ended before."""
    if not keys.revoke(work, programme, id_, at=at):
        message = f"there is no key {id_} that is still good; guerdon keys list shows them"
        raise NotFound(message)
    audit.add(work, programme, [by.did("revoke", f"key {id_}", at=at)])
