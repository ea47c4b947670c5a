"""Local days of one zone as tables: which day holds an instant, when it begins, and what else is known of it.

Invariants:
* `of(at)` and `start(day)` are what the zone's own `day_of` and `day_start` say.
* On a plain day the wall clock shows midnight at its start and then the time that has passed since, for 24 hours.
"""

from bisect import bisect_right
from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import DAY, DAY_US, Zone
from guerdon.core.columns import vec, zeros
from guerdon.core.periods.period import Periods

_DAYS: Final = 47_847
"""From 1970 to 2100."""


class ByDay:
    """A whole number for each day, as far as it has become known; 0 is none."""

    def __init__(self) -> None:
        self.numbers: vec[i64] = vec[i64]()

    def known(self, day: i64) -> i64:
        """Return the number of a day; 0 when nobody has found it out yet."""
        if day < 0 or day >= _DAYS or len(self.numbers) == 0:
            return 0
        return self.numbers[day]

    def learn(self, day: i64, number: i64) -> None:
        """Keep the number of a day; what lies beyond the table is found out each time."""
        if 0 <= day < _DAYS:
            if len(self.numbers) == 0:
                self.numbers = zeros(_DAYS)
            self.numbers[day] = number


class Days(Periods):
    """The local days of a zone."""

    def __init__(self, zone: Zone) -> None:
        super().__init__(zone, DAY)

    def plain(self, day: i64) -> bool:
        """Say whether a day has 24 hours, begins at midnight, and its clocks are never changed."""
        zone = self.zone
        start = zone.day_start(int(day))
        changed = bisect_right(zone.transitions, start)
        changes = changed < len(zone.transitions) and zone.transitions[changed] <= start + DAY_US
        return not changes and start + zone.offset_at(start) == int(day) * DAY_US
