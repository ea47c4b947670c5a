"""Limits: how much a member, an account or all accounts together may get in a period, and what is left of it.

Invariants:
* What is used never exceeds `most`, in any period, on any path.
* A limit truncates and says so; it never refuses an event.
* Periods are half-open and local to the programme's zone; a rolling limit counts whole local days, today included.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import DAY

POINTS: Final = 0
TIMES: Final = 1
HOLDING: Final = 2

ROLLING: Final = -1
"""A limit's `every` when it counts the last `days` local days."""

PLENTY: Final = 2**61
"""What a budget leaves an event that it does not bind."""


def and_more(amount: int) -> int:
    """Return a quota that was granted whole and left more to be had: such a budget cut nothing, and is not said to have.

    Of such a quota return the amount.
    """
    return -1 - amount


_NEVER: Final = -(2**60)
"""The period of a counter that nobody has asked yet."""


class Limit:
    """At most `most` points (in the unit's smallest part) or times in each period, per member or account.

    A HOLDING limit is on what an account holds of `unit`, not on what it earns: a cap on the balance (S8b).
    A budget is one that all accounts share: what it leaves an event is decided beside the fold, as the event's quota.
    A stock is one that redemptions draw on, of all accounts: what was recorded was drawn, and what is beyond is told.
    """

    def __init__(  # noqa: PLR0913 - a limit has this many terms
        self,
        *,
        name: str,
        kind: int,
        most: int,
        per_member: bool,
        every: int,
        days: int = 0,
        text: str = "",
        budget: bool = False,
        stock: bool = False,
        unit: int = -1,
    ) -> None:
        self.name: Final = name
        self.kind: Final = kind
        self.most: Final = most
        self.per_member: Final = per_member
        self.every: Final = every
        self.rolling: Final = every == ROLLING
        self.counts_by: Final = DAY if every == ROLLING else every
        self.days: Final = days
        self.text: Final = text
        self.budget: Final = budget
        self.stock: Final = stock
        self.unit: Final = unit


class Counter:
    """What one member or account has used of one limit in the `period` last asked for; a rolling limit's period is a day.

    Whoever asks may note the instant that was `asked` about: at the same one it is the same period. Of a budget that granted an
    event what it wanted there was `more`.
    """

    def __init__(self, limit: Limit) -> None:
        self.limit: Final = limit
        self.rolling: Final = limit.rolling
        self.most: int = limit.most
        self.more = False
        self.period: i64 = _NEVER
        self.asked: i64 = _NEVER
        self.used: int = 0
        self.days: list[int] = []
        self.amounts: list[int] = []

    def clear(self) -> None:
        """Forget everything: another account begins."""
        self.period = _NEVER
        self.asked = _NEVER
        self.used = 0
        if self.rolling:
            self.days.clear()
            self.amounts.clear()

    def allot(self, quota: int) -> None:
        """Begin with what a budget leaves one event, or granted it and left more (`and_more`)."""
        self.more = quota < 0
        self.most = -1 - quota if quota < 0 else quota
        self.used = 0
        self.period = _NEVER
        self.asked = _NEVER

    def left(self) -> int:
        """Return what is left in the period last asked for."""
        return max(self.most - self.used, 0)

    def room(self, period: i64) -> int:
        """Return what is left of the limit in `period`; periods are asked for in rising order."""
        if self.period != period:
            self.period = period
            self.asked = _NEVER
            if self.rolling:
                self._age(int(period) - self.limit.days)
            else:
                self.used = 0
        return self.left()

    def take(self, amount: int) -> None:
        """Use `amount` of the room that the period last asked for has."""
        self.used += amount
        if not self.rolling:
            return
        day = int(self.period)
        if self.days and self.days[-1] == day:
            self.amounts[-1] += amount
        else:
            self.days.append(day)
            self.amounts.append(amount)

    def put_back(self, amount: int) -> None:
        """Undo a `take` of `amount` in the period last asked for."""
        self.used -= amount
        if self.rolling:
            self.amounts[-1] -= amount

    def free(self, period: i64, amount: int) -> None:
        """Give back what was used in an earlier period, wherever that still counts."""
        if not self.rolling:
            if self.period == period:
                self.used -= amount
            return
        for position in range(len(self.days)):
            if self.days[position] == period:
                self.used -= amount
                self.amounts[position] -= amount

    def _age(self, last_gone: int) -> None:
        while self.days and self.days[0] <= last_gone:
            self.used -= self.amounts[0]
            del self.days[0]
            del self.amounts[0]
