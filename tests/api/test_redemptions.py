"""Redemptions over HTTP: at once or in two steps, and once, however often they are asked for."""

from concurrent.futures import ThreadPoolExecutor

from tests.api.serving import Served


def test_a_reward_is_taken_at_once(served: Served) -> None:
    served.earn(120)
    answer = served.post("/members/ana/redemptions", {"id": "r1", "reward": "coffee"})
    assert (answer.status_code, answer.json()["id"]) == (201, "r1")
    assert served.available() == 70


def test_the_same_redemption_later_is_the_same(served: Served) -> None:
    served.earn(120)
    served.post("/members/ana/redemptions", {"id": "r1", "reward": "coffee"})
    served.now[0] = "2026-06-01T13:00:00+02:00"
    again = served.post("/members/ana/redemptions", {"id": "r1", "reward": "coffee"})
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    other = served.post("/members/ana/redemptions", {"id": "r1", "reward": "mug"})
    assert (other.status_code, other.json()["code"]) == (409, "event_conflict")
    assert served.available() == 70


def test_a_reservation_is_confirmed_or_cancelled_by_its_id(served: Served) -> None:
    served.earn(120)
    made = served.post("/members/ana/redemptions", {"reward": "coffee", "reserve": True}).json()
    assert served.get("/members/ana").json()["balances"][0]["held"] == 50
    confirmed = served.post(f"/redemptions/{made['id']}/confirmation")
    assert confirmed.status_code == 201
    served.now[0] = "2026-06-01T12:10:00+02:00"
    assert served.post(f"/redemptions/{made['id']}/confirmation", {}).status_code == 200
    assert served.get("/members/ana").json()["balances"][0]["held"] == 0
    assert served.post(f"/redemptions/{made['id']}/cancellation").status_code == 201
    assert served.available() == 120


def test_what_there_is_not_is_refused_and_does_nothing(served: Served) -> None:
    served.earn(40)
    for body, status, code in (
        ({"reward": "coffee"}, 409, "not_enough_points"),
        ({"reward": "yacht"}, 422, "reward_unknown"),
        ({"reward": "coffee", "points": 10}, 409, "price_differs"),
        ({"reward": "coffee", "colour": "red"}, 422, "body_invalid"),
        ({"reward": 7}, 422, "body_invalid"),
    ):
        answer = served.post("/members/ana/redemptions", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    assert served.available() == 40


def test_a_redemption_that_nobody_made_is_not_found(served: Served) -> None:
    for step in ("confirmation", "cancellation"):
        answer = served.post(f"/redemptions/r9/{step}")
        assert (answer.status_code, answer.json()["code"]) == (404, "redemption_unknown")


def test_no_more_is_spent_than_there_is_whoever_asks_at_once(served: Served) -> None:
    served.earn(120)
    with ThreadPoolExecutor(8) as callers:
        answers = list(
            callers.map(lambda _: served.post("/members/ana/redemptions", {"reward": "coffee"}).status_code, range(8))
        )
    assert sorted(answers) == [201, 201, 409, 409, 409, 409, 409, 409]
    assert served.available() == 20


def test_a_dry_run_redeems_nothing_at_any_instant(served: Served) -> None:
    served.earn(120)
    assert served.post("/members/ana/redemptions?dry_run=true", {"reward": "coffee"}).status_code == 201
    expired = served.post("/members/ana/redemptions?dry_run=true&at=2027-07-01", {"reward": "coffee"})
    assert expired.json()["code"] == "not_enough_points"
    assert served.available() == 120


def test_an_idempotency_key_names_one_request(served: Served) -> None:
    served.earn(120)
    named = {"Idempotency-Key": "cart-1"}
    first = served.post("/members/ana/redemptions", {"reward": "coffee"}, headers=named)
    again = served.post("/members/ana/redemptions", {"reward": "coffee"}, headers=named)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = served.post("/members/ana/redemptions", {"reward": "mug"}, headers=named)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert served.available() == 70


def test_a_refusal_is_kept_under_its_key_too(served: Served) -> None:
    served.earn(40)
    named = {"Idempotency-Key": '"cart-1"'}
    assert served.post("/members/ana/redemptions", {"reward": "coffee"}, headers=named).status_code == 409
    served.earn(100, id_="more")
    again = served.post("/members/ana/redemptions", {"reward": "coffee"}, headers=named)
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert served.post("/members/ana/redemptions", {"reward": "coffee"}).status_code == 201


def test_each_caller_has_keys_of_its_own(served: Served) -> None:
    served.earn(120)
    _, other = served.new_key("redemptions:write")
    named = {"Idempotency-Key": "1"}
    served.post("/members/ana/redemptions", {"reward": "coffee"}, headers=named)
    assert served.post("/members/ana/redemptions", {"reward": "coffee"}, key=other, headers=named).status_code == 201
    assert served.available() == 20


def test_one_key_asked_at_once_does_it_once(served: Served) -> None:
    served.earn(500)
    named = {"Idempotency-Key": "cart-1"}
    with ThreadPoolExecutor(6) as callers:
        answers = list(
            callers.map(
                lambda _: served.post("/members/ana/redemptions", {"reward": "coffee"}, headers=named), range(6)
            )
        )
    assert {one.status_code for one in answers} <= {201, 409}
    assert {one.json()["code"] for one in answers if one.status_code == 409} <= {"request_running"}
    assert served.available() == 450


def test_a_key_that_is_none_is_told(served: Served) -> None:
    for key in ("", "x" * 256, "two words"):
        for path in ("/members/ana/redemptions", "/members/ana/redemptions?dry_run=true"):
            answer = served.post(path, {}, headers={"Idempotency-Key": key})
            assert answer.json()["code"] == "idempotency_key_invalid"
