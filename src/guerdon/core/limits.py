"""Limits: how much a member or an account may get in a period, and what is left of it.

Invariants:
* What is used never exceeds `most`, in any period, on any path.
* A limit truncates and says so; it never refuses an event.
* Periods are half-open and local to the programme's zone; a rolling limit counts whole local days, today included.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import DAY, Zone

POINTS: Final = 0
TIMES: Final = 1

ROLLING: Final = -1
"""A limit's `every` when it counts the last `days` local days."""


class Limit:
    """At most `most` points (in the unit's smallest part) or times, per member or account, in each period."""

    def __init__(  # noqa: PLR0913 - a limit has this many terms
        self, *, name: str, kind: int, most: int, per_member: bool, every: int, days: int = 0, text: str = ""
    ) -> None:
        self.name: Final = name
        self.kind: Final = kind
        self.most: Final = most
        self.per_member: Final = per_member
        self.every: Final = every
        self.days: Final = days
        self.text: Final = text

    def period(self, zone: Zone, at: i64) -> i64:
        """Return the number of the period that holds `at`; for a rolling limit, of the day."""
        return zone.period_of(DAY if self.every == ROLLING else self.every, at)


class Counter:
    """What one member or account has used of one limit in the `period` last asked for."""

    def __init__(self) -> None:
        self.period: i64 = -(2**62)
        self.used: int = 0
        self.days: list[int] = []
        self.amounts: list[int] = []

    def clear(self) -> None:
        """Forget everything: another account begins."""
        self.period = -(2**62)
        self.used = 0
        if self.days:
            self.days = []
            self.amounts = []

    def room(self, limit: Limit, period: i64) -> int:
        """Return what is left of `limit` in `period`; periods are asked for in rising order."""
        if self.period != period:
            self.period = period
            if limit.every == ROLLING:
                self._age(int(period) - limit.days)
            else:
                self.used = 0
        return limit.most - self.used

    def take(self, limit: Limit, amount: int) -> None:
        """Use `amount` of the room there is."""
        self.used += amount
        if limit.every == ROLLING:
            self.days.append(int(self.period))
            self.amounts.append(amount)

    def put_back(self, limit: Limit, amount: int) -> None:
        """Undo the last `take`, which was of `amount`."""
        self.used -= amount
        if limit.every == ROLLING:
            self.days.pop()
            self.amounts.pop()

    def _age(self, last_gone: int) -> None:
        while self.days and self.days[0] <= last_gone:
            self.used -= self.amounts[0]
            del self.days[0]
            del self.amounts[0]
