"""Redemptions: what an event asks of an account's points, and how that stands to the reward's terms; and what is taken off or passed on.

Invariants:
* What was recorded is done, whatever the terms say; each contradiction has a row of kind redeemed, and is counted in `outside`.
* However often a redemption is confirmed and cancelled, it counts in its reward's limits and stock as long as it stands.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import REDEEMED, Effects
from guerdon.core.facts import ADJUSTMENT, CLOSING, POINTS_SENT, Facts
from guerdon.core.limits import TIMES
from guerdon.core.limits.stocks import BY_ITSELF, Draws
from guerdon.core.lots import claiming, drawing
from guerdon.core.lots.claims import BACK, HELD, SPENT, Claim
from guerdon.core.lots.keeping import AT_ONCE, CANCEL, CONFIRM, NO_POINTS, NO_SLOT, RESERVE, Redeeming
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.purse import Purse
from guerdon.core.lots.rewards import (
    ANY_PRICE,
    NO_MONEY,
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
from guerdon.core.rating.transfers import Sent, pass_on
from guerdon.core.standing import Standing

_NO_LIMIT: Final = -1

NO_REWARD: Final = -1
"""The reward of a redemption that names none, or one that there is not."""


class Asked:
    """What one redemption event asks for, and what its reward costs at that moment."""

    def __init__(self, event: i64, at: i64, member: i64, step: int, reward: int, amount: int) -> None:
        self.event: Final = event
        self.at: Final = at
        self.member: Final = member
        self.step: Final = step
        self.reward: Final = reward
        self.amount: Final = amount
        self.price: int = ANY_PRICE


class Redemptions:
    """Does what redemption events say, for the account that `standing` is at; `draws` is what they drew from stocks.

    `outside` counts the contradictions of a run, by which term it was. `sent` is what was sent last, of which lots.
    """

    def __init__(self, programme: Programme, redeeming: Redeeming, standing: Standing, effects: Effects) -> None:
        self.programme: Final = programme
        self.redeeming: Redeeming = redeeming
        self.standing: Final = standing
        self.effects: Final = effects
        self.draws: Final = Draws()
        self.outside: Final = [0 for _ in OUTSIDE]
        self.reserved: list[Claim] = []
        self.sent: Sent | None = None

    def open(self) -> None:
        """Begin with another account."""
        self.sent = None
        if self.reserved:
            self.reserved = []

    def serve(self, purse: Purse, facts: Facts, row: i64, past: list[int]) -> None:
        """Do what a redemption event says: spend at once, set aside, spend what was set aside, or give it back.

        An adjustment takes points off, a transfer lets them go or come, a closing closes the account.
        """
        if self.reserved:
            self._free_lapsed()
        if facts.kind.small_at(row) == ADJUSTMENT:
            self._take_off(purse, facts, row)
            return
        if facts.kind.small_at(row) == CLOSING:
            self._close(purse, facts, row)
            return
        if facts.kind.small_at(row) >= POINTS_SENT:
            self.sent = pass_on(self.redeeming, purse, facts, row)
            return
        asked = self._asked(facts, row, past)
        if asked.step in (CONFIRM, CANCEL):
            refers = facts.refers.small_at(row)
            for pocket in purse.pockets:
                claim = pocket.claim_of(refers)
                if claim is not None:
                    pocket.by_event[int(asked.event)] = claim
                    self._go_on(facts, row, pocket, claim, asked)
                    return
        limits = self._tell_terms(facts, row, past, asked)
        if asked.amount > 0 and asked.step != CANCEL:
            unit = 0 if asked.reward == NO_REWARD else self.redeeming.rewards[asked.reward].unit
            remembered = facts.refers.step != 0
            self._begin(
                purse.pockets[unit], asked, counts=limits, remembered=remembered, closes_at=purse.leaving.closes_at
            )

    def _take_off(self, purse: Purse, facts: Facts, row: i64) -> None:
        """Take off what an adjustment says, soonest expiry first: it is no activity, and what there is not is owed."""
        adjusting = self.redeeming.adjusting
        for unit, slot in enumerate([] if adjusting is None else adjusting.slots):
            amount = 0 if slot == NO_SLOT else facts.slots[slot].at(row) // self.redeeming.point_ones[unit]
            if amount > 0:
                at, event = facts.at.small_at(row), facts.ordinal.small_at(row)
                drawing.take_off(purse.pockets[unit], at, event, amount)

    def _close(self, purse: Purse, facts: Facts, row: i64) -> None:
        """Do what a closing event says; reservations stand no longer than the account is open."""
        closing = self.redeeming.closing
        if closing is None:
            return
        leaving = purse.leaving
        before = leaving.closes_at
        leaving.serve(closing, facts, row)
        if leaving.closes_at != before:
            for pocket in purse.pockets:
                self._hold_until(pocket, leaving.closes_at)

    def _hold_until(self, pocket: Pocket, closes_at: i64) -> None:
        """Let the reservations that stand lapse by an instant, or when they would without."""
        claims = [claim for claim in pocket.holds[pocket.lapsed :] if claim.state == HELD]
        pocket.holds = []
        pocket.lapsed = 0
        for claim in claims:
            if claim.counts:
                self._draw_until(claim, 1)
            claim.lapses_at = min(self._lapses_at(claim.at), closes_at)
            if claim.counts:
                self._draw_until(claim, -1)
            claiming.await_lapse(pocket, claim)

    def _lapses_at(self, at: i64) -> i64:
        lasts = self.redeeming.hold_for
        return LATEST if lasts is None else lasts.after(int(at))

    def _asked(self, facts: Facts, row: i64, past: list[int]) -> Asked:
        """Read what an event asks for: the points it states, else the price of its reward at that moment."""
        redeeming, slots = self.redeeming, facts.slots
        reward = max(int(slots[redeeming.reward_slot].at(row)) - 1, NO_REWARD)
        unit = 0 if reward == NO_REWARD else self.redeeming.rewards[reward].unit
        stated = slots[redeeming.points_slot].at(row)
        amount = 0
        if stated != NO_POINTS:
            amount = stated // redeeming.point_ones[unit]
        elif reward != NO_REWARD:
            amount = max(redeeming.rewards[reward].price_of(slots, row, past), 0)
        step = int(slots[redeeming.step_slot].at(row))
        return Asked(
            facts.ordinal.small_at(row), facts.at.small_at(row), facts.member.small_at(row), step, reward, amount
        )

    def _begin(self, pocket: Pocket, asked: Asked, *, counts: bool, remembered: bool, closes_at: i64) -> None:
        """Spend points, or set them aside."""
        if asked.step != RESERVE and not remembered:
            drawing.spend(pocket, asked.at, asked.event, asked.amount)
            return
        lapses_at: i64 = LATEST if asked.step != RESERVE else min(self._lapses_at(asked.at), closes_at)
        claim = Claim(asked.event, asked.amount, at=asked.at, lapses_at=lapses_at)
        claim.member = asked.member
        claim.reward = asked.reward
        claim.counts = counts
        pocket.by_event[int(asked.event)] = claim
        if asked.step != RESERVE:
            claiming.spend(pocket, asked.at, asked.event, claim, asked.amount)
            return
        claiming.hold(pocket, claim)
        if counts:
            self.reserved.append(claim)
            self._draw_until(claim, -1)

    def _go_on(self, facts: Facts, row: i64, pocket: Pocket, claim: Claim, asked: Asked) -> None:
        """Confirm or cancel what was set aside or spent; what came back counts anew."""
        before = claim.state
        if asked.step == CANCEL:
            self._cancel(facts, row, pocket, claim, asked)
        else:
            claiming.confirm(pocket, asked.at, asked.event, claim)
        if claim.reward == NO_REWARD or claim.state == before:
            return
        again = Asked(asked.event, asked.at, asked.member, asked.step, claim.reward, claim.asked)
        limit = _NO_LIMIT
        if claim.counts and before == HELD:
            self._draw_until(claim, 1)
        if asked.step == CANCEL and claim.counts:
            self._free(claim, asked)
        elif before == BACK:
            limit = self._count(facts, row, again, self.redeeming.rewards[claim.reward])
            claim.counts = True
            claim.at = asked.at
        self._tell(again, self._beyond(limit), limit)

    def _cancel(self, facts: Facts, row: i64, pocket: Pocket, claim: Claim, asked: Asked) -> None:
        """Give back what a redemption has, or as much of what it spent as the event says."""
        if claim.state == SPENT and facts.slots[self.redeeming.points_slot].at(row) != NO_POINTS:
            claiming.put_back(pocket, asked.at, asked.event, claim, max(asked.amount, 0))
        else:
            claiming.cancel(pocket, asked.at, asked.event, claim)

    # How it stands to the terms.

    def _tell_terms(self, facts: Facts, row: i64, past: list[int], asked: Asked) -> bool:
        """Tell a redemption of a reward, and what contradicts its terms; say whether it counts in limits."""
        limit = _NO_LIMIT
        why = WITHIN
        if asked.reward != NO_REWARD:
            reward = self.redeeming.rewards[asked.reward]
            paid = NO_MONEY
            if self.redeeming.paid_slot != NO_SLOT:
                paid = int(facts.slots[self.redeeming.paid_slot].at(row))
            asked.price = reward.price_of(facts.slots, row, past)
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
        return asked.reward != NO_REWARD and bool(self.redeeming.rewards[asked.reward].limits)

    def _beyond(self, limit: int) -> int:
        """Return which term a redemption contradicts that goes beyond a limit."""
        if limit == _NO_LIMIT:
            return WITHIN
        return OUT_OF_STOCK if self.programme.limits[limit].stock else OVER_LIMIT

    def _tell(self, asked: Asked, why: int, limit: int) -> None:
        """Count how a redemption stands to the terms, and append it for whoever keeps effects."""
        self.outside[why] += 1
        if not self.effects.kept:
            return
        period: i64 = 0 if limit == _NO_LIMIT else self._period(limit, asked.at)
        unit = 0 if asked.reward == NO_REWARD else self.redeeming.rewards[asked.reward].unit
        self.effects.add(
            REDEEMED, asked.at, asked.event, -1, -1, asked.reward, self.effects.in_force, -1, asked.step, unit,
            max(asked.amount, 0), 0, limit, period, 1, asked.price, -1, why,
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

    def _free(self, claim: Claim, asked: Asked) -> None:
        """Give back what a redemption counted in limits and stock."""
        self._free_limits(claim)
        for position in self.redeeming.rewards[claim.reward].limits:
            if self.programme.limits[position].stock:
                self._draw(claim, position, int(asked.event), asked.at, -1)

    def _free_limits(self, claim: Claim) -> None:
        """Give back what a redemption counted in its account's or member's limits."""
        claim.counts = False
        for position in self.redeeming.rewards[claim.reward].limits:
            limit = self.programme.limits[position]
            if not limit.stock:
                needed = 1 if limit.kind == TIMES else claim.asked
                self.standing.counter(position, claim.member).free(self._period(position, claim.at), needed)

    def _free_lapsed(self) -> None:
        """Give back what lapsed reservations counted in limits; their stock came back with the instant."""
        for claim in self.reserved:
            if claim.state == BACK and claim.counts:
                self._free_limits(claim)
        self.reserved = [claim for claim in self.reserved if claim.state == HELD]

    def _draw_until(self, claim: Claim, sign: int) -> None:
        """Note that what a reservation drew comes back when it lapses, or after all does not."""
        if claim.lapses_at < LATEST:
            for position in self.redeeming.rewards[claim.reward].limits:
                if self.programme.limits[position].stock:
                    self._draw(claim, position, BY_ITSELF, claim.lapses_at, sign)

    def _draw(self, claim: Claim, position: int, event: int, at: i64, sign: int) -> None:
        needed = sign if self.programme.limits[position].kind == TIMES else sign * claim.asked
        self.draws.add(event, self.programme.stocks.index(position), self._period(position, claim.at), needed, at)

    def _period(self, position: int, at: i64) -> i64:
        return self.programme.periods[self.programme.limits[position].counts_by].of(at)
