"""Levels, worked out by hand: how they are reached, at what purchases are rated, how they are kept and lost."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.calendar import LATEST, day_name
from guerdon.core.effects import Effects
from guerdon.core.events import values_of
from guerdon.core.expr.live import Live
from guerdon.core.history import facts_of
from guerdon.core.ladders import CAUSES
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.tables import answers, event, points, programme

Record = Mapping[str, Any]

RULES = """
rules:
  - {id: base, give: floor(eligible)}
multipliers:
  - {id: loyal, of: base, by: case level when 'gold' then 2 when 'silver' then 1.5 else 1 end}
"""
EVENTS = """
events:
  purchase: {}
  invited: {kind: membership, attributes: {tier: text, last: {type: date, optional: true}}}
  visit: {}
"""


def ladder(*terms: str, within: str = "year", metrics: str = "", events: str = EVENTS) -> str:
    """Return a programme with silver from 100 and gold from 500 of what was spent; gold earns twice, silver half as much again."""
    lines = "".join(f"    {term}\n" for term in terms)
    return f"""
metrics:
  spend: {{sum: eligible, within: {within}}}
{metrics}
ladders:
  - id: tier
    by: spend
    levels: [{{id: member, from: 0}}, {{id: silver, from: 100}}, {{id: gold, from: 500}}]
{lines}{RULES}{events}"""


def moves(body: str, *records: Record) -> list[tuple[str, str, str, str]]:
    """Return every change of a level: its day, why, the level now, and the first day on which it is no longer held."""
    made = programme(body)
    names = [level.name for level in made.ladders[0].levels]
    zone = made.zone
    return [
        (
            day_name(zone.day_of(one.at)),
            CAUSES[one.reason],
            names[one.band],
            "" if one.period == LATEST else day_name(zone.day_of(one.period)),
        )
        for answer in answers(body, *records)
        for one in answer.moved
    ]


def spent(*days_and_amounts: tuple[str, str | int]) -> list[Record]:
    """Return purchases."""
    return [{"at": day, "amount": amount} for day, amount in days_and_amounts]


LATER = ("2030-06-01", 0)


@pytest.mark.parametrize(("amount", "then"), [("99.99", 10), (100, 15), ("100.01", 15), ("499.99", 15), (500, 20)])
def test_exactly_on_its_threshold_a_level_is_reached(amount: str | int, then: int) -> None:
    assert points(ladder(), *spent(("2017-03-03", amount), ("2017-03-04", 10)))[1] == then


def test_a_purchase_is_rated_at_the_level_before_it() -> None:
    assert points(ladder(), *spent(("2017-03-03", 500), ("2017-03-03T13:00", 10))) == [500, 20]


def test_or_at_the_level_after_it() -> None:
    history = spent(("2017-03-03", 99), ("2017-03-04", 1), ("2017-03-05", 400), ("2017-03-06", 10))
    assert points(ladder("crossing: after"), *history) == [99, 1, 800, 20]


def test_a_level_lasts_for_the_rest_of_the_year_and_all_of_the_next() -> None:
    history = spent(("2017-03-03", 100), ("2018-12-31T23:59:59", 10), ("2019-01-01", 10))
    assert points(ladder(), *history) == [100, 15, 10]
    assert moves(ladder(), *history) == [
        ("2017-03-03", "reached", "silver", "2019-01-01"),
        ("2019-01-01", "lowered", "member", ""),
    ]


def test_what_was_spent_in_one_year_does_not_count_in_the_next() -> None:
    assert points(ladder(), *spent(("2017-12-31", 99), ("2018-01-01", 1), ("2018-01-02", 10))) == [99, 1, 10]


def test_a_level_is_kept_by_what_its_last_year_brought() -> None:
    history = spent(("2017-03-03", 500), ("2018-05-05", 500), LATER)
    assert moves(ladder(), *history) == [
        ("2017-03-03", "reached", "gold", "2019-01-01"),
        ("2019-01-01", "kept", "gold", "2020-01-01"),
        ("2020-01-01", "lowered", "member", ""),
    ]


def test_a_level_falls_to_what_was_earned() -> None:
    history = spent(("2017-03-03", 500), ("2018-05-05", 120), LATER)
    assert moves(ladder(), *history)[1:] == [
        ("2019-01-01", "lowered", "silver", "2020-01-01"),
        ("2020-01-01", "lowered", "member", ""),
    ]


def test_or_softly_one_level_a_period() -> None:
    assert moves(ladder("down: one"), *spent(("2017-03-03", 500), LATER)) == [
        ("2017-03-03", "reached", "gold", "2019-01-01"),
        ("2019-01-01", "lowered", "silver", "2020-01-01"),
        ("2020-01-01", "lowered", "member", ""),
    ]


def test_or_never() -> None:
    assert moves(ladder("down: none"), *spent(("2017-03-03", 500), ("2020-02-01", 0))) == [
        ("2017-03-03", "reached", "gold", "2019-01-01"),
        ("2019-01-01", "kept", "gold", "2020-01-01"),
        ("2020-01-01", "kept", "gold", "2021-01-01"),
    ]


def test_a_level_of_one_period_ends_with_it() -> None:
    history = spent(("2017-03-03", 500), ("2017-03-31", 1), ("2017-04-01", 1))
    assert points(ladder("keep: period_end", within="month"), *history) == [500, 2, 1]


def test_a_level_kept_for_ever_is_never_lost() -> None:
    assert points(ladder("keep: ever"), *spent(("2017-03-03", 500), ("2030-01-01", 10))) == [500, 20]


def test_what_counts_for_ever_keeps_for_ever() -> None:
    assert moves(ladder(within="ever"), *spent(("2017-03-03", 100), LATER)) == [("2017-03-03", "reached", "silver", "")]


def test_in_a_rolling_window_a_level_is_held_until_its_end_whatever_ages() -> None:
    body = ladder("keep: {for: 12 months}", within="{rolling_days: 30}")
    history = spent(("2017-03-03", 500), ("2018-03-02", 10), ("2018-03-03", 10))
    assert points(body, *history) == [500, 20, 10]
    assert moves(body, *history)[1] == ("2018-03-03", "lowered", "member", "")


def test_a_level_kept_for_months_never_drifts() -> None:
    body = ladder("keep: {for: 1 month}", "down: none", within="ever")
    days = [end for _, _, _, end in moves(body, *spent(("2017-01-31", 100), ("2017-05-01", 0)))]
    assert days == ["2017-02-28", "2017-03-31", "2017-04-30", "2017-05-31"]


def test_a_rolling_window_keeps_for_as_long_as_it_is() -> None:
    # What reached a level has left the window when its time is up: the level is kept by what came after it alone.
    body = ladder(within="{rolling_months: 12}")
    assert moves(body, *spent(("2016-02-29", 100), LATER)) == [
        ("2016-02-29", "reached", "silver", "2017-02-28"),
        ("2017-02-28", "lowered", "member", ""),
    ]
    assert moves(body, *spent(("2016-02-29", 100), ("2016-03-01", 99), ("2017-02-27", 1), LATER))[1:] == [
        ("2017-02-28", "kept", "silver", "2018-02-28"),
        ("2018-02-28", "lowered", "member", ""),
    ]


def test_a_year_of_the_programmes_own() -> None:
    history = spent(("2017-03-31", 99), ("2017-04-01", 100), ("2017-04-02", 10), ("2019-03-31", 10), ("2019-04-01", 10))
    assert points(ladder(within="{year_from: 04-01}"), *history) == [99, 100, 15, 15, 10]


def test_years_since_the_first_event_that_was_on_a_leap_day() -> None:
    history = spent(("2016-02-29", 60), ("2017-02-27", 40), ("2017-02-28", 10), ("2018-02-27", 10), ("2018-02-28", 10))
    assert points(ladder(within="anniversary"), *history) == [60, 40, 15, 15, 10]


def test_a_level_that_is_not_kept_has_a_grace() -> None:
    body = ladder("grace: 30 days")
    history = spent(("2017-03-03", 500), ("2019-01-30", 10), ("2019-01-31", 10))
    assert points(body, *history) == [500, 20, 10]
    assert moves(body, *history)[1:] == [
        ("2019-01-01", "grace", "gold", "2019-01-31"),
        ("2019-01-31", "lowered", "member", ""),
    ]


def test_and_is_saved_by_what_is_spent_in_it() -> None:
    body = ladder("grace: 30 days")
    assert moves(body, *spent(("2017-03-03", 500), ("2019-01-30", 500)))[2:] == [
        ("2019-01-30", "kept", "gold", "2021-01-01")
    ]


def test_or_lowered_less_far_by_it() -> None:
    body = ladder("grace: 30 days")
    assert moves(body, *spent(("2017-03-03", 500), ("2019-01-30", 100), ("2019-02-01", 0)))[2:] == [
        ("2019-01-31", "lowered", "silver", "2021-01-01")
    ]


def test_a_grace_longer_than_its_period_ends_in_the_one_then_running() -> None:
    body = ladder("grace: 90 days", "down: one", within="month")
    assert moves(body, *spent(("2017-01-05", 500), ("2017-06-01", 0))) == [
        ("2017-01-05", "reached", "gold", "2017-03-01"),
        ("2017-03-01", "grace", "gold", "2017-05-30"),
        ("2017-05-30", "lowered", "silver", "2017-07-01"),
    ]


def test_a_purchase_counts_when_its_returns_are_over() -> None:
    body = ladder("credit: {after: 30 days}")
    history = spent(("2017-03-03", 500), ("2017-04-01T23:59", 10), ("2017-04-02", 10))
    assert points(body, *history) == [500, 10, 20]
    assert moves(body, *history) == [("2017-04-02", "reached", "gold", "2019-01-01")]


def test_and_then_in_the_year_of_that_day() -> None:
    body = ladder("credit: {after: 30 days}")
    assert moves(body, *spent(("2017-12-20", 100), LATER))[0] == ("2018-01-19", "reached", "silver", "2020-01-01")


def test_a_level_can_begin_with_the_next_period() -> None:
    body = ladder("credit: next_period")
    history = spent(("2017-03-03", 500), ("2017-12-31", 10), ("2018-01-01", 10), ("2019-01-01", 10))
    assert points(body, *history) == [500, 10, 20, 10]
    assert moves(body, *history) == [
        ("2018-01-01", "reached", "gold", "2019-01-01"),
        ("2019-01-01", "lowered", "member", ""),
    ]


def test_what_lies_above_a_threshold_can_be_carried() -> None:
    # 640 is gold and carries 140 into 2018, which is silver by itself and carries 40 into 2019
    history = spent(("2017-03-03", 640), ("2018-02-01", 0), ("2019-02-01", 60), ("2019-02-02", 10))
    assert moves(ladder("excess: carry"), *history) == [
        ("2017-03-03", "reached", "gold", "2019-01-01"),
        ("2019-01-01", "lowered", "silver", "2020-01-01"),
    ]
    assert moves(ladder("excess: carry", "keep: period_end"), *history) == [
        ("2017-03-03", "reached", "gold", "2018-01-01"),
        ("2018-01-01", "lowered", "silver", "2019-01-01"),
        ("2019-01-01", "lowered", "member", ""),
        ("2019-02-01", "reached", "silver", "2020-01-01"),
    ]


INVITED = "grants: [{id: invited, on: invited, level: tier, for: 6 months, until: last}]"


def invitation(day: str, tier: str = "gold", **more: str) -> Record:
    """Return an invitation to a level."""
    return {"type": "invited", "at": day, "tier": tier, **more}


def test_a_level_can_be_given_and_ends() -> None:
    history = [invitation("2017-03-03"), *spent(("2017-03-03", 10), ("2017-09-02", 10), ("2017-09-03", 10))]
    assert points(ladder(INVITED), *history) == [0, 20, 20, 10]
    assert moves(ladder(INVITED), *history) == [
        ("2017-03-03", "given", "gold", "2017-09-03"),
        ("2017-09-03", "given_ended", "member", ""),
    ]


def test_its_last_day_belongs_to_it() -> None:
    history = [invitation("2017-03-03", last="2017-04-30"), *spent(("2017-04-30T23:00", 10), ("2017-05-01", 10))]
    assert points(ladder(INVITED), *history) == [0, 20, 10]


def test_one_that_is_over_already_gives_nothing() -> None:
    assert points(ladder(INVITED), invitation("2017-03-03", last="2017-03-02"), *spent(("2017-03-04", 10))) == [0, 10]


def test_a_name_that_is_no_level_gives_none() -> None:
    assert moves(ladder(INVITED), invitation("2017-03-03", "platinum")) == []


def test_the_level_held_is_the_highest_and_a_given_one_is_not_earned() -> None:
    history = [*spent(("2017-03-03", 100)), invitation("2017-03-04"), *spent(("2017-09-05", 10), ("2019-01-01", 10))]
    assert points(ladder(INVITED), *history) == [100, 0, 15, 10]
    assert [why for _, why, _, _ in moves(ladder(INVITED), *history)] == ["reached", "given", "given_ended", "lowered"]


def test_a_lower_one_is_given_beside_a_higher_one_that_is_held() -> None:
    history = [*spent(("2017-03-03", 500)), invitation("2017-03-04", "silver")]
    assert moves(ladder(INVITED), *history)[1] == ("2017-03-04", "given", "gold", "2019-01-01")


def test_what_one_grant_gives_takes_the_place_of_what_it_gave_before() -> None:
    history = [invitation("2017-03-03"), invitation("2017-03-05", "member"), *spent(("2017-03-06", 10))]
    assert points(ladder(INVITED), *history) == [0, 0, 10]


def test_the_first_level_is_everybody_s_and_given_to_nobody_for_a_time() -> None:
    assert moves(ladder(INVITED), invitation("2017-03-03", "member"), *spent(LATER)) == [
        ("2017-03-03", "given_ended", "member", "")
    ]


def test_a_level_stated_by_the_grant_without_an_end() -> None:
    body = ladder("grants: [{id: founder, on: visit, level: silver}]")
    assert points(body, {"type": "visit", "at": "2017-01-01"}, *spent(("2030-01-01", 10))) == [0, 15]


def test_a_level_may_be_reached_by_something_of_its_own() -> None:
    body = f"""
