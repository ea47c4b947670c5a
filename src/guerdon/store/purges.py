"""Purges: that something personal was deleted, and is to be gone from the files too."""

import secrets
from typing import Final

from sqlalchemy import select

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.tables import meta

_WANTED: Final = "purge"
_TOKEN_BYTES: Final = 8


def ask(work: Work) -> None:
    """Ask for a purge, in the transaction of what is deleted."""
    ordinary.take_away(work, meta, {"name": _WANTED})
    ordinary.add(work, meta, [{"name": _WANTED, "value": secrets.token_hex(_TOKEN_BYTES)}])


def wanted(view: View) -> str | None:
    """Return by what the purge is known that was asked for last and is not done."""
    found = view.connection.execute(select(meta.c.value).where(meta.c.name == _WANTED)).scalar_one_or_none()
    return None if found is None else str(found)


def note_done(work: Work, asked: str) -> None:
    """Note that a purge is done, unless another was asked for meanwhile."""
    ordinary.take_away(work, meta, {"name": _WANTED, "value": asked})
