"""What a database says has gone wrong, as failures that Guerdon foresees."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from guerdon.core.errors import Conflict, Unavailable

BUSY_STATES: Final = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: could not serialise, deadlock, lock not to be had in time."""

TAKEN_STATE: Final = "23505"
LOST_STATES: Final = ("08", "57P")
"""PostgreSQL: classes of failures after which the connection is gone."""

STORAGE_STATES: Final = ("53100", "58")
"""PostgreSQL: the disk is full; the class of what goes wrong outside it, in files."""

BUSY_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
TAKEN_CODES: Final = frozenset({sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE})
STORAGE_CODES: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
PRIMARY_CODE: Final = 0xFF

BUSY: Final = "busy"
TAKEN: Final = "taken"
LOST: Final = "connection_lost"
STORAGE: Final = "storage_failed"

MESSAGES: Final = {
    BUSY: "another transaction was in the way: try again",
    TAKEN: "another transaction has just written the same: try again, and it will be found",
    LOST: "the connection to the database was lost: whether the work was kept is known when it is tried again",
    STORAGE: "the disk of the database is full or fails: make room, then try again",
}


@contextmanager
def told() -> Iterator[None]:
    """Raise a Conflict for what may be tried again at once, Unavailable for what may be later; everything else stays as it is."""
    try:
        yield
    except NoConnection as error:
        raise Conflict(MESSAGES[BUSY], code=BUSY) from error
    except Exception as error:
        code = code_of(error.orig if isinstance(error, DBAPIError) else error)
        if not code:
            raise
        kind = Unavailable if code == STORAGE else Conflict
        raise kind(MESSAGES[code], code=code) from error


def code_of(error: BaseException | None) -> str:
    """Return what a driver's error is to us: busy, taken, connection_lost, storage_failed, or nothing that is foreseen."""
    if isinstance(error, sqlite3.Error):
        return _code_of_sqlite(getattr(error, "sqlite_errorcode", 0))
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return _code_of_postgresql(state)
    return LOST if type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError" else ""


def _code_of_sqlite(code: int) -> str:
    if code & PRIMARY_CODE in BUSY_CODES:
        return BUSY
    if code & PRIMARY_CODE in STORAGE_CODES:
        return STORAGE
    return TAKEN if code in TAKEN_CODES else ""


def _code_of_postgresql(state: str) -> str:
    if state in BUSY_STATES:
        return BUSY
    if state == TAKEN_STATE:
        return TAKEN
    if state.startswith(STORAGE_STATES):
        return STORAGE
    return LOST if state.startswith(LOST_STATES) else ""
