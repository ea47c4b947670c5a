"""Adjustments over HTTP: asked for, approved or declined with the key of another person, and listed while they wait."""

from collections.abc import Iterator

import pytest

from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine
from tests.services.test_adjustments import ADJUSTED

LATER = "2026-06-01T12:10:00+02:00"


@pytest.fixture
def desk(engine: Engine) -> Iterator[Served]:
    """Serve a programme with reasons for adjustments, to the key of somebody who may ask for them."""
    with serving(engine.url, text=ADJUSTED) as found:
        found.earn(120)
        yield found


def test_points_are_given_and_taken_off(desk: Served) -> None:
    _, key = desk.new_key("adjustments:write")
    given = desk.post("/members/ana/adjustments", {"id": "a1", "reason": "goodwill", "points": 30}, key=key)
    assert (given.status_code, given.json()["state"], given.json()["recorded"]["points"]) == (
        201,
        "done",
        {"points": 30},
    )
    again = desk.post("/members/ana/adjustments", {"id": "a1", "reason": "goodwill", "points": 30}, key=key)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert desk.post("/members/ana/adjustments", {"reason": "goodwill", "points": "-50"}, key=key).status_code == 201
    desk.now[0] = LATER
    assert desk.available() == 100


def test_above_the_threshold_a_second_person_decides(desk: Served) -> None:
    _, lead = desk.new_key("adjustments:approve")
    for number in (1, 2, 3):
        asked = {"id": f"a{number}", "reason": "goodwill", "points": 200, "note": "ticket"}
        assert desk.post("/members/ana/adjustments", asked).status_code == 202
    first = desk.get("/adjustments?limit=2", key=lead).json()
    assert ([one["id"] for one in first["adjustments"]], first["next"]) == (["a1", "a2"], "a2")
    rest = desk.get("/adjustments?limit=2&cursor=a2", key=lead).json()
    assert ([one["id"] for one in rest["adjustments"]], rest["next"]) == (["a3"], None)
    own = desk.post("/adjustments/a1/approval", {})
    assert (own.status_code, own.json()["code"]) == (409, "second_person_needed")
    assert desk.post("/adjustments/a1/approval", {}, key=lead).status_code == 201
    assert desk.post("/adjustments/a1/approval", {}, key=lead).status_code == 200
    declined = desk.post("/adjustments/a2/refusal", {}, key=lead)
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    assert [one["id"] for one in desk.get("/adjustments?state=done").json()["adjustments"]] == ["a1"]
    assert desk.available() == 320


def test_the_programme_tells_for_which_reasons(desk: Served) -> None:
    assert desk.get("/programme").json()["adjustments"] == [
        {"id": "goodwill", "title": "Goodwill", "unit": "points", "max": 500, "approve_above": 100},
        {"id": "correction", "title": "A mistake", "unit": "points", "max": None, "approve_above": None},
        {"id": "fresh", "title": "", "unit": "points", "max": None, "approve_above": 0},
    ]


def test_what_cannot_be_is_refused(desk: Served) -> None:
    for body, status, code in (
        ({"reason": "whim", "points": 1}, 422, "reason_unknown"),
        ({"reason": "goodwill", "points": 501}, 422, "adjustment_too_large"),
        ({"reason": "goodwill", "points": "0.5"}, 422, "points_invalid"),
        ({"reason": "correction", "points": -500}, 409, "not_enough_points"),
        ({"points": 5}, 422, "body_invalid"),
    ):
        answer = desk.post("/members/ana/adjustments", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    assert desk.post("/adjustments/a9/approval", {}).json()["code"] == "adjustment_unknown"
    for query in ("state=lost", "cursor=a9"):
        assert desk.get(f"/adjustments?{query}").json()["code"] == "parameter_invalid"
    assert desk.available() == 120


def test_an_adjustment_is_no_event_that_a_till_may_record(desk: Served) -> None:
    record = {"id": "x", "type": "adjustment", "member": "ana", "at": "2026-06-01", "points": 500, "reason": "goodwill"}
    refused = desk.post("/events", record)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_event")
    assert desk.post("/events/batch", {"events": [record]}).json()["results"][0]["status"] == 422
    assert desk.available() == 120


def test_a_dry_run_adjusts_nothing(desk: Served) -> None:
    assert desk.post("/members/ana/adjustments?dry_run=true", {"reason": "goodwill", "points": 5}).status_code == 201
    assert desk.available() == 120
