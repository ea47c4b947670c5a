"""Events over HTTP: each is answered by itself, once and for ever, after the commit that holds it."""

from concurrent.futures import ThreadPoolExecutor

from tests.api.serving import PURCHASE, Served


def test_a_purchase_is_recorded_and_answered_with_what_it_did(served: Served) -> None:
    answer = served.post("/events", PURCHASE)
    assert answer.status_code == 201
    assert answer.json()["points"] == {"points": 120}
    assert answer.json()["balances"][0]["available"] == 120
    assert served.available() == 120


def test_the_same_event_again_is_answered_as_before(served: Served) -> None:
    first = served.post("/events", PURCHASE)
    again = served.post("/events", dict(reversed(PURCHASE.items())))
    assert again.status_code == 200
    assert again.json() == {**first.json(), "repeated": True}
    assert served.available() == 120


def test_an_amount_is_exact_whether_it_is_text_or_a_number(served: Served) -> None:
    served.post("/events", PURCHASE)
    again = served.post(
        "/events", content=b'{"id":"1","member":"ana","at":"2026-06-01T10:00:00+02:00","amount":120.50}'
    )
    assert again.status_code == 200


def test_one_id_with_other_content_is_a_conflict(served: Served) -> None:
    served.post("/events", PURCHASE)
    answer = served.post("/events", {**PURCHASE, "amount": "121.50"})
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["id"]) == ("event_conflict", "1")
    assert served.available() == 120


def test_a_refund_takes_back_and_one_beyond_its_purchase_is_refused(served: Served) -> None:
    served.post("/events", PURCHASE)
    refund = {"id": "2", "type": "refund", "member": "ana", "at": "2026-06-01T11:00:00+02:00", "refund_of": "1"}
    assert served.post("/events", {**refund, "amount": 40}).json()["points"] == {"points": -40}
    beyond = served.post("/events", {**refund, "id": "3", "amount": 140})
    assert (beyond.status_code, beyond.json()["code"]) == (422, "refund_refused")
    assert served.available() == 80


def test_what_cannot_be_an_event_says_which_field_is_wrong(served: Served) -> None:
    for change, said in (
        ({"amount": "a lot"}, "amount"),
        ({"amount": None}, "amount"),
        ({"id": ""}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"member": ["ana"]}, "member"),
        ({"at": "yesterday"}, "at"),
        ({"type": "purchse"}, "type"),
        ({"currency": "XXY"}, "currency"),
        ({"recorded_at": "2026-06-01"}, "recorded_at"),
    ):
        answer = served.post("/events", {**PURCHASE, **change})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_event"), change
        assert said in answer.json()["detail"]


def test_a_dry_run_says_what_would_be_and_keeps_nothing(served: Served) -> None:
    dry = served.post("/events?dry_run=true", PURCHASE)
    assert (dry.status_code, dry.json()["points"]) == (201, {"points": 120})
    assert served.get("/members/ana").json()["code"] == "account_unknown"
    later = served.post("/events?dry_run=true&at=2027-01-01", {**PURCHASE, "at": "2026-12-31"})
    assert later.json()["points"] == {"points": 120}
    refused = served.post("/events?at=2027-01-01", PURCHASE)
    assert refused.json()["code"] == "at_needs_dry_run"


def test_many_events_are_each_answered_by_themselves(served: Served) -> None:
    served.post("/events", PURCHASE)
    events = [
        PURCHASE,
        {**PURCHASE, "amount": 1},
        {**PURCHASE, "id": "2"},
        {**PURCHASE, "id": "3", "amount": "?"},
        {**PURCHASE, "id": "x" * 300},
        {**PURCHASE, "id": "4", "member": "ben"},
    ]
    answer = served.post("/events/batch", {"events": events})
    assert answer.status_code == 200
    assert [one["status"] for one in answer.json()["results"]] == [200, 409, 201, 422, 422, 201]
    assert (served.available("ana"), served.available("ben")) == (240, 120)


def test_a_dry_batch_keeps_nothing(served: Served) -> None:
    answer = served.post("/events/batch?dry_run=true", {"events": [PURCHASE]})
    assert answer.json()["results"][0]["event"]["points"] == {"points": 120}
    assert served.get("/accounts/ana").status_code == 404


def test_more_than_a_thousand_events_are_too_many(served: Served) -> None:
    answer = served.post("/events/batch", {"events": [{**PURCHASE, "id": str(one)} for one in range(1_001)]})
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")


def test_no_events_are_answered_with_none(served: Served) -> None:
    assert served.post("/events/batch", {"events": []}).json() == {"results": []}


def test_many_callers_at_once_lose_nothing_and_double_nothing(served: Served) -> None:
    events = [{**PURCHASE, "id": str(one), "member": f"m{one % 7}", "amount": 10} for one in range(60)]
    with ThreadPoolExecutor(12) as callers:
        answers = list(callers.map(lambda event: served.post("/events", event).status_code, events + events))
    assert sorted(answers) == [200] * 60 + [201] * 60
    assert sum(served.available(f"m{one}") for one in range(7)) == 600
