"""What a row says, column by column; what it has nothing to say of stands empty, in everything that the shipped programmes' worked examples give."""

import json
from dataclasses import replace
from typing import Final

import pytest

from guerdon.core.calendar import LATEST
from guerdon.core.effects import (
    EARNED,
    EXPIRED,
    FROM_HELD,
    FROM_PENDING,
    FROM_SPENT,
    FROM_USABLE,
    GRANTED,
    HELD,
    INDEBTED,
    KINDS,
    MOVED,
    PASSED_ON,
    RECEIVED,
    REDEEMED,
    RELEASED,
    RESTORED,
    REVERSED,
    SETTLED,
    SPENT,
    USABLE,
    WRITTEN_OFF,
    Effect,
)
from guerdon.core.events import read_event
from guerdon.core.history import rate_events
from guerdon.core.ladders import CAUSES
from guerdon.core.lots.keeping import SWEEP
from guerdon.definition.check import check
from guerdon.definition.shipped import Shipped, shipped
from tests.core.lots.journals import LATER, YEAR, Record, at, buys, kept, spends
from tests.core.tables import answers

SAYS: Final = {
    "line": (EARNED, MOVED),
    "source": (EARNED, MOVED),
    "limit": (EARNED, MOVED, REDEEMED),
    "period": (EARNED, MOVED, REDEEMED),
    "residue": (EARNED, REDEEMED),
    "reason": (EARNED, MOVED, REDEEMED),
}
"""Which kinds of row say something in a column; `effects.py` tells what."""

EMPTY: Final = {"line": -1, "source": -1, "limit": -1, "period": 0, "residue": 0, "reason": 0}


def rows_of(one: Shipped) -> list[Effect]:
    """Return the rows that a programme's worked examples give, each rated by itself."""
    checked = check(one.path, examples=False)
    assert checked.programme is not None
    assert checked.spec is not None
    found = []
    for example in checked.spec.examples:
        told = [{"member": "ana", **json.loads(json.dumps(event, default=str))} for event in example.given]
        events = [
            read_event(checked.programme.terms, event, default_id=f"e{number}")
            for number, event in enumerate(told, start=1)
        ]
        found += [row for answer in rate_events(checked.programme, events) for row in answer.effects]
    return found


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.name)
def test_a_column_is_empty_where_a_row_has_nothing_to_say(one: Shipped) -> None:
    for row in rows_of(one):
        for column, kinds in SAYS.items():
            if row.kind not in kinds:
                assert getattr(row, column) == EMPTY[column], (KINDS[row.kind], column)


def test_most_kinds_of_row_are_seen_in_some_programme() -> None:
    seen = {KINDS[row.kind] for one in shipped() for row in rows_of(one)}
    assert {"earned", "spent", "expired", "reversed", "moved", "redeemed"} <= seen


# Row by row.

NONE: Final = -1
"""What stands for no event, no rule, no lot, no payer."""


def rows(body: str, *records: Record) -> list[Effect]:
    """Return what became of points after they were earned, as it was answered."""
    return [row for answer in answers(body, *records) for row in answer.effects if row.kind != EARNED]


def of_lot(kind: int, when: str, event: int, of: int, points: int, *, band: int = FROM_USABLE) -> Effect:
    """Return the row of points of the first rule's lot of an event; events count from 0."""
    return Effect(
        kind=kind, at=at(when), event=event, of=of, line=NONE, rule=0, version=0, source=NONE, band=band, unit=0,
        desired=points, granted=points, limit=NONE, period=0, lot=0, residue=0, payer=0, reason=GRANTED,
    )  # fmt: skip


def of_none(kind: int, when: str, event: int, points: int, *, band: int = FROM_USABLE) -> Effect:
    """Return the row of points that are of no lot: they are owed."""
    return replace(of_lot(kind, when, event, NONE, points, band=band), rule=NONE, lot=NONE, payer=NONE)


def test_rows_of_a_redemption_beyond_the_balance_that_is_cancelled_in_part() -> None:
    """25 asked of 10, of 4 more that pay 4 of the 15; 13 are cancelled: the 11 that are owed, and 2 of the 4."""
    history = [
        buys("2017-01-01", 10),
        {**spends("2017-01-02", 25), "id": "r"},
        buys("2017-01-03", 4),
        {"at": "2017-01-04", "type": "redemption", "step": "cancel", "reservation": "r", "points": 13},
        LATER,
    ]
    assert rows(kept(YEAR), *history) == [
        of_lot(SPENT, "2017-01-02", 1, 0, 10),
        of_none(INDEBTED, "2017-01-02", 1, 15),
        replace(of_lot(SETTLED, "2017-01-03", 2, 2, 4, band=FROM_SPENT), source=1),
        of_lot(EXPIRED, "2018-01-03", 2, 2, 2),
        of_none(RESTORED, "2017-01-04", 3, 11, band=FROM_SPENT),
        of_lot(RESTORED, "2017-01-04", 3, 2, 2, band=FROM_SPENT),
    ]


def test_rows_of_what_is_owed_too_long() -> None:
    body = kept("expiry: {after: 12 months}, debt: {after: 1 month}")
    assert rows(body, buys("2017-01-01", 10), spends("2017-01-02", 25), LATER)[1:] == [
        of_none(INDEBTED, "2017-01-02", 1, 15),
        of_none(WRITTEN_OFF, "2017-02-02", 1, 15),
    ]


