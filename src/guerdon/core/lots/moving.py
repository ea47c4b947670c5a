"""Lots whose end moves: with the level that the account holds, and with its activity.

Invariants:
* A higher level and activity never bring an end nearer; a lower level never moves it further away.
* Under a higher level a lot has the better of two dates: its own, and what the level gives counted from when it was earned.
* Under a lower level the policy begins anew at that instant, for lots that are open; it never counts from earlier (S8).
* What is extended is counted from where the lot's time began, so that months never drift.
"""

from mypy_extensions import i64

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.lots.expiry import Expiry
from guerdon.core.lots.lot import Lot, Queue


class Moving:
    """Which of a unit's `policies` its lots are kept under, and how often each was extended."""

    def __init__(self, policies: list[Expiry]) -> None:
        self.policies: list[Expiry] = policies
        self.level = 0
        self.period: i64 = EARLIEST
        self.starts: dict[int, int] = {}
        self.extensions: dict[int, int] = {}

    def clear(self) -> None:
        """Forget everything: another account begins."""
        self.level = 0
        self.period = EARLIEST
        if self.starts:
            self.starts = {}
        if self.extensions:
            self.extensions = {}

    def policy(self) -> Expiry:
        """Return the policy under which lots are kept now."""
        return self.policies[self.level]

    def begin(self, lot: Lot, start: i64) -> i64:
        """Return when a lot ends whose time begins."""
        self.starts[int(lot.sequence)] = int(start)
        return self.policy().ends(start)

    def move(self, queue: Queue, level: int, at: i64, version: i64) -> None:
        """Keep lots under the policy of another level from an instant on."""
        rises = level > self.level
        self.level = level
        policy = self.policy()
        for lot in queue.lots:
            if not lot.is_open(at):
                continue
            number = int(lot.sequence)
            if rises:
                ends = policy.ends_extended(self.starts[number], self.extensions.get(number, 0))
                lot.end_at(max(lot.expires_at, i64(ends)), version)
            else:
                self.starts[number] = int(at)
                self.extensions[number] = 0
                lot.end_at(min(lot.expires_at, _not_before_usable(lot, policy.ends(at))), version)
        queue.sort(at)

    def lift(self, queue: Queue, at: i64, version: i64) -> None:
        """Let open lots stay as long as the present policy gives, counted from where their time began, if that is longer."""
        policy = self.policy()
        for lot in queue.lots:
            if lot.is_open(at):
                number = int(lot.sequence)
                ends = policy.ends_extended(self.starts[number], self.extensions.get(number, 0))
                lot.end_at(max(lot.expires_at, i64(ends)), version)
        queue.sort(at)

    def extend(self, queue: Queue, at: i64, version: i64) -> None:
        """Let lots stay longer because the account is active: once in each period."""
        policy = self.policy()
        by = policy.extended_by
        if by is None:
            return
        period: i64 = by.zone.period_of(policy.each, int(at))
        if period == self.period:
            return
        self.period = period
        for lot in queue.lots:
            if lot.is_open(at):
                number = int(lot.sequence)
                times = self.extensions.get(number, 0) + 1
                self.extensions[number] = times
                ends = policy.ends_extended(self.starts[number], times)
                lot.end_at(max(lot.expires_at, i64(ends)), version)
        queue.sort(at)


def _not_before_usable(lot: Lot, ends: i64) -> i64:
    """Return an end that leaves pending points an instant in which they are usable (S7b)."""
    return max(ends, lot.usable_from) if lot.usable_from < LATEST else ends
