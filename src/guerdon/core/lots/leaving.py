"""Leaving: an account ends at an instant that was told before, and what is left of it then is forfeited (S17).

Invariants:
* From the instant of its closing on an account has nothing: what comes back to it later is forfeited at that moment.
* What is forfeited is breakage, with the payer of its lot; what is owed is written off (S5b).
* Who comes back has what was forfeited, in its lots with their dates; what had expired meanwhile expires then.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.effects import EXPIRED, FROM_EXPIRED, FROM_PENDING, RESTORED
from guerdon.core.facts import Facts
from guerdon.core.lots import owing
from guerdon.core.lots.closing import CLOSE, REJOIN, STAY, Closing
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket


class Leaving:
    """The closing of the account that the fold is at, and what was forfeited by it."""

    def __init__(self, pockets: list[Pocket]) -> None:
        self.pockets: Final = pockets
        self.closes_at: i64 = LATEST
        self.event: i64 = -1
        self.now: i64 = EARLIEST
        self.units: list[int] = []
        self.lots: list[Lot] = []
        self.amounts: list[int] = []

    def clear(self) -> None:
        """Forget everything: another account begins."""
        if self.closes_at != LATEST or self.lots:
            self.closes_at = LATEST
            self._forget()

    def serve(self, closing: Closing, facts: Facts, row: i64) -> None:
        """Do what a closing event says: close the account, keep it open after all, or open it again."""
        at, step = facts.at.small_at(row), facts.slots[closing.step_slot].at(row)
        if step == CLOSE and self.closes_at > at:
            self.event = facts.ordinal.small_at(row)
            self.closes_at = closing.closes_at(int(at), facts.slots[closing.days_slot].at(row))
        elif step == STAY and self.closes_at > at:
            self.closes_at = LATEST
        elif step == REJOIN and self.closes_at <= at:
            self._restore(at, facts.ordinal.small_at(row))

    def next_due(self) -> i64:
        """Return the instant at which something is forfeited; LATEST where there is nothing."""
        if self.closes_at == LATEST:
            return LATEST
        for pocket in self.pockets:
            if pocket.pending > 0 or pocket.available > 0 or pocket.debt > 0:
                return max(self.closes_at, self.now)
        return LATEST

    def fall_due(self, at: i64) -> None:
        """Forfeit what is left at an instant from which on the account is closed."""
        if self.closes_at > at:
            return
        for unit, pocket in enumerate(self.pockets):
            owing.write_off(pocket, at, LATEST)
            for lot in pocket.lots:
                if lot.pending > 0 or lot.free() > 0:
                    self._forfeit(unit, pocket, lot, at)

    def _forfeit(self, unit: int, pocket: Pocket, lot: Lot, at: i64) -> None:
        pending, usable = lot.pending, lot.free()
        lot.pending = 0
        lot.remaining -= pending + usable
        lot.expired += pending + usable
        pocket.pending -= pending
        pocket.available -= usable
        if pending > 0:
            pocket.note(EXPIRED, at, self.event, lot, pending, before=FROM_PENDING)
        if usable > 0:
            pocket.note(EXPIRED, at, self.event, lot, usable)
        self.units.append(unit)
        self.lots.append(lot)
        self.amounts.append(pending + usable)

    def _restore(self, at: i64, event: i64) -> None:
        """Give back what was forfeited; what was not usable yet is so now."""
        since = self.closes_at
        self.closes_at = LATEST
        for place in range(len(self.lots)):
            lot = self.lots[place]
            # A refund may have taken back some of it meanwhile.
            amount = min(self.amounts[place], lot.expired)
            if amount > 0:
                _bring_back(self.pockets[self.units[place]], lot, amount, at, event=event, since=since)
        self._forget()

    def _forget(self) -> None:
        self.event = -1
        self.now = EARLIEST
        self.units = []
        self.lots = []
        self.amounts = []


def _bring_back(pocket: Pocket, lot: Lot, amount: int, at: i64, *, event: i64, since: i64) -> None:
    lot.expired -= amount
    lot.remaining += amount
    pocket.note(RESTORED, at, event, lot, amount, before=FROM_EXPIRED)
    lot.usable_from = min(lot.usable_from, at)
    if lot.place < 0:
        pocket.enqueue(lot, at)
    ended = pocket.queues[lot.queue].has_ended(lot, at, since=since - 1)
    pocket.bring_back(at, lot, amount, ended=ended, grace=None)
