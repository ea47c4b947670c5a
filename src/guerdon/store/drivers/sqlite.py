"""SQLite: one file, one writer, many readers.

A commit is on the disk before it is acknowledged (`synchronous=FULL`): with NORMAL a power loss takes acknowledged commits.
"""

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

WAIT_SECONDS: Final = 10
STATEMENTS_KEPT: Final = 256

ALWAYS: Final = (
    f"pragma busy_timeout={WAIT_SECONDS * 1000}",
    "pragma foreign_keys=on",
    # Without it a row that `insert or replace` puts away would not meet the triggers that keep it.
    "pragma recursive_triggers=on",
    "pragma trusted_schema=off",
    "pragma cache_size=-16000",
)
# Claims of ids come in no order: pages of them that do not stay in memory are written again and again.
ROOMY: Final = "pragma cache_size=-64000"
# What is deleted is overwritten: somebody may have asked to be forgotten.
GONE: Final = "pragma secure_delete=on"
WRITING: Final = (*ALWAYS, ROOMY, GONE, "pragma journal_mode=wal", "pragma synchronous=full")
PASSING: Final = (*ALWAYS, GONE, "pragma journal_mode=wal", "pragma synchronous=off")
READING: Final = (*ALWAYS, "pragma query_only=on")


def engines(path: str, *, readers: int) -> tuple[Engine, Engine]:
    """Return what writes to a file, and what reads from it."""
    return _engine(path, WRITING, begin="begin immediate"), _engine(path, READING, begin="begin", size=readers)


def passing(*, readers: int) -> tuple[Engine, Engine, Callable[[], None]]:
    """Return what writes to and reads from a database that is gone when it is closed, for tests and trials.

    It is a file of its own: a database in memory could not be read while it is written to.
    """
    folder = tempfile.TemporaryDirectory(prefix="guerdon-")
    path = str(Path(folder.name) / "passing.db")
    writer = _engine(path, PASSING, begin="begin immediate")
    return writer, _engine(path, READING, begin="begin", size=readers), folder.cleanup


def _engine(path: str, pragmas: tuple[str, ...], *, begin: str, size: int = 1) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, pragmas),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _connect(path: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    """Return a connection that begins transactions only when it is told to."""
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_KEPT,
        timeout=WAIT_SECONDS,
    )
    for pragma in pragmas:
        connection.execute(pragma)
    return connection


def empty_log(driver: sqlite3.Connection) -> bool:
    """Bring everything into the file, and leave nothing in the log beside it; say whether nobody was in the way."""
    busy = driver.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
    return int(busy) == 0
