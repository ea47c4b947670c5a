"""Days, months and periods of one time zone, in whole numbers.

An instant is microseconds since 1970-01-01 UTC; a day is days since 1970-01-01; a local time is the
wall clock's microseconds since its own 1970-01-01.

Invariants:
* Periods are half-open and follow one another without gap: for every kind and instant
  `period_start(kind, p) <= instant < period_start(kind, p + 1)` where p is `period_of(kind, instant)`.
* A day begins at the first instant whose wall clock has reached its midnight, so days never run
  backwards, even where the clocks do. A day that a zone skipped is empty.
* A local time that does not exist moves forward; one that happens twice is the first (S19).
* Every function is total: before and after the known transitions the nearest offset goes on.
"""

from bisect import bisect_left, bisect_right
from typing import Final

from guerdon.core.errors import Invalid, invariant

HOUR_US: Final = 3_600_000_000
HALF_DAY_US: Final = 43_200_000_000
DAY_US: Final = 86_400_000_000

DAY: Final = 0
WEEK: Final = 1
MONTH: Final = 2
QUARTER: Final = 3
YEAR: Final = 4
EVER: Final = 5
KINDS: Final = ("day", "week", "month", "quarter", "year", "ever")
"""The kinds of period by their number; weeks are ISO weeks."""

EARLIEST: Final = -(2**60)
"""Where the one period of kind EVER begins: before any instant."""

LATEST: Final = 2**60
"""Where the one period of kind EVER ends: after any instant."""


def civil(day: int) -> tuple[int, int, int]:
    """Return the year, month and day of the month of `day`."""
    shifted = day + 719_468
    era, of_era = divmod(shifted, 146_097)
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    # Years are counted from March, so that the leap day comes last.
    march_month = (5 * of_year + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9  # noqa: PLR2004
    year = era * 400 + year_of_era + (1 if month <= 2 else 0)  # noqa: PLR2004
    return year, month, of_year - (153 * march_month + 2) // 5 + 1


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the day of a date; the date is a real one."""
    march_year = year - 1 if month <= 2 else year  # noqa: PLR2004
    era, year_of_era = divmod(march_year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year
    return era * 146_097 + of_era - 719_468


def month_length(year: int, month: int) -> int:
    """Return how many days a month has."""
    return days_from_civil(year + month // 12, month % 12 + 1, 1) - days_from_civil(year, month, 1)


def add_months(day: int, months: int) -> int:
    """Return the day `months` later: the same day of the month, or its last if that is earlier.

    Always count from the original date: 31 January and two months is 31 March.
    """
    year, month, of_month = civil(day)
    to_year, to_month = divmod(year * 12 + month - 1 + months, 12)
    return days_from_civil(to_year, to_month + 1, min(of_month, month_length(to_year, to_month + 1)))


def add_years(day: int, years: int) -> int:
    """Return the day `years` later; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * years)


def weekday(day: int) -> int:
    """Return the day of the week, 1 for Monday to 7 for Sunday."""
    return (day + 3) % 7 + 1


def parse_date(text: str) -> int:
    """Return the day that `text` names, written exactly like 2017-07-04."""
    parts = text.split("-")
    digits = "".join(parts)
    shaped = len(text) == 10 and [len(part) for part in parts] == [4, 2, 2]  # noqa: PLR2004
    if not (shaped and digits.isascii() and digits.isdigit()):
        message = f"{text[:40]!r} is not a date; write it like 2017-07-04"
        raise Invalid(message)
    year, month, of_month = int(parts[0]), int(parts[1]), int(parts[2])
    if not (1 <= month <= 12 and 1 <= of_month <= month_length(year, month)):  # noqa: PLR2004
        message = f"{text} is not a day of the calendar; write year, month and day like 2017-07-04"
        raise Invalid(message)
    return days_from_civil(year, month, of_month)


