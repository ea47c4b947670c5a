"""Lots, worked out by hand: what is spent first, what expires when, what waits, what is owed."""

import pytest

from guerdon.core.effects import EARNED
from tests.core.lots.journals import LATER, YEAR, at, buys, kept, spends, told
from tests.core.tables import answers


def test_earn_100_spend_80_and_let_the_lot_expire() -> None:
    assert told(kept(YEAR), buys("2017-01-31T10:00", 100), spends("2017-06-01", 80), LATER) == [
        ("spent", at("2017-06-01"), 1, 80),
        ("expired", at("2018-01-31T10:00"), 1, 20),
    ]


def test_what_expires_soonest_is_spent_first_whatever_was_earned_first() -> None:
    body = f"""
units: {{points: {YEAR.replace("expiry: ", "{expiry: ")}}}}}
events: {{activated: {{}}}}
rules: [{{id: base, give: floor(amount)}}]
"""
    assert told(body, buys("2017-01-31T14:00", 10), buys("2017-02-01", 20), buys("2017-03-01", 5), spends("2017-04-01", 31)) == [
        ("spent", at("2017-04-01"), 1, 10),
        ("spent", at("2017-04-01"), 2, 20),
        ("spent", at("2017-04-01"), 3, 1),
    ]  # fmt: skip


def test_days_at_the_end_of_a_month_fall_together_and_the_clock_still_decides() -> None:
    # one month after 30 January at three is 28 February at three; after 31 January at two it is an hour earlier
    body = kept("expiry: {after: 1 month}")
    assert told(body, buys("2017-01-30T15:00", 10), buys("2017-01-31T14:00", 20), spends("2017-02-01", 5), LATER) == [
        ("spent", at("2017-02-01"), 2, 5),
        ("expired", at("2017-02-28T14:00"), 2, 15),
        ("expired", at("2017-02-28T15:00"), 1, 10),
    ]


@pytest.mark.parametrize(
    ("policy", "earned", "gone"),
    [
        ("{after: 1 month}", "2017-01-31T10:00", "2017-02-28T10:00"),
        ("{after: 2 months}", "2017-01-31", "2017-03-31"),
        ("{after: 1 year}", "2016-02-29", "2017-02-28"),
        ("{after: 4 years}", "2016-02-29", "2020-02-29"),
        ("{after: 2 weeks}", "2017-03-05T02:30", "2017-03-19T02:30"),
        ("{after: 1 day}", "2017-03-11T02:30", "2017-03-12T03:30"),  # the clocks went forward over it
        ("{after: 36 hours}", "2017-03-11T12:00", "2017-03-13T01:00"),
        ("{after: 90 minutes}", "2017-03-11T12:00", "2017-03-11T13:30"),
        ("{after: 12 months, to: month_end}", "2017-01-01", "2018-02-01"),
        ("{after: 12 months, to: month_end}", "2017-01-31T23:59", "2018-02-01"),
        ("{after: 1 month, to: quarter_end}", "2017-03-01", "2017-07-01"),
        ("{to: year_end}", "2017-12-31T23:59:59", "2018-01-01"),
        ("{on: 12-31}", "2017-01-05", "2018-01-01"),
        ("{on: 12-31}", "2017-12-31", "2019-01-01"),
        ("{on: 02-29}", "2017-01-05", "2017-03-01"),
        ("{on: 02-29}", "2017-03-05", "2018-03-01"),
        ("{after: 12 months, on: 03-31}", "2017-04-05", "2019-04-01"),
    ],
)  # fmt: skip
def test_points_are_gone_at_an_instant_of_the_programme_s_zone(policy: str, earned: str, gone: str) -> None:
    assert told(kept(f"expiry: {policy}"), buys(earned, 7), LATER) == [("expired", at(gone), 1, 7)]


