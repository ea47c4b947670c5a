"""Celebrations: days that are a member's own and come once a year, a birthday or an anniversary of joining (S14).

Invariants:
* Each year has one day of a celebration, counted from the first date: nothing is chained from year to year.
* A day is the celebration of exactly those dates whose `day_in` its year it is, however long its zone makes it.
"""

from typing import Final

from guerdon.core.calendar import civil, days_from_civil, month_length

BORN: Final = 0
JOINED: Final = 1

DATES: Final = ("born_on", "joined")
"""What a celebration is counted from, by number: the day of birth, or the day of joining."""

LEAP_DAY: Final = (2, 29)
"""The month and day that common years do not have."""

ANY_LEVEL: Final = ""
"""What stands for the level where a window is as long at every one."""


class Celebration:
    """The terms of a celebration, whose events are of the type `name`; of a leap day it falls, in common years, on `instead`.

    It is open for `days`: as many at every level, or as many as the level of a `ladder` says that was held as it began.
    One that `is_local` has its days where each member is, any other those of the programme's zone.
    """

    def __init__(
        self,
        *,
        name: str,
        of: int,
        instead: tuple[int, int],
        days: dict[str, int],
        ladder: str = ANY_LEVEL,
        is_local: bool = False,
    ) -> None:
        self.name: Final = name
        self.of: Final = of
        self.instead: Final = instead
        self.days: Final = days
        self.ladder: Final = ladder
        self.is_local: Final = is_local

    def day_in(self, year: int, month: int, day: int) -> int:
        """Return the day of the celebration in a year, of a date with this month and day."""
        if (month, day) == LEAP_DAY and day > month_length(year, month):
            month, day = self.instead
        return days_from_civil(year, month, day)

    def dates_of(self, day: int) -> list[tuple[int, int]]:
        """Return the months and days of the dates whose celebration is on a day."""
        year, month, of_month = civil(day)
        found = [(month, of_month)]
        if (month, of_month) == self.instead and month_length(year, LEAP_DAY[0]) < LEAP_DAY[1]:
            found.append(LEAP_DAY)
        return found

    def of_year(self, date: int, year: int) -> int | None:
        """Return the day of the celebration in a year, of a date; none where that year is not a later one."""
        first, month, of_month = civil(date)
        return self.day_in(year, month, of_month) if year > first else None

    def last_day(self, begins: int, level: str) -> int:
        """Return the last day on which a celebration is open that began on a day, at a level."""
        return begins + self.days[level] - 1
