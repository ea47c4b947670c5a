"""Who may ask, for what, until when and how often."""

import itertools

import pytest

from guerdon.api.app import ROUTES
from guerdon.api.buckets import Buckets
from guerdon.api.operations import OPERATION, Operation
from guerdon.app.service import Settings
from guerdon.services.keys.check import ADMIN
from tests.api.serving import PURCHASE, Served, serving
from tests.databases.fixtures import Engine

KEYED: list[tuple[str, Operation]] = [
    (path, route.opt[OPERATION]) for route in ROUTES for path in route.paths if route.opt[OPERATION].scope
]


def _ask(served: Served, path: str, operation: Operation, key: str) -> tuple[int, str]:
    filled = path.replace("{account:str}", "ana").replace("{member:str}", "ana").replace("{redemption:str}", "r1")
    answer = served.call("GET" if operation.body is None else "POST", filled, key=key)
    return answer.status_code, answer.json().get("code", "")


def test_every_operation_wants_a_key_that_is_good_for_it(served: Served) -> None:
    scopes = {operation.scope for _, operation in KEYED}
    wrong = {scope: served.new_key(*(scopes - {scope, ADMIN}))[1] for scope in scopes}
    _, expired = served.new_key("admin", ends="2026-05-01")
    id_, revoked = served.new_key("admin")
    served.revoke(id_)
    for path, operation in KEYED:
        assert _ask(served, path, operation, "") == (401, "key_missing")
        assert _ask(served, path, operation, "guerdon_none") == (401, "key_unknown")
        assert _ask(served, path, operation, expired) == (401, "key_expired")
        assert _ask(served, path, operation, revoked) == (401, "key_revoked")
        assert _ask(served, path, operation, wrong[operation.scope]) == (403, "scope_missing")


def test_a_key_is_good_for_its_scope_alone(served: Served) -> None:
    _, till = served.new_key("events:write")
    assert served.post("/events", PURCHASE, key=till).status_code == 201
    assert served.get("/members/ana", key=till).status_code == 403


def test_another_way_of_proving_oneself_is_no_key(served: Served) -> None:
    answer = served.get("/members/ana", key="", headers={"Authorization": "Basic YTpi"})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_nothing_of_a_key_but_its_hash_is_kept(served: Served) -> None:
    _, secret = served.new_key("admin")
    with served.guerdon.database.view() as view:
        kept = view.connection.exec_driver_sql("select * from keys").all()
    assert secret.removeprefix("guerdon_") not in repr(kept)


def test_who_asks_too_often_is_told_when_to_ask_again(engine: Engine) -> None:
    with serving(engine.url, settings=Settings(burst=3, burst_seconds=3_000)) as served:
        answers = [served.get("/health") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["ratelimit"].split(";")[1] for one in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[3].headers["ratelimit-policy"] == '"key";q=3;w=3000'
    assert 0 < int(answers[3].headers["retry-after"]) <= 1_001


@pytest.mark.parametrize("gap", [0.0, 0.5, 1.0, 3.0])
def test_a_bucket_gives_its_burst_and_then_what_flows_in(gap: float) -> None:
    buckets = Buckets(10, 10)
    taken = sum(buckets.take("k", one * gap)[0] == 0 for one in range(100))
    assert taken == min(100, 10 + int(99 * gap))


def test_a_request_has_the_id_that_it_came_with_or_one_of_its_own(served: Served) -> None:
    assert served.get("/health", headers={"X-Request-Id": "req-7"}).headers["x-request-id"] == "req-7"
    ids = [served.get("/health", headers=sent).headers["x-request-id"] for sent in ({}, {}, {"X-Request-Id": "a b"})]
    assert all(one != other for one, other in itertools.combinations(ids, 2))
    assert "a b" not in ids


def test_a_version_that_there_is_not_is_refused(served: Served) -> None:
    newest = served.get("/health").headers["guerdon-version"]
    assert served.get("/health", headers={"Guerdon-Version": newest}).status_code == 200
    answer = served.get("/health", headers={"Guerdon-Version": "1999-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (400, "version_unknown")
