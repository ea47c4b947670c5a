"""Waiting: what other threads answer, handed to the loop that serves callers, many answers at one wake-up."""

import asyncio
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, TypeVar

T = TypeVar("T")


class Waiting:
    """Everything that one loop waits for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Final = loop
        self._done: Final[deque[tuple[asyncio.Future[Any], Future[Any]]]] = deque()
        self._called = False

    def on(self, future: "Future[T]") -> "asyncio.Future[T]":
        """Return what becomes done in the loop when another thread has answered."""
        answer: asyncio.Future[T] = self._loop.create_future()
        future.add_done_callback(partial(self._note, answer))
        return answer

    def _note(self, answer: "asyncio.Future[Any]", future: "Future[Any]") -> None:
        """Note an answer, in the thread that gives it; the order of these two lines is why none is forgotten."""
        self._done.append((answer, future))
        if not self._called:
            self._called = True
            self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        self._called = False
        while self._done:
            answer, future = self._done.popleft()
            if answer.done():
                continue
            failure = future.exception()
            if failure is None:
                answer.set_result(future.result())
            else:
                answer.set_exception(failure)
