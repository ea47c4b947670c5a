"""Sweeps, worked out by hand: points become rewards by themselves, so many at a time and in a year."""

import pytest

from guerdon.core.effects import REDEEMED
from guerdon.core.lots.keeping import STEPS
from tests.core.lots.journals import BASE, Record, at, buys, spends, told
from tests.core.tables import answers

LAST = buys("2030-01-01", 0)


def swept(terms: str = "on: [04-01, 08-01, 12-01], most: 5, most_per_year: 15", unit: str = "") -> str:
    """Return a programme of a point a dollar in which 100 points become a reward by themselves."""
    rewards = f"rewards: [{{id: ten, price: 100, valid_for: 11 months, sweep: {{{terms}}}}}]"
    return f"units: {{points: {{{unit}}}}}{BASE}\n{rewards}"


def test_three_times_a_year_points_become_rewards_and_the_rest_stays_with_its_dates() -> None:
    history = [buys("2017-01-15", 250), buys("2017-02-10", 90), buys("2018-03-01", 0)]
    assert told(swept(unit="expiry: {after: 12 months}"), *history) == [
        ("spent", at("2017-04-01"), 1, 250),
        ("spent", at("2017-04-01"), 2, 50),
        ("expired", at("2018-02-10"), 2, 40),
    ]


def test_no_more_than_so_many_at_a_time_and_in_a_year() -> None:
    # 2,000 points: five in April, August and December, which is a year's fifteen; the last five next April
    history = [buys("2017-01-15", 2020), buys("2018-07-01", 0)]
    assert told(swept(), *history) == [
        ("spent", at("2017-04-01"), 1, 500),
        ("spent", at("2017-08-01"), 1, 500),
        ("spent", at("2017-12-01"), 1, 500),
        ("spent", at("2018-04-01"), 1, 500),
    ]
    few = swept("on: [04-01, 08-01], most_per_year: 3")
    assert told(few, buys("2017-01-15", 1000), buys("2018-07-01", 0)) == [
        ("spent", at("2017-04-01"), 1, 300),
        ("spent", at("2018-04-01"), 1, 300),
    ]


def test_each_sweep_tells_how_many_rewards_it_issued() -> None:
    rows = [
        row for one in answers(swept(), buys("2017-01-15", 350), LAST) for row in one.effects if row.kind == REDEEMED
    ]
    assert [(row.event, STEPS[row.band], row.at, row.desired, row.lot) for row in rows] == [
        (0, "sweep", at("2017-04-01"), 300, 3)
    ]


@pytest.mark.parametrize(
    ("history", "then"),
    [
        # what is earned on the day counts for the next one
        ([buys("2017-04-01", 100), buys("2017-07-31", 0)], []),
        ([buys("2017-03-31T23:59", 100), buys("2017-04-01", 0)], [("spent", "2017-04-01", 1, 100)]),
        # too little on the first day, and enough when the second one comes
        ([buys("2017-01-15", 60), buys("2017-05-01", 60), LAST], [("spent", "2017-08-01", 1, 60), ("spent", "2017-08-01", 2, 40)]),
        # a day that passed before there were points is over
        ([buys("2017-01-15", 10), buys("2017-04-15", 100), buys("2017-07-01", 0)], []),
        # what is held, owed or pending is not available
        ([buys("2017-01-15", 100), spends("2017-02-01", 1, step="reserve"), buys("2017-04-02", 0)], [("held", "2017-02-01", 1, 1)]),
    ],
)  # fmt: skip
def test_a_sweep_takes_what_is_available_at_its_instant(
    history: list[Record], then: list[tuple[str, str, int, int]]
) -> None:
    assert told(swept(), *history) == [(kind, at(when), lot, points) for kind, when, lot, points in then]


def test_points_that_end_at_the_instant_are_gone_before_it() -> None:
    assert told(swept(unit="expiry: {to: month_end}"), buys("2017-03-15", 100), LAST) == [
        ("expired", at("2017-04-01"), 1, 100)
    ]


def test_points_that_become_usable_at_the_instant_are_there_for_it() -> None:
    assert told(swept(unit="pending: {for: 1 day}"), buys("2017-03-31", 100), LAST) == [
        ("usable", at("2017-04-01"), 1, 100),
        ("spent", at("2017-04-01"), 1, 100),
    ]


def test_a_sweep_is_no_activity_and_makes_room_under_a_cap() -> None:
    idle = swept(unit="expiry: {idle: 6 months}")
    assert told(idle, buys("2017-01-15", 130), LAST) == [
        ("spent", at("2017-04-01"), 1, 100),
        ("expired", at("2017-07-15"), 1, 30),
    ]
    capped = swept("on: [04-01], most: 1", "cap: 150, over_cap: pending")
    assert told(capped, buys("2017-01-15", 230), buys("2017-05-01", 0)) == [
        ("usable", at("2017-01-15"), 1, 150),
        ("spent", at("2017-04-01"), 1, 100),
        ("usable", at("2017-04-01"), 1, 80),
    ]


def test_29_february_is_the_28th_in_common_years_and_each_account_has_its_own_year() -> None:
    body = swept("on: [02-29], most_per_year: 1")
    history = [
        {**record, "member": member}
        for member in ("ana", "ben")
        for record in (buys("2015-06-01", 250), buys("2017-03-01", 0))
    ]
    days = [at("2016-02-29"), at("2017-02-28")]
    assert [when for _, when, _, _ in told(body, *history)] == days * 2
