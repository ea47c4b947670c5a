"""Budgets: limits that accounts share. A fold knows one account at a time, so what a budget leaves an event is its quota there.

A quota that was recorded with an event is granted again. Where none was recorded, events are granted in the order of
recording, in passes: fold as if there were plenty, find the event at which a budget runs out, and fold again with what
that leaves to it and to those after it; the earliest first, until no budget is overrun (S2).

Invariants:
* No budget is overrun in any period, and none is cut short while there is room.
* The answer depends on the order of recording alone, never on how accounts are shared out between processes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from mypy_extensions import i64

from guerdon.core.limits.limit import PLENTY


class Take(NamedTuple):
    """What an event took of a budget, in the event's period; `order` is its place in the order of recording."""

    order: int
    budget: int
    period: int
    amount: int


class Takes:
    """What events took of budgets, as columns; `budget` counts the programme's budgets, `event` is the ordinal.

    Only programmes with budgets have any, so these are plain lists.
    """

    def __init__(self) -> None:
        self.event: list[int] = []
        self.budget: list[int] = []
        self.period: list[int] = []
        self.amount: list[int] = []

    def add(self, event: i64, budget: int, period: i64, amount: int) -> None:
        """Note what an event took."""
        self.event.append(int(event))
        self.budget.append(budget)
        self.period.append(int(period))
        self.amount.append(amount)

    def forget(self) -> None:
        """Empty the columns."""
        for column in self.columns().values():
            column.clear()

    def columns(self) -> dict[str, list[int]]:
        """Return the columns by their names."""
        return {"event": self.event, "budget": self.budget, "period": self.period, "amount": self.amount}

    def rows(self, orders: Sequence[int]) -> list[Take]:
        """Return the rows as values; `orders` holds each event's place in the order of recording."""
        columns = zip(self.event, self.budget, self.period, self.amount, strict=True)
        return [Take(orders[event], budget, period, amount) for event, budget, period, amount in columns]


Key = tuple[int, int]
"""A budget and one of its periods."""


class Rationing:
    """What budgets leave events, as far as passes have found out; `most` is how much of each there is in a period.

    What is `used` of it already was granted to others, before all of these events. Up to the event at which a budget seems used
    up there is plenty, for that one what is left, for later ones nothing. An event that then takes less than was left for it (another
    rule of its group may give more) leaves the rest to others.
    """

    def __init__(self, most: Sequence[int], used: Mapping[Key, int] | None = None) -> None:
        self.most: Final = most
        self.used: Final[dict[Key, int]] = dict(used or {})
        self.allotted: Final[dict[Key, dict[int, int]]] = {}
        self.ends: Final[dict[Key, int]] = {}

    def left(self, budget: int, period: int) -> int:
        """Return what there is of a budget in a period, before any of these events."""
        return max(self.most[budget] - self.used.get((budget, period), 0), 0)

    def quota(self, budget: int, period: int, order: int) -> int:
        """Return what a budget leaves the event at a place in the order of recording."""
        if self.left(budget, period) == 0:
            return 0
        allotted = self.allotted.get((budget, period))
        if allotted is not None and order in allotted:
            return allotted[order]
        end = self.ends.get((budget, period))
        return PLENTY if end is None or order < end else 0

    def learn(self, takes: Iterable[Take]) -> bool:
        """Learn from what a pass took where the earliest budget is used up; False when nothing is left to learn."""
        by_order: dict[int, dict[Key, int]] = {order: {} for order in self.ends.values()}
        for take in takes:
            by_order.setdefault(take.order, {})[take.budget, take.period] = take.amount
        used: dict[Key, int] = {}
        for order in sorted(by_order):
            if self._left_over(order, by_order[order]) or self._used_up(order, by_order[order], used):
                return True
        return False

    def _left_over(self, order: int, taken: dict[Key, int]) -> bool:
        """Reopen budgets whose last event took less than was left for it."""
        open_again = [
            key for key, end in self.ends.items() if end == order and taken.get(key, 0) < self.allotted[key][order]
        ]
        for key in open_again:
            del self.ends[key]
        return bool(open_again)

    def _used_up(self, order: int, taken: dict[Key, int], used: dict[Key, int]) -> bool:
        found = False
        for key, amount in taken.items():
            before = used.get(key, 0)
            used[key] = before + amount
            left = self.left(key[0], key[1])
            if used[key] >= left and key not in self.ends:
                self.ends[key] = order
                self.allotted.setdefault(key, {})[order] = left - before
                found = True
        return found
