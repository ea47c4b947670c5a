"""Limits, worked out by hand: exactly on one, periods at their first instants, rolling days, times, and who counts."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.calendar import DAY, EVER, MONTH
from guerdon.core.limits import POINTS, ROLLING, TIMES, Counter, Limit
from tests.core.tables import answers, parts, points

Record = Mapping[str, Any]

MONTHLY = "rules: [{id: base, give: floor(amount), limits: [{points: 100, every: month}]}]"


def limit(*, every: int = MONTH, most: int = 100, days: int = 0) -> Limit:
    """Return a limit of points."""
    return Limit(name="limit", kind=POINTS, most=most, per_member=True, every=every, days=days)


@pytest.mark.parametrize(
    ("amounts", "granted"),
    [
        ([99], [99]),
        ([100], [100]),
        ([101], [100]),
        ([60, 40, 1], [60, 40, 0]),
        ([60, 41, 1], [60, 40, 0]),
        ([100, 0], [100, 0]),
    ],
)
def test_a_limit_cuts_what_is_beyond_it_and_nothing_else(amounts: list[int], granted: list[int]) -> None:
    assert points(MONTHLY, *({"amount": amount} for amount in amounts)) == granted


def test_a_cut_says_by_which_limit_in_which_period() -> None:
    cut = answers(MONTHLY, {"amount": 150})[0].effects[0]
    assert (cut.desired, cut.granted, cut.limit, cut.period) == (150, 100, 0, 2017 * 12 + 2)


def test_what_is_not_cut_names_no_limit() -> None:
    whole = answers(MONTHLY, {"amount": 100})[0].effects[0]
    assert (whole.limit, whole.period) == (-1, 0)


@pytest.mark.parametrize(
    ("every", "last", "first"),
    [
        ("day", "2017-03-03T23:59:59.999999", "2017-03-04"),
        ("week", "2017-03-05T23:59:59.999999", "2017-03-06"),  # a Monday
        ("month", "2017-03-31T23:59:59.999999", "2017-04-01"),
        ("quarter", "2017-03-31T23:59:59.999999", "2017-04-01"),
        ("year", "2017-12-31T23:59:59.999999", "2018-01-01"),
        ("day", "2017-03-12T23:59:59.999999", "2017-03-13"),  # a day of 23 hours
        ("month", "2017-04-01T03:59:59.999999Z", "2017-04-01T04:00:00Z"),  # midnight in New York
    ],
)
def test_a_period_ends_at_the_first_instant_of_the_next_in_the_programmes_zone(
    every: str, last: str, first: str
) -> None:
    body = f"rules: [{{id: base, give: floor(amount), limits: [{{points: 100, every: {every}}}]}}]"
    history: list[Record] = [{"amount": 60, "at": last}, {"amount": 60, "at": last}, {"amount": 60, "at": first}]
    assert points(body, *history) == [60, 40, 60]


def test_a_limit_for_ever_never_begins_anew() -> None:
    body = "rules: [{id: base, give: floor(amount), limits: [{points: 100, every: ever}]}]"
    assert points(body, {"amount": 70, "at": "1990-01-01"}, {"amount": 70, "at": "2080-01-01"}) == [70, 30]


def test_rolling_days_include_today_and_let_go_of_a_day_at_its_end() -> None:
    body = "rules: [{id: base, give: floor(amount), limits: [{points: 100, rolling_days: 3}]}]"
    history: list[Record] = [
        {"amount": 60, "at": "2017-03-01T23:59"},  # 60 of 100
        {"amount": 30, "at": "2017-03-02"},  # 90
        {"amount": 30, "at": "2017-03-03T23:59:59"},  # 10 are left: 100
        {"amount": 90, "at": "2017-03-04"},  # the 60 of the first are gone: 60 are left
        {"amount": 90, "at": "2017-03-05"},  # the 30 of the second are gone
        {"amount": 90, "at": "2017-03-05T01:00"},
        {"amount": 150, "at": "2017-04-01"},  # all are gone
    ]
    assert points(body, *history) == [60, 30, 10, 60, 30, 0, 100]


def test_times_count_what_gave_something() -> None:
    body = "rules: [{id: base, give: floor(amount) - 10, limits: [{times: 2, every: day}]}]"
    assert points(body, *({"amount": amount} for amount in (10, 11, 10, 12, 13))) == [0, 1, 0, 2, 0]


@pytest.mark.parametrize(("times", "granted"), [(0, [0, 0]), (1, [5, 0]), (2, [5, 7]), (3, [5, 7])])
def test_each_line_is_a_time_of_its_own(times: int, granted: list[int]) -> None:
    body = f"rules: [{{id: base, per: line, give: floor(line.amount), limits: [{{times: {times}, every: day}}]}}]"
    assert [got for _, got in parts(body, {"lines": [{"amount": 5}, {"amount": 7}]})] == granted


@pytest.mark.parametrize(("times", "granted"), [(0, 0), (1, 2), (3, 7), (4, 10), (5, 10)])
def test_each_item_is_a_time_of_its_own(times: int, granted: int) -> None:
    # 4 items at 2.5 are 10; three of them 7.5, cut down to 7
    body = f"rules: [{{id: base, per: item, give: 2.5, limits: [{{times: {times}, every: day}}]}}]"
    assert points(body, {"lines": [{"amount": 1, "quantity": 4}]}) == [granted]


def test_a_time_is_used_once_for_all_parts_of_an_occasion() -> None:
    body = """
