"""A till whose power goes off now and then, and what each loss would leave of its books."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from guerdon.store import Database, open_database
from tests.proof.disks.adapter import connected
from tests.proof.disks.disk import CHANGING, Disk
from tests.proof.kept import Kept, kept
from tests.proof.till import Order, Till
from tests.proof.writing import STOCKED
from tests.services.shop import Shop

CALLS_MAX: Final = 600
"""So many calls of the disk later the power goes off at the latest, unless everything is done before."""

SHARE_LOOKED_AT: Final = 1 / 8
"""At so many calls of the disk it is looked at what a loss would leave."""

SHARE_REOPENED: Final = 1 / 6
"""After so many orders the service is stopped and started, which brings the log into the file and removes it."""

FILE: Final = "guerdon.db"


class PowerOff(BaseException):
    """There is no more power."""


@dataclass(frozen=True)
class Loss:
    """The files that a loss leaves, and how many orders were acknowledged by then."""

    files: dict[str, bytes]
    acknowledged: int


@dataclass
class History:
    """Orders that are done on a disk, in as many lives as the power leaves; `books` are those after so many orders."""

    asked: Sequence[Order]
    chance: random.Random
    done: int = 0
    books: dict[int, Kept] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)

    def live(self, folder: Path) -> Loss | None:
        """Go on in a folder until the power goes off, and return what that leaves; None when everything was done."""
        disk = Disk(folder)
        with connected(disk):
            till = Till(opened(folder), STOCKED)
            try:
                self._go_on(disk, till)
            except PowerOff:
                return Loss(disk.left(self.chance), self.done)
            finally:
                # What is still written goes to files that nobody looks at any more.
                disk.before = lambda _call: None
                till.database.close()
                disk.close()
        return None

    def _go_on(self, disk: Disk, till: Till) -> None:
        """Do again what nobody heard of, then the other orders, with the power going off at some call."""
        self.books.setdefault(self.done, kept(till.database))
        if self.done < len(self.asked):
            self._do(disk, till)
        disk.before = self._ending(disk, self.chance.randint(1, CALLS_MAX))
        while self.done < len(self.asked):
            self._do(disk, till)
            self._look(disk)
            if self.chance.random() < SHARE_REOPENED:
                till.database.close()
                till.database = opened(disk.folder)

    def _do(self, disk: Disk, till: Till) -> None:
        """Do the next order, and see what it did."""
        till.do(self.asked[self.done])
        self.done += 1
        with quiet(disk):
            self.books[self.done] = kept(till.database)

    def _ending(self, disk: Disk, ends: int) -> Callable[[str], None]:
        """Return what looks at the disk at some calls that change it, and ends everything before one of a number."""
        calls = count(1)

        def before(call: str) -> None:
            if call not in CHANGING:
                return
            if next(calls) >= ends:
                raise PowerOff
            if self.chance.random() < SHARE_LOOKED_AT:
                self._look(disk)

        return before

    def _look(self, disk: Disk) -> None:
        self.losses.append(Loss(disk.left(self.chance), self.done))


@contextmanager
def quiet(disk: Disk) -> Iterator[None]:
    """Let nothing happen to a disk."""
    before, disk.before = disk.before, lambda _call: None
    try:
        yield
    finally:
        disk.before = before


def opened(folder: Path) -> Database:
    """Open the database in a folder."""
    return open_database(f"sqlite:///{folder / FILE}")


def laid_down(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files into a new folder."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def published(folder: Path) -> dict[str, bytes]:
    """Return the files of a database whose programme is published."""
    folder.mkdir()
    database = opened(folder)
    database.migrate()
    Shop(database, STOCKED)
    database.close()
    return {FILE: (folder / FILE).read_bytes()}
