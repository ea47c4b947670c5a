"""Metrics: what of an account's past is counted, over which stretch of time.

Invariants:
* Periods are half-open, local to the programme's zone, and counted from the original date: nothing drifts.
* What is counted is never below zero and never above `most`, which is what a thousand million events come to.
* What is counted moves on by itself as time passes; asking twice at one instant gives the same number.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import (
    EARLIEST,
    KINDS,
    LATEST,
    Zone,
    add_months,
    add_years,
    civil,
    days_from_civil,
    period_of_day,
)
from guerdon.core.periods import ByDay, Days, Periods

ROLLING_DAYS: Final = len(KINDS)
ROLLING_MONTHS: Final = ROLLING_DAYS + 1
YEAR_FROM: Final = ROLLING_DAYS + 2
ANNIVERSARY: Final = ROLLING_DAYS + 3
"""Kinds of window beside the calendar's own periods."""

METRIC_MAX: Final = 10**24
"""No metric counts beyond this."""

EVENTS_MAX: Final = 10**9
"""What so many events of an account come to is the most that a metric counts."""

_SMALL: Final = 2**61
_LEAP_YEAR: Final = 2000
_UNKNOWN: Final = -(2**60)


class Length:
    """So many months and days, counted from a day."""

    def __init__(self, *, months: int = 0, days: int = 0) -> None:
        self.months: Final = months
        self.days: Final = days

    def after(self, day: int, times: int = 1) -> int:
        """Return the day that lies so many lengths after `day`; months are counted from the original day."""
        return add_months(day, self.months * times) + self.days * times


class Window:
    """The stretch of time that a metric counts: a period of the calendar, a year of the programme's own, the last days or months.

    `length` is that of a rolling window in days or months; of a year that does not begin in January, its first day in the year 2000.
    """

    def __init__(self, zone: Zone, kind: int, *, length: int = 0, text: str = "") -> None:
        self.zone: Final = zone
        self.kind: Final = kind
        self.length: Final = length
        self.text: Final = text
        self.rolling: Final = kind in (ROLLING_DAYS, ROLLING_MONTHS)
        self.days: Final = Days(zone)
        self.periods: Final = Periods(zone, kind) if kind < len(KINDS) else None
        self._gone: Final = ByDay()

    def number_at(self, at: i64, joined: int) -> i64:
        """Return the number of the period that holds an instant."""
        if self.periods is not None:
            return self.periods.of(at)
        return i64(self.number_of(int(self.days.of(at)), joined))

    def number_of(self, day: int, joined: int) -> int:
        """Return the number of the period that holds a day, for an account whose first event was on the day `joined`."""
        if self.kind == YEAR_FROM:
            year = civil(day)[0]
            return year if day >= self.first_day(year, joined) else year - 1
        if self.kind == ANNIVERSARY:
            years = civil(day)[0] - civil(joined)[0]
            return years if day >= add_years(joined, years) else years - 1
        return period_of_day(self.kind, day)

    def first_day(self, number: int, joined: int) -> int:
        """Return the first day of a year that is not the calendar's."""
        return add_years(joined, number) if self.kind == ANNIVERSARY else add_years(self.length, number - _LEAP_YEAR)

    def ends_at(self, number: int, joined: int) -> i64:
        """Return the first instant after a period."""
        if self.periods is not None:
            return self.periods.start(number + 1)
        return self.days.start(self.first_day(number + 1, joined))

    def gone_on(self, day: i64) -> i64:
        """Return the day from which a rolling window no longer counts what happened on `day`."""
        if self.kind == ROLLING_DAYS:
            return day + self.length
        gone = self._gone.known(day)
        if gone == 0:
            gone = i64(add_months(int(day), self.length))
            self._gone.learn(day, gone)
        return gone


class Metric:
    """What is counted: the numbers of a slot, or the points earned in a unit; `scale` is how many decimals they have.

    With `delay` an amount counts from the first instant of so many days later, in the period of that instant; points that wait
    may count once they are `usable`, in the period of that instant, and never if they lapse before. What lies above
    the highest of `steps` that was reached is carried into the next period.
    """

    def __init__(  # noqa: PLR0913 - a metric has this many terms
        self,
        *,
        name: str,
        window: Window,
        scale: int,
        slot: int = -1,
        unit: int = -1,
        most: int = METRIC_MAX,
        delay: int = 0,
        steps: list[int] | None = None,
        usable: bool = False,
        title: str = "",
        text: str = "",
    ) -> None:
        self.name: Final = name
        self.window: Final = window
        self.scale: Final = scale
        self.slot: Final = slot
        self.unit: Final = unit
        self.most: Final = most
        # Numbers as large as METRIC_MAX are slow to compare with: what is below this needs no such look.
        self.most_surely: Final = min(most, _SMALL)
        self.delay: Final = delay
        self.steps: Final[list[int]] = steps or []
        self.usable: Final = usable
        self.title: Final = title
        self.text: Final = text


