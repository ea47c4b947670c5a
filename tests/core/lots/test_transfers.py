"""Transfers, worked out by hand: points that one account sends and another receives.

What they keep:
* What is sent is drawn soonest expiry first, and owed where it is not there; it is neither spent nor expired.
* What is received keeps the dates that its record says, whatever else lots of the account end by, and is no activity.
* What is received is no credit towards levels unless its transfer qualifies; no limit or cap cuts it.
"""

from decimal import Decimal

import pytest

from guerdon.core.effects import MOVED
from guerdon.core.explain import explain, pages_of, sentences, stories_of
from guerdon.core.history import keep_ledger, take_stock
from guerdon.core.ledger.books import BOOKS
from tests.core.lots.journals import LATER, Record, assert_adds_up, at, buys, spends, told
from tests.core.tables import answers, event, points, programme
from tests.core.versions.timelines import stock, timeline

GIFTS = """
transfers:
  - {id: gift, title: A gift, max: 500}
  - {id: team, qualifies: true}
"""
YEAR = "units: {points: {expiry: {after: 12 months}}}\nrules: [{id: base, give: floor(eligible)}]\n" + GIFTS


def sends(when: str, points: int | str, transfer: str = "gift") -> Record:
    return {"at": when, "type": "points_sent", "points": points, "transfer": transfer, "receiver": "ben"}


def receives(when: str, *parts: Record, transfer: str = "gift") -> Record:
    return {"at": when, "type": "points_received", "transfer": transfer, "sender": "ben", "lines": list(parts)}


def part(points: int | str, *, earned: str = "", ends: str = "", payer: str = "programme") -> Record:
    made: dict[str, object] = {"amount": 0, "points": points, "payer": payer}
    for name, when in (("earned", earned), ("ends", ends)):
        if when:
            made[name], made[f"{name}_us"] = divmod(at(when), 1_000_000)
    return made


def left(body: str, *records: Record, when: str = "") -> tuple[int, int]:
    """Return what is available and what is owed of the first unit."""
    events = [event(body, one, place) for place, one in enumerate(records, 1)]
    stocks = take_stock(programme(body), events, at(when) if when else None)
    assert_adds_up(stocks[0].left)
    return stocks[0].left.available, stocks[0].left.debt


def test_what_is_sent_goes_from_what_ends_soonest() -> None:
    history = [buys("2017-01-01", 10), buys("2017-01-02", 10), sends("2017-02-01", 15), LATER]
    assert told(YEAR, *history) == [
        ("spent", at("2017-02-01"), 1, 10),
        ("spent", at("2017-02-01"), 2, 5),
        ("expired", at("2018-01-02"), 2, 5),
    ]
    assert points(YEAR, *history) == [10, 10, 0, 1]


def test_what_is_received_ends_when_it_would_have() -> None:
    history = [
        buys("2017-01-01", 10),
        receives("2017-02-01", part(5, ends="2017-06-01"), part(7, ends="2017-03-01"), part(2)),
    ]
    assert told(YEAR, *history, LATER) == [
        ("received", at("2017-02-01"), 2, 5),
        ("received", at("2017-02-01"), 2, 7),
        ("received", at("2017-02-01"), 2, 2),
        ("expired", at("2017-03-01"), 2, 7),
        ("expired", at("2017-06-01"), 2, 5),
        ("expired", at("2018-01-01"), 1, 10),
    ]
    assert left(YEAR, *history, LATER) == (3, 0)


def test_of_what_ends_together_the_oldest_goes_first() -> None:
    parts = [part(5, ends="2017-06-01", earned="2017-01-20"), part(7, ends="2017-06-01", earned="2017-01-10")]
    history = [receives("2017-02-01", *parts), spends("2017-02-02", 8)]
    assert [(kind, points) for kind, _, _, points in told(YEAR, *history)] == [
        ("received", 5),
        ("received", 7),
        ("spent", 7),
        ("spent", 1),
    ]


def test_points_of_certain_dates_can_be_sent_before_what_ends_sooner() -> None:
    brand = YEAR.replace("give: floor(eligible)", "give: floor(eligible), funded_by: {brand: 1}")
    parts = [part(5, ends="2017-06-01", earned="2017-01-03", payer=payer) for payer in ("programme", "brand", "brand")]
    history = [receives("2017-02-01", part(9, ends="2017-03-01"), *parts)]
    back = {**sends("2017-02-02", 8), "lines": [part(6, ends="2017-06-01", payer="brand", earned="2017-01-03")]}
    assert [(kind, of, points) for kind, _, of, points in told(brand, *history, back)][4:] == [
        ("spent", 1, 5),
        ("spent", 1, 1),
        ("spent", 1, 2),
    ]
    rows = answers(brand, *history, back)[1].effects
    assert [(row.lot, row.granted) for row in rows] == [(2, 5), (3, 1), (0, 2)]


