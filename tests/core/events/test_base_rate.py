"""Goods that come back without their purchase, taken back at the base rate, by hand (S6)."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.effects import KINDS
from guerdon.core.errors import Invalid
from guerdon.core.explain import explain, sentences, stories_of
from guerdon.core.history import keep_ledger
from tests.core.lots.journals import has, spends
from tests.core.tables import answers, event, points, programme

Record = Mapping[str, Any]

BASE = "returns: {unlinked: base_rate}"
WITH_LINES = """
events: {purchase: {lines: {category: text, quantity: {type: number, decimals: 1, optional: true}}}}
eligible: {exclude: line.category = 'tobacco'}
"""


def buys(at: str, amount: object, **more: object) -> Record:
    return {"id": f"p{at}", "at": at, "amount": amount, **more}


def back(at: str, amount: object = None, *lines: Record, **more: object) -> Record:
    said = {"lines": list(lines)} if lines else {} if amount is None else {"amount": amount}
    return {"id": f"r{at}", "type": "refund", "at": at, **said, **more}


# What the base rate is.


@pytest.mark.parametrize(
    ("rules", "taken"),
    [
        ("{id: a, give: floor(eligible)}", -20),
        ("{id: a, bands: [{above: 0, rate: 1}, {above: 15, rate: 3}]}", -30),  # 15 at 1 and 5 at 3, by themselves
        ("{id: a, give: floor(eligible)}, {id: b, give: floor(net * 0.5), title: Half as much again}", -30),
        ("{id: a, give: floor(eligible), limits: [{points: 5, every: ever}]}", -20),
        ("{id: a, give: floor(eligible), refund: pro_rata}", -20),
    ],
)
def test_it_is_what_rules_give_everybody_by_value(rules: str, taken: int) -> None:
    body = f"{BASE}\nrules: [{rules}]"
    assert points(body, back("2017-03-01", 20)) == [taken]


@pytest.mark.parametrize(
    "more",
    [
        "{id: b, give: 10}",
        "{id: b, when: net >= 10, give: floor(net)}",
        "{id: b, give: floor(net), from: 2017-01-01}",
        "{id: b, give: floor(net), until: 2018-01-01}",
        "{id: b, give: floor(net), refund: keep}",
        "{id: b, on: visit, give: 3}",
        "{id: b, give: floor(net * case weekday when 3 then 2 else 1 end)}",
        "{id: b, give: floor(net * case channel when 'app' then 2 else 1 end)}",
        "{id: b, give: floor(net * case level when 'gold' then 2 else 1 end)}",
        "{id: b, per: line, where: channel = 'app', give: floor(line.net)}",
    ],
)
def test_what_somebody_gets_or_sometimes_is_no_part_of_it(more: str) -> None:
    body = (
        f"{BASE}\nevents: {{visit: {{}}, purchase: {{attributes: {{channel: {{type: text, default: app}}}}}}}}\n"
        "metrics: {spend: {sum: net, within: year}}\n"
        "ladders: [{id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 500}]}]\n"
        f"rules: [{{id: a, give: floor(eligible)}}, {more}]\n"
        "multipliers: [{id: twice, of: a, by: 2}]\n"
        "campaigns: [{id: c, from: 2017-01-01, until: 2017-12-31, rules: [{id: d, give: floor(net)}]}]"
    )
    assert points(body, back("2017-03-01", 20)) == [-20]


def test_of_a_group_the_best_of_its_rules_that_give_everybody_by_value_counts() -> None:
    stack = "stack: {group: g, take: best}"
    body = (
        f"{BASE}\nrules: [{{id: a, give: floor(net), {stack}}}, {{id: b, give: floor(net * 2), {stack}}}, "
        f"{{id: c, when: net > 0, give: floor(net * 9), {stack}}}]"
    )
    assert points(body, back("2017-03-01", 20)) == [-40]
    alone = f"{BASE}\nrules: [{{id: a, give: floor(net), {stack}}}, {{id: c, when: net > 0, give: floor(net * 9), {stack}}}]"
    assert points(alone, back("2017-03-01", 20)) == [-20]


def test_lines_are_worth_what_they_say_and_are_read_as_those_of_purchases() -> None:
    body = (
        f"{BASE}{WITH_LINES}rules: [{{id: a, where: line.category != 'food', per: line, give: floor(line.eligible)}}]"
    )
    lines: list[Record] = [
        {"amount": "7.50", "category": "home"},
        {"amount": "-2.60", "category": "home", "quantity": -2},
        {"amount": 5, "category": "food"},
        {"amount": 9, "category": "tobacco"},
    ]
    assert points(body, back("2017-03-01", None, *lines)) == [-9]  # 7.50 and 2.60, rounded together


def test_items_are_counted_without_a_sign() -> None:
    items = WITH_LINES.replace(", optional: true", ", default: 1")
    body = f"{BASE}{items}rules: [{{id: a, per: item, bands: [{{above: 0, rate: 2}}], round_at: item}}]"
    returned = {"id": "x", "at": "2017-03-01", "lines": [{"amount": -3, "quantity": -2, "category": "home"}]}
    assert points(body, returned) == [-6]


def test_an_exchange_is_a_purchase_and_goods_that_came_back() -> None:
    body = f"{BASE}\nrules: [{{id: a, give: floor(eligible)}}]\nmultipliers: [{{id: twice, of: a, by: 2}}]"
    exchange = {"id": "x", "at": "2017-03-01", "lines": [{"amount": 10}, {"amount": -4}]}
    found = answers(body, exchange)
    assert [(one.event.id, one.points(0)) for one in found] == [("x", 20), ("x#1", -4)]


def test_money_of_another_currency_is_worth_its_rate() -> None:
    body = f"{BASE}\nrates: {{EUR: 1.5}}\nrules: [{{id: a, give: floor(eligible)}}]"
    assert points(body, back("2017-03-01", 20, currency="EUR")) == [-30]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (back("2017-03-01"), "amount is missing; a refund that names no purchase is taken back by its value"),
        (
            back("2017-03-01", None, {"category": "home"}),
            "amount of line 1 is missing; a refund that names no purchase",
        ),
        (back("2017-03-01", None, {"amount": 3}), "line 1 says no category, which the base rate reads"),
    ],
)
def test_what_does_not_say_what_it_is_worth_is_refused(record: Record, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        event(f"{BASE}{WITH_LINES}rules: [{{id: a, give: floor(eligible)}}]", record)


# What becomes of points.

SPENT = [buys("2017-03-01", 50), {"id": "s", **spends("2017-03-02", 30)}]
"""50 earned, of which 30 are spent."""


def keeps(shortfall: str, more: str = "", terms: str = "expiry: {after: 12 months}") -> str:
    returns = f"returns: {{unlinked: base_rate, shortfall: {shortfall}{more}}}"
    return f"units: {{points: {{{terms}}}}}\n{returns}\nrules: [{{id: base, give: floor(amount)}}]"


@pytest.mark.parametrize(
    ("shortfall", "more", "taken", "left"),
    [
        ("debt", "", -45, (0, 0, 25)),
        ("within_balance", "", -20, (0, 0, 0)),
        ("within_balance", ", write_off: {most: 10, every: year}", -35, (0, 0, 15)),
        ("pending_only", "", 0, (20, 0, 0)),
        ("pending_only", ", write_off: {most: 30, every: year}", -15, (5, 0, 0)),
    ],
)
def test_what_is_not_there_is_owed_or_written_off(
    shortfall: str, more: str, taken: int, left: tuple[int, int, int]
) -> None:
    body = keeps(shortfall, more)
    history = [*SPENT, back("2017-03-03", 45)]
    assert points(body, *history)[-1] == taken
    assert has(body, *history) == left


@pytest.mark.parametrize(
    ("shortfall", "taken", "left"),
    [("debt", -45, (5, 0, 0)), ("within_balance", -45, (5, 0, 0)), ("pending_only", -20, (30, 0, 0))],
)
def test_points_that_wait_are_taken_first_and_the_last_of_them_before_others(
    shortfall: str, taken: int, left: tuple[int, int, int]
) -> None:
    body = keeps(shortfall, terms="pending: {for: 14 days}, expiry: {after: 12 months}")
    history = [buys("2017-03-01", 30), buys("2017-03-20", 15), buys("2017-03-21", 5), back("2017-03-22", 45)]
    assert points(body, *history)[-1] == taken
    assert has(body, *history) == left
    rows = answers(body, *history)[-1].effects
    told = [(KINDS[row.kind], row.of, row.granted) for row in rows]
    assert told[:4] == [("reversed", 3, -taken), ("indebted", 3, -taken), ("settled", 2, 5), ("settled", 1, 15)]


def test_less_than_a_point_is_not_taken() -> None:
    body = keeps("debt").replace("give: floor(amount)", "bands: [{above: 0, rate: 0.1}]")
    history = [buys("2017-03-01", 50), back("2017-03-03", 3)]
    assert points(body, *history) == [5, 0]
    assert has(body, *history) == (5, 0, 0)


def test_what_is_owed_is_paid_by_the_next_points_and_an_older_debt_before() -> None:
    body = keeps("debt")
    history = [*SPENT, back("2017-03-03", 45), back("2017-03-04", 5), buys("2017-03-05", 40)]
    assert has(body, *history) == (10, 0, 0)


# What becomes of levels.

LADDER = """
metrics: {spend: {%s, within: %s}}
ladders: [{id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 100}]}]
rules: [{id: base, give: floor(amount)}]
"""


@pytest.mark.parametrize("counted", ["sum: eligible", "earned: points"])
@pytest.mark.parametrize("within", ["year", "{rolling_days: 30}"])
def test_the_credit_leaves_what_counts_now_and_a_level_may_go(counted: str, within: str) -> None:
    body = BASE + LADDER % (counted, within)
    history = [buys("2017-03-01", 60), buys("2017-03-02", 60), back("2017-03-03", 21), buys("2017-03-04", 1)]
    assert [one.past[0] for one in answers(body, *history)] == [0, 0, 1, 0]
    assert [one.past[1] // (100 if counted == "sum: eligible" else 1) for one in answers(body, *history)] == [
        0,
        60,
        120,
        99,
    ]


def test_more_than_is_counted_takes_all_of_it_and_no_more() -> None:
    body = BASE + LADDER % ("sum: eligible", "{rolling_days: 30}")
    history = [buys("2017-03-01", 60), buys("2017-03-02", 60), back("2017-03-03", 500), buys("2017-03-04", 1)]
    assert [one.past for one in answers(body, *history)][-1] == (0, 0)


def test_what_was_counted_before_this_period_is_not_touched() -> None:
    body = BASE + LADDER % ("sum: eligible", "year")
    history = [buys("2016-12-01", 120), back("2017-03-03", 120), buys("2017-03-04", 1)]
    assert [one.past for one in answers(body, *history)] == [(0, 0), (1, 0), (1, 0)]


def test_a_level_reached_in_the_period_before_is_not_looked_at() -> None:
    """Gold by 120 of last year is kept; of this year's 30 come 20 back."""
    body = BASE + LADDER % ("sum: eligible", "year")
    history = [buys("2016-12-01", 120), buys("2017-01-05", 30), back("2017-03-03", 20), buys("2017-03-04", 1)]
    assert [one.past for one in answers(body, *history)] == [(0, 0), (1, 0), (1, 3000), (1, 1000)]


