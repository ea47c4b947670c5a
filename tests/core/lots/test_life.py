"""One account's life, step by step, against the plain model: what it has after each step, and what holds wherever it ends.

A machine buys, spends, reserves, confirms, cancels and gives back, in any order. After each step the engine says what the
model says and the books add up (conservation); what was said before stands (a split run is one run). In the end the facts
arrive backwards and change nothing (order), and when all is given back nothing is left (reversal). That more points never
mean a lower level is asked in levels/test_laws.py.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from guerdon.core.effects import EARNED, REDEEMED, REVERSED, Effect, Effects
from guerdon.core.events import Event, resolve
from guerdon.core.lots.pocket import Pocket
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.lots.model import Claim, Lot, Model
from tests.core.lots.test_laws import START, ZONES, Made, events_of, facts, pocket_of, programme_of, row_of, terms

LIVES = 20_000 if os.environ.get("GUERDON_PROOF") == "1" else 100 if os.environ.get("GUERDON_INSTALLED") else 25
STEPS = 30
SHORT = 3
"""Where a debt of the model says which lot a refund was short of."""

WAITS = st.sampled_from((1, 11, 24, 24 * 9, 24 * 31))
AMOUNTS = st.sampled_from((0, 1, 10, 30, 100))
POINTS = st.sampled_from((1, 5, 20, 60))
PARTS = st.sampled_from((None, 0, 1, 5, 20))


@dataclass
class Bought:
    """A purchase, the lot it made, and how much of its amount came back."""

    amount: int
    lot: Lot | None
    returned: int = 0

    def kept(self) -> int:
        """Return how many of its points it may keep."""
        return min(self.lot.original if self.lot else 0, self.amount - self.returned)


class Returning(Model):
    """The plain model, in which purchases come back as well; what was spent of them is owed."""

    def __init__(self, stated: Made, zone: str) -> None:
        super().__init__(stated, zone)
        self.bought: dict[str, Bought] = {}

    def _now(self, lot: Lot) -> datetime:
        # Of what waits for its time a part may have come back.
        waiting = lot.pending
        lot.pending = lot.original if waiting else 0
        now = super()._now(lot)
        lot.pending = waiting
        return now

    def buy(self, at: datetime, event: str, amount: int) -> None:
        """Give a point a dollar."""
        before = len(self.account.lots)
        self.earn(at, event, amount)
        self.bought[event] = Bought(amount, next(iter(self.account.lots[before:]), None))

    def give_back(self, at: datetime, event: str, of: str, amount: int) -> None:
        """Take what a purchase no longer earns: what waits of it, what is there, what is gone; the rest is owed."""
        bought = self.bought[of]
        points = bought.kept()
        bought.returned += amount
        points -= bought.kept()
        if bought.lot is None or points == 0:
            return
        lot = bought.lot
        waiting = min(points, lot.pending)
        lot.pending -= waiting
        lot.remaining -= waiting
        there = min(points - waiting, lot.free())
        lot.remaining -= there
        gone = min(points - waiting - there, lot.expired)
        lot.expired -= gone
        if gone:
            self.rows.append(("restored", at, event, lot.event, gone))
        owed = points - waiting - there - gone
        if owed:
            debt = [event, owed, Claim(owed, "owed"), lot]
            self.account.debts.append(debt)
            self.rows.append(("indebted", at, event, lot.event, owed))
            owed -= self._leave_gone(lot, debt, at)
            for payer, part in self._draw(owed)[0]:
                self._come_in(payer, part, at)
        self._fill(at)

    def _leave_gone(self, lot: Lot, debt: list[Any], at: datetime) -> int:
        """Let points that expired after they came back as new lots be what is owed of them, beyond what is there."""
        anew = [one for one in self.account.lots if one.root is lot]
        left = gone = max(min(debt[1] - sum(one.free() for one in anew), sum(one.expired for one in anew)), 0)
        for one in anew:
            part = min(left, one.expired)
            if part:
                left -= part
                one.expired -= part
                one.spent += part
                debt[1] -= part
                debt[2].drawn.append([one, part, at])
                self.rows += [(kind, at, debt[0], one.event, part) for kind in ("restored", "settled")]
        return int(gone)

    def taken_for(self, lot: Lot) -> int:
        """Return how many points are owed, or were taken from others, for those of a lot."""
        found = [one for one in self.account.debts if len(one) > SHORT and one[SHORT] is (lot.root or lot)]
        return sum(one[1] + sum(drawn[1] for drawn in one[2].drawn) for one in found)

    def answer_for(self, lot: Lot, points: int, at: datetime) -> int:
        """Let points of a purchase that came back meanwhile be what that took from others, or is owed."""
        left = points
        for debt in [one for one in self.account.debts if len(one) > SHORT and one[SHORT] is (lot.root or lot)]:
            part = min(left, debt[1])
            debt[1] -= part
            left -= part
            if part:
                self.rows.append(("settled", at, lot.event, lot.event, part))
            for drawn in reversed(debt[2].drawn):
                part = min(left, drawn[1])
                if part:
                    left -= part
                    drawn[1] -= part
                    self.rows.append(("settled", at, lot.event, lot.event, part))
                    self._give_again(lot, drawn[0], drawn[2], part, at)
        lot.remaining -= points - left
        lot.spent += points - left
        return points - left

    def _give_again(self, short: Lot, payer: Lot, since: datetime, points: int, at: datetime) -> None:
        self.rows.append(("indebted", at, short.event, payer.event, points))
        payer.spent -= points
        payer.remaining += points
        stays = self.terms.get("restore", "grace") == "grace"
        self.quiet(at)
        self._bring_back(payer, points, at, ended=self._has_ended(payer, at, since), stays=stays)


class Life(RuleBasedStateMachine):
    """What happens to one account, and what the model makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        self.history: list[Made] = []
        self.claims: list[str] = []
        self.said: list[Effect] = []

    @initialize(stated=terms(), zone=st.sampled_from(ZONES))
    def enrol(self, stated: Made, zone: str) -> None:
        self.stated, self.zone = stated, zone
        self.programme: Programme = programme_of(stated, zone, returns={})
        self.model = Returning(stated, zone)

    def happen(self, hours: int, **more: object) -> str:
        """Let an event happen some time after the last one; return its name."""
        self.at += timedelta(hours=hours)
        self.model.settle_until(self.at)
        record = {"id": f"e{len(self.history):02d}", "member": "ana", "at": self.at.isoformat(), **more}
        self.history.append(record)
        return str(record["id"])

    @rule(hours=WAITS, amount=AMOUNTS)
    def buy(self, hours: int, amount: int) -> None:
        name = self.happen(hours, amount=amount)
        self.model.buy(self.at, name, amount)

    @rule(hours=WAITS, points=POINTS, step=st.sampled_from(("", "reserve")))
    def redeem(self, hours: int, points: int, step: str) -> None:
        told = {"step": step} if step else {}
        name = self.happen(hours, type="redemption", points=points, **told)
        self.model.redeem(self.at, name, step, points, "")
        self.claims.append(name)

    @precondition(lambda self: self.claims)
    @rule(hours=WAITS, step=st.sampled_from(("confirm", "cancel")), part=PARTS, data=st.data())
    def go_on(self, hours: int, step: str, part: int | None, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        told = {"points": part} if step == "cancel" and part is not None else {}
        name = self.happen(hours, type="redemption", step=step, reservation=claim, **told)
        self.model.redeem(self.at, name, step, told.get("points", -1), claim)

    @precondition(lambda self: self.returnable())
    @rule(hours=WAITS, data=st.data(), whole=st.booleans())
    def give_back(self, hours: int, data: st.DataObject, whole: bool) -> None:  # noqa: FBT001 - drawn
        of = data.draw(st.sampled_from(self.returnable()))
        left = self.model.bought[of].amount - self.model.bought[of].returned
        amount = left if whole else data.draw(st.integers(1, left))
        name = self.happen(hours, type="refund", refund_of=of, amount=amount)
        self.model.give_back(self.at, name, of, amount)

    def returnable(self) -> list[str]:
        """Return the purchases of which something is left to come back."""
        return [name for name, one in self.model.bought.items() if one.amount > one.returned]

    def events(self, history: list[Made]) -> list[Event]:
        """Return events in order, with what refunds leave of their purchases."""
        told = events_of(self.programme, history)
        return resolve(told, decimals=2, policy=self.programme.terms.returns).events

    def folded(self, history: list[Made]) -> Fold:
        """Return the fold as of the last event."""
        fold = Fold(self.programme, Effects())
        told = facts(self.programme, self.events(history))
        fold.run(told, Statement(self.programme.zone, 1), keep_effects=True)
        return fold

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        if not self.history:
            return
        events = self.events(self.history)
        fold = self.folded(self.history)
        effects, pocket = fold.effects.rows(), pocket_of(fold)
        rows = [row_of(one, events) for one in effects if one.kind not in (EARNED, REDEEMED, REVERSED)]
        assert rows == self.model.rows
        lots = self.model.account.lots
        assert [(lot.original, lot.remaining, lot.pending, lot.held, lot.expired) for lot in pocket.lots] == [
            (lot.original, lot.remaining, lot.pending, lot.held, lot.expired) for lot in lots
        ]
        assert pocket.total() == self.model.total()
        assert effects[: len(self.said)] == self.said
        self.said = effects

        self.books_add_up(pocket)

    def books_add_up(self, pocket: Pocket) -> None:
        for lot in pocket.lots:
            assert lot.original == lot.remaining + lot.spent + lot.expired + lot.reversed
            assert min(lot.remaining, lot.spent, lot.expired, lot.reversed, lot.held, lot.pending, lot.free()) >= 0
        assert pocket.total() == sum(lot.remaining for lot in pocket.lots) - pocket.debt
        assert min(pocket.pending, pocket.available, pocket.held, pocket.debt) >= 0
        assert pocket.debt == 0 or pocket.available == 0

    def teardown(self) -> None:
        if self.history:
            assert self.folded(self.history[::-1]).effects.rows() == self.said
            self._give_everything_back()

    def _give_everything_back(self) -> None:
        """What redemptions took comes back, then every purchase."""
        for claim in self.claims:
            self.happen(1, type="redemption", step="cancel", reservation=claim)
        for name in self.returnable():
            self.happen(1, type="refund", refund_of=name)
        pocket = pocket_of(self.folded(self.history))
        assert pocket.pending + pocket.held == 0
        assert pocket.total() == 0


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=LIVES, stateful_step_count=STEPS, deadline=None)
