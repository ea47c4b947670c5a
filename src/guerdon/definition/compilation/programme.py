"""The parts of a programme, compiled in the order in which they need each other, and put together."""

from decimal import Decimal
from typing import Final

from guerdon.core.calendar import parse_date
from guerdon.core.celebrations import Celebration
from guerdon.core.currencies import DECIMALS
from guerdon.core.earning import AT_ORDER, Multiplier, Rule
from guerdon.core.errors import Invalid, NotFound
from guerdon.core.events.policy import ReturnPolicy
from guerdon.core.facts import PURCHASE
from guerdon.core.ladders import Ladder
from guerdon.core.lots.keeping import NO_SLOT, Keeping, Redeeming
from guerdon.core.lots.recovery import Recovery
from guerdon.core.metrics import Metric
from guerdon.core.programme import Change, Group, Programme, Unit
from guerdon.core.slots import Eligible
from guerdon.core.strategies import Strategies
from guerdon.definition.compilation.crossing import check_splits
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.eligibility import eligible
from guerdon.definition.compilation.joint import Joint
from guerdon.definition.compilation.keeping import caps, keepings, keeps_lots, sale_slot
from guerdon.definition.compilation.ladders import compile_ladders, past_of
from guerdon.definition.compilation.late import joining, lateness, with_waivers
from guerdon.definition.compilation.limits import Limits
from guerdon.definition.compilation.metrics import compile_metrics
from guerdon.definition.compilation.moves.adjustments import adjusting, given_by, with_adjustments
from guerdon.definition.compilation.moves.base_rate import base_rules, told_of_goods, with_goods
from guerdon.definition.compilation.moves.carried import unit_of
from guerdon.definition.compilation.moves.celebrations import celebrations, with_celebrations
from guerdon.definition.compilation.moves.closings import with_closings
from guerdon.definition.compilation.moves.fulfilments import with_fulfilments
from guerdon.definition.compilation.moves.transfers import transfers, with_transfers
from guerdon.definition.compilation.multipliers import compile_multiplier
from guerdon.definition.compilation.returns import paid_slot, recovery, return_policy, set_ways, with_products
from guerdon.definition.compilation.rewards import rewards, with_redemptions
from guerdon.definition.compilation.rules import compile_rule
from guerdon.definition.compilation.scopes import constants, event_types, scope_of
from guerdon.definition.compilation.tables import tables
from guerdon.definition.compilation.terms import Placed, Terms
from guerdon.definition.findings import Enough
from guerdon.definition.issues import Issue, quote, suggest
from guerdon.definition.levels import LadderSpec
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import RULES_MAX, MultiplierSpec, ProgrammeSpec, RuleSpec, StackSpec
from guerdon.definition.zones import load_zone

MINOR_DECIMALS: Final = 2
"""The decimals of most currencies, to look at the rest of a programme whose currency is unknown."""


def compile_programme(
    spec: ProgrammeSpec, source: Source, *, strategies: Strategies | None = None
) -> tuple[Programme | None, list[Issue]]:
    """Return the compiled programme and what is wrong with it; with any mistake there is none."""
    draft = begin(spec, source)
    draft.strategies = strategies or {}
    try:
        _check_currencies(draft)
        made = Compilation(draft).programme()
    except Enough:
        return None, draft.findings.issues
    return (made if not draft.has_errors() else None), draft.findings.issues


def begin(spec: ProgrammeSpec, source: Source) -> Draft:
    """Resolve what everything else counts in: the zone and the currency, or others in their stead."""
    decimals = DECIMALS.get(spec.currency, MINOR_DECIMALS)
    spec = with_waivers(spec)
    try:
        return Draft(spec, source, load_zone(spec.zone), decimals)
    except NotFound as missing:
        what, _, advice = str(missing).partition("; ")
        draft = Draft(spec, source, load_zone("UTC"), decimals)
        draft.wrong(("zone",), "zone", what, advice)
        return draft


def _check_currencies(draft: Draft) -> None:
    named: list[tuple[str, Loc]] = [(name, ("rates", name)) for name in draft.spec.rates]
    for name, loc in ((draft.spec.currency, ("currency",)), *named):
        if name not in DECIMALS:
            what = f"{quote(name)} is not a currency of ISO 4217"
            place = draft.source.place(loc, key=len(loc) > 1)
            draft.note("currency", place, what, suggest(name, DECIMALS) or "write a code like EUR")


