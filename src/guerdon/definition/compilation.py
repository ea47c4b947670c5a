"""From a checked spec to a compiled programme: names resolved, order fixed, every mistake noted at its place."""

from typing import Final

from guerdon.core.calendar import DAY, EVER, MONTH, QUARTER, WEEK, YEAR
from guerdon.core.currencies import DECIMALS
from guerdon.core.earning import AT_ORDER, Multiplier, Rule
from guerdon.core.errors import NotFound
from guerdon.core.expr.tree import BOOLEAN, Node
from guerdon.core.facts import PURCHASE
from guerdon.core.limits import POINTS, ROLLING, TIMES, Limit
from guerdon.core.programme import Group, Programme, Unit
from guerdon.core.slots import Eligible
from guerdon.definition import scopes
from guerdon.definition.draft import Draft
from guerdon.definition.issues import Issue, error, quote, suggest
from guerdon.definition.rules import Placed, PlacedMultiplier, Terms, compile_rule, multiplier
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import LimitSpec, ProgrammeSpec
from guerdon.definition.zones import load_zone

MINOR_DECIMALS: Final = 2
"""The decimals of most currencies, to look at the rest of a programme whose currency is unknown."""

_EVERY = {"day": DAY, "week": WEEK, "month": MONTH, "quarter": QUARTER, "year": YEAR, "ever": EVER}


def compile_programme(spec: ProgrammeSpec, source: Source) -> tuple[Programme | None, list[Issue]]:
    """Return the compiled programme and what is wrong with it; with any mistake there is none."""
    draft = _begin(spec, source)
    made = _Compilation(draft).programme()
    return (None if draft.issues else made), draft.issues


def _begin(spec: ProgrammeSpec, source: Source) -> Draft:
    """Resolve what everything else counts in: the zone and the currency, or others in their stead."""
    issues: list[Issue] = []
    try:
        zone = load_zone(spec.zone)
    except NotFound as missing:
        what, _, advice = str(missing).partition("; ")
        issues.append(error("zone", source.place(("zone",)), what, advice))
        zone = load_zone("UTC")
    for name, loc in ((spec.currency, ("currency",)), *((name, ("rates", name)) for name in spec.rates)):
        if name not in DECIMALS:
            what = f"{quote(name)} is not a currency of ISO 4217"
            place = source.place(loc, key=len(loc) > 1)
            issues.append(error("currency", place, what, suggest(name, DECIMALS) or "write a code like EUR"))
    draft = Draft(spec, source, zone, DECIMALS.get(spec.currency, MINOR_DECIMALS))
    draft.issues += issues
    return draft


