"""The store's SQLite over a disk of ours: what `sqlite3` is asked for is done by the SQLite of `apsw`, which lets a test bring a VFS.

The statements, pragmas and transactions are the store's own. What fails is told as `sqlite3` tells it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import apsw
import pytest

from tests.proof.disks.disk import Disk

CHECKPOINT_PAGES: Final = 24
"""After so many pages the log is brought into the file: SQLite's 1,000 would rarely come in a short history."""

_KINDS: Final[dict[int, type[sqlite3.Error]]] = {
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_BUSY: sqlite3.OperationalError,
    apsw.SQLITE_LOCKED: sqlite3.OperationalError,
    apsw.SQLITE_IOERR: sqlite3.OperationalError,
    apsw.SQLITE_FULL: sqlite3.OperationalError,
    apsw.SQLITE_CANTOPEN: sqlite3.OperationalError,
    apsw.SQLITE_READONLY: sqlite3.OperationalError,
}


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        code = int(error.extendedresult)  # type: ignore[attr-defined]  # every error that SQLite tells has it
        told = _KINDS.get(code & 0xFF, sqlite3.DatabaseError)(str(error))
        told.sqlite_errorcode = code
        raise told from error


class Cursor:
    """Runs a statement to its end and hands out what it found."""

    arraysize = 1
    lastrowid = None

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: Iterator[Any] = iter(())
        self.description: Any = None
        self.rowcount = -1

    def execute(self, sql: str, values: Any = ()) -> "Cursor":  # noqa: ANN401 - as sqlite3 takes them
        return self.executemany(sql, [values])

    def executemany(self, sql: str, many: Iterable[Any]) -> "Cursor":
        with _told():
            found = self._connection.driver.cursor()
            found.exec_trace = self._described
            self.description = None
            rows = list(found.executemany(sql, many))
            self.rowcount = -1 if self.description and not rows else self._connection.driver.changes()
        self._rows = iter(rows)
        return self

    def _described(self, found: apsw.Cursor, _sql: str, _values: object) -> bool:
        columns = found.get_description()
        self.description = [(name, *[None] * 6) for name, _ in columns] or None
        return True

    def fetchone(self) -> Any:  # noqa: ANN401 - a row
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return [row for _, row in zip(range(size), self._rows, strict=False)]

    def close(self) -> None:
        self._rows = iter(())


class Connection:
    """A connection as `sqlite3` makes it when transactions begin only when they are told to."""

    isolation_level = None

    def __init__(self, path: str, disk: Disk, seconds: float) -> None:
        with _told():
            self.driver = apsw.Connection(path, vfs=disk.name)
            self.driver.set_busy_timeout(int(seconds * 1000))
        self._pages = 0
        # SQLite's own hook forgets what fails in it; an exception of Python's would not be forgotten.
        self.driver.set_wal_hook(self._grown)

    def _grown(self, _driver: apsw.Connection, _name: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK

    def cursor(self, *_: object) -> Cursor:
        return Cursor(self)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        return Cursor(self).execute(sql, values)

    def executemany(self, sql: str, many: Iterable[Any]) -> Cursor:
        return Cursor(self).executemany(sql, many)

    def create_function(self, name: str, count: int, do: Any, **_: object) -> None:  # noqa: ANN401 - a function
        self.driver.create_scalar_function(name, do, count)

    def commit(self) -> None:
        if self.driver.in_transaction:
            self.execute("commit")
        if self._pages >= CHECKPOINT_PAGES:
            self._pages = 0
            with suppress(apsw.Error):
                self.driver.wal_checkpoint()

    def rollback(self) -> None:
        if self.driver.in_transaction:
            self.execute("rollback")

    def close(self) -> None:
        with _told():
            self.driver.close()


@contextmanager
def connected(disk: Disk) -> Iterator[None]:
    """Let every connection that is opened meanwhile to a file of a disk be one to that disk."""
    ordinary = sqlite3.connect

    def connect(path: str, **options: Any) -> Any:  # noqa: ANN401 - as sqlite3 takes and gives them
        if Path(path).parent == disk.folder:
            return Connection(path, disk, options["timeout"])
        return ordinary(path, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        yield
