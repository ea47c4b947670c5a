"""What happened before its member joined: which of it is claimed, and that it is rated as of whoever begins (S17).

What joining keeps:
* What was bought before it is rated at the level with which everybody begins, whatever levels it reaches.
* It counts for levels like anything else; what comes after is rated at the level held.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.events.joining import Joining
from guerdon.core.explain import explain, sentences
from guerdon.core.metrics import Length
from guerdon.definition.zones import load_zone
from tests.core.late.test_lateness import instant
from tests.core.levels.test_ladders import ladder, spent
from tests.core.tables import answers, event, points, programme
from tests.core.teller.test_laws import assert_served_as_folded

Record = Mapping[str, Any]
WAYS = ("", "crossing: split", "crossing: after")


def before(*bought: tuple[str, Any]) -> list[Record]:
    return [{**one, "before_joining": True} for one in spent(*bought)]


@pytest.mark.parametrize("way", WAYS)
def test_before_joining_a_purchase_is_rated_at_the_first_level(way: str) -> None:
    # silver from 100, at 1.5; gold from 500, at 2: nothing before joining is multiplied, whichever level it reaches
    history = [*before(("2017-03-03", 90), ("2017-03-04", 30), ("2017-03-05", 400)), *spent(("2017-03-06", 10))]
    assert points(ladder(way), *history) == [90, 30, 400, 20]


def test_a_refund_rates_what_is_left_of_it_at_the_first_level_too() -> None:
    history: list[Record] = [
        *before(("2017-03-03", 600)),
        {"id": "p", "at": "2017-03-04", "amount": 40, "before_joining": True},
        {"id": "r", "type": "refund", "refund_of": "p", "at": "2017-03-05", "amount": 30},
    ]
    assert points(ladder(""), *history) == [600, 40, -30]


def test_an_explanation_says_so() -> None:
    body = ladder("")
    told = answers(body, *before(("2017-03-03", 600), ("2017-03-04", 30)), *spent(("2017-03-06", 10)))
    lines = sentences(explain(programme(body), told, at=told[-1].event.at))
    assert [line.strip() for line in lines if "rated as" in line] == [
        "rated as member, before joining",
        "rated as member, before joining",
        "rated as gold, since 2017-03-03, reached with e01, until 2018-12-31",
    ]


@given(
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 400), st.booleans()), min_size=1, max_size=8),
    st.sampled_from(WAYS),
)
def test_served_one_by_one_or_folded_at_once_it_is_the_same(bought: list[tuple[int, int, bool]], way: str) -> None:
    body = ladder(way)
    records = [
        {"id": f"e{number}", "at": f"2017-03-{day:02}", "amount": amount, "before_joining": early}
        for number, (day, amount, early) in enumerate(sorted(bought))
    ]
    assert_served_as_folded(
        programme(body), [event(body, record, number) for number, record in enumerate(records, start=1)]
    )


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_who_has_not_joined_earns_as_if_there_were_no_levels(amounts: list[int]) -> None:
    days = [(f"2017-03-{day:02}", amount) for day, amount in enumerate(amounts, start=1)]
    assert points(ladder(""), *before(*days)) == amounts


def test_a_purchase_is_claimed_up_to_the_end_of_the_last_day() -> None:
    bought = instant("2017-03-10T23:00:00-05:00")
    last, too_late = instant("2017-03-13T23:59:59-04:00"), instant("2017-03-14T00:00:00-04:00")
    three_days = Joining(load_zone("America/New_York"), claim=Length(days=3))
    assert [three_days.claims(bought, at) for at in (bought - 1, bought, last, too_late)] == [True, True, True, False]


def test_without_a_claim_nothing_is_claimed() -> None:
    assert not Joining(load_zone("America/New_York")).claims(0, 0)
