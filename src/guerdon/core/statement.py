"""A statement: the points of each member by month and in total, as columns, written by the fold.

Invariants:
* Events come account by account in time order, so each month of a member is one run of events and its total follows.
* A member-month with any event has a row per unit, even at 0 points; others have none.
* `points_high << 62 | points` is the exact number, however large; `points` alone is, unless it needs more than 62 bits.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import MONTH, Zone
from guerdon.core.columns import WIDE_BITS, grown, vec, zeros
from guerdon.core.effects import EARNED, REVERSED, Effects
from guerdon.core.periods import Periods

TOTAL: Final = 1 << 40
"""The `month` of a row that holds a member's total."""

COLUMNS: Final = ("member", "month", "unit", "points", "points_high")
"""Names of the columns; `points` holds the low 62 bits, or the number itself wherever `points_high` is 0 or -1."""

_LOW: Final = (1 << WIDE_BITS) - 1


class Tally:
    """The points of the open member in one unit: in the open month, and in the months before it."""

    def __init__(self) -> None:
        self.month: int = 0
        self.before: int = 0


class Statement:
    """Rows of `member, month, unit, points`; months count from year 0, as the calendar's do.

    Where accounts have several members a member's month can come in several rows: add them up.
    """

    def __init__(self, zone: Zone, units: int, capacity: int = 4096) -> None:
        self.months: Final = Periods(zone, MONTH)
        self.units: Final = units
        self.count: i64 = 0
        self.capacity: i64 = capacity
        self.member: vec[i64] = zeros(capacity)
        self.month: vec[i64] = zeros(capacity)
        self.unit: vec[i64] = zeros(capacity)
        self.points: vec[i64] = zeros(capacity)
        self.points_high: vec[i64] = zeros(capacity)
        self.open_member: i64 = -1
        self.open_month: i64 = -1
        self.tallies: Final = [Tally() for _ in range(units)]

    def add(self, member: i64, at: i64, effects: Effects, mark: i64) -> None:
        """Count an event of `member` and what the effects from row `mark` on say was earned by it, less what was reversed."""
        month = self.months.of(at)
        if member != self.open_member:
            self.close()
            self.open_member = member
            self.open_month = month
        elif month != self.open_month:
            self._close_month()
            self.open_month = month
        row = mark
        while row < effects.count:
            kind = effects.kind[row]
            if kind == EARNED:
                self.tallies[effects.unit[row]].month += int(effects.granted[row])
            elif kind == REVERSED:
                self.tallies[effects.unit[row]].month -= int(effects.granted[row])
            row += 1

    def close(self) -> None:
        """Write the month and the total of the member whose events have ended."""
        if self.open_member < 0:
            return
        self._close_month()
        for unit in range(self.units):
            tally = self.tallies[unit]
            self._row(TOTAL, unit, tally.before)
            tally.before = 0
        self.open_member = -1

    def forget(self) -> None:
        """Empty the rows, keeping their memory and the member that is open."""
        self.count = 0

    def columns(self) -> dict[str, memoryview]:
        """Return the rows in use as 64-bit integers in memory."""
        count = int(self.count)
        return {name: memoryview(getattr(self, name)).cast("B").cast("q")[:count] for name in COLUMNS}

    def _close_month(self) -> None:
        for unit in range(self.units):
            tally = self.tallies[unit]
            self._row(self.open_month, unit, tally.month)
            tally.before += tally.month
            tally.month = 0

    def _row(self, month: i64, unit: i64, points: int) -> None:
        row = self.count
        if row == self.capacity:
            self._grow()
        self.member[row] = self.open_member
        self.month[row] = month
        self.unit[row] = unit
        if -_LOW <= points <= _LOW:
            self.points[row] = points
            self.points_high[row] = -1 if points < 0 else 0
        else:
            self.points[row] = points & _LOW
            self.points_high[row] = points >> WIDE_BITS
        self.count = row + 1

    def _grow(self) -> None:
        self.capacity = self.capacity * 2
        self.member = grown(self.member)
        self.month = grown(self.month)
        self.unit = grown(self.unit)
        self.points = grown(self.points)
        self.points_high = grown(self.points_high)
