"""A compiled programme: when it needs a fold, and what each part of a rule is bound and paid by."""

import pytest

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
