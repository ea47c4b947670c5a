"""What refunds take back, worked out by hand; then the laws: no order matters, nothing below zero, nothing beyond the grant."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.effects import EARNED, REVERSED
from guerdon.core.errors import Invalid
from guerdon.core.explain import explain, sentences
from tests.core.tables import answers, points, programme

Record = Mapping[str, Any]

BANDS = "rules: [{id: spend, bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]}]"
"""1 a dollar from 50 to 100, 2 above: 120 gives 90."""

LINES = {
    "lines": [
        {"id": "a", "amount": 60, "quantity": 2, "brand": "Acme"},
        {"id": "b", "amount": 60, "brand": "Bolt"},
    ]
}


def bought(record: Record, **more: Any) -> Record:  # noqa: ANN401 - whatever a record may say
    """Return purchase p of Ana's on 3 March 2017."""
    return {"id": "p", **record, **more}


def back(number: int = 1, of: str = "p", **more: Any) -> Record:  # noqa: ANN401 - whatever a record may say
    """Return a refund some days later."""
    return {"id": f"r{number}", "type": "refund", "refund_of": of, "at": f"2017-03-{10 + number}", **more}


def test_returning_20_of_120_keeps_50_of_90() -> None:
    assert points(BANDS, bought({"amount": 120}), back(amount=20)) == [90, -40]


@pytest.mark.parametrize("order", list(permutations([20, 30, 70])))
def test_whatever_the_order_of_refunds_all_of_it_nets_zero(order: tuple[int, ...]) -> None:
    refunds = [back(number, amount=amount) for number, amount in enumerate(order)]
    earned, *taken = points(BANDS, bought({"amount": 120}), *refunds)
    assert (earned, sum(taken)) == (90, -90)
    assert all(-90 <= one <= 0 for one in taken)


def test_a_refund_stands_in_the_month_in_which_it_happened_and_names_its_purchase() -> None:
    purchase, refund = answers(BANDS, bought({"amount": 120}), back(amount=20, at="2017-04-02"))
    (effect,) = refund.effects
    assert (effect.kind, effect.event, effect.of, effect.rule, effect.lot) == (REVERSED, 1, 0, 0, 1)
    assert (effect.desired, effect.granted, effect.at) == (40, 40, refund.event.at)
    assert refund.event.refund is not None
    assert refund.event.refund.of == purchase.event.id
    assert refund.values["amount"] == 10000


def test_lines_come_back_with_what_they_earned_and_no_more() -> None:
    body = "rules: [{id: acme, per: line, where: line.brand = 'Acme', give: 5}, {id: all, give: floor(amount)}]"
    assert points(body, bought(LINES), back(lines=[{"id": "b"}])) == [125, -60]
    assert points(body, bought(LINES), back(lines=[{"id": "a"}])) == [125, -65]
    assert points(body, bought(LINES), back(lines=[{"id": "a", "quantity": 1}])) == [125, -30]


def test_a_purchase_that_was_granted_nothing_has_nothing_to_give_back() -> None:
    body = "rules: [{id: base, give: floor(amount), limits: [{points: 100, every: month}]}]"
    before = bought({"amount": 100}, id="q", at="2017-03-01")
    assert points(body, before, bought({"amount": 40}), back()) == [100, 0, 0]


def test_what_is_given_for_a_purchase_is_kept_until_all_of_it_came_back() -> None:
    body = "rules: [{id: any, give: 100}]"
    assert points(body, bought(LINES), back(1, lines=[{"id": "a"}]), back(2, lines=[{"id": "b"}])) == [100, 0, -100]
    assert points(body, bought({"amount": 5}), back()) == [100, -100]


def test_less_left_never_earns_more_than_the_purchase_did() -> None:
    body = "rules: [{id: small, when: amount < 100, give: 7}, {id: big, give: floor(amount / 100)}]"
    assert points(body, bought({"amount": 120}), back(amount=50)) == [1, 0]


