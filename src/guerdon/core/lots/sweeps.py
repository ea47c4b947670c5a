"""Sweeps: points become rewards by themselves, on some days of the year.

Invariants:
* A sweep spends whole prices of what is available at its instant, after everything else that falls due then.
* What it leaves stays in its lots, with their dates.
* It never issues more than its `most`, nor more than `most_per_year` in a calendar year; it is no activity of the account's.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import EARLIEST, LATEST, YEAR
from guerdon.core.effects import REDEEMED
from guerdon.core.lots import drawing
from guerdon.core.lots.keeping import SWEEP
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.rewards import WITHIN, Sweep


class Sweeping:
    """A sweep over one account's pocket: how far time has gone, and what was issued in the present year."""

    def __init__(self, sweep: Sweep, reward: int, pocket: Pocket) -> None:
        self.sweep: Sweep = sweep
        self.reward: Final = reward
        self.pocket: Final = pocket
        self.next_at: i64 = EARLIEST
        self.event: i64 = -1
        self.year: i64 = EARLIEST
        self.issued: int = 0

    def clear(self) -> None:
        """Forget everything: another account begins."""
        self.next_at = EARLIEST
        self.event = -1
        self.year = EARLIEST
        self.issued = 0

    def go_on(self, at: i64, event: i64) -> None:
        """Note that time has come to an event: days before it are over."""
        self.event = event
        if self.next_at <= at:
            self.next_at = self.sweep.after(int(at))

    def next_due(self) -> i64:
        """Return the next instant at which a reward may be issued; LATEST while there are too few points."""
        return self.next_at if self.pocket.available >= self.sweep.price else LATEST

    def fall_due(self, at: i64) -> None:
        """Issue what there are points for, when the day has come."""
        if self.next_at > at:
            return
        due = self.next_at
        self.next_at = self.sweep.after(int(at))
        year: i64 = self.sweep.zone.period_of(YEAR, int(due))
        if year != self.year:
            self.year = year
            self.issued = 0
        left = min(self.sweep.most, self.sweep.most_per_year - self.issued)
        count = min(left, self.pocket.available // self.sweep.price)
        if count > 0:
            self.issued += count
            self._issue(due, count)

    def _issue(self, at: i64, count: int) -> None:
        """Spend the price of so many rewards, and tell it."""
        pocket, amount = self.pocket, count * self.sweep.price
        pocket.effects.add(
            REDEEMED, at, self.event, -1, -1, self.reward, pocket.effects.in_force, -1, SWEEP, pocket.keeping.unit,
            amount, 0, -1, 0, count, 0, -1, WITHIN,
        )  # fmt: skip
        drawing.draw(pocket, at, self.event, amount)
        pocket.fill(at)
