"""Effects as entries of the books: which book points leave, which they come into, and everything the fold said of it.

Invariants:
* An entry that moves points names two books: what leaves one comes into the other, so every journal balances.
* What a refund could not take back and is not owed leaves the book of what was written off, in an entry of its own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from guerdon.core.effects import EARNED, FROM_PENDING, FROM_USABLE, MOVED, REDEEMED, REVERSED, Effect
from guerdon.core.ledger.books import REVERSED_BOOK, WRITTEN_OFF_BOOK, before_of, place_of, sides
from guerdon.services.published import Published
from guerdon.services.terms import NO_TERM, Terms
from guerdon.store.journals import EntryRow
from guerdon.store.statements import Row

_LEFT: Final = sides(2)
_REACHED: Final = sides(3)
_TOLD: Final = (MOVED, REDEEMED)
"""Kinds of effect that say something, and move no points."""

RATED: Final = 0
DUE: Final = 1
ADJUSTED: Final = 2
WAITED: Final = 3
"""Kinds of journal: an event, what fell due at an instant, what a late event changed, an event that waits for another."""

POSTED: Final = 1
TAKEN_OFF: Final = -1
"""The sign of an entry that takes an earlier one back: a late event made it untrue."""

Said = tuple[Any, ...]
"""What an entry says, apart from whose it is and where it stands; two folds of the same facts say the same."""

_SIGN: Final = EntryRow._fields.index("sign")
SAID: Final = _SIGN + 1
"""From where on a row of an entry has what it says."""

KIND, LIMIT, CAUSE = [EntryRow._fields.index(name) - SAID for name in ("kind", "limit_", "reason")]
"""Where in what an entry says its kind, the limit and the cause of what it says stand."""


def said_of(published: Published, rows: Iterable[Effect]) -> list[Said]:
    """Return what the books say of effects, in their order."""
    waits = [pocket.keeping.waits for pocket in published.teller.pockets()]
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
        found.append(_said(published.terms, row, left, reached, granted))
        if kind == REVERSED and row.desired > granted:
            found.append(_said(published.terms, row, WRITTEN_OFF_BOOK, REVERSED_BOOK, row.desired - granted))
    return found


def _said(terms: Terms, row: Effect, left: int | None, reached: int | None, points: int) -> Said:
    kind = row.kind
    moved = kind == MOVED
    payer, unit = row.payer, row.unit
    return (
        kind, row.at, terms.units[unit] if unit >= 0 else NO_TERM, points, left, reached,
        NO_TERM if moved else row.event, row.of, row.line, terms.rule_of(row), terms.versions[row.version],
        terms.source_of(row, row.source), terms.levels[row.rule][row.band] if moved else row.band,
        row.desired, NO_TERM if row.limit < 0 else terms.limit_of(row), row.period, row.lot, row.residue,
        terms.payers[payer] if payer >= 0 else NO_TERM, row.reason,
    )  # fmt: skip


def net_of(rows: Iterable[Row]) -> Counter[Said]:
    """Return what rows of entries say, each as often as it was posted, less how often it was taken off."""
    found: Counter[Said] = Counter()
    taken_off = []
    for row in rows:
        if row[_SIGN] == POSTED:
            found[row[SAID:]] += 1
        else:
            taken_off.append(row[SAID:])
    for said in taken_off:
        found[said] -= 1
        if not found[said]:
            del found[said]
    return found


def entry_rows(
    account: str, journal: int, said: Sequence[Said], *, sign: int = POSTED, after: int = 0
) -> list[EntryRow]:
    """Return entries of one journal, as the store keeps them."""
    return [EntryRow(account, journal, position, sign, *one) for position, one in enumerate(said, start=after)]
