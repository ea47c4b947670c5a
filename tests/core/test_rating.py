"""The fold, worked out by hand: which rule of a group gives, in what order, who pays, and what a return does."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.effects import OUTDONE, Effects
from guerdon.core.history import facts_of
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.tables import answers, event, parts, points, programme

Record = Mapping[str, Any]


def stacked(take: str, *gives: str, limits: str = "", priorities: tuple[int, ...] = ()) -> str:
    """Return rules r0, r1, ... of one group."""
    lines = ["rules:"]
    for number, give in enumerate(gives):
        priority = priorities[number] if priorities else 0
        stack = f"{{group: g, take: {take}, priority: {priority}}}"
        lines.append(f"  - {{id: r{number}, give: {give}, stack: {stack}{limits}}}")
    return "\n".join(lines)


def given(body: str, *records: Record) -> list[list[int]]:
    """Return, for each event, what each rule was granted."""
    rules = range(len(programme(body).rules))
    return [
        [sum(one.granted for one in answer.effects if one.rule == rule) for rule in rules]
        for answer in answers(body, *records)
    ]


@pytest.mark.parametrize(
    ("take", "gives", "priorities", "granted"),
    [
        ("best", ("10", "30", "20"), (), [0, 30, 0]),
        ("best", ("30", "30", "20"), (), [30, 0, 0]),  # a tie: as written
        ("best", ("0", "0"), (), [0, 0]),
        ("first", ("10", "30", "20"), (), [10, 0, 0]),
        ("first", ("0", "30", "40"), (), [0, 30, 0]),
        ("first", ("10", "30", "20"), (2, 1, 0), [0, 0, 20]),
        ("first", ("10", "30", "0.4"), (2, 1, 0), [0, 30, 0]),  # 0.4 is no point
    ],
)
def test_one_rule_of_a_group_gives(
    take: str, gives: tuple[str, ...], priorities: tuple[int, ...], granted: list[int]
) -> None:
    assert given(stacked(take, *gives, priorities=priorities), {"amount": 1}) == [granted]


def test_the_best_is_told_by_what_limits_leave() -> None:
    body = """
rules:
  - {id: big, give: 50, stack: {group: g, take: best}, limits: [{points: 60, every: day}]}
  - {id: small, give: 20, stack: {group: g, take: best}}
"""
    # the second time 10 are left of the big one
    assert given(body, {"amount": 1}, {"amount": 1}, {"amount": 1}) == [[50, 0], [0, 20], [0, 20]]


@pytest.mark.parametrize("every", ["every: day", "rolling_days: 2"])
def test_finding_out_which_is_best_uses_nothing_up(every: str) -> None:
    body = f"""
rules:
  - {{id: big, give: 50, stack: {{group: g, take: best}}, limits: [{{points: 200, {every}}}, {{times: 3, {every}}}]}}
  - {{id: small, give: 20, stack: {{group: g, take: best}}, limits: [{{points: 30, {every}}}]}}
"""
    expected = [[50, 0], [50, 0], [50, 0], [0, 20], [0, 10], [0, 0]]
    assert given(body, *({"amount": 1} for _ in expected)) == expected


def test_the_outdone_say_what_they_wanted() -> None:
    rows = answers(stacked("best", "10", "30"), {"amount": 1})[0].effects
    assert [(one.rule, one.desired, one.granted, one.reason == OUTDONE) for one in rows] == [
        (0, 10, 0, True),
        (1, 30, 30, False),
    ]


def test_a_rule_that_was_cut_before_it_was_outdone_names_no_limit() -> None:
    body = stacked("best", "30", "40", limits=", limits: [{points: 35, every: day}]")
    rows = answers(body, {"amount": 1})[0].effects
    assert [(one.desired, one.granted, one.limit) for one in rows] == [(30, 0, -1), (40, 35, 1)]


def test_when_limits_leave_nothing_of_a_group_its_first_that_applied_says_so() -> None:
    body = """
rules:
  - {id: never, give: 5, when: amount > 100, stack: {group: g, take: best}}
  - {id: a, give: 10, stack: {group: g, take: best}, limits: [{points: 0, every: day}]}
  - {id: b, give: 20, stack: {group: g, take: best}, limits: [{points: 0, every: day}]}
"""
    rows = answers(body, {"amount": 1})[0].effects
    assert [(one.rule, one.limit, one.reason == OUTDONE) for one in rows] == [(1, 0, False), (2, -1, True)]


def test_a_group_of_which_none_applies_gives_nothing() -> None:
    body = """