metrics:
  spend: {{sum: eligible, within: year}}
  visits: {{on: visit, within: year}}
ladders:
  - id: tier
    by: spend
    levels: [{{id: member, from: 0}}, {{id: silver, from: 100}}, {{id: gold, from: 2, by: visits}}]
{RULES}{EVENTS}"""
    visits = [{"type": "visit", "at": f"2017-01-0{day}"} for day in (1, 2)]
    assert points(body, *visits, *spent(("2017-01-03", 10))) == [0, 0, 20]


def test_points_earned_can_be_what_a_level_is_reached_by() -> None:
    body = f"""
metrics: {{earned: {{earned: points, within: year}}}}
ladders:
  - {{id: tier, by: earned, levels: [{{id: member, from: 0}}, {{id: silver, from: 100}}, {{id: gold, from: 200}}]}}
{RULES}{EVENTS}"""
    # 100 points, then 70 x 1.5 = 105
    assert points(body, *spent(("2017-01-01", 100), ("2017-01-02", 70), ("2017-01-03", 10))) == [100, 105, 20]


def test_several_ladders_are_told_apart_by_their_names() -> None:
    body = """
metrics: {spend: {sum: eligible, within: year}, orders: {within: ever}}
ladders:
  - {id: tier, by: spend, levels: [{id: member, from: 0}, {id: silver, from: 100}]}
  - {id: rank, by: orders * 2 - 1, levels: [{id: new, from: 0}, {id: known, from: 3}]}
