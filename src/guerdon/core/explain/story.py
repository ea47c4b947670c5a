"""The story of an account: what every journal did to it, and what is left, lot by lot.

Invariants:
* The changes of a story's happenings add up to the balance, unit by unit, and so do the lots that are left, less what is owed.
* Nothing is decided here: what happened is read from postings, what is left from the ledger's lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guerdon.core.calendar import LATEST
from guerdon.core.columns import WIDE_BITS
from guerdon.core.errors import invariant
from guerdon.core.events import Event
from guerdon.core.explain.movements import Movement, change_of, movements_of, sentence_of
from guerdon.core.explain.redemptions import rewards_asked, rewards_lapsed, swept
from guerdon.core.explain.transfers import passed_on
from guerdon.core.explain.wording import clock, decimal_of, iso_time
from guerdon.core.facts import ADJUSTMENT, CLOSING
from guerdon.core.history import Kept
from guerdon.core.ledger.books import (
    ADJUSTED_BOOK,
    AVAILABLE_BOOK,
    BREAKAGE_BOOK,
    DEBT_BOOK,
    HELD_BOOK,
    ISSUED_BOOK,
    PENDING_BOOK,
    REDEEMED_BOOK,
    REVERSED_BOOK,
    TRANSFERRED_BOOK,
    WRITTEN_OFF_BOOK,
)
from guerdon.core.programme import Programme

_COUNTED: Final = {
    "earned": {ISSUED_BOOK}, "spent": {REDEEMED_BOOK}, "expired": {BREAKAGE_BOOK}, "taken_back": {REVERSED_BOOK, ADJUSTED_BOOK},
    "written_off": {WRITTEN_OFF_BOOK}, "transferred": {TRANSFERRED_BOOK},
}  # fmt: skip
"""In which of the programme's books it stands what was earned, spent, expired and taken back, what was owed too long, and what went to other accounts."""