def test_points_whose_time_is_over_are_there_for_an_instant() -> None:
    history = [receives("2017-02-01", part(5, earned="2018-01-01", ends="2017-01-01")), buys("2017-02-02", 1)]
    assert told(YEAR, *history)[-1] == ("expired", at("2017-02-01") + 1, 1, 5)


def test_what_is_sent_and_not_there_is_owed() -> None:
    history = [buys("2017-01-01", 10), sends("2017-02-01", 30)]
    assert left(YEAR, *history) == (0, 20)
    assert left(YEAR, *history, buys("2017-02-02", 50)) == (30, 0)


def test_what_is_received_pays_what_is_owed_first() -> None:
    assert left(YEAR, spends("2017-01-01", 30), receives("2017-02-01", part(50))) == (20, 0)


def test_points_that_wait_or_are_set_aside_are_not_sent() -> None:
    body = YEAR.replace("expiry:", "pending: {for: 10 days}, expiry:").replace(
        "transfers:", "redemptions: {}\ntransfers:"
    )
    assert left(body, buys("2017-01-01", 10), sends("2017-01-05", 10)) == (0, 10)
    held = [buys("2017-01-01", 10), spends("2017-01-20", 6, step="reserve"), sends("2017-01-21", 5)]
    assert left(body, *held) == (0, 1)


def test_what_is_received_can_be_used_at_once_where_earnings_wait() -> None:
    body = YEAR.replace("expiry:", "pending: {for: 10 days}, expiry:")
    assert left(body, receives("2017-01-01", part(10)), when="2017-01-01") == (10, 0)


IDLE = "units: {points: {expiry: {idle: 3 months}}}\nrules: [{id: base, give: floor(eligible)}]\n" + GIFTS


def test_a_transfer_is_no_activity_and_activity_does_not_move_what_was_received() -> None:
    history = [
        buys("2017-01-01", 10),
        sends("2017-03-01", 2),
        receives("2017-03-02", part(4, ends="2017-05-01")),
        LATER,
    ]
    ends = [(when, points) for kind, when, _, points in told(IDLE, *history) if kind == "expired"]
    assert ends == [(at("2017-04-01"), 8), (at("2017-05-01"), 4)]
    stirred = [*history[:-1], buys("2017-03-20", 1), LATER]
    ends = [(when, points) for kind, when, _, points in told(IDLE, *stirred) if kind == "expired"]
    assert ends == [(at("2017-05-01"), 4), (at("2017-06-20"), 8), (at("2017-06-20"), 1)]


LEVELS = """
metrics: {got: {earned: points, within: year}}
ladders: [{id: tier, by: got, levels: [{id: member, from: 0}, {id: silver, from: 100}]}]
"""


@pytest.mark.parametrize("waits", ["", "pending: {for: 1 day}"])
@pytest.mark.parametrize(("transfer", "rises"), [("gift", False), ("team", True)])
def test_only_a_transfer_that_qualifies_lifts_a_level(transfer: str, waits: str, *, rises: bool) -> None:
    levels = LEVELS if not waits else LEVELS.replace("by: got,", "by: got, credit: when_usable,")
    body = f"units: {{points: {{{waits}}}}}\nrules: [{{id: base, give: floor(eligible)}}]\n{GIFTS}{levels}"
    records = [buys("2017-01-01", 60), receives("2017-02-01", part(60), transfer=transfer), buys("2017-03-01", 10)]
    found = answers(body, *records)
    assert any(row.kind == MOVED for answer in found for row in answer.effects) == rises
    assert [answer.points(0) for answer in found] == [60, 0, 10]


def test_a_cap_leaves_what_is_received_and_cuts_what_is_earned_after_it() -> None:
    capped = YEAR.replace("points: {", "points: {cap: 60, ", 1)
    history = [buys("2017-03-01", 50), receives("2017-03-02", part(20)), buys("2017-03-03", 5), sends("2017-03-04", 15)]
    assert points(capped, *history, buys("2017-03-05", 50)) == [50, 0, 0, 0, 5]
    waits = capped.replace("cap: 60", "cap: 60, over_cap: pending")
    assert left(waits, *history[:3]) == (70, 0)
    assert left(waits, *history) == (60, 0)


