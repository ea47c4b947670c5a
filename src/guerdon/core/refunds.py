"""Refunds in the fold: what purchases were granted, and what they keep of it when some of them comes back (S4).

A receipt is all that rating a purchase anew needs of its moment: which room limits had, what was known of the account's
past, and what each part was granted. The purchase as it is left is rated by the same rules with that, and what it would
be granted is compared with what it keeps. Rules that say so are not asked again: their points go by value, or stay.

Invariants:
* 0 <= kept <= granted, in every unit of every purchase, after every refund.
* What a purchase keeps depends on what is left of it alone: order and number of refunds cannot matter.
* Room that a refund frees counts for later events of the purchase's own period, but of budgets, of which a purchase has what it
  was granted and no more.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.earning import KEEP, REPLAY, Rule
from guerdon.core.effects import EARNED, FROM_USABLE, GRANTED, REVERSED, Effects
from guerdon.core.limits import HOLDING, Counter, Limit
from guerdon.core.parts import BASE
from guerdon.core.past import Credit
from guerdon.core.values import split


class Grant:
    """A lot of a purchase: what it was granted, and what of that the purchase still keeps.

    `source` is the multiplier that it came from; it says nothing of what was joined or given back.
    """

    def __init__(self, rule: int, lot: int, unit: int, payer: int, granted: int, source: int = BASE) -> None:
        self.rule: Final = rule
        self.lot: Final = lot
        self.unit: Final = unit
        self.payer: Final = payer
        self.source: Final = source
        self.granted: int = granted
        self.kept: int = granted


class Receipt:
    """What a purchase was granted, and what of its moment rating it anew needs: `rooms` of limits, and the `past`.

    `shares` are the values by which the points of some rules go, by rule; empty where all are worked out anew.
    """

    def __init__(self, at: i64, member: i64, rooms: list[int], past: list[int], shares: list[int]) -> None:
        self.at: i64 = at
        self.member: i64 = member
        self.rooms: Final = rooms
        self.past: Final = past
        self.shares: Final = shares
        self.first_used: list[int] = []
        self.used: list[int] = []
        self.grants: list[Grant] = []
        self.first: list[Grant] = []


class Tender:
    """What a purchase was `paid` with points, in money, by which redemptions; and how many points of each unit `came_back`."""

    def __init__(self, units: int) -> None:
        self.paid: int = 0
        self.events: Final[list[int]] = []
        self.came_back: Final = [0 for _ in range(units)]


class Refunds:
    """The receipts of the account that the fold is at, by their purchases; `counters` are those of a purchase rated anew.

    `versions` are those of the rules.
    """

    def __init__(self, limits: list[Limit], effects: Effects, versions: list[int]) -> None:
        self.limits: Final = limits
        self.effects: Final = effects
        self.versions: Final = versions
        self.receipts: dict[int, Receipt] = {}
        self.credits: dict[int, Credit] = {}
        self.tenders: dict[int, Tender] = {}
        self.counters: list[Counter] = []

    def clear(self) -> None:
        """Forget everything: another account begins."""
        if self.receipts:
            self.receipts = {}
        if self.credits:
            self.credits = {}
        if self.tenders:
            self.tenders = {}

    def tender(self, event: i64, units: int) -> Tender:
        """Return what is known of how a purchase was paid with points."""
        found = self.tenders.get(int(event))
        if found is None:
            found = Tender(units)
            self.tenders[int(event)] = found
        return found

    def keep(self, event: i64, receipt: Receipt, rooms: list[int], mark: i64) -> None:
        """Keep the receipt of a purchase whose effects begin at row `mark`; `rooms` are what it left of limits."""
        receipt.grants = self._grants(mark)
        if receipt.grants:
            receipt.first = _joined(receipt.grants)
            receipt.first_used = [receipt.rooms[position] - rooms[position] for position in range(len(rooms))]
            receipt.used = list(receipt.first_used)
            for position in range(len(rooms)):
                if self.limits[position].budget:
                    # What else was left of a budget was not this purchase's, and is others' since.
                    receipt.rooms[position] = receipt.first_used[position]
            self.receipts[int(event)] = receipt

    def open(self, event: i64) -> Receipt | None:
        """Return a purchase's receipt, with limits as they were at its moment; None when it was granted nothing."""
        receipt = self.receipts.get(int(event))
        if receipt is not None:
            self.counters = [Counter(limit) for limit in self.limits]
            for position in range(len(self.counters)):
                self.counters[position].most = receipt.rooms[position]
        return receipt

    def kept(self, receipt: Receipt, rules: list[Rule], shares: list[int]) -> list[Grant]:
        """Return what a purchase keeps of rules that are not asked again, when so much is left of what it goes by."""
        kept: list[Grant] = []
        for rule in rules:
            own = [grant for grant in receipt.first if rule.way != REPLAY and grant.rule == rule.position]
            parts = split(_target(rule, receipt, shares), [grant.granted for grant in own]) if own else []
            for position in range(len(own)):
                one = own[position]
                kept.append(Grant(one.rule, one.lot, one.unit, one.payer, parts[position]))
        return kept

    def uses(self, receipt: Receipt, rules: list[Rule], kept: list[Grant]) -> list[int]:
        """Return how much of each limit is used by what rules that are not asked again keep, their multipliers' limits too."""
        uses = [0 for _ in self.limits]
        for rule in rules:
            own = sum([grant.granted for grant in kept if grant.rule == rule.position])
            if own > 0 and rule.way != REPLAY:
                sources = [BASE] + [multiplier.position for multiplier in rule.multipliers]
                parts = split(own, [_from(receipt.grants, rule, source) for source in sources])
                for number in range(len(sources)):
                    for position in rule.limits_of(sources[number]):
                        uses[position] += parts[number]
                for position in rule.times_limits:
                    uses[position] = receipt.first_used[position]
        return uses

    def settle(self, receipt: Receipt, kept: list[Grant], event: i64, of: i64, at: i64, mark: i64) -> None:
        """Replace what a purchase as it is left is granted, from row `mark` on, by what that changes; `kept` is granted too."""
        given = _joined(self._grants(mark)) + kept
        self.effects.count = mark
        _cap(given, receipt.first)
        for one in receipt.grants:
            if _of_same(given, one) is None:
                given.append(Grant(one.rule, one.lot, one.unit, one.payer, 0))
        for one in given:
            change = one.granted - _kept(receipt.grants, one)
            if change < 0:
                self._reverse(receipt, one, -change, event, of, at)
            elif change > 0:
                self._give_back(receipt, one, change, event, of, at)

    def freed(self, receipt: Receipt) -> list[int]:
        """Return how much less of each limit the purchase uses than before; below zero when it is more again."""
        freed: list[int] = []
        for position in range(len(self.limits)):
            used = min(self.counters[position].used, receipt.first_used[position])
            limit = self.limits[position]
            shared = limit.budget or limit.kind == HOLDING
            freed.append(0 if shared else receipt.used[position] - used)
            receipt.used[position] = used
        return freed

    def _grants(self, mark: i64) -> list[Grant]:
        """Return what was granted from row `mark` on."""
        effects = self.effects
        found: list[Grant] = []
        row = mark
        while row < effects.count:
            if effects.kind[row] == EARNED and effects.granted[row] > 0:
                found.append(
                    Grant(
                        int(effects.rule[row]), int(effects.lot[row]), int(effects.unit[row]), int(effects.payer[row]),
                        int(effects.granted[row]), int(effects.source[row]),
                    )
                )  # fmt: skip
            row += 1
        return found

    def _reverse(self, receipt: Receipt, one: Grant, amount: int, event: i64, of: i64, at: i64) -> None:
        """Take points back, from the lots made last."""
        for position in range(len(receipt.grants) - 1, -1, -1):
            grant = receipt.grants[position]
            part = min(amount, grant.kept) if _is_same(grant, one) else 0
            if part > 0:
                grant.kept -= part
                amount -= part
                self._note(REVERSED, grant, part, event, of, at)

    def _give_back(self, receipt: Receipt, one: Grant, amount: int, event: i64, of: i64, at: i64) -> None:
        """Give points that an earlier refund took: what is left now earns more by itself than what was left then."""
        for grant in receipt.grants:
            part = min(amount, grant.granted - grant.kept) if _is_same(grant, one) else 0
            if part > 0:
                grant.kept += part
                amount -= part
                self._note(EARNED, grant, part, event, of, at)
        if amount > 0:
            # A rule that was outdone, or had no room, gives now what another one no longer does.
            lots = [grant.lot for grant in receipt.grants if grant.rule == one.rule]
            grant = Grant(one.rule, max(lots, default=-1) + 1, one.unit, one.payer, amount)
            receipt.grants.append(grant)
            self._note(EARNED, grant, amount, event, of, at)

    def _note(self, kind: i64, grant: Grant, amount: int, event: i64, of: i64, at: i64) -> None:
        self.effects.add(
            kind, at, event, of, -1, grant.rule, self.versions[grant.rule], -1, FROM_USABLE, grant.unit,
            amount, amount, -1, 0, grant.lot, 0, grant.payer, GRANTED,
        )  # fmt: skip


