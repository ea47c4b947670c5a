"""An empty database with all tables for a test, on SQLite and on PostgreSQL: the fixtures `engine` and `database`.

A conftest that wants them imports all three names of `__all__`.
"""

import itertools
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from guerdon.store import Database, open_database
from tests.databases.server import started

__all__ = ["database", "engine", "prepared"]

NUMBERS = itertools.count(1)

KEPT = 20
"""So many databases of a server are kept, more than any test has: each is hundreds of files, which all have to be written and removed."""


@dataclass(frozen=True)
class Engine:
    """A kind of database, and the address of an empty one with all tables, and of one without any."""

    kind: str
    url: str
    blank: Callable[[], str]


@dataclass
class Prepared:
    """What is made once a session: a file, and a database of a server, both migrated, which each test gets copies of."""

    folder: Path
    stack: ExitStack
    server: str = ""
    file: Path | None = None
    copies: deque[str] = field(default_factory=deque)

    def sqlite(self, folder: Path) -> Engine:
        """Return a copy of the file."""
        if self.file is None:
            self.file = self.folder / "template.db"
            _migrate(f"sqlite:///{self.file}")
        path = folder / "guerdon.db"
        shutil.copy(self.file, path)
        return Engine("sqlite", f"sqlite:///{path}", lambda: f"sqlite:///{folder / f'blank{next(NUMBERS)}.db'}")

    def postgresql(self) -> Engine:
        """Return a copy of the server's database."""
        if not self.server:
            self._start()
        return Engine("postgresql", self._copy("guerdon_template"), lambda: self._copy("template0"))

    def _start(self) -> None:
        """Start the server, and make the database that is copied."""
        self.server = self.stack.enter_context(started())
        self._create("guerdon_template", "template0")
        _migrate(self._url("guerdon_template"))

    def _copy(self, template: str) -> str:
        name = f"test_{next(NUMBERS)}"
        self._create(name, template)
        self.copies.append(name)
        if len(self.copies) > KEPT:
            self._told(f"drop database {self.copies.popleft()} with (force)")
        return self._url(name)

    def _create(self, name: str, template: str) -> None:
        # Copying files takes half as long as logging what they hold.
        self._told(f"create database {name} template {template} strategy file_copy")

    def _told(self, command: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(command.encode())

    def _url(self, name: str) -> str:
        return f"{self.server.rpartition('/')[0]}/{name}"


def _migrate(url: str) -> None:
    made = open_database(url)
    made.migrate()
    made.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Keep what is made once; the server starts with the first test that asks for it."""
    with ExitStack() as stack:
        yield Prepared(tmp_path_factory.mktemp("prepared"), stack)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> Engine:
    """Give an empty database of either kind."""
    return prepared.sqlite(tmp_path) if request.param == "sqlite" else prepared.postgresql()


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    """Open it for the length of a test."""
    opened = open_database(engine.url)
    yield opened
    opened.close()
