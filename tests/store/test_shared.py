"""What accounts share never overruns, whoever takes at once, and is never refused while there is some."""

import threading

import pytest

from guerdon.core.errors import Conflict, InvariantBroken
from guerdon.store import Database, open_database, shared
from guerdon.store.shared import Budget, Lease
from tests.databases.fixtures import Engine
from tests.store.books import PROGRAMME

STOCK = Budget(7, 0)
MONTH = Budget(3, 202601)


def _used(database: Database) -> int:
    with database.view() as view:
        return shared.used(view, PROGRAMME, [STOCK])[STOCK]


def test_a_budget_gives_what_is_left_of_it(database: Database) -> None:
    with database.work() as work:
        assert shared.take(work, PROGRAMME, STOCK, 70, most=100) == 70
        assert shared.take(work, PROGRAMME, STOCK, 70, most=100) == 30
        assert shared.take(work, PROGRAMME, STOCK, 70, most=90) == 0
        shared.give_back(work, PROGRAMME, STOCK, 20)
        assert shared.used(work, PROGRAMME, [MONTH, STOCK]) == {MONTH: 0, STOCK: 80}


def test_no_more_is_given_back_than_was_taken(database: Database) -> None:
    with pytest.raises(InvariantBroken), database.work() as work:
        shared.give_back(work, PROGRAMME, STOCK, 1)


def test_a_process_draws_from_its_lease_and_leases_more(database: Database) -> None:
    with database.work() as work:
        drawn = [shared.draw(work, PROGRAMME, STOCK, "p", 30, most=100, portion=50) for _ in range(5)]
        assert drawn == [30, 30, 30, 10, 0]
        assert shared.leased(work, PROGRAMME, "p") == [Lease(STOCK, "p", 100, 100)]


def test_what_another_process_leased_and_did_not_use_is_not_lost(database: Database) -> None:
    with database.work() as work:
        assert shared.draw(work, PROGRAMME, STOCK, "p", 10, most=100, portion=100) == 10
        assert shared.draw(work, PROGRAMME, STOCK, "q", 60, most=100) == 60
        assert shared.draw(work, PROGRAMME, STOCK, "q", 60, most=100) == 30
        assert shared.draw(work, PROGRAMME, STOCK, "p", 1, most=100) == 0
    assert _used(database) == 100


def test_a_process_that_ends_gives_back_what_it_did_not_use(database: Database) -> None:
    with database.work() as work:
        shared.draw(work, PROGRAMME, STOCK, "p", 10, most=100, portion=100)
        shared.release(work, PROGRAMME, "p")
        assert shared.leased(work, PROGRAMME, "p") == []
    assert _used(database) == 10


def test_a_lease_that_is_being_used_is_waited_for_by_trying_again(database: Database) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has one writer")
    with database.work() as work:
        shared.draw(work, PROGRAMME, STOCK, "p", 10, most=100, portion=100)
    with database.work() as busy:
        shared.draw(busy, PROGRAMME, STOCK, "p", 10, most=100)
        with pytest.raises(Conflict) as conflict, database.work() as work:
            shared.draw(work, PROGRAMME, STOCK, "q", 60, most=100)
    assert conflict.value.code == "busy"


def _draw_all(database: Database, process: str, got: list[int]) -> None:
    while True:
        try:
            with database.work() as work:
                drawn = shared.draw(work, PROGRAMME, STOCK, process, 3, most=100, portion=10)
        except Conflict:
            continue
        got.append(drawn)
        if drawn == 0:
            return


def test_of_many_who_draw_at_once_all_together_get_exactly_what_there_is(engine: Engine) -> None:
    databases = [open_database(engine.url) for _ in range(3)]
    got: list[int] = []
    threads = [
        threading.Thread(target=_draw_all, args=(one, f"p{number}", got)) for number, one in enumerate(databases)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == _used(databases[0]) == 100
    for one in databases:
        one.close()
