"""A database, and transactions on it: a `Work` writes, a `View` reads.

Invariants:
* A work is kept whole at the end of its block, or, when the block raises, not at all.
* A view sees one state of the database from its first statement to its last, and cannot write.
* What another transaction was in the way of is a Conflict of code `busy`: the same work may be tried again from the start.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url

from guerdon.core.errors import Invalid, invariant
from guerdon.store import grants, schema
from guerdon.store.drivers import postgresql, sqlite
from guerdon.store.drivers.failures import told

READERS: Final = 4
WRITERS: Final = 2
PASSING: Final = frozenset([":memory:", "sqlite://", "sqlite:///:memory:"])
"""Addresses of a database that is gone when it is closed."""


class View:
    """One transaction that reads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.driver: Any = connection.connection.driver_connection
        self.is_postgresql: Final = connection.dialect.name == "postgresql"

    @property
    def connection(self) -> Connection:
        """What ordinary queries run on."""
        return self._connection

    @property
    def is_lost(self) -> bool:
        """Say whether the connection is gone."""
        return self.is_postgresql and bool(self.driver.closed)


class Work(View):
    """One transaction that writes as well.

    `batch` says when it posts: it rises from one transaction that posts to the next, as `accounts.lock` explains; 0 until then.
    `batches` has the batch of each account that it locked, `made` the accounts that there were not before.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.batch = 0
        self.batches: dict[tuple[int, str], int] = {}
        self.made: set[tuple[int, str]] = set()
        self._pipeline: Any = None

    @property
    def connection(self) -> Connection:
        """What ordinary queries run on: what was sent without waiting is waited for first."""
        self.wait()
        return self._connection

    @contextmanager
    def pipeline(self) -> Iterator[None]:
        """Send set-based statements without waiting for each answer, from here on.

        Whatever is asked for is waited for when it is read, and the rest is sent together with the commit. An ordinary query
        ends it. SQLite has nobody to wait for.
        """
        self.hurry()
        yield

    def hurry(self) -> None:
        """Begin to send without waiting."""
        if self.is_postgresql and self._pipeline is None:
            pipeline = self.driver.pipeline()
            pipeline.__enter__()
            self._pipeline = pipeline

    def wait(self) -> None:
        """Wait for the answers to all that was sent."""
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.__exit__(None, None, None)

    def keep(self) -> None:
        """Commit; what was sent without waiting goes the same way."""
        if self.is_postgresql:
            self._keep_sent()
        self._connection.commit()

    def _keep_sent(self) -> None:
        """Commit with what was only sent. PostgreSQL answers a commit after a failure by rolling back, and says so softly."""
        invariant(not postgresql.has_failed(self.driver), "a work in which a statement failed is not kept")
        if self._pipeline is None:
            return
        if postgresql.is_idle(self.driver):
            # What is only queued has not begun a transaction yet, and there would be none to commit.
            self._pipeline.sync()
        committed = self.driver.execute("commit")
        self.wait()
        invariant(committed.statusmessage == "COMMIT", "what is acknowledged is kept")

    def drop(self, failure: BaseException) -> None:
        """Roll back, as far as there is still somebody to tell."""
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.__exit__(type(failure), failure, failure.__traceback__)
        if not self.is_lost:
            self._connection.rollback()


class Database:
    """A database and its connections: some that write, some that only read."""

    def __init__(self, url: str, writer: Engine, reader: Engine, *, tidy: Callable[[], None] = lambda: None) -> None:
        self.url: Final = url
        self._writer: Final = writer
        self._reader: Final = reader
        self._tidy: Final = tidy

    @property
    def is_postgresql(self) -> bool:
        """Say which of the two it is."""
        return self._writer.dialect.name == "postgresql"

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Begin to write: what the block writes is kept when it ends."""
        with told(), self._writer.connect() as connection:
            connection.begin()
            work = Work(connection)
            try:
                yield work
                work.keep()
            except BaseException as failure:
                work.drop(failure)
                self._replace_lost(work, connection)
                raise

    @contextmanager
    def view(self) -> Iterator[View]:
        """Begin to read."""
        with told(), self._reader.connect() as connection:
            connection.begin()
            view = View(connection)
            try:
                yield view
            finally:
                self._replace_lost(view, connection)

    def _replace_lost(self, view: View, connection: Connection) -> None:
        """Forget all connections when one is lost: the others were lost with it, and new ones are made when they are asked for."""
        if view.is_lost:
            connection.invalidate()
            self._writer.dispose()
            self._reader.dispose()

    def purge(self) -> bool:
        """Leave nothing of what was deleted in files that are ours; say whether it is done, else it is tried again.

        SQLite's log holds pages as they were. PostgreSQL's files are its own: it reuses what vacuum finds.
        """
        if self.is_postgresql:
            return True
        with told(), self._writer.connect() as connection:
            return sqlite.empty_log(connection.connection.driver_connection)  # type: ignore[arg-type]  # it is SQLite's

    def migrate(self) -> None:
        """Bring the tables to what this code knows; refuse a database that a newer Guerdon has changed."""
        with told(), self._writer.connect() as connection:
            schema.migrate(connection)

    def check(self) -> None:
        """Refuse a database whose tables are not those that this code knows, and say what to do."""
        with told(), self._writer.connect() as connection:
            schema.check(connection)

    def grant(self, role: str) -> None:
        """Let a role of PostgreSQL serve these books, and do nothing else with them; refused to who does not own them."""
        with told(), self._writer.connect() as connection:
            grants.grant(connection, role)

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()
        self._tidy()


def open_database(url: str, *, readers: int = READERS, writers: int = WRITERS) -> Database:
    """Open `sqlite:///path`, `:memory:` or `postgresql://...`; SQLite has one writer, whatever is asked for.

    Nothing is changed: `migrate` makes the tables.
    """
    if url in PASSING:
        writer, reader, tidy = sqlite.passing(readers=readers)
        return Database(url, writer, reader, tidy=tidy)
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        path = make_url(url).database or ""
        return Database(url, *sqlite.engines(path, readers=readers))
    if kind in {"postgresql", "postgres"}:
        return Database(url, *postgresql.engines(url, readers=readers, writers=writers))
    message = f"the address of a database begins with sqlite:/// or postgresql://, not with {kind}:"
    raise Invalid(message)