def test_what_expires_at_an_instant_cannot_be_spent_at_it() -> None:
    body = kept("expiry: {to: month_end}")
    assert told(body, buys("2017-01-05", 7), spends("2017-02-01", 7)) == [
        ("expired", at("2017-02-01"), 1, 7),
        ("indebted", at("2017-02-01"), 0, 7),
    ]
    assert told(body, buys("2017-01-05", 7), spends("2017-01-31T23:59:59.999999", 7)) == [
        ("spent", at("2017-01-31T23:59:59.999999"), 1, 7)
    ]


def test_points_that_never_expire_stay() -> None:
    assert told(kept("expiry: never, cap: 100"), buys("2017-01-05", 7), buys("2030-01-01", 1)) == []


# Idle accounts.


def test_a_year_without_activity_takes_all_open_lots() -> None:
    body = kept("expiry: {idle: 12 months, to: month_end}")
    history = [buys("2017-01-05", 10), buys("2017-06-05", 20), spends("2017-08-10", 4), buys("2018-09-01", 3)]
    assert told(body, *history) == [
        ("spent", at("2017-08-10"), 1, 4),
        ("expired", at("2018-09-01"), 1, 6),
        ("expired", at("2018-09-01"), 2, 20),
    ]


def test_only_activities_that_are_named_count() -> None:
    body = kept("expiry: {idle: 6 months, activities: [redeem, visit]}", "\nevents: {visit: {}}")
    history = [
        buys("2017-01-05", 10),
        buys("2017-05-05", 20),
        {"at": "2017-07-04", "type": "visit"},
        buys("2017-12-31", 1),
        buys("2018-01-04", 5),
    ]
    # the visit moved it to 4 January; what is earned that day begins a time of its own
    assert told(body, *history, LATER) == [
        ("expired", at("2018-01-04"), 1, 10),
        ("expired", at("2018-01-04"), 2, 20),
        ("expired", at("2018-01-04"), 4, 1),
        ("expired", at("2018-07-04"), 5, 5),
    ]


def test_points_that_come_in_after_a_quiet_time_begin_it_anew() -> None:
    body = kept("pending: {for: 14 days}, expiry: {idle: 1 week, activities: [redeem]}")
    assert told(body, buys("2017-01-01", 10), buys("2017-01-20", 5), LATER) == [
        ("usable", at("2017-01-15"), 1, 10),
        ("expired", at("2017-01-22"), 1, 10),
        ("usable", at("2017-02-03"), 2, 5),
        ("expired", at("2017-02-10"), 2, 5),
    ]


# Pending.


@pytest.mark.parametrize(("counts", "gone"), [("", "2017-02-01"), (", expires_from: usable", "2017-02-15")])
def test_pending_points_wait_then_expire(counts: str, gone: str) -> None:
    body = kept(f"pending: {{for: 14 days{counts}}}, expiry: {{after: 1 month}}")
    assert told(body, buys("2017-01-01", 10), spends("2017-01-14", 4), LATER) == [
        ("indebted", at("2017-01-14"), 0, 4),
        ("usable", at("2017-01-15"), 1, 10),
        ("settled", at("2017-01-15"), 1, 4),
        ("expired", at(gone), 1, 6),
    ]


def test_pending_points_do_not_expire_before_they_could_be_used() -> None:
    body = kept("pending: {for: 14 days}, expiry: {after: 1 week}")
    assert told(body, buys("2017-01-01", 10), LATER) == [
        ("usable", at("2017-01-15"), 1, 10),
        ("expired", at("2017-01-15"), 1, 10),
    ]


@pytest.mark.parametrize(
    ("counts", "gone"), [("", ["2018-01-01", "2018-02-01"]), (", expires_from: usable", ["2018-03-01", "2018-03-01"])]
)
def test_points_wait_until_they_are_activated(counts: str, gone: list[str]) -> None:
    body = kept(f"pending: {{until: activated{counts}}}, expiry: {{after: 1 year}}", "\nevents: {activated: {}}")
    history = [buys("2017-01-01", 10), buys("2017-02-01", 5), {"at": "2017-03-01", "type": "activated"}, LATER]
    assert told(body, *history) == [
        ("usable", at("2017-03-01"), 1, 10),
        ("usable", at("2017-03-01"), 2, 5),
        ("expired", at(gone[0]), 1, 10),
        ("expired", at(gone[1]), 2, 5),
    ]


