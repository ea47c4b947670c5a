"""Levels when goods come back, worked out by hand: credit leaves the period that counted it (S6c)."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.effects import MOVED
from guerdon.core.ladders import CAUSES
from tests.core.tables import answers, points, programme
from tests.core.versions import timelines as versions

Record = Mapping[str, Any]


def club(ladder: str = "", *, within: str = "year", more: str = "") -> str:
    """Return a programme with a level from 100 and one from 500, by what was spent."""
    return f"""
metrics: {{spend: {{sum: amount, within: {within}}}}}
ladders:
  - id: tier
    by: spend
    levels: [{{id: member, from: 0}}, {{id: silver, from: 100}}, {{id: gold, from: 500}}]
    {ladder}
rules: [{{id: base, give: floor(amount)}}]
{more}
"""


def buys(name: str, at: str, amount: object) -> Record:
    return {"id": name, "at": at, "amount": amount}


def back(name: str, at: str, of: str, amount: object = "") -> Record:
    return {"id": name, "type": "refund", "refund_of": of, "at": at, "amount": amount}


def moved(body: str, *records: Record) -> list[tuple[str, str, str, int]]:
    """Return which event changed a level, why, what is held then, and the credit that decided."""
    made = programme(body)
    found = answers(body, *records)
    names = [level.name for level in made.ladders[0].levels]
    return [
        (found[row.event].event.id, CAUSES[row.reason], names[row.band], row.desired // 100)
        for answer in found
        for row in answer.effects
        if row.kind == MOVED
    ]


def test_a_level_without_its_credit_goes_and_the_refund_is_the_cause() -> None:
    history = [buys("a", "2017-03-01", 450), buys("b", "2017-04-01", 60), back("r", "2017-04-05", "b", 20)]
    assert moved(club(), *history) == [
        ("a", "reached", "silver", 450),
        ("b", "reached", "gold", 510),
        ("r", "refunded", "silver", 490),
    ]
    (row,) = [row for row in answers(club(), *history)[2].effects if row.kind == MOVED]
    assert (row.event, row.of) == (2, 2)


def test_exactly_on_the_threshold_it_stays() -> None:
    history = [buys("a", "2017-03-01", 450), buys("b", "2017-04-01", 60), back("r", "2017-04-05", "b", 10)]
    assert [one[1] for one in moved(club(), *history)] == ["reached", "reached"]
    assert moved(club(), *history, back("s", "2017-04-06", "a", 1))[-1] == ("s", "refunded", "silver", 499)


def test_points_already_had_under_a_level_stay_and_later_ones_are_given_at_the_new_one() -> None:
    body = club(more="multipliers: [{id: loyal, of: base, by: case level when 'gold' then 2 else 1 end}]")
    history = [
        buys("a", "2017-03-01", 500),
        buys("b", "2017-04-01", 50),
        back("r", "2017-04-05", "a"),
        buys("c", "2017-04-06", 10),
    ]
    assert points(body, *history) == [500, 100, -500, 10]
    assert points(body, *history, back("s", "2017-04-07", "b")) == [500, 100, -500, 10, -100]


def test_a_level_may_be_kept_until_it_is_due() -> None:
    history = [buys("a", "2017-03-01", 500), back("r", "2017-04-05", "a"), buys("c", "2019-01-01", 10)]
    assert moved(club("on_refund: keep_until_due"), *history) == [
        ("a", "reached", "gold", 500),
        ("c", "lowered", "member", 0),
    ]


def test_given_levels_are_untouched() -> None:
    grants = "grants: [{id: invited, on: invited, level: gold, for: 12 months}]"
    body = club(grants, more="events: {invited: {kind: membership}}")
    history = [
        {"id": "g", "type": "invited", "at": "2017-02-01"},
        buys("a", "2017-03-01", 100),
        back("r", "2017-04-05", "a"),
    ]
    assert moved(body, *history) == [
        ("g", "given", "gold", 0),
        ("a", "reached", "gold", 100),
        ("r", "refunded", "gold", 0),
    ]


def test_of_a_period_that_is_over_the_credit_goes_all_the_same() -> None:
    """Gold until the end of 2018 by what was spent in 2017: 505, of which 10 come back in January."""
    history = [buys("a", "2017-06-01", 500), buys("b", "2017-12-20", 5)]
    assert moved(club(), *history, back("r", "2018-01-10", "a", 5)) == [("a", "reached", "gold", 500)]
    found = moved(club(), *history, back("r", "2018-01-10", "a", 10), buys("z", "2019-01-01", 1))
    assert found[1:] == [("r", "refunded", "silver", 495), ("z", "lowered", "member", 0)]


def test_what_counts_now_keeps_a_level_whose_old_credit_is_gone() -> None:
    history = [buys("a", "2017-06-01", 500), buys("b", "2018-02-01", 600), back("r", "2018-03-01", "a")]
    assert moved(club(), *history) == [("a", "reached", "gold", 500), ("r", "kept", "gold", 600)]
    lower = [buys("a", "2017-06-01", 500), buys("b", "2018-02-01", 150), back("r", "2018-03-01", "a")]
    found = moved(club(), *lower, buys("z", "2020-01-01", 1))
    assert found == [
        ("a", "reached", "gold", 500),
        ("r", "refunded", "silver", 150),
        ("z", "lowered", "member", 0),
    ]


def test_a_refund_of_what_did_not_make_the_level_leaves_it() -> None:
    """Gold by 2017; what 2018 counted and loses again is looked at when 2018 is over."""
    history = [buys("a", "2017-06-01", 500), buys("b", "2018-02-01", 90), back("r", "2018-03-01", "b")]
    assert moved(club(), *history) == [("a", "reached", "gold", 500)]


@pytest.mark.parametrize("at", ["2017-12-01", "2018-07-01"])
def test_in_a_rolling_window_a_level_goes_with_what_it_was_reached_with(at: str) -> None:
    """Reached on 1 June with 99 of January, though nothing of that is in the window any more a year later."""
    body = club("keep: {for: 24 months}", within="{rolling_days: 365}")
    history = [buys("a", "2017-01-10", 99), buys("b", "2017-06-01", 401)]
    assert moved(body, *history, back("r", at, "b", 1))[-1] == ("r", "refunded", "silver", 499)
    later = [buys("c", "2018-06-20", 99), back("r", "2018-07-01", "c")]
    assert moved(body, *history, *later) == [("b", "reached", "gold", 500)]


def test_a_level_in_its_grace_falls_to_what_is_left() -> None:
    body = club("grace: 60 days")
    history = [buys("a", "2017-06-01", 500), buys("b", "2018-06-01", 150), buys("t", "2019-01-10", 1)]
    ended = buys("z", "2019-03-10", 1)
    assert moved(body, *history, ended)[-2:] == [("t", "grace", "gold", 150), ("z", "lowered", "silver", 1)]
    refund = back("r", "2019-02-01", "b", 60)
    assert moved(body, *history, refund, ended)[-2:] == [("t", "grace", "gold", 150), ("z", "lowered", "member", 1)]


def test_credit_that_is_still_to_come_does_not_come() -> None:
    body = club("credit: {after: 30 days}")
    history = [buys("a", "2017-03-01", 300), buys("b", "2017-03-01", 300)]
    later = buys("z", "2017-06-01", 0)
    assert moved(body, *history, later) == [("z", "reached", "gold", 600)]
    assert moved(body, *history, back("r", "2017-03-10", "a", 150), later) == [("z", "reached", "silver", 450)]
    after = [*history, back("r", "2017-05-10", "a", 150)]
    assert moved(body, *after) == [("r", "reached", "gold", 600), ("r", "refunded", "silver", 450)]


def test_what_is_carried_into_the_next_period_is_carried_anew() -> None:
    """620 of 2017 reach 500 and carry 120, which is silver at the end of 2018; 520 carry 20, which is not."""
    body = club("excess: carry")
    history = [buys("a", "2017-03-01", 500), buys("b", "2017-03-02", 120)]
    end = buys("z", "2019-01-01", 0)
    assert moved(body, *history, end)[-1] == ("z", "lowered", "silver", 120)
    assert moved(body, *history, back("r", "2018-02-01", "b", 100), end)[-1] == ("z", "lowered", "member", 20)


def test_counts_and_points_earned_are_taken_back_too() -> None:
    body = """
