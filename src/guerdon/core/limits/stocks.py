"""Stocks: how many there are of a reward, for all accounts. What was recorded was drawn; what is beyond the stock is told.

A fold knows one account at a time and notes its draws. Afterwards, in the order of recording, `beyond` finds those for which
nothing was left; folding again with that only changes what is told (S2).

Invariants:
* A cancelled or lapsed reservation gives back what it drew, in the period in which it drew it, from that moment on.
* Which draws are beyond the stock depends on the order of recording alone.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from mypy_extensions import i64

from guerdon.core.limits.limit import PLENTY

BY_ITSELF: Final = -1
"""The event of a draw that is given back when its time ends, with no event."""


class Draw(NamedTuple):
    """What was drawn from a stock in its period, or given back when `amount` is below zero; `order` is its place in time."""

    order: int
    event: int
    stock: int
    period: int
    amount: int


class Draws:
    """What events drew from stocks, as columns; `stock` counts the programme's stocks, `event` is the ordinal.

    What comes back by itself has no event and comes back at `at`, before what is recorded then.
    """

    def __init__(self) -> None:
        self.event: list[int] = []
        self.stock: list[int] = []
        self.period: list[int] = []
        self.amount: list[int] = []
        self.at: list[int] = []

    def add(self, event: int, stock: int, period: i64, amount: int, at: i64) -> None:
        """Note what an event drew or gave back."""
        self.event.append(event)
        self.stock.append(stock)
        self.period.append(int(period))
        self.amount.append(amount)
        self.at.append(int(at))

    def columns(self) -> dict[str, list[int]]:
        """Return the columns by their names."""
        return {
            "event": self.event, "stock": self.stock, "period": self.period, "amount": self.amount, "at": self.at,
        }  # fmt: skip

    def forget(self) -> None:
        """Empty the columns."""
        for column in self.columns().values():
            column.clear()


def beyond(draws: Iterable[Draw], most: Sequence[int]) -> set[tuple[int, int]]:
    """Return the events, each with its stock, that drew when less was left than they drew.

    Draws of one order happen together, what comes back first.
    """
    used: dict[tuple[int, int], int] = {}
    found: set[tuple[int, int]] = set()
    for draw in sorted(draws, key=lambda one: (one.order, one.amount)):
        key = (draw.stock, draw.period)
        used[key] = used.get(key, 0) + draw.amount
        if draw.amount > 0 and draw.event != BY_ITSELF and used[key] > most[draw.stock]:
            found.add((draw.event, draw.stock))
    return found


def quota(event: int, stock: int, without: set[tuple[int, int]]) -> int:
    """Return what a stock leaves an event: nothing when it is `without`, else plenty."""
    return 0 if (event, stock) in without else PLENTY
