"""Keys of callers, answers to what they asked, the audit, and the service's own jobs."""

import threading

import pytest

from guerdon.core.errors import Conflict
from guerdon.store import Database, answers, audit, jobs, keys, open_database
from guerdon.store.answers import Answer
from guerdon.store.audit import Deed
from guerdon.store.jobs import Import, Job
from guerdon.store.keys import Key
from tests.databases.fixtures import Engine
from tests.store.books import PROGRAMME

ASKED = b"a" * 16
OPEN = Answer("till", "k1", ASKED, None, None, 10)


def test_a_key_is_found_by_its_hash_and_ended_once(database: Database) -> None:
    key = Key("k1", PROGRAMME, "till 1", b"h" * 32, "events:write members:read", 5)
    with database.work() as work:
        keys.add(work, key)
        keys.add(work, key._replace(id="k0", key_hash=b"o" * 32, created_at=4))
        keys.note_use(work, "k1", day=20_000)
        assert keys.revoke(work, PROGRAMME, "k1", at=9)
        assert not keys.revoke(work, PROGRAMME, "k1", at=10)
        assert not keys.revoke(work, PROGRAMME + 1, "k0", at=10)
    with database.view() as view:
        assert keys.find(view, b"h" * 32) == key._replace(revoked_at=9, last_used_on=20_000)
        assert keys.find(view, b"x" * 32) is None
        assert [one.id for one in keys.every(view, PROGRAMME)] == ["k0", "k1"]


def test_a_key_of_a_caller_stands_for_one_request(database: Database) -> None:
    with database.work() as work:
        assert answers.claim(work, PROGRAMME, OPEN) is None
    with database.work() as work:
        assert answers.claim(work, PROGRAMME, OPEN._replace(asked=b"b" * 16)) == OPEN
        assert answers.settle(work, PROGRAMME, OPEN._replace(status=201, body="{}"))
        assert not answers.settle(work, PROGRAMME, OPEN._replace(status=200, body="{}"))
        assert not answers.release(work, PROGRAMME, ("till", "k1"))
        assert answers.claim(work, PROGRAMME, OPEN, stale_at=99) == OPEN._replace(status=201, body="{}")
        assert answers.find(work, PROGRAMME, [("till", "k1"), ("web", "k1")]).keys() == {("till", "k1")}
        assert answers.forget(work, before=11) == 1


def test_what_nobody_works_on_any_more_is_taken_over(database: Database) -> None:
    with database.work() as work:
        answers.claim(work, PROGRAMME, OPEN)
        later = OPEN._replace(created_at=50)
        assert answers.claim(work, PROGRAMME, later, stale_at=10) == OPEN
        assert answers.claim(work, PROGRAMME, later, stale_at=11) is None
        assert answers.claim(work, PROGRAMME, later, stale_at=11) == later
        assert answers.release(work, PROGRAMME, ("till", "k1"))
        assert answers.find(work, PROGRAMME, [("till", "k1")]) == {}


def test_answers_are_written_with_what_they_answer(database: Database) -> None:
    rows = [Answer("till", f"k{number}", ASKED, 201, "{}", 10) for number in range(3)]
    with database.work() as work:
        answers.add(work, PROGRAMME, rows)
        assert list(answers.find(work, PROGRAMME, [row[:2] for row in rows]).values()) == rows
    with pytest.raises(Conflict) as conflict, database.work() as work:
        answers.add(work, PROGRAMME, rows[:1])
    assert conflict.value.code == "taken"


def test_of_two_who_claim_a_key_at_once_one_waits_and_is_told(engine: Engine) -> None:
    databases = [open_database(engine.url) for _ in range(2)]
    start = threading.Barrier(2)
    told: list[Answer | None] = []

    def ask(database: Database) -> None:
        start.wait()
        with database.work() as work:
            told.append(answers.claim(work, PROGRAMME, OPEN))

    threads = [threading.Thread(target=ask, args=[one]) for one in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told, key=str) == sorted([None, OPEN], key=str)
    for one in databases:
        one.close()


def test_the_audit_is_read_newest_first(database: Database) -> None:
    deeds = [Deed(at, "eve", "adjust", f"account {at % 2}", "{}", "r") for at in (1, 2, 3)]
    with database.work() as work:
        audit.add(work, PROGRAMME, deeds[:2])
        audit.add(work, PROGRAMME, [])
        audit.add(work, PROGRAMME, deeds[2:])
    with database.view() as view:
        read = audit.page(view, PROGRAMME)
        assert [one._replace(number=0) for one in read] == deeds[::-1]
        assert audit.page(view, PROGRAMME, before=read[0].number, limit=1) == read[1:2]
        assert [one.at for one in audit.page(view, PROGRAMME, subject="account 1")] == [3, 1]


def test_a_job_is_one_process_s_until_its_lease_ends(database: Database) -> None:
    job = Job("due", 20_000, jobs.RUNNING, "", "p", 100)
    other = job._replace(owner="q", leased_until=300)
    with database.work() as work:
        assert jobs.claim(work, PROGRAMME, job, at=50) == job
        assert jobs.save(work, PROGRAMME, job._replace(done_to="ana"))
        assert jobs.claim(work, PROGRAMME, other, at=99) is None
        assert jobs.claim(work, PROGRAMME, other, at=100) == other._replace(done_to="ana")
        assert not jobs.save(work, PROGRAMME, job._replace(done_to="bo"))
        assert jobs.save(work, PROGRAMME, other._replace(state=jobs.DONE))
        assert jobs.claim(work, PROGRAMME, job, at=999) is None
        assert [one.state for one in jobs.of_day(work, PROGRAMME, 20_000)] == [jobs.DONE]


def test_an_import_goes_on_from_where_it_came(database: Database) -> None:
    load = Import("2025", jobs.RUNNING, 0, 0, 0, "{}", 5, 5)
    with database.work() as work:
        assert jobs.begin_import(work, PROGRAMME, load) == load
        assert jobs.save_import(work, PROGRAMME, load._replace(done_to=7, rows=9, bad_rows=2))
        assert jobs.begin_import(work, PROGRAMME, load).done_to == 7
        assert jobs.read_import(work, PROGRAMME, "2024") is None
