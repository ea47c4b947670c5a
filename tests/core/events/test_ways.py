"""What rules' points do when goods come back: worked out anew, by value, or kept; by hand, with what limits and groups make of it."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from tests.core.tables import answers, points

Record = Mapping[str, Any]

PURCHASE: Record = {"id": "p", "amount": 120}
LINES: Record = {
    "id": "p",
    "lines": [{"id": "a", "amount": 60, "brand": "Acme"}, {"id": "b", "amount": 40, "brand": "Bolt"}],
}


def back(number: int = 1, of: str = "p", **more: Any) -> Record:  # noqa: ANN401 - whatever a record may say
    return {"id": f"r{number}", "type": "refund", "refund_of": of, "at": f"2017-03-{10 + number}", **more}


def rule(way: str, terms: str = "give: 100") -> str:
    return f"rules: [{{id: a, {terms}, refund: {way}}}]"


def test_a_bonus_goes_by_the_value_that_comes_back() -> None:
    """100 points for an order of 120: with 30 back a quarter goes, with 90 more the rest."""
    assert points(rule("pro_rata"), PURCHASE, back(1, amount=30), back(2, amount=90)) == [100, -25, -75]


def test_what_a_threshold_gave_goes_by_value_too() -> None:
    """1 a dollar from 50: 120 gave 70. By value 20 of 120 take 12 (70 x 100 / 120 = 58.3); worked out anew they take 20."""
    bands = "bands: [{above: 50, rate: 1}]"
    assert points(rule("pro_rata", bands), PURCHASE, back(amount=20)) == [70, -12]
    assert points(rule("replay", bands), PURCHASE, back(amount=20)) == [70, -20]
    assert points(rule("pro_rata", bands), PURCHASE, back(amount=80)) == [70, -47]


def test_what_is_kept_stays_when_everything_comes_back() -> None:
    assert points(rule("keep"), PURCHASE, back(1, amount=30), back(2)) == [100, 0, 0]


def test_a_rule_for_some_lines_goes_by_the_value_of_those() -> None:
    body = rule("pro_rata", "where: line.brand = 'Acme', give: 100")
    assert points(body, LINES, back(1, lines=[{"id": "b"}]), back(2, lines=[{"id": "a", "amount": 15}])) == [
        100,
        0,
        -25,
    ]
    assert points(body, LINES, back(lines=[{"id": "a"}])) == [100, -100]


def test_what_is_worth_nothing_is_kept_until_all_of_it_comes_back() -> None:
    free = {"id": "p", "lines": [{"id": "a", "amount": 0}, {"id": "b", "amount": 0}]}
    assert points(rule("pro_rata"), free, back(1, lines=[{"id": "a"}]), back(2, lines=[{"id": "b"}])) == [100, 0, -100]
    paid = {"id": "p", "amount": 50, "points_paid": 50}
    assert points(rule("pro_rata"), paid, back(1, amount=20), back(2)) == [100, 0, -100]


@pytest.mark.parametrize("order", list(permutations([20, 30, 70])))
@pytest.mark.parametrize(("way", "total"), [("pro_rata", 100), ("keep", 0)])
def test_the_order_of_refunds_does_not_matter(order: tuple[int, ...], way: str, total: int) -> None:
    body = rule(way, "give: 100, funded_by: {Acme: 1, Bolt: 2}")
    found = points(body, PURCHASE, *[back(number, amount=amount) for number, amount in enumerate(order)])
    assert found[0] + sum(found[1:]) == 100 - total
    assert found[1] == (0 if way == "keep" else -round(order[0] * 100 / 120))


def test_payers_are_credited_with_their_shares_of_what_goes_by_value() -> None:
    """100 of Acme's 33 and Bolt's 67, of which 75 stay: 25 and 50."""
    body = rule("pro_rata", "give: 100, funded_by: {Acme: 1, Bolt: 2}")
    _, refund = answers(body, PURCHASE, back(amount=30))
    assert [(row.payer, row.granted) for row in refund.effects] == [(0, 8), (1, 17)]


def test_rules_of_every_way_stand_beside_each_other() -> None:
    body = """
rules:
  - {id: spend, give: floor(amount)}
  - {id: bonus, give: 60, refund: pro_rata}
  - {id: gift, give: 5, refund: keep}
