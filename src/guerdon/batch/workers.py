"""Processes that fold beside this one, each a range of accounts of its own.

Invariants:
* What goes wrong in one is told here in a sentence, and none outlives the run.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from guerdon.batch.fold import Share, fold_share
from guerdon.core.errors import GuerdonError, Invalid
from guerdon.core.programme import Programme
from guerdon.definition.check import reload
from guerdon.definition.files import File

_SMALLER: Final = "it may have lacked memory: try less with --memory, or --processes 1"


class Workers:
    """Processes that fold shares beside this one; they start, which takes most of a second, while the history is looked at."""

    def __init__(self, files: Sequence[File], count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.started: Final[list[tuple[Any, Connection]]] = []
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(list(files), there), daemon=True)
            process.start()
            there.close()
            self.started.append((process, here))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process, here in self.started:
            here.close()
            process.terminate()
            process.join()

    def fold(self, programme: Programme, shares: Sequence[Share], progress: Callable[[int], None]) -> None:
        """Fold every share, the first in this process and each other in one of its own; `progress` hears of events folded."""
        busy = self.started[: len(shares) - 1]
        for (_, here), share in zip(busy, shares[1:], strict=True):
            with suppress(BrokenPipeError):  # the process has ended: it is asked why below
                here.send(share)
        fold_share(programme, shares[0], lambda events: _heard(events, busy, progress))
        for process, here in busy:
            _await(here, progress)
            process.join()
            if process.exitcode:
                message = f"a process that rated a part of the accounts ended early ({process.exitcode}); {_SMALLER}"
                raise Invalid(message)


def _heard(events: int, busy: Sequence[tuple[Any, Connection]], progress: Callable[[int], None]) -> None:
    """Report this process's events, and those that others have told of meanwhile."""
    progress(events)
    for _, here in busy:
        try:
            while here.poll():
                _report(here.recv(), progress)
        except (EOFError, ConnectionResetError):
            continue


def _await(here: Connection, progress: Callable[[int], None]) -> None:
    try:
        while True:
            _report(here.recv(), progress)
    except (EOFError, ConnectionResetError):
        return


def _report(said: object, progress: Callable[[int], None]) -> None:
    if isinstance(said, int):
        progress(said)
    else:
        raise Invalid(str(said))


def _work(files: list[File], there: Connection) -> None:
    """Run in a process of its own: fold the share that comes, and tell of events folded or of what went wrong."""
    try:
        programme = reload(files)
        fold_share(programme, there.recv(), there.send)
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
