"""Transfers over HTTP: asked for, approved or declined with the key of another person, and listed while they wait."""

from collections.abc import Iterator

import pytest

from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine
from tests.services.shop import GIFTS, PROGRAMME

LATER = "2026-06-01T12:10:00+02:00"


@pytest.fixture
def desk(engine: Engine) -> Iterator[Served]:
    """Serve a programme with transfers to ana, who has points, and to ben, who joined."""
    with serving(engine.url, text=PROGRAMME + GIFTS) as found:
        found.earn(420)
        assert found.post("/members", {"member": "ben"}).status_code == 201
        yield found


def test_points_are_passed_on(desk: Served) -> None:
    _, key = desk.new_key("transfers:write")
    asked = {"id": "t1", "transfer": "gift", "receiver": "ben", "points": 30, "message": "For you"}
    done = desk.post("/members/ana/transfers", asked, key=key)
    assert (done.status_code, done.json()["state"], done.json()["message"]) == (201, "done", "For you")
    assert done.json()["recorded"]["account"] == "ana"
    again = desk.post("/members/ana/transfers", asked, key=key)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    given = desk.post("/members/ana/transfers", {"transfer": "pass", "receiver": "ben", "points": "5"}, key=key)
    assert (given.status_code, given.json()["id"][:2]) == (201, "t-")
    desk.now[0] = LATER
    assert (desk.available(), desk.available("ben")) == (385, 35)


def test_each_side_reads_what_happened(desk: Served) -> None:
    desk.post("/members/ana/transfers", {"id": "t1", "transfer": "gift", "receiver": "ben", "points": 30})
    desk.now[0] = LATER
    for member, cause, said in (
        ("ana", "points_sent t1", "A gift to ben: 30 points sent, of purchase earned"),
        ("ben", "points_received t1/received", "A gift from ana: 30 points received"),
    ):
        (unit,) = desk.get(f"/members/{member}/statement").json()["units"]
        line = unit["history"][-1]
        assert (line["cause"], line["said"]) == (cause, [said])
    told = desk.get("/members/ben/explanation").json()["sentences"]
    assert "  A gift: 30 points from ana" in told
    (journal,) = desk.get("/accounts/ben/journals").json()["journals"]
    (entry,) = journal["entries"]
    assert (entry["kind"], entry["leaves"], entry["reaches"], entry["rule"]) == (
        "received",
        "transferred",
        "available",
        "gift",
    )


def test_above_the_threshold_a_second_person_decides(desk: Served) -> None:
    _, lead = desk.new_key("transfers:approve")
    for number in (1, 2):
        asked = {"id": f"t{number}", "transfer": "gift", "receiver": "ben", "points": 250}
        assert desk.post("/members/ana/transfers", asked).status_code == 202
    first = desk.get("/transfers?limit=1", key=lead).json()
    assert ([one["id"] for one in first["transfers"]], first["next"]) == (["t1"], "t1")
    rest = desk.get("/transfers?cursor=t1", key=lead).json()
    assert ([one["id"] for one in rest["transfers"]], rest["next"]) == (["t2"], None)
    own = desk.post("/transfers/t1/approval", {})
    assert (own.status_code, own.json()["code"]) == (409, "second_person_needed")
    assert desk.post("/transfers/t1/approval", {}, key=lead).status_code == 201
    assert desk.post("/transfers/t1/approval", {}, key=lead).status_code == 200
    declined = desk.post("/transfers/t2/refusal", {}, key=lead)
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    assert [one["id"] for one in desk.get("/transfers?state=done").json()["transfers"]] == ["t1"]
    desk.now[0] = LATER
    assert (desk.available(), desk.available("ben")) == (170, 250)


def test_a_transfer_is_taken_back(desk: Served) -> None:
    _, lead = desk.new_key("transfers:approve")
    desk.post("/members/ana/transfers", {"id": "t1", "transfer": "gift", "receiver": "ben", "points": 30})
    done = desk.post("/transfers/t1/reversal", {}, key=lead)
    assert (done.status_code, done.json()["reversed_points"]) == (201, 30)
    assert desk.post("/transfers/t1/reversal", {}, key=lead).status_code == 200
    assert desk.post("/transfers/t1/reversal", {}).json()["code"] == "transfer_decided"
    desk.now[0] = LATER
    assert (desk.available(), desk.available("ben")) == (420, 0)


