"""Two transactions in every order of their steps: each goes on when it is told to, from one place to the next.

A transaction has three steps: it looks and locks, it writes, it commits. Whoever waits for a lock of the other one goes on when it
has it; who is told to try again does so without stopping any more, as the service does.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import psycopg

from guerdon.core.errors import Conflict
from guerdon.services.retry import TRIES
from tests.proof.statements import COMMIT, hearing

STEPS: Final = 3
WRITES: Final = tuple(
    f"insert into {name}" for name in ("event_ids", "events", "journals", "seals", "revisions", "answers")
)
PATIENCE_SECONDS: Final = 20
POLL_SECONDS: Final = 0.002


def orders() -> list[tuple[int, ...]]:
    """Return every order in which two transactions can take their steps."""
    places = range(2 * STEPS)
    return [tuple(0 if place in first else 1 for place in places) for first in map(set, combinations(places, STEPS))]


class Session:
    """A transaction in a thread of its own."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act: Final = act
        self.found: Any = None
        self.conflicts = 0
        self.pid = 0
        self.is_done = False
        self._waits = True
        self._stops: Iterator[tuple[str, ...]] = iter([WRITES, (COMMIT,)])
        self._stop: tuple[str, ...] = ()
        self._told = threading.Event()
        self._at_stop = threading.Event()
        self.thread: Final = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self._at_stop.wait(PATIENCE_SECONDS)

    def go_on(self, watching: "psycopg.Connection[Any]") -> None:
        """Let it take a step, unless it waits for a lock; come back when it has, or waits for one."""
        if self._at_stop.is_set() and not self.is_done:
            self._at_stop.clear()
            self._told.set()
        ends = time.monotonic() + PATIENCE_SECONDS
        while not self._at_stop.wait(POLL_SECONDS):
            if is_waiting(watching, self.pid):
                return
            assert time.monotonic() < ends, "a step comes to its end, or waits for a lock"

    def _run(self) -> None:
        self._pause()
        self._stop = next(self._stops)
        with hearing(self._hear):
            for _ in range(TRIES):
                try:
                    self.found = self.act()
                    break
                except Conflict as conflict:
                    self.found = conflict
                    self.conflicts += 1
                    self._waits = False
        self.is_done = True
        self._at_stop.set()

    def _hear(self, driver: Any, statement: str) -> None:  # noqa: ANN401 - of either driver
        self.pid = driver.info.backend_pid
        if self._waits and statement.lstrip().startswith(self._stop):
            self._pause()
            self._stop = next(self._stops, ("nothing more",))

    def _pause(self) -> None:
        self._at_stop.set()
        assert self._told.wait(PATIENCE_SECONDS), "somebody lets it go on"
        self._told.clear()


def is_waiting(watching: "psycopg.Connection[Any]", pid: int) -> bool:
    """Say whether a process of the server waits for a lock."""
    query = "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s"
    row = watching.execute(query, [pid]).fetchone()
    return row is not None and bool(row[0])


def interleaved(
    watching: "psycopg.Connection[Any]", acts: Sequence[Callable[[], Any]], order: Sequence[int]
) -> list[Session]:
    """Let two transactions take their steps in an order, then whatever is left of them."""
    sessions = [Session(act) for act in acts]
    for turn in order:
        sessions[turn].go_on(watching)
    while not all(session.is_done for session in sessions):
        for session in sessions:
            session.go_on(watching)
    return sessions
