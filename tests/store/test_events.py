"""Events are added to accounts, and an id is claimed once, whoever asks at once."""

import threading

import pytest

from guerdon.core.errors import Conflict, InvariantBroken
from guerdon.store import Database, accounts, events, open_database
from tests.databases.fixtures import Engine
from tests.store.books import PROGRAMME, claim, event


def test_an_id_that_was_claimed_is_found_from_then_on(database: Database) -> None:
    with database.work() as work:
        events.claim(work, PROGRAMME, [claim("1"), claim("3", number=3)])
    with database.view() as view:
        names = [("till", "1"), ("till", "3"), ("till", "4"), ("web", "1")]
        found = events.find(view, PROGRAMME, names)
        assert found == {("till", "1"): claim("1"), ("till", "3"): claim("3", number=3)}
        assert events.find(view, 2, names) == {}
        assert events.find(view, PROGRAMME, []) == {}


def test_of_two_who_claim_an_id_at_once_one_has_it(engine: Engine) -> None:
    databases = [open_database(engine.url) for _ in range(2)]
    start = threading.Barrier(2)
    lost: dict[int, str] = {}

    def ask(number: int) -> None:
        start.wait()
        try:
            with databases[number].work() as work:
                events.claim(work, PROGRAMME, [claim(id_, f"account {number}") for id_ in ("9", "8")])
        except Conflict as conflict:
            lost[number] = conflict.code

    threads = [threading.Thread(target=ask, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(lost.values()) == ["taken"]
    (loser,) = lost
    with databases[0].view() as view:
        assert events.find(view, PROGRAMME, [("till", "9")]) == {("till", "9"): claim("9", f"account {1 - loser}")}
    for one in databases:
        one.close()


def test_a_claim_that_comes_too_late_ends_the_work(database: Database) -> None:
    with database.work() as work:
        events.claim(work, PROGRAMME, [claim("1")])

    def again() -> None:
        with database.work() as work:
            accounts.lock(work, PROGRAMME, ["bo"])
            events.claim(work, PROGRAMME, [claim("1", "bo")])
            events.add(work, PROGRAMME, [event(1, "bo")])

    with pytest.raises(Conflict) as conflict:
        again()
    assert conflict.value.code == "taken"
    with database.view() as view:
        assert accounts.read(view, PROGRAMME, ["bo"]) == {}


def test_events_are_read_in_the_order_of_recording(database: Database) -> None:
    rows = [event(number, granted='{"x":1}' if number == 2 else None) for number in (1, 2, 3)]
    with database.work() as work:
        with work.pipeline():
            locked = accounts.locking(work, PROGRAMME, ["ana", "bo"])
            found = events.finding(work, PROGRAMME, [("till", "1")])
            assert not found()
            assert locked().keys() == {"ana", "bo"}
        events.add(work, PROGRAMME, [*rows[::-1], event(1, "bo")])
    with database.view() as view:
        assert events.of_account(view, PROGRAMME, "ana") == rows
        assert events.of_account(view, PROGRAMME, "ana", after=2) == rows[2:]
        assert events.some(view, PROGRAMME, "ana", [3, 1, 7]) == [rows[0], rows[2]]
        assert events.one(view, PROGRAMME, "bo", 1) == event(1, "bo")
        assert events.one(view, PROGRAMME, "bo", 2) is None


def test_an_account_that_is_not_locked_gets_no_events(database: Database) -> None:
    with pytest.raises(InvariantBroken), database.work() as work:
        events.add(work, PROGRAMME, [event(1)])
