"""The fold: what an event earns from where its account stands, and what that changes.

A `Fold` moves its working standing on and appends effects; it reads no clock, no file, no chance. Whoever calls it decides
what to do with the effects: write them to a ledger, sum them, show them.

Invariants:
* The order of application is total: rules as written; in a stacking group one rule alone gives.
* What is granted never exceeds what is desired, nor the room of any limit.
* Two runs over halves of a history equal one run over all of it.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.earning import AT_ORDER, Rule, Sheet, draft, round_parts
from guerdon.core.effects import GRANTED, LIMITED, OUTDONE, Effects
from guerdon.core.facts import Facts
from guerdon.core.limits import Counter, Limit
from guerdon.core.programme import Programme
from guerdon.core.standing import Standing
from guerdon.core.statement import Statement
from guerdon.core.values import apportion, split

NO_LIMIT: Final = -1


class Fold:
    """One run over events: `standing` is where the present account stands, `effects` what was answered so far."""

    def __init__(self, programme: Programme, effects: Effects) -> None:
        self.programme: Final = programme
        self.effects: Final = effects
        self.standing: Final = Standing(len(programme.limits))
        self.sheet: Final = Sheet()
        self.at: i64 = 0
        self.member: i64 = -1
        self.granted: list[int] = []
        self.cut_by: list[int] = []
        self.taken_limits: list[int] = []
        self.taken_counters: list[Counter] = []
        self.taken: list[int] = []

    def run(self, facts: Facts, statement: Statement, *, keep_effects: bool) -> None:
        """Rate every event of `facts`, account by account, and add what each earned to `statement`.

        An account may begin in one run and go on in the next. Without `keep_effects` the buffer is emptied event by event.
        """
        effects = self.effects
        standing = self.standing
        event: i64 = 0
        count: i64 = facts.count
        while event < count:
            account = facts.account.small_at(event)
            member = facts.member.small_at(event)
            if account != standing.account:
                standing.open(account, member)
            mark = effects.count
            self.rate(facts, event)
            statement.add(member, facts.at.small_at(event), effects, mark)
            if not keep_effects:
                effects.forget()
            event += 1

    def rate(self, facts: Facts, event: i64) -> None:
        """Rate one event of the account that `standing` is open for."""
        if facts.returned.small_at(event) != 0:
            return
        sheet = self.sheet
        sheet.clear()
        for rule in self.programme.rules:
            start = len(sheet.exact)
            sheet.starts.append(start)
            draft(rule, facts, event, sheet)
            if len(sheet.exact) > start:
                round_parts(rule, sheet, start, len(sheet.exact))
        if not sheet.exact:
            return
        sheet.starts.append(len(sheet.exact))
        self.at = facts.at.small_at(event)
        self.member = facts.member.small_at(event)
        self._answer(facts.ordinal.small_at(event))

    def _answer(self, ordinal: i64) -> None:
        programme = self.programme
        starts = self.sheet.starts
        lost = self._losers() if programme.groups else None
        if programme.rounded_per_order:
            for unit in range(len(programme.units)):
                if programme.units[unit].rounded_per_order:
                    self._round_order(unit, lost)
        for rule in programme.rules:
            if starts[rule.position] < starts[rule.position + 1]:
                if lost is not None and rule.position in lost:
                    self._append_lost(ordinal, rule)
                else:
                    self._grant(rule)
                    self._append(ordinal, rule)

    def _losers(self) -> set[int]:
        """Choose the winner of each stacking group by what each of its rules would be granted alone; return the others."""
        lost: set[int] = set()
        for group in self.programme.groups:
            winner = -1
            most = 0
            for position in group.rules:
                granted = self._granted_alone(self.programme.rules[position])
                if granted > most and (group.best or winner < 0):
                    winner = position
                    most = granted
            if winner >= 0:
                lost.update(group.rules)
                lost.discard(winner)
            else:
                lost.update(group.rules[1:])
        return lost

    def _granted_alone(self, rule: Rule) -> int:
        self._grant(rule)
        granted = sum(self.granted)
        while self.taken:
            limit = self.programme.limits[self.taken_limits.pop()]
            self.taken_counters.pop().put_back(limit, self.taken.pop())
        return granted

    def _round_order(self, unit: int, lost: set[int] | None) -> None:
        """Round the exact parts of all rules of a unit together, and share the whole out between them."""
        sheet = self.sheet
        exact: list[int] = []
        where: list[int] = []
        divisor = 1
        rounding = 0
        for rule in self.programme.rules:
            if rule.unit == unit and rule.round_at == AT_ORDER and (lost is None or rule.position not in lost):
                divisor = rule.divisor
                rounding = rule.rounding
                for part in range(sheet.starts[rule.position], sheet.starts[rule.position + 1]):
                    exact.append(sheet.exact[part])
                    where.append(part)
        if exact:
            whole = [0] * len(exact)
            apportion(exact, whole, 0, len(exact), divisor, rounding)
            for position in range(len(where)):
                sheet.desired[where[position]] = whole[position]

    def _grant(self, rule: Rule) -> None:
        """Find what limits leave of a rule's parts, in their order, and use the limits up."""
        sheet = self.sheet
        self.granted.clear()
        self.cut_by.clear()
        self.taken_limits.clear()
        self.taken_counters.clear()
        self.taken.clear()
        first = sheet.starts[rule.position]
        end = sheet.starts[rule.position + 1]
        if not rule.limited:
            for part in range(first, end):
                self.granted.append(sheet.desired[part])
                self.cut_by.append(NO_LIMIT)
            return
        while first < end:
            stop = first + 1
            while stop < end and sheet.line[stop] == sheet.line[first] and sheet.times[stop] == sheet.times[first]:
                stop += 1
            self._grant_occasion(rule, first, stop)
            first = stop

    def _grant_occasion(self, rule: Rule, first: int, stop: int) -> None:
        """Grant the parts of one order, one line or some equal items: so many times, and within the points left."""
        sheet = self.sheet
        times = sheet.times[first]
        allowed = times
        cut_by = NO_LIMIT
        for limit in rule.times_limits:
            room = self._room(limit)
            if room < allowed:
                allowed = room
                cut_by = limit
        total = 0
        for part in range(first, stop):
            desired = sheet.desired[part]
            granted = desired if allowed == times else desired * allowed // times
            total += self._grant_part(rule.limits_of(sheet.source[part]), granted, cut_by)
        if total > 0:
            for limit in rule.times_limits:
                self._take(limit, allowed)

    def _grant_part(self, limits: list[int], granted: int, cut_by: int) -> int:
        for limit in limits:
            room = self._room(limit)
            if room < granted:
                granted = room
                cut_by = limit
        for limit in limits:
            self._take(limit, granted)
        self.granted.append(granted)
        self.cut_by.append(cut_by)
        return granted

    def _room(self, position: int) -> int:
        limit: Limit = self.programme.limits[position]
        counter = self.standing.counter(limit, position, self.member)
        return counter.room(limit, limit.period(self.programme.zone, self.at))

    def _take(self, position: int, amount: int) -> None:
        if amount > 0:
            limit: Limit = self.programme.limits[position]
            counter = self.standing.counter(limit, position, self.member)
            counter.take(limit, amount)
            self.taken_limits.append(position)
            self.taken_counters.append(counter)
            self.taken.append(amount)

    def _append(self, ordinal: i64, rule: Rule) -> None:
        start = self.sheet.starts[rule.position]
        lot = 0
        for number in range(len(self.granted)):
            cut_by = self.cut_by[number]
            reason = GRANTED if cut_by == NO_LIMIT else LIMITED
            lot = self._append_part(ordinal, rule, start + number, self.granted[number], cut_by, reason, lot)

    def _append_lost(self, ordinal: i64, rule: Rule) -> None:
        lot = 0
        for part in range(self.sheet.starts[rule.position], self.sheet.starts[rule.position + 1]):
            lot = self._append_part(ordinal, rule, part, 0, NO_LIMIT, OUTDONE, lot)

    def _append_part(  # noqa: PLR0913 - one part of one rule, what was granted of it and why
        self, ordinal: i64, rule: Rule, part: int, granted: int, cut_by: int, reason: int, lot: int
    ) -> int:
        """Append a part as one row, or as one row a payer with exact shares; return the next lot's number."""
        sheet = self.sheet
        desired = sheet.desired[part]
        residue = sheet.exact[part] - desired * rule.divisor
        period: i64 = 0
        if cut_by != NO_LIMIT:
            period = self.programme.limits[cut_by].period(self.programme.zone, self.at)
        payers = rule.payers_of(sheet.source[part])
        if len(payers) == 1:
            self.effects.add(
                ordinal, sheet.line[part], rule.position, 0, sheet.source[part], sheet.band[part], rule.unit,
                desired, granted, cut_by, period, lot, residue, payers[0].position, reason,
            )  # fmt: skip
            return lot + 1
        shares = [payer.share for payer in payers]
        desired_shares = split(desired, shares)
        granted_shares = split(granted, shares)
        for position in range(len(payers)):
            self.effects.add(
                ordinal, sheet.line[part], rule.position, 0, sheet.source[part], sheet.band[part], rule.unit,
                desired_shares[position], granted_shares[position], cut_by, period, lot,
                residue if position == 0 else 0, payers[position].position, reason,
            )  # fmt: skip
            lot += 1
        return lot
