"""Lots whose purchases come back, and what waits or is set aside for a month, worked out by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from guerdon.core.effects import EARNED, FROM_PENDING, FROM_USABLE, KINDS, REVERSED, Effects
from guerdon.core.errors import InvariantBroken
from guerdon.core.events import values_of
from guerdon.core.history import facts_of, take_stock
from guerdon.core.lots.lot import Lot, before
from guerdon.core.lots.recovery import DEBT
from guerdon.core.lots.reversal import take_back
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.lots.journals import kept, spends
from tests.core.tables import answers, event, programme

Record = Mapping[str, Any]


def told(body: str, *records: Record) -> list[tuple[str, str, int]]:
    """Return what became of points that were earned: at which event, what, and how many."""
    return [
        (answer.event.id, KINDS[row.kind], row.granted)
        for answer in answers(body, *records)
        for row in answer.effects
        if row.kind != EARNED
    ]


def buys(name: str, when: str, amount: object) -> Record:
    return {"id": name, "at": when, "amount": amount}


def returns(name: str, when: str, of: str) -> Record:
    return {"id": name, "type": "refund", "at": when, "refund_of": of}


def test_points_that_still_waited_when_their_purchase_came_back_never_become_usable() -> None:
    body = kept("pending: {for: 14 days}")
    history = [buys("one", "2017-03-01", 50), buys("two", "2017-03-02", 5), returns("back", "2017-03-08", "one")]
    assert told(body, *history, buys("later", "2017-04-01", 1)) == [("two", "usable", 5), ("back", "reversed", 50)]


def test_nor_do_they_when_they_are_activated() -> None:
    body = kept("pending: {until: opened}", "\nevents: {opened: {}}")
    history = [buys("one", "2017-03-01", 50), returns("back", "2017-03-08", "one")]
    assert told(body, *history, {"id": "open", "type": "opened", "at": "2017-03-09"}) == [("back", "reversed", 50)]


def test_what_was_spent_before_its_purchase_came_back_is_owed_and_paid_off_by_the_next_earnings() -> None:
    body = kept("expiry: {after: 12 months}")
    history = [
        buys("one", "2017-03-01", 50),
        {"id": "spend", **spends("2017-03-02", 30)},
        returns("back", "2017-03-08", "one"),
        buys("two", "2017-03-09", 100),
    ]
    found = told(body, *history)
    assert ("back", "indebted", 30) in found
    assert ("two", "settled", 30) in found


def test_what_had_expired_is_not_taken_again() -> None:
    body = kept("expiry: {after: 1 month}")
    history = [
        buys("one", "2017-03-01", 50),
        {"id": "spend", **spends("2017-03-02", 10)},
        buys("two", "2017-04-10", 100),
        returns("back", "2017-04-11", "one"),
    ]
    assert told(body, *history) == [
        ("one", "expired", 40),
        ("spend", "spent", 10),
        ("two", "settled", 10),
        ("back", "reversed", 50),
        ("back", "restored", 40),
        ("back", "indebted", 10),
    ]


def test_a_purchase_of_nothing_kept_may_come_back() -> None:
    body = kept("expiry: {after: 1 month}")
    assert told(body, buys("one", "2017-03-01", 0), returns("back", "2017-03-02", "one")) == []


def test_what_was_earned_later_may_become_usable_sooner_at_the_end_of_a_month() -> None:
    # a month after 30 January at three is 28 February at three; after 31 January at two it is an hour earlier
    body = kept("pending: {for: 1 month}")
    history = [buys("one", "2017-01-30T15:00", 10), buys("two", "2017-01-31T14:00", 20)]
    rows = [
        (row.at, row.granted)
        for answer in answers(body, *history, buys("later", "2017-04-01", 1))
        for row in answer.effects
        if row.kind != EARNED
    ]
    assert [granted for _, granted in sorted(rows)] == [20, 10]


def test_a_reservation_made_later_may_lapse_sooner_and_one_that_was_confirmed_does_not() -> None:
    body = kept("expiry: {after: 12 months}", "\nredemptions: {hold_for: 1 month}")
    history = [
        buys("one", "2017-01-01", 100),
        {"id": "kept", **spends("2017-01-29", 5, step="reserve")},
        {"id": "first", **spends("2017-01-30T15:00", 10, step="reserve")},
        {"id": "second", **spends("2017-01-31T14:00", 20, step="reserve")},
        {"id": "taken", **spends("2017-02-01", 5, step="confirm", reservation="kept")},
    ]
    rows = [
        (row.at, row.granted)
        for answer in answers(body, *history, buys("later", "2017-04-01", 1))
        for row in answer.effects
        if KINDS[row.kind] == "released"
    ]
    assert [granted for _, granted in sorted(rows)] == [20, 10]


def test_of_two_units_only_the_one_that_is_due_loses_points() -> None:
    body = """