def test_points_that_nobody_activates_lapse_with_their_time() -> None:
    body = kept("pending: {until: activated}, expiry: {after: 1 year}", "\nevents: {activated: {}}")
    assert told(body, buys("2017-01-01", 10), {"at": "2019-03-01", "type": "activated"}) == [
        ("expired", at("2018-01-01"), 1, 10)
    ]


def test_the_idle_account_loses_what_it_never_activated() -> None:
    body = kept("pending: {until: activated}, expiry: {idle: 1 year}", "\nevents: {activated: {}}")
    assert told(body, buys("2017-01-01", 10), LATER) == [("expired", at("2018-01-01"), 1, 10)]


# Debt.


def test_what_is_spent_beyond_the_balance_is_owed_and_paid_by_what_is_earned_next() -> None:
    history = [
        buys("2017-01-01", 10),
        spends("2017-01-02", 25),
        spends("2017-01-03", 5),
        buys("2017-01-04", 18),
        buys("2017-01-05", 7),
        spends("2017-01-06", 5),
    ]
    assert told(kept(YEAR), *history) == [
        ("spent", at("2017-01-02"), 1, 10),
        ("indebted", at("2017-01-02"), 0, 15),
        ("indebted", at("2017-01-03"), 0, 5),
        ("settled", at("2017-01-04"), 4, 15),
        ("settled", at("2017-01-04"), 4, 3),
        ("settled", at("2017-01-05"), 5, 2),
        ("spent", at("2017-01-06"), 5, 5),
    ]


# The cap.


def test_a_cap_cuts_what_is_earned_and_lets_more_in_when_points_go() -> None:
    body = kept("cap: 100", "\nmultipliers: [{id: twice, of: base, by: 2}]")
    history = [buys("2017-01-01", 30), buys("2017-01-02", 30), spends("2017-01-03", 50), buys("2017-01-04", 40)]
    rows = [
        [(row.desired, row.granted, row.limit) for row in answer.effects if row.kind == EARNED]
        for answer in answers(body, *history)
    ]
    assert rows == [
        [(30, 30, -1), (30, 30, -1)],
        [(30, 30, -1), (30, 10, 0)],
        [],
        [(40, 40, -1), (40, 10, 0)],
    ]


def test_trying_which_rule_of_a_group_is_best_promises_nothing_of_the_cap() -> None:
    body = """
units: {points: {cap: 100}}
rules:
  - {id: a, give: floor(amount), stack: {group: g, take: best}}
  - {id: b, give: floor(amount) * 2, stack: {group: g, take: best}}
"""
    given = [sum(row.granted for row in answer.effects) for answer in answers(body, *[buys("2017-01-01", 30)] * 3)]
    assert given == [60, 40, 0]


def test_over_a_cap_points_may_wait_until_there_is_room() -> None:
    body = kept("cap: 100, over_cap: pending, expiry: {after: 1 year}")
    history = [buys("2017-01-01", 130), buys("2017-01-02", 20), spends("2017-03-01", 45), LATER]
    assert told(body, *history) == [
        ("usable", at("2017-01-01"), 1, 100),
        ("spent", at("2017-03-01"), 1, 45),
        ("usable", at("2017-03-01"), 1, 30),
        ("usable", at("2017-03-01"), 2, 15),
        ("expired", at("2018-01-01"), 1, 85),
        ("usable", at("2018-01-01"), 2, 5),
        ("expired", at("2018-01-02"), 2, 20),
        ("usable", at("2030-01-01"), 4, 1),
    ]
