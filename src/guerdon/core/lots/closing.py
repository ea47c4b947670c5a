"""Closing: the terms on which an account ends, and what closing events say (S17)."""

from typing import Final

from guerdon.core.calendar import Zone
from guerdon.core.metrics import Length

CLOSE: Final = 1
STAY: Final = 2
REJOIN: Final = 3

STEPS: Final = ("", "close", "stay", "rejoin")
"""What a closing event says, by the number that its slot gives: nothing, or one of the steps."""

AT_ONCE: Final = -1
"""The days of notice of a closing that takes effect as it is recorded."""


class Closing:
    """The terms on which accounts are closed, and what closing events say, by the slots that say it.

    Members are told `notice` before; who comes back within `restore` has what was forfeited, later or without it nothing.
    """

    def __init__(
        self, zone: Zone, *, step_slot: int, days_slot: int, notice: Length | None = None, restore: Length | None = None
    ) -> None:
        self.zone: Final = zone
        self.step_slot: Final = step_slot
        self.days_slot: Final = days_slot
        self.notice: Final = notice
        self.restore: Final = restore

    def days(self, at: int) -> int:
        """Return the days of notice of a closing that is asked for at an instant."""
        today = self.zone.day_of(at)
        return AT_ONCE if self.notice is None else self.notice.after(today) - today

    def closes_at(self, at: int, days: int) -> int:
        """Return when a closing takes effect: at once, or at the end of the day that lies so many days after."""
        return at if days < 0 else self.zone.day_start(self.zone.day_of(at) + days + 1)

    def restores_until(self, closed_at: int) -> int:
        """Return up to when who closed their account at an instant has back what was forfeited."""
        if self.restore is None:
            return closed_at
        return self.zone.day_start(self.restore.after(self.zone.day_of(closed_at)) + 1)
