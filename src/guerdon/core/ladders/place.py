"""A place on a ladder: which level one account holds, how it was reached, and how it is kept and lost.

Invariants:
* A level that was reached is held until its `until`, whatever ages meanwhile.
* The level held is the highest valid one, earned or given; a given level does not count as earned when levels are reviewed.
* No level changes without a row that says why.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.effects import MOVED, Effects
from guerdon.core.facts import Facts
from guerdon.core.ladders.ladder import (
    EVER,
    FOR,
    GIVEN,
    GIVEN_ENDED,
    GRACED,
    KEPT,
    LOWERED,
    NEVER_DOWN,
    NEXT_PERIOD_END,
    NO_GRANT,
    NO_LEVEL,
    ONE_DOWN,
    REACHED,
    RECHECK,
    REFUNDED,
    Grant,
    Ladder,
    Later,
)
from guerdon.core.metrics import Meter, Window

_CREDIT_MAX: Final = 2**62


class Place:
    """Where one account stands on one ladder: what it earned until when, what it was given, and so what it holds."""

    def __init__(self, ladder: Ladder, later: list[Later] | None = None) -> None:
        self.first: Final = ladder
        self.later: Final[list[Later]] = [] if later is None else later
        self.changes = 0
        self.changes_at: i64 = LATEST
        self.turning: Ladder = ladder
        self.turns_at: i64 = LATEST
        self.ladder: Ladder = ladder
        self.terms: Ladder = ladder
        self.joined: int = 0
        self.earned: int = 0
        self.since: i64 = EARLIEST
        self.until: i64 = LATEST
        self.turn: i64 = LATEST
        self.turned_by: i64 = -1
        self.anchor: int = 0
        self.times: int = 0
        self.graced: bool = False
        self.falls_to: int = 0
        self.falls_from: int = 0
        self.given: Final = [0 for _ in ladder.grants]
        self.given_until: Final = [LATEST for _ in ladder.grants]
        self.given_by: Final = [-1 for _ in ladder.grants]
        self.held: int = 0
        self.held_since: i64 = EARLIEST
        self.cause: i64 = -1
        self.credited: i64 = EARLIEST
        self.proof: list[int] = []
        self.doubted: bool = False

    def open(self, joined: int) -> None:
        """Begin with an account on the first level, whose first event is on the day `joined`."""
        self.joined = joined
        self.earned = 0
        self.since = EARLIEST
        self.until = LATEST
        self.turn = LATEST
        self.turned_by = -1
        self.anchor = 0
        self.times = 0
        self.graced = False
        self.falls_to = 0
        self.falls_from = 0
        self.held = 0
        self.held_since = EARLIEST
        self.cause = -1
        self.credited = EARLIEST
        self.proof = []
        self.doubted = False
        self.terms = self.ladder
        for position in range(len(self.given)):
            self.given[position] = 0
            self.given_until[position] = LATEST
            self.given_by[position] = -1
        if self.later:
            self._begin(self.first.zone.day_start(joined))

    def gives(self) -> bool:
        """Say whether any event can give a level, in any version."""
        return any([bool(ladder.grants) for ladder in [self.first, *[one.ladder for one in self.later]]])

    def _begin(self, at: i64) -> None:
        """Begin with the ladder of the version that is in force at an instant."""
        self.ladder = self.first
        self.changes = 0
        self.turns_at = LATEST
        self.changes_at = self.later[0].at
        while self.changes_at <= at or self.turns_at <= at:
            self._change(min(self.changes_at, self.turns_at))

    def _change(self, due: i64) -> None:
        """Stand on the ladder of the version that takes effect, or whose raised thresholds do."""
        if self.turns_at == due:
            self.ladder = self.turning
            self.turns_at = LATEST
        if self.changes_at == due:
            later = self.later[self.changes]
            self.changes += 1
            self.changes_at = self.later[self.changes].at if self.changes < len(self.later) else LATEST
            self.ladder = later.until_turn
            self.turning = later.ladder
            window = later.until_turn.window
            self.turns_at = LATEST
            if window is None:
                self.ladder = later.ladder
            elif later.until_turn is not later.ladder:
                self.turns_at = self._period_end(window, due, 0)
        while len(self.given) < len(self.ladder.grants):
            self.given.append(0)
            self.given_until.append(LATEST)
            self.given_by.append(-1)

    def next_due(self) -> i64:
        """Return the instant at which a level ends, or is looked at again."""
        due = min(self.until, self.turn)
        if self.later:
            due = min(due, self.changes_at)
            due = min(due, self.turns_at)
        for until in self.given_until:
            due = min(due, i64(until))
        return due

    def held_until(self) -> i64:
        """Return when the level held ends by itself; LATEST when it does not."""
        until = self.until if self.earned == self.held else EARLIEST
        for position in range(len(self.given)):
            if self.given[position] == self.held:
                until = max(until, i64(self.given_until[position]))
        return until

    def rise(self, at: i64, event: i64, of: i64, past: list[int], effects: Effects) -> bool:
        """Take the level that an account with this past has reached, if it is a higher one, or saves one in its grace.

        It is due to the event `of`. Say whether the place may have changed.
        """
        ladder = self.ladder
        if ladder.metric >= 0 and not self.graced and not ladder.is_beyond(self.earned, past):
            return False
        reached = ladder.reached(past)
        window = ladder.window
        if reached > self.earned and self.ladder.at_turn and window is not None:
            self.turn = min(self.turn, self._period_end(window, at, 0))
            self.turned_by = of
            reached = self.earned
        if reached > self.earned or (reached == self.earned and self.graced):
            self._settle(reached, at, at, event, of, past, effects)
        return True

    def fall_due(self, due: i64, event: i64, before: list[int], past: list[int], effects: Effects) -> None:
        """Do what falls due at an instant: `before` is the past up to it, `past` the past from it on."""
        if self.turn == due:
            self.turn = LATEST
            level = max(self.ladder.reached(before), self.earned)
            self._settle(level, due, due - 1, event, self.turned_by, before, effects)
        if self.until == due:
            self._review(due, event, before, past, effects)
        for position in range(len(self.given)):
            if self.given_until[position] == due:
                self.given[position] = 0
                self.given_until[position] = LATEST
                self._tell(GIVEN_ENDED, due, event, self.given_by[position], NO_LEVEL, 0, position, effects)
        if self.later and due in (self.changes_at, self.turns_at):
            self._change(due)
            self.rise(due, event, self.cause, past, effects)

    def give(self, facts: Facts, row: i64, at: i64, event: i64, effects: Effects) -> None:
        """Take what an event gives: a level until its end, in place of what the same grant gave before."""
        for position, grant in enumerate(self.ladder.grants):
            level = facts.slots[grant.slot].small_at(row)
            if level > 0:
                until = self._given_until(grant, facts, row, at)
                self.given[position] = int(level) - 1 if until > at else 0
                self.given_until[position] = int(until) if self.given[position] > 0 else LATEST
                self.given_by[position] = int(event)
                cause = GIVEN if self.given[position] > 0 else GIVEN_ENDED
                self._tell(cause, at, event, event, NO_LEVEL, 0, position, effects)

    def lose(self, metric: int, meter: Meter, amount: int, day: int) -> None:
        """Note that an event of a day counts for less in a metric, which stands so far on in the past."""
        if self.earned > 0 and self.ladder.on_refund == RECHECK and meter.counted(day, self.credited):
            self.proof[metric] = max(self.proof[metric] - amount, 0)
            self.doubted = True

    def recheck(self, at: i64, event: i64, past: list[int], credit: list[int], effects: Effects) -> None:
        """Look at an earned level whose credit a refund took some of: `past` is what counts now, `credit` what is left of that.

        A level in its grace has lost its credit already; it falls to what is left.
        """
        ladder, doubted = self.ladder, self.doubted
        self.doubted = False
        if not doubted:
            return
        left, now = ladder.reached(credit), ladder.reached(past)
        level = max(left, now)
        if self.graced:
            self.falls_to = min(self.falls_to, level)
        elif level >= self.earned and left < self.earned:
            self._settle(self.earned, at, at, event, event, past, effects)
        elif level < self.earned:
            self._lose_to(level, at, event, past if now > left else credit, newer=now > left, effects=effects)

    def _lose_to(self, level: int, at: i64, event: i64, credit: list[int], *, newer: bool, effects: Effects) -> None:
        """Hold a lower level from `at` on, as long as the higher one would have been, or longer when its credit is `newer`."""
        asked = self.earned
        self.since = at
        self.earned = level
        self.cause = event if level > 0 else -1
        if level == 0:
            self.until = LATEST
        elif newer:
            self.until = max(self.until, self._kept_until(at))
            self.credited = at
            self.proof = list(credit)
        self._tell(REFUNDED, at, event, event, asked, self.ladder.credit(asked, credit), NO_GRANT, effects)

    def _given_until(self, grant: Grant, facts: Facts, row: i64, at: i64) -> i64:
        """Return when a given level ends; an end that is a date includes that day."""
        days = self.ladder.days
        until: i64 = LATEST
        if grant.length is not None:
            until = days.start(grant.length.after(int(days.of(at))))
        if grant.end_slot >= 0:
            day = facts.slots[grant.end_slot].at(row)
            if day > 0:
                until = min(until, days.start(day + 1))
        return until

    def _review(self, due: i64, event: i64, before: list[int], past: list[int], effects: Effects) -> None:
        """Look at an earned level whose time is up: it is kept, lowered, or has a grace first."""
        ladder = self.ladder
        fresh = self.graced or ladder.fresh
        credit = past if fresh else before
        reached = ladder.reached(credit)
        if self.graced:
            level = max(min(reached, self.earned), self.falls_to)
            start = due if level > self.falls_to else self.falls_from
            self._settle(level, due, start, event, self.cause, credit, effects)
            return
        start = due if fresh else due - 1
        lower = self._lowered(reached)
        if lower < self.earned and self.terms.grace > 0:
            self.graced = True
            self.falls_to = lower
            self.falls_from = int(start)
            self.credited = start
            self.proof = list(credit)
            self.until = ladder.days.start(ladder.days.of(due) + self.terms.grace)
            needed = ladder.credit(self.earned, credit)
            self._tell(GRACED, due, event, self.cause, self.earned, needed, NO_GRANT, effects)
            return
        self._settle(lower, due, start, event, self.cause, credit, effects)

    def _lowered(self, reached: int) -> int:
        down = self.terms.down
        if down == ONE_DOWN:
            return max(reached, self.earned - 1)
        return max(reached, self.earned) if down == NEVER_DOWN else reached

    def _settle(  # noqa: PLR0913 - who found it is not who it is due to
        self, level: int, at: i64, start: i64, event: i64, of: i64, credit: list[int], effects: Effects
    ) -> None:
        """Hold a level from `at` on, due to the event `of`; how long follows from `start`, the instant of its credit."""
        cause = REACHED if level > self.earned else KEPT if level == self.earned else LOWERED
        asked = self.earned if cause == LOWERED else level
        if cause != KEPT:
            self.since = at
        if cause != KEPT or self.graced:
            self.anchor = int(self.ladder.days.of(at))
            self.times = 0
        self.earned = level
        self.terms = self.ladder
        self.graced = False
        self.credited = start
        self.proof = list(credit)
        self.until = self._kept_until(start) if level > 0 else LATEST
        if self.until <= at:
            self.until = self._kept_until(at)
        made_by = self.cause if cause == LOWERED else of
        self.cause = made_by if level > 0 else -1
        self._tell(cause, at, event, made_by, asked, self.ladder.credit(asked, credit), NO_GRANT, effects)

    def _kept_until(self, start: i64) -> i64:
        ladder = self.ladder
        if ladder.keep == FOR and ladder.length is not None:
            self.times += 1
            return ladder.days.start(ladder.length.after(self.anchor, self.times))
        window = ladder.window
        if ladder.keep == EVER or window is None:
            return LATEST
        return self._period_end(window, start, 1 if ladder.keep == NEXT_PERIOD_END or ladder.at_turn else 0)

    def _period_end(self, window: Window, at: i64, more: int) -> i64:
        """Return the end of the period that holds an instant, or so many periods later."""
        return window.ends_at(int(window.number_at(at, self.joined)) + more, self.joined)

    def _tell(  # noqa: PLR0913 - a row says this much of a change
        self, cause: i64, at: i64, event: i64, of: i64, asked: i64, credit: int, grant: i64, effects: Effects
    ) -> None:
        """Append what changed, with what is held now; `credit` is what decided, held against the level `asked`."""
        before = self.held
        held = self.earned
        for level in self.given:
            held = max(held, level)
        if held != before:
            self.held = held
            self.held_since = at
        effects.add(
            MOVED, at, event, of, grant, self.ladder.position, self.changes, before, held, -1,
            min(credit, _CREDIT_MAX), 0, asked, self.held_until(), 0, 0, -1, cause,
        )  # fmt: skip