metrics: {visits: {within: year}, points: {earned: points, within: year}}
ladders:
  - {id: often, by: visits, levels: [{id: no, from: 0}, {id: yes, from: 2}]}
  - {id: much, by: points, levels: [{id: no, from: 0}, {id: yes, from: 30}]}
rules: [{id: base, give: floor(amount)}]
"""
    history = [buys("a", "2017-03-01", 20), buys("b", "2017-03-02", 20), back("r", "2017-03-03", "a", 15)]

    def held(*records: Record) -> list[tuple[str, int, int]]:
        return [
            (answer.event.id, row.rule, row.band)
            for answer in answers(body, *records)
            for row in answer.effects
            if row.kind == MOVED
        ]

    reached = [("b", 0, 1), ("b", 1, 1)]
    assert held(*history) == [*reached, ("r", 1, 0)]
    assert held(*history, back("s", "2017-03-04", "a")) == [*reached, ("r", 1, 0), ("s", 0, 0)]


def test_a_purchase_that_earned_nothing_loses_its_credit_too() -> None:
    body = club().replace("floor(amount)", "0")
    history = [buys("a", "2017-03-01", 500), back("r", "2017-04-05", "a")]
    assert moved(body, *history)[-1] == ("r", "refunded", "member", 0)


def test_in_whatever_order_refunds_come_the_same_counts() -> None:
    body = club(within="month", more="multipliers: []")
    history = [buys("a", "2017-03-01", 120), buys("b", "2017-03-02", 400)]
    one, two = back("r", "2017-03-05", "a", 60), back("s", "2017-03-06", "b", 350)
    other, first = back("r", "2017-03-05", "b", 350), back("s", "2017-03-06", "a", 60)
    last = buys("z", "2017-03-07", 1)
    assert moved(body, *history, one, two, last)[-1][2] == moved(body, *history, other, first, last)[-1][2] == "silver"


def test_of_a_period_long_over_nothing_is_left_to_take() -> None:
    history = [buys("a", "2017-03-01", 500), buys("b", "2019-02-01", 120), back("r", "2019-03-01", "a")]
    assert moved(club(), *history)[-1] == ("b", "reached", "silver", 120)


def test_what_gives_points_back_gives_credit_back() -> None:
    """100 left earn nothing, 90 left do: what the first refund took the second gives back."""
    body = """
