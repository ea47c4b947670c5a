"""Whatever writes is done once (T13): asked again, with another content, at once, days later, and after a restart.

Every operation of the reference is asked. A new one is covered by its example there; where that is not enough, the first test
says what `requests.py` lacks.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine
from tests.proof.kept import changed, kept
from tests.proof.requests import BEFORE, TEXT, Sent, requests
from tests.proof.sizes import on_either_for_a_release, sized

REQUESTS = requests()
WRITING = [one for one in REQUESTS if one.writes]
AGAIN = sized(push=1, release=5)
"""How often each request is sent again."""

AT_ONCE = sized(push=6, release=24)
"""How many callers send one request at the same moment, half of them to another process's door."""

DAYS_LATER = "2026-06-04T12:00:00+02:00"
operations = pytest.mark.parametrize("sent", WRITING, ids=[one.operation for one in WRITING])


def prepared(served: Served, sent: Sent) -> None:
    if sent.operation in BEFORE:
        BEFORE[sent.operation](served)


def done_of(answer: Any) -> Any:  # noqa: ANN401 - an answer of httpx, and JSON
    """Return what an answer says was done, whether it was done now or before."""
    told = answer.json()
    results = told.get("results", [{"event": told}])
    return [{**one["event"], "repeated": None} if "event" in one else one["problem"]["code"] for one in results]


def is_again(answer: Any) -> bool:  # noqa: ANN401 - an answer of httpx
    """Say whether an answer is one that was given before."""
    told = answer.json()
    results = told.get("results", [{"event": told}])
    return "idempotency-replayed" in answer.headers or all(one["event"].get("repeated") for one in results)


def refused_with(answer: Any) -> set[str]:  # noqa: ANN401 - an answer of httpx
    told = answer.json()
    return {one["problem"]["code"] for one in told["results"]} if "results" in told else {told["code"]}


@pytest.mark.parametrize("sent", REQUESTS, ids=[one.operation for one in REQUESTS])
def test_every_operation_is_asked(sent: Sent) -> None:
    with serving("sqlite:///:memory:", text=TEXT) as served:
        prepared(served, sent)
        before = kept(served.guerdon.database)
        answer = sent.to(served, key="k")
        assert answer.is_success, f"{sent.operation}: say in BEFORE or BODIES what its example needs: {answer.text}"
        wrote = changed(before, kept(served.guerdon.database))
        assert bool(wrote) == sent.writes, f"{sent.operation} writes and has no name, or the other way round: {wrote}"


@operations
def test_asked_again_it_is_answered_the_same_and_does_nothing(engine: Engine, sent: Sent) -> None:
    with serving(engine.url, text=TEXT) as served:
        caller = served.key
        prepared(served, sent)
        first = sent.to(served, key="k")
        after = kept(served.guerdon.database)

        def assert_again(server: Served) -> None:
            again = sent.to(server, key="k", caller=caller)
            assert is_again(again)
            assert done_of(again) == done_of(first)
            if sent.keyed:
                assert (again.status_code, again.content) == (first.status_code, first.content)

        for _ in range(AGAIN):
            assert_again(served)
        served.now[0] = DAYS_LATER
        assert_again(served)
        assert changed(after, kept(served.guerdon.database)) == []
    with serving(engine.url, text=TEXT) as served:
        after = kept(served.guerdon.database)
        assert_again(served)
        assert changed(after, kept(served.guerdon.database)) == []


@on_either_for_a_release
@operations
def test_with_another_content_it_is_refused_and_does_nothing(engine: Engine, sent: Sent) -> None:
    with serving(engine.url, text=TEXT) as served:
        prepared(served, sent)
        sent.to(served, key="k")
        after = kept(served.guerdon.database)
        for _ in range(AGAIN):
            other = sent.other_to(served, key="k")
            assert other.status_code == (422 if sent.keyed else 200 if "results" in other.json() else 409)
            assert refused_with(other) == {"idempotency_key_reused" if sent.keyed else "event_conflict"}
        assert changed(after, kept(served.guerdon.database)) == []


@operations
def test_asked_by_many_at_once_it_is_done_once(engine: Engine, sent: Sent) -> None:
    with (
        serving(engine.url, text=TEXT) as one,
        serving(engine.url, text=TEXT) as other,
        ThreadPoolExecutor(AT_ONCE) as callers,
    ):
        prepared(one, sent)
        doors = [one, other] * (AT_ONCE // 2)
        answers = list(callers.map(lambda door: sent.to(door, key="k", caller=one.key), doors))
        running = [answer for answer in answers if answer.status_code == 409]
        assert {code for answer in running for code in refused_with(answer)} <= {"request_running"}
        done = [answer for answer in answers if answer.is_success]
        assert len(done) + len(running) == len(answers)
        assert [is_again(answer) for answer in done].count(False) == 1
        assert all(done_of(answer) == done_of(done[0]) for answer in done)


@on_either_for_a_release
@operations
def test_a_dry_run_leaves_no_trace(engine: Engine, sent: Sent) -> None:
    """formancehq/ledger#1684 (48): a dry run left a trace."""
    with serving(engine.url, text=TEXT) as served:
        prepared(served, sent)
        before = kept(served.guerdon.database)
        dry = served.post(f"{sent.path}?dry_run=true", sent.body, headers={"Idempotency-Key": "k"})
        assert dry.is_success, dry.text
        assert changed(before, kept(served.guerdon.database)) == []
        wet = sent.to(served, key="k")
        assert not is_again(wet)
        assert done_of(wet) == done_of(dry)
