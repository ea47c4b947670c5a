"""Points that are spent before they are taken back: owed, taken from the balance, or written off; and given back, by hand (S5)."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.effects import EARNED, FROM_PENDING, KINDS, REVERSED
from guerdon.core.explain import explain, sentences
from guerdon.core.history import take_stock
from tests.core.lots.journals import has, kept, spends
from tests.core.tables import answers, event, points, programme

Record = Mapping[str, Any]

SPENT = [
    {"id": "one", "at": "2017-03-01", "amount": 50},
    {"id": "spend", **spends("2017-03-02", 30)},
]
"""50 earned, of which 30 are spent."""


def body(shortfall: str, more: str = "", terms: str = "expiry: {after: 12 months}") -> str:
    return kept(terms, f"\nreturns: {{shortfall: {shortfall}{more}}}")


def back(name: str, at: str, of: str, **more: Any) -> Record:  # noqa: ANN401 - whatever a record may say
    return {"id": name, "type": "refund", "at": at, "refund_of": of, **more}


def buys(name: str, at: str, amount: int) -> Record:
    return {"id": name, "at": at, "amount": amount}


def told(text: str, *records: Record) -> list[tuple[str, str, int, int]]:
    """Return what became of points, without what was earned at first: at which event, what, how many were asked for and moved."""
    return [
        (answer.event.id, KINDS[row.kind], row.desired, row.granted)
        for answer in answers(text, *records)
        for row in answer.effects
        if row.kind != EARNED or row.event != row.of
    ]


def test_what_is_spent_is_owed_unless_the_programme_says_otherwise() -> None:
    history = [*SPENT, back("r", "2017-03-08", "one")]
    assert told(body("debt"), *history) == [
        ("spend", "spent", 30, 30),
        ("r", "reversed", 50, 50),
        ("r", "indebted", 30, 30),
    ]
    assert has(body("debt"), *history) == (0, 0, 30)


def test_within_the_balance_the_rest_is_written_off_and_said() -> None:
    history = [*SPENT, back("r", "2017-03-08", "one")]
    text = body("within_balance")
    assert told(text, *history)[1:] == [("r", "reversed", 50, 20)]
    assert has(text, *history) == (0, 0, 0)
    assert points(text, *history) == [50, 0, -20]
    assert "  base: 30 points written off" in sentences(explain(programme(text), answers(text, *history)))


def test_where_nothing_is_left_to_take_back_only_the_write_off_is_told() -> None:
    text = body("within_balance")
    spend = {"id": "spend", **spends("2017-03-02", 50)}
    history = [buys("one", "2017-03-01", 50), spend, back("r", "2017-03-08", "one")]
    lines = sentences(explain(programme(text), answers(text, *history)))
    assert [line for line in lines if line.startswith("  base: ") and ("taken" in line or "written" in line)] == [
        "  base: 50 points written off"
    ]


def test_the_balance_is_all_that_there_is_to_use() -> None:
    """10 of another purchase are taken too, and 20 are written off."""
    history = [*SPENT, buys("two", "2017-03-03", 10), back("r", "2017-03-08", "one")]
    text = body("within_balance")
    assert told(text, *history)[1:] == [
        ("two", "settled", 10, 10),
        ("r", "reversed", 50, 30),
        ("r", "indebted", 10, 10),
    ]
    assert has(text, *history) == (0, 0, 0)


def test_only_what_still_waits_may_be_touched() -> None:
    text = body("pending_only", terms="pending: {for: 14 days}")
    waiting = [buys("one", "2017-03-01", 50), buys("two", "2017-03-10", 40)]
    assert told(text, *waiting, back("r", "2017-03-12", "two")) == [("r", "reversed", 40, 40)]
    assert told(text, *waiting, back("r", "2017-03-20", "one")) == [("one", "usable", 50, 50), ("r", "reversed", 50, 0)]
    assert has(text, *waiting, back("r", "2017-03-20", "one")) == (50, 40, 0)


def test_pending_points_go_first_and_say_so() -> None:
    """Over a cap of 30 the rest waits: of 50, 20 do."""
    text = body("debt", terms="cap: 30, over_cap: pending")
    history = [buys("one", "2017-03-01", 50), back("r", "2017-03-08", "one", amount=40)]
    rows = [row for row in answers(text, *history)[1].effects if row.kind == REVERSED]
    assert [(row.desired, row.granted, row.band) for row in rows] == [(20, 20, FROM_PENDING), (20, 20, -1)]
    assert has(text, *history) == (10, 0, 0)
    some = answers(text, history[0], back("r", "2017-03-08", "one", amount=5))[1].effects
    assert [(row.kind, row.granted, row.band) for row in some] == [(REVERSED, 5, FROM_PENDING)]


def test_what_waits_is_taken_and_what_does_not_is_written_off_each_in_a_row_of_its_own() -> None:
    text = body("pending_only", terms="cap: 30, over_cap: pending")
    history = [buys("one", "2017-03-01", 50), back("r", "2017-03-08", "one")]
    rows = [row for row in answers(text, *history)[1].effects if row.kind == REVERSED]
    assert [(row.desired, row.granted, row.band) for row in rows] == [(20, 20, FROM_PENDING), (30, 0, -1)]
    assert has(text, *history) == (30, 0, 0)


@pytest.mark.parametrize(
    ("most", "owed"),
    [(30, 0), (29, 1), (0, 30)],
)
def test_no_more_is_written_off_than_the_programme_says(most: int, owed: int) -> None:
    text = body("within_balance", f", write_off: {{most: {most}, every: year}}")
    history = [*SPENT, back("r", "2017-03-08", "one")]
    assert has(text, *history) == (0, 0, owed)
    assert points(text, *history)[-1] == -20 - owed


def test_what_may_be_written_off_comes_anew_with_each_period() -> None:
    text = body("within_balance", ", write_off: {most: 10, every: year}")
    history = [
        buys("one", "2017-03-01", 10),
        buys("two", "2017-03-01", 10),
        {"id": "spend", **spends("2017-03-02", 20)},
        back("r", "2017-03-08", "one"),
    ]
    assert has(text, *history, back("s", "2017-12-31", "two")) == (0, 0, 10)
    assert has(text, *history, back("s", "2018-01-01", "two")) == (0, 0, 0)


def test_what_has_expired_is_taken_from_there_whatever_the_programme_says() -> None:
    for shortfall in ("within_balance", "pending_only"):
        text = body(shortfall, terms="expiry: {after: 1 month}")
        history = [buys("one", "2017-03-01", 50), buys("two", "2017-04-10", 5), back("r", "2017-04-11", "one")]
        assert told(text, *history)[-2:] == [("r", "reversed", 50, 50), ("r", "restored", 50, 50)]
        assert has(text, *history) == (5, 0, 0)


# What an earlier refund took and a later one gives back, because what is left now earns more by itself.


EVEN = "\nrules: [{id: base, when: amount <> 100, give: floor(amount)}]"
"""100 left earn nothing: 120, with 20 back and then 10 more, give 120, take 120 and give 90 back."""


def even(terms: str = "expiry: {after: 12 months}", more: str = "") -> str:
    return f"units: {{points: {{{terms}}}}}{EVEN}{more}"


GIVEN_BACK = [back("r", "2017-03-08", "one", amount=20), back("s", "2017-03-09", "one", amount=10)]


def test_points_go_back_into_the_lot_that_they_came_from() -> None:
    history = [buys("one", "2017-03-01", 120), *GIVEN_BACK]
    (stock,) = take_stock(programme(even()), [event(even(), record) for record in history])
    assert [(lot.original, lot.remaining, lot.reversed) for lot in stock.left.lots] == [(120, 90, 30)]
    assert told(even(), *history, buys("end", "2018-03-02", 1))[-1] == ("s", "earned", 90, 90)
    assert ("one", "expired", 90, 90) in told(even(), *history, buys("end", "2018-03-02", 1))


def test_they_wait_if_they_did_and_are_usable_if_the_time_has_come() -> None:
    text = even("pending: {for: 30 days}")
    history = [buys("one", "2017-03-01", 120), *GIVEN_BACK]
    assert has(text, *history) == (0, 90, 0)
    assert has(text, *history, buys("end", "2017-04-01", 100)) == (90, 0, 0)
    later = [back("r", "2017-03-08", "one", amount=20), back("s", "2017-04-09", "one", amount=10)]
    assert has(text, buys("one", "2017-03-01", 120), *later) == (90, 0, 0)
    assert ("one", "usable", 90, 90) in told(text, buys("one", "2017-03-01", 120), *later)


def test_they_stay_for_the_grace_if_their_time_has_ended_meanwhile_or_are_gone() -> None:
    text = even("expiry: {after: 1 month}", "\nredemptions: {restore: original_date}")
    history = [buys("one", "2017-03-01", 120), back("r", "2017-03-08", "one", amount=20)]
    history += [back("s", "2017-05-09", "one", amount=10)]
    assert told(text, *history)[0] == ("one", "expired", 90, 90)
    assert has(text, *history) == (0, 0, 0)
    assert has(even("expiry: {after: 1 month}"), *history) == (90, 0, 0)


def test_what_is_given_back_pays_what_is_owed_because_of_it_first() -> None:
    history = [buys("one", "2017-03-01", 120), {"id": "spend", **spends("2017-03-02", 100)}]
    assert has(even(), *history, GIVEN_BACK[0]) == (0, 0, 100)
    assert has(even(), *history, *GIVEN_BACK) == (0, 0, 10)
    assert told(even(), *history, *GIVEN_BACK)[-2:] == [("s", "earned", 90, 90), ("s", "settled", 90, 90)]


def test_lots_that_paid_what_was_owed_get_it_back() -> None:
    """120 earned and 100 spent; the refund owes 100, which 60 of another purchase pay. 90 come back: 40 debt, 50 to that."""
    history = [
        buys("one", "2017-03-01", 120),
        {"id": "spend", **spends("2017-03-02", 100)},
        buys("two", "2017-03-03", 60),
    ]
    assert has(even(), *history, GIVEN_BACK[0]) == (0, 0, 40)
    assert has(even(), *history, *GIVEN_BACK) == (50, 0, 0)
    (stock,) = take_stock(programme(even()), [event(even(), record) for record in (*history, *GIVEN_BACK)])
    assert [(lot.remaining, lot.spent, lot.reversed) for lot in stock.left.lots] == [(0, 100, 20), (50, 0, 10)]
    one_point = [*history[:2], buys("two", "2017-03-03", 11), *GIVEN_BACK]
    (stock,) = take_stock(programme(even()), [event(even(), record) for record in one_point])
    assert [(lot.remaining, lot.spent, lot.reversed) for lot in stock.left.lots] == [(0, 100, 20), (1, 0, 10)]


def test_what_was_written_off_was_never_taken_and_does_not_come_back() -> None:
    text = even(more="\nreturns: {shortfall: within_balance}")
    history = [buys("one", "2017-03-01", 120), {"id": "spend", **spends("2017-03-02", 100)}, *GIVEN_BACK]
    assert points(text, *history) == [120, 0, -20, 20]
    assert has(text, *history) == (20, 0, 0)


def test_what_is_owed_because_of_others_stays_and_each_debt_comes_back_once() -> None:
    """Nothing is earned at 100 and at 80: 120 is taken, 90 given back, taken, and 70 given back."""
    text = even().replace("amount <> 100", "amount <> 100 and amount <> 80")
    history = [
        buys("one", "2017-03-01", 120),
        buys("other", "2017-03-01", 30),
        {"id": "spend", **spends("2017-03-02", 150)},
        back("x", "2017-03-03", "other"),
        *[back(f"r{number}", f"2017-03-{number + 4:02}", "one", amount=part) for number, part in enumerate((20, 10))],
    ]
    assert has(text, *history) == (0, 0, 60)
    history += [back("s", "2017-03-10", "one", amount=10), buys("pays", "2017-03-11", 200)]
    assert has(text, *history) == (50, 0, 0)
    history.append(back("t", "2017-03-12", "one", amount=10))
    assert has(text, *history) == (120, 0, 0)


def test_of_several_lots_that_paid_the_last_gets_its_points_back_first() -> None:
    history = [
        buys("one", "2017-03-01", 120),
        {"id": "spend", **spends("2017-03-02", 120)},
        GIVEN_BACK[0],
        buys("two", "2017-03-08T12:00", 20),
        buys("three", "2017-03-08T13:00", 150),
        GIVEN_BACK[1],
    ]
    (stock,) = take_stock(programme(even()), [event(even(), record) for record in history])
    assert [(lot.remaining, lot.reversed) for lot in stock.left.lots] == [(0, 0), (0, 20), (140, 10)]


def test_a_lot_that_got_back_what_it_paid_does_not_get_it_again() -> None:
    """100 left earn nothing, 90 left 100 and 80 left 120: the 100 are of what paid last, and the other 20 of what paid first."""
    text = """
units: {points: {expiry: {after: 12 months}}}
events: {purchase: {attributes: {shop: {type: text, default: own}}}}
rules:
  - {id: base, when: shop = 'own', give: "case when amount = 100 then 0 when amount = 90 then 100 else 120 end"}
  - {id: other, when: shop = 'other', give: floor(amount)}
"""
    history = [
        buys("one", "2017-03-01", 120),
        {"id": "spend", **spends("2017-03-02", 120)},
        GIVEN_BACK[0],
        {**buys("two", "2017-03-08T12:00", 20), "shop": "other"},
        {**buys("three", "2017-03-08T13:00", 150), "shop": "other"},
        GIVEN_BACK[1],
        back("t", "2017-03-10", "one", amount=10),
    ]
    assert points(text, *history) == [120, 0, -120, 20, 150, 100, 20]
    (stock,) = take_stock(programme(text), [event(text, record) for record in history])
    assert [(lot.remaining, lot.reversed) for lot in stock.left.lots] == [(0, 0), (20, 0), (150, 0)]