@pytest.mark.parametrize("stated", ["sum: tax", "sum: eligible, when: channel = 'app'", "on: visit", "sum: 3"])
def test_metrics_that_read_more_than_what_goods_are_worth_stay(stated: str) -> None:
    events = "\nevents: {visit: {}, purchase: {attributes: {channel: {type: text, default: app}}}}"
    body = BASE + events + LADDER % (stated, "year")
    history = [buys("2017-03-01", 60, tax=9), {"id": "v", "type": "visit", "at": "2017-03-01"}]
    seen = [one.past[1] for one in answers(body, *history, back("2017-03-03", 20), buys("2017-03-04", 1))]
    assert seen[2] == seen[3] > 0


@pytest.mark.parametrize(
    ("counted", "credit", "seen"),
    [
        ("earned: points", "when_usable", [0, 60, 60, 40]),  # of the 50, 30 were waiting
        ("sum: eligible", "{after: 10 days}", [0, 60, 60, 40]),  # of the 50, 30 were to count later
    ],
)
def test_what_is_to_count_later_goes_before_what_counts(counted: str, credit: str, seen: list[int]) -> None:
    ladder = LADDER.replace("by: spend,", f"by: spend, credit: {credit},") % (counted, "year")
    body = f"units: {{points: {{pending: {{for: 10 days}}}}}}\n{BASE}{ladder}"
    history = [buys("2017-03-01", 60), buys("2017-03-20", 30), back("2017-03-21", 50), buys("2017-03-22", 1)]
    scale = 100 if counted == "sum: eligible" else 1
    assert [one.past[-1] // scale for one in answers(body, *history)] == seen


def test_a_refund_of_a_purchase_is_no_credit_where_levels_hold_at_once() -> None:
    """120 less 20 are 100: they never were 220."""
    body = LADDER.replace("levels:", "crossing: after, levels:").replace("100}", "150}") % ("sum: eligible", "year")
    history = [
        buys("2017-03-01", 120),
        {"id": "r", "type": "refund", "refund_of": "p2017-03-01", "at": "2017-03-02", "amount": 20},
    ]
    assert [one.past for one in answers(body, *history, buys("2017-03-03", 1))] == [(0, 0), (0, 12000), (0, 10000)]


# What is told.


def test_it_is_told_what_was_taken_back_and_from_where() -> None:
    body = keeps("debt")
    made = programme(body)
    history = [event(body, one) for one in (*SPENT, back("2017-03-03", 45), back("2017-03-04", "0.50"))]
    said = sentences(
        explain(made, answers(body, *SPENT, back("2017-03-03", 45), back("2017-03-04", "0.50"))),
        stories=stories_of(made, keep_ledger(made, history)),
    )
    assert said[said.index("2017-03-03  refund r2017-03-03: -45 points") :][:8] == [
        "2017-03-03  refund r2017-03-03: -45 points",
        "  $45.00 without a purchase, at the base rate",
        "  base: 45 points taken back",
        "  45 points of these come from other points, or are owed",
        "  20 points pay what was owed, of purchase p2017-03-01",
        "",
        "2017-03-04  refund r2017-03-04: 0 points",
        "  $0.50 without a purchase, at the base rate",
    ]
    assert "  nothing is taken back: it earns nothing" in said


# Laws.


@st.composite
def _lives(draw: st.DrawFn) -> list[Record]:
    found: list[Record] = []
    for day in range(1, draw(st.integers(2, 9))):
        amount = draw(st.integers(1, 60))
        kind = draw(st.sampled_from(["buys", "back", "spends"]))
        at = f"2017-03-{day:02}"
        spent = {"id": f"s{day}", **spends(at, amount)}
        found.append(buys(at, amount) if kind == "buys" else back(at, amount) if kind == "back" else spent)
    return found


@given(_lives(), st.sampled_from(["", "pending: {for: 2 days}, "]))
def test_under_debt_what_is_bought_and_comes_back_adds_up(history: list[Record], pending: str) -> None:
    body = keeps("debt", terms=f"{pending}expiry: {{after: 12 months}}")
    available, waiting, owed = has(body, *history)
    signs = {"redemption": -1, "refund": -1, None: 1}
    expected = sum(signs[one.get("type")] * int(one.get("points", one.get("amount", 0))) for one in history)
    assert available + waiting - owed == expected


@given(_lives(), st.sampled_from(["within_balance", "pending_only"]))
def test_what_is_written_off_is_never_owed(history: list[Record], shortfall: str) -> None:
    without = [one for one in history if one.get("type") != "redemption"]
    body = keeps(shortfall, terms="pending: {for: 2 days}, expiry: {after: 12 months}")
    if without:
        assert has(body, *without)[2] == 0
    assert all(
        -int(one.get("amount", 0)) <= taken <= 0
        for one, taken in zip(without, points(body, *without), strict=True)
        if one.get("type")
    )
