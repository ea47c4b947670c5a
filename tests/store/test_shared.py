"""What accounts share never overruns, whoever takes at once, and is never refused while there is some."""

import threading

import pytest

from guerdon.core.errors import InvariantBroken
from guerdon.store import Database, shared
from guerdon.store.shared import Budget
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


def test_what_is_leased_is_not_used_until_it_is_drawn(database: Database) -> None:
    with database.work() as work:
        assert shared.lease(work, PROGRAMME, STOCK, "p", most=100, parts=4) == 25
        assert shared.lease(work, PROGRAMME, STOCK, "q", most=100, parts=4) == 18
        assert shared.used(work, PROGRAMME, [STOCK]) == {STOCK: 0}
        assert shared.hold(work, PROGRAMME, "p", [STOCK, MONTH]) == {STOCK: 25}
        shared.draw(work, PROGRAMME, "p", {STOCK: 10})
        assert shared.hold(work, PROGRAMME, "p", [STOCK]) == {STOCK: 15}
        assert shared.every(work, PROGRAMME) == {STOCK: 10}
    assert _used(database) == 10


def test_nobody_else_gets_what_is_leased(database: Database) -> None:
    with database.work() as work:
        shared.lease(work, PROGRAMME, STOCK, "p", most=100, parts=4)
        assert shared.take(work, PROGRAMME, STOCK, 100, most=100) == 75


def test_of_what_is_hardly_there_nothing_is_leased(database: Database) -> None:
    with database.work() as work:
        assert shared.lease(work, PROGRAMME, STOCK, "p", most=15, parts=4) == 0
        assert shared.hold(work, PROGRAMME, "p", [STOCK]) == {}


def test_what_others_leased_and_did_not_use_is_collected(database: Database) -> None:
    with database.work() as work:
        shared.lease(work, PROGRAMME, STOCK, "p", most=100, parts=4)
        shared.lease(work, PROGRAMME, STOCK, "q", most=100, parts=4)
        shared.draw(work, PROGRAMME, "p", {STOCK: 10})
        assert shared.collect(work, PROGRAMME, STOCK) == 10
        assert shared.take(work, PROGRAMME, STOCK, 100, most=100) == 90
        assert shared.hold(work, PROGRAMME, "p", [STOCK]) == {}


def test_who_ends_gives_back_what_was_not_used(database: Database) -> None:
    with database.work() as work:
        shared.lease(work, PROGRAMME, STOCK, "p", most=100, parts=4)
        shared.lease(work, PROGRAMME, STOCK, "q", most=100, parts=4)
        shared.draw(work, PROGRAMME, "p", {STOCK: 10})
        shared.release(work, PROGRAMME, "p")
        shared.release(work, PROGRAMME, "p")
        assert shared.take(work, PROGRAMME, STOCK, 100, most=100) == 72
        assert shared.hold(work, PROGRAMME, "q", [STOCK]) == {STOCK: 18}


def test_two_draw_from_their_leases_at_once_and_who_collects_waits_for_both(database: Database) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has one writer")
    with database.work() as work:
        for holder in ("p", "q"):
            shared.lease(work, PROGRAMME, STOCK, holder, most=100, parts=4)
    collected: list[int] = []

    def collect() -> None:
        with database.work() as work:
            collected.append(shared.collect(work, PROGRAMME, STOCK))

    with database.work() as one, database.work() as other:
        for work, holder, amount in ((one, "p", 3), (other, "q", 4)):
            shared.hold(work, PROGRAMME, holder, [STOCK])
            shared.draw(work, PROGRAMME, holder, {STOCK: amount})
        collecting = threading.Thread(target=collect)
        collecting.start()
        collecting.join(0.2)
        assert collected == []
    collecting.join()
    assert collected == [7]