def test_rows_of_goods_that_points_pay_which_are_not_usable_yet() -> None:
    body = kept("pending: {for: 5 days}", "\nreturns: {unlinked: base_rate}")
    assert rows(body, buys("2017-01-01", 10), {"at": "2017-01-02", "type": "refund", "amount": 4}, LATER) == [
        of_lot(USABLE, "2017-01-06", 0, 0, 6),
        replace(of_lot(REVERSED, "2017-01-02", 1, 1, 4), rule=1),
        replace(of_lot(INDEBTED, "2017-01-02", 1, 1, 4), rule=1),
        replace(of_lot(SETTLED, "2017-01-02", 1, 0, 4, band=FROM_PENDING), source=1),
    ]


def test_rows_of_a_sweep() -> None:
    body = kept(YEAR, "\nrewards: [{id: ten, price: 10, sweep: {on: [04-01]}}]")
    assert rows(body, buys("2017-01-01", 25), buys("2017-05-01", 0)) == [
        replace(of_none(REDEEMED, "2017-04-01", 0, 20, band=SWEEP), rule=0, granted=0, lot=2),
        of_lot(SPENT, "2017-04-01", 0, 0, 20),
    ]


def test_rows_of_what_is_sent_and_received() -> None:
    sends = {"at": "2017-01-02", "type": "points_sent", "points": 7, "transfer": "gift", "receiver": "ben"}
    part = {"amount": 0, "points": 6, "payer": "programme"}
    receives = {"at": "2017-01-03", "type": "points_received", "transfer": "gift", "sender": "ben", "lines": [part]}
    assert rows(kept(YEAR, "\ntransfers: [{id: gift}]"), buys("2017-01-01", 5), sends, receives) == [
        of_lot(SPENT, "2017-01-02", 1, 0, 5, band=PASSED_ON),
        of_none(INDEBTED, "2017-01-02", 1, 2, band=PASSED_ON),
        replace(of_lot(RECEIVED, "2017-01-03", 2, 2, 6), rule=1),
        replace(of_lot(SETTLED, "2017-01-03", 2, 2, 2, band=FROM_SPENT), rule=1, source=1),
    ]


def test_rows_of_reservations_and_of_a_refund_of_what_one_spent() -> None:
    steps = [("2017-01-03", "cancel", "r"), ("2017-01-05", "confirm", "s")]
    cancels, confirms = [
        {"at": when, "type": "redemption", "step": step, "reservation": of} for when, step, of in steps
    ]
    history = [
        buys("2017-01-01", 10),
        spends("2017-01-02", 4, step="reserve", id="r"),
        cancels,
        spends("2017-01-04", 3, step="reserve", id="s"),
        confirms,
        {"at": "2017-01-06", "type": "refund", "refund_of": "e01"},
    ]
    assert rows(kept(YEAR), *history) == [
        of_lot(HELD, "2017-01-02", 1, 0, 4),
        of_lot(RELEASED, "2017-01-03", 2, 0, 4),
        of_lot(HELD, "2017-01-04", 3, 0, 3),
        of_lot(SPENT, "2017-01-05", 4, 0, 3, band=FROM_HELD),
        of_lot(REVERSED, "2017-01-06", 5, 0, 10),
        of_lot(INDEBTED, "2017-01-06", 5, 0, 3),
    ]


LEVELS = """
metrics: {spend: {sum: amount, within: year}}
ladders:
  - id: tier
    by: spend
    levels: [{id: member, from: 0}, {id: silver, from: 100}, {id: gold, from: 500}]
    grants: [{id: founder, on: visit, level: gold, for: 1 month}]
rules: [{id: base, give: floor(amount)}]
events: {visit: {}}
"""


def level(cause: str, when: str, by: tuple[int, int], levels: tuple[int, int, int], credit: int, ends: int) -> Effect:
    """Return the row of a level, by whom it was found and caused: before, now, and the one that the credit was held against."""
    (event, of), (before, now, asked) = by, levels
    return Effect(
        kind=MOVED, at=at(when), event=event, of=of, line=NONE, rule=0, version=0, source=before, band=now, unit=NONE,
        desired=credit, granted=0, limit=asked, period=ends, lot=0, residue=0, payer=NONE, reason=CAUSES.index(cause),
    )  # fmt: skip


def test_rows_of_levels_that_are_reached_lost_to_a_refund_and_lowered() -> None:
    back = {"id": "r", "type": "refund", "refund_of": "b", "at": "2017-04-05", "amount": 20}
    history = [
        {"id": "a", **buys("2017-03-01", 450)},
        {"id": "b", **buys("2017-04-01", 60)},
        back,
        buys("2019-01-05", 0),
    ]
    ends = at("2019-01-01")
    assert [row for row in rows(LEVELS, *history) if row.kind == MOVED] == [
        level("reached", "2017-03-01", (0, 0), (0, 1, 1), 45000, ends),
        level("reached", "2017-04-01", (1, 1), (1, 2, 2), 51000, ends),
        level("refunded", "2017-04-05", (2, 2), (2, 1, 2), 49000, ends),
        level("lowered", "2019-01-01", (3, 2), (1, 0, 1), 0, LATEST),
    ]


def test_rows_of_a_level_that_is_given_and_ends() -> None:
    assert rows(LEVELS, {"at": "2017-03-01", "type": "visit"}, buys("2017-05-01", 1)) == [
        replace(level("given", "2017-03-01", (0, 0), (0, 2, NONE), 0, at("2017-04-01")), line=0),
        replace(level("given_ended", "2017-04-01", (1, 0), (2, 0, NONE), 0, LATEST), line=0),
    ]
