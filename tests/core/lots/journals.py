"""Accounts whose points wait, expire and are spent, and what became of their lots, in a line each."""

from collections.abc import Mapping
from typing import Any

from guerdon.core.effects import EARNED, KINDS, MOVED, REDEEMED, Effects
from guerdon.core.events import in_order, read_event, values_of
from guerdon.core.history import facts_of, take_stock
from guerdon.core.lots.left import Left
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.tables import event, programme

Record = Mapping[str, Any]

BASE = "\nrules: [{id: base, give: floor(amount)}]"


def kept(terms: str, rest: str = "") -> str:
    """Return a programme of a point a dollar whose points are kept on some terms."""
    return f"units: {{points: {{{terms}}}}}{BASE}{rest}"


def at(when: str) -> int:
    return read_event(programme(kept("")).terms, {"member": "ana", "at": when, "amount": 1}, default_id="").at


def told(body: str, *records: Record) -> list[tuple[str, int, int, int]]:
    """Return what became of lots, in the order in which it happened: kind, instant, which event's lot, how many."""
    made = programme(body)
    events = in_order([event(body, record, number) for number, record in enumerate(records, start=1)])
    fold = Fold(made, Effects())
    facts = facts_of(made, events, [values_of(one, made.terms) for one in events])
    fold.run(facts, Statement(made.zone, len(made.units)), keep_effects=True)
    rows = [row for row in fold.effects.rows() if row.kind not in (EARNED, MOVED, REDEEMED)]
    return [(KINDS[row.kind], row.at, row.of + 1, row.granted) for row in rows]


def buys(when: str, amount: object) -> Record:
    return {"at": when, "amount": amount}


def spends(when: str, points: object, **more: str) -> Record:
    return {"at": when, "type": "redemption", "points": points} | more


YEAR = "expiry: {after: 12 months}"
LATER = buys("2030-01-01", 1)


def has(text: str, *records: Record) -> tuple[int, int, int]:
    """Return what Ana has in the end: available, pending, owed."""
    (stock,) = take_stock(programme(text), [event(text, record) for record in records])
    left = stock.left
    assert_adds_up(left)
    return left.available, left.pending, left.debt


def assert_adds_up(left: Left) -> None:
    """Lots are what they were made with, wherever it went, and the account has what is in its lots."""
    assert left.available + left.pending + left.held - left.debt == left.total()
    assert left.pending == sum(lot.pending for lot in left.lots)
    assert left.held == sum(lot.held for lot in left.lots)
    assert left.available == sum(lot.free() for lot in left.lots)
    for lot in left.lots:
        assert lot.original == lot.remaining + lot.spent + lot.expired + lot.reversed
        assert min(lot.remaining, lot.spent, lot.expired, lot.reversed, lot.held, lot.pending, lot.free()) >= 0
