"""The law of the teller: saved and taken up anywhere, an account earns, spends and loses what it would have without."""

import json
import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guerdon.core.events import Event, read_event
from guerdon.core.programme import Programme
from guerdon.definition.check import check
from guerdon.definition.shipped import Shipped, shipped
from tests.core import generated
from tests.core.lots import test_laws as lots
from tests.core.lots import test_shortfall_laws as shortfalls
from tests.core.lots.journals import kept
from tests.core.tables import event, programme
from tests.core.teller.serving import folded, numbered, served

Made = dict[str, Any]

EXAMPLES = 20_000 if os.environ.get("GUERDON_PROOF") == "1" else 120 if os.environ.get("GUERDON_INSTALLED") else 60
law = settings(max_examples=EXAMPLES, deadline=None)
LATER = 370 * 24 * 3_600_000_000


def assert_served_as_folded(made: Programme, events: Sequence[Event]) -> None:
    for history in numbered(made, events).values():
        at = history[-1].event.at + LATER
        rows, sums, standing = served(made, history, at)
        whole, whole_sums, whole_standing = folded(made, history, at)
        assert sorted(rows, key=repr) == sorted(whole, key=repr)
        assert sums == whole_sums
        assert standing.members == whole_standing.members


@law
@given(generated.programmes(levels=generated.SOMETIMES), generated.histories())
def test_what_rules_and_levels_give(stated: Made, history: list[Made]) -> None:
    made = generated.compiled(stated)
    assert_served_as_folded(made, generated.events_of(made, history))


@law
@given(lots.terms(), st.sampled_from(lots.ZONES), lots.histories())
def test_what_becomes_of_lots(stated: Made, zone: str, history: list[Made]) -> None:
    made = lots.programme_of(stated, zone)
    assert_served_as_folded(made, lots.events_of(made, history))


@law
@given(shortfalls.histories(), st.sampled_from(["debt", "within_balance", "pending_only"]))
def test_what_refunds_take_back(history: list[Made], shortfall: str) -> None:
    body = kept("expiry: {after: 12 months}", f"\nreturns: {{shortfall: {shortfall}}}")
    assert_served_as_folded(programme(body), [event(body, one) for one in history])


@pytest.mark.parametrize("restore", ["30 days", "original_date", "new_lot"])
@pytest.mark.parametrize("others", [10, 4, 25])
def test_what_paid_for_points_that_are_set_aside_and_whose_purchase_came_back(others: int, restore: str) -> None:
    """The reservation lapses after their date: others that paid, and have nothing left themselves, get theirs again."""
    body = kept("expiry: {after: 1 month}", f"\nreturns: {{}}\nredemptions: {{hold_for: 1 month, restore: {restore}}}")
    reserve = {"id": "ask", "type": "redemption", "at": "2017-01-10", "points": 10, "step": "reserve"}
    assert_served_as_folded(
        programme(body),
        [
            event(body, one)
            for one in (
                {"id": "one", "at": "2017-01-01", "amount": 10},
                reserve,
                {"id": "back", "type": "refund", "refund_of": "one", "at": "2017-01-15"},
                {"id": "two", "at": "2017-01-20", "amount": others},
                {"id": "three", "at": "2017-02-11", "amount": 1},
                {"id": "four", "at": "2017-02-21", "amount": 3},
            )
        ],
    )


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.name)
def test_the_worked_examples_of_shipped_programmes(one: Shipped) -> None:
    checked = check(one.path, examples=False)
    assert checked.programme is not None
    assert checked.spec is not None
    for example in checked.spec.examples:
        told = [{"member": "ana", **json.loads(json.dumps(record, default=str))} for record in example.given]
        assert_served_as_folded(
            checked.programme,
            [
                read_event(checked.programme.terms, record, default_id=f"e{number:03d}")
                for number, record in enumerate(told, start=1)
            ],
        )