rules:
  - {id: a, give: 1, when: tier.level = 'silver'}
  - {id: b, give: 10, when: rank.level <> 'new'}
"""
    assert points(body, *spent(("2017-01-01", 100), ("2017-01-02", 1), ("2017-01-03", 1))) == [0, 1, 11]


def test_every_account_has_levels_of_its_own() -> None:
    history = [{"at": "2017-01-01", "amount": 500}, {"at": "2017-01-02", "amount": 10, "member": "ben"}]
    assert points(ladder(), *history) == [500, 10]


def test_the_levels_of_one_account_leave_no_trace_in_the_next() -> None:
    body = ladder(INVITED, "credit: {after: 30 days}", within="{rolling_days: 60}")
    first = [invitation("2017-03-03"), *spent(("2017-03-03", 500), ("2017-04-04", 10), ("2017-04-05", 500))]
    second = [{"member": "ben", "at": "2018-01-01", "amount": 10}]
    assert points(body, *first, *second)[-1] == 10


def test_of_two_ladders_one_may_count_the_purchase_first() -> None:
    body = """
metrics: {spend: {sum: eligible, within: ever}, stars: {earned: stars, within: ever}}
ladders:
  - {id: quick, by: spend, crossing: after, levels: [{id: low, from: 0}, {id: high, from: 10}]}
  - {id: slow, by: spend, levels: [{id: low, from: 0}, {id: high, from: 10}]}