rules:
  - {id: a, give: 10, when: amount > 100, stack: {group: g, take: best}}
  - {id: base, give: 1}
"""
    assert given(body, {"amount": 1}) == [[0, 1]]


def test_rules_outside_a_group_add_up() -> None:
    body = stacked("best", "10", "30") + "\n  - {id: base, give: 5}"
    assert points(body, {"amount": 1}) == [35]


def test_the_outdone_stay_out_of_a_rounding_by_the_order() -> None:
    body = (
        "units: {points: {round_at: order, round: ceil}}\n"
        + stacked("best", "0.6", "1.2")
        + "\n  - {id: base, give: 0.7}"
    )
    # 1.2 + 0.7 = 1.9, up to 2
    assert given(body, {"amount": 1}) == [[0, 1, 1]]


def test_groups_and_orders_of_several_units_keep_apart() -> None:
    body = """
units: {points: {round_at: order}, stars: {decimals: 1, round_at: order}}
rules: [{id: a, unit: points, give: 1.6}, {id: b, unit: stars, give: 1.66}, {id: c, unit: points, give: 1.6}]
"""
    assert [points(body, {"amount": 1}, unit=unit) for unit in (0, 1)] == [[3], [16]]


def test_rows_stand_in_the_order_of_rules_lines_and_multipliers() -> None:
    body = """
rules: [{id: b, per: line, give: floor(line.amount)}, {id: a, give: 1}]
multipliers: [{id: twice, of: [b], by: 2}]
"""
    rows = answers(body, {"lines": [{"amount": 3}, {"amount": 4}]})[0].effects
    assert [(one.rule, one.line, one.source, one.lot) for one in rows] == [
        (0, 0, -1, 0), (0, 0, 0, 1), (0, 1, -1, 2), (0, 1, 0, 3), (1, -1, -1, 0)
    ]  # fmt: skip


def test_several_payers_bear_exact_shares() -> None:
    body = "rules: [{id: base, give: 10.9, funded_by: {Acme: 2, Bolt: 1}, limits: [{points: 8, every: day}]}]"
    rows = answers(body, {"amount": 1})[0].effects
    names = programme(body).payers
    # of the 8 granted 5.33 and 2.67, of the 2 that were cut 1.33 and 0.67; what rounding took off stands once
    assert [(names[one.payer], one.desired, one.granted, one.residue, one.lot) for one in rows] == [
        ("Acme", 6, 5, 9, 0), ("Bolt", 4, 3, 0, 1)
    ]  # fmt: skip


def test_nobody_pays_for_more_than_was_desired_of_them() -> None:
    # of 11, 6 : 6 : 2 are 4.71, 4.71 and 1.57: 5, 5, 1; but of the 10 granted 4.29, 4.29 and 1.43: 4, 4, 2
    body = "rules: [{id: base, give: 11, funded_by: {Acme: 6, Bolt: 6, Coil: 2}, limits: [{points: 10, every: day}]}]"
    assert parts(body, {"amount": 1}) == [(5, 4), (4, 4), (2, 2)]


def test_a_multiplier_may_be_paid_by_somebody_else() -> None:
    body = """
rules: [{id: base, give: 10, funded_by: Acme}]
multipliers: [{id: twice, of: base, by: 2, funded_by: Bolt}, {id: more, of: base, by: 3}]
"""
    rows = answers(body, {"amount": 1})[0].effects
    assert [programme(body).payers[one.payer] for one in rows] == ["Acme", "Bolt", "Acme"]


@pytest.mark.parametrize(
    "record",
    [
        {"amount": "-20"},
        {"amount": 20, "type": "refund"},
        {"lines": [{"amount": "-20"}]},
        {"lines": [{"amount": 20, "quantity": -1}]},
    ],
    ids=["amount", "refund", "line", "quantity"],
)
def test_a_return_neither_earns_nor_uses_a_limit(record: dict[str, object]) -> None:
    body = "rules: [{id: base, give: 10, limits: [{times: 1, every: day}]}]"
    assert points(body, record | {"at": "2017-03-03T11:00"}, {"amount": 20}) == [0, 10]


def test_what_is_returned_of_a_basket_never_enters_a_sum() -> None:
    body = "rules: [{id: spend, give: floor(eligible)}]"
    assert points(body, {"lines": [{"amount": 20}, {"amount": -5}]}) == [20]


def test_events_of_an_instant_apply_by_kind_and_then_by_name() -> None:
    body = """
