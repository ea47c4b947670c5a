"""Why a rule gave nothing, or less than it wanted."""

import pytest

from guerdon.core.reasons import why_nothing
from tests.core.tables import answers, programme

BODY = """
events: {visit: {}}
rules:
  - {id: base, give: floor(amount), limits: [{points: 50, every: day}]}
  - {id: visit, on: visit, give: 3}
  - {id: later, from: 2017-04-01, give: 1}
  - {id: dear, when: amount > 100, give: 10}
  - {id: small, give: amount - 1000}
  - {id: good, give: 5, stack: {group: g, take: best}}
  - {id: better, give: 6, stack: {group: g, take: best}}
"""


@pytest.mark.parametrize(
    ("rule", "amount", "reason"),
    [
        ("base", "50", ""),
        ("base", "51", "limit"),
        ("base", "0", "nothing"),
        ("visit", "50", "type"),
        ("later", "50", "window"),
        ("dear", "100", "when"),
        ("dear", "101", ""),
        ("small", "1000", "nothing"),
        ("good", "50", "outdone"),
        ("better", "50", ""),
        ("base", "-50", "returned"),
    ],
)
def test_a_rule_says_why_it_gave_nothing(rule: str, amount: str, reason: str) -> None:
    made = programme(BODY)
    (answer,) = answers(BODY, {"amount": amount})
    names = [one.name for one in made.rules]
    assert why_nothing(made, answer, names.index(rule)) == reason


def test_why_a_rule_for_a_level_gave_nothing() -> None:
    body = """
metrics: {spend: {sum: eligible, within: ever}}
ladders: [{id: tier, by: spend, levels: [{id: member, from: 0}, {id: gold, from: 100}]}]
rules: [{id: base, give: 1}, {id: gold, give: 9, when: level = 'gold'}, {id: none, give: 0, when: level = 'member'}]
"""
    first, second = answers(body, {"amount": 100}, {"amount": 1})
    made = programme(body)
    assert [why_nothing(made, first, rule) for rule in range(3)] == ["", "when", "nothing"]
    assert [why_nothing(made, second, rule) for rule in range(3)] == ["", "", "when"]
