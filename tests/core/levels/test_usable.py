"""Levels by points that count once they can be used, worked out by hand (S7b).

What they keep:
* Points that are pending count for nothing yet; once usable they count in the period of that instant; lapsed they never do.
* The level is due to the purchase whose points became usable, and a refund of these takes them out again.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.calendar import day_name
from guerdon.core.effects import Effects
from guerdon.core.events import values_of
from guerdon.core.explain import explain, sentences
from guerdon.core.explain.page import pages_of
from guerdon.core.history import facts_of
from guerdon.core.ladders import CAUSES
from guerdon.core.outlook import Outlook, outlooks
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.tables import answers, event, points, programme

Record = Mapping[str, Any]


def body(unit: str = "pending: {for: 14 days}", more: str = "", within: str = "year") -> str:
    """Return silver from 100 points that can be used; silver earns half as much again."""
    return f"""
units: {{points: {{{unit}}}}}
events: {{purchase: {{}}, arrived: {{}}}}
metrics: {{got: {{earned: points, within: {within}}}}}
ladders:
  - id: tier
    by: got
    credit: when_usable
    levels: [{{id: member, from: 0}}, {{id: silver, from: 100}}]
    {more}
rules: [{{id: base, give: floor(eligible)}}]
multipliers: [{{id: m, of: base, by: case level when 'silver' then 1.5 else 1 end}}]
"""


def moves(text: str, *records: Record) -> list[tuple[str, str, str]]:
    """Return every change of a level: its day, why, and the event that it is due to."""
    zone = programme(text).zone
    return [
        (day_name(zone.day_of(one.at)), CAUSES[one.reason], answer.events[one.of].id)
        for answer in answers(text, *records)
        for one in answer.moved
    ]


def spent(*days_and_amounts: tuple[str, int]) -> list[Record]:
    """Return purchases."""
    return [{"at": day, "amount": amount} for day, amount in days_and_amounts]


def test_pending_points_count_once_they_are_usable() -> None:
    history = spent(("2017-03-03", 100), ("2017-03-16", 10), ("2017-03-17", 10))
    assert points(body(), *history) == [100, 10, 15]
    assert moves(body(), *history) == [("2017-03-17", "reached", "e01")]


def test_points_that_do_not_wait_count_at_once() -> None:
    assert points(body(""), *spent(("2017-03-03", 100), ("2017-03-03T13:00", 10))) == [100, 15]


def test_they_count_in_the_year_in_which_they_became_usable() -> None:
    # 60 of December become usable in January, and 40 of January then reach silver, which lasts to the end of the next year
    history = spent(("2017-12-20", 60), ("2018-01-05", 40), ("2018-01-19", 10), ("2019-12-31", 10), ("2020-01-01", 10))
    assert points(body(), *history) == [60, 40, 15, 15, 10]


def test_points_that_are_never_activated_never_count() -> None:
    text = body("pending: {until: arrived}, expiry: {after: 2 months}")
    lapsed = [*spent(("2017-03-03", 100)), {"type": "arrived", "at": "2017-06-01"}, *spent(("2017-06-02", 10))]
    assert points(text, *lapsed) == [100, 0, 10]
    assert moves(text, *lapsed) == []
    arrived = [*spent(("2017-03-03", 100)), {"type": "arrived", "at": "2017-04-01"}, *spent(("2017-04-02", 10))]
    assert points(text, *arrived) == [100, 0, 15]
    assert moves(text, *arrived) == [("2017-04-01", "reached", "e01")]


REFUND = {"id": "r", "type": "refund", "refund_of": "e01"}


@pytest.mark.parametrize(("day", "then"), [("2017-03-10", []), ("2017-03-20", ["reached", "refunded"])])
def test_a_refund_takes_them_out_again_or_keeps_them_from_counting(day: str, then: list[str]) -> None:
    history = [*spent(("2017-03-03", 100)), {**REFUND, "at": day}, *spent(("2017-03-25", 10))]
    assert points(body(), *history)[-1] == 10
    assert [cause for _, cause, _ in moves(body(), *history)] == then


def test_a_refund_takes_out_no_more_than_became_usable() -> None:
    text = body().replace("purchase: {}", "purchase: {lines: {brand: {type: text, default: none}}}")
    lines = [{"id": "a", "amount": 60}, {"id": "b", "amount": 60}]
    first = {"at": "2017-03-03", "lines": lines}
    back = {**REFUND, "at": "2017-03-10", "lines": [{"id": "a"}]}
    rest = {"id": "s", "type": "refund", "refund_of": "e01", "at": "2017-04-02T13:00", "lines": [{"id": "b"}]}
    history = [first, back, *spent(("2017-03-18", 40), ("2017-04-02", 2)), rest, *spent(("2017-04-03", 2))]
    # 60 are left when they become usable; 40 more reach silver on 1 April, and the second refund leaves 40
    assert moves(text, *history) == [("2017-04-01", "reached", "e03"), ("2017-04-02", "refunded", "s")]
    assert points(text, *history) == [120, -60, 40, 3, -60, 2]


def test_a_statement_of_them_needs_no_effects() -> None:
    made = programme(body())
    records = spent(("2017-03-03", 100), ("2017-03-17", 10))
    events = [event(body(), record, number) for number, record in enumerate(records)]
    fold, statement = Fold(made, Effects()), Statement(made.zone, 1)
    fold.run(facts_of(made, events, [values_of(one, made.terms) for one in events]), statement, keep_effects=False)
    statement.close()
    assert list(statement.columns()["points"]) == [115, 115]


def test_a_delayed_credit_and_one_of_the_next_period_name_their_purchases() -> None:
    text = body("").replace("when_usable", "{after: 30 days}")
    assert moves(text, *spent(("2017-03-03", 100), ("2017-04-02", 1))) == [("2017-04-02", "reached", "e01")]
    text = body("").replace("when_usable", "next_period")
    assert moves(text, *spent(("2017-03-03", 100), ("2018-01-02", 1))) == [("2018-01-01", "reached", "e01")]


def test_an_explanation_names_the_purchase_whose_points_became_usable() -> None:
    history = spent(("2017-03-03", 100), ("2017-03-18", 10))
    lines = [line.strip() for line in sentences(explain(programme(body()), answers(body(), *history)))]
    assert "on 2017-03-17 silver reached with 100 of got, from 100 on, until 2018-12-31" in lines
    assert "rated as silver, since 2017-03-17, reached with e01, until 2018-12-31" in lines


def test_two_ladders_count_what_became_usable_each_in_its_window_and_account_by_account() -> None:
    text = """
