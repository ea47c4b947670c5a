"""Workers: what is due is posted and sealed, once, however many are at it."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from guerdon.store import Database, answers, jobs, seals
from guerdon.store.answers import Answer
from guerdon.worker.loop import Round, Worker
from tests.api.process import wait_until
from tests.services.shop import Shop


def bought(database: Database, members: int) -> Shop:
    """Return a shop in which as many members have bought something that expires in 2027."""
    shop = Shop(database)
    shop.record(*[
        {"id": f"{n}", "member": f"m{n:03}", "at": "2026-05-10T10:00:00+02:00", "amount": 10} for n in range(members)
    ])
    return shop


def test_a_round_does_everything_that_is_due(database: Database) -> None:
    shop = bought(database, 5)
    worker = Worker(database, 1, lambda: shop.at("2027-05-10T10:00:00+02:00"))
    assert worker.round() == Round(5, 10)
    assert worker.round() == Round(0, 0)


def test_many_workers_post_and_seal_each_thing_once(database: Database) -> None:
    shop = bought(database, 300)
    workers = [Worker(database, 1, lambda: shop.at("2027-05-10T10:00:00+02:00")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.round(), workers))
    workers[0].round()
    shop.now = "2027-05-11T10:00:00+02:00"
    found = shop.verify()
    assert (found.journals, found.seals, found.unsealed, found.findings) == (600, 600, 0, ())


def test_a_worker_stops_when_it_is_told(database: Database) -> None:
    shop = bought(database, 3)
    worker = Worker(database, 1, lambda: shop.at("2026-06-01T10:00:00+02:00"))
    worker.start()
    worker.close()
    with database.view() as view:
        assert seals.head(view, 1).seal in (0, 3)


def test_answers_under_keys_are_kept_for_a_week(database: Database) -> None:
    shop = bought(database, 1)
    with database.work() as work:
        answers.add(work, 1, [Answer("till", "k", b"x", 201, "{}", shop.at())])
    for when, there in (("2026-06-08T12:00:00+02:00", True), ("2026-06-08T12:00:01+02:00", False)):
        Worker(database, 1, partial(shop.at, when)).round()
        with database.view() as view:
            assert bool(answers.find(view, 1, [("till", "k")])) is there


def test_what_was_deleted_is_purged_once_and_again_when_it_is_asked_for(database: Database) -> None:
    shop = bought(database, 1)
    worker = Worker(database, 1, shop.at)
    with database.work() as work:
        jobs.ask_for_purge(work)
    with database.view() as view:
        first = jobs.purge_wanted(view)
    with database.work() as work:
        jobs.ask_for_purge(work)
        jobs.note_purged(work, first or "")
    with database.view() as view:
        assert jobs.purge_wanted(view) not in (None, first)
    worker.round()
    with database.view() as view:
        assert jobs.purge_wanted(view) is None


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_worker_waits_until_a_full_disk_has_room_again(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    def leave_pages(pages: int) -> None:
        with database.work() as work:
            work.driver.execute(f"pragma max_page_count={pages}")

    def is_sealed() -> bool:
        with database.view() as view:
            return seals.head(view, 1).seal == 2_000

    shop = bought(database, 1_000)
    leave_pages(1)
    worker = Worker(database, 1, lambda: shop.at("2027-05-10T10:00:00+02:00"))
    worker.start()
    wait_until(lambda: "the disk of the database is full" in caplog.text)
    leave_pages(1 << 30)
    wait_until(is_sealed)
    worker.close()
    assert "Traceback" not in caplog.text