def test_what_one_refund_took_a_later_one_may_give_back() -> None:
    """Whoever keeps the rest keeps what the rest earns, whatever way led there."""
    body = "rules: [{id: even, when: amount <> 100, give: floor(amount)}]"
    assert points(body, bought({"amount": 120}), back(1, amount=20), back(2, amount=30)) == [120, -120, 70]
    assert points(body, bought({"amount": 120}), back(1, amount=50)) == [120, -50]


def test_the_rule_that_was_outdone_may_keep_what_the_winner_no_longer_gives() -> None:
    body = """
rules:
  - {id: big, when: amount >= 100, give: 50, stack: {group: g, take: best}}
  - {id: small, give: 20, stack: {group: g, take: best}}
"""
    _, refund = answers(body, bought({"amount": 120}), back(amount=50))
    assert [(one.kind, one.rule, one.granted) for one in refund.effects] == [(EARNED, 1, 20), (REVERSED, 0, 50)]
    assert points(body, bought({"amount": 120}), back(1, amount=50), back(2)) == [50, -30, -20]
    one_point = body.replace("give: 20", "give: 1")
    assert points(one_point, bought({"amount": 120}), back(1, amount=50), back(2)) == [50, -49, -1]


def test_a_refund_is_rated_with_the_room_that_limits_had_at_its_purchase() -> None:
    body = "rules: [{id: spend, give: floor(amount), limits: [{points: 150, every: month}]}]"
    first, second = bought({"amount": 100}, at="2017-03-01"), {"id": "q", "amount": 100, "at": "2017-03-02"}
    # of the second 50 were granted, and 70 left of it would have earned 50 as well
    assert points(body, first, second, back(of="q", amount=30)) == [100, 50, 0]
    assert points(body, first, second, back(of="q", amount=60)) == [100, 50, -10]


def test_what_a_refund_frees_is_room_for_later_events_of_its_period_alone() -> None:
    body = "rules: [{id: spend, give: floor(amount), limits: [{points: 100, every: month}]}]"
    later: Record = {"id": "q", "amount": 80, "at": "2017-03-20"}
    assert points(body, bought({"amount": 100}), back(amount=30), later) == [100, -30, 30]
    april: Record = {"id": "s", "amount": 150, "at": "2017-04-02"}
    at = "2017-04-03"
    last: Record = {"id": "t", "amount": 50, "at": "2017-04-04"}
    assert points(body, bought({"amount": 100}), april, back(amount=30, at=at), last) == [100, 100, -30, 0]
    rolling = "rules: [{id: spend, give: floor(amount), limits: [{points: 100, rolling_days: 30}]}]"
    assert points(rolling, bought({"amount": 100}), back(amount=30), later) == [100, -30, 30]
    times = "rules: [{id: any, give: 10, limits: [{times: 1, every: month}]}]"
    assert points(times, bought({"amount": 100}), back(), later) == [10, -10, 10]
    assert points(times, bought({"amount": 100}), back(amount=30), later) == [10, 0, 0]


def test_payers_are_credited_with_their_shares() -> None:
    body = "rules: [{id: spend, give: floor(amount), funded_by: {Acme: 1, Bolt: 2}}]"
    _, refund = answers(body, bought({"amount": 120}), back(amount=30))
    assert [(one.payer, one.granted) for one in refund.effects] == [(0, 10), (1, 20)]


def test_the_window_and_the_day_are_those_of_the_purchase() -> None:
    body = """
campaigns: [{id: march, from: 2017-03-01, until: 2017-03-31, rules: [{id: c, give: floor(amount) * 2}]}]
rules: [{id: friday, when: weekday = 5, give: floor(amount)}]
"""
    assert points(body, bought({"amount": 120}), back(amount=20, at="2017-05-09")) == [360, -60]


