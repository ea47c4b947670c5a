"""What accounts share: budgets and stocks, of which an event gets what is left, in the order of recording (S2).

Invariants:
* What is used never exceeds what there is, whatever runs at once: a row, or what was leased of it, is locked before it is read,
  in one order.
* What a budget granted is written on the event, and every later fold grants it again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from guerdon.core.effects import EARNED, LIMITED, REDEEMED
from guerdon.core.events import Event
from guerdon.core.ledger.said import Said
from guerdon.core.limits import TIMES, and_more
from guerdon.core.lots.rewards import OUTSIDE
from guerdon.core.programme import Programme
from guerdon.core.recorded import granted_of, quotas_of
from guerdon.services.entries import CAUSE, KIND, LIMIT
from guerdon.services.leases import Short
from guerdon.services.published import Published
from guerdon.services.serving import Serving
from guerdon.store import journals, shared
from guerdon.store.database import View, Work
from guerdon.store.shared import Budget

_OUT_OF_STOCK: Final = OUTSIDE.index("stock")


def quotas_at(view: View, published: Published, at: int) -> list[int]:
    """Return what budgets, then stocks, leave an event of an instant, as far as can be seen without locking them."""
    keys = _keys_at(published, at)
    used = shared.used(view, published.id, keys.values()) if keys else {}
    return [max(published.programme.limits[position].most - used[key], 0) for position, key in keys.items()]


class Shared:
    """The budgets and stocks that one transaction draws on; nothing is asked of the store where a programme has none."""

    def __init__(self, work: Work, published: Published) -> None:
        self.work: Final = work
        self.published: Final = published
        programme = published.programme
        self.positions: Final = [*programme.budgets, *programme.stocks]
        self.terms: Final = {published.terms.limits[position] for position in self.positions}
        # What is left of each, and what was drawn; which of them are held by lease, which were found to be used up.
        self.left: Final[dict[Budget, int]] = {}
        self.drawn: Final[dict[Budget, int]] = {}
        self.most: Final[dict[Budget, int]] = {}
        self.leased: Final[set[Budget]] = set()
        self.spent: Final[set[Budget]] = set()

    def lock(self, events: Iterable[Event]) -> None:
        """Lock what events may draw on, and see what is left of it; Short where something has to be leased first."""
        if not self.positions:
            return
        wanted = {key: position for event in events for position, key in _keys_at(self.published, event.at).items()}
        self._lock(wanted)

    def quotas(self, event: Event) -> list[int]:
        """Return what budgets, then stocks, leave an event; where it was decided what it is granted, no more than that."""
        found = [max(self.left[key], 0) for key in _keys_at(self.published, event.at).values()]
        for budget, quota in quotas_of(self.published.programme, event.id, event.granted).items():
            left = found[budget]
            found[budget] = min(left, quota) if quota >= 0 else and_more(min(left, and_more(quota)))
        return found

    def take(self, number: int, event: Event, said: Sequence[Said]) -> str | None:
        """Count what the event of a number took, and return what budgets granted it, as it is written on the event."""
        if not self.positions:
            return None
        programme, teller = self.published.programme, self.published.teller
        keys = _keys_at(self.published, event.at)
        takes = teller.takes()
        rows = zip(takes.event, takes.budget, takes.amount, strict=True)
        taken = {budget: amount for of, budget, amount in rows if of == number}
        for budget, amount in taken.items():
            position = programme.budgets[budget]
            self._draw(keys[position], position, amount)
        draws = teller.draws()
        for of, stock, period, amount in zip(draws.event, draws.stock, draws.period, draws.amount, strict=True):
            if of == number:
                position = programme.stocks[stock]
                self._draw(Budget(self.published.terms.limits[position], period), position, amount)
        self.refuse_cut(event, said)
        self.forget()
        cut = {one[LIMIT] for one in said if _is_limited(one)}
        terms = self.published.terms.limits
        return granted_as(programme, taken, [number for number, at in enumerate(programme.budgets) if terms[at] in cut])

    def refuse_cut(self, event: Event, said: Sequence[Said]) -> None:
        """Short when an event may have got less for want of a lease, or left one used up for the next event."""
        if not self.leased:
            return
        keys = {key: self.most[key] for key in _keys_at(self.published, event.at).values() if key in self.leased}
        if keys and (any(self._is_cut(one) for one in said) or min(self.left[key] for key in keys) <= 0):
            self._run_short(keys)

    def give_back_lapsed(self, serving: Serving) -> None:
        """Count as free again what reservations that lapsed had drawn when they were made."""
        programme = self.published.programme
        for number in serving.lapsed() if programme.stocks else ():
            for entry in journals.entries_of_events(self.work, self.published.id, serving.account.name, [number]):
                reward = self.published.terms.reward(entry.rule) if entry.kind == REDEEMED else None
                for position in [] if reward is None else reward.limits:
                    limit = programme.limits[position]
                    if limit.stock:
                        amount = 1 if limit.kind == TIMES else entry.desired
                        self._draw(_key(self.published, position, entry.at), position, -amount)

    def forget(self) -> None:
        """Forget what an event took that is refused."""
        self.published.teller.takes().forget()
        self.published.teller.draws().forget()

    def save(self) -> None:
        """Write what is used now."""
        leases = self.published.leases
        for budget, drawn in self.drawn.items():
            if budget in self.leased:
                continue
            if drawn > 0:
                shared.take(self.work, self.published.id, budget, drawn, most=self.most[budget] - self.left[budget])
            elif drawn < 0:
                shared.give_back(self.work, self.published.id, budget, -drawn)
        if leases is not None and self.leased:
            own = {budget: drawn for budget, drawn in self.drawn.items() if budget in self.leased and drawn}
            shared.draw(self.work, self.published.id, leases.holder, own)
            for budget in self.leased:
                leases.note_left(budget, self.left[budget], self.most[budget])

    def _lock(self, wanted: Mapping[Budget, int]) -> None:
        """Lock budgets of limits at their positions: all of those that are not leased, then what is leased of the others.

        Who has locked a lease waits for nothing that is shared: whoever collects leases waits for it.
        """
        leases, limits = self.published.leases, self.published.programme.limits
        self.most.update({key: limits[position].most for key, position in wanted.items()})
        by_lease = {key for key in wanted if leases is not None and leases.serves(key)}
        self._lock_whole(sorted(wanted.keys() - by_lease), look_first=leases is not None)
        if leases is not None and by_lease:
            held = shared.hold(self.work, self.published.id, leases.holder, by_lease)
            short = {key: self.most[key] for key in by_lease if held.get(key, 0) <= 0}
            if short:
                raise Short(short)
            self.left.update(held)
            self.leased.update(by_lease)

    def _lock_whole(self, budgets: Sequence[Budget], *, look_first: bool) -> None:
        """Lock budgets whole; one that is used up is not waited for, as nothing is to be had of it."""
        used = shared.used(self.work, self.published.id, budgets) if look_first and budgets else {}
        for budget in budgets:
            if used.get(budget, 0) >= self.most[budget] > 0:
                self.spent.add(budget)
                self.left[budget] = 0
            else:
                self._collect(budget)

    def _collect(self, budget: Budget) -> None:
        self.left[budget] = self.most[budget] - shared.collect(self.work, self.published.id, budget)

    def _draw(self, budget: Budget, position: int, amount: int) -> None:
        """Count what was drawn of a budget; what is given back is given back to all, not to one lease."""
        if budget not in self.left:
            self._lock({budget: position})
        if amount < 0 and budget in self.leased:
            self._run_short({budget: self.most[budget]})
        if amount and budget in self.spent:
            self.spent.remove(budget)
            self._collect(budget)
        # More than was drawn is not given back: a reservation may be older than the stock.
        amount = max(amount, self.left[budget] - self.most[budget])
        self.left[budget] -= amount
        self.drawn[budget] = self.drawn.get(budget, 0) + amount

    def _is_cut(self, said: Said) -> bool:
        """Say whether a budget cut what an entry earned, or there was nothing left of what it redeems."""
        if said[KIND] == EARNED:
            return said[LIMIT] in self.terms and _is_limited(said)
        return bool(said[KIND] == REDEEMED and said[CAUSE] == _OUT_OF_STOCK)

    def _run_short(self, budgets: Mapping[Budget, int]) -> None:
        leases = self.published.leases
        if leases is not None:
            raise leases.cut(budgets)


def granted_as(programme: Programme, taken: Mapping[int, int], cut: Collection[int]) -> str | None:
    """Return what an event took of budgets, of which some `cut` it, as it is written on it; None where a programme has none."""
    if not programme.budgets:
        return None
    found = granted_of(programme, taken, cut)
    return msgspec.json.encode({grant.name: grant.shown() for grant in found}).decode()


def _is_limited(said: Said) -> bool:
    return bool(said[KIND] == EARNED and said[CAUSE] == LIMITED)


def take_together(work: Work, published: Published, drawn: Mapping[tuple[int, int], int]) -> bool:
    """Take from budgets, each the position of its limit in a period, what was drawn: all of it, or nothing where one has not so much left."""
    limits = published.programme.limits
    budgets = {Budget(published.terms.limits[key[0]], key[1]): key for key in drawn}
    used = {budget: shared.collect(work, published.id, budget) for budget in sorted(budgets)}
    if any(used[budget] + drawn[key] > limits[key[0]].most for budget, key in budgets.items()):
        return False
    for budget, key in sorted(budgets.items()):
        shared.take(work, published.id, budget, drawn[key], most=limits[key[0]].most)
    return True


def _keys_at(published: Published, at: int) -> dict[int, Budget]:
    """Return the budgets and stocks that an event of an instant may draw on, by the positions of their limits."""
    programme = published.programme
    return {position: _key(published, position, at) for position in (*programme.budgets, *programme.stocks)}


def _key(published: Published, position: int, at: int) -> Budget:
    programme = published.programme
    period = programme.periods[programme.limits[position].counts_by].of(at)
    return Budget(published.terms.limits[position], int(period))
