"""Leaving over HTTP: an account is closed after its notice, kept after all, and its member comes back."""

from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine
from tests.services.test_leaving import LEAVING


def test_a_member_leaves_stays_leaves_and_comes_back(engine: Engine) -> None:
    with serving(engine.url, text=LEAVING) as served:
        served.post("/members", {"member": "ana"})
        served.earn(300)
        assert told(served, "closing") == (200, "leaving", "2026-07-01T22:00:00Z")
        assert told(served, "closing/withdrawal") == (200, "enrolled", None)
        assert told(served, "closing")[1] == "leaving"
        assert served.get("/members/ana/profile").json()["status"] == "leaving"
        served.now[0] = "2026-07-02T12:00:00+02:00"
        assert served.available() == 0
        assert served.get("/members/ana/profile").json()["status"] == "closed"
        for path in ("closing", "closing/withdrawal"):
            answer = served.post(f"/members/ana/{path}", {})
            assert (answer.status_code, answer.json()["code"]) == (409, "member_closed")
        late = served.post("/events", {"id": "2", "member": "ana", "at": served.now[0], "amount": 10})
        assert (late.status_code, late.json()["code"]) == (409, "member_closed")
        assert told(served, "rejoining") == (200, "enrolled", None)
        again = served.post("/members/ana/rejoining", {})
        assert (again.status_code, again.json()["code"]) == (409, "member_not_closed")
        assert served.available() == 300


def told(served: Served, path: str) -> tuple[int, str, str | None]:
    answer = served.post(f"/members/ana/{path}", {})
    return answer.status_code, answer.json()["status"], answer.json()["closed_at"]


def test_a_dry_run_leaves_everything_as_it_is(engine: Engine) -> None:
    with serving(engine.url, text=LEAVING) as served:
        served.post("/members", {"member": "ana"})
        dry = served.call("POST", "/members/ana/closing", content=b"{}", params={"dry_run": "true"})
        assert (dry.status_code, dry.json()["status"]) == (200, "leaving")
        assert served.get("/members/ana/profile").json()["status"] == "enrolled"


def test_a_programme_that_does_not_say_how_and_an_event_that_says_so_itself(served: Served) -> None:
    served.post("/members", {"member": "ana"})
    answer = served.post("/members/ana/closing", {})
    assert (answer.status_code, answer.json()["code"]) == (422, "closing_unknown")
    assert served.post("/members/zoe/closing", {}).json()["code"] == "member_unknown"
    sent = served.post("/events", {"id": "c", "type": "closing", "member": "ana", "at": served.now[0]})
    assert (sent.status_code, sent.json()["code"]) == (422, "invalid_event")


def test_whoever_is_erased_is_forgotten_and_asked_again_it_is_answered_the_same(engine: Engine) -> None:
    with serving(engine.url, text=LEAVING) as served:
        enrolled = {"member": "ana", "identities": [{"email": "ana@example.org"}], "attributes": {"name": "Ana"}}
        assert served.post("/members", enrolled, headers={"Idempotency-Key": "e"}).status_code == 201
        served.earn(300)
        first, again = [served.post("/members/ana/erasure", {}, headers={"Idempotency-Key": "f"}) for _ in range(2)]
        assert (first.status_code, first.json()["status"], first.json()["attributes"]) == (200, "erased", {})
        assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
        assert served.available() == 0
        assert served.get("/members", params={"email": "ana@example.org"}).status_code == 404
        repeated = served.post("/members", enrolled, headers={"Idempotency-Key": "e"})
        assert (repeated.status_code, repeated.json()["code"]) == (409, "member_taken")
        (deed,) = [one for one in served.get("/audit").json()["deeds"] if one["verb"] == "erase"]
        assert (deed["subject"], deed["what"]) == ("member ana", {})
