"""Orders: which purchases were told to be dispatched or delivered, from which the waiting of their points runs (S7b).

Invariants:
* An order is done once as many of its lines were told of as it has, or when an event says that nothing more is to come.
* Its points wait from the latest of these events on; what is told after that changes nothing.
* What is told before the purchase itself counts with the purchase, whichever comes first.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST

WHOLE: Final = 10**9
"""The lines of an event that tells of all that is left of an order."""


class Order:
    """One purchase: how many of its lines nobody told of yet, and when the latest was told of."""

    def __init__(self, missing: int, at: i64) -> None:
        self.missing: int = missing
        self.at: i64 = at


class Orders:
    """The purchases of the account that the fold is at, by their events."""

    def __init__(self) -> None:
        self.known: dict[int, Order] = {}

    def clear(self) -> None:
        """Forget everything: another account begins."""
        if self.known:
            self.known = {}

    def begin(self, event: i64, lines: int, at: i64) -> None:
        """Wait for the lines of a purchase, less those that were told of already."""
        told = self.known.get(int(event))
        if told is None:
            self.known[int(event)] = Order(lines, at)
        else:
            told.missing += lines
            told.at = at

    def tell(self, event: i64, lines: int, at: i64) -> bool:
        """Note that lines of a purchase are on their way, or there; say whether that completes it."""
        order = self.known.get(int(event))
        if order is None:
            self.known[int(event)] = Order(-lines, at)
            return False
        if order.missing <= 0:
            order.missing -= lines
            return False
        order.missing -= lines
        order.at = at
        return order.missing <= 0

    def since(self, event: i64, earned_at: i64) -> i64:
        """Return from when points of an event wait: of no purchase since they were earned, of one not done yet LATEST."""
        order = self.known.get(int(event))
        if order is None:
            return earned_at
        return order.at if order.missing <= 0 else LATEST
