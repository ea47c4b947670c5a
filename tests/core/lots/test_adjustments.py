"""Adjustments, worked out by hand: points given or taken off for a reason.

What they keep:
* What is given is a lot with its unit's ordinary expiry; what is taken off is drawn soonest expiry first, and owed where it is not there.
* An adjustment is no activity of the member's, and no credit towards levels unless its reason qualifies.
* No limit over all rules binds what is given; a cap on what is held does.
"""

from decimal import Decimal

import pytest

from guerdon.core.effects import MOVED
from guerdon.core.explain import explain, pages_of, sentences, stories_of
from guerdon.core.history import keep_ledger, take_stock
from guerdon.core.ledger.books import BOOKS
from tests.core.lots.journals import LATER, Record, assert_adds_up, at, buys, told
from tests.core.tables import answers, event, points, programme
from tests.core.versions import timelines as versions
from tests.core.versions.timelines import stock, timeline

REASONS = """
adjustments:
  - {id: goodwill, title: Goodwill, max: 500, approve_above: 100}
  - {id: missing, title: A purchase that was not recorded, qualifies: true, funded_by: {shop: 1, brand: 1}}
"""
YEAR = "units: {points: {expiry: {after: 12 months}}}\nrules: [{id: base, give: floor(eligible)}]\n" + REASONS


def adjusts(when: str, points: int | str, reason: str = "goodwill") -> Record:
    return {"at": when, "type": "adjustment", "points": points, "reason": reason}


def left(body: str, *records: Record, when: str = "") -> tuple[int, int]:
    """Return what is available and what is owed of the first unit."""
    events = [event(body, one, place) for place, one in enumerate(records, 1)]
    stocks = take_stock(programme(body), events, at(when) if when else None)
    assert_adds_up(stocks[0].left)
    return stocks[0].left.available, stocks[0].left.debt


def test_what_is_given_is_a_lot_that_ends_as_others_do() -> None:
    assert points(YEAR, adjusts("2017-03-01", 50)) == [50]
    assert told(YEAR, adjusts("2017-03-01", 50), LATER) == [("expired", at("2018-03-01"), 1, 50)]


def test_what_is_taken_off_goes_from_what_ends_soonest() -> None:
    history = [buys("2017-01-01", 10), adjusts("2017-01-02", 10), adjusts("2017-02-01", -15), LATER]
    assert told(YEAR, *history) == [
        ("spent", at("2017-02-01"), 1, 10),
        ("spent", at("2017-02-01"), 2, 5),
        ("expired", at("2018-01-02"), 2, 5),
    ]
    assert points(YEAR, *history) == [10, 10, 0, 1]


def test_what_is_not_there_is_owed_and_the_next_earnings_pay_it() -> None:
    history = [buys("2017-01-01", 10), adjusts("2017-02-01", -30)]
    assert left(YEAR, *history) == (0, 20)
    assert left(YEAR, *history, buys("2017-02-02", 50)) == (30, 0)


def test_what_is_taken_off_is_not_redeemed_in_the_books() -> None:
    history = [buys("2017-01-01", 10), adjusts("2017-02-01", -30), buys("2017-02-02", 50), adjusts("2017-02-03", -5)]
    events = [event(YEAR, one, place) for place, one in enumerate(history, 1)]
    made = keep_ledger(programme(YEAR), events)
    books: dict[str, int] = {}
    for row in made.ledger.postings.rows():
        books[BOOKS[row["book"]]] = books.get(BOOKS[row["book"]], 0) + row["points"]
    assert {name: points for name, points in books.items() if points} == {
        "issued": -60,
        "adjusted": 35,
        "available": 25,
    }
    (page,) = pages_of(programme(YEAR), events)
    (january, february) = page.units[0].months
    said = (january.taken_back, february.taken_back, february.spent, february.balance)
    assert said == (Decimal(0), Decimal(-35), Decimal(0), Decimal(25))


def test_a_reason_that_there_is_not_does_nothing_and_says_so() -> None:
    history = [buys("2017-01-01", 10), adjusts("2017-02-01", -5, "whim"), adjusts("2017-02-02", 5, "whim")]
    assert left(YEAR, *history) == (10, 0)
    lines = sentences(explain(programme(YEAR), answers(YEAR, *history)))
    assert lines.count("  an adjustment for whim, which is no reason of the programme: without effect") == 2


def test_who_pays_is_the_programme_unless_the_reason_says_another() -> None:
    rows = [
        row
        for answer in answers(YEAR, adjusts("2017-03-01", 4), adjusts("2017-03-02", 5, "missing"))
        for row in answer.effects
    ]
    payers = programme(YEAR).payers
    assert [(payers[row.payer], row.granted) for row in rows] == [("programme", 4), ("shop", 3), ("brand", 2)]


def test_an_adjustment_keeps_no_points_from_going() -> None:
    body = "units: {points: {expiry: {idle: 3 months}}}\nrules: [{id: base, give: floor(eligible)}]\n" + REASONS
    history = [buys("2017-01-01", 10), adjusts("2017-03-01", 10), adjusts("2017-03-02", -2), LATER]
    assert [(kind, when, points) for kind, when, _, points in told(body, *history)] == [
        ("spent", at("2017-03-02"), 2),
        ("expired", at("2017-04-01"), 8),
        ("expired", at("2017-04-01"), 10),
    ]


