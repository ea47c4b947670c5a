"""Purchases that were paid with points and money: what comes back as points goes to the lots it came from, by hand (S6b)."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from guerdon.core.effects import FROM_SPENT, RESTORED
from guerdon.core.explain import explain, sentences
from guerdon.core.history import take_stock
from tests.core.lots.journals import kept, spends
from tests.core.tables import answers, event, points, programme

Record = Mapping[str, Any]

EARNED: Record = {"id": "before", "at": "2017-01-05", "amount": 1000}
BOUGHT: Record = {"id": "p", "at": "2017-03-01T12:00", "amount": 100, "points_paid": 40}
PAID: Record = {"id": "pay", **spends("2017-03-01T12:00", 400, purchase="p")}
"""An order of 100, of which 400 points paid 40."""


def shop(tender: str = "proportional", terms: str = "expiry: {after: 12 months}", more: str = "") -> str:
    body = kept(terms, f"\nreturns: {{refund_tender: {tender}}}{more}")
    return body.replace("floor(amount)", "floor(eligible)")


def back(name: str, at: str, amount: object = "", of: str = "p") -> Record:
    return {"id": name, "type": "refund", "at": at, "refund_of": of, "amount": amount}


def restored(body: str, *records: Record) -> list[tuple[str, int]]:
    """Return how many points came back with which event."""
    return [
        (answer.event.id, row.granted)
        for answer in answers(body, *records)
        for row in answer.effects
        if row.kind == RESTORED and row.band == FROM_SPENT
    ]


def available(body: str, *records: Record) -> int:
    (stock,) = take_stock(programme(body), [event(body, record) for record in records])
    for lot in stock.left.lots:
        assert lot.original == lot.remaining + lot.spent + lot.expired + lot.reversed
    return stock.left.available - stock.left.debt


@pytest.mark.parametrize(
    ("tender", "expected"),
    [
        ("proportional", [("r", 200), ("s", 200)]),
        ("points_first", [("r", 400)]),
        ("money_first", [("s", 400)]),
    ],
)
def test_half_of_an_order_comes_back_and_then_the_other(tender: str, expected: list[tuple[str, int]]) -> None:
    history = [EARNED, BOUGHT, PAID, back("r", "2017-03-05", 50), back("s", "2017-03-06", 50)]
    assert restored(shop(tender), *history) == expected
    assert available(shop(tender), *history) == 1000


def test_what_points_paid_earned_nothing_and_takes_nothing() -> None:
    history = [EARNED, BOUGHT, PAID, back("r", "2017-03-05", 50), back("s", "2017-03-06")]
    assert points(shop(), *history) == [1000, 60, 0, -30, -30]


@pytest.mark.parametrize("order", list(permutations([1, 33, 66])))
def test_in_whatever_parts_and_order_all_of_it_comes_back_once(order: tuple[int, ...]) -> None:
    refunds = [back(f"r{number}", f"2017-03-0{number + 3}", amount) for number, amount in enumerate(order)]
    found = restored(shop(), EARNED, BOUGHT, PAID, *refunds)
    assert sum(amount for _, amount in found) == 400
    assert available(shop(), EARNED, BOUGHT, PAID, *refunds) == 1000


def test_points_that_were_set_aside_before_the_purchase_come_back_too() -> None:
    reserve = {"id": "hold", **spends("2017-02-28", 400, step="reserve", purchase="p")}
    confirm = {"id": "pay", **spends("2017-03-01T12:01", 400, step="confirm", reservation="hold")}
    assert restored(shop(), EARNED, reserve, BOUGHT, confirm, back("r", "2017-03-05", 50)) == [("r", 200)]
    assert restored(shop(), EARNED, reserve, BOUGHT, back("r", "2017-03-05", 50)) == []


def test_of_several_redemptions_the_last_comes_back_first_and_each_once() -> None:
    first = {"id": "one", **spends("2017-03-01T12:00", 100, purchase="p")}
    second = {"id": "two", **spends("2017-03-01T12:01", 300, purchase="p")}
    history = [EARNED, BOUGHT, first, second, back("r", "2017-03-05", 80), back("s", "2017-03-06")]
    assert restored(shop(), *history) == [("r", 300), ("r", 20), ("s", 80)]


def test_what_was_cancelled_before_does_not_come_back_again() -> None:
    cancel = {"id": "c", **spends("2017-03-02", 400, step="cancel", reservation="pay")}
    assert restored(shop(), EARNED, BOUGHT, PAID, cancel, back("r", "2017-03-05")) == [("c", 400)]
    after = {"id": "c", **spends("2017-03-06", 400, step="cancel", reservation="pay")}
    history = [EARNED, BOUGHT, PAID, back("r", "2017-03-05", 50), after]
    assert restored(shop(), *history) == [("r", 200), ("c", 200)]
    assert restored(shop(), *history, back("s", "2017-03-07")) == [("r", 200), ("c", 200)]


def test_what_was_paid_with_points_that_were_not_there_is_owed_no_more() -> None:
    history = [BOUGHT, PAID, back("r", "2017-03-05", 50)]
    assert available(shop(), BOUGHT, PAID) == 60 - 400 + 60 - 60
    assert available(shop(), *history) == 30 - 200


def test_points_whose_time_has_ended_stay_for_the_grace() -> None:
    body = shop(terms="expiry: {after: 2 months}")
    history = [EARNED, BOUGHT, PAID, back("r", "2017-03-06")]
    assert restored(body, *history) == [("r", 400)]
    assert available(body, *history) == 400
    assert available(body, *history, {"id": "z", "at": "2017-04-06", "amount": 0}) == 0


def test_a_redemption_without_its_purchase_and_a_purchase_without_points_change_nothing() -> None:
    other = {"id": "pay", **spends("2017-03-01T12:00", 400, purchase="q")}
    assert restored(shop(), EARNED, BOUGHT, other, back("r", "2017-03-05")) == []
    plain = {**BOUGHT, "points_paid": 0}
    assert restored(shop(), EARNED, plain, PAID, back("r", "2017-03-05")) == []
    silent = shop().replace("returns: {refund_tender: proportional}", "")
    assert restored(silent, EARNED, BOUGHT, PAID, back("r", "2017-03-05")) == []


def test_an_explanation_says_what_came_back() -> None:
    history = [EARNED, BOUGHT, PAID, back("r", "2017-03-05", 50)]
    assert "  200 points that paid for it come back" in sentences(explain(programme(shop()), answers(shop(), *history)))


def test_accounts_have_purchases_of_their_own_and_a_redemption_told_in_two_steps_is_one() -> None:
    body = shop(more="\nmetrics: {spend: {sum: amount, within: year}}")
    two = {"id": "again", **spends("2017-03-01T12:02", 400, step="confirm", reservation="pay", purchase="p")}
    nothing = {"id": "none", **spends("2017-03-01T12:03", 0, purchase="p")}
    others: list[Record] = [
        {"id": "b", "member": "ben", "at": "2017-03-01", "amount": 5},
        {"id": "c", "member": "ben", "type": "refund", "refund_of": "b", "at": "2017-03-02"},
    ]
    history = [EARNED, BOUGHT, PAID, two, nothing, back("r", "2017-03-05", 50), *others]
    assert restored(body, *history) == [("r", 200)]
    assert points(body, *history)[-2:] == [5, -5]
