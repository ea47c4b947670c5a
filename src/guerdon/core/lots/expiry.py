"""When points become usable and when their time ends: from an instant to a later one, in the programme's zone.

Invariants:
* Periods are half-open: a lot is there from an instant up to, and not at, the instant that a policy names.
* Months and years are counted from the first date and keep the wall clock's time: they never drift.
* `ends(at)` lies after `at`, and is LATEST for points that never expire.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import DAY_US, LATEST, MONTH, Zone, add_months, civil, days_from_civil, month_length

MINUTE_US: Final = 60_000_000

NO_PERIOD: Final = -1
"""A policy's `to` when its end is not moved on to the end of a month, quarter or year."""

NO_DAY: Final = 0
"""A policy's `month` when it has no fixed day of the year."""


class Term:
    """A length of time: months and days by the calendar and the wall clock, or minutes as they pass."""

    def __init__(self, zone: Zone, *, months: int = 0, days: int = 0, minutes: int = 0, text: str = "") -> None:
        self.zone: Final = zone
        self.months: Final = months
        self.days: Final = days
        self.minutes: Final = minutes
        self.text: Final = text

    def after(self, at: int) -> int:
        """Return the instant that lies this long after `at`."""
        if self.months == 0 and self.days == 0:
            return at + self.minutes * MINUTE_US
        day, time = divmod(at + self.zone.offset_at(at), DAY_US)
        moved = self.zone.instant_of((add_months(day, self.months) + self.days) * DAY_US + time)
        return moved + self.minutes * MINUTE_US


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
        self._asked: i64 = -1
        self._answer: i64 = LATEST

    def ends(self, at: i64) -> i64:
        """Return the instant at which points that count from `at` are gone."""
        if self.term is None:
            return LATEST
        if at != self._asked:
            self._answer = self._ends(self.term, int(at))
            self._asked = at
        return self._answer

    def ends_extended(self, at: int, times: int) -> int:
        """Return the instant at which points that count from `at` are gone after so many extensions; it never drifts."""
        term, by = self.term, self.extended_by
        if term is None:
            return int(LATEST)
        if by is None or times == 0:
            return self._ends(term, at)
        longer = Term(
            term.zone, months=term.months + times * by.months, days=term.days + times * by.days,
            minutes=term.minutes + times * by.minutes,
        )  # fmt: skip
        return self._ends(longer, at)

    def _ends(self, term: Term, at: int) -> int:
        ended = term.after(at)
        zone = term.zone
        if self.month != NO_DAY:
            ended = zone.day_start(self._next_such_day(zone.day_of(ended)) + 1)
        if self.to != NO_PERIOD:
            ended = zone.period_start(self.to, zone.period_of(self.to, ended) + 1)
        return ended

    def _next_such_day(self, day: int) -> int:
        """Return the first such day after `day`; 29 February is the 28th in common years."""
        year, _, _ = civil(day)
        found = self._such_day(year)
        return found if found > day else self._such_day(year + 1)

    def _such_day(self, year: int) -> int:
        return days_from_civil(year, self.month, min(self.day, month_length(year, self.month)))
