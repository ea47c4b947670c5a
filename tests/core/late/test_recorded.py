"""What is recorded: budgets are granted in the order of recording, and what was granted is granted again (S2)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from guerdon.core.errors import Invalid
from guerdon.core.events.granted import Grant, read_granted
from guerdon.core.limits import and_more
from guerdon.core.rating.granting import NO_LIMIT
from guerdon.core.recorded import granted_of, plenty_of, quotas_of
from tests.core.tables import answers, programme

SHARED = "rules: [{id: base, give: floor(amount), limits: [{points: 100, per: programme, every: ever}]}]"


def granted(body: str, *records: Mapping[str, Any]) -> dict[str, int]:
    """Return what each event was granted, by its id."""
    return {answer.event.id: answer.points(0) for answer in answers(body, *records)}


def bought(member: str, day: int, amount: int, **also: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever an event says
    return {"member": member, "at": f"2017-03-{day:02d}", "amount": amount, **also}


def test_a_budget_is_granted_in_the_order_of_recording() -> None:
    """Ana bought first, and her purchase arrived a week later: Ben's had the budget by then."""
    late = bought("ana", 1, 80, recorded_at="2017-03-09T10:00:00Z")
    assert granted(SHARED, late, bought("ben", 2, 70)) == {"e01": 30, "e02": 70}
    assert granted(SHARED, bought("ana", 1, 80), bought("ben", 2, 70)) == {"e01": 80, "e02": 20}


def test_what_a_member_s_own_limits_leave_is_in_the_order_of_happening_all_the_same() -> None:
    body = "rules: [{id: base, give: floor(amount), limits: [{points: 100, every: ever}]}]"
    late = bought("ana", 1, 80, recorded_at="2017-03-09T10:00:00Z")
    assert granted(body, late, bought("ana", 2, 70)) == {"e01": 80, "e02": 20}


def test_what_was_granted_is_granted_again_and_the_race_is_not_run_anew() -> None:
    """Ben was granted 60 when a reservation held part of the budget: nobody asks why today."""
    records = [
        bought("ana", 1, 80, granted="base=30"),
        bought("ben", 2, 70, granted={"base": 60}),
        bought("cleo", 3, 9, granted="base=0"),
    ]
    assert granted(SHARED, *records) == {"e01": 30, "e02": 60, "e03": 0}


def test_no_more_is_granted_than_the_rule_gives() -> None:
    assert granted(SHARED, bought("ana", 1, 20, granted="base=30")) == {"e01": 20}


def test_an_event_that_draws_on_nothing_need_not_say_what_it_was_granted() -> None:
    assert granted(SHARED, bought("ana", 1, 20, granted="base=30"), bought("ben", 2, 0)) == {"e01": 20, "e02": 0}


def test_a_budget_of_which_some_grants_are_recorded_and_some_are_not_is_refused() -> None:
    with pytest.raises(Invalid, match="event e02 draws on the budget of base and does not say what it was granted"):
        granted(SHARED, bought("ana", 1, 20, granted="base=20"), bought("ben", 2, 5))


def test_each_budget_is_recorded_by_itself() -> None:
    body = """
rules:
  - {id: one, give: 10, limits: [{points: 15, per: programme, every: ever}]}
  - {id: two, give: 10, limits: [{points: 15, per: programme, every: ever}]}
"""
    # Of `one` grants are recorded; `two` is granted in the order of recording.
    records = [bought("ana", 1, 1, granted="one=4"), bought("ben", 2, 1, granted="one=10")]
    assert granted(body, *records) == {"e01": 14, "e02": 15}


def test_of_budgets_in_points_and_in_times_the_points_are_recorded() -> None:
    body = """
rules:
  - {id: one, give: 10, limits: [{times: 1, per: programme, every: ever}, {points: 15, per: programme, every: ever}]}
"""
    assert granted(body, bought("ana", 1, 1, granted="one=7")) == {"e01": 7}