units: {points: {expiry: {after: 1 month}}, stars: {expiry: {after: 2 months}}}
rules: [{id: a, unit: points, give: 5}, {id: b, unit: stars, give: 7}]
"""
    assert told(
        body, buys("one", "2017-01-01", 1), {"id": "later", "type": "purchase", "at": "2017-02-15", "amount": 0}
    ) == [("one", "expired", 5)]


def test_a_sale_that_earned_nothing_has_no_share_in_points() -> None:
    body = kept("expiry: {after: 1 month}, value: 0.01")
    assert told(body, buys("one", "2017-01-01", 0)) == []


def test_a_lot_of_two_payers_is_a_lot_of_each() -> None:
    body = """
units: {points: {expiry: {after: 1 month}}}
rules: [{id: a, give: 7, funded_by: {Acme: 1, Bolt: 1}}]
"""
    assert told(body, buys("one", "2017-01-01", 1), buys("later", "2017-02-15", 1)) == [
        ("one", "expired", 4),
        ("one", "expired", 3),
    ]


def test_lots_that_end_together_are_spent_oldest_first_and_then_as_they_were_made() -> None:
    old, new, other = (
        Lot(number, 0, 0, 0, 10, earned_at=at, sequence=place)
        for number, at, place in ((1, 5, 9), (2, 6, 2), (3, 6, 3))
    )
    assert before(old, 100, new, 100)
    assert not before(new, 100, old, 100)
    assert before(new, 100, other, 100)
    assert before(other, 99, old, 100)


def test_of_two_purchases_of_one_instant_the_one_that_came_back_does_not_become_usable() -> None:
    history = [buys("one", "2017-03-01", 50), buys("two", "2017-03-01", 5), returns("back", "2017-03-02", "two")]
    waiting = kept("pending: {for: 14 days}")
    assert told(waiting, *history, buys("later", "2017-04-01", 1)) == [("one", "usable", 50), ("back", "reversed", 5)]
    opened = kept("pending: {until: opened}", "\nevents: {opened: {}}")
    found = told(opened, *history, {"id": "open", "type": "opened", "at": "2017-03-09"})
    assert found == [("one", "usable", 50), ("back", "reversed", 5)]


def test_of_two_reservations_of_one_instant_the_one_that_was_confirmed_does_not_lapse() -> None:
    body = kept("expiry: {after: 12 months}", "\nredemptions: {hold_for: 1 month}")
    history = [
        buys("one", "2017-01-01", 100),
        {"id": "a", **spends("2017-01-29", 5, step="reserve")},
        {"id": "b", **spends("2017-01-29", 7, step="reserve")},
        {"id": "c", **spends("2017-02-01", 7, step="confirm", reservation="b")},
    ]
    found = told(body, *history, buys("later", "2017-04-01", 1))
    assert [(what, points) for _, what, points in found if what in {"released", "spent"}] == [
        ("released", 5),
        ("spent", 7),
    ]


def test_what_a_limit_refused_has_no_share_of_the_sale() -> None:
    body = """
units: {points: {expiry: {after: 1 month}, value: 0.01}}
rules: [{id: a, give: 7, limits: [{points: 0, every: ever}]}]
"""
    assert told(body, buys("one", "2017-01-01", 10)) == []


def test_what_an_outdone_rule_gives_after_all_is_a_lot_that_comes_back_like_any_other() -> None:
    body = """
units: {points: {expiry: {after: 12 months}}}
rules:
  - {id: big, give: floor(amount), when: amount >= 100, stack: {group: g, take: best}}
  - {id: small, give: 30, stack: {group: g, take: best}}
