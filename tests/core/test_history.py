"""Histories of events as values: one answer each, in the order of what happened."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.errors import Invalid
from guerdon.core.history import facts_of, rate_events
from tests.core.tables import answers, event, programme

BODY = """
events: {purchase: {lines: {brand: {type: text, default: ""}}}, visit: {}}
rules:
  - {id: base, give: floor(amount)}
  - {id: acme, per: line, where: line.brand = 'Acme', give: 5}
  - {id: visit, on: visit, give: 3}
"""


def test_each_event_has_one_answer_in_the_order_of_what_happened() -> None:
    history: list[Mapping[str, Any]] = [
        {"id": "b", "amount": 2},
        {"id": "a", "amount": 1, "at": "2017-03-01"},
        {"id": "c", "type": "visit"},
    ]
    assert [(answer.event.id, answer.points(0)) for answer in answers(BODY, *history)] == [("a", 1), ("b", 2), ("c", 3)]


def test_an_answer_counts_each_unit_by_itself() -> None:
    body = "units: {points: {}, stars: {}}\nrules: [{id: a, unit: points, give: 3}, {id: b, unit: stars, give: 4}]"
    (answer,) = answers(body, {"amount": 1})
    assert (answer.points(0), answer.points(1)) == (3, 4)


def test_the_same_event_twice_counts_once() -> None:
    assert [answer.points(0) for answer in answers(BODY, {"id": "a", "amount": 2}, {"id": "a", "amount": "2.00"})] == [
        2
    ]
    with pytest.raises(Invalid, match="other content"):
        answers(BODY, {"id": "a", "amount": 2}, {"id": "a", "amount": 3})


def test_no_events_have_no_answers() -> None:
    assert rate_events(programme(BODY), []) == []


def test_facts_are_columns_of_accounts_lines_and_slots() -> None:
    stated: list[Mapping[str, Any]] = [
        {"amount": 7}, {"lines": [{"amount": 1, "brand": "Acme"}, {"amount": 2}], "member": "ben", "account": "ana"},
        {"lines": [{"amount": 1, "brand": "Acme"}], "amount": 1, "member": "zoë"}, {"amount": -7, "member": "zoë"},
    ]  # fmt: skip
    events = [event(BODY, record, number) for number, record in enumerate(stated)]
    facts = facts_of(programme(BODY), events, [answer.values for answer in answers(BODY, *stated)])
    held = {
        name: [getattr(facts, name).at(i) for i in range(getattr(facts, name).count())]
        for name in ("ordinal", "account", "member", "returned", "first_line")
    }
    assert held == {
        "ordinal": [0, 1, 2, 3], "account": [0, 0, 1, 1], "member": [0, 1, 2, 2], "returned": [0, 0, 0, 1],
        "first_line": [0, 0, 2, 3, 3],
    }  # fmt: skip
    slots = [[column.at(i) for i in range(column.count())] for column in facts.slots]
    assert slots == [[7, 3, 1, 0], [5, 0, 5], [0, 0, 0, 0]]
