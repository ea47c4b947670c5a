"""Versions of a programme, worked out by hand: an event is rated by the one in force when it happened (S19)."""

from typing import Any

import pytest

from guerdon.core.calendar import day_name
from guerdon.core.effects import EARNED, KINDS, REDEEMED, SETTLED
from guerdon.core.lots.rewards import OUTSIDE
from tests.core.versions.timelines import answers, levels, points, stock, stocks, timeline

RATES = {
    "2026-01-01": "rules: [{id: spend, give: floor(eligible)}]",
    "2026-07-01": "rules: [{id: spend, give: floor(eligible * 2)}]",
}


def test_a_rate_changes_on_the_first_instant_of_a_day() -> None:
    """One point per dollar up to 30 June, two from 1 July in New York."""
    programme = timeline(RATES)
    times = ["2019-05-05", "2026-06-30T23:59:59", "2026-07-01", "2026-07-01T03:59:59Z", "2026-07-01T04:00:00Z"]
    rated = answers(programme, *[{"at": at, "amount": 10} for at in times])
    assert {answer.event.id: answer.points(0) for answer in rated} == {
        "e01": 10,
        "e02": 10,
        "e03": 20,
        "e04": 10,
        "e05": 20,
    }
    assert {(answer.event.id, row.version) for answer in rated for row in answer.effects} == {
        ("e01", 0), ("e02", 0), ("e03", 1), ("e04", 0), ("e05", 1),
    }  # fmt: skip
    assert programme.versions == ["2026-01-01", "2026-07-01"]


def test_a_refund_is_rated_by_the_version_of_its_purchase() -> None:
    """100 points for 100 dollars in June; half of it comes back in July, and takes 50, not 100."""
    bought = {"at": "2026-06-30", "amount": 100}
    assert points(timeline(RATES), bought, {"at": "2026-07-02", "type": "refund", "refund_of": "e01", "amount": 50}) == [
        100, -50,
    ]  # fmt: skip


def test_constants_and_tables_are_those_of_the_version() -> None:
    body = "constants: {per_dollar: 1}\ntables: {extra: {rows: {purchase: 5}}}\n"
    body += "rules: [{id: spend, give: 'floor(eligible * per_dollar) + coalesce(lookup(extra, type), 0)'}]"
    other = body.replace("per_dollar: 1", "per_dollar: 3").replace("purchase: 5", "purchase: 7")
    programme = timeline({"2026-01-01": body, "2026-07-01": other})
    assert points(programme, {"at": "2026-06-30", "amount": 10}, {"at": "2026-07-01", "amount": 10}) == [15, 37]


def test_what_does_not_earn_is_what_the_version_excludes() -> None:
    body = "events: {purchase: {attributes: {channel: text}}}\nrules: [{id: spend, give: floor(eligible)}]\n"
    programme = timeline({
        "2026-01-01": body,
        "2026-07-01": body + "eligible: {exclude: channel = 'app'}",
        "2026-09-01": body + "eligible: {exclude: channel = 'web'}",
    })
    days = ["2026-06-30", "2026-07-01", "2026-08-31", "2026-09-01"]
    records = [{"at": day, "amount": 10, "channel": channel} for day in days for channel in ("app", "web")]
    assert points(programme, *records) == [10, 10, 0, 10, 0, 10, 10, 0]


# What is kept goes on


def test_a_limit_goes_on_with_another_number() -> None:
    """100 a year, 150 from July: 80 in May leave 20 in June and 70 in July."""
    body = "rules: [{id: spend, give: floor(eligible), limits: [{points: 100, every: year}]}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("100", "150")})
    records = [
        {"at": at, "amount": 80} for at in ("2026-05-01", "2026-06-30", "2026-07-01", "2026-08-01", "2027-01-01")
    ]
    assert points(programme, *records) == [80, 20, 50, 0, 80]


def test_a_limit_that_falls_leaves_what_was_used_of_it() -> None:
    body = "rules: [{id: spend, give: floor(eligible), limits: [{points: 100, every: year}]}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("100", "50")})
    records = [
        {"at": at, "amount": 30} for at in ("2026-05-01", "2026-06-30", "2026-07-01", "2027-01-01", "2027-01-02")
    ]
    assert points(programme, *records) == [30, 30, 0, 30, 20]


