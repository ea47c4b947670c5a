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

from guerdon.core.earning import AT_ITEM, Rule, draft, round_parts
from guerdon.core.effects import EARNED, GRANTED, LIMITED, OUTDONE, Effects
from guerdon.core.facts import CLOSING, REDEMPTION, REFUND, Facts
from guerdon.core.ladders import SPLIT
from guerdon.core.ledger import NOWHERE, Ledger
from guerdon.core.lots.keeping import NO_SLOT
from guerdon.core.lots.left import Left
from guerdon.core.lots.purse import Purse
from guerdon.core.parts import Part
from guerdon.core.past import Past
from guerdon.core.programme import Programme
from guerdon.core.rating.crossing import Crossing, draft_divided
from guerdon.core.rating.granting import NO_LIMIT
from guerdon.core.rating.refunding import Refunding
from guerdon.core.refunds import Receipt
from guerdon.core.statement import Statement
from guerdon.core.values import split

NO_STOCK: Final = -1
"""A fold's `stock_at` when nobody asks what accounts have."""


class Fold(Refunding):
    """One run over events: `standing` is where the present account stands, `effects` what was answered so far."""

    def __init__(
        self, programme: Programme, effects: Effects, ledger: Ledger | None = None, *, keeps_lots: bool = False
    ) -> None:
        super().__init__(programme, effects, ledger, keeps_lots=keeps_lots)
        self.place: i64 = 0
        self.posted: i64 = 0
        self.pasts: Final[list[list[int]]] = []
        self.marks: Final[list[int]] = []
        self.refunding = False
        self.tendering = False
        self.stock_at: i64 = NO_STOCK
        self.lefts: Final[list[Left]] = []
        self.keep_effects = True
        self.brief = False
        self.sweeping: Final = self.purse is not None and (len(self.purse.sweeps) > 0 or programme.closes)
        splitting = [
            ladder.position
            for ladders in [programme.ladders, *[change.ladders for change in programme.changes]]
            for ladder in ladders
            if ladder.crossing == SPLIT
        ]
        self.crossing: Final = Crossing(splitting[0]) if splitting else None
        self.ripens: Final = self.past is not None and self.past.ripens
        self.by_level: Final = self.purse is not None and self.purse.by_level

    def run(self, facts: Facts, statement: Statement | None, *, keep_effects: bool) -> None:
        """Rate every event of `facts`, account by account, and add what each earned to `statement`.

        An account may begin in one run and go on in the next. Without `keep_effects` the buffer is emptied event by event.
        """
        effects = self.effects
        standing = self.standing
        self.keep_effects = keep_effects
        self.refunding = facts.refers.step != 0
        self.tendering = self.refunding and self.programme.paid_slot != NO_SLOT
        effects.kept = keep_effects or self.ledger is not None or self.ripens
        if self.purse is not None:
            self.purse.reuse_lots(reusing=not effects.kept and self.stock_at == NO_STOCK)
        event: i64 = 0
        count: i64 = facts.count
        while event < count:
            account = facts.account.small_at(event)
            member = facts.member.small_at(event)
            if account != standing.account:
                self.begin(account, member)
            mark = effects.count
            at = facts.at.small_at(event)
            if standing.next_due <= at:
                self.fall_due(at, facts.ordinal.small_at(event))
            if self.sweeping and self.purse is not None:
                self.purse.go_on(at, facts.ordinal.small_at(event))
            if self.past is not None:
                self._rate_and_move_on(self.past, facts, event)
            else:
                self.rate(facts, event)
            if statement is not None:
                statement.add(member, at, effects, mark)
            if self.ledger is not None:
                self.ledger.post(effects, self.posted, facts.ordinal.small_at(event), self.place, at)
                self.place += 1
            if not keep_effects:
                effects.forget()
            self.posted = effects.count
            event += 1

    def begin(self, account: i64, member: i64) -> None:
        """Take leave of one account and begin with another, whose first event is `member`'s."""
        self.take_stock()
        self.close_account()
        if self.changing is not None:
            self.changing.open()
        self.standing.open(account, member)
        self.refunds.clear()
        if self.redemptions is not None:
            self.redemptions.open()
        if self.ledger is not None and self.purse is not None:
            self.ledger.open(account, self.purse)

    def _rate_and_move_on(self, past: Past, facts: Facts, event: i64) -> None:
        """Rate an event with what is known of the account's past, and let it become part of that."""
        ordinal = facts.ordinal.small_at(event)
        past.begin(facts, event, ordinal, self.effects)
        if self.by_level and self.purse is not None:
            self._follow(self.purse, past, facts.at.small_at(event))
        mark = self.effects.count
        self._rate_by(past, facts, event)
        if facts.kind.small_at(event) == REFUND:
            if self._is_of_goods(facts, event):
                past.take_off_goods(facts, event, ordinal, self.effects, mark)
            credit = self.refunds.credits.get(int(facts.refers.small_at(event)))
            if credit is not None:
                past.take_back(credit, facts, event, ordinal, self.effects, mark)
                if self.ripens:
                    past.ripen(self.effects, mark, facts.at.small_at(event), ordinal)
                if self.by_level and self.purse is not None:
                    self._follow(self.purse, past, facts.at.small_at(event))
            return
        if self.refunding and facts.named.small_at(event) != 0:
            self.refunds.credits[int(ordinal)] = past.credit(facts, event, self.effects, mark)
        past.end(facts, event, ordinal, self.effects, mark)
        if self.by_level and self.purse is not None:
            self._follow(self.purse, past, facts.at.small_at(event))

    def _rate_by(self, past: Past, facts: Facts, event: i64) -> None:
        """Rate an event by the levels held; what happened before joining, by those with which everybody begins (S17)."""
        early = facts.early.small_at(event) != 0
        if early:
            past.see_entry()
        if self.keep_effects:
            self.pasts.append(list(past.values))
            self.marks.append(int(self.effects.count))
        self.rate(facts, event)
        if early:
            past.see_levels()

    def _follow(self, purse: Purse, past: Past, at: i64) -> None:
        """Keep lots on the terms of the levels held now."""
        purse.follow(past.values, at)
        self.standing.look_ahead()

    def rate(self, facts: Facts, event: i64) -> None:
        """Rate one event of the account that `standing` is open for."""
        if facts.returned.small_at(event) != 0:
            return
        if self._is_of_goods(facts, event):
            self._take_goods_back(facts, event)
            return
        if facts.kind.small_at(event) == REFUND:
            self._refund(facts, event)
            if self.tendering and self.purse is not None:
                self._pay_back(self.purse, facts, event)
                self.standing.look_ahead()
            return
        if self.purse is not None:
            self.purse.use(facts, event)
            if self.tendering:
                self._note_tender(self.purse, facts, event)
            if self.redemptions is not None and REDEMPTION <= facts.kind.small_at(event) <= CLOSING:
                self.redemptions.serve(self.purse, facts, event, self.sheet.past)
        if self._is_open(facts, event) and self._draft(facts, event):
            self._answer_to(facts, event)
        if self.purse is not None:
            self._look_ahead(self.purse, facts, event)

    def _answer_to(self, facts: Facts, event: i64) -> None:
        """Answer an event for which something was drafted, within what budgets leave it."""
        self.at = facts.at.small_at(event)
        self.member = facts.member.small_at(event)
        self.event = facts.ordinal.small_at(event)
        named = facts.named.small_at(event) != 0
        if self.programme.budgets:
            self._open_budgets(facts, event)
            self._answer_once(facts, event, named=named)
            self._note_takes()
        else:
            self._answer_once(facts, event, named=named)

    def _draft(self, facts: Facts, event: i64) -> bool:
        """Note what every rule gives for an event, before limits; say whether it is anything."""
        sheet = self.sheet
        sheet.count = 0
        divided = self.crossing if self.crossing is not None and self._divides(self.crossing, facts, event) else None
        for rule in self.programme.rules:
            start = sheet.count
            self.starts[rule.position] = start
            if divided is not None and rule.splits:
                draft_divided(rule, facts, event, sheet, divided)
            else:
                draft(rule, facts, event, sheet)
            if sheet.count > start:
                round_parts(rule, sheet, start, sheet.count)
        self.starts[len(self.programme.rules)] = sheet.count
        return sheet.count > 0

    def _divides(self, crossing: Crossing, facts: Facts, event: i64) -> bool:
        """Say whether an event goes beyond a threshold at which it is divided."""
        if self.past is None or facts.early.small_at(event) != 0:
            return False
        return crossing.divides(self.past.places[crossing.position].ladder, facts, event, self.sheet.past)

    def _answer_once(self, facts: Facts, event: i64, *, named: bool) -> None:
        """Answer what was drafted, and keep a receipt where a refund names the event."""
        self.brief = not self.keep_effects and self.ledger is None and not (named and self.refunding)
        self.brief = self.brief and not self.programme.uncounted
        if not named or not self.refunding:
            self._answer()
            return
        receipt = Receipt(self.at, self.member, self._rooms(), list(self.sheet.past), self._shares(facts, event))
        mark = self.effects.count
        self._answer()
        self.refunds.keep(self.event, receipt, self._rooms(), mark)

    def _refund(self, facts: Facts, event: i64) -> None:
        """Rate a purchase as a refund leaves it, by what was so at its moment, and take back what it no longer earns."""
        receipt = self.refunds.open(facts.refers.small_at(event))
        if receipt is None:
            return
        mark = self.effects.count
        self.at = receipt.at
        self.member = receipt.member
        self.event = facts.ordinal.small_at(event)
        past = self.sheet.past
        self.sheet.past = receipt.past
        self.replaying = True
        self.brief = False
        kept = self._keep_shares(receipt, self._shares(facts, event))
        if self._draft(facts, event):
            self._silence()
            self._answer()
        self.replaying = False
        self.sheet.past = past
        at = facts.at.small_at(event)
        self.refunds.settle(receipt, kept, self.event, facts.refers.small_at(event), at, mark)
        for position, amount in enumerate(self.refunds.freed(receipt)):
            if amount != 0:
                self.standing.counter(position, self.member).free(self._period(position), amount)
        self.at = at
        if self.purse is not None:
            self._recover(self.purse, mark)
        self.standing.look_ahead()

    def _take_goods_back(self, facts: Facts, event: i64) -> None:
        """Take back what goods without their purchase earn at the base rate: no limit bounds that."""
        mark = self.effects.count
        self.at = facts.at.small_at(event)
        self.member = facts.member.small_at(event)
        self.event = facts.ordinal.small_at(event)
        self.replaying = True
        self.brief = False
        if self._draft(facts, event):
            self._answer()
        self.replaying = False
        self._reverse_rows(mark)
        if self.purse is not None:
            self._recover(self.purse, mark, of_goods=True)
        self.standing.look_ahead()

    def fall_due(self, at: i64, event: i64 = NOWHERE) -> None:
        """Do what fell due at or before an instant, in the order of time (S7c); `event` is the one that finds it.

        Where lots depend on levels, levels fall due among them: after the lots of the same instant, which it revives none of.
        """
        purse, standing = self.purse, self.standing
        while standing.next_due <= at:
            due = standing.next_due
            mark = self.effects.count
            if purse is not None:
                purse.fall_due(due)
            if self.by_level and self.past is not None and purse is not None:
                if self.past.next_due <= due:
                    self.past.fall_due(due, event, self.effects)
                if self.ripens:
                    self.past.ripen(self.effects, mark, due, event)
                purse.follow(self.past.values, due)
            if self.changing is not None and standing.changes_at <= due:
                self.changing.change(due)
            standing.look_ahead()
            self._post_due(due)

    def _post_due(self, due: i64) -> None:
        """Post what fell due at an instant."""
        if self.ledger is not None:
            self.ledger.post(self.effects, self.posted, NOWHERE, NOWHERE, due)
            self.posted = self.effects.count

    def close_account(self) -> None:
        """Do what falls due for the present account by the ledger's instant, and note what it has; nothing may follow."""
        ledger, purse = self.ledger, self.purse
        if ledger is None or purse is None or self.standing.account < 0:
            return
        self.fall_due(ledger.as_of)
        if self.past is not None:
            self.past.fall_due(ledger.as_of, NOWHERE, self.effects)
            self.past.read(ledger.as_of)
            self._post_due(ledger.as_of)
        ledger.close(purse, self.past)

    def take_stock(self) -> None:
        """Note what the present account has as of `stock_at`, if that is asked: after it nothing else may be rated."""
        if self.purse is None or self.stock_at == NO_STOCK or self.standing.account < 0:
            return
        self.fall_due(self.stock_at)
        for pocket in self.purse.pockets:
            self.lefts.append(Left(self.standing.account, pocket))

    def _answer(self) -> None:
        """Grant what was drafted, rule by rule, and append it."""
        programme = self.programme
        lost = self._losers() if programme.groups else None
        if programme.rounded_per_order:
            for unit in range(len(programme.units)):
                self._round_order(unit, lost)
        for rule in programme.rules:
            first = self.starts[rule.position]
            end = self.starts[rule.position + 1]
            if first < end:
                if lost is not None and rule.position in lost:
                    self._append_outdone(rule, first, end)
                else:
                    self._grant(rule, first, end)
                    self._append(rule, first, end)

    def _append(self, rule: Rule, first: i64, end: i64) -> None:
        """Append the parts of a rule that was granted something, or refused it by a limit."""
        lot: i64 = 0
        while first < end:
            part = self.sheet.parts[first]
            lot = self._append_part(rule, part, GRANTED if part.cut_by == NO_LIMIT else LIMITED, lot)
            first += 1

    def _append_outdone(self, rule: Rule, first: i64, end: i64) -> None:
        lot: i64 = 0
        while first < end:
            part = self.sheet.parts[first]
            part.granted = 0
            part.cut_by = NO_LIMIT
            lot = self._append_part(rule, part, OUTDONE, lot)
            first += 1

    def _append_part(self, rule: Rule, part: Part, reason: i64, lot: i64) -> i64:
        """Append a part as one row, or as one row a payer with exact shares; return the next lot's number."""
        if self.brief:
            self.effects.count_earned(rule.unit, part.granted)
            if self.purse is not None:
                self._keep(self.purse, rule, lot, -1, part.granted)
            return lot + 1
        period: i64 = 0
        if part.cut_by != NO_LIMIT:
            period = self._period(int(part.cut_by))
        residue = part.exact - part.desired * rule.divisor
        if rule.round_at == AT_ITEM:
            residue //= part.times
        payers = rule.payers_of(part.source)
        if len(payers) == 1:
            self.effects.add(
                EARNED, self.at, self.event, self.event, part.line, rule.position, rule.version, part.source, part.band, rule.unit,
                part.desired, part.granted, part.cut_by, period, lot, residue, payers[0].position, reason,
            )  # fmt: skip
            if self.purse is not None:
                self._keep(self.purse, rule, lot, payers[0].position, part.granted)
            return lot + 1
        shares = [payer.share for payer in payers]
        granted = split(part.granted, shares)
        # What was cut is split by itself: splitting the whole could leave a payer with less desired than granted.
        cut = split(part.desired - part.granted, shares)
        for number in range(len(payers)):
            self.effects.add(
                EARNED, self.at, self.event, self.event, part.line, rule.position, rule.version, part.source, part.band, rule.unit,
                granted[number] + cut[number], granted[number], part.cut_by, period, lot,
                residue if number == 0 else 0, payers[number].position, reason,
            )  # fmt: skip
            if self.purse is not None:
                self._keep(self.purse, rule, lot, payers[number].position, granted[number])
            lot += 1
        return lot