def test_the_programme_tells_how_points_are_passed_on(desk: Served) -> None:
    assert desk.get("/programme").json()["transfers"] == [
        {"id": "gift", "title": "A gift", "unit": "points", "min": 10, "max": 500, "message": True},
        {"id": "pass", "title": "", "unit": "points", "min": None, "max": None, "message": False},
        {"id": "renew", "title": "With new dates", "unit": "points", "min": None, "max": None, "message": False},
    ]


def test_what_cannot_be_is_refused(desk: Served) -> None:
    for more, status, code in (
        ({"transfer": "whim"}, 422, "transfer_kind_unknown"),
        ({"transfer": "gift"}, 422, "transfer_outside"),
        ({"points": "0.5"}, 422, "points_invalid"),
        ({"receiver": "ana"}, 422, "same_account"),
        ({"receiver": "nobody"}, 422, "receiver_unknown"),
        ({"message": "Hello"}, 422, "message_not_allowed"),
        ({"points": 421}, 409, "not_enough_points"),
        ({"points": None}, 422, "body_invalid"),
    ):
        answer = desk.post("/members/ana/transfers", {"transfer": "pass", "receiver": "ben", "points": 5, **more})
        assert (answer.status_code, answer.json()["code"]) == (status, code), more
    assert desk.post("/transfers/t9/approval", {}).json()["code"] == "transfer_unknown"
    assert desk.available() == 420


def test_a_transfer_is_no_event_that_a_till_may_record(desk: Served) -> None:
    for kind in ("points_sent", "points_received"):
        record = {"id": "x", "type": kind, "member": "ana", "at": "2026-06-01", "points": 5, "transfer": "pass"}
        refused = desk.post("/events", record)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_event")
    assert desk.available() == 420


def test_a_dry_run_passes_nothing_on(desk: Served) -> None:
    asked = {"transfer": "pass", "receiver": "ben", "points": 5}
    assert desk.post("/members/ana/transfers?dry_run=true", asked).status_code == 201
    desk.now[0] = LATER
    assert desk.available() == 420


def test_a_member_has_a_list_of_what_they_sent_and_received(desk: Served) -> None:
    """Four transfers, one of them back, one that waits; the newest first, two a page."""
    assert desk.post("/members", {"member": "cy"}).status_code == 201
    for number, (sender, receiver, points) in enumerate([("ana", "ben", 50), ("ben", "ana", 20), ("ana", "cy", 10)]):
        desk.now[0] = f"2026-06-01T12:1{number}:00+02:00"
        asked = {"id": f"t{number}", "transfer": "pass", "receiver": receiver, "points": points}
        assert desk.post(f"/members/{sender}/transfers", asked).status_code == 201
    waiting = {"id": "t3", "transfer": "gift", "receiver": "ben", "points": 250}
    assert desk.post("/members/ana/transfers", waiting).status_code == 202
    first = desk.get("/members/ana/transfers?limit=2").json()
    second = desk.get(f"/members/ana/transfers?limit=3&cursor={first['next']}").json()
    assert [(one["id"], one["state"]) for one in first["transfers"]] == [("t3", "pending"), ("t2", "done")]
    assert ([one["id"] for one in second["transfers"]], second["next"]) == (["t1", "t0"], None)
    for member, ids in (("ben", ["t3", "t1", "t0"]), ("cy", ["t2"])):
        assert [one["id"] for one in desk.get(f"/members/{member}/transfers").json()["transfers"]] == ids
    assert desk.get("/members/nobody/transfers").json()["code"] == "account_unknown"
    assert desk.get("/members/ana/transfers?cursor=t9").json()["code"] == "parameter_invalid"
    _, key = desk.new_key("transfers:write")
    assert desk.get("/members/ana/transfers", key=key).status_code == 403