def test_a_limit_that_counts_something_else_begins_anew() -> None:
    body = "rules: [{id: spend, give: floor(eligible), limits: [{points: 100, every: year}]}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("every: year", "every: month")})
    records = [{"at": at, "amount": 80} for at in ("2026-06-01", "2026-06-30", "2026-07-01", "2026-07-02")]
    assert points(programme, *records) == [80, 20, 80, 20]


def test_each_member_of_a_pool_goes_on_with_the_new_number() -> None:
    body = "rules: [{id: spend, give: floor(eligible), limits: [{points: 100, every: year}]}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("100", "150")})
    own = [{"at": at, "amount": 90, "account": "home"} for at in ("2026-05-01", "2026-07-02")]
    bens = [{"at": at, "amount": 90, "account": "home", "member": "ben"} for at in ("2026-05-02", "2026-07-03")]
    assert points(programme, *own, *bens) == [90, 90, 60, 60]


EXPIRY = {
    "2026-01-01": "units: {points: {expiry: {after: 12 months}}}\nrules: [{id: spend, give: floor(eligible)}]",
    "2026-07-01": "units: {points: {expiry: {after: 24 months}}}\nrules: [{id: spend, give: floor(eligible)}]",
}
BOUGHT = [{"at": "2025-05-01", "amount": 5}, {"at": "2025-08-01", "amount": 10}, {"at": "2026-08-01", "amount": 20}]


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("2026-04-30", 15),
        ("2026-05-01", 10),  # what ended before the new version does not come back
        ("2026-07-31", 10),
        ("2026-08-01", 30),  # under twelve months the 10 would be gone
        ("2027-07-31", 30),
        ("2027-08-01", 20),
        ("2028-08-01", 0),
    ],
)
def test_a_later_expiry_lifts_the_lots_that_are_open(at: str, left: int) -> None:
    """Twelve months become twenty-four on 1 July 2026: for what is there, and for what comes."""
    records = [record for record in BOUGHT if str(record["at"]) <= at]
    assert stock(timeline(EXPIRY), records, at).left.total() == left


def test_a_lot_keeps_its_terms_when_later_ones_are_worse() -> None:
    """Twenty-four months become twelve: what was earned before stays for twenty-four."""
    first, second = EXPIRY.values()
    programme = timeline({"2026-01-01": second, "2026-07-01": first})
    records = [{"at": "2026-06-30", "amount": 10}, {"at": "2026-07-01", "amount": 20}]
    assert stock(programme, records, "2027-07-02").left.total() == 10
    assert stock(programme, records, "2028-06-29").left.total() == 10
    assert stock(programme, records, "2028-06-30").left.total() == 0


def test_each_account_lives_through_the_versions_by_itself() -> None:
    """Ben's first event lies before the change and comes after Ana's, who has lived through it."""
    records: list[dict[str, Any]] = [{"at": "2026-06-30", "amount": 10, "member": member} for member in ("ana", "ben")]
    records += [{"at": "2026-07-02", "amount": 1, "member": "ana"}]
    programme = timeline(EXPIRY)
    rated = answers(programme, *records)
    assert [(answer.event.member, row.version) for answer in rated for row in answer.earned] == [
        ("ana", 0),
        ("ana", 1),
        ("ben", 0),
    ]
    assert [stock.left.total() for stock in stocks(programme, records, "2028-06-29")] == [11, 10]
    assert [stock.left.total() for stock in stocks(programme, records, "2028-06-30")] == [1, 0]


def test_points_wait_no_longer_than_those_that_are_earned_now() -> None:
    """Thirty days of waiting become three: on 1 July what is older than that can be used."""
    body = "units: {points: {pending: {for: 30 days}}}\nrules: [{id: spend, give: floor(eligible)}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("30 days", "3 days")})
    records = [{"at": "2026-06-20", "amount": 10}, {"at": "2026-06-30", "amount": 20}]
    found = [stock(programme, records, at).left.available for at in ("2026-06-30T12:00", "2026-07-01", "2026-07-03")]
    assert found == [0, 10, 30]
    assert (
        stock(
            timeline({"2026-01-01": body, "2026-07-01": body.replace("30", "60")}), records, "2026-07-30"
        ).left.available
        == 30
    )


