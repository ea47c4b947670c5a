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

Key = tuple[int, int]
"""A limit's permanent number, and its period."""


class Shared:
    """The budgets and stocks that one transaction draws on; nothing is asked of the store where a programme has none."""

    def __init__(self, work: Work, published: Published) -> None:
        self.work: Final = work
        self.published: Final = published
        programme = published.programme
        self.positions: Final = [*programme.budgets, *programme.stocks]
        self.used: dict[Key, int] = {}
        self.before: dict[Key, int] = {}

    def lock(self, events: Iterable[Event]) -> None:
        """Lock what events may draw on, and see what was used of it."""
        if not self.positions:
            return
        keys = sorted({self._key(position, event.at) for event in events for position in self.positions})
        self.before = shared.lock(self.work, self.published.id, keys)
        self.used = dict(self.before)

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
                self._use((self.published.terms.limits[programme.stocks[stock]], period), amount)
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
        changed = {key: used for key, used in self.used.items() if used != self.before.get(key)}
        if changed:
            shared.save(self.work, self.published.id, changed)

    def _use(self, key: Key, amount: int) -> None:
        if key not in self.used:
            locked = shared.lock(self.work, self.published.id, [key])
            self.before |= locked
            self.used |= locked
        self.used[key] = max(self.used[key] + amount, 0)

    def _key(self, position: int, at: int) -> Key:
        programme = self.published.programme
        period = programme.periods[programme.limits[position].counts_by].of(at)
        return self.published.terms.limits[position], int(period)