@pytest.mark.parametrize("moved", ["{after: 3 months, extended_by: 1 month}"])
def test_an_adjustment_extends_nothing(moved: str) -> None:
    body = f"units: {{points: {{expiry: {moved}}}}}\nrules: [{{id: base, give: floor(eligible)}}]\n{REASONS}"
    history = [buys("2017-01-01", 10), adjusts("2017-02-15", 10), adjusts("2017-02-16", -1), LATER]
    ends = [(when, points) for kind, when, _, points in told(body, *history) if kind == "expired"]
    assert ends == [(at("2017-04-01"), 9), (at("2017-05-15"), 10)]


LEVELS = """
metrics: {got: {earned: points, within: year}}
ladders: [{id: tier, by: got, levels: [{id: member, from: 0}, {id: silver, from: 100}]}]
"""


@pytest.mark.parametrize("waits", ["", "pending: {for: 1 day}"])
@pytest.mark.parametrize(("reason", "rises"), [("goodwill", False), ("missing", True)])
def test_only_a_reason_that_qualifies_lifts_a_level(reason: str, waits: str, *, rises: bool) -> None:
    levels = LEVELS if not waits else LEVELS.replace("by: got,", "by: got, credit: when_usable,")
    body = f"units: {{points: {{{waits}}}}}\nrules: [{{id: base, give: floor(eligible)}}]\n{REASONS}{levels}"
    found = answers(body, buys("2017-01-01", 60), adjusts("2017-02-01", 60, reason), buys("2017-03-01", 10))
    assert any(row.kind == MOVED for answer in found for row in answer.effects) == rises
    assert [answer.points(0) for answer in found] == [60, 60, 10]


def test_no_limit_over_all_rules_binds_what_is_given_but_a_cap_does() -> None:
    limit = "limits: [{id: most, points: 20, every: month, per: member}]\n"
    assert points(YEAR + limit, buys("2017-03-01", 50), adjusts("2017-03-02", 50)) == [20, 50]
    capped = YEAR.replace("points: {", "points: {cap: 60, ", 1)
    assert points(capped, buys("2017-03-01", 50), adjusts("2017-03-02", 50)) == [50, 10]


def test_each_unit_has_its_own_decimals_and_reasons() -> None:
    body = """
units: {points: {}, stars: {decimals: 2}, votes: {}}
adjustments: [{id: whole, unit: points}, {id: fine, unit: stars, max: 2.5}]
"""
    history = [
        adjusts("2017-03-01", "3", "whole"),
        adjusts("2017-03-02", "1.25", "fine"),
        adjusts("2017-03-03", "-0.5", "fine"),
    ]
    events = [event(body, one, place) for place, one in enumerate(history, 1)]
    assert [stock.left.available for stock in take_stock(programme(body), events)] == [3, 75, 0]


def test_an_explanation_says_by_how_much_and_why() -> None:
    history = [buys("2017-01-01", 10), adjusts("2017-01-02", 5), adjusts("2017-01-03", -20)]
    events = [event(YEAR, one, place) for place, one in enumerate(history, 1)]
    told_so = explain(programme(YEAR), answers(YEAR, *history))
    stories = stories_of(programme(YEAR), keep_ledger(programme(YEAR), events))
    lines = sentences(told_so, stories=stories)
    assert lines[4:13] == [
        "2017-01-02  adjustment e02: 5 points",
        "  adjusted by 5 points, because: Goodwill",
        "",
        "2017-01-03  adjustment e03",
        "  adjusted by -20 points, because: Goodwill",
        "  15 points taken off: 10 of purchase e01, 5 of adjustment e02",
        "  5 points taken off that were not there: they are owed",
        "",
        "in all, ana",
    ]
    (page,) = pages_of(programme(YEAR), events)
    assert [line.said for line in page.units[0].history[1:]] == [
        ("5 points given",),
        (
            "15 points taken off: 10 of purchase e01, 5 of adjustment e02",
            "5 points taken off that were not there: they are owed",
        ),
    ]


def test_a_cap_that_cuts_what_is_given_is_told() -> None:
    capped = YEAR.replace("points: {", "points: {cap: 60, ", 1)
    lines = sentences(explain(programme(capped), answers(capped, buys("2017-03-01", 50), adjusts("2017-03-02", 50))))
    assert lines[5:7] == [
        "  adjusted by 50 points, because: Goodwill",
        "    the limit points cap of a balance of 60 points leaves 10 of 50",
    ]


def test_a_reason_is_that_of_the_version_in_force() -> None:
    joint = timeline({"2017-01-01": YEAR, "2017-07-01": YEAR.replace("goodwill, title: Goodwill", "kindness")})
    history = [adjusts("2017-02-01", 30), adjusts("2017-08-01", -10), adjusts("2017-08-02", -5, "kindness")]
    assert stock(joint, history, "2017-08-03").left.available == 25
    lines = sentences(explain(joint, versions.answers(joint, *history)))
    assert [line for line in lines if "adjust" in line and line[0] == " "] == [
        "  adjusted by 30 points, because: Goodwill",
        "  an adjustment for goodwill, which is no reason of the programme: without effect",
        "  adjusted by -5 points, because: kindness",
    ]
