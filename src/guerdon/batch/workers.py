"""Processes that fold beside this one, each a range of accounts of its own.

Invariants:
* What goes wrong in one is told here in a sentence, and none outlives the run.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final, Self

import duckdb
import pyarrow as pa

from guerdon.batch.fold import fold_share
from guerdon.batch.shares import Share
from guerdon.core.errors import GuerdonError, Invalid
from guerdon.core.programme import Programme
from guerdon.definition.files import File
from guerdon.definition.timeline import reload

_DONE: Final = "done"
"""What a process tells when a share is folded."""


class Worker:
    """A process that folds one share after the other, and tells how far it is."""

    def __init__(self, files: Sequence[File], later: Sequence[Sequence[File]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.here, there = context.Pipe()
        self.process: Final = context.Process(target=_work, args=(list(files), list(later), there), daemon=True)
        self.process.start()
        there.close()
        self.busy = False

    def begin(self, share: Share) -> None:
        """Hand the process a share."""
        self.busy = True
        with suppress(BrokenPipeError):  # the process has ended: it is asked why when its answer is awaited
            self.here.send(share)

    def hear(self, progress: Callable[[int], None], *, wait: bool) -> None:
        """Report what the process has told, until the share is done or, unless told to wait, there is nothing more."""
        try:
            while self.busy and (wait or self.here.poll()):
                self._report(self.here.recv(), progress)
        except (EOFError, ConnectionResetError):
            self.process.join()
            message = (
                f"a process that rated a part of the accounts ended early ({self.process.exitcode}); "
                "it may have lacked memory: try less with --memory, or --processes 1"
            )
            raise Invalid(message) from None

    def end(self) -> None:
        """End the process, whatever it does."""
        self.here.close()
        self.process.terminate()
        self.process.join()

    def _report(self, said: object, progress: Callable[[int], None]) -> None:
        if said == _DONE:
            self.busy = False
        elif isinstance(said, int):
            progress(said)
        else:
            raise Invalid(str(said))


class Workers:
    """Processes that fold shares beside this one; they start, which takes most of a second, while the history is looked at."""

    def __init__(self, files: Sequence[File], count: int, later: Sequence[Sequence[File]] = ()) -> None:
        self.started: Final = [Worker(files, later) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.started:
            worker.end()

    def fold(self, programme: Programme, shares: Sequence[Share], progress: Callable[[int], None]) -> None:
        """Fold every share, the first in this process and each other in one of its own; `progress` hears of events folded."""
        busy = self.started[: len(shares) - 1]
        for worker, share in zip(busy, shares[1:], strict=True):
            worker.begin(share)

        def heard(events: int) -> None:
            progress(events)
            for worker in busy:
                worker.hear(progress, wait=False)

        fold_share(programme, shares[0], heard)
        for worker in busy:
            worker.hear(progress, wait=True)


def _work(files: list[File], later: list[Sequence[File]], there: Connection) -> None:
    """Run in a process of its own: fold the shares that come, and tell of events folded or of what went wrong."""
    try:
        programme = reload(files, later)
        while True:
            fold_share(programme, there.recv(), there.send)
            there.send(_DONE)
    except EOFError:
        return
    except GuerdonError as failure:
        there.send(str(failure))
    except duckdb.Error as failure:
        there.send(f"the data engine failed: {failure}")
    except (OSError, MemoryError, pa.ArrowException) as failure:
        there.send(f"a part of the accounts could not be rated: {failure}")
    finally:
        there.close()
