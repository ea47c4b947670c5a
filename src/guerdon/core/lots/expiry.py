"""When points become usable and when their time ends: from an instant to a later one, in the programme's zone.

Invariants:
* Periods are half-open: a lot is there from an instant up to, and not at, the instant that a policy names.
* Months and years are counted from the first date and keep the wall clock's time: they never drift.
* `ends(at)` lies after `at`, and is LATEST for points that never expire.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import DAY_US, LATEST, MONTH, Zone, add_months, civil, days_from_civil, month_length
from guerdon.core.periods import ByDay, Days

MINUTE_US: Final = 60_000_000

NO_PERIOD: Final = -1
"""A policy's `to` when its end is not moved on to the end of a month, quarter or year."""

_BY_THE_CLOCK: Final = -1
"""What stands for a day on which clocks are changed: the end is counted for each instant by itself."""

NO_DAY: Final = 0
"""A policy's `month` when it has no fixed day of the year."""


class Term:
    """A length of time: months and days by the calendar and the wall clock, or minutes as they pass."""

    def __init__(
        self,
        zone: Zone,
        *,
        months: int = 0,
        days: int = 0,
        minutes: int = 0,
        text: str = "",
        table: Days | None = None,
    ) -> None:
        self.zone: Final = zone
        self.months: Final = months
        self.days: Final = days
        self.minutes: Final = minutes
        self.text: Final = text
        self.table: Final = Days(zone) if table is None else table
        self._shifts: Final = ByDay()

    def after(self, at: i64) -> i64:
        """Return the instant that lies this long after `at`."""
        if self.months == 0 and self.days == 0:
            return at + self.minutes * MINUTE_US
        day = self.table.of(at)
        shift = self._shifts.known(day)
        if shift == 0:
            shift = self._shift_of(day)
            self._shifts.learn(day, shift)
        moved = at + shift
        if shift == _BY_THE_CLOCK:
            moved = self._counted(int(at))
        if self.minutes:
            moved += self.minutes * MINUTE_US
        return moved

    def longer(self, other: "Term", times: int) -> "Term":
        """Return this term and so many times the other."""
        return Term(
            self.zone, months=self.months + times * other.months, days=self.days + times * other.days,
            minutes=self.minutes + times * other.minutes, table=self.table,
        )  # fmt: skip

    def _shift_of(self, day: i64) -> i64:
        """Return how much later than any instant of a day this ends; where clocks are changed that differs."""
        ended = i64(add_months(int(day), self.months) + self.days)
        plain = self.table.plain(day) and self.table.plain(ended)
        return self.table.start(ended) - self.table.start(day) if plain else _BY_THE_CLOCK

    def _counted(self, at: int) -> int:
        day, time = divmod(at + self.zone.offset_at(at), DAY_US)
        return self.zone.instant_of((add_months(day, self.months) + self.days) * DAY_US + time)


class Expiry:
    """One policy: a term after earning, then the end of a period or the next such day of a year; or never.

    An `idle` policy counts from the account's last activity instead, for all lots that are open. With `extended_by` lots stay
    so much longer for each period of a kind (`each`) in which there was activity.
    """

    def __init__(  # noqa: PLR0913 - a policy has this many terms
        self,
        term: Term | None,
        *,
        to: int = NO_PERIOD,
        month: int = NO_DAY,
        day: int = 0,
        idle: bool = False,
        extended_by: Term | None = None,
        each: int = MONTH,
    ) -> None:
        self.term: Final = term
        self.to: Final = to
        self.month: Final = month
        self.day: Final = day
        self.idle: Final = idle
        self.extended_by: Final = extended_by
        self.each: Final = each
        self._longer: Final[dict[int, Term]] = {}
        self._ends: Final = ByDay()

    def ends(self, at: i64) -> i64:
        """Return the instant at which points that count from `at` are gone."""
        if self.term is None:
            return LATEST
        return self._ended(self.term, at)

    def ends_extended(self, at: i64, times: int) -> i64:
        """Return the instant at which points that count from `at` are gone after so many extensions; it never drifts."""
        term, by = self.term, self.extended_by
        if term is None or by is None or times == 0:
            return self.ends(at)
        longer = self._longer.get(times)
        if longer is None:
            longer = term.longer(by, times)
            self._longer[times] = longer
        return self._ended(longer, at)

    def _ended(self, term: Term, at: i64) -> i64:
        ended = term.after(at)
        if self.month == NO_DAY and self.to == NO_PERIOD:
            return ended
        day = term.table.of(ended)
        end = self._ends.known(day)
        if end == 0:
            end = i64(self._moved_on(term.zone, int(day)))
            self._ends.learn(day, end)
        return end

    def _moved_on(self, zone: Zone, day: int) -> int:
        """Return the end of points whose term ends on a day: the end of the next such day of a year, or of a period."""
        start = zone.day_start(day)
        if self.month != NO_DAY:
            start = zone.day_start(self._next_such_day(day) + 1)
        if self.to != NO_PERIOD:
            start = zone.period_start(self.to, zone.period_of(self.to, start) + 1)
        return start

    def _next_such_day(self, day: int) -> int:
        """Return the first such day after `day`; 29 February is the 28th in common years."""
        year, _, _ = civil(day)
        found = self._such_day(year)
        return found if found > day else self._such_day(year + 1)

    def _such_day(self, year: int) -> int:
        return days_from_civil(year, self.month, min(self.day, month_length(year, self.month)))
