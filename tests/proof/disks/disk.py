"""A disk that forgets: SQLite's files on top of real ones, and what would be left of them if the power went off.

Invariants:
* What was synced is left, whole. Of what was written since, any sectors are left and any are not, a sector may be torn, and a file
  may have grown or shrunk without its content: no order of writes is kept but the order of syncs.
* A file that was made is there for sure once it was synced; one that was removed may come back.
* `before` hears of each call before it is made, and what it raises comes in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import apsw

SECTOR: Final = 512
LASTING: Final = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
"""The files that a power loss concerns; temporary ones are nobody's loss."""

READ, WRITE, SYNC, TRUNCATE, DELETE = "read", "write", "sync", "truncate", "delete"
CHANGING: Final = frozenset({WRITE, SYNC, TRUNCATE, DELETE})
"""Calls that change what is on the disk, or what is sure to be."""


@dataclass
class _File:
    """What is on the disk for sure (None: not even a name), and what was done since, in order."""

    synced: bytearray | None = None
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Bytes written at an offset; None at a size that the file was cut to."""

    def sync(self) -> None:
        self.synced = bytearray() if self.synced is None else self.synced
        _write(self.synced, self.since)
        self.since = []

    def left(self, chance: Random) -> bytes | None:
        """Return what a power loss leaves of it."""
        share = chance.choice([0, 0.1, 0.5, 0.9, 1])
        found = bytearray(self.synced or b"")
        _write(found, [part for one in self.since for part in _survivors(one, share, chance)])
        return None if self.synced is None and not found and chance.random() < share else bytes(found)


class Disk:
    """The files in one folder; connections come to them through the VFS that has the disk's name."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self.name: Final = f"disk-{folder}"
        self.before: Callable[[str], None] = lambda _call: None
        self.files: Final[dict[str, _File]] = {}
        self.ghosts: Final[dict[str, _File]] = {}
        for path in folder.iterdir():
            self.files[str(path)] = _File(bytearray(path.read_bytes()))
        self._vfs: Final = _VFS(self)

    def left(self, chance: Random) -> dict[str, bytes]:
        """Return the names and content of the files that are left if the power goes off now."""
        found: dict[str, bytes] = {}
        for path in {**self.ghosts, **self.files}:
            there, ghost = self.files.get(path), self.ghosts.get(path)
            chosen = ghost if there is None or (ghost is not None and chance.random() < 1 / 2) else there
            content = None if chosen is None or (chosen is ghost and chance.random() < 1 / 2) else chosen.left(chance)
            if content is not None:
                found[Path(path).name] = content
        return found

    def close(self) -> None:
        """Let nobody find the disk any more."""
        self._vfs.unregister()

    def write(self, path: str, offset: int, data: bytes | None) -> None:
        self.files[path].since.append((offset, data))

    def sync(self, path: str) -> None:
        self.files[path].sync()
        self.ghosts.pop(path, None)

    def remove(self, path: str, *, surely: bool) -> None:
        gone = self.files.pop(path, None)
        if gone is not None and not surely:
            self.ghosts[path] = gone


def _write(content: bytearray, done: list[tuple[int, bytes | None]]) -> None:
    """Write and cut a file's content, in order; in place, as it is large and a write small."""
    for offset, data in done:
        if data is None:
            del content[offset:]
            continue
        content.extend(bytes(max(offset - len(content), 0)))
        content[offset : offset + len(data)] = data


def _survivors(one: tuple[int, bytes | None], share: float, chance: Random) -> list[tuple[int, bytes | None]]:
    """Return what is left of one write or cut: about so large a share of its sectors, some of them torn."""
    offset, data = one
    if data is None:
        return [one] if chance.random() < share else []
    kept: list[tuple[int, bytes | None]] = []
    ends = offset + len(data)
    for start in range(offset - offset % SECTOR, ends, SECTOR):
        first, last = max(start, offset), min(start + SECTOR, ends)
        if chance.random() < share:
            kept.append((first, data[first - offset : last - offset]))
        elif chance.random() < share / 4:
            torn = chance.randrange(first, last)
            kept.append((first, data[first - offset : torn - offset]))
        elif chance.random() < share / 4:
            # The file has grown, and nothing stands there.
            kept.append((last, b""))
    return kept


class _VFS(apsw.VFS):
    """What SQLite is told to be its disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(disk.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None or not flags[0] & LASTING:
            return apsw.VFSFile("", name, flags)
        self._disk.files.setdefault(path, _File())
        return _Open(self._disk, path, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - as SQLite calls it
        self._disk.before(DELETE)
        super().xDelete(filename, syncdir)
        self._disk.remove(filename, surely=syncdir)


class _Open(apsw.VFSFile):
    """An open file: everything is done to a real one, and remembered."""

    def __init__(self, disk: Disk, path: str, name: Any, flags: list[int]) -> None:  # noqa: ANN401 - as apsw gave it
        self._disk = disk
        self._path = path
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        self._disk.before(READ)
        return super().xRead(amount, offset)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: ANN401, N802 - SQLite's name, a buffer
        self._disk.before(WRITE)
        super().xWrite(data, offset)
        self._disk.write(self._path, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.before(TRUNCATE)
        super().xTruncate(newsize)
        self._disk.write(self._path, newsize, None)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802 - SQLite's name; the real file need not be synced
        self._disk.before(SYNC)
        self._disk.sync(self._path)