rules: [{id: base, bands: [{above: 0, rate: 1}, {above: 50, rate: 2}], limits: [{times: 1, every: day}]}]
multipliers: [{id: double, of: base, by: 2}]
"""
    assert points(body, {"amount": 60}, {"amount": 60}) == [140, 0]


def test_times_and_points_bind_together() -> None:
    body = "rules: [{id: base, give: floor(amount), limits: [{times: 2, every: day}, {points: 50, every: day}]}]"
    assert points(body, {"amount": 40}, {"amount": 40}, {"amount": 5}) == [40, 10, 0]


def test_what_points_leave_nothing_of_uses_no_time() -> None:
    body = """
rules: [{id: base, give: floor(amount), limits: [{times: 2, every: month}, {points: 50, every: day}]}]
"""
    history: list[Record] = [
        {"amount": 50},
        {"amount": 9},
        {"amount": 9, "at": "2017-03-04"},
        {"amount": 9, "at": "2017-03-05"},
    ]
    assert points(body, *history) == [50, 0, 9, 0]


def test_the_tightest_of_several_limits_is_named() -> None:
    body = """
rules: [{id: base, give: floor(amount), limits: [{points: 80, every: day}, {points: 50, every: month}, {points: 50, every: year}]}]
"""
    cut = answers(body, {"amount": 100})[0].effects[0]
    assert (cut.granted, cut.limit) == (50, 1)


def test_a_limit_over_several_rules_is_used_up_in_their_order() -> None:
    body = """
rules: [{id: a, give: 60}, {id: b, give: 60}, {id: c, give: 60}]
limits: [{id: ab, rules: [a, b], points: 100, every: day}]
"""
    assert [got for _, got in parts(body, {"amount": 1})] == [60, 40, 60]


def test_a_limit_on_a_multiplier_binds_what_it_adds_alone() -> None:
    body = """
rules: [{id: base, give: floor(amount)}]
multipliers:
  - {id: double, of: base, by: 2, limits: [{points: 70, every: month}]}
  - {id: more, of: base, by: 1.5}
"""
    assert parts(body, {"amount": 50}, {"amount": 50}) == [(50, 50), (50, 50), (25, 25), (50, 50), (50, 20), (25, 25)]


def test_a_rules_limit_binds_what_multipliers_add_as_well() -> None:
    body = """
rules: [{id: base, give: floor(amount), limits: [{points: 60, every: day}]}]
multipliers: [{id: double, of: base, by: 2, limits: [{points: 30, every: day}]}]
"""
    assert parts(body, {"amount": 40}) == [(40, 40), (40, 20)]


def test_a_campaigns_limit_binds_its_rules_and_what_its_multipliers_add() -> None:
    body = """
