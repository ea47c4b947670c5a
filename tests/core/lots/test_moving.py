"""Lots whose end moves, worked out by hand: with the level held, and with activity."""

import pytest

from tests.core.lots.journals import BASE, at, buys, spends, told

GREEN = "{after: 6 months, extended_by: 1 month}"
STARS = f"""
units: {{points: {{expiry: {{by: level, policies: {{green: {GREEN}, gold: never}}}}}}}}
metrics: {{spend: {{sum: eligible, within: year}}}}
ladders:
  - {{id: status, by: metrics.spend, keep: {{until: period_end}}, levels: [{{id: green, from: 0}}, {{id: gold, from: 500}}]}}
{BASE}
"""


def test_a_level_that_is_reached_lifts_open_lots_and_one_that_is_lost_begins_the_lower_policy_anew() -> None:
    # green until 1 March, gold from then to the end of the year, green again from 1 January
    history = [buys("2017-01-15", 100), buys("2017-03-01", 400), buys("2017-11-20", 30), buys("2030-01-01", 0)]
    assert told(STARS, *history) == [
        ("expired", at("2018-07-01"), 1, 100),
        ("expired", at("2018-07-01"), 2, 400),
        ("expired", at("2018-07-01"), 3, 30),
    ]


def test_a_lot_that_ended_before_the_level_was_reached_stays_gone() -> None:
    history = [buys("2017-01-15", 100), buys("2017-07-15", 500), buys("2017-08-01", 0), spends("2017-08-02", 550)]
    assert told(STARS, *history) == [
        ("expired", at("2017-07-15"), 1, 100),
        ("spent", at("2017-08-02"), 2, 500),
        ("indebted", at("2017-08-02"), 0, 50),
    ]


TIERS = """
units: {{points: {{expiry: {{by: status.level, policies: {{bronze: {bronze}, silver: {silver}}}}}}}}}
metrics: {{spend: {{sum: eligible, within: year}}}}
ladders:
  - {{id: status, by: metrics.spend, keep: {{until: period_end}}, levels: [{{id: bronze, from: 0}}, {{id: silver, from: 100}}]}}
rules: [{{id: base, give: floor(amount)}}]
"""


@pytest.mark.parametrize(
    ("bronze", "silver", "gone"),
    [
        # 10 points of 15 January and 100 of 1 February 2017 as bronze, 7 of 10 February as silver, which ends with the year
        ("{after: 6 months}", "{after: 24 months}", [("2018-07-01", 10), ("2018-07-01", 100), ("2018-07-01", 7)]),
        # losing the level makes nothing longer
        ("{after: 6 months}", "{after: 14 months}", [("2018-03-15", 10), ("2018-04-01", 100), ("2018-04-10", 7)]),
        # reaching it makes nothing shorter
        ("{after: 12 months}", "{after: 1 month}", [("2017-03-10", 7), ("2018-01-15", 10), ("2018-02-01", 100)]),
        ("never", "{after: 3 months}", [("2017-05-10", 7)]),
        ("{after: 1 month, to: year_end}", "never", [("2019-01-01", 10), ("2019-01-01", 100), ("2019-01-01", 7)]),
    ],
)
def test_a_lot_has_the_better_of_two_dates(bronze: str, silver: str, gone: list[tuple[str, int]]) -> None:
    history = [buys("2017-01-15", 10), buys("2017-02-01", 100), buys("2017-02-10", 7), buys("2030-01-01", 0)]
    rows = told(TIERS.format(bronze=bronze, silver=silver), *history)
    assert [(when, points) for kind, when, _, points in rows if kind == "expired"] == [
        (at(when), n) for when, n in gone
    ]


def test_points_are_drawn_in_the_order_of_their_new_dates() -> None:
    # what silver earns ends before what bronze earned
    body = TIERS.format(bronze="{after: 12 months}", silver="{after: 1 month}")
    history = [buys("2017-01-15", 10), buys("2017-02-01", 100), buys("2017-02-02", 7), spends("2017-02-03", 12)]
    assert told(body, *history) == [("spent", at("2017-02-03"), 3, 7), ("spent", at("2017-02-03"), 1, 5)]


def extended(terms: str) -> str:
    return f"units: {{points: {{expiry: {{{terms}}}}}}}\nevents: {{visit: {{}}}}\n{BASE}"