units: {points: {pending: {for: 14 days}}}
metrics: {got: {earned: points, within: year}, late: {earned: points, within: month}}
ladders:
  - {id: rank, by: late, credit: when_usable, levels: [{id: new, from: 0}, {id: known, from: 50}]}
  - {id: tier, by: got, credit: when_usable, levels: [{id: member, from: 0}, {id: silver, from: 100}]}
rules: [{id: base, give: floor(eligible)}]
"""
    history = [*spent(("2017-03-03", 100)), {**REFUND, "at": "2017-03-20"}, *spent(("2017-03-25", 10))]
    ben = [
        {**one, "member": "ben", "id": f"b{number}"}
        for number, one in enumerate(spent(("2017-03-03", 60), ("2017-03-25", 10)))
    ]
    told = [
        (answer.event.member, CAUSES[one.reason]) for answer in answers(text, *history, *ben) for one in answer.moved
    ]
    assert told == [("ana", "reached")] * 2 + [("ana", "refunded")] * 2 + [("ben", "reached")]


def test_what_becomes_usable_and_what_is_reviewed_happen_in_the_order_of_time() -> None:
    # one event finds all of it: usable on 17 March, the month over on 1 April, usable on 8 April, that month over
    history = spent(("2017-03-03", 100), ("2017-03-25", 100), ("2017-06-01", 10))
    assert moves(body(more="keep: period_end", within="month"), *history) == [
        ("2017-03-17", "reached", "e01"),
        ("2017-04-01", "lowered", "e01"),
        ("2017-04-08", "reached", "e02"),
        ("2017-05-01", "lowered", "e02"),
    ]


def test_where_an_account_stands_once_its_points_can_be_used() -> None:
    text = body()
    bought = event(text, {"at": "2017-03-03", "amount": 100})
    days = [event(text, {"at": day, "amount": 0}).at for day in ("2017-03-16", "2017-03-18")]
    assert [outlooks(programme(text), [bought], at)[0].level for at in days] == ["member", "silver"]


def outlook(text: str, day: str, *history: Record) -> Outlook:
    """Return where Ana stands at the first instant of a day."""
    events = [event(text, record, number) for number, record in enumerate(history, start=1)]
    (found,) = outlooks(programme(text), events, event(text, {"at": day, "amount": 0}).at)
    return found


def days_of(text: str, one: Outlook) -> list[tuple[str, int]]:
    """Return what is still to count, by day."""
    zone = programme(text).zone
    return [(day_name(zone.day_of(at)), points) for at, points in one.coming]


def test_points_that_will_be_usable_are_foreseen_with_their_days() -> None:
    """60 of 3 March can be used from the 17th on, 50 of 5 March from the 19th: 110 are silver then, if nothing happens."""
    found = outlook(body(), "2017-03-06", *spent(("2017-03-03", 60), ("2017-03-05", 50)))
    assert (found.level, found.next_level, found.to_rise) == ("member", "silver", 100)
    assert days_of(body(), found) == [("2017-03-17", 60), ("2017-03-19", 50)]
    assert (found.projected, found.warned) == ("silver", False)
    assert found.projected_at is not None
    assert day_name(programme(body()).zone.day_of(found.projected_at)) == "2017-03-19"


def test_what_they_are_once_usable_is_nothing_more_to_come() -> None:
    found = outlook(body(), "2017-03-17", *spent(("2017-03-03", 60)))
    assert (found.to_rise, found.coming, found.projected_at) == (40, (), None)


def test_points_that_nobody_knows_when_they_can_be_used_are_not_foreseen() -> None:
    text = body("pending: {until: arrived}, expiry: {after: 2 months}")
    found = outlook(text, "2017-03-06", *spent(("2017-03-03", 100)))
    assert (found.coming, found.projected, found.projected_at) == ((), "member", None)


def test_pending_points_keep_a_level_that_they_will_be_there_to_keep() -> None:
    """Silver of 2017 lasts to the end of 2018: 60 of 20 December 2018 are usable in 2019 and do not count, those of the 10th do."""
    early = [*spent(("2017-03-03", 100), ("2017-03-17", 0)), {"at": "2018-12-10", "amount": 40}]  # 60 at silver's rate
    found = outlook(body(), "2018-12-21", *early)
    assert (found.level, found.to_keep, days_of(body(), found)) == ("silver", 40, [("2018-12-24", 60)])
    late = [*early[:-1], {"at": "2018-12-20", "amount": 40}]
    found = outlook(body(), "2018-12-21", *late)
    assert (found.to_keep, found.projected, found.warned) == (100, "member", True)
    assert days_of(body(), found) == [("2019-01-03", 60)]


def test_an_explanation_tells_what_is_still_to_count() -> None:
    history = spent(("2017-03-03", 60), ("2017-03-05", 50))
    lines = [line.strip() for line in sentences(explain(programme(body()), answers(body(), *history)))]
    assert "still to count of got: 60 from 2017-03-17 on, 50 from 2017-03-19 on" in lines
    assert "if nothing more happens: silver from 2017-03-19 on" in lines


def test_a_member_s_page_tells_what_is_still_to_count() -> None:
    events = [event(body(), record, number) for number, record in enumerate(spent(("2017-03-03", 60)), start=1)]
    (page,) = pages_of(programme(body()), events)
    assert page.levels[0].said == (
        "100 more points to earn to become silver",
        "60 points count towards it from 17 March 2017 on",
    )


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("spend", "$60 count towards it from 2 April 2017 on"),
        ("orders", "1 (Visits) count towards it from 2 April 2017 on"),
        ("spend + orders", "61 (spend + orders) count towards it from 2 April 2017 on"),
    ],
)
def test_a_page_tells_what_waits_until_returns_are_over(by: str, told: str) -> None:
    text = f"""