class Compilation:
    """The parts of a programme as they are compiled, in the order in which they need each other."""

    def __init__(self, draft: Draft, joint: Joint | None = None) -> None:
        self.draft = draft
        self.joint = joint or Joint()
        self.spec = draft.spec
        self.units = [
            Unit(name=name, decimals=unit.decimals, rounded_per_order=unit.round_at == "order", cost=_plain(unit.cost))
            for name, unit in self.spec.units.items()
        ]
        self.terms = self._terms()
        self.placed, self.placed_multipliers = self._placed()
        self.multipliers: list[Multiplier] = []
        self.rules: list[Rule] = []
        self.eligible = Eligible(None, ())
        self.metrics: list[Metric] = []
        self.ladders: list[Ladder] = []
        self.keepings: list[Keeping] = []
        self.redeeming: Redeeming | None = None
        self.sale_slot = NO_SLOT
        self.paid_slot = NO_SLOT
        self.recovery: Recovery | None = None
        self.returns: ReturnPolicy | None = None
        self.celebrations: list[Celebration] = []

    def programme(self) -> Programme:
        """Compile everything and put it together; mistakes are noted on the draft."""
        self.compile()
        return self.put_together()

    def compile(self) -> None:
        """Compile everything; mistakes are noted on the draft."""
        self._check_version()
        self._check_size()
        self._check_names()
        self.eligible = eligible(self.draft, self.terms)
        metrics = compile_metrics(self.draft, self.terms)
        past = past_of(self.draft, metrics)
        self.metrics = [*metrics, *self.joint.extras]
        self.ladders = compile_ladders(self.draft, self.terms, self.metrics)
        self.joint.extras.extend(self.metrics[len(metrics) + len(self.joint.extras) :])
        self.terms.look_back(past)
        multiplied = self._multiplied()
        for one in self.placed:
            rule = self._rule(one, multiplied.get(one.spec.id, []))
            if rule is not None:
                self.rules.append(rule)
                self.joint.rules.append(rule)
        groups = self._groups()
        self.joint.groups.extend(groups)
        set_ways(self.draft, self.terms, self.rules, self.placed)
        adjusted = self._adjusted()
        transferred = transfers(self.draft, self.terms, self.rules)
        limits = self._limits()
        check_splits(self.draft, self.terms, self.rules, self.placed)
        base_rules(self.draft, self.terms, self.placed, self.rules, groups)
        self._share_scales()
        adjustable = adjusting(self.draft, self.terms, adjusted)
        self.redeeming = rewards(self.draft, self.terms, limits, adjustable, transferred)
        if keeps_lots(self.spec):
            self.keepings = keepings(self.draft, self.terms, self.joint.limits)
            self.sale_slot = sale_slot(self.draft, self.terms)
            self.paid_slot = paid_slot(self.draft, self.terms)
        self.recovery = recovery(self.draft, self.terms, self.joint)
        self.celebrations = celebrations(self.draft)

    def ladders_as(self, specs: list[LadderSpec]) -> list[Ladder]:
        """Return ladders like this version's own, as other specs say them."""
        metrics = [*self.metrics[: len(self.spec.metrics)], *self.joint.extras]
        known = len(metrics)
        ladders = compile_ladders(self.draft.saying({"ladders": specs}), self.terms, metrics)
        self.joint.extras.extend(metrics[known:])
        return ladders

    def put_together(self, *, versions: list[str] | None = None, changes: list[Change] | None = None) -> Programme:
        """Return the programme; of several versions it is called and shown as this one, the last."""
        joint = self.joint
        return Programme(
            name=self.spec.programme, version=self.spec.version or "", title=self.spec.title or self.spec.programme,
            zone=self.draft.zone, currency=self.spec.currency,
            rates={name: _plain(rate) for name, rate in self.spec.rates.items()},
            event_types=self.terms.stated_types(), eligible=self.eligible, units=self.units, slots=joint.slots,
            rules=joint.rules, multipliers=joint.multipliers, groups=joint.groups, limits=joint.limits, payers=joint.payers,
            keepings=self.keepings, redeeming=self.redeeming, sale_slot=self.sale_slot, paid_slot=self.paid_slot,
            metrics=self.metrics, ladders=self.ladders, benefits=self.spec.benefits,
            returns=self.returns or self._return_policy(),
            recovery=self.recovery, versions=versions, changes=changes,
            lateness=lateness(self.draft), joining=joining(self.draft), celebrations=self.celebrations,
        )  # fmt: skip

    def _return_policy(self) -> ReturnPolicy:
        told = told_of_goods(self.draft, self.terms, self.eligible)
        return return_policy(self.draft, self.terms.event_types, told)

    def _terms(self) -> Terms:
        declared = with_products(self.draft, with_redemptions(self.draft, event_types(self.draft)))
        declared = with_transfers(self.draft, with_adjustments(self.draft, declared))
        declared = with_goods(self.draft, with_closings(self.draft, with_fulfilments(self.draft, declared)))
        declared = with_celebrations(self.draft, declared)
        looked_up = {name: self.joint.table(table) for name, table in tables(self.draft).items()}
        fixed = constants(self.draft, declared)
        scopes = {name: scope_of(self.draft, one, looked_up, fixed) for name, one in declared.items()}
        return Terms(self.units, declared, scopes, self.joint)

    def _placed(self) -> tuple[list[Placed[RuleSpec]], list[Placed[MultiplierSpec]]]:
        """Return rules and multipliers in the order of the file, those of campaigns last."""
        rules = [Placed(one, ("rules", i)) for i, one in enumerate(self.spec.rules)]
        multipliers = [Placed(one, ("multipliers", i)) for i, one in enumerate(self.spec.multipliers)]
        for c, campaign in enumerate(self.spec.campaigns):
            loc: Loc = ("campaigns", c)
            window = self.draft.window(campaign.from_, campaign.until, loc)
            rules += [Placed(one, (*loc, "rules", i), campaign, window) for i, one in enumerate(campaign.rules)]
            multipliers += [
                Placed(one, (*loc, "multipliers", i), campaign, window) for i, one in enumerate(campaign.multipliers)
            ]
        return rules, multipliers

    def _check_version(self) -> None:
        try:
            parse_date(self.spec.version or "2000-01-01")
        except Invalid:
            what = f"the version {quote(self.spec.version or '')} is not a day"
            self.draft.wrong(("version",), "version", what, "write the day it takes effect, like 2026-01-01")

    def _check_size(self) -> None:
        count = len(self.placed) + len(self.placed_multipliers)
        if count > RULES_MAX:
            what = f"the programme has {count} rules and multipliers in all, more than {RULES_MAX}"
            self.draft.wrong(("campaigns",), "too_large", what, "put what varies into tables")
            raise Enough

    def _check_names(self) -> None:
        """Refuse a name that stands for two things: effects and reasons call them by it."""
        seen: dict[str, Loc] = {}
        named = [(one.spec.id, one.loc) for one in self.placed]
        named += [(one.spec.id, one.loc) for one in self.placed_multipliers]
        named += [(one.id, ("campaigns", i)) for i, one in enumerate(self.spec.campaigns)]
        named += [(one.id, ("limits", i)) for i, one in enumerate(self.spec.limits)]
        named += [(one.id, ("rewards", i)) for i, one in enumerate(self.spec.rewards)]
        named += [(one.id, ("adjustments", i)) for i, one in enumerate(self.spec.adjustments)]
        named += [(one.id, ("transfers", i)) for i, one in enumerate(self.spec.transfers)]
        for name, loc in named:
            if name in seen:
                first = self.draft.source.place((*seen[name], "id"))
                what = f"{quote(name)} is already the name of something at {first}"
                hint = "give each rule, multiplier, campaign and limit a name of its own"
                self.draft.wrong((*loc, "id"), "same_name", what, hint)
            seen.setdefault(name, loc)

    def _multiplied(self) -> dict[str, list[Multiplier]]:
        """Compile multipliers and return them by the rules they multiply, additive ones first."""
        by_name = {one.spec.id: one for one in self.placed}
        found: dict[str, list[Multiplier]] = {}
        for placed in self.placed_multipliers:
            names = list(dict.fromkeys(placed.spec.of))
            known = [
                self.draft.known(name, list(by_name), (*placed.loc, "of", i), "rule") for i, name in enumerate(names)
            ]
            targets = [by_name[name] for name in names if name in by_name]
            if not all(known):
                continue
            made = compile_multiplier(self.draft, self.terms, placed, targets, position=len(self.joint.multipliers))
            if made is not None:
                self.multipliers.append(made)
                self.joint.multipliers.append(made)
                for name in names:
                    found.setdefault(name, []).append(made)
        return {name: sorted(made, key=lambda one: one.compound) for name, made in found.items()}

    def _rule(self, placed: Placed[RuleSpec], multipliers: list[Multiplier]) -> Rule | None:
        spec, loc = placed.spec, placed.loc
        types = list(self.terms.stated_types())
        known = self.draft.known(spec.on, types, (*loc, "on"), "type of event")
        unit = self._unit(spec.unit, loc)
        if unit is None or not known:
            return None
        if spec.per in ("order", "line", "item") and self.terms.event_types[spec.on].kind != PURCHASE:
            what = f"{quote(spec.on)} is not a purchase and has no {spec.per}"
            self.draft.wrong((*loc, "per"), "per", what, "write per: event")
            return None
        return compile_rule(self.draft, self.terms, placed, multipliers, position=len(self.joint.rules), unit=unit)

    def _adjusted(self) -> list[int | None]:
        """Compile what adjustments give, after all other rules, and return which unit each reason is about."""
        units = [unit_of(self.draft, one.unit, ("adjustments", i)) for i, one in enumerate(self.spec.adjustments)]
        for position, unit in enumerate(units):
            if unit is not None:
                made = given_by(self.draft, self.terms, position, place=len(self.joint.rules), unit=unit)
                self.rules.extend(made)
                self.joint.rules.extend(made)
        return units

    def _unit(self, name: str | None, loc: Loc) -> int | None:
        names = list(self.spec.units)
        if name is None and len(names) > 1:
            self.draft.wrong(loc, "unit", "the programme has several units", f"write unit: {names[0]}")
            return None
        stated = name or names[0]
        return names.index(stated) if self.draft.known(stated, names, (*loc, "unit"), "unit") else None

    def _groups(self) -> list[Group]:
        by_name = {rule.name: rule for rule in self.rules}
        members: dict[str, list[tuple[Placed[RuleSpec], StackSpec, Rule]]] = {}
        for placed in self.placed:
            stack = placed.spec.stack
            if stack is not None and placed.spec.id in by_name:
                members.setdefault(stack.group, []).append((placed, stack, by_name[placed.spec.id]))
        return [self._group(name, found) for name, found in members.items()]

    def _group(self, name: str, members: list[tuple[Placed[RuleSpec], StackSpec, Rule]]) -> Group:
        _, first, rule = members[0]
        for placed, stack, other in members:
            if stack.take != first.take:
                what = f"the rules of group {quote(name)} take differently"
                self.draft.wrong((*placed.loc, "stack", "take"), "stack", what, f"write take: {first.take}")
            if other.unit != rule.unit:
                what = f"the rules of group {quote(name)} give different units"
                self.draft.wrong((*placed.loc, "stack"), "stack", what, "group rules of one unit")
        by_priority = first.take == "first"
        ranked = sorted(members, key=lambda member: member[1].priority if by_priority else 0)
        return Group(name=name, best=not by_priority, rules=[one.position for _, _, one in ranked])

    def _limits(self) -> Limits:
        """Compile limits and hand them to the rules and multipliers they bind."""
        limits = Limits(self.draft, self.units, self.rules, self.multipliers, self.joint)
        for placed in self.placed:
            limits.of_rule(placed)
        for one in self.placed_multipliers:
            limits.of_multiplier(one)
        for position in range(len(self.spec.campaigns)):
            limits.of_campaign(position)
        for position in range(len(self.spec.limits)):
            limits.shared(position)
        for cap in caps(self.draft, self.terms):
            limits.cap(cap)
        return limits

    def _share_scales(self) -> None:
        """Bring the rules of a unit that is rounded per order to one scale, so that their parts add up."""
        for unit, one in enumerate(self.units):
            together = [rule for rule in self.joint.rules if rule.unit == unit and rule.round_at == AT_ORDER]
            if one.rounded_per_order:
                for rule in together:
                    rule.keep_decimals(max(other.scale for other in together))


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
