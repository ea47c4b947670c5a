"""What effects say as entries of the books, and the permanent numbers by which entries name parts of a programme."""

from typing import Any

from guerdon.core.effects import EARNED, INDEBTED, MOVED, REDEEMED, REVERSED
from guerdon.core.ledger.books import BOOKS
from guerdon.core.ledger.said import said_by
from guerdon.core.ledger.terms import Terms, names_of
from guerdon.core.teller import Teller, history_of
from tests.core.tables import event, programme

SHOP = """
units: {points: {expiry: {after: 12 months}}}
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 100}]}]
rules: [{id: base, give: floor(eligible), limits: [{points: 150, every: month}, {points: 1000, every: year}]}]
multipliers: [{id: gold, of: base, by: case level when 'gold' then 2 else 1 end}]
rewards: [{id: mug, price: 10}]
returns: {shortfall: within_balance}
"""
FIRST = 100
"""Numbers begin here, so that none is a position."""


def terms_of(body: str) -> Terms:
    """Return the terms of a programme, numbered in their order."""
    made = programme(body)
    return Terms(made, {name: number for number, name in enumerate(names_of(made), start=FIRST)})


def said(body: str, *records: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the books say of events of one member: by name what a number stands for."""
    terms = terms_of(body)
    events = [event(body, record, number) for number, record in enumerate(records, start=1)]
    numbers = {(one.source, one.id): number for number, one in enumerate(events, start=1)}
    teller = Teller(terms.programme)
    rows = teller.refold(history_of(terms.programme.terms, events, numbers).history)
    waits = [pocket.keeping.waits for pocket in teller.pockets()]
    return [_named(terms, entry) for entry in said_by(terms, rows, waits)]


def _named(terms: Terms, entry: tuple[Any, ...]) -> dict[str, Any]:
    kind, _, unit, points, left, reached, number, _, _, rule, version, source, band, desired, limit, *_ = entry
    return {
        "kind": kind, "unit": terms.name(unit), "points": points, "event": number, "rule": terms.name(rule),
        "from": None if left is None else BOOKS[left], "into": None if reached is None else BOOKS[reached],
        "version": terms.name(version), "desired": desired, "limit": terms.name(limit),
        "source": terms.name(source) if kind in (EARNED, MOVED) else source,
        "band": terms.name(band) if kind == MOVED else band,
    }  # fmt: skip


def of_kind(entries: list[dict[str, Any]], kind: int) -> list[dict[str, Any]]:
    """Return the entries of one kind."""
    return [one for one in entries if one["kind"] == kind]


def test_what_is_earned_comes_from_issued_into_available() -> None:
    (earned,) = of_kind(said(SHOP, {"at": "2026-01-05", "amount": 50}), EARNED)
    assert (earned["from"], earned["into"], earned["points"], earned["event"]) == ("issued", "available", 50, 1)
    assert (earned["unit"], earned["rule"], earned["limit"]) == ("points", "base", "")


def test_what_waits_comes_into_pending() -> None:
    body = SHOP.replace("{after: 12 months}", "{after: 12 months}, pending: {for: 3 days}")
    (earned,) = of_kind(said(body, {"at": "2026-01-05", "amount": 50}), EARNED)
    assert (earned["from"], earned["into"]) == ("issued", "pending")


def test_a_level_that_is_reached_is_told_by_its_name_and_moves_nothing() -> None:
    moved = of_kind(said(SHOP, {"at": "2026-01-05", "amount": 120}), MOVED)
    assert [(one["rule"], one["source"], one["band"]) for one in moved] == [("tier", "tier/blue", "tier/gold")]
    assert {(one["from"], one["into"], one["event"]) for one in moved} == {(None, None, -1)}


def test_a_multiplier_and_the_limit_that_cut_it_are_named() -> None:
    entries = said(SHOP, {"at": "2026-01-05", "amount": 120}, {"at": "2026-01-06", "amount": 100})
    later = [one for one in of_kind(entries, EARNED) if one["event"] == 2]
    assert {one["source"] for one in later} == {"", "gold"}
    assert sum(one["points"] for one in later) == 30
    assert {one["limit"] for one in later if one["points"] < one["desired"]} == {"base"}


def test_two_limits_of_one_rule_have_names_of_their_own() -> None:
    assert [name for kind, name in names_of(programme(SHOP)) if kind == "limit"] == ["base", "base#2"]


def test_a_redemption_names_its_reward() -> None:
    spent = {"at": "2026-01-06", "type": "redemption", "points": 10, "reward": "mug"}
    (told,) = of_kind(said(SHOP, {"at": "2026-01-05", "amount": 50}, spent), REDEEMED)
    assert (told["rule"], told["from"], told["into"]) == ("mug", None, None)


def test_what_a_refund_cannot_take_back_leaves_the_book_of_what_was_written_off() -> None:
    entries = said(
        SHOP,
        {"id": "p", "at": "2026-01-05", "amount": 50},
        {"at": "2026-01-06", "type": "redemption", "points": 20, "reward": "mug"},
        {"at": "2026-01-07", "type": "refund", "refund_of": "p"},
    )
    told = [(one["from"], one["into"], one["points"]) for one in of_kind(entries, REVERSED)]
    assert told == [("available", "reversed", 30), ("written_off", "reversed", 20)]


def test_numbers_lead_back_to_what_they_stand_for() -> None:
    terms = terms_of(SHOP)
    mug = terms.numbers["reward", "mug"]
    assert terms.reward(mug) is terms.programme.rewards[0]
    assert terms.reward(terms.numbers["unit", "points"]) is None
    assert (terms.name(mug), terms.name(-1)) == ("mug", "")


def test_what_is_redeemed_beyond_all_lots_is_owed_and_names_no_rule() -> None:
    spent = {"at": "2026-01-06", "type": "redemption", "points": 60, "reward": "mug"}
    (owed,) = of_kind(said(SHOP, {"at": "2026-01-05", "amount": 50}, spent), INDEBTED)
    assert (owed["from"], owed["into"], owed["points"], owed["rule"]) == ("debt", "redeemed", 10, "")
