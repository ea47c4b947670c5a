"""A purse: all lots that one account has, of every unit."""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import Effects
from guerdon.core.facts import PURCHASE, Facts
from guerdon.core.lots import owing
from guerdon.core.lots.keeping import NO_SLOT, Keeping, Redeeming
from guerdon.core.lots.leaving import Leaving
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.sweeps import Sweeping
from guerdon.core.values import HALF_EVEN, divide, split


class Purse:
    """The pockets of the account that the fold is at, by the position of their unit."""

    def __init__(self, keepings: list[Keeping], redeeming: Redeeming | None, effects: Effects) -> None:
        self.pockets: Final = [Pocket(keeping, effects) for keeping in keepings]
        self.sweeps: Final[list[Sweeping]] = []
        for position, reward in enumerate([] if redeeming is None else redeeming.rewards):
            if reward.sweep is not None:
                self.sweeps.append(Sweeping(reward.sweep, position, self.pockets[reward.unit]))
        self.leaving: Final = Leaving(self.pockets)
        self.by_level = any([keeping.ladder >= 0 for keeping in keepings])
        if redeeming is not None:
            self.redeem_as(redeeming)

    def clear(self) -> None:
        """Forget everything: another account begins."""
        for pocket in self.pockets:
            pocket.clear()
        for sweeping in self.sweeps:
            sweeping.clear()
        self.leaving.clear()

    def redeem_as(self, redeeming: Redeeming) -> None:
        """Let rewards be swept, and points that come back do so, on these terms."""
        for sweeping in self.sweeps:
            sweeping.sweep = redeeming.rewards[sweeping.reward].sweep or sweeping.sweep
        for pocket in self.pockets:
            pocket.grace = redeeming.hold_grace
            pocket.restore_grace = redeeming.restore_grace
            pocket.restores_anew = redeeming.restores_anew

    def reuse_lots(self, *, reusing: bool) -> None:
        """Say whether the lots of an account may become the next one's: nobody keeps them."""
        for pocket in self.pockets:
            pocket.reusing = reusing

    def go_on(self, at: i64, event: i64) -> None:
        """Note that time has come to an event."""
        self.leaving.now = at
        for sweeping in self.sweeps:
            sweeping.go_on(at, event)

    def follow(self, levels: list[int], at: i64) -> None:
        """Keep lots on the terms of the levels that the account holds now."""
        for pocket in self.pockets:
            pocket.follow(levels, at)

    def next_due(self) -> i64:
        """Return the next instant at which something falls due; LATEST when nothing will."""
        soonest: i64 = LATEST
        for pocket in self.pockets:
            # Two at a time: of three the compiler makes objects, and this is asked after every event.
            soonest = min(soonest, pocket.next_due())
            soonest = min(soonest, owing.next_due(pocket))
        for sweeping in self.sweeps:
            soonest = min(soonest, sweeping.next_due())
        return min(soonest, self.leaving.next_due())

    def fall_due(self, at: i64) -> None:
        """Do what falls due at an instant, unit by unit."""
        for pocket in self.pockets:
            owing.fall_due(pocket, at)
            if pocket.next_due() <= at:
                pocket.fall_due(at)
        for sweeping in self.sweeps:
            sweeping.fall_due(at)
        self.leaving.fall_due(at)

    def use(self, facts: Facts, event: i64) -> None:
        """Do what an event says of the lots that there are: it activates them, it counts as activity."""
        for pocket in self.pockets:
            keeping = pocket.keeping
            if keeping.activation_slot != NO_SLOT and facts.slots[keeping.activation_slot].at(event) != 0:
                pocket.activate(facts.at.small_at(event))
            if keeping.activity_slot != NO_SLOT and facts.slots[keeping.activity_slot].at(event) != 0:
                pocket.stir(facts.at.small_at(event))
            if keeping.fulfilment_slot != NO_SLOT:
                _follow_order(pocket, facts, event)
            pocket.marked = len(pocket.lots)

    def share_sale(self, sale: int) -> None:
        """Give the lots that an event made their shares of a sale by relative stand-alone price (S12).

        The whole share is rounded half to even, once; the lots add up to it by largest remainder.
        """
        lots = [lot for pocket in self.pockets if pocket.keeping.worth > 0 for lot in pocket.lots[pocket.marked :]]
        worths = [
            lot.original * pocket.keeping.worth
            for pocket in self.pockets
            if pocket.keeping.worth > 0
            for lot in pocket.lots[pocket.marked :]
        ]
        total = sum(worths)
        if total == 0:
            return
        one = self.pockets[0].keeping.worth_one
        shares = split(divide(sale * total, sale * one + total, HALF_EVEN), worths)
        for place, lot in enumerate(lots):
            lot.share = shares[place]


def _follow_order(pocket: Pocket, facts: Facts, event: i64) -> None:
    """Note a purchase, for whose lines its points will wait, or what an event tells of one."""
    at, keeping = facts.at.small_at(event), pocket.keeping
    if facts.kind.small_at(event) == PURCHASE:
        lines = facts.slots[keeping.lines_slot].at(event)
        pocket.orders.begin(facts.ordinal.small_at(event), max(lines, 1), at)
        return
    lines = facts.slots[keeping.fulfilment_slot].at(event)
    if lines > 0:
        pocket.fulfil(facts.refers.small_at(event), lines, at)
