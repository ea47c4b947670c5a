"""Accounts folded one after another: nothing of one shows in the next, whether or not anybody keeps what is answered."""

import pytest

from guerdon.core.effects import Effects
from guerdon.core.events import resolve, values_of
from guerdon.core.history import facts_of
from guerdon.core.lots.left import Left
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.lots.journals import Record, buys, kept, spends
from tests.core.tables import event, programme

TERMS = kept(
    "pending: {for: 7 days}, expiry: {after: 2 months}, value: 0.01",
    "\nredemptions: {hold_for: 1 month, restore: 30 days}",
)

ANA: list[Record] = [
    buys("2017-01-01", 10),
    buys("2017-01-02", 20),
    {"id": "returned", **buys("2017-02-01", 30)},
    {"id": "spent", **spends("2017-02-02", 4)},
    spends("2017-02-20", 5, step="reserve"),
    {"at": "2017-03-21", "type": "refund", "refund_of": "returned", "amount": 12},
    spends("2017-03-22", 9, step="reserve"),
    {"at": "2017-03-23", "type": "redemption", "step": "cancel", "reservation": "spent", "points": 3},
    buys("2017-03-25", 7),
]
"""Of 67 points 12 were returned and 26 expired; 9 are held, 7 wait, 1 is spent and 3 more are back after their time."""

BEN: list[Record] = [
    buys("2017-01-05", 11),
    buys("2017-01-06", 12),
    buys("2017-01-07", 13),
    spends("2017-01-20", 5),
    buys("2017-01-21", 14),
    buys("2017-01-22", 15),
]
"""He bought five times, and spent 5 of his first 11; the last two purchases' points still wait."""


def folded(*accounts: tuple[str, list[Record]], keep_effects: bool) -> tuple[Left, list[list[int]]]:
    """Return what the last account has, and its lots in figures: all there is to know of each, but its event."""
    made = programme(TERMS)
    records = [{**record, "member": member, "source": member} for member, history in accounts for record in history]
    given = [event(TERMS, record, number) for number, record in enumerate(records, start=1)]
    events = resolve(given, decimals=2, policy=made.terms.returns).events
    fold = Fold(made, Effects())
    facts = facts_of(made, events, [values_of(one, made.terms) for one in events])
    fold.run(facts, Statement(made.zone, 1), keep_effects=keep_effects)
    assert fold.purse is not None
    left = Left(0, fold.purse.pockets[0])
    figures = [
        [
            lot.original, lot.remaining, lot.spent, lot.expired, lot.reversed, lot.held, lot.pending, lot.share,
            lot.rule, lot.number, lot.payer, lot.sequence, lot.earned_at, lot.usable_from, lot.expires_at,
            lot.queue, lot.place, int(lot.ended),
        ]
        for lot in left.lots
    ]  # fmt: skip
    return left, figures


@pytest.mark.parametrize("keep_effects", [True, False])
def test_what_another_account_had_does_not_show_in_the_next(keep_effects: bool) -> None:  # noqa: FBT001 - a case of the table
    left, figures = folded(("ana", ANA), ("ben", BEN), keep_effects=keep_effects)
    assert (left.available, left.pending, left.held, left.debt) == (31, 29, 0, 0)
    assert [lot.remaining for lot in left.lots] == [6, 12, 13, 14, 15]
    assert figures == folded(("ben", BEN), keep_effects=keep_effects)[1]


def test_nor_does_it_in_the_one_after_that() -> None:
    _, figures = folded(("ana", ANA), ("ben", BEN), ("cleo", ANA), keep_effects=False)
    assert figures == folded(("cleo", ANA), keep_effects=False)[1]
    # original, remaining, spent, expired, reversed, held, pending
    assert [sum(column) for column in zip(*figures, strict=True)][:7] == [67, 28, 1, 26, 12, 9, 7]


POCKET = (
    "gone", "lots", "ripening", "ripe", "waiting", "waited", "holds", "lapsed", "by_event", "pending", "available", "held",
    "debts", "paid", "debt",
)  # fmt: skip
QUEUE = ("lots", "first", "next", "idle_until", "ended_at")


def test_a_purse_is_empty_as_it_was_made_when_another_account_begins() -> None:
    made = programme(TERMS)
    events = [event(TERMS, record, number) for number, record in enumerate(ANA, start=1)]
    new, used = Fold(made, Effects()), Fold(made, Effects())
    facts = facts_of(made, events, [values_of(one, made.terms) for one in events])
    used.run(facts, Statement(made.zone, 1), keep_effects=True)
    used.begin(0, 0)
    assert new.purse is not None
    assert used.purse is not None
    for ours, theirs in zip(used.purse.pockets, new.purse.pockets, strict=True):
        assert [getattr(ours, name) for name in POCKET] == [getattr(theirs, name) for name in POCKET]
        for queue, other in zip(ours.queues, theirs.queues, strict=True):
            assert [getattr(queue, name) for name in QUEUE] == [getattr(other, name) for name in QUEUE]
        assert (ours.total(), ours.orders.known) == (0, {})