def test_what_was_sent_and_received_stands_in_a_book_of_its_own() -> None:
    history = [
        buys("2017-01-01", 10),
        sends("2017-02-01", 30),
        receives("2017-02-02", part(50)),
        sends("2017-03-03", 5),
    ]
    events = [event(YEAR, one, place) for place, one in enumerate(history, 1)]
    made = keep_ledger(programme(YEAR), events)
    books: dict[str, int] = {}
    for row in made.ledger.postings.rows():
        books[BOOKS[row["book"]]] = books.get(BOOKS[row["book"]], 0) + row["points"]
    assert {name: points for name, points in books.items() if points} == {
        "issued": -10,
        "transferred": -15,
        "available": 25,
    }
    (page,) = pages_of(programme(YEAR), events)
    (january, february, march) = page.units[0].months
    assert [month.transferred for month in (january, february, march)] == [0, 20, -5]
    assert (february.spent, february.earned, march.balance) == (Decimal(0), Decimal(0), Decimal(25))


def test_a_purchase_that_comes_back_after_its_points_were_passed_on_is_owed() -> None:
    history = [
        buys("2017-01-01", 10),
        sends("2017-02-01", 10),
        {"at": "2017-02-02", "type": "refund", "refund_of": "e01"},
    ]
    assert left(YEAR, *history) == (0, 10)


def test_a_transfer_that_there_is_not_does_nothing_and_says_so() -> None:
    history = [buys("2017-01-01", 10), sends("2017-02-01", 5, "whim"), receives("2017-02-02", part(5), transfer="whim")]
    assert left(YEAR, *history) == (10, 0)
    lines = sentences(explain(programme(YEAR), answers(YEAR, *history)))
    assert lines.count("  a transfer by whim, which is none of the programme: without effect") == 2


def test_who_paid_for_points_pays_for_them_with_the_receiver() -> None:
    body = YEAR.replace("give: floor(eligible)", "give: floor(eligible), funded_by: {brand: 1}")
    parts = [part(1, payer="brand"), part(2, payer="programme"), part(3, payer="nobody"), part(0)]
    (answer,) = answers(body, receives("2017-02-01", *parts))
    payers = programme(body).payers
    assert [(payers[row.payer], row.granted) for row in answer.effects] == [
        ("brand", 1),
        ("programme", 2),
        ("programme", 3),
    ]


def test_each_unit_has_its_own_decimals_and_transfers() -> None:
    body = """
units: {points: {}, stars: {decimals: 2}, votes: {}}
transfers: [{id: whole, unit: points}, {id: fine, unit: stars, max: 2.5}]
"""
    history = [
        receives("2017-03-01", part("3"), transfer="whole"),
        receives("2017-03-02", part("1.25"), transfer="fine"),
        sends("2017-03-03", "0.5", "fine"),
    ]
    events = [event(body, one, place) for place, one in enumerate(history, 1)]
    assert [stock.left.available for stock in take_stock(programme(body), events)] == [3, 75, 0]


def test_an_explanation_says_how_much_went_to_whom_and_came_from_whom() -> None:
    history = [
        buys("2017-01-01", 10),
        receives("2017-01-02", part(5, ends="2017-06-01")),
        sends("2017-01-03", 20),
        receives("2017-01-04", part(8), transfer="team"),
    ]
    events = [event(YEAR, one, place) for place, one in enumerate(history, 1)]
    stories = stories_of(programme(YEAR), keep_ledger(programme(YEAR), events))
    lines = sentences(explain(programme(YEAR), answers(YEAR, *history)), stories=stories)
    assert lines[4:17] == [
        "2017-01-02  points_received e02",
        "  A gift: 5 points from ben",
        "  A gift from ben: 5 points received",
        "",
        "2017-01-03  points_sent e03",
        "  A gift: 20 points to ben",
        "  A gift to ben: 15 points sent: 5 of points_received e02, 10 of purchase e01",
        "  A gift to ben: 5 points sent that were not there: they are owed",
        "",
        "2017-01-04  points_received e04",
        "  team: 8 points from ben",
        "  team from ben: 8 points received",
        "  5 points pay what was owed, of points_received e04",
    ]
    (page,) = pages_of(programme(YEAR), events)
    assert page.units[0].history[1].said == ("A gift from ben: 5 points received",)


def test_a_transfer_is_that_of_the_version_in_force() -> None:
    joint = timeline({"2017-01-01": YEAR, "2017-07-01": YEAR.replace("id: gift", "id: present")})
    history = [
        buys("2017-01-02", 30),
        sends("2017-02-01", 5),
        sends("2017-08-01", 10),
        sends("2017-08-02", 5, "present"),
    ]
    assert stock(joint, history, "2017-08-03").left.available == 20
