"""What an explanation says of redemptions: the reward, its price, and which term was contradicted."""

from typing import Any

import pytest

from guerdon.core.calendar import LATEST
from guerdon.core.explain import explain, sentences, stories_of
from guerdon.core.history import keep_ledger
from tests.core.lots.journals import Record, at, buys
from tests.core.lots.test_rewards import LEVELS, shop, takes
from tests.core.tables import answers, event, programme
from tests.core.versions.timelines import answers as dated
from tests.core.versions.timelines import timeline


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


VALID = "  - {id: coffee, price: 50, valid_for: 1 month}\n  - {id: ten, price: 100, valid_for: 11 months, sweep: {on: [04-01]}}\n"
VALID_LIFE = (
    buys("2017-01-01", 400),
    takes("2017-01-02"),
    {**takes("2017-01-31T10:00"), "id": "r", "step": "reserve"},
    {"at": "2017-02-01T10:00", "type": "redemption", "step": "confirm", "reservation": "r"},
    {"at": "2017-02-02", "type": "redemption", "step": "cancel", "reservation": "r"},
    {**takes("2017-02-03"), "reward": "tea"},
    buys("2017-05-01", 0),
)


def test_it_is_told_until_which_day_what_was_issued_can_be_used() -> None:
    assert said(shop(VALID), *VALID_LIFE) == [
        "coffee, 50 points, valid until 2017-02-01",
        "coffee, 50 points, reserve",
        "coffee, 50 points, confirm, valid until 2017-03-01",  # to the minute of the day: ten in the morning
        "coffee, 50 points, cancel",
        "tea, 0 points: outside its terms, because there is no such reward",
        "ten: 3 issued by itself on 2017-04-01, for 300 points, valid until 2018-02-28",
    ]


def test_the_ledger_says_until_when_what_was_issued_can_be_used() -> None:
    made, body = programme(shop(VALID)), shop(VALID)
    kept = keep_ledger(made, [event(body, record, number) for number, record in enumerate(VALID_LIFE, start=1)])
    rows = [
        (row["reward"], row["step"], row["count"], row["points"], row["valid_until"], row["place"])
        for row in kept.ledger.redemptions.rows()
    ]
    assert rows == [
        (0, 0, 1, 50, at("2017-02-02"), 1),
        (0, 1, 1, 50, LATEST, 2),
        (0, 2, 1, 50, at("2017-03-01T10:00"), 3),
        (0, 3, 1, 50, LATEST, 4),
        (-1, 0, 1, 0, LATEST, 5),
        (1, 4, 3, 300, at("2018-03-01"), -1),
    ]


def test_what_a_later_version_issues_is_valid_as_that_says() -> None:
    def offering(months: int) -> str:
        return shop(f"  - {{id: coffee, price: 50, valid_for: {months} months}}\n")

    made = timeline({"2017-01-01": offering(1), "2017-07-01": offering(2)})
    found = explain(made, dated(made, buys("2017-01-01", 400), takes("2017-06-30"), takes("2017-07-01")))
    told = [one.valid_until for answer in found.events for one in answer.redemptions]
    assert told == ["2017-07-29", "2017-08-31"]


HOLDS = "  - {id: coffee, title: A coffee, price: 50}\n  - {id: tea, price: 40}\n"
RESERVED = {**takes("2017-01-02"), "id": "r", "step": "reserve"}


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([RESERVED], "A coffee: 50 points no longer set aside, of purchase e01"),
        (
            [RESERVED, {**RESERVED, "id": "s", "reward": "tea"}],
            "A coffee, tea: 90 points no longer set aside, of purchase e01",
        ),
        (
            [RESERVED, {"at": "2017-01-02", "type": "redemption", "points": 7, "step": "reserve"}],
            "57 points no longer set aside, of purchase e01",
        ),
        (
            [{**takes("2017-01-02"), "id": "r"}, {"at": "2017-01-02T10:00", "type": "redemption", "step": "cancel", "reservation": "r", "points": 20}],
            "A coffee: 20 points given back, of purchase e01",
        ),
    ],
)  # fmt: skip
def test_a_story_names_the_reward_whose_reservation_lapses_or_part_of_which_comes_back(
    records: list[Record], told: str
) -> None:
    body = shop(HOLDS, "redemptions: {hold_for: 1 day}\n")
    history = [buys("2017-01-01", 200), *records, buys("2017-01-05", 0)]
    events = [event(body, record, number) for number, record in enumerate(history, start=1)]
    (story,) = stories_of(programme(body), keep_ledger(programme(body), events))
    assert [said for one in story.happenings for said in one.said][-1] == told