def test_points_of_a_programme_that_keeps_lots_later_are_there() -> None:
    """The first version knows no expiry; under the second, all points end a year after they were earned."""
    body = "rules: [{id: spend, give: floor(eligible)}]"
    later = "units: {points: {expiry: {after: 12 months}}}\n" + body
    programme = timeline({"2026-01-01": body, "2026-07-01": later})
    records = [{"at": "2026-06-30", "amount": 10}, {"at": "2026-07-01", "amount": 20}]
    assert stock(programme, records, "2027-06-30T23:00").left.total() == 30
    assert stock(programme, records, "2027-07-01").left.total() == 10


def test_a_reservation_keeps_its_price() -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]\nrewards: [{id: cup, price: 40}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("40", "60")})
    records: list[dict[str, Any]] = [
        {"at": "2026-06-01", "amount": 200},
        {"at": "2026-06-30", "type": "redemption", "reward": "cup", "step": "reserve"},
        {"at": "2026-07-01", "type": "redemption", "reward": "cup", "step": "confirm", "reservation": "e02"},
        {"at": "2026-07-01", "type": "redemption", "reward": "cup"},
    ]
    assert stock(programme, records[:3], "2026-07-02").left.total() == 160
    assert stock(programme, records, "2026-07-02").left.total() == 100


# Levels

TIERS = """
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: member, from: 0}, {id: gold, from: 1000}]}]
rules: [{id: spend, give: floor(eligible)}]
"""


def test_a_threshold_that_rises_applies_from_the_next_period() -> None:
    """1,000 a year for gold becomes 1,500 on 1 July 2026: in 2026 1,000 is enough, in 2027 it is not."""
    programme = timeline({"2026-01-01": TIERS, "2026-07-01": TIERS.replace("1000", "1500")})
    days = ["2026-06-01", "2026-08-01", "2026-08-02"]
    assert levels(programme, *[{"at": day, "amount": 600} for day in days]) == ["member", "member", "gold"]
    later = ["2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01"]
    assert levels(programme, *[{"at": day, "amount": 600} for day in later]) == ["member", "member", "member", "gold"]


def test_a_held_level_is_kept_until_its_end_and_reviewed_by_the_new_threshold() -> None:
    """Gold of 2026 lasts until the end of 2027; the 1,200 of 2027 are not enough for 2028."""
    programme = timeline({"2026-01-01": TIERS, "2026-07-01": TIERS.replace("1000", "1500")})
    days = ["2026-06-01", "2026-06-02", "2027-12-31", "2028-01-01"]
    assert levels(programme, *[{"at": day, "amount": 1200} for day in days]) == ["member", "gold", "gold", "member"]


def test_a_threshold_that_falls_lifts_at_once() -> None:
    programme = timeline({"2026-01-01": TIERS, "2026-07-01": TIERS.replace("1000", "500")})
    days = ["2026-06-01", "2026-06-30", "2026-07-01"]
    assert levels(programme, *[{"at": day, "amount": 300} for day in days]) == ["member", "member", "gold"]


def test_a_level_above_the_others_can_be_reached_from_the_versions_day_on() -> None:
    above = TIERS.replace("from: 1000}", "from: 1000}, {id: black, from: 2000}")
    programme = timeline({"2026-01-01": TIERS, "2026-07-01": above})
    days = ["2026-05-01", "2026-05-02", "2026-06-30", "2026-07-01"]
    assert levels(programme, *[{"at": day, "amount": 1000} for day in days]) == ["member", "gold", "gold", "black"]


def test_a_ladder_that_comes_later_finds_what_was_counted_before() -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": TIERS})
    days = ["2026-05-01", "2026-06-30", "2026-07-01"]
    records = [{"at": day, "amount": 700} for day in days]
    assert levels(programme, *records) == ["member", "member", "gold"]
    assert points(programme, *records) == [700, 700, 700]


