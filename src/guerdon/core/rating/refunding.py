"""Refunding: what the fold needs to rate a purchase anew, and what becomes of points that are taken back.

Invariants:
* Rules that are not asked again keep what they keep whatever others give, and take their room of limits first.
* No more is written off than the programme says; what is beyond it is owed.
"""

from mypy_extensions import i64

from guerdon.core.earning import PRO_RATA, REPLAY
from guerdon.core.effects import FROM_USABLE, REVERSED
from guerdon.core.facts import REDEMPTION, REFUND, Facts
from guerdon.core.limits import PLENTY
from guerdon.core.lots.claiming import put_back, still_spent
from guerdon.core.lots.claims import Claim
from guerdon.core.lots.keeping import NO_SLOT
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.purse import Purse
from guerdon.core.lots.recovery import DEBT
from guerdon.core.lots.reversal import take_back
from guerdon.core.lots.valued import take_off_goods
from guerdon.core.rating.granting import Granting
from guerdon.core.refunds import Grant, Receipt
from guerdon.core.values import split


class Refunding(Granting):
    """Rates purchases anew, as far as that is not what the fold does with any event."""

    def _rooms(self) -> list[int]:
        """Return what is left of every limit."""
        return [self._room(position) for position in range(len(self.programme.limits))]

    def _shares(self, facts: Facts, event: i64) -> list[int]:
        """Return the values by which the points of some rules go when goods come back; none where no rule's do."""
        if self.programme.replays:
            return []
        return [facts.slots[rule.share_slot].at(event) if rule.way == PRO_RATA else 0 for rule in self.programme.rules]

    def _keep_shares(self, receipt: Receipt, shares: list[int]) -> list[Grant]:
        """Return what a purchase keeps of rules that are not asked again; it uses limits first."""
        if self.programme.replays:
            return []
        kept = self.refunds.kept(receipt, self.programme.rules, shares)
        for position, amount in enumerate(self.refunds.uses(receipt, self.programme.rules, kept)):
            if amount > 0:
                self._room(position)
                self._take(position, amount)
        return kept

    def _silence(self) -> None:
        """Let rules that are not asked again give nothing of what they drafted."""
        for rule in self.programme.rules:
            first = self.starts[rule.position]
            while rule.way != REPLAY and first < self.starts[rule.position + 1]:
                self.sheet.parts[first].exact = 0
                self.sheet.parts[first].desired = 0
                first += 1

    def _is_open(self, facts: Facts, event: i64) -> bool:
        """Say whether the account is not closed at an event: a closed one earns nothing (S17)."""
        return self.purse is None or self.purse.leaving.closes_at > facts.at.small_at(event)

    def _look_ahead(self, purse: Purse, facts: Facts, event: i64) -> None:
        """Give the lots that an event made their shares of its sale, and see what will fall due."""
        if self.programme.sale_slot != NO_SLOT:
            purse.share_sale(facts.slots[self.programme.sale_slot].at(event))
        self.standing.look_ahead()

    def _is_of_goods(self, facts: Facts, event: i64) -> bool:
        """Say whether an event is goods that came back without their purchase, which are taken back at the base rate (S6)."""
        return (
            facts.kind.small_at(event) == REFUND
            and facts.refers.small_at(event) < 0
            and facts.returned.small_at(event) == 0
        )

    def _note_tender(self, purse: Purse, facts: Facts, event: i64) -> None:
        """Note what of a purchase was paid with points, and which redemptions paid."""
        units = len(purse.pockets)
        if facts.kind.small_at(event) == REDEMPTION:
            purchase = facts.refers.small_at(event)
            if purchase >= 0:
                self.refunds.tender(purchase, units).events.append(int(facts.ordinal.small_at(event)))
        elif facts.named.small_at(event) != 0:
            paid = facts.slots[self.programme.paid_slot].at(event)
            if paid > 0:
                self.refunds.tender(facts.ordinal.small_at(event), units).paid = paid

    def _pay_back(self, purse: Purse, facts: Facts, event: i64) -> None:
        """Give the points back that paid for what came back, to the lots that they came from (S6b)."""
        tender = self.refunds.tenders.get(int(facts.refers.small_at(event)))
        if tender is None or tender.paid == 0:
            return
        left = min(facts.slots[self.programme.paid_slot].at(event), tender.paid)
        at, ordinal = facts.at.small_at(event), facts.ordinal.small_at(event)
        for unit in range(len(purse.pockets)):
            pocket = purse.pockets[unit]
            claims = _claims(pocket, tender.events)
            spent = sum([still_spent(pocket, claim) for claim in claims])
            whole = spent + tender.came_back[unit]
            amount = split(whole, [tender.paid - left, left])[0] - tender.came_back[unit]
            for claim in reversed(claims):
                if amount > 0:
                    part = put_back(pocket, at, ordinal, claim, amount)
                    tender.came_back[unit] += part
                    amount -= part

    def _recover(self, purse: Purse, mark: i64, *, of_goods: bool = False) -> None:
        """Take back from lots what the rows from `mark` on say, within what may be written off of the rest.

        Where they are `of_goods` without a purchase no lot is their own.
        """
        take = take_off_goods if of_goods else take_back
        recovery = self.programme.recovery
        if recovery is None:
            take(purse.pockets, self.effects, mark, DEBT, [])
            return
        rooms = [PLENTY for _ in purse.pockets]
        for unit, position in enumerate(recovery.write_offs):
            rooms[unit] = self._room(position)
        before = list(rooms)
        take(purse.pockets, self.effects, mark, recovery.shortfall, rooms)
        for unit, position in enumerate(recovery.write_offs):
            self._take(position, before[unit] - rooms[unit])

    def _reverse_rows(self, mark: i64) -> None:
        """Let what rows from `mark` on say that goods earn be what is taken back for them."""
        effects = self.effects
        row = mark
        while row < effects.count:
            effects.kind[row] = REVERSED
            effects.band[row] = FROM_USABLE
            effects.line[row] = -1
            effects.residue[row] = 0
            row += 1


def _claims(pocket: Pocket, events: list[int]) -> list[Claim]:
    """Return the claims of redemptions, each once."""
    found: list[Claim] = []
    for event in events:
        claim = pocket.claim_of(event)
        if claim is not None and not any([claim is other for other in found]):
            found.append(claim)
    return found
