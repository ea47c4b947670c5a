"""What a worker does: one round after another, until it is told to stop.

Invariants:
* A round does everything that is due at its beginning; what a round could not do, the next one finds again.
* Answers are kept for a week under their callers' keys; what was deleted goes from the files, too.
* Nothing is done twice: accounts are looked at under their locks, and one sealer works at a time.
"""

import contextlib
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from guerdon.core.calendar import EARLIEST
from guerdon.core.errors import Conflict, Unavailable
from guerdon.services.books.due import post_due
from guerdon.services.celebrations.record import is_due, record_due
from guerdon.services.published import Publishing
from guerdon.store import Database, answers, jobs, seals

_LOG: Final = logging.getLogger("guerdon.worker")

_SECOND: Final = 1_000_000
_TOKEN_BYTES: Final = 8
FORGETTING: Final = 60 * _SECOND
"""So often it is looked for answers that are too old, in microseconds."""

ANSWERS_LAST: Final = 7 * 24 * 3600 * _SECOND
"""So long an answer is kept under its caller's key; 72 hours are promised."""

SECONDS: Final = 1.0
"""So long a worker waits between two rounds."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: accounts for which something fell due, journals that were sealed, celebrations that were recorded."""

    accounts: int
    sealed: int
    celebrations: int = 0


class Worker:
    """Works for one programme of a database; `start` does so in a thread of its own."""

    def __init__(self, database: Database, programme: int, clock: Callable[[], int]) -> None:
        self.database: Final = database
        self.programme: Final = programme
        self.clock: Final = clock
        self.publishing: Final = Publishing(programme)
        self.owner: Final = secrets.token_hex(_TOKEN_BYTES)
        self.forgets_at = EARLIEST
        self.stopped: Final = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work in a thread."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after what is at hand."""
        self.stopped.set()
        if self._thread is not None:
            self._thread.join()

    def run(self, told: Callable[[Round], None] = lambda _round: None) -> None:
        """Work until somebody stops it; `told` hears of each round that did something."""
        while not self.stopped.is_set():
            try:
                done = self.round()
            except Unavailable as failure:
                _LOG.warning("a round of the worker is put off: %s", failure)
            except Exception:  # noqa: BLE001 - see below
                # Whatever it was, the next round finds the same work again; nobody is left without a worker.
                _LOG.exception("a round of the worker failed and is tried again")
            else:
                if done != Round(0, 0):
                    told(done)
            self.stopped.wait(SECONDS)

    def round(self) -> Round:
        """Do everything that there is to do now. Who is in the way now is not in the next round."""
        celebrations = 0
        try:
            celebrations = self._celebrate()
        finally:
            # Whatever is the matter with a birthday, what fell due is posted and sealed.
            done = Round(self._until_none(self._post), self._until_none(self._seal), celebrations)
        with contextlib.suppress(Conflict):
            self._forget()
        return done

    def _until_none(self, do: Callable[[], int]) -> int:
        total = 0
        try:
            while not self.stopped.is_set() and (count := do()):
                total += count
        except Conflict:
            return total
        return total

    def _celebrate(self) -> int:
        """Record birthdays and anniversaries, up to the day that it is; return how many there were."""
        with self.database.view() as view:
            names = self.publishing.current(view).programme.celebration_names()
        total = 0
        for name in names:
            with contextlib.suppress(Conflict):
                while not self.stopped.is_set() and self._is_due(name):
                    total += self._record(name)
        return total

    def _is_due(self, name: str) -> bool:
        with self.database.view() as view:
            return is_due(view, self.publishing.current(view), name, owner=self.owner, at=self.clock())

    def _record(self, name: str) -> int:
        with self.database.work() as work:
            return record_due(work, self.publishing.current(work), name, owner=self.owner, at=self.clock())

    def _post(self) -> int:
        with self.database.work() as work:
            return post_due(work, self.publishing.current(work), at=self.clock())

    def _seal(self) -> int:
        with self.database.work() as work:
            return seals.seal(work, self.programme)

    def _forget(self) -> None:
        """Forget answers that are too old, and purge the files where somebody was erased."""
        at = self.clock()
        if at >= self.forgets_at:
            self.forgets_at = at + FORGETTING
            with self.database.work() as work:
                answers.forget(work, before=at - ANSWERS_LAST)
        with self.database.view() as view:
            asked = jobs.purge_wanted(view)
        if asked is not None and self.database.purge():
            with self.database.work() as work:
                jobs.note_purged(work, asked)