class _Compilation:
    """The parts of a programme as they are compiled, in the order in which they need each other."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.spec = draft.spec
        self.event_types = scopes.event_types(draft)
        self.tables = scopes.tables(draft)
        constants = scopes.constants(draft)
        self.scopes = {
            name: scopes.scope_of(draft, event_type, self.tables, constants) for name, event_type in self.event_types.items()
        }
        self.units = [
            Unit(name=name, decimals=unit.decimals, rounded_per_order=unit.round_at == "order", cost=str(unit.cost or ""))
            for name, unit in self.spec.units.items()
        ]
        self.terms = Terms(self.units, self.event_types, self.scopes, [])
        self.limits: list[Limit] = []
        self.placed = self._placed_rules()
        self.multipliers: list[Multiplier] = []
        self.rules: list[Rule] = []

    def programme(self) -> Programme:
        """Compile everything; mistakes are noted on the draft."""
        eligible = self._eligible()
        self._unique_names()
        targets = self._multiplied()
        for one in self.placed:
            rule = self._rule(one, len(self.rules), targets.get(one.spec.id, []))
            if rule is not None:
                self.rules.append(rule)
        groups = self._groups()
        self._set_limits()
        self._share_scales()
        return Programme(
            name=self.spec.programme, version=self.spec.version or "", title=self.spec.title or self.spec.programme,
            zone=self.draft.zone, currency=self.spec.currency,
            rates={name: str(rate) for name, rate in self.spec.rates.items()},
            event_types=self.event_types, eligible=eligible, units=self.units, slots=self.terms.slots,
            rules=self.rules, multipliers=self.multipliers, groups=groups, limits=self.limits,
            payers=self.terms.payers,
        )  # fmt: skip

    def _placed_rules(self) -> list[Placed]:
        placed = [Placed(rule, ("rules", i)) for i, rule in enumerate(self.spec.rules)]
        for c, campaign in enumerate(self.spec.campaigns):
            placed += [Placed(rule, ("campaigns", c, "rules", i), campaign) for i, rule in enumerate(campaign.rules)]
        return placed

    def _placed_multipliers(self) -> list[PlacedMultiplier]:
        placed = [PlacedMultiplier(one, ("multipliers", i)) for i, one in enumerate(self.spec.multipliers)]
        for c, campaign in enumerate(self.spec.campaigns):
            loc: Loc = ("campaigns", c, "multipliers")
            placed += [PlacedMultiplier(one, (*loc, i), campaign) for i, one in enumerate(campaign.multipliers)]
        return placed

    def _eligible(self) -> Eligible:
        spec = self.spec.eligible
        node: Node | None = None
        if spec is None:
            return Eligible(None, ())
        if spec.exclude is not None:
            scope = self.scopes["purchase"]
            fields = {name: kind for name, kind in scope.fields.items() if name != "eligible"}
            lines = {name: kind for name, kind in scope.line_fields.items() if name != "eligible"}
            plain = scopes.Scope(fields=fields, line_fields=lines, tables=scope.tables, constants=scope.constants)
            node = self.draft.expression(spec.exclude, ("eligible", "exclude"), plain, want=BOOLEAN, per_line=True)
        return Eligible(node, tuple(spec.include))

    def _unique_names(self) -> None:
        seen: dict[str, Loc] = {}
        named = [(one.spec.id, one.loc) for one in self.placed]
        named += [(one.spec.id, one.loc) for one in self._placed_multipliers()]
        named += [(one.id, ("campaigns", i)) for i, one in enumerate(self.spec.campaigns)]
        for name, loc in named:
            if name in seen:
                first = self.draft.source.place((*seen[name], "id"))
                what = f"{quote(name)} is already the name of something at {first.file}:{first.line}"
                self.draft.wrong((*loc, "id"), "same_name", what, "give each rule, multiplier and campaign a name of its own")
            seen.setdefault(name, loc)

    def _multiplied(self) -> dict[str, list[Multiplier]]:
        """Compile multipliers and return them by the rules they multiply, additive ones first."""
        by_name = {one.spec.id: one for one in self.placed}
        found: dict[str, list[Multiplier]] = {}
        for placed in self._placed_multipliers():
            known = [
                self.draft.known(name, list(by_name), (*placed.loc, "of", i), "rule") for i, name in enumerate(placed.spec.of)
            ]
            if not all(known):
                continue
            made = multiplier(self.draft, self.terms, placed, [by_name[name] for name in placed.spec.of], len(self.multipliers))
            if made is not None:
                self.multipliers.append(made)
                for name in dict.fromkeys(placed.spec.of):
                    found.setdefault(name, []).append(made)
        return {name: sorted(made, key=lambda one: one.compound) for name, made in found.items()}

    def _rule(self, placed: Placed, position: int, multipliers: list[Multiplier]) -> Rule | None:
        spec, loc = placed.spec, placed.loc
        if not self.draft.known(spec.on, list(self.event_types), (*loc, "on"), "type of event"):
            return None
        unit = self._unit(spec.unit, loc)
        if unit is None:
            return None
        if spec.per in ("order", "line", "item") and self.event_types[spec.on].kind != PURCHASE:
            self.draft.wrong((*loc, "per"), "per", f"{spec.on} is not a purchase and has no {spec.per}", "write per: event")
            return None
        return compile_rule(self.draft, self.terms, placed, position, unit, multipliers)

    def _unit(self, name: str | None, loc: Loc) -> int | None:
        names = list(self.spec.units)
        if name is None and len(names) == 1:
            return 0
        if name is None:
            self.draft.wrong(loc, "unit", "the programme has several units", f"write unit: {names[0]}")
            return None
        return names.index(name) if self.draft.known(name, names, (*loc, "unit"), "unit") else None

    def _groups(self) -> list[Group]:
        by_name = {rule.name: rule for rule in self.rules}
        members: dict[str, list[tuple[Placed, Rule]]] = {}
        for placed in self.placed:
            if placed.spec.stack is not None and placed.spec.id in by_name:
                members.setdefault(placed.spec.stack.group, []).append((placed, by_name[placed.spec.id]))
        return [group for name, found in members.items() if (group := self._group(name, found)) is not None]

    def _group(self, name: str, members: list[tuple[Placed, Rule]]) -> Group | None:
        first = members[0][0]
        for placed, rule in members:
            stack = placed.spec.stack
            if stack is not None and first.spec.stack is not None and stack.take != first.spec.stack.take:
                self.draft.wrong((*placed.loc, "stack", "take"), "stack", f"the rules of group {quote(name)} take differently", "write the same take")
                return None
            if rule.unit != members[0][1].unit:
                self.draft.wrong((*placed.loc, "stack"), "stack", f"the rules of group {quote(name)} give different units", "group rules of one unit")
                return None
        take = first.spec.stack.take if first.spec.stack is not None else "best"
        ranked = sorted(members, key=lambda one: one[0].spec.stack.priority if one[0].spec.stack and take == "first" else 0)
        return Group(name=name, best=take == "best", rules=[rule.position for _, rule in ranked])

    def _set_limits(self) -> None:
        """Compile limits and hand them to the rules and multipliers they bind."""
        by_name = {rule.name: rule for rule in self.rules}
        for placed in self.placed:
            rule = by_name.get(placed.spec.id)
            for i, spec in enumerate(placed.spec.limits):
                self._bind(spec, (*placed.loc, "limits", i), placed.spec.id, [rule] if rule else [], [])
        for one in self._placed_multipliers():
            made = [m for m in self.multipliers if m.name == one.spec.id]
            for i, spec in enumerate(one.spec.limits):
                self._bind(spec, (*one.loc, "limits", i), one.spec.id, [], made)
        for c, campaign in enumerate(self.spec.campaigns):
            rules = [rule for rule in self.rules if rule.campaign == campaign.id]
            multipliers = [m for m in self.multipliers if m.campaign == campaign.id]
            for i, spec in enumerate(campaign.limits):
                self._bind(spec, ("campaigns", c, "limits", i), campaign.id, rules, multipliers)
        for i, shared in enumerate(self.spec.limits):
            names = shared.rules if shared.rules is not None else list(by_name)
            bound = [by_name[name] for name in names if name in by_name]
            for n, name in enumerate(shared.rules or []):
                self.draft.known(name, [one.spec.id for one in self.placed], ("limits", i, "rules", n), "rule")
            if shared.unit is not None and self.draft.known(shared.unit, list(self.spec.units), ("limits", i, "unit"), "unit"):
                bound = [rule for rule in bound if self.units[rule.unit].name == shared.unit]
            self._bind(shared, ("limits", i), shared.id, bound, [])

    def _bind(self, spec: LimitSpec, loc: Loc, name: str, rules: list[Rule], multipliers: list[Multiplier]) -> None:
        units = {rule.unit for rule in rules}
        units |= {rule.unit for rule in self.rules for one in multipliers if one in rule.multipliers}
        limit = self._limit(spec, loc, name, units) if units or not self.draft.has_errors() else None
        if limit is None:
            return
        if limit.kind == TIMES and multipliers and not rules:
            self.draft.wrong(loc, "limit", "a multiplier is limited in points, not in times", "write points:")
            return
        position = len(self.limits)
        self.limits.append(limit)
        for rule in rules:
            (rule.times_limits if limit.kind == TIMES else rule.points_limits).append(position)
        for one in multipliers:
            if limit.kind == POINTS:
                one.points_limits.append(position)

    def _limit(self, spec: LimitSpec, loc: Loc, name: str, units: set[int]) -> Limit | None:
        if spec.per in ("campaign", "programme"):
            what = f"a limit shared by a whole {spec.per} is not run by this release"
            self.draft.wrong((*loc, "per"), "later", what, "limit it per member or per account")
            return None
        if (spec.points is None) == (spec.times is None) or (spec.every is None) == (spec.rolling_days is None):
            what = "a limit counts points or times, in a period or over rolling days"
            self.draft.wrong(loc, "limit", what, "write {points: 500, every: month} or {times: 1, rolling_days: 30}")
            return None
        if spec.points is not None and len(units) != 1:
            self.draft.wrong(loc, "limit", "a limit in points is over rules of one unit", "write one limit for each unit")
            return None
        every = ROLLING if spec.every is None else _EVERY[spec.every]
        period = f"{spec.rolling_days} days" if spec.every is None else spec.every
        text = f"{spec.points if spec.points is not None else spec.times}"
        most = spec.times or 0
        if spec.points is not None:
            decimals = self.units[units.pop()].decimals
            scaled = spec.points.scaleb(decimals)
            if scaled != scaled.to_integral_value():
                self.draft.wrong((*loc, "points"), "limit", f"{spec.points} has more decimals than its unit", "write fewer")
                return None
            most = int(scaled)
        return Limit(
            name=name, kind=TIMES if spec.points is None else POINTS, most=most, per_member=spec.per == "member", every=every,
            days=spec.rolling_days or 0, text=f"{text} {'times' if spec.points is None else 'points'} per {spec.per} and {period}",
        )  # fmt: skip

    def _share_scales(self) -> None:
        """Bring the rules of a unit that is rounded per order to one scale, so that their parts add up."""
        for unit, one in enumerate(self.units):
            together = [rule for rule in self.rules if rule.unit == unit and rule.round_at == AT_ORDER]
            if one.rounded_per_order:
                for rule in together:
                    rule.keep_decimals(max(other.scale for other in together))
