"""Lots, and the queues in which they wait to be drawn on and to expire.

Invariants:
* original = remaining + spent + expired + reversed, each at least 0; held and pending are parts of what remains.
* A queue stands in the order in which its lots expire; of those that expire together the one earned first stands first.
* Nothing is sorted: lots come almost in order, and a queue's two heads only move on, or back to a lot that is open again.
"""

from mypy_extensions import i64

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.lots.expiry import Expiry


class Lot:
    """What one part of a rule's answer to one event earned: named by `event`, `rule` and its `number` there.

    `share` is its share of the sale it came from, in minor units of money (S12). `terms` is the version by which it ends when it does.
    `root` is the sequence of the lot that was earned, where this one is of points that were spent of it and came back as a new lot.
    """

    def __init__(  # noqa: PLR0913 - a lot is known by this much
        self, event: i64, rule: i64, number: i64, payer: i64, original: int, *, earned_at: i64, sequence: i64
    ) -> None:
        self.event: i64 = event
        self.rule: i64 = rule
        self.number: i64 = number
        self.payer: i64 = payer
        self.sequence: i64 = sequence
        self.root: i64 = sequence
        self.earned_at: i64 = earned_at
        self.usable_from: i64 = earned_at
        self.expires_at: i64 = LATEST
        self.original: int = original
        self.remaining: int = original
        self.spent: int = 0
        self.expired: int = 0
        self.reversed: int = 0
        self.held: int = 0
        self.pending: int = original
        self.share: int = 0
        self.terms: i64 = 0
        self.queue = 0
        self.place: i64 = -1
        self.ended = False

    def begin(  # noqa: PLR0913 - a lot is known by this much
        self, event: i64, rule: i64, number: i64, payer: i64, original: int, *, earned_at: i64, sequence: i64
    ) -> None:
        """Be another lot, as if it were just made: making one costs several times as much."""
        self.event = event
        self.rule = rule
        self.number = number
        self.payer = payer
        self.sequence = sequence
        self.root = sequence
        self.earned_at = earned_at
        self.usable_from = earned_at
        self.expires_at = LATEST
        self.original = original
        self.remaining = original
        self.spent = 0
        self.expired = 0
        self.reversed = 0
        self.held = 0
        self.pending = original
        self.share = 0
        self.terms = 0
        self.queue = 0
        self.place = -1
        self.ended = False

    def free(self) -> int:
        """Return what can be drawn now."""
        return self.remaining - self.held - self.pending

    def end_at(self, at: i64, terms: i64) -> None:
        """Let it end at an instant, by the terms of a version; where it would then anyway, its terms are what they were."""
        if at != self.expires_at:
            self.expires_at = at
            self.terms = terms

    def is_open(self, at: i64) -> bool:
        """Say whether its time has not ended; what was spent of it may still come back."""
        return not self.ended and self.expires_at > at


class Queue:
    """The lots of one policy in the order in which they expire.

    Lots before `first` have ended or have nothing left; lots before `next` have nothing to draw. Under an idle policy all
    lots end together, at `idle_until`, as they last did at `ended_at`.
    """

    def __init__(self, policy: Expiry) -> None:
        self.policy: Expiry = policy
        self.idle: bool = policy.idle
        self.lots: list[Lot] = []
        self.first: i64 = 0
        self.next: i64 = 0
        self.idle_until: i64 = LATEST
        self.ended_at: i64 = EARLIEST
        self.stirred_at: i64 = EARLIEST

    def clear(self) -> None:
        """Forget everything: another account begins."""
        if self.lots:
            self.lots = []
        self.first = 0
        self.next = 0
        self.idle_until = LATEST
        self.ended_at = EARLIEST

    def add(self, lot: Lot) -> None:
        """Put a lot in its place, which is the last or, around ends that were moved and clock changes, a few before.

        Lots with nothing left keep their place too: what was spent of them may come back.
        """
        place: i64 = len(self.lots)
        self.lots.append(lot)
        while place > 0:
            other = self.lots[place - 1]
            if before(other, other.expires_at, lot, lot.expires_at):
                break
            self.lots[place] = other
            other.place = place
            place -= 1
        self.lots[place] = lot
        lot.place = place
        lot.ended = False
        self.reopen(lot)

    def reopen(self, lot: Lot) -> None:
        """Let a lot be drawn on again, and end again."""
        self.next = min(self.next, lot.place)
        self.first = min(self.first, lot.place)

    def keep_under(self, policy: Expiry) -> None:
        """Keep lots under another policy from now on; an idle one counts from the same activity, and is not shorter."""
        if self.idle and self.idle_until < LATEST:
            self.idle_until = max(self.idle_until, policy.ends(self.stirred_at))
        self.policy = policy
        self.idle = policy.idle

    def sort(self, at: i64) -> None:
        """Put lots that are open at an instant in order again, after their ends were moved; the others are gone from here."""
        ranked = [
            (int(lot.expires_at), int(lot.earned_at), int(lot.sequence), lot)
            for lot in self.lots
            if not lot.ended and lot.expires_at > at
        ]
        ranked.sort(key=_rank)
        self.lots = [one[3] for one in ranked]
        for place in range(len(self.lots)):
            self.lots[place].place = place
        self.first = 0
        self.next = 0

    def begin(self, at: i64) -> None:
        """Let the time of an idle policy run from `at`, unless it runs already."""
        if self.idle and (self.idle_until == LATEST or self.idle_until <= at):
            self.stir(at)

    def stir(self, at: i64) -> None:
        """Let the time of an idle policy begin anew: there was activity."""
        if self.idle:
            if self.idle_until <= at:
                self.ended_at = self.idle_until
            self.stirred_at = at
            self.idle_until = self.policy.ends(at)

    def due(self) -> i64:
        """Return the instant at which the next lot ends; LATEST when none will."""
        lots = self.lots
        place = self.first
        count: i64 = len(lots)
        while place < count:
            lot = lots[place]
            if lot.remaining != 0 and not lot.ended:
                self.first = place
                return self.idle_until if self.idle else lot.expires_at
            place += 1
        self.first = count
        return LATEST

    def has_ended(self, lot: Lot, at: i64, *, since: i64) -> bool:
        """Say whether the time of a lot of this queue that had points at an instant (`since`) has ended by now."""
        if self.idle:
            return lot.ended or self.idle_until <= at or self.ended_at > since
        return lot.ended or lot.expires_at <= at

    def head(self) -> Lot | None:
        """Return the first lot that has something to draw."""
        lots = self.lots
        place = max(self.next, self.first)
        count: i64 = len(lots)
        while place < count:
            lot = lots[place]
            if lot.free() != 0:
                self.next = place
                return lot
            place += 1
        self.next = count
        return None

    def ends_at(self, lot: Lot) -> i64:
        """Return the instant at which a lot of this queue ends as things stand."""
        return self.idle_until if self.idle else lot.expires_at


def _rank(one: tuple[int, int, int, Lot]) -> tuple[int, int, int]:
    return one[0], one[1], one[2]


def before(one: Lot, ends_at: i64, other: Lot, other_ends_at: i64) -> bool:
    """Say whether a lot is spent before another: soonest expiry, then oldest, then as they were made."""
    if ends_at != other_ends_at:
        return ends_at < other_ends_at
    if one.earned_at != other.earned_at:
        return one.earned_at < other.earned_at
    return one.sequence < other.sequence