units: {points: {}, stars: {}}
rules:
  - {id: quick, unit: points, give: "case quick.level when 'high' then 3 else 1 end"}
  - {id: slow, unit: points, give: "case slow.level when 'high' then 30 else 10 end"}
  - {id: star, unit: stars, give: 1}
  - {id: stars, unit: points, give: "least(metrics.stars, 10) * 100"}
"""
    assert points(body, {"amount": 10}, {"amount": 1}) == [13, 133]


def test_a_statement_of_levels_needs_no_effects() -> None:
    made = programme(ladder())
    records = [{"at": "2017-03-03", "amount": 500}, {"at": "2017-03-04", "amount": 10}]
    events = [event(ladder(), record, number) for number, record in enumerate(records)]
    fold, statement = Fold(made, Effects()), Statement(made.zone, 1)
    fold.run(facts_of(made, events, [values_of(one, made.terms) for one in events]), statement, keep_effects=False)
    statement.close()
    assert list(statement.columns()["points"]) == [520, 520]


def test_a_refund_does_not_count_as_spending() -> None:
    history: list[Record] = [
        {"id": "p", "at": "2017-03-03", "amount": 90},
        {"id": "r", "type": "refund", "refund_of": "p", "at": "2017-03-04"},
        {"id": "q", "at": "2017-03-05", "amount": 9},
        {"id": "s", "at": "2017-03-06", "amount": 10},
    ]
    assert points(ladder(), *history) == [90, -90, 9, 10]


def test_a_live_step_of_no_kind_says_nothing() -> None:
    with pytest.raises(NotImplementedError):
        Live().of([], 0, 0, [])