def test_what_a_metric_counts_is_what_the_version_says() -> None:
    """Up to June every purchase counts in full, from July on half of it."""
    programme = timeline({
        "2026-01-01": TIERS,
        "2026-07-01": TIERS.replace("sum: eligible", 'sum: "round(eligible * 0.5, 2)"'),
    })
    days = ["2026-06-30", "2026-07-01", "2026-07-02", "2026-07-03", "2026-07-04"]
    assert levels(programme, *[{"at": day, "amount": 400} for day in days]) == [
        "member",
        "member",
        "member",
        "member",
        "gold",
    ]


def test_a_ladder_that_comes_later_may_give_levels_from_then_on() -> None:
    body = "events: {match: {}}\nrules: [{id: spend, give: floor(eligible)}]\n"
    given = TIERS.replace("rules: [{id: spend, give: floor(eligible)}]\n", "") + body
    given = given.replace("by: spend,", "by: spend, grants: [{id: partner, on: match, level: gold}],")
    programme = timeline({"2026-01-01": body, "2026-07-01": given})
    records: list[dict[str, Any]] = [{"at": "2026-06-01", "type": "match"}, {"at": "2026-06-02", "amount": 1}]
    records += [{"at": "2026-07-02", "type": "match"}, {"at": "2026-07-03", "amount": 1}]
    assert levels(programme, *records) == ["member", "member", "member", "gold"]


def test_a_rolling_window_has_no_next_period_and_a_new_threshold_applies_at_once() -> None:
    body = TIERS.replace("within: year", "within: {rolling_days: 365}")
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("1000", "1500")})
    days = ["2026-06-30", "2026-07-01", "2026-07-02", "2026-07-03"]
    assert levels(programme, *[{"at": day, "amount": 600} for day in days]) == ["member", "member", "member", "gold"]


def test_who_joins_later_stands_on_the_ladder_of_then() -> None:
    """Ben's first event lies after the change: up to the end of the year 1,000 is enough for him too, then it is not."""
    programme = timeline({"2026-01-01": TIERS, "2026-07-01": TIERS.replace("1000", "1500")})
    days = ["2026-08-01", "2026-08-02"]
    assert levels(programme, *[{"at": day, "amount": 1200} for day in days]) == ["member", "gold"]
    days = ["2027-08-01", "2027-08-02", "2027-08-03"]
    assert levels(programme, *[{"at": day, "amount": 1200} for day in days]) == ["member", "member", "gold"]


def test_delayed_credit_goes_on_under_the_next_version() -> None:
    """What was bought ten days before the change counts when its thirty days are over."""
    body = TIERS.replace("by: spend,", "by: spend, credit: {after: 30 days},")
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("1000", "900")})
    days = ["2026-06-20", "2026-07-19", "2026-07-20"]
    assert levels(programme, *[{"at": day, "amount": 950} for day in days]) == ["member", "member", "gold"]


# Campaigns and rewards of one version alone


def test_a_campaign_ends_with_its_version() -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]\n"
    campaign = "campaigns: [{id: summer, from: 2026-06-01, until: 2026-08-31, rules: [{id: gift, give: 5}]}]\n"
    days = ["2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01"]
    records = [{"at": day, "amount": 10} for day in days]
    assert points(timeline({"2026-01-01": body + campaign, "2026-07-01": body}), *records) == [10, 15, 15, 10]
    assert points(timeline({"2026-01-01": body, "2026-07-01": body + campaign}), *records) == [10, 10, 10, 15]


def test_a_reward_that_comes_later_is_not_on_offer_before() -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]\nrewards: [{id: cup, price: 40}]"
    programme = timeline({
        "2026-01-01": body,
        "2026-07-01": body.replace("price: 40}", "price: 40}, {id: plate, price: 50}"),
    })
    records = [{"at": "2026-06-01", "amount": 200}]
    records += [{"at": day, "type": "redemption", "reward": "plate"} for day in ("2026-06-30", "2026-07-01")]
    told = [row for answer in answers(programme, *records) for row in answer.effects if row.kind == REDEEMED]
    assert [OUTSIDE[row.reason] for row in told] == ["window", ""]


