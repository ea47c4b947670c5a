"""A compiled programme: when it needs a fold, and what each part of a rule is bound and paid by."""

import pytest

from guerdon.core.calendar import DAY, LATEST, MONTH
from guerdon.core.lots.adjustments import late_loss_of
from guerdon.core.parts import BASE
from tests.core.tables import programme


@pytest.mark.parametrize(
    ("body", "keeps"),
    [
        ("rules: [{id: a, give: 1}]", False),
        ("rules: [{id: a, give: 1, limits: [{points: 5, every: ever}]}]", True),
        ("rules: [{id: a, give: 1}]\nlimits: [{id: all, points: 5, every: day}]", True),
    ],
)
def test_a_programme_keeps_state_where_an_answer_can_depend_on_earlier_ones(body: str, keeps: bool) -> None:  # noqa: FBT001
    assert programme(body).keeps_state() is keeps


def test_a_part_is_bound_by_its_rules_limits_and_its_multipliers() -> None:
    rule = programme("""
rules: [{id: a, give: 1, limits: [{points: 5, every: day}]}]
multipliers: [{id: m, of: a, by: 2, limits: [{points: 3, every: day}]}, {id: n, of: a, by: 2}]
campaigns:
  - id: c
    from: 2017-01-01
    until: 2017-12-31
    rules: [{id: b, give: 1}]
    multipliers: [{id: k, of: b, by: 2}]
    limits: [{points: 9, every: ever}]
""").rules
    assert [rule[0].limits_of(source) for source in (BASE, 0, 1)] == [[0], [0, 1], [0]]
    assert [rule[1].limits_of(source) for source in (BASE, 2)] == [[2], [2]]
    assert [one.limited for one in rule] == [True, True]


def test_a_unit_says_whether_the_order_rounds_it() -> None:
    made = programme("units: {points: {}, stars: {round_at: order}}\nrules: [{id: a, unit: points, give: 1}]")
    assert [unit.rounded_per_order for unit in made.units] == [False, True]
    assert made.rounded_per_order


def test_what_is_stated_of_a_reward_is_there_for_whoever_offers_it() -> None:
    made = programme("""
rules: [{id: base, give: floor(amount)}]
rewards:
  - {id: mug, title: A mug, price: 50, kind: product, treatment: free_good, when: amount > 0, code: made}
  - {id: off, price: any}
""")
    mug, off = made.rewards
    assert (mug.name, mug.title, mug.unit, mug.kind, mug.treatment) == ("mug", "A mug", 0, "product", "free_good")
    assert (mug.text, mug.when_text, mug.code) == ("50", "amount > 0", "made")
    assert (off.title, off.text, off.when_text, off.code) == ("", "any", "", "")
    assert off.valid_until(7) == LATEST


def test_what_is_stated_of_a_transfer_is_there_for_whoever_asks_for_one() -> None:
    made = programme("""
rules: [{id: base, give: floor(amount)}]
transfers:
  - id: gift
    title: A gift
    min: 10
    max: 500
    approve_above: 100
    fresh_dates: true
    message: true
    limits: [{points: 900, every: month}, {times: 2, every: day}]
  - {id: team}
""")
    assert made.redeeming is not None
    assert made.redeeming.transferring is not None
    gift, team = made.redeeming.transferring.transfers
    assert (gift.name, gift.title, gift.unit, gift.least, gift.most, gift.approve_above) == (
        "gift",
        "A gift",
        0,
        10,
        500,
        100,
    )
    assert (gift.fresh_dates, gift.message) == (True, True)
    assert [(one.points, one.times, one.every) for one in gift.limits] == [(900, None, MONTH), (None, 2, DAY)]
    assert (team.title, team.least, team.most, team.approve_above, team.limits) == ("", None, None, None, [])
    assert (team.fresh_dates, team.message) == (False, False)
    assert [made.rules[one.rule].title or made.rules[one.rule].name for one in (gift, team)] == ["A gift", "team"]


def test_what_is_stated_of_a_reason_is_there_for_whoever_adjusts() -> None:
    made = programme("""
rules: [{id: base, give: floor(amount)}]
adjustments: [{id: goodwill, title: Goodwill, max: 500, approve_above: 100}, {id: missing}]
""")
    assert made.redeeming is not None
    assert made.redeeming.adjusting is not None
    goodwill, missing = made.redeeming.adjusting.reasons
    assert (goodwill.name, goodwill.title, goodwill.unit) == ("goodwill", "Goodwill", 0)
    assert (goodwill.most, goodwill.approve_above) == (500, 100)
    assert (missing.title, missing.most, missing.approve_above) == ("", None, None)
    assert late_loss_of("points", alone=True) == "late-loss"
    assert late_loss_of("stars", alone=False) == "late-loss-stars"


def test_what_is_stated_of_metrics_and_levels_is_there_for_whoever_reads_them() -> None:
    made = programme("""
metrics: {spend: {title: What you spent, sum: eligible, within: {rolling_days: 30}}, visits: {within: year}}
ladders:
  - id: tier
    title: Your level
    by: spend
    keep: {for: 12 months}
    grants: [{id: invited, on: purchase, level: gold, for: 6 months}]
    levels: [{id: member, from: 0}, {id: gold, title: Gold, from: 100}]
rules: [{id: base, give: floor(amount)}]
""")
    spend, visits = made.metrics
    assert (spend.name, spend.title, spend.scale, spend.unit, spend.delay) == ("spend", "What you spent", 2, -1, 0)
    assert (visits.name, visits.title, visits.scale) == ("visits", "", 0)
    assert (spend.window.length, spend.window.rolling, visits.window.rolling) == (30, True, False)
    (ladder,) = made.ladders
    assert (ladder.name, ladder.title, ladder.position, ladder.scale) == ("tier", "Your level", 0, 2)
    assert [(one.name, one.title, one.start) for one in ladder.levels] == [
        ("member", "member", 0),
        ("gold", "Gold", 10000),
    ]
    assert [grant.name for grant in ladder.grants] == ["invited"]
