"""A disk that is full or fails at any call (T4): who asked is told so, nothing is there in part, and all goes on afterwards."""

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path as Folder

import apsw
import pytest

from guerdon.core.errors import Unavailable
from tests.proof.disks.adapter import connected
from tests.proof.disks.disk import READ, SYNC, TRUNCATE, WRITE, Disk
from tests.proof.disks.losses import laid_down, opened, published
from tests.proof.every import EVERY, done
from tests.proof.kept import Kept, changed, kept
from tests.proof.sizes import RELEASE, sized
from tests.proof.writing import NOW, STOCKED, YEARS_LATER, Path
from tests.services.shop import Shop

CALLS_MIN, CALLS_MAX = 5, 300
"""Fewer and more calls than any path makes of the disk."""

STEP_MAX = sized(push=6, release=1)
"""So many calls lie between two that fail, at most."""

LOG_BYTES = 400_000
"""A log of more bytes is brought into the file."""

FULL = {WRITE: apsw.SQLITE_FULL}
FAILING = {
    READ: apsw.SQLITE_IOERR_READ,
    WRITE: apsw.SQLITE_IOERR_WRITE,
    SYNC: apsw.SQLITE_IOERR_FSYNC,
    TRUNCATE: apsw.SQLITE_IOERR_TRUNCATE,
}


@dataclass
class Fault:
    """What comes in the place of a call of a number, where it is of these kinds; with `lasts` of all later ones, too."""

    codes: dict[str, int]
    number: int
    lasts: bool
    calls: Iterator[int] = field(default_factory=lambda: count(1))
    reached: str = ""
    """Which call had the number, if there was one."""

    def before(self, call: str) -> None:
        """Let a call fail whose turn it is."""
        number = next(self.calls)
        if number == self.number:
            self.reached = call
        if call in self.codes and (number == self.number or (self.lasts and self.reached)):
            raise apsw.exception_for(self.codes[call])


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return published(tmp_path_factory.mktemp("published") / "shop")


@pytest.mark.parametrize("path", EVERY, ids=[one.name for one in EVERY])
def test_whichever_call_of_the_disk_fails_the_caller_is_told_and_nothing_is_there_in_part(
    tmp_path: Folder, begun: dict[str, bytes], path: Path
) -> None:
    disk = Disk(laid_down(begun, tmp_path / "disk"))
    with connected(disk):
        shop = Shop(opened(disk.folder), STOCKED)
        numbers = count(1)
        try:
            whole = [done(shop, path, next(numbers)) for _ in range(2)][-1]
            fail_everywhere(Trial(disk, shop, path, whole, numbers))
            shop.now = YEARS_LATER
            assert shop.verify().findings == ()
        finally:
            shop.database.close()
            disk.close()


@dataclass
class Trial:
    """A path on a disk, the tables that it changes, and numbers for members who were not there yet."""

    disk: Disk
    shop: Shop
    path: Path
    whole: list[str]
    numbers: Iterator[int]

    def meet(self, fault: Fault) -> bool:
        """Let a path meet a fault, and all be well again; say whether there was a call of that number."""
        number = next(self.numbers)
        self.shop.now = NOW
        self.path.prepare(self.shop, number)
        before = kept(self.shop.database)
        is_done = self._attempted(number, fault)
        assert changed(before, kept(self.shop.database)) == (self.whole if is_done else []), fault
        if fault.reached == SYNC:
            self._lose_power(before, fault)
        assert is_done or self.path.right(self.path.act(self.shop, number), number), f"asked again after {fault}"
        self._shorten_log()
        return fault.reached != ""

    def _attempted(self, number: int, fault: Fault) -> bool:
        """Ask for what a path does, and say whether it was done: what is not is refused as the disk's failure."""
        self.disk.before = fault.before
        try:
            found = self.path.act(self.shop, number)
        except Unavailable:
            return False
        finally:
            self.disk.before = lambda _call: None
        assert self.path.right(found, number), fault
        return True

    def _shorten_log(self) -> None:
        """Bring the log into the file when that has failed so often that it would never be through again."""
        file = self.disk.folder / "guerdon.db"
        if file.with_name("guerdon.db-wal").stat().st_size > LOG_BYTES:
            with closing(apsw.Connection(str(file), vfs=self.disk.name)) as one:
                # A connection knows of a log once it has read something.
                one.execute("select count(*) from sqlite_schema").fetchall()
                one.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def _lose_power(self, before: Kept, fault: Fault) -> None:
        """See that all or nothing is there if the power goes off while nobody knows what the disk has written."""
        seed = random.randrange(1 << 32)  # noqa: S311 - a seed is no secret
        files = self.disk.left(random.Random(seed))  # noqa: S311 - chance is no secret
        left = opened(laid_down(files, self.disk.folder.parent / f"left{fault.number}{fault.lasts}"))
        try:
            assert changed(before, kept(left)) in ([], self.whole), f"{fault}, seed {seed}"
        finally:
            left.close()


def fail_everywhere(trial: Trial) -> None:
    """Let each call of a path fail: once, or from there on, as a full disk does; on a push some of them, in one way or the other."""
    number = 1
    while True:
        faults = [Fault(FAILING, number, lasts=False), Fault(FULL, number, lasts=True)]
        met = [trial.meet(fault) for fault in (faults if RELEASE else random.sample(faults, 1))]
        if not any(met):
            break
        number += random.randint(1, STEP_MAX)  # noqa: S311 - chance is no secret
    assert CALLS_MIN < number < CALLS_MAX