rules: [{id: base, give: floor(amount)}]
campaigns:
  - id: spring
    from: 2017-03-01
    until: 2017-03-31
    rules: [{id: gift, give: 30}]
    multipliers: [{id: double, of: base, by: 2}]
    limits: [{points: 100, every: ever}]
"""
    # base 90 freely, what doubles it 90 of the campaign's 100, and of the gift's 30 the 10 that are left
    assert parts(body, {"amount": 90}) == [(90, 90), (90, 90), (30, 10)]


POOLED = [
    {"amount": 70, "account": "home", "member": "ana"},
    {"amount": 70, "account": "home", "member": "ben"},
    {"amount": 70, "account": "home", "member": "ana"},
    {"amount": 70, "account": "home", "member": "ben"},
    {"amount": 70, "account": "home", "member": "zoë"},
]


@pytest.mark.parametrize(("per", "granted"), [("member", [70, 70, 30, 30, 70]), ("account", [70, 30, 0, 0, 0])])
def test_inside_a_pool_a_limit_counts_by_contributor_or_for_all(per: str, granted: list[int]) -> None:
    body = f"rules: [{{id: base, give: floor(amount), limits: [{{points: 100, every: day, per: {per}}}]}}]"
    assert points(body, *POOLED) == granted


def test_one_member_of_two_accounts_counts_in_each() -> None:
    history = [{"amount": 100, "account": account} for account in ("home", "work")]
    assert points(MONTHLY, *history) == [100, 100]


def test_a_finer_unit_has_a_finer_limit() -> None:
    body = "units: {stars: {decimals: 2}}\nrules: [{id: base, give: amount, limits: [{points: 1.25, every: day}]}]"
    assert points(body, {"amount": "1.20"}, {"amount": "1.20"}) == [120, 5]


def test_a_counter_that_is_new_has_all_of_its_limit() -> None:
    counter = Counter(limit())
    assert counter.room(5) == 100
    counter.take(30)
    assert counter.room(5) == 70
    assert counter.room(6) == 100


def test_a_counter_is_as_new_for_another_account() -> None:
    for one in (limit(), limit(every=ROLLING, days=7), limit(every=EVER)):
        counter = Counter(one)
        counter.room(5)
        counter.take(30)
        counter.clear()
        assert counter.room(5) == 100


def test_what_was_taken_on_trial_can_be_put_back() -> None:
    for one in (limit(), limit(every=ROLLING, days=2)):
        counter = Counter(one)
        counter.room(5)
        counter.take(30)
        counter.take(20)
        counter.put_back(20)
        assert counter.room(5) == 70
        counter.put_back(30)
        assert counter.room(5) == 100
        counter.take(100)
        assert counter.room(5) == 0


def test_a_rolling_limit_is_counted_by_days() -> None:
    assert limit(every=ROLLING, days=7).counts_by == DAY
    assert limit().counts_by == MONTH
    assert Limit(name="", kind=TIMES, most=1, per_member=False, every=EVER).counts_by == EVER


def test_what_is_given_back_of_a_rolling_limit_is_given_back_on_its_own_day() -> None:
    counter = Counter(limit(every=ROLLING, days=3, most=10))
    for day in (5, 6):
        counter.room(day)
        counter.take(4)
    counter.free(5, 3)
    counter.free(4, 1)
    assert [counter.room(day) for day in (6, 8, 9)] == [5, 6, 10]


def test_a_limit_of_which_no_more_is_stated_is_no_budget_no_stock_and_of_no_unit() -> None:
    plain = Limit(name="limit", kind=POINTS, most=5, per_member=True, every=MONTH)
    assert (plain.days, plain.text, plain.budget, plain.stock, plain.unit) == (0, "", False, False, -1)
    assert (plain.rolling, plain.counts_by) == (False, MONTH)
    assert (limit(every=ROLLING, days=3).rolling, limit(every=ROLLING, days=3).counts_by) == (True, DAY)