def test_every_month_with_activity_keeps_points_a_month_longer() -> None:
    # the first lot: 15 July, and a month for each of February, March and April; the second misses February
    body = extended("after: 6 months, extended_by: 1 month")
    history = [
        buys("2017-01-15", 10),
        buys("2017-02-20", 20),
        buys("2017-03-01", 0),  # earns nothing
        spends("2017-03-02", 1),
        spends("2017-03-30", 1),
        buys("2017-04-30", 5),
        buys("2030-01-01", 0),
    ]
    assert told(body, *history)[2:] == [
        ("expired", at("2017-10-15"), 1, 8),
        ("expired", at("2017-10-20"), 2, 20),
        ("expired", at("2017-10-30"), 6, 5),
    ]


def test_extended_dates_are_counted_from_the_first_one_and_never_drift() -> None:
    body = extended("after: 1 month, extended_by: 1 month, activities: [visit]")
    visits = [{"at": f"2017-{month:02d}-05", "type": "visit"} for month in (2, 3)]
    assert told(body, buys("2017-01-31", 10), *visits, buys("2030-01-01", 0)) == [("expired", at("2017-04-30"), 1, 10)]


@pytest.mark.parametrize(
    ("terms", "gone"),
    [
        ("after: 6 months, extended_by: 1 week, extended_each: day", "2017-07-29"),
        ("after: 6 months, extended_by: 3 months, extended_each: quarter", "2017-10-15"),
        ("after: 24 hours, extended_by: 2 hours", "2017-01-16T02:00"),
        ("after: 6 months, extended_by: 36 hours, extended_each: year", "2017-07-16T12:00"),
        ("after: 6 months, extended_by: 1 month, to: month_end", "2017-09-01"),
    ],
)
def test_how_long_and_how_often_points_are_extended(terms: str, gone: str) -> None:
    body = extended(f"{terms}, activities: [visit]")
    visits = [{"at": f"2017-01-15T{hour:02d}:30", "type": "visit"} for hour in (1, 2)]
    visits += [{"at": "2017-01-20", "type": "visit"}] if "day" in terms else []
    assert told(body, buys("2017-01-15", 10), *visits, buys("2030-01-01", 0)) == [("expired", at(gone), 1, 10)]


def test_each_account_has_a_level_and_months_of_its_own() -> None:
    history = [buys("2017-01-15", 100), buys("2017-03-01", 400), buys("2017-11-20", 30), buys("2030-01-01", 0)]
    short = [buys("2017-01-15", 10), buys("2017-02-15", 5), buys("2030-01-01", 0)]
    rows = told(STARS, *[{**one, "member": "ana"} for one in history], *[{**one, "member": "ben"} for one in short])
    assert [(when, points) for kind, when, _, points in rows if kind == "expired"] == [
        *[(at("2018-07-01"), points) for points in (100, 400, 30)],
        (at("2017-08-15"), 10),  # Ben is green: six months, and one for February
        (at("2017-08-15"), 5),
    ]


def test_activity_at_the_end_revives_nothing() -> None:
    body = extended("after: 6 months, extended_by: 1 month")
    assert told(body, buys("2017-01-15", 10), buys("2017-07-15", 0), spends("2017-07-15", 3)) == [
        ("expired", at("2017-07-15"), 1, 10),
        ("indebted", at("2017-07-15"), 0, 3),
    ]


def test_what_was_spent_comes_back_with_the_date_to_which_it_would_have_been_moved() -> None:
    body = extended("after: 6 months, extended_by: 1 month, activities: [visit]")
    history = [
        buys("2017-01-15", 10),
        {**spends("2017-01-16", 10), "id": "r"},
        {"at": "2017-02-05", "type": "visit"},
        {"at": "2017-07-20", "type": "redemption", "step": "cancel", "reservation": "r"},
        buys("2030-01-01", 0),
    ]
    assert told(body, *history)[1:] == [("restored", at("2017-07-20"), 1, 10), ("expired", at("2017-08-15"), 1, 10)]


def test_points_that_come_back_with_a_moved_date_stand_behind_those_that_end_before_it() -> None:
    # February moves the first lot, of which nothing is left, from 15 February to 15 March; the third ends on 10 March
    body = extended("after: 1 month, extended_by: 1 month")
    history = [
        buys("2017-01-15", 10),
        {**spends("2017-01-16", 10), "id": "r"},
        buys("2017-02-05", 3),
        spends("2017-02-06", 3),
        buys("2017-02-10", 7),
        {"at": "2017-02-12", "type": "redemption", "step": "cancel", "reservation": "r"},
        spends("2017-02-13", 2),
        buys("2030-01-01", 0),
    ]
    assert told(body, *history)[2:] == [
        ("restored", at("2017-02-12"), 1, 10),
        ("spent", at("2017-02-13"), 5, 2),
        ("expired", at("2017-03-10"), 5, 5),
        ("expired", at("2017-03-15"), 1, 10),
    ]
