"""Who asks for something, and how it stands in the audit.

Invariants:
* A deed is written in the transaction of what it tells: there is never one without the other.
* It names what was changed of a person, never the values: the audit stays as it is, and people may be forgotten.
"""

import json
from dataclasses import dataclass
from typing import Final

from guerdon.store.audit import Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who asks: the id of a key, or a name for what asks by itself; what the key is called; and the id of the request."""

    actor: str
    request_id: str = ""
    name: str = ""

    def did(self, verb: str, subject: str, *, at: int, **what: object) -> Deed:
        """Return what was done to a subject, as the audit keeps it."""
        return Deed(at, self.actor, verb, subject, json.dumps(what, ensure_ascii=False), self.request_id)


COMMAND: Final = By(actor="command")
"""Whoever runs a command beside the database."""