def day_name(day: int) -> str:
    """Return a day as text, like 2017-10-03."""
    year, month, of_month = civil(day)
    return f"{year:04d}-{month:02d}-{of_month:02d}"


def month_name(month: int) -> str:
    """Return a month's index as text, like 2017-10."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def period_of_day(kind: int, day: int) -> int:
    """Return the index of the period of a kind that holds `day`.

    Days and years are their own numbers; weeks count from the one of 1970-01-01; months and
    quarters count from year 0; there is one EVER, 0.
    """
    if kind == DAY:
        return day
    if kind == WEEK:
        return (day + 3) // 7
    if kind == EVER:
        return 0
    year, month, _ = civil(day)
    if kind == MONTH:
        return year * 12 + month - 1
    return year * 4 + (month - 1) // 3 if kind == QUARTER else year


def first_day(kind: int, index: int) -> int:
    """Return the first day of a period; EVER begins before and ends after every day."""
    if kind == DAY:
        return index
    if kind == WEEK:
        return index * 7 - 3
    if kind == EVER:
        return (EARLIEST if index <= 0 else LATEST) // DAY_US
    months = index if kind == MONTH else index * (3 if kind == QUARTER else 12)
    return days_from_civil(months // 12, months % 12 + 1, 1)


class Span:
    """A stretch of instants, `starts_at` up to and not at `ends_at`, and the number that holds in it."""

    def __init__(self, starts_at: int, ends_at: int, number: int) -> None:
        """Hold the three."""
        self.starts_at: Final = starts_at
        self.ends_at: Final = ends_at
        self.number: Final = number


class Turns:
    """A table for SQL joins: one row per half day, saying what holds before and from its turn.

    Join on `half_day = time // HALF_DAY_US`; the number is `before` when the time is earlier than
    `turn`, else `after`. A half day without a turn has both alike.
    """

    def __init__(self) -> None:
        """Start without rows."""
        self.half_days: Final[list[int]] = []
        self.turns: Final[list[int]] = []
        self.before: Final[list[int]] = []
        self.after: Final[list[int]] = []

    def add(self, half_day: int, turn: int, before: int, after: int) -> None:
        """Append one row."""
        self.half_days.append(half_day)
        self.turns.append(turn)
        self.before.append(before)
        self.after.append(after)


def tabulate(starts: int, ends: int, turns: list[int], numbers: list[int]) -> Turns:
    """Return the rows of all half days that touch `starts` up to `ends`.

    `turns` rise and lie within those half days; `numbers` is one longer: what holds before, between and after them.
    """
    table = Turns()
    position = 0
    for half_day in range(starts // HALF_DAY_US, -(-ends // HALF_DAY_US)):
        turn = half_day_ends = (half_day + 1) * HALF_DAY_US
        before = numbers[position]
        if position < len(turns) and turns[position] < half_day_ends:
            turn = turns[position]
            position += 1
            more = position < len(turns) and turns[position] < half_day_ends
            invariant(not more, "a half day has at most one turn")
        table.add(half_day, turn, before, numbers[position])
    return table


class Zone:
    """A time zone as its UTC offsets, and where its days and periods begin.

    Instants mostly rise, so the last answer of each kind is kept. A kept answer is one object,
    replaced whole: threads may share a zone.
    """

    def __init__(self, name: str, transitions: list[int], offsets: list[int]) -> None:
        """Take the instants at which the offset changes, rising, and the offsets before, between and after."""
        invariant(len(offsets) == len(transitions) + 1, "every stretch between transitions has an offset")
        self.name: Final = name
        self.transitions: Final = transitions
        self.offsets: Final = offsets
        self._reached: Final = _highest([at + offsets[i] for i, at in enumerate(transitions)])
        self._turns: Final = _highest([at + max(offsets[i], offsets[i + 1]) for i, at in enumerate(transitions)])
        self._offset = Span(0, 0, 0)
        self._periods: Final = [Span(0, 0, 0) for _ in KINDS]

    def offset_at(self, instant: int) -> int:
        """Return the offset from UTC, in microseconds."""
        span = self._offset
        if span.starts_at <= instant < span.ends_at:
            return span.number
        position = bisect_right(self.transitions, instant)
        bounds = [EARLIEST, *self.transitions[max(position - 1, 0) : position + 1], LATEST]
        first = 1 if position else 0
        self._offset = Span(bounds[first], bounds[first + 1], self.offsets[position])
        return self.offsets[position]

    def local_hour(self, instant: int) -> int:
        """Return the hour that the wall clock shows, 0 to 23."""
        return (instant + self.offset_at(instant)) // HOUR_US % 24

    def instant_of(self, local: int) -> int:
        """Return the instant of a local time."""
        return local - self.offsets[bisect_right(self._turns, local)]

    def day_start(self, day: int) -> int:
        """Return the first instant of a local day."""
        midnight = day * DAY_US
        position = bisect_right(self._reached, midnight)
        instant = midnight - self.offsets[position]
        return max(instant, self.transitions[position - 1]) if position else instant

    def day_of(self, instant: int) -> int:
        """Return the local day that holds an instant."""
        return self.period_of(DAY, instant)

    def period_of(self, kind: int, instant: int) -> int:
        """Return the index of the period of a kind that holds an instant."""
        span = self._periods[kind]
        if span.starts_at <= instant < span.ends_at:
            return span.number
        return self._find(kind, instant)

    def period_start(self, kind: int, index: int) -> int:
        """Return the first instant of a period."""
        if kind == EVER:
            return EARLIEST if index <= 0 else LATEST
        return self.day_start(first_day(kind, index))

    def _find(self, kind: int, instant: int) -> int:
        """Look a period up and keep it."""
        position = bisect_right(self.transitions, instant)
        local = instant + self.offsets[position]
        if position:
            local = max(local, self._reached[position - 1] - 1)
        index = period_of_day(kind, local // DAY_US)
        self._periods[kind] = Span(self.period_start(kind, index), self.period_start(kind, index + 1), index)
        return index

    def offset_table(self, starts_at: int, ends_at: int) -> Turns:
        """Return the offsets for instants from `starts_at` up to `ends_at`, by half day of UTC."""
        return self._offsets_by(self.transitions, starts_at, ends_at)

    def local_table(self, starts: int, ends: int) -> Turns:
        """Return the offset to take off local times from `starts` up to `ends`, by local half day."""
        return self._offsets_by(self._turns, starts, ends)

    def period_table(self, kind: int, starts_at: int, ends_at: int) -> Turns:
        """Return the periods of a kind that hold instants from `starts_at` up to `ends_at`, by half day of UTC."""
        low, high = _half_days(starts_at, ends_at)
        numbers = [self.period_of(kind, low)]
        turns: list[int] = []
        while (turn := self.period_start(kind, numbers[-1] + 1)) < high:
            turns.append(turn)
            numbers.append(self.period_of(kind, turn))
        return tabulate(low, high, turns, numbers)

    def _offsets_by(self, turns: list[int], starts: int, ends: int) -> Turns:
        """Return the offsets between `turns`, which stand for the transitions."""
        low, high = _half_days(starts, ends)
        first, last = bisect_right(turns, low), bisect_left(turns, high)
        return tabulate(low, high, turns[first:last], self.offsets[first : last + 1])


def _half_days(starts: int, ends: int) -> tuple[int, int]:
    """Widen a range to whole half days."""
    return starts // HALF_DAY_US * HALF_DAY_US, -(-ends // HALF_DAY_US) * HALF_DAY_US


def _highest(values: list[int]) -> list[int]:
    """Return the highest value so far at each position."""
    highest: list[int] = []
    for value in values:
        highest.append(max(value, highest[-1]) if highest else value)
    return highest