def _target(rule: Rule, receipt: Receipt, shares: list[int]) -> int:
    """Return how many points a purchase keeps of a rule that is not asked again."""
    whole = sum([grant.granted for grant in receipt.first if grant.rule == rule.position])
    if rule.way == KEEP:
        return whole
    value, left = receipt.shares[rule.position], shares[rule.position]
    if left < 0:
        return 0
    return whole if value <= 0 else split(whole, [min(left, value), max(value - left, 0)])[0]


def _from(grants: list[Grant], rule: Rule, source: int) -> int:
    """Return what was granted of a rule's own points, or of those that a multiplier added to them."""
    return sum([grant.granted for grant in grants if grant.rule == rule.position and grant.source == source])


def _is_same(one: Grant, other: Grant) -> bool:
    """Say whether two lots come from one rule and are borne by one payer."""
    return one.rule == other.rule and one.payer == other.payer


def _of_same(grants: list[Grant], one: Grant) -> Grant | None:
    for grant in grants:
        if _is_same(grant, one):
            return grant
    return None


def _kept(grants: list[Grant], one: Grant) -> int:
    return sum([grant.kept for grant in grants if _is_same(grant, one)])


def _joined(grants: list[Grant]) -> list[Grant]:
    """Return what each rule gave at each payer's cost."""
    joined: list[Grant] = []
    for grant in grants:
        same = _of_same(joined, grant)
        if same is None:
            joined.append(Grant(grant.rule, grant.lot, grant.unit, grant.payer, grant.granted))
        else:
            same.granted += grant.granted
    return joined


def _cap(given: list[Grant], first: list[Grant]) -> None:
    """Let no unit be given more than at first: what is beyond goes off the rules that give more than they did."""
    for unit in {grant.unit for grant in given}:
        beyond = sum([grant.granted for grant in given if grant.unit == unit])
        beyond -= sum([grant.granted for grant in first if grant.unit == unit])
        for position in range(len(given) - 1, -1, -1):
            grant = given[position]
            if grant.unit == unit and beyond > 0:
                before = _of_same(first, grant)
                part = min(beyond, max(grant.granted - (before.granted if before is not None else 0), 0))
                grant.granted -= part
                beyond -= part
