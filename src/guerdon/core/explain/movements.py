"""Movements: the postings of one journal two by two, from book to book, and how each is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guerdon.core.ledger.books import (
    ADJUSTED_BOOK,
    AVAILABLE_BOOK,
    BREAKAGE_BOOK,
    DEBT_BOOK,
    HELD_BOOK,
    ISSUED_BOOK,
    OWN_BOOKS,
    PENDING_BOOK,
    REDEEMED_BOOK,
    REVERSED_BOOK,
    TRANSFERRED_BOOK,
    WRITTEN_OFF_BOOK,
)

_NAMED: Final = 3
"""So many purchases are named; how many more there are is counted."""

WORDS: Final = {
    (ISSUED_BOOK, AVAILABLE_BOOK): "{} earned",
    (ISSUED_BOOK, PENDING_BOOK): "{} earned, not usable yet",
    (PENDING_BOOK, AVAILABLE_BOOK): "{} can be used from now on",
    (AVAILABLE_BOOK, REDEEMED_BOOK): "{} spent",
    (HELD_BOOK, REDEEMED_BOOK): "{} spent that were set aside",
    (AVAILABLE_BOOK, HELD_BOOK): "{} set aside",
    (HELD_BOOK, AVAILABLE_BOOK): "{} no longer set aside",
    (AVAILABLE_BOOK, BREAKAGE_BOOK): "{} expired",
    (PENDING_BOOK, BREAKAGE_BOOK): "{} expired that were never usable",
    (AVAILABLE_BOOK, REVERSED_BOOK): "{} taken back",
    (PENDING_BOOK, REVERSED_BOOK): "{} taken back that were not usable yet",
    (REDEEMED_BOOK, AVAILABLE_BOOK): "{} given back",
    (BREAKAGE_BOOK, AVAILABLE_BOOK): "of these, {} had expired already",
    (DEBT_BOOK, REDEEMED_BOOK): "{} spent that were not there: they are owed",
    (DEBT_BOOK, AVAILABLE_BOOK): "of these, {} were spent already: they are owed",
    (AVAILABLE_BOOK, DEBT_BOOK): "{} pay what was owed",
    (PENDING_BOOK, DEBT_BOOK): "{} that were not usable yet pay what was owed",
    (REDEEMED_BOOK, DEBT_BOOK): "{} no longer owed",
    (AVAILABLE_BOOK, ADJUSTED_BOOK): "{} taken off",
    (DEBT_BOOK, ADJUSTED_BOOK): "{} taken off that were not there: they are owed",
    (AVAILABLE_BOOK, TRANSFERRED_BOOK): "{} sent",
    (DEBT_BOOK, TRANSFERRED_BOOK): "{} sent that were not there: they are owed",
    (TRANSFERRED_BOOK, AVAILABLE_BOOK): "{} received",
    (WRITTEN_OFF_BOOK, DEBT_BOOK): "{} owed for too long are written off",
    (WRITTEN_OFF_BOOK, REVERSED_BOOK): "{} could not be taken back and are written off",
}
"""How points that leave one book for another are told."""

OF_LOTS: Final = (
    (PENDING_BOOK, AVAILABLE_BOOK), (AVAILABLE_BOOK, REDEEMED_BOOK), (HELD_BOOK, REDEEMED_BOOK),
    (AVAILABLE_BOOK, HELD_BOOK), (HELD_BOOK, AVAILABLE_BOOK), (AVAILABLE_BOOK, BREAKAGE_BOOK),
    (PENDING_BOOK, BREAKAGE_BOOK), (REDEEMED_BOOK, AVAILABLE_BOOK), (AVAILABLE_BOOK, DEBT_BOOK),
    (PENDING_BOOK, DEBT_BOOK), (AVAILABLE_BOOK, ADJUSTED_BOOK), (AVAILABLE_BOOK, TRANSFERRED_BOOK),
)  # fmt: skip
"""Of these it is told which purchases the points were of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Points of one unit that left one book for another; `lots` says how many were of which event."""

    unit: int
    source: int
    into: int
    points: int
    lots: tuple[tuple[str, int], ...]


def movements_of(postings: Sequence[Mapping[str, int]], events: Mapping[int, str]) -> list[Movement]:
    """Return the movements of one journal's postings, which stand two by two; `events` names those that made lots."""
    found: dict[tuple[int, int, int], dict[str, int]] = {}
    for out, into in zip(postings[::2], postings[1::2], strict=True):
        lots = found.setdefault((into["unit"], out["book"], into["book"]), {})
        name = events.get(into["lot_journal"], "")
        lots[name] = lots.get(name, 0) + into["points"]
    return [
        Movement(unit=unit, source=source, into=into, points=sum(lots.values()), lots=tuple(lots.items()))
        for (unit, source, into), lots in found.items()
    ]


def change_of(movement: Movement) -> int:
    """Return what a movement does to what the account has."""
    if movement.source < OWN_BOOKS:
        return 0 if movement.into < OWN_BOOKS else -movement.points
    return movement.points if movement.into < OWN_BOOKS else 0


def sentence_of(movement: Movement, shown: Sequence[Decimal], total: Decimal, unit: str) -> str:
    """Return a movement as a sentence; `shown` are the points of each lot."""
    books = (movement.source, movement.into)
    said = WORDS[books].format(f"{total:,f} {unit}")
    if books not in OF_LOTS:
        return said
    named = [name for name, _ in movement.lots]
    if len(named) == 1:
        return f"{said}, of {named[0]}"
    parts = [f"{points:,f} of {name}" for name, points in zip(named[:_NAMED], shown, strict=False)]
    more = sum(shown[_NAMED:], Decimal(0))
    if len(named) > _NAMED:
        parts.append(f"{more:,f} of {len(named) - _NAMED:,} others")
    return f"{said}: {', '.join(parts)}"
