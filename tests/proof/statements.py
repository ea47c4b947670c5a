"""Every statement that is sent to a database, told to the thread that sends it just before it is sent."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

import psycopg
import pytest
from sqlalchemy import Engine, event

COMMIT = "commit"
Told = Callable[[Any, str], None]
"""Hears of a connection and of the statement that it is about to be sent."""


class _Hearing(threading.local):
    told: Told | None = None


_HEARING = _Hearing()


@contextmanager
def hearing(told: Told) -> Iterator[None]:
    """Let this thread hear of its statements; what `told` raises comes in the place of the statement."""
    _HEARING.told = told
    try:
        yield
    finally:
        _HEARING.told = None


def _tell(connection: object, statement: object) -> None:
    if _HEARING.told is not None:
        _HEARING.told(connection, str(statement))


class _SQLiteCursor(sqlite3.Cursor):
    def execute(self, sql: str, *values: Any) -> Self:  # noqa: ANN401 - as the driver takes them
        _tell(self.connection, sql)
        super().execute(sql, *values)
        return self

    def executemany(self, sql: str, values: Any, /) -> Self:  # noqa: ANN401 - as the driver takes them
        _tell(self.connection, sql)
        super().executemany(sql, values)
        return self


class _SQLiteConnection(sqlite3.Connection):
    def cursor(self, *_: Any) -> Any:  # noqa: ANN401 - as the driver takes it
        return super().cursor(_SQLiteCursor)


class _PostgreSQLCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, *values: Any, **options: Any) -> Self:  # noqa: ANN401 - as the driver takes them
        _tell(self.connection, query)
        super().execute(query, *values, **options)
        return self


def _connected(driver: Any, _record: object) -> None:  # noqa: ANN401 - of either driver
    if isinstance(driver, psycopg.Connection):
        driver.cursor_factory = _PostgreSQLCursor


def _committing(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
    _tell(connection.connection.driver_connection, COMMIT)


@contextmanager
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every connection that is opened meanwhile tell of its statements."""
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=_SQLiteConnection))
    event.listen(Engine, "connect", _connected)
    event.listen(Engine, "commit", _committing)
    try:
        yield
    finally:
        event.remove(Engine, "connect", _connected)
        event.remove(Engine, "commit", _committing)
