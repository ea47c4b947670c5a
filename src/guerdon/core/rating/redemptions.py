"""Redemptions: what an event asks of an account's points, and how that stands to the reward's terms.

Invariants:
* What was recorded is done, whatever the terms say; each contradiction has a row of kind redeemed, and is counted in `outside`.
* However often a redemption is confirmed and cancelled, it counts in its reward's limits and stock as long as it stands.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import REDEEMED, Effects
from guerdon.core.facts import Facts
from guerdon.core.limits import TIMES
from guerdon.core.limits.stocks import BY_ITSELF, Draws
from guerdon.core.lots.claims import Hold
from guerdon.core.lots.keeping import AT_ONCE, CANCEL, CONFIRM, RESERVE, Redeeming
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.purse import Purse
from guerdon.core.lots.rewards import (
    NO_RESERVATION,
    OUT_OF_STOCK,
    OUTSIDE,
    OVER_LIMIT,
    TOO_FEW,
    UNKNOWN,
    WITHIN,
    Reward,
)
from guerdon.core.programme import Programme
from guerdon.core.standing import Standing

_NO_LIMIT: Final = -1

NO_REWARD: Final = -1
"""The reward of a redemption that names none, or one that there is not."""


class Asked:
    """What one redemption event asks for."""

    def __init__(self, event: i64, at: i64, member: i64, step: int, reward: int, amount: int) -> None:
        self.event: Final = event
        self.at: Final = at
        self.member: Final = member
        self.step: Final = step
        self.reward: Final = reward
        self.amount: Final = amount


class Redemptions:
    """Does what redemption events say, for the account that `standing` is at; `draws` is what they drew from stocks.

    `outside` counts the contradictions of a run, by which term it was.
    """

    def __init__(self, programme: Programme, redeeming: Redeeming, standing: Standing, effects: Effects) -> None:
        self.programme: Final = programme
        self.redeeming: Redeeming = redeeming
        self.standing: Final = standing
        self.effects: Final = effects
        self.draws: Final = Draws()
        self.outside: Final = [0 for _ in OUTSIDE]
        self.reserved: list[Hold] = []

    def open(self) -> None:
        """Begin with another account."""
        if self.reserved:
            self.reserved = []

    def serve(self, purse: Purse, facts: Facts, row: i64, past: list[int]) -> None:
        """Do what a redemption event says: spend at once, set aside, spend what was set aside, or give it back."""
        if self.reserved:
            self._free_lapsed()
        asked = self._asked(facts, row, past)
        if asked.step in (CONFIRM, CANCEL):
            refers = facts.refers.small_at(row)
            for pocket in purse.pockets:
                hold = pocket.held_by(refers)
                if hold is not None:
                    self._go_on(facts, row, pocket, hold, asked)
                    return
        self._tell_terms(facts, row, past, asked)
        if asked.amount > 0 and asked.step != CANCEL:
            unit = 0 if asked.reward == NO_REWARD else self.redeeming.rewards[asked.reward].unit
            self._begin(purse.pockets[unit], asked)

    def _asked(self, facts: Facts, row: i64, past: list[int]) -> Asked:
        """Read what an event asks for: the points it states, else the price of its reward at that moment."""
        redeeming, slots = self.redeeming, facts.slots
        reward = max(int(slots[redeeming.reward_slot].at(row)) - 1, NO_REWARD)
        unit = 0 if reward == NO_REWARD else self.redeeming.rewards[reward].unit
        amount = slots[redeeming.points_slot].at(row) // redeeming.point_ones[unit]
        if reward != NO_REWARD and slots[redeeming.stated_slot].at(row) == 0:
            amount = max(self.redeeming.rewards[reward].price_of(slots, row, past), 0)
        step = int(slots[redeeming.step_slot].at(row))
        return Asked(
            facts.ordinal.small_at(row), facts.at.small_at(row), facts.member.small_at(row), step, reward, amount
        )

    def _begin(self, pocket: Pocket, asked: Asked) -> None:
        """Spend points, or set them aside."""
        if asked.step != RESERVE:
            pocket.spend(asked.at, asked.event, asked.amount)
            return
        lasts = self.redeeming.hold_for
        hold = pocket.hold(asked.at, asked.event, asked.amount, LATEST if lasts is None else lasts.after(int(asked.at)))
        hold.at = asked.at
        hold.member = asked.member
        hold.reward = asked.reward
        if asked.reward != NO_REWARD and self.redeeming.rewards[asked.reward].limits:
            hold.counts = True
            self.reserved.append(hold)
            self._draw_until(hold, -1)

    def _go_on(self, facts: Facts, row: i64, pocket: Pocket, hold: Hold, asked: Asked) -> None:
        """Confirm or cancel what was set aside; what lapsed counts anew."""
        if asked.step == CANCEL:
            if hold.counts and hold.open:
                self._draw_until(hold, 1)
                self._free(hold, asked)
            pocket.release(asked.at, asked.event, hold)
            return
        if hold.counts and hold.open:
            self._draw_until(hold, 1)
        elif hold.lapsed and hold.reward != NO_REWARD:
            again = Asked(asked.event, asked.at, asked.member, asked.step, hold.reward, hold.asked())
            limit = self._count(facts, row, again, self.redeeming.rewards[hold.reward])
            self._tell(again, self._beyond(limit), limit)
        hold.counts = hold.reward != NO_REWARD
        pocket.confirm(asked.at, asked.event, hold)

    # How it stands to the terms.

    def _tell_terms(self, facts: Facts, row: i64, past: list[int], asked: Asked) -> None:
        """Tell a redemption of a reward, and what contradicts its terms."""
        limit = _NO_LIMIT
        why = WITHIN
        if asked.reward != NO_REWARD:
            reward = self.redeeming.rewards[asked.reward]
            paid = int(facts.slots[self.redeeming.paid_slot].at(row))
            why = reward.contradicted_by(facts.slots, row, past, at=int(asked.at), amount=asked.amount, paid=paid)
            if asked.step != CANCEL:
                limit = self._count(facts, row, asked, reward)
        elif facts.slots[self.redeeming.reward_slot].at(row) != 0:
            why = UNKNOWN
        elif asked.amount <= 0 and asked.step in (AT_ONCE, RESERVE):
            why = TOO_FEW
        if asked.step in (CONFIRM, CANCEL) and why in (WITHIN, TOO_FEW):
            why = NO_RESERVATION
        if why == WITHIN:
            why = self._beyond(limit)
        if why != WITHIN or asked.reward != NO_REWARD:
            self._tell(asked, why, limit)

    def _beyond(self, limit: int) -> int:
        """Return which term a redemption contradicts that goes beyond a limit."""
        if limit == _NO_LIMIT:
            return WITHIN
        return OUT_OF_STOCK if self.programme.limits[limit].stock else OVER_LIMIT

    def _tell(self, asked: Asked, why: int, limit: int) -> None:
        self.outside[why] += 1
        period: i64 = 0 if limit == _NO_LIMIT else self._period(limit, asked.at)
        unit = 0 if asked.reward == NO_REWARD else self.redeeming.rewards[asked.reward].unit
        self.effects.add(
            REDEEMED, asked.at, asked.event, -1, -1, asked.reward, 0, -1, asked.step, unit,
            max(asked.amount, 0), 0, limit, period, -1, 0, -1, why,
        )  # fmt: skip

    def _count(self, facts: Facts, row: i64, asked: Asked, reward: Reward) -> int:
        """Count a redemption in its reward's limits; return the first that it goes beyond."""
        found = _NO_LIMIT
        for position in reward.limits:
            limit = self.programme.limits[position]
            needed = 1 if limit.kind == TIMES else asked.amount
            period = self._period(position, asked.at)
            if limit.stock:
                stock = self.programme.stocks.index(position)
                self.draws.add(int(asked.event), stock, period, needed, asked.at)
                number = len(self.programme.budgets) + stock
                room = facts.quotas[number].at(row) if number < len(facts.quotas) else needed
            else:
                counter = self.standing.counter(position, asked.member)
                room = counter.room(period)
                counter.take(needed)
            if room < needed and found == _NO_LIMIT:
                found = position
        return found

    def _free(self, hold: Hold, asked: Asked) -> None:
        """Give back what a reservation counted in limits and stock."""
        hold.counts = False
        for position in self.redeeming.rewards[hold.reward].limits:
            limit = self.programme.limits[position]
            needed = 1 if limit.kind == TIMES else hold.asked()
            period = self._period(position, hold.at)
            if limit.stock:
                self.draws.add(int(asked.event), self.programme.stocks.index(position), period, -needed, asked.at)
            else:
                self.standing.counter(position, hold.member).free(period, needed)

    def _free_lapsed(self) -> None:
        """Give back what lapsed reservations counted in limits; their stock came back with the instant."""
        still = [hold for hold in self.reserved if hold.open]
        for hold in self.reserved:
            if hold.lapsed and hold.counts:
                hold.counts = False
                for position in self.redeeming.rewards[hold.reward].limits:
                    limit = self.programme.limits[position]
                    if not limit.stock:
                        needed = 1 if limit.kind == TIMES else hold.asked()
                        self.standing.counter(position, hold.member).free(self._period(position, hold.at), needed)
        self.reserved = still

    def _draw_until(self, hold: Hold, sign: int) -> None:
        """Note that what a reservation drew comes back when it lapses, or after all does not."""
        if hold.lapses_at == LATEST:
            return
        for position in self.redeeming.rewards[hold.reward].limits:
            limit = self.programme.limits[position]
            if limit.stock:
                needed = 1 if limit.kind == TIMES else hold.asked()
                stock = self.programme.stocks.index(position)
                self.draws.add(BY_ITSELF, stock, self._period(position, hold.at), sign * needed, hold.lapses_at)

    def _period(self, position: int, at: i64) -> i64:
        return self.programme.periods[self.programme.limits[position].counts_by].of(at)
