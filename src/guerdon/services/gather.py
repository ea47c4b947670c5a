"""The gatherer: events that many callers post one by one are recorded together, in one transaction after another.

While one transaction is on its way, what comes meanwhile waits for the next: the more callers, the larger the groups. Nobody waits
for a clock.

Invariants:
* A caller is answered after the commit that holds its event, never before.
* One event that breaks its group is found by halving it, and fails alone.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Final

from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.record import record_events
from guerdon.services.facts import Record
from guerdon.services.published import Publishing
from guerdon.services.retry import until_done
from guerdon.store.database import Database

Outcome = Recorded | Refusal
Asked = tuple[Record, "Future[Outcome]"]

AT_MOST: Final = 128
"""So many events are recorded together at most."""


class Gatherer:
    """One thread that records the events of one programme for everybody in this process."""

    def __init__(self, database: Database, publishing: Publishing, clock: Callable[[], int]) -> None:
        self.database: Final = database
        self.publishing: Final = publishing
        self.clock: Final = clock
        self.asked: Final[SimpleQueue[Asked | None]] = SimpleQueue()
        self.thread: Final = threading.Thread(target=self._run, name="gatherer", daemon=True)
        self.thread.start()

    def submit(self, record: Record) -> "Future[Outcome]":
        """Ask for an event to be recorded; the answer comes after the commit."""
        answer: Future[Outcome] = Future()
        self.asked.put((record, answer))
        return answer

    def close(self) -> None:
        """Record what was asked for, and stop."""
        self.asked.put(None)
        self.thread.join()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            first = self.asked.get()
            if first is None:
                return
            group = [first]
            while len(group) < AT_MOST and not self.asked.empty():
                more = self.asked.get()
                if more is None:
                    goes_on = False
                    break
                group.append(more)
            self._answer(group)

    def _answer(self, group: Sequence[Asked]) -> None:
        try:
            outcomes = self.record([record for record, _ in group])
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is told to whom it happened to
            if len(group) == 1:
                group[0][1].set_exception(failure)
                return
            half = len(group) // 2
            self._answer(group[:half])
            self._answer(group[half:])
            return
        for (_, answer), outcome in zip(group, outcomes, strict=True):
            # A caller may have gone away.
            with contextlib.suppress(Exception):
                answer.set_result(outcome)

    def record(self, records: Sequence[Record]) -> list[Outcome]:
        """Record events together, again when another transaction was in the way."""
        return until_done(lambda: self._once(records))

    def _once(self, records: Sequence[Record]) -> list[Outcome]:
        with self.database.work() as work:
            return record_events(work, self.publishing.current(work), records, recorded_at=self.clock())
