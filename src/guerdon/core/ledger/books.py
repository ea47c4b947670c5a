"""Books: between which of them each kind of effect moves points. The one table; batch and service post by it alone.

Points leave the first book and come into the second. The account's own books hold what it has; debt is below zero while it
owes. The programme's books are the other side: issued points stand there below zero, what was redeemed, broken or taken back
above it, each with the payer of the lot.

Invariant: every kind of effect that moves points stands in the table; those that move none are named.
"""

from typing import Final

from guerdon.core.effects import (
    BY_HAND,
    EARNED,
    EXPIRED,
    FROM_EXPIRED,
    FROM_HELD,
    FROM_PENDING,
    FROM_SPENT,
    FROM_USABLE,
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
)

BOOKS: Final = (
    "pending", "available", "held", "debt", "issued", "redeemed", "breakage", "reversed", "written_off", "adjusted",
    "transferred",
)  # fmt: skip
"""Names of the books, by position."""

PENDING_BOOK: Final = 0
AVAILABLE_BOOK: Final = 1
HELD_BOOK: Final = 2
DEBT_BOOK: Final = 3
ISSUED_BOOK: Final = 4
REDEEMED_BOOK: Final = 5
BREAKAGE_BOOK: Final = 6
REVERSED_BOOK: Final = 7
WRITTEN_OFF_BOOK: Final = 8
ADJUSTED_BOOK: Final = 9
TRANSFERRED_BOOK: Final = 10

NO_LOT: Final = 4
"""Where points were before that were in no lot."""

OWN_BOOKS: Final = 4
"""The first so many books are the account's own; the others are the programme's."""

TABLE: Final = (
    (EARNED, FROM_USABLE, ISSUED_BOOK, AVAILABLE_BOOK),
    (EARNED, FROM_PENDING, ISSUED_BOOK, PENDING_BOOK),
    (SPENT, FROM_USABLE, AVAILABLE_BOOK, REDEEMED_BOOK),
    (SPENT, FROM_HELD, HELD_BOOK, REDEEMED_BOOK),
    (SPENT, BY_HAND, AVAILABLE_BOOK, ADJUSTED_BOOK),
    (SPENT, PASSED_ON, AVAILABLE_BOOK, TRANSFERRED_BOOK),
    (EXPIRED, FROM_USABLE, AVAILABLE_BOOK, BREAKAGE_BOOK),
    (EXPIRED, FROM_PENDING, PENDING_BOOK, BREAKAGE_BOOK),
    (REVERSED, FROM_USABLE, AVAILABLE_BOOK, REVERSED_BOOK),
    (REVERSED, FROM_PENDING, PENDING_BOOK, REVERSED_BOOK),
    (USABLE, FROM_USABLE, PENDING_BOOK, AVAILABLE_BOOK),
    (HELD, FROM_USABLE, AVAILABLE_BOOK, HELD_BOOK),
    (RELEASED, FROM_USABLE, HELD_BOOK, AVAILABLE_BOOK),
    (RESTORED, FROM_SPENT, REDEEMED_BOOK, AVAILABLE_BOOK),
    (RESTORED, NO_LOT, REDEEMED_BOOK, DEBT_BOOK),
    (RESTORED, FROM_EXPIRED, BREAKAGE_BOOK, AVAILABLE_BOOK),
    (INDEBTED, NO_LOT, DEBT_BOOK, REDEEMED_BOOK),
    (INDEBTED, FROM_USABLE, DEBT_BOOK, AVAILABLE_BOOK),
    (INDEBTED, BY_HAND, DEBT_BOOK, ADJUSTED_BOOK),
    (INDEBTED, PASSED_ON, DEBT_BOOK, TRANSFERRED_BOOK),
    (SETTLED, FROM_USABLE, AVAILABLE_BOOK, DEBT_BOOK),
    (SETTLED, FROM_SPENT, AVAILABLE_BOOK, DEBT_BOOK),
    (SETTLED, FROM_PENDING, PENDING_BOOK, DEBT_BOOK),
    (WRITTEN_OFF, NO_LOT, WRITTEN_OFF_BOOK, DEBT_BOOK),
    (WRITTEN_OFF, FROM_USABLE, WRITTEN_OFF_BOOK, DEBT_BOOK),
    (RECEIVED, FROM_USABLE, TRANSFERRED_BOOK, AVAILABLE_BOOK),
)
"""A kind of effect, where the points were before, the book they leave and the book they come into.

Points of units that keep them pending begin there. What was redeemed beyond the lots (NO_LOT) is owed at once, and no longer
when it is given back; what a refund makes debt comes to the lot that it then reverses. What goods without a purchase
earned is paid from what is not usable yet, too (FROM_PENDING). What an adjustment takes off beyond the
lots (BY_HAND) is owed at once, too, and so is what goes to another account (PASSED_ON). That stands in the book of what was
transferred until it is received: over all accounts the book is empty.
"""

MOVES_NOTHING: Final = (MOVED, REDEEMED)
"""Kinds of effect that move no points."""

PLACES: Final = 8
"""How many places there are that points can have been at before, from FROM_USABLE on."""

NO_BOOK: Final = -1


def before_of(rule: int, band: int) -> int:
    """Return where the points of a row were before, by the rule of their lot and what the row says."""
    return NO_LOT if rule < 0 and band < BY_HAND else band


def place_of(kind: int, before: int) -> int:
    """Return where the table's row for a kind of effect stands in a list of all of them."""
    return kind * PLACES + before + 1


def sides(position: int) -> list[int]:
    """Return the book that points leave (2) or come into (3), by `place_of`; NO_BOOK where nothing is posted."""
    found = [NO_BOOK] * (len(KINDS) * PLACES)
    for row in TABLE:
        found[place_of(row[0], row[1])] = row[position]
    return found
