"""Accounts are made and locked in one order, saved as a set, and found when something falls due."""

import threading
import time
from typing import Any

import psycopg
import pytest

from guerdon.core.calendar import LATEST
from guerdon.core.errors import Conflict
from guerdon.store import Database, Work, accounts, open_database
from guerdon.store.accounts import Account, Due
from tests.databases.fixtures import Engine
from tests.store.books import PROGRAMME

NAMES = ["zoe", "ana", "Äsa", "bo", "Zed", "ünal", "a b"]


def test_accounts_come_into_being_when_they_are_locked(database: Database) -> None:
    with database.work() as work:
        found = accounts.lock(work, PROGRAMME, [*NAMES, "ana"])
    assert list(found) == sorted(set(NAMES), key=str.encode)
    assert found["ana"] == Account("ana", batch=found["ana"].batch)
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, [*NAMES, "nobody"]).keys() == set(NAMES)
        assert accounts.read(view, 2, NAMES) == {}
        assert accounts.read(view, PROGRAMME, []) == {}


def test_what_is_saved_is_read_again(database: Database) -> None:
    saved = Account("ana", 3, 2, 50, "50 1 till x", 4, 90, 0, b"\x00state")
    with database.work() as work:
        saved.batch = accounts.lock(work, PROGRAMME, ["ana", "bo"])["ana"].batch
        accounts.save(work, PROGRAMME, [saved])
        accounts.save(work, PROGRAMME, [])
    with database.view() as view:
        read = accounts.read(view, PROGRAMME, ["ana", "bo"])
    assert read == {"ana": saved, "bo": Account("bo")}


def test_batches_of_an_account_rise(database: Database) -> None:
    batches = []
    for _ in range(3):
        with database.work() as work:
            locked = accounts.lock(work, PROGRAMME, ["ana"])
            again = accounts.lock(work, PROGRAMME, ["ana"])
            assert again["ana"].batch == locked["ana"].batch == work.batch
            accounts.save(work, PROGRAMME, locked.values())
            batches.append(work.batch)
    assert batches == sorted(set(batches))


def test_an_account_keeps_the_batch_of_a_work_that_began_later_and_ended_sooner(database: Database) -> None:
    with database.work() as work:
        ana = accounts.lock(work, PROGRAMME, ["ana"])["ana"]
        ana.batch = work.batch + 1000
        accounts.save(work, PROGRAMME, [ana])
    with database.work() as work:
        assert accounts.lock(work, PROGRAMME, ["ana"])["ana"].batch == ana.batch > work.batch
        assert work.batches == {(PROGRAMME, "ana"): ana.batch}


def test_what_falls_due_is_found_in_order_page_by_page(database: Database) -> None:
    with database.work() as work:
        found = accounts.lock(work, PROGRAMME, ["ana", "bo", "cy", "di", "ed"])
        for name, due in (("ana", 30), ("bo", 10), ("cy", 10), ("di", 99), ("ed", LATEST)):
            found[name].next_due = due
        accounts.save(work, PROGRAMME, found.values())
    with database.view() as view:
        first = accounts.due(view, PROGRAMME, 50, 2)
        rest = accounts.due(view, PROGRAMME, 50, 2, first[-1])
        assert first == [Due(10, "bo"), Due(10, "cy")]
        assert rest == [Due(30, "ana")]
        assert accounts.due(view, PROGRAMME, LATEST, 9)[-1] == Due(99, "di")


def _add_ten(database: Database, names: list[str], failed: list[BaseException]) -> None:
    done = 0
    while done < 10:
        try:
            with database.work() as work:
                found = accounts.lock(work, PROGRAMME, names)
                for account in found.values():
                    account.events += 1
                accounts.save(work, PROGRAMME, found.values())
            done += 1
        except Conflict as conflict:
            failed.append(conflict)


def test_nobody_waits_in_a_circle_and_nothing_is_lost(engine: Engine) -> None:
    failed: list[BaseException] = []
    databases = [open_database(engine.url) for _ in range(3)]
    orders = [NAMES, NAMES[::-1], NAMES[2:] + NAMES[:2]]
    threads = [
        threading.Thread(target=_add_ten, args=(one, order, failed))
        for one, order in zip(databases, orders, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with databases[0].view() as view:
        assert {one.events for one in accounts.read(view, PROGRAMME, NAMES).values()} == {30}
    for one in databases:
        one.close()
    assert failed == []


def test_a_work_on_locked_accounts_waits_for_its_turn(database: Database) -> None:
    order: list[str] = []

    def second() -> None:
        with database.work() as work:
            accounts.lock(work, PROGRAMME, ["ana"])
            order.append("second")

    with database.work() as work:
        accounts.lock(work, PROGRAMME, ["ana"])
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.1)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def _break_off(work: Work, engine: Engine) -> None:
    if engine.kind == "postgresql":
        with psycopg.connect(engine.url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s)", [work.driver.info.backend_pid])
    else:
        message = "the process is gone"
        raise ConnectionError(message)


@pytest.mark.parametrize("hurried", [True, False])
def test_a_work_that_breaks_off_leaves_nothing(database: Database, engine: Engine, *, hurried: bool) -> None:
    def write() -> None:
        with database.work() as work:
            found = accounts.lock(work, PROGRAMME, ["ana", "bo"])
            if not hurried:
                work.wait()
            found["ana"].events = 7
            accounts.save(work, PROGRAMME, found.values())
            _break_off(work, engine)
            accounts.save(work, PROGRAMME, found.values())

    expected: Any = (ConnectionError, Conflict)
    with pytest.raises(expected):
        write()
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, ["ana", "bo"]) == {}
    with database.work() as work:
        assert accounts.lock(work, PROGRAMME, ["ana"])["ana"].events == 0