"""
    assert points(body, PURCHASE, back(1, amount=60), back(2)) == [185, -90, -90]


def test_what_is_kept_has_its_room_of_a_limit_before_what_is_worked_out_anew() -> None:
    """Of 100 the gift has 60 and the dollars 40 of 120. With 100 back they want 20 of the 40 that are theirs."""
    body = """
rules: [{id: gift, give: 60, refund: keep}, {id: spend, give: floor(amount)}]
limits: [{id: both, points: 100, every: month}]
"""
    assert points(body, PURCHASE, back(amount=30)) == [100, 0]
    assert points(body, PURCHASE, back(amount=100)) == [100, -20]
    more: Record = {"id": "q", "amount": 80, "at": "2017-03-20"}
    assert points(body, PURCHASE, back(amount=100), more) == [100, -20, 20]


def test_what_is_kept_keeps_its_times_and_what_goes_by_value_until_it_is_gone() -> None:
    once = ", limits: [{times: 1, every: month}]"
    later: Record = {"id": "q", "amount": 10, "at": "2017-03-20"}
    assert points(rule("keep", "give: 100" + once), PURCHASE, back(), later) == [100, 0, 0]
    assert points(rule("pro_rata", "give: 100" + once), PURCHASE, back(amount=60), later) == [100, -50, 0]
    assert points(rule("pro_rata", "give: 100" + once), PURCHASE, back(), later) == [100, -100, 100]


@pytest.mark.parametrize(
    ("way", "amount", "expected"),
    [
        ("keep", 120, [150, 0, 100]),  # everything back, and the month's 50 extra points stay used
        ("pro_rata", 60, [150, -75, 125]),  # half of the 50 extra points are free again
        ("pro_rata", 120, [150, -150, 150]),
    ],
)
def test_a_multiplier_s_own_limit_stays_used_by_what_is_kept(way: str, amount: int, expected: list[int]) -> None:
    """100 points and as many extra, of which a month has 50."""
    body = rule(way) + "\nmultipliers: [{id: twice, of: a, by: 2, limits: [{points: 50, every: month}]}]"
    later: Record = {"id": "q", "amount": 10, "at": "2017-03-20"}
    assert points(body, PURCHASE, back(amount=amount), later) == expected


def test_a_multiplier_s_limit_is_shared_by_what_is_kept_and_what_is_worked_out_anew() -> None:
    """The gift's extra 30 of the 40 stay; the dollars, whose extra had 10, want 20 for what is left and have those 10."""
    body = """
rules: [{id: gift, give: 30, refund: keep}, {id: spend, give: floor(amount)}]
multipliers: [{id: twice, of: [gift, spend], by: 2, limits: [{points: 40, every: month}]}]
"""
    later: Record = {"id": "q", "amount": 10, "at": "2017-03-20"}
    assert points(body, PURCHASE, back(amount=100)) == [30 + 30 + 120 + 10, -100]
    # 30 for the gift again, 10 dollars, and nothing extra: the 40 are used
    assert points(body, PURCHASE, back(amount=100), later) == [190, -100, 40]
    # with nothing left 10 of the 40 are free
    assert points(body, PURCHASE, back(), later) == [190, -130, 50]


def test_of_a_group_the_one_that_gave_stays_the_one() -> None:
    """Worked out anew the other would win: what goes by value does not ask."""
    body = """
rules:
  - {id: big, when: amount >= 100, give: 50, stack: {group: g, take: best}, refund: pro_rata}
  - {id: small, give: 40, stack: {group: g, take: best}, refund: pro_rata}
"""
    assert points(body, PURCHASE, back(amount=60)) == [50, -25]


def test_rules_that_are_rounded_together_are_rounded_without_what_is_kept() -> None:
    body = """
units: {points: {round_at: order}}
rules: [{id: a, give: amount * 0.05, refund: keep}, {id: b, give: amount * 0.25}]
"""
    # 0.5 and 2.5 are 1 and 2; what is kept stays, and 1.25 is 1
    assert points(body, {"id": "p", "amount": 10}, back(amount=5), back(2)) == [3, -1, -1]


def test_multiplied_points_go_with_what_they_multiply() -> None:
    body = rule("pro_rata", "give: 100") + "\nmultipliers: [{id: twice, of: a, by: 2}]"
    assert points(body, PURCHASE, back(amount=30)) == [200, -50]