def test_budgets_of_one_owner_may_be_recorded_each_by_itself() -> None:
    body = """
rules:
  - {id: one, per: item, give: 10, limits: [{times: 9, per: programme, every: ever}, {points: 90, per: programme, every: ever}]}
"""
    five = {"lines": [{"amount": 1, "quantity": 5}]}
    assert granted(body, bought("ana", 1, 1, **five, granted="one#1=2; one#2=50+")) == {"e01": 20}
    assert granted(body, bought("ana", 1, 1, **five, granted="one#1=5+; one#2=17")) == {"e01": 17}
    assert granted(body, bought("ana", 1, 1, **five, granted="one=17")) == {"e01": 17}


@pytest.mark.parametrize(
    ("stated", "limit"),
    [
        # As much was granted by both, and the first that is asked is said to have cut: nobody says that it had more.
        ("base#1=30; base#2=30", 0), ("base#1=30+; base#2=30", 1), ("base#1=30; base#2=30+", 0), ("base#1=30+; base#2=30+", 0),
        ("base#1=0+; base#2=0", 1), ("base#1=80+; base#2=80+", NO_LIMIT), ("base#1=40; base#2=30", 1), ("base=30", 0), ("base=30+", 0),
    ],
)  # fmt: skip
def test_the_budget_that_had_no_more_is_the_one_that_cut(stated: str, limit: int) -> None:
    body = """
rules: [{id: base, give: floor(amount), limits: [{points: 100, per: programme, every: year}, {points: 50, per: programme, every: month}]}]
"""
    (answer,) = answers(body, bought("ana", 1, 80, granted=stated))
    assert [effect.limit for effect in answer.effects] == [limit]


@pytest.mark.parametrize(
    ("stated", "limit"),
    [("one#1=0+; one#2=0", 1), ("one#1=0; one#2=0+", 0), ("one#1=2+; one#2=5", 1), ("one#1=2; one#2=20+", 0)],
)
def test_times_that_had_more_did_not_cut_what_points_cut(stated: str, limit: int) -> None:
    body = """
rules:
  - {id: one, per: item, give: 10, limits: [{times: 9, per: programme, every: ever}, {points: 90, per: programme, every: ever}]}
"""
    (answer,) = answers(body, bought("ana", 1, 1, lines=[{"amount": 1, "quantity": 3}], granted=stated))
    assert [effect.limit for effect in answer.effects] == [limit]


def test_of_times_that_were_granted_alike_those_that_had_no_more_cut() -> None:
    body = """
rules:
  - {id: one, per: item, give: 10, limits: [{times: 9, per: programme, every: ever}, {times: 3, per: programme, every: month}]}
"""
    three = bought("ana", 1, 1, lines=[{"amount": 1, "quantity": 3}], granted="one#1=2+; one#2=2")
    (answer,) = answers(body, three)
    assert [(effect.granted, effect.limit) for effect in answer.effects] == [(20, 1)]


def test_a_member_s_own_limit_cut_where_the_budgets_had_more() -> None:
    body = """
rules: [{id: base, give: floor(amount), limits: [{points: 100, per: programme, every: year}, {points: 30, per: member, every: month}]}]
"""
    (answer,) = answers(body, bought("ana", 1, 80, granted="base=30+"))
    assert [effect.limit for effect in answer.effects] == [1]


def test_what_a_budget_granted_is_said_once() -> None:
    body = """
rules:
  - {id: one, give: 10, limits: [{times: 1, per: programme, every: ever}, {points: 15, per: programme, every: ever}]}
"""
    with pytest.raises(
        Invalid, match="event e01 says twice what a budget granted it, again with one#2; leave one of both out"
    ):
        granted(body, bought("ana", 1, 1, granted="one=7; one#2=7"))
    with pytest.raises(Invalid, match="again with one; leave"):
        granted(body, bought("ana", 1, 1, granted="one=7; one=8"))


def test_a_budget_in_times_is_recorded_in_times() -> None:
    body = "rules: [{id: one, give: 10, limits: [{times: 1, per: programme, every: ever}]}]"
    records = [bought("ana", 1, 1, granted="one=0"), bought("ben", 2, 1, granted="one=1")]
    assert granted(body, *records) == {"e01": 0, "e02": 10}