"""
    history = [
        buys("one", "2017-03-01", 120),
        {**returns("half", "2017-03-02", "one"), "amount": 50},
        returns("all", "2017-03-03", "one"),
    ]
    assert told(body, *history) == [("half", "reversed", 120), ("all", "reversed", 30)]
    assert [answer.points(0) for answer in answers(body, *history)] == [120, -90, -30]


def test_a_row_of_a_lot_that_nobody_made_is_a_broken_book() -> None:
    made = programme(kept("expiry: {after: 1 month}"))
    effects = Effects()
    fold = Fold(made, effects)
    effects.add(REVERSED, 0, 1, 0, -1, 0, 0, -1, -1, 0, 5, 5, -1, 0, 0, 0, 0, 0)
    assert fold.purse is not None
    with pytest.raises(InvariantBroken, match="what was granted has a lot"):
        take_back(fold.purse.pockets, effects, 0, DEBT, [])


def test_a_statement_of_lots_needs_no_effects_and_accounts_have_receipts_of_their_own() -> None:
    body = kept("expiry: {after: 12 months}")
    made = programme(body)
    records = [buys("one", "2017-03-01", 50), buys("two", "2017-03-02", 5)]
    events = [event(body, record) for record in records]
    fold, statement = Fold(made, Effects()), Statement(made.zone, 1)
    fold.run(facts_of(made, events, [values_of(one, made.terms) for one in events]), statement, keep_effects=False)
    statement.close()
    assert list(statement.columns()["points"]) == [55, 55]
    history = [*records, returns("back", "2017-03-08", "one"), {**buys("three", "2017-03-09", 7), "member": "ben"}]
    assert [answer.points(0) for answer in answers(body, *history)] == [50, 5, -50, 7]


def test_a_refund_of_points_of_which_some_wait_tells_what_it_took_of_which_in_two_rows_alike_in_all_else() -> None:
    body = kept("cap: 30, over_cap: pending")
    _, refund = answers(body, buys("one", "2017-03-01", 50), returns("back", "2017-03-08", "one"))
    waiting, usable = [row for row in refund.effects if row.kind == REVERSED]
    assert (waiting.granted, usable.granted) == (20, 30)
    assert (waiting.band, usable.band) == (FROM_PENDING, FROM_USABLE)
    assert replace(usable, band=FROM_PENDING, desired=20, granted=20) == waiting


def test_points_that_idle_accounts_get_back_for_what_they_paid_are_theirs_again() -> None:
    # 120 were earned and spent; 100 left earn nothing, 70 left earn 70: of the 80 that paid for the debt 30 come back
    body = kept("expiry: {idle: 12 months}", "\nreturns: {}").replace(
        "give: floor(amount)", "when: amount <> 100, give: floor(amount)"
    )
    history = [
        buys("one", "2017-03-01", 120),
        {"id": "spend", **spends("2017-03-02", 120)},
        {**returns("some", "2017-03-03", "one"), "amount": 20},
        buys("two", "2017-03-04", 80),
        {**returns("more", "2017-03-05", "one"), "amount": 30},
    ]
    (stock,) = take_stock(programme(body), [event(body, record) for record in history])
    assert (stock.left.available, stock.left.debt) == (30, 0)


# Points that come back to a lot whose purchase came back before.

ENDS = "expiry: {after: 1 month}"
COMES_BACK = [
    ("reserve", "", "2017-02-10"),  # cancelled after the lot's date
    ("reserve", "", "2017-01-25"),  # and before it
    ("reserve", "hold_for: 1 month, ", ""),  # lapses by itself, after it
    ("", "", "2017-02-10"),
    ("", "", "2017-01-25"),
]


def lived(step: str, terms: str, cancelled: str, *others: Record, restore: str = "original_date") -> tuple[int, int]:
    """Return what is there and what is owed when ten points were set aside, or spent, whose purchase came back, and then they did."""
    body = kept(ENDS, f"\nreturns: {{}}\nredemptions: {{{terms}restore: {restore}}}")
    asked = {"id": "ask", "at": "2017-01-10", "type": "redemption", "points": 10} | ({"step": step} if step else {})
    history = [buys("one", "2017-01-01", 10), asked, returns("back", "2017-01-15", "one"), *others]
    if cancelled:
        cancel = {"step": "cancel", "reservation": "ask"}
        history.append({"id": "cancel", "at": cancelled, "type": "redemption", "points": 10} | cancel)
    history.append(buys("none", "2017-02-12", 0))
    (stock,) = take_stock(programme(body), [event(body, one) for one in history])
    return stock.left.available, stock.left.debt


@pytest.mark.parametrize("restore", ["original_date", "new_lot"])
@pytest.mark.parametrize(("step", "terms", "cancelled"), COMES_BACK)
def test_points_that_come_back_pay_what_their_own_purchase_owes_even_after_their_date(
    step: str, terms: str, cancelled: str, restore: str
) -> None:
    """They expired, and ten points were owed for ever for goods that had been given back."""
    assert lived(step, terms, cancelled, restore=restore) == (0, 0)


@pytest.mark.parametrize("restore", ["original_date", "new_lot"])
@pytest.mark.parametrize(("step", "terms", "cancelled"), COMES_BACK)
def test_points_of_others_that_paid_are_there_again(step: str, terms: str, cancelled: str, restore: str) -> None:
    other = buys("two", "2017-01-20", 10)
    assert lived(step, terms, cancelled, other, restore=restore) == (10, 0)
    again = returns("again", "2017-02-11", "two")
    assert lived(step, terms, cancelled, other, again, restore=restore) == (0, 0)


# Points that came back as a new lot, which is their purchase's still.


def anew(*history: Record, returned: str = "", until: str = "2017-06-30") -> tuple[int, int]:
    """Return what is there and what is owed when ten points were spent, and what was given back of them was a new lot of a month."""
    body = kept(ENDS, f"\nreturns: {{{returned}}}\nredemptions: {{restore: new_lot}}")
    spent = {"id": "ask", "at": "2017-01-10", "type": "redemption", "points": 10}
    told = [buys("one", "2017-01-01", 10), spent, *history, buys("none", until, 0)]
    (stock,) = take_stock(programme(body), [event(body, one) for one in told])
    return stock.left.available, stock.left.debt


def cancels(when: str, points: int = 10, claim: str = "ask") -> Record:
    return {
        "id": f"cancel-{when}",
        "at": when,
        "type": "redemption",
        "points": points,
        "step": "cancel",
        "reservation": claim,
    }


def test_what_expired_after_it_came_back_anew_is_not_taken_a_second_time() -> None:
    """The new lot of 10 February ended on 10 March, and ten points were owed for ever for goods that had been given back."""
    assert anew(cancels("2017-02-10"), returns("back", "2017-04-01", "one")) == (0, 0)
    assert anew(cancels("2017-02-10"), returns("back", "2017-03-01", "one")) == (0, 0)


def test_of_what_came_back_anew_what_is_there_is_taken_first() -> None:
    """Four expire on 10 March, six on 5 April: of a refund of six nothing is left, and the rest is gone already."""
    back = [cancels("2017-02-10", 4), cancels("2017-03-05", 6)]
    some, rest = (
        {**returns(name, "2017-03-20", "one"), "amount": amount} for name, amount in (("some", 6), ("rest", 4))
    )
    assert anew(*back, until="2017-03-21") == (6, 0)
    assert anew(*back, some, until="2017-03-21") == (0, 0)
    assert anew(*back, rest, until="2017-03-21") == (2, 0)
    assert anew(*back, rest, {**some, "at": "2017-03-20T01:00:00"}, until="2017-03-21") == (0, 0)


def test_of_points_that_are_owed_in_part_the_rest_comes_back_anew() -> None:
    some = {**returns("some", "2017-01-15", "one"), "amount": 4}
    assert anew(some, until="2017-02-11") == (0, 4)
    assert anew(some, cancels("2017-02-10"), until="2017-02-11") == (6, 0)
    assert anew(some, cancels("2017-02-10"), returns("back", "2017-04-01", "one")) == (0, 0)


def test_points_that_came_back_anew_and_are_set_aside_pay_what_their_purchase_owes_even_after_their_date() -> None:
    """The new lot ends on 10 March while it is held, and is given back on the 20th."""
    held = {"id": "hold", "at": "2017-02-11", "type": "redemption", "points": 10, "step": "reserve"}
    back = [cancels("2017-02-10"), held, returns("back", "2017-02-20", "one")]
    assert anew(*back, until="2017-02-21") == (0, 10)
    assert anew(*back, cancels("2017-03-20", claim="hold")) == (0, 0)


@pytest.mark.parametrize("shortfall", ["pending_only", "within_balance"])
def test_nothing_is_written_off_of_what_expired_after_it_came_back_anew(shortfall: str) -> None:
    """The limit of what may be written off is four: the rest would be owed."""
    returned = f"shortfall: {shortfall}, write_off: {{most: 4, every: year}}"
    assert anew(returns("back", "2017-04-01", "one"), returned=returned) == (0, 6)
    assert anew(cancels("2017-02-10"), returns("back", "2017-04-01", "one"), returned=returned) == (0, 0)
