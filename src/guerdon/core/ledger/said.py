"""Effects as entries of the books: which book points leave, which they come into, and everything the fold said of it.

Invariants:
* An entry that moves points names two books: what leaves one comes into the other, so every journal balances.
* What a refund could not take back and is not owed leaves the book of what was written off, in an entry of its own.
* Two folds of the same facts say the same.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from guerdon.core.effects import EARNED, FROM_PENDING, FROM_USABLE, MOVED, REDEEMED, REVERSED, Effect
from guerdon.core.ledger.books import REVERSED_BOOK, WRITTEN_OFF_BOOK, before_of, place_of, sides
from guerdon.core.ledger.terms import NO_TERM, Terms

Said = tuple[Any, ...]
"""What an entry says, apart from whose it is and where it stands."""

_LEFT: Final = sides(2)
_REACHED: Final = sides(3)
_TOLD: Final = (MOVED, REDEEMED)
"""Kinds of effect that say something, and move no points."""


def said_by(terms: Terms, rows: Iterable[Effect], waits: Sequence[bool]) -> list[Said]:
    """Return what the books say of effects, in their order; `waits` says of each unit whether what is earned is pending first."""
    found: list[Said] = []
    for row in rows:
        kind, granted = row.kind, row.granted
        before = before_of(row.rule, row.band)
        if kind == EARNED:
            before = FROM_PENDING if waits[row.unit] else FROM_USABLE
        left: int | None = None
        reached: int | None = None
        if granted > 0 and kind not in _TOLD:
            place = place_of(kind, before)
            left, reached = _LEFT[place], _REACHED[place]
        found.append(_said(terms, row, left, reached, granted))
        if kind == REVERSED and row.desired > granted:
            found.append(_said(terms, row, WRITTEN_OFF_BOOK, REVERSED_BOOK, row.desired - granted))
    return found


def _said(terms: Terms, row: Effect, left: int | None, reached: int | None, points: int) -> Said:
    kind = row.kind
    moved = kind == MOVED
    payer, unit = row.payer, row.unit
    return (
        kind, row.at, terms.units[unit] if unit >= 0 else NO_TERM, points, left, reached,
        NO_TERM if moved else row.event, row.of, row.line, terms.rule_of(row), terms.versions[row.version],
        terms.source_of(row, row.source), terms.levels[row.rule][row.band] if moved else row.band,
        row.desired, terms.limit_of(row), row.period, row.lot, row.residue,
        terms.payers[payer] if payer >= 0 else NO_TERM, row.reason,
    )  # fmt: skip
