"""Callers: who holds the key of a request, remembered for a moment, so that a request costs no query for it."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, cast

from litestar.types import Scope

from guerdon.api.waiting import Waiting
from guerdon.app.service import Guerdon
from guerdon.services.keys.check import Caller, find_caller, note_use
from guerdon.services.keys.make import hash_of

REMEMBERED_SECONDS: Final = 5.0
"""A key that was revoked is good for so long at most."""

REMEMBERED_MAX: Final = 10_000
VISIT: Final = "guerdon_visit"
"""Where a request's scope keeps its visit."""

_BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: its id, who asks, and if nobody is known, the code of why."""

    request_id: str
    caller: Caller | None
    refusal: str


def visit_in(scope: Scope) -> Visit:
    """Return the visit of a request."""
    found: Visit = cast("dict[str, Any]", scope)[VISIT]
    return found


class Callers:
    """Who holds which key, as far as it was asked lately."""

    def __init__(self, guerdon: Guerdon) -> None:
        self._guerdon: Final = guerdon
        self._known: Final[dict[bytes, tuple[float, asyncio.Future[Caller | None]]]] = {}

    async def find(self, authorization: str, waiting: Waiting, at: float) -> tuple[Caller | None, str]:
        """Return who holds a key, or the code of why nobody does."""
        if not authorization:
            return None, "key_missing"
        if authorization[: len(_BEARER)].lower() != _BEARER:
            return None, "key_unknown"
        caller = await self._remembered(hash_of(authorization[len(_BEARER) :].strip()), waiting, at)
        if caller is None:
            return None, "key_unknown"
        refusal = caller.refusal(self._guerdon.clock())
        return (None, refusal) if refusal else (caller, "")

    async def _remembered(self, key_hash: bytes, waiting: Waiting, at: float) -> Caller | None:
        """Return the caller of a key; whoever asks while it is looked up waits for the same answer."""
        programme = self._guerdon.programme
        ends, looked_up = self._known.get(key_hash, (0.0, None))
        if looked_up is None or ends <= at:
            looked_up = waiting.on(self._guerdon.look(lambda view: find_caller(view, programme, key_hash)))
            looked_up.add_done_callback(self._note_use)
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            self._known[key_hash] = (at + REMEMBERED_SECONDS, looked_up)
        try:
            # One who goes away does not take the answer from the others.
            return looked_up.result() if looked_up.done() else await asyncio.shield(looked_up)
        except Exception:
            self._known.pop(key_hash, None)
            raise

    def _note_use(self, looked_up: "asyncio.Future[Caller | None]") -> None:
        """Have it written that a key is used today, once; nobody waits for it, and nobody is the worse if it is not."""
        at = self._guerdon.clock()
        caller = None if looked_up.cancelled() or looked_up.exception() else looked_up.result()
        if caller is not None and not caller.refusal(at) and caller.is_new_today(at):
            self._guerdon.write(lambda work, _published, _now: note_use(work, caller, at=at))
