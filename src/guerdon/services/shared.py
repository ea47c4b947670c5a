"""What accounts share: budgets and stocks, of which an event gets what is left, in the order of recording (S2).

Invariants:
* What is used never exceeds what there is, whatever runs at once: rows are locked before they are read, in one order.
* What a budget granted is written on the event, and every later fold grants it again.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from guerdon.core.effects import REDEEMED
from guerdon.core.events import Event
from guerdon.core.limits import TIMES
from guerdon.core.recorded import decimals_of
from guerdon.services.published import Published
from guerdon.services.serving import Serving
from guerdon.store import journals, shared
from guerdon.store.database import Work
from guerdon.store.shared import Budget


class Shared:
    """The budgets and stocks that one transaction draws on; nothing is asked of the store where a programme has none."""

    def __init__(self, work: Work, published: Published) -> None:
        self.work: Final = work
        self.published: Final = published
        programme = published.programme
        self.positions: Final = [*programme.budgets, *programme.stocks]
        self.used: dict[Budget, int] = {}
        self.before: dict[Budget, int] = {}

    def lock(self, events: Iterable[Event]) -> None:
        """Lock what events may draw on, and see what was used of it."""
        if not self.positions:
            return
        self._lock(sorted({self._key(position, event.at) for event in events for position in self.positions}))

    def quotas(self, event: Event) -> list[int]:
        """Return what budgets, then stocks, leave an event."""
        programme = self.published.programme
        return [
            max(programme.limits[position].most - self.used[self._key(position, event.at)], 0)
            for position in self.positions
        ]

    def take(self, number: int, event: Event) -> str | None:
        """Count what the event of a number took, and return what budgets granted it, as it is written on the event."""
        if not self.positions:
            return None
        programme, teller = self.published.programme, self.published.teller
        granted: dict[str, Decimal] = {}
        takes = teller.takes()
        for of, budget, amount in zip(takes.event, takes.budget, takes.amount, strict=True):
            if of == number:
                position = programme.budgets[budget]
                self.used[self._key(position, event.at)] += amount
                name = programme.limits[position].name
                granted.setdefault(name, Decimal(amount).scaleb(-decimals_of(programme, position)))
        draws = teller.draws()
        for of, stock, period, amount in zip(draws.event, draws.stock, draws.period, draws.amount, strict=True):
            if of == number:
                self._use(Budget(self.published.terms.limits[programme.stocks[stock]], period), amount)
        self.forget()
        if not programme.budgets:
            return None
        return msgspec.json.encode({name: str(amount) for name, amount in granted.items()}).decode()

    def give_back_lapsed(self, serving: Serving) -> None:
        """Count as free again what reservations that lapsed had drawn when they were made."""
        programme = self.published.programme
        for number in serving.lapsed() if programme.stocks else ():
            for entry in journals.entries_of_events(self.work, self.published.id, serving.account.name, [number]):
                reward = self.published.terms.reward(entry.rule) if entry.kind == REDEEMED else None
                for position in [] if reward is None else reward.limits:
                    limit = programme.limits[position]
                    if limit.stock:
                        self._use(self._key(position, entry.at), -1 if limit.kind == TIMES else -entry.desired)

    def forget(self) -> None:
        """Forget what an event took that is refused."""
        self.published.teller.takes().forget()
        self.published.teller.draws().forget()

    def save(self) -> None:
        """Write what is used now."""
        for budget, used in self.used.items():
            more = used - self.before[budget]
            if more > 0:
                shared.take(self.work, self.published.id, budget, more, most=used)
            elif more < 0:
                shared.give_back(self.work, self.published.id, budget, -more)

    def _lock(self, budgets: list[Budget]) -> None:
        for budget in budgets:
            shared.take(self.work, self.published.id, budget, 0, most=0)
        self.before |= shared.used(self.work, self.published.id, budgets)
        self.used |= {budget: self.before[budget] for budget in budgets}

    def _use(self, budget: Budget, amount: int) -> None:
        if budget not in self.used:
            self._lock([budget])
        self.used[budget] = max(self.used[budget] + amount, 0)

    def _key(self, position: int, at: int) -> Budget:
        programme = self.published.programme
        period = programme.periods[programme.limits[position].counts_by].of(at)
        return Budget(self.published.terms.limits[position], int(period))
