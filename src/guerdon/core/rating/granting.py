"""Granting: what stacking groups and limits leave of the parts that rules drafted.

Invariants:
* In a stacking group one rule alone gives.
* What is granted never exceeds what is desired, nor the room of any limit.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.columns import vec, zeros
from guerdon.core.earning import AT_ORDER, Rule
from guerdon.core.effects import Effects
from guerdon.core.facts import Facts
from guerdon.core.ledger import Ledger
from guerdon.core.ledger.versions import Versions
from guerdon.core.limits import HOLDING, PLENTY, Counter
from guerdon.core.limits.budgets import Takes
from guerdon.core.lots.expiry import Expiry
from guerdon.core.lots.keeping import Keeping
from guerdon.core.lots.purse import Purse
from guerdon.core.parts import Part, Sheet, share_out
from guerdon.core.past import Past
from guerdon.core.programme import Group, Programme
from guerdon.core.rating.changing import Changing
from guerdon.core.rating.redemptions import Redemptions
from guerdon.core.refunds import Refunds
from guerdon.core.standing import Standing

NO_LIMIT: Final = -1


def _purse(programme: Programme, effects: Effects, *, wanted: bool) -> Purse | None:
    """Return where lots are kept: of a programme in which nothing reads or changes them, only when somebody wants them."""
    first = programme.beginning()
    if first.redeeming is not None:
        return Purse(first.keepings, first.redeeming, effects)
    if not wanted:
        return None
    return Purse([Keeping(unit=unit, policies=[Expiry(None)]) for unit in range(len(programme.units))], None, effects)


class Granting:
    """Grants what is drafted on `sheet` for an event at `at` of `member`: rule `r` has the parts from `starts[r]` on.

    While `replaying`, a purchase is rated anew with the limits as they were at its moment.
    """

    def __init__(
        self, programme: Programme, effects: Effects, ledger: Ledger | None = None, *, keeps_lots: bool = False
    ) -> None:
        self.programme: Final = programme
        self.effects: Final = effects
        self.ledger: Final = ledger
        if ledger is not None:
            ledger.versions = Versions(
                starts=[change.at for change in programme.changes],
                rules=[rule.version for rule in programme.rules],
                rewards=programme.offered(),
            )
        redeeming = programme.beginning().redeeming
        self.purse: Final = _purse(programme, effects, wanted=keeps_lots or ledger is not None)
        lives = bool(programme.metrics or programme.ladders)
        ladders = programme.beginning().ladders
        self.past: Final = (
            Past(programme.zone, programme.metrics, ladders, programme.later(), programme.uncounted) if lives else None
        )
        if self.past is not None and self.past.ripens and self.purse is not None:
            self.purse.by_level = True
        self.standing: Final = Standing(programme.limits, self.purse, self.past)
        self.redemptions: Final = (
            None if redeeming is None else Redemptions(programme, redeeming, self.standing, effects)
        )
        self.changing: Final = (
            Changing(programme.changes, self.standing, effects, self.purse, self.redemptions)
            if programme.changes
            else None
        )
        self.refunds: Final = Refunds(programme.limits, effects, [rule.version for rule in programme.rules])
        self.sheet: Final = Sheet()
        if self.past is not None:
            self.sheet.past = self.past.values
        self.starts: vec[i64] = zeros(len(programme.rules) + 1)
        self.at: i64 = 0
        self.member: i64 = -1
        self.event: i64 = 0
        self.takes: Final = Takes()
        self.replaying = False
        self.trying = False
        self.tried: list[Counter] = []
        self.tried_amounts: list[int] = []

    def _open_budgets(self, facts: Facts, event: i64) -> None:
        """Begin the event with what each budget leaves it."""
        for number, position in enumerate(self.programme.budgets):
            quota = facts.quotas[number].at(event) if facts.quotas else PLENTY
            self.standing.counters[position].allot(quota)

    def _note_takes(self) -> None:
        """Note what the event took of each budget."""
        for number, position in enumerate(self.programme.budgets):
            used = self.standing.counters[position].used
            if used > 0:
                self.takes.add(self.event, number, self._period(position), used)

    def _losers(self) -> set[int]:
        """Choose the winner of each stacking group; return the other rules."""
        lost: set[int] = set()
        for group in self.programme.groups:
            winner = self._winner(group)
            lost.update([position for position in group.rules if position != winner])
        return lost

    def _winner(self, group: Group) -> int:
        """Choose by what each rule would be granted alone; when none would be, the first that drafted anything stands for all."""
        winner = -1
        most = -1
        for position in group.rules:
            first = self.starts[position]
            end = self.starts[position + 1]
            if first < end:
                granted = self._granted_alone(self.programme.rules[position], first, end)
                if granted > most and (group.best or most <= 0):
                    winner = position
                    most = granted
        return winner

    def _granted_alone(self, rule: Rule, first: i64, end: i64) -> int:
        self.trying = True
        self._grant(rule, first, end)
        self.trying = False
        while self.tried:
            self.tried.pop().put_back(self.tried_amounts.pop())
        granted = 0
        while first < end:
            granted += self.sheet.parts[first].granted
            self.sheet.parts[first].granted = 0
            first += 1
        return granted

    def _round_order(self, unit: int, lost: set[int] | None) -> None:
        """Round the exact parts of all rules of a unit together, and share the whole out between them."""
        together: list[Part] = []
        divisor = 1
        rounding = 0
        for rule in self.programme.rules:
            if rule.unit == unit and rule.round_at == AT_ORDER and (lost is None or rule.position not in lost):
                parts = self.sheet.parts[self.starts[rule.position] : self.starts[rule.position + 1]]
                if parts:
                    divisor = rule.divisor
                    rounding = rule.rounding
                    together += parts
        if together:
            share_out(together, 0, len(together), divisor, rounding)

    def _grant(self, rule: Rule, first: i64, end: i64) -> None:
        """Find what limits leave of a rule's parts, in their order, and use the limits up."""
        parts = self.sheet.parts
        if rule.times_limits:
            while first < end:
                stop = first + 1
                while stop < end and parts[stop].occasion == parts[first].occasion:
                    stop += 1
                self._grant_times(rule, first, stop)
                first = stop
            return
        while first < end:
            part = parts[first]
            part.cut_by = NO_LIMIT
            part.granted = part.desired
            if rule.limited:
                self._grant_points(part, rule.limits_of(part.source))
            first += 1

    def _grant_times(self, rule: Rule, first: i64, stop: i64) -> None:
        """Grant the parts of one occasion: so many times, and within the points left."""
        times = self.sheet.parts[first].times
        allowed = times
        cut_by: i64 = NO_LIMIT
        for limit in rule.times_limits:
            room = self._room(limit)
            if room < allowed or (room == allowed and self._takes_over(limit, cut_by)):
                allowed = room
                cut_by = limit
        total = 0
        while first < stop:
            part = self.sheet.parts[first]
            part.granted = part.desired if allowed == times else part.desired * allowed // times
            part.cut_by = cut_by if part.granted < part.desired else NO_LIMIT
            self._grant_points(part, rule.limits_of(part.source))
            total += part.granted
            first += 1
        if total > 0:
            for limit in rule.times_limits:
                self._take(limit, allowed)

    def _grant_points(self, part: Part, limits: list[int]) -> None:
        granted = part.granted
        for limit in limits:
            room = self._room(limit)
            if room < granted or (room == granted and self._takes_over(limit, part.cut_by)):
                granted = room
                part.cut_by = limit
        part.granted = granted
        if granted > 0:
            for limit in limits:
                self._take(limit, granted)

    def _takes_over(self, limit: i64, cut_by: i64) -> bool:
        """Say whether a limit that leaves as much is the one that cut: of a budget that cut so far there was more (S2)."""
        return cut_by != NO_LIMIT and self._counter(int(cut_by)).more and not self._counter(int(limit)).more

    def _keep(self, purse: Purse, rule: Rule, lot: i64, payer: i64, granted: int) -> None:
        """Make a lot of what was granted."""
        if granted > 0 and not self.replaying:
            pocket = purse.pockets[rule.unit]
            pocket.earn(self.at, self.event, rule.position, lot, payer, granted, stirs=not rule.adjusts)
            if pocket.keeping.cap_limit >= 0:
                # The cap counts what is held; what it promised while parts were granted is held now.
                self.standing.counters[pocket.keeping.cap_limit].put_back(granted)

    def _room(self, position: int) -> int:
        counter = self._counter(position)
        if counter.asked != self.at:
            counter.room(self._period(position))
            counter.asked = self.at
        room = counter.left()
        if counter.limit.kind == HOLDING and self.purse is not None and not self.replaying:
            return max(room - self.purse.pockets[counter.limit.unit].total(), 0)
        return room

    def _period(self, limit: int) -> i64:
        """Return the number of a limit's period that holds the event; for a rolling limit, of the day."""
        return self.programme.periods[self.programme.limits[limit].counts_by].of(self.at)

    def _take(self, position: int, amount: int) -> None:
        """Use a limit up, in the period that it was just asked about."""
        counter = self._counter(position)
        counter.take(amount)
        if self.trying:
            self.tried.append(counter)
            self.tried_amounts.append(amount)

    def _counter(self, position: int) -> Counter:
        """Return the counter of a limit; of a purchase rated anew, as it was at its moment."""
        return self.refunds.counters[position] if self.replaying else self.standing.counter(position, self.member)