class Meter:
    """What one account has of one metric; `total` holds from the instant last asked for until `ends_at`, unless it is `changed`."""

    def __init__(self, metric: Metric) -> None:
        self.metric: Final = metric
        self.window: Final = metric.window
        self.rolling: Final = metric.window.rolling
        self.total: int = 0
        self.joined: int = 0
        self.number: int = _UNKNOWN
        self.ends_at: i64 = EARLIEST
        self.changed = True
        self.gone: list[int] = []
        self.amounts: list[int] = []
        self.dues: list[int] = []
        self.owed: list[int] = []
        self.owners: list[int] = []
        self.owner: int = -1
        self.former: int = 0

    def open(self, joined: int) -> None:
        """Begin with an account whose first event is on the day `joined`."""
        self.joined = joined
        self.total = 0
        self.number = _UNKNOWN
        self.former = 0
        self.owner = -1
        self.ends_at = EARLIEST
        self.changed = True
        if self.gone:
            self.gone = []
            self.amounts = []
        if self.dues:
            self.dues = []
            self.owed = []
            self.owners = []

    def age(self, at: i64) -> int:
        """Return what is counted at an instant, which is not before the one last asked for."""
        if at >= self.ends_at:
            if self.rolling:
                self._forget(at)
            else:
                self._turn(at)
        return self.total if self.total <= self.metric.most_surely else min(self.total, self.metric.most)

    def take(self, amount: int, at: i64, event: i64 = 0) -> None:
        """Count an amount of an event at the instant that was last asked for; below zero it counts for nothing."""
        if amount <= 0:
            return
        if self.metric.delay == 0:
            self._count(amount, at)
            return
        days = self.window.days
        self.dues.append(int(days.start(days.of(at) + self.metric.delay)))
        self.owed.append(amount)
        self.owners.append(int(event))

    def next_due(self) -> i64:
        """Return the instant at which a delayed amount begins to count."""
        return self.dues[0] if self.dues else LATEST

    def fall_due(self, at: i64) -> bool:
        """Count the delayed amounts that are due at the instant that was last asked for; say whether there were any.

        The last of them was counted by the event `owner`.
        """
        found = False
        while self.dues and self.dues[0] <= at:
            self._count(self.owed[0], at)
            self.owner = self.owners[0]
            del self.dues[0]
            del self.owed[0]
            del self.owners[0]
            found = True
        return found

    def take_back(self, amount: int, day: int) -> None:
        """Take what an event of a day counted for out of the period, or the day, that counted it, or was to count it.

        Of a period that is over it is taken too, with what was carried out of that; of one long over nothing is left to take.
        """
        self.changed = True
        day += self.metric.delay
        amount = self._owe_less(amount, int(self.window.days.start(day)))
        if self.rolling:
            self._take_out(amount, int(self.window.gone_on(day)))
            return
        number = self.window.number_of(day, self.joined)
        if number == self.number:
            self.total -= min(amount, self.total)
        elif number == self.number - 1:
            carried = self._excess(self.former)
            self.former -= min(amount, self.former)
            self.total = max(self.total + self._excess(self.former) - carried, 0)

    def take_off(self, amount: int) -> int:
        """Take off what was counted last, or is to be counted, whichever event it was of; return how much there was."""
        left = amount
        for position in range(len(self.owed) - 1, -1, -1):
            part = min(left, self.owed[position])
            self.owed[position] -= part
            left -= part
        for position in range(len(self.gone) - 1, -1, -1):
            part = min(left, self.amounts[position])
            self.amounts[position] -= part
            self.total -= part
            left -= part
        if not self.rolling:
            part = min(left, self.total)
            self.total -= part
            left -= part
        self.changed = True
        return amount - left

    def counted(self, day: int, at: i64) -> bool:
        """Say whether what an event of a day counted for was counted together with what was counted at an instant."""
        day += self.metric.delay
        then = int(self.window.days.of(at))
        if self.rolling:
            return day <= then < self.window.gone_on(day)
        return self.window.number_of(day, self.joined) == self.window.number_of(then, self.joined)

    def at_end(self, at: i64, otherwise: int) -> int:
        """Return what the period of an instant came to, if that is this one or the last; of others nothing is known."""
        if self.rolling:
            return otherwise
        number = int(self.window.number_at(at, self.joined))
        if number == self.number:
            return min(self.total, self.metric.most)
        return min(self.former, self.metric.most) if number == self.number - 1 else otherwise

    def _owe_less(self, amount: int, due: int) -> int:
        """Take off what is still to be counted at an instant; return what is not."""
        for position in range(len(self.dues)):
            if self.dues[position] == due and amount != 0:
                part = min(amount, self.owed[position])
                self.owed[position] -= part
                amount -= part
        return amount

    def _take_out(self, amount: int, gone: int) -> None:
        """Take off what one day of a rolling window counted."""
        for position in range(len(self.gone)):
            if self.gone[position] == gone:
                taken = min(amount, self.amounts[position])
                self.amounts[position] -= taken
                self.total -= taken

    def _count(self, amount: int, at: i64) -> None:
        self.total += amount
        self.changed = True
        if not self.rolling:
            return
        gone = int(self.window.gone_on(self.window.days.of(at)))
        if self.gone and self.gone[-1] == gone:
            self.amounts[-1] += amount
            return
        self.gone.append(gone)
        self.amounts.append(amount)
        if len(self.gone) == 1:
            self.ends_at = self.window.days.start(gone)

    def _forget(self, at: i64) -> None:
        """Let go of the days that a rolling window has left behind."""
        day = int(self.window.days.of(at))
        while self.gone and self.gone[0] <= day:
            self.total -= self.amounts[0]
            del self.gone[0]
            del self.amounts[0]
        self.ends_at = self.window.days.start(self.gone[0]) if self.gone else LATEST

    def _turn(self, at: i64) -> None:
        """Begin the period that holds an instant, with what is carried into it."""
        number = int(self.window.number_at(at, self.joined))
        ended = number - self.number
        self.former = self.total if ended == 1 else 0
        while ended > 0 and self.total > 0:
            self.total = self._excess(self.total)
            ended -= 1
        self.number = number
        self.ends_at = self.window.ends_at(number, self.joined)

    def _excess(self, total: int) -> int:
        reached = [step for step in self.metric.steps if 0 < step <= total]
        return total - max(reached) if reached else 0


def year_from(month: int, day: int) -> int:
    """Return the day of the year 2000 on which a programme's own year begins."""
    return days_from_civil(_LEAP_YEAR, month, day)
