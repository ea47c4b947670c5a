"""A pocket: all lots of one unit that an account has, what is drawn from them, and what falls due.

Invariants:
* total = pending + available + held - debt = what remains of the lots - debt, after every call.
* Points are drawn from the lot that expires soonest, the oldest on a tie; expired points are never drawn, drawn ones never expire.
* While there is debt nothing is available: what becomes usable pays it first, the oldest debt first (S5b).
* What falls due at an instant is done with that instant, before anything that happens then.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import (
    EXPIRED,
    FROM_PENDING,
    FROM_USABLE,
    GRANTED,
    INDEBTED,
    RELEASED,
    USABLE,
    Effects,
)
from guerdon.core.lots.claims import BACK, Claim, Debt
from guerdon.core.lots.claims import HELD as STANDS
from guerdon.core.lots.expiry import Expiry, Term
from guerdon.core.lots.keeping import NO_CAP, Keeping
from guerdon.core.lots.lot import Lot, Queue, before
from guerdon.core.lots.moving import Moving
from guerdon.core.lots.orders import Orders
from guerdon.core.lots.owed import Owed


class Pocket(Owed):
    """The lots of one unit of the account that the fold is at; `keeping` holds their terms."""

    def __init__(self, keeping: Keeping, effects: Effects) -> None:
        super().__init__(keeping, effects)
        self.grace: Term | None = None
        self.restore_grace: Term | None = None
        self.restores_anew = False
        # A lot waits in the first queue; one that came back after its date, in the last.
        self.queue: Final = Queue(keeping.policies[0])
        self.late: Final = Queue(Expiry(None))
        self.queues: Final = [self.queue, self.late]
        self.moving: Moving | None = keeping.moving()
        self.lots: list[Lot] = []
        # How many lots there were before these that are no longer listed: what is left of them is nothing.
        self.gone: i64 = 0
        self.reusing = False
        self.spare: list[Lot] = []
        self.orders: Final = Orders()
        self.ripening: list[Lot] = []
        self.ripe: i64 = 0
        self.waiting: list[Lot] = []
        self.waited: i64 = 0
        self.holds: list[Claim] = []
        self.lapsed: i64 = 0
        self.by_event: dict[int, Claim] = {}
        self.pending: int = 0
        self.held: int = 0
        self.marked = 0

    def clear(self) -> None:
        """Forget everything: another account begins."""
        if self.lots or self.debts or self.by_event:
            if self.reusing:
                self.spare += self.lots
            self.lots = []
            self.ripening = []
            self.waiting = []
            self.holds = []
            self.by_event = {}
            self.debts = []
        self.gone = self.ripe = self.waited = self.lapsed = self.paid = 0
        self.pending = self.available = self.held = self.debt = 0
        for queue in self.queues:
            queue.clear()
        self.orders.clear()
        if self.moving is not None:
            self.moving.clear()

    def total(self) -> int:
        """Return what the account has, less what it owes."""
        return self.pending + self.available + self.held - self.debt

    def ends_at(self, lot: Lot) -> i64:
        """Return the instant at which a lot ends, as things stand; LATEST when nothing says."""
        return self.queues[lot.queue].ends_at(lot) if lot.place >= 0 else LATEST

    def earn(  # noqa: PLR0913 - a lot is known by this much
        self, at: i64, event: i64, rule: i64, number: i64, payer: i64, amount: int, *, stirs: bool = True
    ) -> Lot:
        """Make a lot; what of it can be used at once settles debt first. It is activity, if that counts and it `stirs`."""
        keeping = self.keeping
        active = stirs and keeping.earning_is_activity
        if active and self.moving is not None:
            self.moving.extend(self.queues[0], at, self.effects.in_force)
        lot = self.made(event, rule, number, payer, amount, at)
        self.pending += amount
        if keeping.dormant or keeping.pending is not None:
            lot.usable_from = max(self.usable_from(event, at), at)
        if not keeping.from_usable or lot.usable_from < LATEST:
            self.enqueue(lot, lot.usable_from if keeping.from_usable else at)
        if lot.usable_from > at:
            self.ripen(lot)
        elif keeping.waits:
            self._open(lot, at)
        else:
            self._let_in(lot, amount, at, told=False)
        if active:
            self.stir(at)
        return lot

    def usable_from(self, event: i64, earned_at: i64) -> i64:
        """Return from when points of an event can be used on the present terms; LATEST while that waits for another event."""
        keeping = self.keeping
        if keeping.dormant:
            return LATEST
        since = self.orders.since(event, earned_at)
        return since if keeping.pending is None or since == LATEST else keeping.pending.after(int(since))

    def made(self, event: i64, rule: i64, number: i64, payer: i64, amount: int, at: i64) -> Lot:
        """Return a new lot, one of an account that is done with where there are such."""
        if self.spare:
            lot = self.spare.pop()
            lot.begin(event, rule, number, payer, amount, earned_at=at, sequence=self.gone + len(self.lots))
        else:
            lot = Lot(event, rule, number, payer, amount, earned_at=at, sequence=self.gone + len(self.lots))
        lot.terms = self.effects.in_force
        self.lots.append(lot)
        return lot

    def stir(self, at: i64) -> None:
        """Note that the account was active, which idle policies count from."""
        for queue in self.queues:
            queue.stir(at)
        if self.moving is not None:
            self.moving.extend(self.queues[0], at, self.effects.in_force)

    def follow(self, levels: list[int], at: i64) -> None:
        """Keep lots under the policy of the level that the account holds now."""
        if self.moving is not None and self.keeping.ladder >= 0 and levels[self.keeping.ladder] != self.moving.level:
            self.moving.move(self.queues[0], levels[self.keeping.ladder], at, self.effects.in_force)

    def activate(self, at: i64) -> None:
        """Make usable what was waiting for that."""
        while self.ripe < len(self.ripening):
            lot = self.ripening[self.ripe]
            self.ripe += 1
            if lot.pending > 0:
                lot.usable_from = at
                if lot.place < 0:
                    self.enqueue(lot, at)
                self._open(lot, at)

    def fulfil(self, event: i64, lines: int, at: i64) -> None:
        """Let the waiting of a purchase's points begin once all of its lines were told of."""
        if not self.orders.tell(event, lines, at):
            return
        moved = False
        for lot in self.ripening[self.ripe :]:
            if lot.event == event and lot.pending > 0:
                lot.usable_from = self.usable_from(event, at)
                if lot.place < 0:
                    self.enqueue(lot, lot.usable_from)
                elif lot.expires_at < lot.usable_from:
                    lot.expires_at = lot.usable_from
                    moved = True
        if moved:
            self.queue.sort(at)
        self.ripen_anew()

    def ripen_anew(self) -> None:
        """Put lots in order again by when they become usable."""
        waiting = self.ripening[self.ripe :]
        self.ripening = []
        self.ripe = 0
        for lot in waiting:
            self.ripen(lot)

    def enqueue(self, lot: Lot, start: i64) -> None:
        """Put a lot whose time begins into its queue."""
        queue = self.queues[lot.queue]
        if not queue.idle:
            lot.expires_at = queue.policy.ends(start) if self.moving is None else self.moving.begin(lot, start)
            # Pending points do not expire (S7b): they are usable for at least an instant.
            if lot.expires_at < lot.usable_from < LATEST:
                lot.expires_at = lot.usable_from
        queue.add(lot)

    def wait(self, lot: Lot, amount: int) -> None:
        """Let points of a lot wait that come back to it before it is usable."""
        lot.pending += amount
        self.pending += amount
        self.ripen(lot)

    def ripen(self, lot: Lot) -> None:
        """Put a lot among those that become usable later, in the order in which they do."""
        place = len(self.ripening)
        self.ripening.append(lot)
        while place > self.ripe and self.ripening[place - 1].usable_from > lot.usable_from:
            self.ripening[place] = self.ripening[place - 1]
            place -= 1
        self.ripening[place] = lot

    def _open(self, lot: Lot, at: i64) -> None:
        """Make what is pending of a lot usable, as far as the cap lets it; the rest waits for room."""
        amount = min(lot.pending, self._room())
        if amount < lot.pending:
            self.waiting.append(lot)
        if amount > 0:
            self._let_in(lot, amount, at, told=True)

    def _let_in(self, lot: Lot, amount: int, at: i64, *, told: bool) -> None:
        lot.pending -= amount
        self.pending -= amount
        if told:
            self.note(USABLE, at, lot.event, lot, amount)
        self.add(lot, amount, at)

    def add(self, lot: Lot, amount: int, at: i64) -> None:
        """Make points of a lot available, after they have paid what is owed."""
        self.available += amount
        queue = self.queues[lot.queue]
        queue.reopen(lot)
        queue.begin(at)
        if self.debt > 0:
            self.settle(lot, amount, at)

    def _room(self) -> int:
        """Return how many points may still become usable."""
        keeping = self.keeping
        if not keeping.over_cap_pending or keeping.cap == NO_CAP:
            return self.pending
        return max(keeping.cap - self.available - self.held + self.debt, 0)

    def fill(self, at: i64) -> None:
        """Let in what was waiting for room under the cap."""
        while self.waited < len(self.waiting):
            lot = self.waiting[self.waited]
            amount = min(lot.pending, self._room())
            if amount > 0:
                self._let_in(lot, amount, at, told=True)
            if lot.pending > 0:
                return
            self.waited += 1

    def soonest(self) -> Lot | None:
        """Return the lot to draw on next: the first of the queues' heads."""
        found: Lot | None = None
        ends_at: i64 = LATEST
        for queue in self.queues:
            lot = queue.head()
            if lot is not None:
                ends = queue.ends_at(lot)
                if found is None or before(lot, ends, found, ends_at):
                    found, ends_at = lot, ends
        return found

    def claim_of(self, event: i64) -> Claim | None:
        """Return what a redemption set aside or spent, as far as that is remembered."""
        return self.by_event.get(int(event))

    def release(self, at: i64, event: i64, claim: Claim) -> None:
        """Give back what a reservation set aside, to the same lots with the same dates (S7d)."""
        claim.state = BACK
        for place in range(len(claim.lots)):
            lot, part = claim.lots[place], claim.amounts[place]
            lot.held -= part
            self.held -= part
            self.note(RELEASED, at, event, lot, part)
            self.bring_back(at, lot, part, ended=lot.ended, grace=self.grace)
        self.fill(at)

    def bring_back(self, at: i64, lot: Lot, amount: int, *, ended: bool, grace: Term | None) -> None:
        """Make points of a lot available again; of one whose time has ended they go, or stay for a grace.

        Those that a refund took from others meanwhile, as if they were gone, stand for these first.
        """
        for debt in self.debts:
            if debt.lot is not None and debt.lot.root == lot.root and amount > 0:
                part = self.answer_for(debt, lot, amount, at, lot.event)
                lot.remaining -= part
                lot.reversed += part
                amount -= part
        if ended:
            lot.ended = True
            if amount == 0:
                return
            if grace is None:
                self._expire(at, lot, amount)
                return
            # Its own queue has gone past it and never looks back.
            lot.queue = len(self.queues) - 1
            lot.expires_at = grace.after(int(at))
            lot.terms = self.effects.in_force
            self.queues[lot.queue].add(lot)
        self.add(lot, amount, at)

    def answer_for(self, debt: Debt, lot: Lot, amount: int, at: i64, event: i64) -> int:
        """Let points of the lot that was short be what was owed: off what is, and to the lots that paid; return how many."""
        owed = min(amount, debt.amount)
        debt.amount -= owed
        self.debt -= owed
        self.tell_paid(debt, lot, owed, at, event)
        rest = amount - owed
        claim = debt.claim
        for place in range(0 if claim is None else len(claim.lots) - 1, -1, -1):
            part = 0 if claim is None else min(rest, claim.amounts[place])
            if claim is not None and part > 0:
                payer = claim.lots[place]
                claim.amounts[place] -= part
                rest -= part
                self.tell_paid(debt, lot, part, at, event)
                self.note(INDEBTED, at, event, payer, part)
                self.give_again(payer, part, at, since=claim.drawn_at[place])
        return amount - rest

    def give_again(self, lot: Lot, amount: int, at: i64, *, since: i64) -> None:
        """Put points into a lot out of which they were reversed."""
        lot.reversed -= amount
        lot.remaining += amount
        ended = self.queues[lot.queue].has_ended(lot, at, since=since)
        self.bring_back(at, lot, amount, ended=ended, grace=self.restore_grace)

    def next_due(self) -> i64:
        """Return the next instant at which something becomes usable, expires or lapses; LATEST when nothing will."""
        soonest = self.queue.due()
        if self.late.lots:
            soonest = min(soonest, self.late.due())
        while self.ripe < len(self.ripening) and self.ripening[self.ripe].pending == 0:
            self.ripe += 1
        if self.ripe < len(self.ripening):
            soonest = min(soonest, self.ripening[self.ripe].usable_from)
        while self.lapsed < len(self.holds) and self.holds[self.lapsed].state != STANDS:
            self.lapsed += 1
        if self.lapsed < len(self.holds):
            soonest = min(soonest, self.holds[self.lapsed].lapses_at)
        return soonest

    def fall_due(self, at: i64) -> None:
        """Do what falls due at an instant: idle lots end, points become usable, lots end, reservations lapse."""
        for queue in self.queues:
            if queue.idle and queue.due() <= at:
                self._end(queue, at)
        while self.ripe < len(self.ripening) and self.ripening[self.ripe].usable_from <= at:
            lot = self.ripening[self.ripe]
            self.ripe += 1
            if lot.pending > 0:
                self._open(lot, at)
        for queue in self.queues:
            if queue.due() <= at:
                self._end(queue, at)
        self.fill(at)
        while self.lapsed < len(self.holds) and self.holds[self.lapsed].lapses_at <= at:
            hold = self.holds[self.lapsed]
            self.lapsed += 1
            if hold.state == STANDS:
                self.release(at, hold.event, hold)

    def _end(self, queue: Queue, at: i64) -> None:
        """End the lots of a queue whose time has come."""
        while queue.due() <= at:
            lot = queue.lots[queue.first]
            if queue.idle and lot.pending > 0 and at <= lot.usable_from < LATEST:
                # Pending for a time that has not passed: it comes in later, and the time begins then.
                break
            lot.ended = True
            pending, rest = lot.pending, lot.remaining - lot.held
            self.pending -= pending
            self.available -= rest - pending
            lot.pending = 0
            if pending > 0:
                self._expire(at, lot, pending, before=FROM_PENDING)
            if rest > pending:
                self._expire(at, lot, rest - pending)
        if queue.idle:
            queue.idle_until = LATEST
            queue.ended_at = at

    def _expire(self, at: i64, lot: Lot, amount: int, *, before: i64 = FROM_USABLE) -> None:
        lot.remaining -= amount
        lot.expired += amount
        self.note(EXPIRED, at, lot.event, lot, amount, before=before)

    def note(self, kind: i64, at: i64, event: i64, lot: Lot, amount: int, *, before: i64 = FROM_USABLE) -> None:
        """Append what happened to points of a lot, and where they were before, for whoever keeps effects."""
        if not self.effects.kept:
            return
        version = lot.terms if kind == EXPIRED and not self.queues[lot.queue].idle else self.effects.in_force
        self.effects.add(
            kind, at, event, lot.event, -1, lot.rule, version, -1, before, self.keeping.unit,
            amount, amount, -1, 0, lot.number, 0, lot.payer, GRANTED,
        )  # fmt: skip
