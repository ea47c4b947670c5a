"""A basket asked about over HTTP: answered as the purchase would be, and nothing is kept of it."""

from tests.api.serving import Served


def test_a_till_is_told_what_a_basket_would_do(served: Served) -> None:
    served.earn(60)
    answer = served.post("/baskets", {"member": "ana", "amount": "30.50"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["points"] == {"points": 30}
    assert [one["reward"] for one in told["rewards"]] == ["coffee"]
    assert told["receipt"].startswith("You earn 30 points.")
    assert served.available() == 60


def test_at_another_instant(served: Served) -> None:
    answer = served.call("POST", "/baskets", content=b'{"member": "ana", "amount": 30}', params={"at": "2026-12-24"})
    assert answer.json()["points"] == {"points": 30}


def test_what_is_no_purchase_is_refused(served: Served) -> None:
    bodies: list[dict[str, object]] = [
        {"member": "ana", "amount": -5},
        {"amount": 5},
        {"member": "ana", "amount": "a lot"},
        {"member": []},
    ]
    for body in bodies:
        answer = served.post("/baskets", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_event"), body
