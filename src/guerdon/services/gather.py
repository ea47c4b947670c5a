"""The gatherer: what many callers ask for one by one is done together, one group after another.

While one group is on its way, what comes meanwhile waits for the next: the more callers, the larger the groups. Nobody waits
for a clock.

Invariants:
* A caller is answered after the whole group is done: what writes is committed by then.
* What breaks its group is found by halving it, and fails alone. What is not to be had fails for the whole group.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from queue import SimpleQueue
from typing import Final, Generic, TypeVar

from guerdon.core.errors import Unavailable

T = TypeVar("T")
A = TypeVar("A")

AT_MOST: Final = 128
"""So much is done together at most."""


class Gatherer(Generic[T, A]):
    """One thread that does what everybody in this process asks for: `do` answers a group, in its order."""

    def __init__(self, name: str, do: Callable[[Sequence[T]], Sequence[A]]) -> None:
        self.do: Final = do
        self.asked: Final[SimpleQueue[tuple[T, Future[A]] | None]] = SimpleQueue()
        self.thread: Final = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def submit(self, asked: T) -> "Future[A]":
        """Ask for something; the answer comes when its group is done."""
        answer: Future[A] = Future()
        self.asked.put((asked, answer))
        return answer

    def close(self) -> None:
        """Do what was asked for, and stop."""
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

    def _answer(self, group: Sequence[tuple[T, "Future[A]"]]) -> None:
        try:
            answers = self.do([asked for asked, _ in group])
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is told to whom it happened to
            if len(group) == 1 or isinstance(failure, Unavailable):
                for _, future in group:
                    # A caller may have gone away.
                    with contextlib.suppress(InvalidStateError):
                        future.set_exception(failure)
                return
            half = len(group) // 2
            self._answer(group[:half])
            self._answer(group[half:])
            return
        for (_, future), answer in zip(group, answers, strict=True):
            # A caller may have gone away.
            with contextlib.suppress(Exception):
                future.set_result(answer)