events: {joined: {kind: membership}, visit: {}}
rules:
  - {id: joining, on: joined, give: 4}
  - {id: buying, give: 3}
  - {id: visiting, on: visit, give: 2}
limits: [{id: all, points: 8, every: day}]
"""
    history: list[Record] = [
        {"type": "visit", "id": "a"}, {"id": "c", "amount": 1}, {"id": "b", "amount": 1}, {"type": "joined", "id": "z"}
    ]  # fmt: skip
    told = [(answer.event.id, answer.points(0)) for answer in answers(body, *history)]
    assert told == [("z", 4), ("b", 3), ("c", 1), ("a", 0)]


def test_effects_may_be_let_go_of_event_by_event() -> None:
    body = "rules: [{id: base, give: floor(amount)}]"
    made = programme(body)
    events = [event(body, {"amount": amount}, amount) for amount in (1, 2, 3)]
    effects, statement = Effects(), Statement(made.zone, 1)
    from_closures = [answer.values for answer in answers(body, *({"amount": amount} for amount in (1, 2, 3)))]
    Fold(made, effects).run(facts_of(made, events, from_closures), statement, keep_effects=False)
    statement.close()
    assert effects.rows() == []
    assert list(statement.columns()["points"]) == [6, 6]


@pytest.mark.parametrize("limit", ["points: 0", "times: 0"])
def test_a_rule_that_rounds_to_nothing_says_so_with_a_row_and_blames_no_limit(limit: str) -> None:
    body = f"rules: [{{id: base, give: 0.9, limits: [{{{limit}, every: day}}]}}]"
    assert parts(body, {"amount": 1}) == [(0, 0)]
    assert answers(body, {"amount": 1})[0].effects[0].reason == 0


# The worked folds of the core's README, row by row.

LIMITED = """
events: {purchase: {attributes: {channel: text}}}
rules: [{id: base, give: floor(amount), limits: [{points: 100, every: month}]}]
multipliers: [{id: app, of: base, by: case channel when 'app' then 1.5 else 1 end}]
"""
BASKET = """
rules:
  - {id: spend, per: line, within: order, bands: [{above: 0, rate: 1}, {above: 35, rate: 2}]}
  - {id: pieces, per: item, round: half_up, round_at: item, bands: [{above: 0, rate: 90}], funded_by: {Acme: 2, Bolt: 1}}
"""
MARCH = 2017 * 12 + 2


def test_a_limit_and_a_multiplier() -> None:
    history = [
        {"amount": "45.90", "channel": "app"},
        {"amount": "70.00", "channel": "app"},
        {"amount": "30.00", "channel": "shop", "at": "2017-04-02"},
    ]
    rows = [row for answer in answers(LIMITED, *history) for row in answer.effects]
    assert [(row.event, row.source, row.desired, row.residue, row.granted, row.limit, row.period) for row in rows] == [
        (0, -1, 45, 0, 45, -1, 0),
        (0, 0, 22, 5, 22, -1, 0),
        (1, -1, 70, 0, 33, 0, MARCH),
        (1, 0, 35, 0, 0, 0, MARCH),
        (2, -1, 30, 0, 30, -1, 0),
    ]


def test_many_items_rounded_one_by_one_keep_what_rounding_took_off_one() -> None:
    body = "rules: [{id: a, per: item, give: 0.6666666666666666, round: half_up, round_at: item}]"
    (row,) = answers(body, {"lines": [{"amount": "1.00", "quantity": 5_000_000}]})[0].effects
    assert (row.desired, row.residue) == (5_000_000, -3_333_333_333_333_334)


def test_bands_over_lines_items_that_are_not_equal_and_two_payers() -> None:
    lines = [{"amount": "30.00", "quantity": 1}, {"amount": "10.00", "quantity": 3}]
    names = programme(BASKET).payers
    rows = answers(BASKET, {"lines": lines})[0].effects
    assert [(row.rule, row.line, row.band, row.granted, names[row.payer]) for row in rows] == [
        (0, 0, 0, 30, "programme"),
        (0, 1, 0, 5, "programme"),
        (0, 1, 1, 10, "programme"),
        (1, 0, 0, 1800, "Acme"),
        (1, 0, 0, 900, "Bolt"),
        (1, 1, 0, 201, "Acme"),
        (1, 1, 0, 100, "Bolt"),
        (1, 1, 0, 400, "Acme"),
        (1, 1, 0, 200, "Bolt"),
    ]