def test_members_and_accounts_are_those_of_the_purchase() -> None:
    body = "rules: [{id: spend, give: floor(amount), limits: [{points: 100, per: member, every: month}]}]"
    own = bought({"amount": 100}, account="home")
    other: Record = {"id": "q", "amount": 50, "member": "ben", "account": "home", "at": "2017-03-04"}
    again: Record = {"id": "s", "amount": 50, "account": "home", "at": "2017-03-28"}
    refund = back(amount=20, member="ben", account="club")
    assert points(body, own, other, refund, again) == [100, 50, -20, 20]


def test_refunds_without_a_purchase_are_without_effect() -> None:
    assert points(BANDS, bought({"amount": 120}), back(of="q", amount=20)) == [90, 0]
    assert points(BANDS, bought({"amount": 120}), {"id": "r", "type": "refund", "amount": 20}) == [90, 0]
    assert points(BANDS, bought({"amount": 20}), back(amount=20)) == [0, 0]


def test_more_than_is_left_is_told() -> None:
    with pytest.raises(Invalid, match=r"refund r1: 20.00 comes back of purchase p, and 10.00 is left of it; correct"):
        points(BANDS, bought({"amount": 30}), back(0, amount=20), back(1, amount=20))


def test_an_explanation_says_what_was_taken_back_and_why_not() -> None:
    def told(body: str, *records: Record) -> list[str]:
        return [
            line
            for line in sentences(explain(programme(body), answers(body, *records)))
            if "refund" in line or "back" in line
        ]

    assert told(BANDS, bought({"amount": 120}), back(amount=20)) == [
        "2017-03-11  refund r1: -40 points",
        "  a refund of p, of which $100.00 is left",
        "  spend: 40 points taken back",
    ]
    assert told(BANDS, bought({"amount": 40}), back(amount=20))[2:] == [
        "  nothing is taken back: what is left earns as much"
    ]
    assert told(BANDS, bought({"amount": 40}), back(of="q"))[1:] == [
        "  a refund of q, which is not among the events: without effect until it is"
    ]
    even = "rules: [{id: even, when: amount <> 100, give: floor(amount)}]"
    assert (
        told(even, bought({"amount": 120}), back(1, amount=20), back(2, amount=30))[-1]
        == "  even: 70 points given back"
    )


# Bugs that real systems shipped.


def test_bug_1_buying_and_refunding_a_hundred_times_nets_zero() -> None:
    loop: list[Record] = []
    for number in range(100):
        day = f"2017-03-03T{number // 10 + 10}:0{number % 10}"
        loop.append({"id": f"p{number}", "amount": 120, "at": day})
        loop.append({"id": f"r{number}", "type": "refund", "refund_of": f"p{number}", "at": day})
    assert sum(points(BANDS, *loop)) == 0
    limited = "rules: [{id: spend, give: floor(amount), limits: [{points: 150, every: month}]}]"
    assert sum(points(limited, *loop)) == 0


def test_bug_2_what_was_paid_in_points_goes_back_once_and_earned_nothing() -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]"
    paid = bought({"amount": 100, "points_paid": 40})
    assert points(body, paid, back(1, amount=50), back(2, amount=50)) == [60, -30, -30]


@pytest.mark.parametrize("order", list(permutations([0, 1, 2, 3])))
def test_bug_3_every_subset_of_lines_in_every_order_takes_the_same(order: tuple[int, ...]) -> None:
    record = {"lines": [{"id": str(number), "amount": 17 * number + 9} for number in range(4)], "discount": 7}
    for count in range(1, 5):
        lines = [{"id": str(line)} for line in order[:count]]
        at_once = back(lines=sorted(lines, key=lambda line: line["id"]))
        one_by_one = [back(number, lines=[line]) for number, line in enumerate(lines)]
        assert sum(points(BANDS, bought(record), *one_by_one)) == sum(points(BANDS, bought(record), at_once))


