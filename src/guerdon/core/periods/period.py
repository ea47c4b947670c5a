"""Periods of one kind in one zone, numbered from a table of the instants at which they begin.

Events of many accounts jump about in time, so keeping the last answer is not enough; the table is filled as it is asked.

Invariant: `of(at)` and `start(number)` are what the zone's own `period_of` and `period_start` say.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import DAY_US, EVER, Zone, period_of_day
from guerdon.core.columns import vec, zeros

_YEAR_US: Final = 31_556_952_000_000
_LENGTHS: Final = (DAY_US, 7 * DAY_US, _YEAR_US // 12, _YEAR_US // 4, _YEAR_US, _YEAR_US)
"""The mean length of each kind of period: it leads to within one of the right one."""

_YEARS: Final = 131
"""From 1970 to 2099 and a little beyond; outside, the zone is asked."""


class Periods:
    """The periods of one kind in one zone."""

    def __init__(self, zone: Zone, kind: int) -> None:
        self.zone: Final = zone
        self.kind: Final = kind
        first = period_of_day(kind, 0) - 2
        self.first: i64 = first
        self.origin: i64 = zone.period_start(kind, first)
        self.length: i64 = _LENGTHS[kind]
        self.count: i64 = _YEARS * _YEAR_US // _LENGTHS[kind]
        self.starts: vec[i64] = vec[i64]()

    def of(self, at: i64) -> i64:
        """Return the number of the period that holds an instant, as the calendar counts them."""
        if self.kind == EVER:
            return 0
        guess = (at - self.origin) // self.length
        if guess < 1 or guess + 2 >= self.count:
            return self.zone.period_of(self.kind, at)
        while self._start(guess) > at:
            guess -= 1
        while self._start(guess + 1) <= at:
            guess += 1
        return self.first + guess

    def start(self, number: i64) -> i64:
        """Return the first instant of a period."""
        position = number - self.first
        if self.kind == EVER or position < 0 or position >= self.count:
            return self.zone.period_start(self.kind, int(number))
        return self._start(position)

    def _start(self, position: i64) -> i64:
        if position < len(self.starts):
            start = self.starts[position]
            if start != 0:
                return start
        return self._learned(position)

    def _learned(self, position: i64) -> i64:
        """Ask the zone for a start, and keep it."""
        if len(self.starts) == 0:
            self.starts = zeros(int(self.count))
        start: i64 = self.zone.period_start(self.kind, int(self.first + position))
        self.starts[position] = start
        return start