_EARNED: Final = " earned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What one journal did to one unit: its cause, what that changed, the balance after it, and how it is told.

    `event` is empty for what fell due. Of the counts `earned` and `written_off` are above zero and the others below, as far as
    they changed the balance; what was `transferred` came from another account, or went there.
    """

    at: str
    instant: int
    when: str
    month: str
    type: str
    source: str
    event: str
    unit: str
    change: Decimal
    balance: Decimal
    earned: Decimal
    spent: Decimal
    expired: Decimal
    taken_back: Decimal
    written_off: Decimal
    transferred: Decimal
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLeft:
    """A lot of which something is left; instants are None where there is nothing to wait for, or no end.

    What is not usable before an event comes `awaits` one of that type.
    """

    event: str
    rule: str
    payer: str
    earned: str
    original: Decimal
    remaining: Decimal
    pending: Decimal
    held: Decimal
    usable_from: int | None
    expires_at: int | None
    awaits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account has of one unit, and the lots that make it up."""

    unit: str
    pending: Decimal
    available: Decimal
    held: Decimal
    debt: Decimal
    total: Decimal
    lots: tuple[LotLeft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that happened to an account's points up to an instant, and what is left of them."""

    account: str
    as_of: int
    happenings: tuple[Happening, ...]
    balances: tuple[Balance, ...]


def stories_of(programme: Programme, kept: Kept) -> tuple[Story, ...]:
    """Return the story of every account of a ledger."""
    ledger = kept.ledger
    postings, journals = ledger.postings.rows(), ledger.journals.rows()
    lots, standings = ledger.lots.rows(), ledger.standings.rows()
    return tuple([
        _story(
            programme,
            kept,
            number,
            [row for row in journals if row["account"] == number],
            _by_journal([row for row in postings if row["account"] == number]),
            [row for row in lots if row["account"] == number],
            [row for row in standings if row["account"] == number],
        )
        for number in range(len(kept.accounts))
    ])


Row = dict[str, int]


def _by_journal(postings: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in postings:
        found.setdefault(row["journal"], []).append(row)
    return found


def _story(  # noqa: PLR0913 - an account has this many tables
    programme: Programme,
    kept: Kept,
    account: int,
    journals: Sequence[Row],
    postings: dict[int, list[Row]],
    lots: Sequence[Row],
    standings: Sequence[Row],
) -> Story:
    named = {row["journal"]: called(kept.events[row["place"]]) for row in journals if row["place"] >= 0}
    rewards = rewards_asked(programme, kept.events, kept.effects)
    lapsed = rewards_lapsed(kept.events, kept.effects, rewards)
    balances = [0 for _ in programme.units]
    happenings: list[Happening] = []
    for row in journals:
        event = kept.events[row["place"]] if row["place"] >= 0 else None
        movements = movements_of(postings[row["journal"]], named)
        for unit in dict.fromkeys([movement.unit for movement in movements]):
            own = [movement for movement in movements if movement.unit == unit]
            balances[unit] += sum([change_of(movement) for movement in own])
            waits = [lot["usable_from"] for lot in lots if (lot["journal"], lot["unit"]) == (row["journal"], unit)]
            due = lapsed.get((kept.accounts[account], row["at"]), "")
            reward = due if event is None else rewards.get(row["place"], "")
            happenings.append(_happening(programme, row["at"], event, reward, own, balances[unit], waits))
    story = Story(
        account=kept.accounts[account],
        as_of=int(kept.ledger.as_of),
        happenings=tuple(happenings),
        balances=tuple([_balance(programme, row, lots, named) for row in standings]),
    )
    said = [decimal_of(balance, unit.decimals) for balance, unit in zip(balances, programme.units, strict=True)]
    invariant([one.total for one in story.balances] == said, "what happened adds up to the balance")
    return story


def called(event: Event) -> str:
    """Return what an event is called in a sentence."""
    return f"{event.type} {event.id}"


def _happening(  # noqa: PLR0913 - what happened has this many sides
    programme: Programme,
    at: int,
    event: Event | None,
    reward: str,
    movements: Sequence[Movement],
    balance: int,
    waits: Sequence[int],
) -> Happening:
    unit = programme.units[movements[0].unit]
    zone = programme.zone
    counts = {
        word: decimal_of(sum([change_of(one) for one in movements if books & {one.source, one.into}]), unit.decimals)
        for word, books in _COUNTED.items()
    }
    when = clock(zone, at, timed=event is not None and event.timed)
    return Happening(
        at=iso_time(zone, at),
        instant=at,
        when=when,
        month=when[:7],
        type="" if event is None else event.type,
        source="" if event is None else event.source,
        event="" if event is None else event.id,
        unit=unit.name,
        change=decimal_of(sum([change_of(one) for one in movements]), unit.decimals),
        balance=decimal_of(balance, unit.decimals),
        earned=counts["earned"],
        spent=counts["spent"],
        expired=counts["expired"],
        taken_back=counts["taken_back"],
        written_off=counts["written_off"],
        transferred=counts["transferred"],
        said=tuple([
            _reward(programme, at, event, reward, one) + _told(programme, event, one, waits) for one in movements
        ]),
    )


def _reward(programme: Programme, at: int, event: Event | None, asked: str, movement: Movement) -> str:
    """Return which reward points were set aside for, spent on, or given back from, or to whom they go, before what is said of them."""
    if event is not None and TRANSFERRED_BOOK in {movement.source, movement.into}:
        return f"{passed_on(programme, event)}: "
    if event is not None or HELD_BOOK in (movement.source, movement.into):
        return f"{asked}: " if asked and {movement.source, movement.into} & {HELD_BOOK, REDEEMED_BOOK} else ""
    swept_away = (movement.source, movement.into) == (AVAILABLE_BOOK, REDEEMED_BOOK)
    return swept(programme, at, movement.unit, movement.points) if swept_away else ""


def _told(programme: Programme, event: Event | None, movement: Movement, waits: Sequence[int]) -> str:
    unit = programme.units[movement.unit]
    if movement.source == ISSUED_BOOK and movement.into == PENDING_BOOK and len(set(waits)) == 1 and waits[0] < LATEST:
        day = clock(programme.zone, waits[0], timed=False)
        return f"{decimal_of(movement.points, unit.decimals):,f} {unit.name} earned, usable from {day}"
    if event is not None and event.kind == CLOSING and movement.source == BREAKAGE_BOOK:
        return f"{decimal_of(movement.points, unit.decimals):,f} {unit.name} that were forfeited come back"
    if (
        event is not None
        and event.names_no_purchase
        and (movement.source, movement.into) == (DEBT_BOOK, AVAILABLE_BOOK)
    ):
        return (
            f"{decimal_of(movement.points, unit.decimals):,f} {unit.name} of these come from other points, or are owed"
        )
    shown = [decimal_of(points, unit.decimals) for _, points in movement.lots]
    said = sentence_of(movement, shown, decimal_of(movement.points, unit.decimals), unit.name)
    return (
        f"{said.removesuffix(_EARNED)} given"
        if event is not None and event.kind == ADJUSTMENT and said.endswith(_EARNED)
        else said
    )


def _balance(programme: Programme, row: Row, lots: Sequence[Row], named: dict[int, str]) -> Balance:
    unit = programme.units[row["unit"]]
    found = {
        word: decimal_of(_wide(row, word), unit.decimals) for word in ("pending", "available", "held", "debt", "total")
    }
    left = [lot for lot in lots if lot["unit"] == row["unit"] and lot["remaining"] > 0]
    return Balance(
        unit=unit.name,
        pending=found["pending"],
        available=found["available"],
        held=found["held"],
        debt=found["debt"],
        total=found["total"],
        lots=tuple([_lot(programme, lot, named[lot["journal"]], unit.decimals) for lot in left]),
    )


def _wide(row: Row, word: str) -> int:
    high = row[f"{word}_high"]
    return row[word] if high in (0, -1) else high << WIDE_BITS | row[word]


def _lot(programme: Programme, lot: Row, event: str, decimals: int) -> LotLeft:
    return LotLeft(
        event=event,
        rule=programme.rules[lot["rule"]].name,
        payer=programme.payers[lot["payer"]],
        earned=clock(programme.zone, lot["earned_at"], timed=False),
        original=decimal_of(lot["original"], decimals),
        remaining=decimal_of(lot["remaining"], decimals),
        pending=decimal_of(lot["pending"], decimals),
        held=decimal_of(lot["held"], decimals),
        usable_from=lot["usable_from"] if lot["pending"] and lot["usable_from"] < LATEST else None,
        expires_at=lot["expires_at"] if lot["expires_at"] < LATEST else None,
        awaits=programme.keepings[lot["unit"]].awaits if lot["pending"] and lot["usable_from"] == LATEST else "",
    )