def test_a_campaign_s_budget_over_its_multipliers_is_recorded_in_points_with_decimals() -> None:
    body = """
units: {points: {decimals: 1}}
rules: [{id: base, give: 10}]
campaigns:
  - {id: spring, from: 2017-03-01, until: 2017-03-31, multipliers: [{id: double, of: base, by: 2}], limits: [{points: 15, per: campaign, every: ever}]}
"""
    assert granted(body, bought("ana", 1, 1, granted="spring=2.5")) == {"e01": 125}
    with pytest.raises(Invalid, match=r"event e01: granted spring=2\.55 has more decimals than the points have"):
        granted(body, bought("ana", 1, 1, granted="spring=2.55"))


def test_what_owns_no_budget_cannot_have_granted_anything() -> None:
    with pytest.raises(
        Invalid, match="granted something of 'bass', which has no budget; the programme has budgets of base"
    ):
        granted(SHARED, bought("ana", 1, 1, granted="bass=1"))
    with pytest.raises(Invalid, match="the programme has budgets of none"):
        granted("rules: [{id: base, give: 1}]", bought("ana", 1, 1, granted="base=1"))


@pytest.mark.parametrize("stated", [None, "", {}, " ; "])
def test_nothing_is_said(stated: object) -> None:
    assert read_granted(stated) == ()


def test_numbers_are_read_exactly() -> None:
    assert read_granted(" b = 2.50 ;a=1") == (Grant("a", Decimal(1)), Grant("b", Decimal("2.50")))
    assert read_granted({"a": Decimal("0.1"), "b": 3}) == (Grant("a", Decimal("0.1")), Grant("b", Decimal(3)))


def test_a_plus_says_that_there_was_more() -> None:
    assert read_granted("a=1+") == (Grant("a", Decimal(1), more=True),)
    assert [grant.shown() for grant in read_granted({"a": "0.50+", "b": "3"})] == ["0.50+", "3"]


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("120", "granted '120' is not NAME=NUMBER"),
        ("=3", "granted '=3' is not NAME=NUMBER"),
        ("a=-3", "granted a=-3 is not a number of points or times, 0 or more"),
        ("a=", "granted a= is not a number"),
        ("a=٣", "granted a=٣ is not a number"),
        ("a=1++", "granted a=1++ is not a number"),
        ("a=+", "granted a=+ is not a number"),
        ("a=+1", "granted a=+1 is not a number"),
        ({"a": None}, "granted a=None is not a number"),
        ("a=" + "1" * 40, "is not a number of points or times"),
    ],
)
def test_what_is_no_number_of_something_is_told(stated: object, said: str) -> None:
    with pytest.raises(Invalid) as told:
        read_granted(stated)
    assert said in str(told.value)


SEVERAL = """
units: {points: {decimals: 1}}
rules:
  - {id: one, give: 10, limits: [{times: 9, per: programme, every: ever}, {points: 90, per: programme, every: ever}]}
  - {id: two, give: 10, limits: [{points: 5, per: programme, every: ever}]}
"""


def test_what_was_taken_is_written_so_that_it_is_read_again() -> None:
    made = programme(SEVERAL)
    grants = granted_of(made, {0: 2, 1: 175}, {1, 2})
    assert [(grant.name, grant.shown()) for grant in grants] == [("one#1", "2+"), ("one#2", "17.5"), ("two", "0.0")]
    assert quotas_of(made, "e", grants) == {0: and_more(2), 1: 175, 2: 0}
    assert granted_of(made, {}, set()) == []


def test_plenty_is_all_that_there_is_and_more() -> None:
    made = programme(SEVERAL)
    assert [(grant.name, grant.shown()) for grant in plenty_of(made)] == [
        ("one#1", "9+"),
        ("one#2", "90.0+"),
        ("two", "5.0+"),
    ]
    assert plenty_of(programme("rules: [{id: base, give: 1}]")) == []