def test_several_kinds_of_points_are_those_of_all_versions() -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]"
    later = "units: {stars: {decimals: 1}, points: {}}\nrules: [{id: star, unit: stars, give: 0.5}, {id: spend, unit: points, give: 1}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": later})
    rated = answers(programme, {"at": "2026-06-30", "amount": 10}, {"at": "2026-07-01", "amount": 10})
    assert [unit.name for unit in programme.units] == ["points", "stars"]
    assert [[answer.points(unit) for unit in range(2)] for answer in rated] == [[10, 0], [1, 5]]


def test_all_rules_of_an_order_are_rounded_as_the_version_rounds() -> None:
    """Half points of two rules together: up from July on, down before, whatever the other version says."""
    body = "units: {points: {round_at: order, round: floor}}\nrules: [{id: a, give: 0.75}, {id: b, give: 0.5}]"
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("round: floor", "round: ceil")})
    assert points(programme, {"at": "2026-06-30", "amount": 1}, {"at": "2026-07-01", "amount": 1}) == [1, 2]


def test_an_account_that_no_version_changed_is_followed_by_one_that_begins_alike() -> None:
    programme = timeline(EXPIRY)
    records = [{"at": "2026-06-30", "amount": 10, "member": member} for member in ("ana", "ben")]
    assert [stock.left.total() for stock in stocks(programme, records, "2026-06-30T12:00")] == [10, 10]


def test_a_budget_goes_on_beside_limits_whose_numbers_change() -> None:
    body = """
rules:
  - {id: spend, give: floor(eligible), limits: [{points: 100, per: programme, every: ever}, {points: 50, every: year}]}
"""
    programme = timeline({"2026-01-01": body, "2026-07-01": body.replace("points: 50", "points: 90")})
    records = [{"at": at, "amount": 60} for at in ("2026-06-29", "2026-06-30", "2026-07-01", "2026-07-02")]
    assert points(programme, *records) == [50, 0, 40, 0]
    others = [
        record | {"member": member} for record, member in zip(records, ("ana", "ben", "cleo", "dee"), strict=True)
    ]
    assert points(programme, *others) == [50, 50, 0, 0]


KEPT = """units: {points: {expiry: {after: 12 months}}}
rules: [{id: spend, give: floor(eligible)}]
rewards: [{id: mug, price: 10}]
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: metrics.spend, levels: [{id: base, from: 0}, {id: gold, from: 100}]}]
"""


def versions_told(*bodies: str) -> list[tuple[str, str, int]]:
    """Return what became of points and levels, on which day, and by the terms of which version."""
    programme = timeline(dict(zip(("2026-01-01", "2026-07-01"), bodies, strict=True)))
    rated = answers(
        programme,
        {"at": "2026-02-01", "amount": 60},
        {"at": "2026-03-01", "type": "redemption", "reward": "mug"},
        {"at": "2026-08-01", "amount": 40},
        {"at": "2026-08-02", "type": "redemption", "reward": "mug"},
        {"at": "2026-08-03", "type": "refund", "refund_of": "e01", "amount": 20},
        {"at": "2028-12-01", "amount": 1},
    )
    rows = sorted((row for answer in rated for row in answer.effects if row.kind != EARNED), key=lambda row: row.at)
    return [
        (KINDS[row.kind], day_name(programme.zone.day_of(row.at)), row.version) for row in rows if row.kind != SETTLED
    ]


def test_every_row_says_which_version_s_terms_decided() -> None:
    """40 and 10 are spent and 20 of the first purchase come back by its own version; what ends later ends by the second."""
    same = versions_told(KEPT, KEPT.replace("from: 100", "from: 90"))
    longer = versions_told(KEPT, KEPT.replace("12 months", "24 months"))
    assert [one for one in same if one[0] in ("spent", "reversed", "expired")] == [
        ("spent", "2026-03-01", 0),
        ("spent", "2026-08-02", 1),
        ("reversed", "2026-08-03", 0),
        ("expired", "2027-02-01", 0),
        ("expired", "2027-08-01", 1),
    ]
    assert [one for one in longer if one[0] == "expired"] == [
        ("expired", "2028-02-01", 1),
        ("expired", "2028-08-01", 1),
    ]
    assert [one[2] for one in same if one[0] == "redeemed"] == [0, 1]
    assert {one[2] for one in same if one[0] == "moved" and one[1] > "2026-07"} == {1}
