"""Budgets that all accounts share, worked out by hand: granted in the order of recording, partly where they run out."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.explain import explain, sentences
from guerdon.core.limits import PLENTY
from guerdon.core.limits.budgets import Rationing, Take, Takes
from guerdon.core.limits.stocks import Draws
from tests.core.tables import answers, programme

BODY = "rules: [{id: base, give: floor(amount), limits: [{points: 100, per: programme, every: month}]}]"


def granted(body: str, *records: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return what each event was granted, in the order of time, by member."""
    told: dict[str, list[int]] = {}
    for answer in answers(body, *records):
        told.setdefault(answer.event.member, []).append(answer.points(0))
    return told


def bought(member: str, day: str, amount: int, **also: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever an event says
    return {"member": member, "at": day, "amount": amount, **also}


def test_the_first_to_buy_get_a_budget_and_the_next_one_its_rest() -> None:
    history = [bought("zoe", "2017-03-01", 60), bought("ana", "2017-03-02", 70), bought("ben", "2017-03-03", 10)]
    assert granted(BODY, *history) == {"ana": [40], "ben": [0], "zoe": [60]}


def test_a_budget_begins_anew_each_period() -> None:
    history = [bought("ana", "2017-03-31", 120), bought("ben", "2017-03-31T23:59", 5), bought("ben", "2017-04-01", 120)]
    assert granted(BODY, *history) == {"ana": [100], "ben": [0, 100]}


def test_a_budget_that_is_used_up_to_the_last_point_leaves_nothing() -> None:
    history = [bought("ana", "2017-03-01", 100), bought("ben", "2017-03-02", 1)]
    assert granted(BODY, *history) == {"ana": [100], "ben": [0]}


def test_what_a_budget_refused_does_not_use_up_a_limit_of_the_member() -> None:
    body = """
rules:
  - {id: base, give: floor(amount), limits: [{points: 100, per: programme, every: month}, {points: 50, every: year}]}
"""
    history = [bought("ana", "2017-03-01", 90), bought("ben", "2017-03-02", 90), bought("cleo", "2017-03-03", 90)]
    history += [bought(member, "2017-04-01", 90) for member in ("cleo", "ana")]
    # In March 50 and 50 use the budget up; Cleo, who got nothing, still has her year's 50.
    assert granted(body, *history) == {"ana": [50, 0], "ben": [50], "cleo": [0, 50]}


def test_a_campaign_has_a_budget_over_its_rules_and_multipliers() -> None:
    body = """
rules: [{id: base, give: floor(amount)}]
campaigns:
  - id: spring
    from: 2017-03-01
    until: 2017-03-31
    rules: [{id: gift, give: 10}]
    multipliers: [{id: double, of: base, by: 2}]
    limits: [{points: 45, per: campaign, every: ever}]
"""
    history = [bought("ana", "2017-03-01", 20), bought("ben", "2017-03-02", 20), bought("ben", "2017-03-03", 20)]
    # Rules apply in the order of the file: 20 of the double and 10 of the gift, then 15 of Ben's double.
    assert granted(body, *history) == {"ana": [50], "ben": [35, 20]}


def test_so_many_times_for_all_members_together() -> None:
    body = "rules: [{id: first, give: 7, limits: [{times: 2, per: programme, every: ever}]}]"
    history = [bought(member, f"2017-03-0{day}", 1) for day, member in enumerate(("ana", "ben", "cleo"), start=1)]
    assert granted(body, *history) == {"ana": [7], "ben": [7], "cleo": [0]}


def test_a_budget_of_nothing_gives_nothing_and_says_so() -> None:
    body = "rules: [{id: none, give: 7, limits: [{points: 0, per: programme, every: ever}]}]"
    (answer,) = answers(body, {"amount": 1})
    assert [(row.desired, row.granted, row.limit) for row in answer.effects] == [(7, 0, 0)]


def test_two_budgets_run_out_one_after_the_other() -> None:
    body = """
rules:
  - {id: one, give: floor(amount), limits: [{points: 30, per: programme, every: ever}], stack: {group: g, take: best}}
  - {id: two, give: floor(amount), limits: [{points: 20, per: programme, every: ever}], stack: {group: g, take: best}}
"""
    history = [bought(member, f"2017-03-0{day}", 20) for day, member in enumerate(("ana", "ben", "cleo"), start=1)]
    # Ana takes 20 of the first; Ben finds 10 there and 20 in the second, which is best; Cleo gets the last 10.
    assert granted(body, *history) == {"ana": [20], "ben": [20], "cleo": [10]}


def test_what_events_took_of_budgets_and_drew_from_stocks_is_told_in_columns_by_their_names() -> None:
    takes, draws = Takes(), Draws()
    takes.add(4, 1, 24206, 30)
    draws.add(5, 0, 2017, -1, 99)
    assert takes.columns() == {"event": [4], "budget": [1], "period": [24206], "amount": [30]}
    assert draws.columns() == {"event": [5], "stock": [0], "period": [2017], "amount": [-1], "at": [99]}
    for noted in (takes, draws):
        noted.forget()
        assert not any(noted.columns().values())


def test_a_budget_is_plenty_until_it_is_used_up_and_then_nothing() -> None:
    rationing = Rationing([10, 9])
    assert rationing.learn([Take(9, 0, 5, 4), Take(1, 0, 5, 7), Take(3, 1, 5, 8)])
    assert [rationing.quota(0, 5, order) for order in (8, 9, 10)] == [PLENTY, 3, 0]
    assert rationing.quota(0, 6, 10) == rationing.quota(1, 5, 10) == PLENTY
    assert not rationing.learn([Take(9, 0, 5, 3), Take(1, 0, 5, 7), Take(3, 1, 5, 8)])


def test_of_two_budgets_the_one_that_is_used_up_first_is_learnt_first() -> None:
    rationing = Rationing([10, 8])
    takes = [Take(9, 0, 0, 4), Take(1, 0, 0, 7), Take(3, 1, 0, 8)]
    assert rationing.learn(takes)
    assert [rationing.quota(0, 0, 10), rationing.quota(1, 0, 4)] == [PLENTY, 0]
    assert rationing.learn(takes)
    assert rationing.quota(0, 0, 10) == 0


def test_a_rest_of_one_that_its_event_did_not_take_is_there_for_the_next() -> None:
    rationing = Rationing([10])
    first = Take(1, 0, 0, 9)
    assert rationing.learn([first, Take(9, 0, 0, 4)])
    assert rationing.learn([first])
    assert [rationing.quota(0, 0, order) for order in (9, 10)] == [1, PLENTY]


@pytest.mark.parametrize("taken", [[Take(9, 0, 0, 2)], []])
def test_what_the_last_event_leaves_of_its_rest_is_there_for_the_next(taken: list[Take]) -> None:
    rationing = Rationing([10])
    first = Take(1, 0, 0, 7)
    assert rationing.learn([first, Take(9, 0, 0, 4)])
    assert rationing.learn([first, *taken])
    assert [rationing.quota(0, 0, order) for order in (9, 10)] == [3, PLENTY]
    left = 3 - sum(take.amount for take in taken)
    assert rationing.learn([first, *taken, Take(12, 0, 0, 9)])
    assert [rationing.quota(0, 0, order) for order in (9, 12, 13)] == [3, left, 0]
    assert not rationing.learn([first, *taken, Take(12, 0, 0, left)])


def test_what_was_taken_is_kept_however_much_it_is() -> None:
    takes = Takes()
    for number in range(5):
        takes.add(number, 0, 24207, 10 * number)
    assert takes.rows([8, 6, 4, 2, 0]) == [Take(8 - 2 * number, 0, 24207, 10 * number) for number in range(5)]
    assert takes.columns() == {
        "event": [0, 1, 2, 3, 4],
        "budget": [0] * 5,
        "period": [24207] * 5,
        "amount": [0, 10, 20, 30, 40],
    }
    takes.forget()
    assert takes.rows([]) == []


@pytest.mark.parametrize(("every", "said"), [("month", " per month"), ("ever", "")])
def test_a_budget_is_told_as_everybodys(every: str, said: str) -> None:
    body = f"rules: [{{id: spend, give: 50, limits: [{{points: 30, per: programme, every: {every}}}]}}]"
    told = "\n".join(sentences(explain(programme(body), answers(body, {"amount": 1}))))
    assert f"of 30 points for all members together{said}" in told


def test_a_cap_is_told_as_what_may_be_held() -> None:
    body = "units: {points: {cap: 40}}\nrules: [{id: spend, give: 50}]"
    (part,) = explain(programme(body), answers(body, {"amount": 1})).events[0].rules[0].parts
    assert [part.desired, part.granted] == [50, 40]
    assert "40" in part.limit_text


def test_a_purchase_as_it_is_left_has_no_more_of_a_budget_than_it_was_granted() -> None:
    """Of the campaign's 60 Ana had 55, as base's 130 ended there; what comes back then is not made up from the other 5."""
    body = """
rules: [{id: base, give: floor(amount), limits: [{points: 130, per: programme, every: ever}]}]
campaigns:
  - {id: spring, from: 2017-03-01, until: 2017-03-31, multipliers: [{id: double, of: base, by: 2}], limits: [{points: 60, per: campaign, every: ever}]}
"""
    back = {"type": "refund", "refund_of": "e01", "member": "ana", "at": "2017-04-01"}
    assert granted(body, bought("ana", "2017-03-02", 75), {**back, "amount": 5}) == {"ana": [130, -5]}
    assert granted(body, bought("ana", "2017-03-02", 75), {**back, "amount": 40}) == {"ana": [130, -60]}


def test_what_others_used_before_is_not_granted_again() -> None:
    rationing = Rationing([100, 50], {(0, 1): 70, (1, 1): 60})
    assert [rationing.left(0, 1), rationing.left(0, 2), rationing.left(1, 1)] == [30, 100, 0]
    assert [rationing.quota(0, 1, 5), rationing.quota(1, 1, 5), rationing.quota(1, 2, 5)] == [PLENTY, 0, PLENTY]
    assert rationing.learn([Take(1, 0, 1, 20), Take(2, 0, 1, 20)])
    assert [rationing.quota(0, 1, order) for order in (1, 2, 3)] == [PLENTY, 10, 0]