def test_bug_4_lines_that_came_back_never_qualify_the_next_order() -> None:
    body = "rules: [{id: three, when: count(*) >= 2, give: 10}]"
    again: Record = {"id": "q", "at": "2017-03-20", "lines": [{"amount": 5}, {"amount": -5}]}
    assert points(body, bought(LINES), back(lines=[{"id": "a"}]), again) == [10, -10, 0]


@pytest.mark.parametrize("part", [0, 1, 25, 50, 75, 99, 100])
def test_bug_5_any_fraction_of_a_purchase_paid_partly_in_points(part: int) -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]"
    paid = bought({"amount": 100, "points_paid": 25})
    assert points(body, paid, back(amount=part)) == [75, -(75 - (75 * (100 - part) // 100))]


def test_bug_10_a_line_voided_before_closing_earns_nothing_and_one_voided_after_gives_it_back() -> None:
    body = "rules: [{id: spend, give: floor(amount)}]"
    assert points(body, {"lines": [{"amount": 30}, {"amount": 20}, {"amount": -20}], "amount": 30}) == [50]
    assert points(body, {"lines": [{"amount": 30}]}) == [30]
    voided = bought({"lines": [{"id": "a", "amount": 30}, {"id": "b", "amount": 20}]})
    assert points(body, voided, back(lines=[{"id": "b"}])) == [50, -20]


# Laws.

RULES = (
    BANDS,
    "rules: [{id: spend, give: floor(eligible * 1.3), limits: [{points: 70, every: day}]}]",
    "rules: [{id: lines, per: line, give: 'floor(least(line.amount, 40))', limits: [{times: 2, every: month}]}]",
    "rules: [{id: items, per: item, bands: [{above: 1, rate: 3}]}, {id: any, give: 4}]",
    """
rules:
  - {id: big, when: amount >= 60, give: floor(amount), stack: {group: g, take: best}}
  - {id: small, per: line, where: line.brand = 'Acme', give: 25, stack: {group: g, take: best}, funded_by: {A: 1, B: 1}}
multipliers: [{id: twice, of: big, by: "case when count(*) > 1 then 2 else 1 end"}]
""",
)


@st.composite
def baskets(draw: st.DrawFn) -> Record:
    """Return a purchase with lines."""
    cents = st.integers(0, 6000).map(lambda amount: f"{amount // 100}.{amount % 100:02}")
    made = st.fixed_dictionaries({
        "amount": cents, "brand": st.sampled_from(["Acme", "Bolt"]), "quantity": st.sampled_from([1, 2, 3]),
    })  # fmt: skip
    found = draw(st.lists(made, min_size=1, max_size=4))
    return {"lines": [{"id": str(number), **line} for number, line in enumerate(found)]}


@given(body=st.sampled_from(RULES), record=baskets(), before=st.booleans(), data=st.data())
def test_any_lines_in_any_order_and_grouping_take_back_the_same(
    *, body: str, record: Record, before: bool, data: st.DataObject
) -> None:
    """What is kept after a set of returned lines is one number, never below zero and never above the grant."""
    names = [line["id"] for line in record["lines"]]
    chosen = data.draw(st.permutations(names))[: data.draw(st.integers(1, len(names)))]
    earlier: list[Record] = [{"id": "o", "amount": 45, "at": "2017-03-03T09:00"}] if before else []

    def kept(*groups: list[str]) -> int:
        refunds = [back(i, lines=[{"id": name} for name in group]) for i, group in enumerate(groups)]
        given_then = points(body, *earlier, bought(record), *refunds)[len(earlier) :]
        running = 0
        for one in given_then:
            running += one
            assert 0 <= running <= given_then[0]
        return running

    cut = data.draw(st.integers(0, len(chosen)))
    groups = [group for group in (chosen[:cut], chosen[cut:]) if group]
    at_once = kept(chosen)
    assert kept(*[[name] for name in chosen]) == at_once
    assert kept(*[[name] for name in reversed(chosen)]) == at_once
    assert kept(*groups) == at_once
    if len(chosen) == len(names):
        assert at_once == 0
