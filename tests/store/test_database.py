"""A work is kept whole or not at all; a view cannot write, and sees one state."""

import os
import subprocess
import sys
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from guerdon.core.errors import Conflict, Invalid, InvariantBroken
from guerdon.store import Database, accounts, open_database
from tests.databases.fixtures import Engine
from tests.store.books import PROGRAMME


def test_a_view_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"), database.view() as view:
        view.connection.exec_driver_sql("insert into meta (name, value) values ('x', 'y')")
    with database.work() as work:
        assert not work.connection.exec_driver_sql("select 1 from meta where name = 'x'").fetchall()


def test_a_view_sees_one_state_from_its_first_statement_on(database: Database) -> None:
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, ["ana"]) == {}
        with database.work() as work:
            accounts.lock(work, PROGRAMME, ["ana"])
        assert accounts.read(view, PROGRAMME, ["ana"]) == {}
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, ["ana"]).keys() == {"ana"}


def test_an_exception_rolls_back(database: Database) -> None:
    def fail() -> None:
        with database.work() as work:
            accounts.lock(work, PROGRAMME, ["ana"])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, ["ana"]) == {}


def test_a_failure_that_was_passed_over_is_not_kept_in_silence(database: Database) -> None:
    def write() -> None:
        with database.work() as work:
            accounts.lock(work, PROGRAMME, ["ana"])
            with suppress(DBAPIError):
                work.connection.exec_driver_sql("select nothing from nowhere")

    if database.is_postgresql:
        with pytest.raises(InvariantBroken):
            write()
    else:
        write()  # SQLite has undone the statement that failed, and nothing else
    with database.view() as view:
        assert (accounts.read(view, PROGRAMME, ["ana"]) == {}) is database.is_postgresql


def test_what_was_only_sent_is_kept_too(database: Database) -> None:
    with database.work() as work:
        accounts.lock(work, PROGRAMME, ["ana"])
    with database.work() as work, work.pipeline():
        accounts.save(work, PROGRAMME, [accounts.Account("ana", events=9)])
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, ["ana"])["ana"].events == 9


def test_a_writer_that_another_one_is_in_the_way_of_is_told_to_try_again(engine: Engine, database: Database) -> None:
    other = open_database(engine.url)
    with database.work() as work:
        accounts.lock(work, PROGRAMME, ["ana"])
        work.wait()
        with pytest.raises(Conflict) as conflict:
            _write_at_once(other, engine)
    assert conflict.value.code == "busy"
    other.close()


def _write_at_once(database: Database, engine: Engine) -> None:
    if engine.kind == "sqlite":
        with database._writer.connect() as connection:  # noqa: SLF001 - the wait is shortened, nothing else
            connection.connection.driver_connection.execute("pragma busy_timeout=0")  # type: ignore[union-attr]
            connection.rollback()
    with database.work() as work:
        if engine.kind == "postgresql":
            work.connection.exec_driver_sql("set local lock_timeout = '50ms'")
        accounts.lock(work, PROGRAMME, ["ana"])


def test_after_a_restart_of_the_server_one_caller_is_told_and_the_next_ones_are_served(database: Database) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has no server")
    with database.view() as one, database.view() as other, database.work() as work:
        for view in (one, other, work):
            accounts.read(view, PROGRAMME, ["ana"])
    with psycopg.connect(database.url, autocommit=True) as admin:
        query = (
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'guerdon' and datname = %s"
        )
        admin.execute(query, [database.url.rpartition("/")[2]])
    with pytest.raises(Conflict) as conflict, database.view() as view:
        accounts.read(view, PROGRAMME, ["ana"])
    assert conflict.value.code == "connection_lost"
    with database.view() as one, database.view() as other, database.work() as work:
        for view in (one, other, work):
            assert accounts.read(view, PROGRAMME, ["ana"]) == {}


KILLED = """
import os, sys
from guerdon.store import accounts, open_database
with open_database(sys.argv[1]).work() as work:
    found = accounts.lock(work, 1, ["ana"])
    accounts.save(work, 1, found.values())
    os._exit(9)
"""


def test_a_process_that_is_killed_leaves_nothing(engine: Engine, database: Database) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, engine.url], check=False, env=os.environ)
    assert done.returncode == 9
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, ["ana"]) == {}


def test_a_passing_database_is_gone_when_it_is_closed() -> None:
    for _ in range(2):
        database = open_database(":memory:")
        database.migrate()
        with database.work() as work:
            assert accounts.lock(work, PROGRAMME, ["ana"])["ana"].events == 0
            accounts.save(work, PROGRAMME, [accounts.Account("ana", events=1)])
        database.close()


def test_an_address_of_another_database_is_refused() -> None:
    with pytest.raises(Invalid, match="not with mysql:"):
        open_database("mysql://somewhere")
