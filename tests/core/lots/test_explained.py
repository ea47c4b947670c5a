"""What an explanation says of redemptions: the reward, its price, and which term was contradicted."""

from typing import Any

import pytest

from guerdon.core.explain import explain, sentences, stories_of
from guerdon.core.history import keep_ledger
from tests.core.lots.journals import Record, buys
from tests.core.lots.test_rewards import LEVELS, shop, takes
from tests.core.tables import answers, event, programme


def said(body: str, *records: Record) -> list[str]:
    """Return what is said under redemptions."""
    lines = sentences(explain(programme(body), answers(body, *records)))
    return [line.strip() for line in lines if line.startswith(("  coffee", "  tea", "  a redemption", "  ten"))]


@pytest.mark.parametrize(
    ("reward", "asks", "told"),
    [
        ("price: 50", {}, "coffee, 50 points"),
        ("price: 50", {"points": 60}, "coffee, 60 points: outside its terms, because its price is 50"),
        ("price: 50, from: 2017-01-03", {}, "coffee, 50 points: outside its terms, because it is on offer from 2017-01-03"),
        ("price: 50, until: 2017-01-01", {}, "coffee, 50 points: outside its terms, because it is on offer until 2017-01-01"),
        ("price: 50, when: level = 'green'", {}, "coffee, 50 points: outside its terms, because its condition level = 'green' did not hold"),
        ("price: any, min: 100", {"points": 9}, "coffee, 9 points: outside its terms, because it takes at least 100"),
        ("price: any", {}, "coffee, 0 points: outside its terms, because it asks for no points"),
        ("price: any, step: 5", {"points": 9}, "coffee, 9 points: outside its terms, because it takes multiples of 5"),
        ("price: 5, money: 2", {"paid": 1}, "coffee, 5 points: outside its terms, because less money was paid beside the points than it asks for"),
        ("price: 5, limits: [{times: 0, every: year}]", {}, "coffee, 5 points: outside its terms, because it may be had at most 0 times per member and year (2017)"),
        ("price: 5, stock: 0", {}, "coffee, 5 points: outside its terms, because nothing was left of 0 times for all members together"),
        ("price: 5", {"step": "confirm"}, "coffee, 5 points, confirm: outside its terms, because there is no such reservation"),
        ("price: 5", {"reward": "tea"}, "tea, 0 points: outside its terms, because there is no such reward"),
        ("price: 5", {"reward": ""}, "a redemption, 0 points: outside its terms, because it asks for no points"),
        ("price: 5", {"reward": "", "step": "cancel", "reservation": "x"}, "a redemption, 0 points, cancel: outside its terms, because there is no such reservation"),
    ],
)  # fmt: skip
def test_a_redemption_is_explained_with_the_term_that_it_contradicts(
    reward: str, asks: dict[str, Any], told: str
) -> None:
    body = shop(f"  - {{id: coffee, {reward}}}\n", LEVELS)
    assert said(body, buys("2017-01-01", 400), {**takes("2017-01-02"), **asks}) == [told]


def test_what_was_issued_by_itself_is_explained() -> None:
    body = shop("  - {id: ten, price: 100, sweep: {on: [04-01]}}\n")
    assert said(body, buys("2017-01-01", 250), buys("2017-05-01", 0)) == [
        "ten: 2 issued by itself on 2017-04-01, for 200 points"
    ]


TEN = "  - {id: ten, title: Ten off, price: 100, sweep: {on: [04-01, 12-01]}}\n"


@pytest.mark.parametrize(
    ("rewards", "told"),
    [
        (TEN, "Ten off, 2 times: 200 points spent, of purchase e01"),
        (TEN.replace(", title: Ten off", ""), "ten, 2 times: 200 points spent, of purchase e01"),
        # of two that come together nobody knows which points were whose
        (TEN + TEN.replace("ten", "more").replace("100", "90"), "200 points spent, of purchase e01"),
        (
            TEN + TEN.replace("ten", "more").replace("04-01", "05-01"),
            "Ten off, 2 times: 200 points spent, of purchase e01",
        ),
    ],
)
def test_a_story_names_what_was_issued_by_itself(rewards: str, told: str) -> None:
    body = shop(rewards)
    history = [buys("2017-01-01", 220), buys("2017-04-02", 0)]
    events = [event(body, record, number) for number, record in enumerate(history, start=1)]
    (story,) = stories_of(programme(body), keep_ledger(programme(body), events))
    assert [said for one in story.happenings for said in one.said][1:] == [told]