metrics: {{spend: {{sum: eligible, within: year}}, orders: {{on: purchase, within: year, title: Visits}}}}
ladders: [{{id: tier, by: {by}, credit: {{after: 30 days}}, levels: [{{id: member, from: 0}}, {{id: silver, from: 100}}]}}]
rules: [{{id: base, give: floor(eligible)}}]
"""
    (page,) = pages_of(programme(text), [event(text, {"at": "2017-03-03", "amount": 60}, 1)])
    assert page.levels[0].said[-1] == told


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from((1, 40, 99, 100, 160))), min_size=1, max_size=6).map(
        sorted
    ),
    st.integers(0, 60),
    st.sampled_from(("pending: {for: 14 days}", "pending: {for: 45 days}, cap: 150, over_cap: pending", "")),
    st.sampled_from(("", "keep: period_end", "grace: 20 days", "keep: {for: 30 days}")),
)
def test_what_is_foreseen_is_what_comes_when_nothing_more_happens(
    history: list[tuple[int, int]], wait: int, unit: str, more: str
) -> None:
    """The next change of the level that an outlook foresees is the one that its account has lived through by then."""
    text = body(unit, more, "quarter")
    first = date(2017, 1, 1)
    records = [{"at": f"{first + timedelta(day)}", "amount": amount} for day, amount in history]
    today = first + timedelta(history[-1][0] + wait)
    now = outlook(text, f"{today}", *records)
    if now.projected_at is None:
        return
    zone = programme(text).zone
    then = date.fromisoformat(day_name(zone.day_of(now.projected_at)))
    assert then > today
    assert outlook(text, f"{then}", *records).level == now.projected != now.level
    assert outlook(text, f"{then - timedelta(1)}", *records).level == now.level


# Levels that begin with the next period.


def test_nothing_begins_with_the_next_period_for_who_reached_nothing() -> None:
    body = """
metrics: {spend: {sum: eligible, within: year}, orders: {within: year}}
ladders:
  - id: tier
    by: spend
    credit: next_period
    levels: [{id: member, from: 0}, {id: silver, from: 100}, {id: gold, from: 9, by: orders}]
rules: [{id: base, give: floor(eligible)}]
"""
    assert moves(body, *spent(("2017-03-03", 99), ("2018-02-01", 1))) == []
    reached = ("2018-01-01", "reached", "e01")
    assert moves(body, *spent(("2017-03-03", 100), ("2018-02-01", 1))) == [reached]