metrics: {points: {earned: points, within: year}}
ladders: [{id: much, by: points, levels: [{id: no, from: 0}, {id: yes, from: 80}]}]
rules: [{id: base, when: amount <> 100, give: floor(amount)}]
"""
    history = [buys("a", "2017-03-01", 120), back("r", "2017-03-02", "a", 20), back("s", "2017-03-03", "a", 10)]
    rows = [row for answer in answers(body, *history) for row in answer.effects if row.kind == MOVED]
    assert [(row.event, CAUSES[row.reason], row.band, row.desired) for row in rows] == [
        (0, "reached", 1, 120),
        (1, "refunded", 0, 0),
        (2, "reached", 1, 90),
    ]


def test_what_came_back_no_longer_counts_in_conditions_either() -> None:
    body = """
metrics: {spend: {sum: amount, within: year}}
rules: [{id: base, when: metrics.spend >= 100, give: 5}]
"""
    history = [buys("a", "2017-03-01", 100), back("r", "2017-03-02", "a", 1), buys("b", "2017-03-03", 9)]
    assert points(body, *history, buys("c", "2017-03-04", 9)) == [0, 0, 0, 5]


def test_within_a_member_s_own_year_credit_leaves_it_across_new_year_but_not_once_the_next_began() -> None:
    body = club(within="anniversary").replace("floor(amount)", "'least(metrics.spend, 1000)'")
    joins, buy = buys("a", "2017-03-10", 5), buys("b", "2017-03-12", 100)
    # years begin on 10 March: what comes back on 1 February is of the year that counted it
    assert points(body, joins, buy, back("r", "2018-02-01", "b"), buys("c", "2018-02-02", 0))[3] == 5
    assert points(body, joins, buy, back("r", "2018-02-01", "b", 40), buys("c", "2018-02-02", 0))[3] == 65
    later = [buys("c", "2018-03-11", 7), back("r", "2018-03-12", "b"), buys("d", "2018-03-13", 0)]
    assert points(body, joins, buy, *later)[4] == 7


def test_a_refund_that_took_a_level_is_not_why_a_later_version_gives_it_again() -> None:
    """120 less 60 are less than silver takes, until it takes 50."""
    body = club("keep: ever", within="ever")
    made = versions.timeline({"2017-01-01": body, "2018-01-01": body.replace("from: 100", "from: 50")})
    records = [
        buys("a", "2017-03-01", 60),
        buys("b", "2017-03-02", 60),
        back("r", "2017-03-03", "b"),
        buys("z", "2018-02-01", 1),
    ]
    rows = [row for answer in versions.answers(made, *records) for row in answer.effects if row.kind == MOVED]
    assert [(CAUSES[row.reason], row.of) for row in rows] == [("reached", 1), ("refunded", 2), ("reached", -1)]
