"""Rules and multipliers: from what the file says to slots, bands and exact scales.

Invariant: what a rule can give at most is proved here to stay under 2**62 in its unit's smallest part.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import entry_points
from typing import Final

from guerdon.core.earning import (
    ITEM,
    LINE,
    ORDER,
    PER_NAMES,
    ROUND_AT_NAMES,
    Band,
    Multiplier,
    Payer,
    Rule,
)
from guerdon.core.expr.tree import ANY, BOOLEAN, LINES_MAX, NUMBER, SUM, Aggregate, Arithmetic, Field, Junction, Literal, Node, Type, number
from guerdon.core.facts import NUMBER as NUMBER_ATTRIBUTE
from guerdon.core.facts import EventType
from guerdon.core.programme import Unit
from guerdon.core.slots import Slot
from guerdon.core.strategies import Strategy
from guerdon.core.values import NUMBER_MAX, POINTS_MAX, ROUNDINGS
from guerdon.definition.draft import Draft
from guerdon.definition.expressions import Scope
from guerdon.definition.scopes import scaled_of
from guerdon.definition.source import Loc
from guerdon.definition.spec import CampaignSpec, MultiplierSpec, RuleSpec

DECIMALS_MAX: Final = 18
"""An exact number keeps at most this many decimals beyond its unit's, so that what rounding takes off fits its column."""

GROUP: Final = "guerdon.strategies"


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule or multiplier of the file, where it stands, and the campaign it belongs to."""

    spec: RuleSpec
    loc: Loc
    campaign: CampaignSpec | None = None


@dataclass(frozen=True, slots=True)
class PlacedMultiplier:
    """A multiplier of the file, where it stands, and the campaign it belongs to."""

    spec: MultiplierSpec
    loc: Loc
    campaign: CampaignSpec | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What all rules share: units, limits by rule, payers, the types of event and what expressions may name."""

    units: list[Unit]
    event_types: dict[str, EventType]
    scopes: dict[str, Scope]
    payers: list[str]
    slots: list[Slot] = field(default_factory=list)

    def slot(self, slot: Slot) -> int:
        """Add a slot and return its position."""
        self.slots.append(slot)
        return len(self.slots) - 1


def multiplier(draft: Draft, terms: Terms, placed: PlacedMultiplier, targets: list[Placed], position: int) -> Multiplier | None:
    """Compile one multiplier over the rules it names."""
    spec, loc = placed.spec, placed.loc
    types = sorted({target.spec.on for target in targets})
    if len(types) != 1 or types[0] not in terms.event_types:
        if len(types) > 1:
            draft.wrong((*loc, "of"), "multiplier", f"these rules read different events: {', '.join(types)}", "write one multiplier each")
        return None
    by_lines = all(per_of(target.spec) != ORDER for target in targets)
    scope = terms.scopes[types[0]]
    by = draft.expression(spec.by, (*loc, "by"), scope, want=NUMBER, per_line=by_lines)
    when = draft.expression(spec.when, (*loc, "when"), scope, want=BOOLEAN, per_line=by_lines)
    if by is None or (spec.when is not None and when is None):
        return None
    one = 10**by.type.scale
    if by.type.low < one:
        low = Decimal(by.type.low).scaleb(-by.type.scale)
        draft.wrong((*loc, "by"), "multiplier", f"the factor could be {low:f}, below 1", "write greatest(1, ...); to give less, change the rule")
        return None
    starts, ends = _window(draft, spec.from_, spec.until, loc, placed.campaign)
    per_line = by_lines and (reads_line(by) or (when is not None and reads_line(when)))
    slot = Slot(
        event_types=(types[0],), per_line=per_line, value=by, scale=by.type.scale, low=one, high=by.type.high, otherwise=one,
        when=None if per_line else when, where=when if per_line else None, starts_at=starts, ends_at=ends,
    )  # fmt: skip
    return Multiplier(
        name=spec.id, position=position, slot=terms.slot(slot), scale=by.type.scale, compound=spec.stack == "compound",
        per_line=per_line, points_limits=[], payers=payers(draft, terms, spec.funded_by or _campaign_payer(placed.campaign), loc),
        campaign=placed.campaign.id if placed.campaign else "", title=spec.title, text=spec.by,
    )  # fmt: skip


def reads_line(node: Node) -> bool:
    """Say whether an expression reads a line's field outside an aggregate."""
    if isinstance(node, Aggregate):
        return False
    return (isinstance(node, Field) and node.line) or any(reads_line(child) for child in node.children)


def per_of(spec: RuleSpec) -> int:
    """Return what a rule counts by."""
    return PER_NAMES.index(spec.per) if spec.per in PER_NAMES else ORDER


class RuleCompiler:
    """Compiles one rule, step by step: value, bands, scale, bound."""

    def __init__(self, draft: Draft, terms: Terms, placed: Placed, unit: int) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.spec: Final = placed.spec
        self.loc: Final = placed.loc
        self.campaign: Final = placed.campaign
        self.event_type: Final = terms.event_types[placed.spec.on]
        self.scope: Final = terms.scopes[placed.spec.on]
        self.per: Final = per_of(placed.spec)
        self.unit: Final = unit

    def value(self) -> Slot | None:
        """Return the slot of what the rule reads: the points of `give`, the amount of `bands`, or what code says."""
        spec = self.spec
        ways = [name for name, way in (("give", spec.give), ("bands", spec.bands), ("strategy", spec.strategy)) if way is not None]
        if len(ways) != 1 or (spec.of is not None and spec.bands is None):
            what = "`of` goes with bands" if len(ways) == 1 else "a rule has exactly one of give, bands and strategy"
            self.draft.wrong(self.loc, "rule", what, "write give: an expression, or bands: [{above: 0, rate: 1}]")
            return None
        when = self.draft.expression(spec.when, (*self.loc, "when"), self.scope, want=BOOLEAN)
        where = self.draft.expression(spec.where, (*self.loc, "where"), self.scope, want=BOOLEAN, per_line=True)
        if (spec.when is not None and when is None) or (spec.where is not None and where is None):
            return None
        if spec.strategy is not None:
            return self._coded(when, where)
        node = self._amount(where)
        if node is None:
            return None
        if self.per == ORDER and where is not None:
            some = Aggregate(ANY, where, None, Type(BOOLEAN))
            when = some if when is None else Junction("and", [when, some])
            where = None
        return self._slot(node, when, where)

    def quantity(self) -> tuple[int, int] | None:
        """Return the slot of a line's quantity and what one is in it, for a rule per item; Invalid units are noted."""
        if self.per != ITEM:
            return -1, 1
        found = [one for one in self.event_type.line_attributes if one.name == "quantity" and one.kind == NUMBER_ATTRIBUTE]
        if not found:
            what = "a rule per item needs to know how many items a line has"
            self.draft.wrong((*self.loc, "per"), "quantity", what, f"declare events: {{{self.spec.on}: {{lines: {{quantity: number}}}}}}")
            return None
        kind = self.scope.line_fields["quantity"]
        if kind.absent:
            self.draft.wrong((*self.loc, "per"), "quantity", "the quantity may be absent", "give it a default, or do not make it optional")
            return None
        node = Field("quantity", kind, line=True)
        slot = Slot(
            event_types=(self.spec.on,), per_line=True, value=node, scale=kind.scale, low=kind.low, high=kind.high, otherwise=0
        )
        return self.terms.slot(slot), 10**kind.scale

    def bands(self, slot: Slot) -> tuple[list[Band], int, Slot] | None:
        """Return the bands in the slot's scale and the rates' scale; the slot is lifted when a threshold is finer."""
        stated = self.spec.bands or []
        above = [scaled_of(band.above) for band in stated]
        rates = [scaled_of(band.rate) for band in stated]
        if any(later.above <= earlier.above for earlier, later in zip(stated, stated[1:], strict=False)):
            self.draft.wrong((*self.loc, "bands"), "bands", "bands do not rise", "write them by rising `above`, each once")
            return None
        scale = max([slot.scale, *(decimals for _, decimals in above)])
        rate_scale = max([0, *(decimals for _, decimals in rates)])
        if scale > slot.scale and slot.value is not None:
            slot = _lifted(slot, scale)
        made = [
            Band(a * 10 ** (scale - a_scale), r * 10 ** (rate_scale - r_scale))
            for (a, a_scale), (r, r_scale) in zip(above, rates, strict=True)
        ]
        return made, rate_scale, slot

    def _coded(self, when: Node | None, where: Node | None) -> Slot | None:
        if self.per != ORDER or where is not None:
            self.draft.wrong(self.loc, "strategy", "a strategy answers for the whole order", "leave out per and where")
            return None
        code = load_strategy(self.draft, self.spec, self.loc)
        if code is None:
            return None
        decimals = self.terms.units[self.unit].decimals
        starts, ends = _window(self.draft, self.spec.from_, self.spec.until, self.loc, self.campaign)
        return Slot(
            event_types=(self.spec.on,), per_line=False, value=None, scale=decimals, low=0, high=POINTS_MAX - 1, otherwise=0,
            when=when, starts_at=starts, ends_at=ends, by_code=code,
        )  # fmt: skip

    def _amount(self, where: Node | None) -> Node | None:
        per_line = self.per != ORDER
        if self.spec.give is not None:
            return self.draft.expression(self.spec.give, (*self.loc, "give"), self.scope, want=NUMBER, per_line=per_line)
        if self.spec.of is not None:
            return self.draft.expression(self.spec.of, (*self.loc, "of"), self.scope, want=NUMBER, per_line=per_line)
        line = Field("eligible", self.scope.line_fields["eligible"], line=True)
        if per_line:
            return line
        if where is None:
            return Field("eligible", self.scope.fields["eligible"], line=False)
        return Aggregate(SUM, line, where, number(line.type.low, line.type.high, scale=line.type.scale))

    def _slot(self, node: Node, when: Node | None, where: Node | None) -> Slot:
        starts, ends = _window(self.draft, self.spec.from_, self.spec.until, self.loc, self.campaign)
        return Slot(
            event_types=(self.spec.on,), per_line=self.per != ORDER, value=node, scale=node.type.scale,
            low=min(node.type.low, 0), high=max(node.type.high, 0), otherwise=0,
            when=when, where=where, starts_at=starts, ends_at=ends,
        )  # fmt: skip


def scale_of(base: int, unit: Unit, multipliers: list[Multiplier]) -> int:
    """Return how many decimals a rule's exact numbers need: additive multipliers share theirs, compound ones pile up."""
    added = max([0, *(one.scale for one in multipliers if not one.compound)])
    compound = sum(one.scale for one in multipliers if one.compound)
    return max(base + added + compound, unit.decimals)


def most(slot: Slot, bands: list[Band], multipliers: list[Multiplier], slots: list[Slot], per: int) -> int:
    """Return the most a rule's exact number can be before scales are aligned, as the product of all bounds."""
    high = slot.high * max([1, *(band.rate for band in bands)])
    if per != ORDER and not (isinstance(slot.value, Field) and slot.value.type.totalled):
        high *= LINES_MAX
    if per == ITEM and not bands:
        high *= NUMBER_MAX
    factor = 1
    for one in multipliers:
        if not one.compound:
            factor += -(-slots[one.slot].high // one.one)
    for one in multipliers:
        if one.compound:
            factor *= -(-slots[one.slot].high // one.one)
    return high * factor


def compile_rule(  # noqa: PLR0913 - everything a rule is made from
    draft: Draft, terms: Terms, placed: Placed, position: int, unit: int, multipliers: list[Multiplier]
) -> Rule | None:
    """Compile one rule, without its limits; mistakes are noted and give nothing."""
    compiler = RuleCompiler(draft, terms, placed, unit)
    spec, loc = placed.spec, placed.loc
    slot = compiler.value()
    quantity = compiler.quantity()
    if slot is None or quantity is None or not _rounds_well(draft, spec, loc, terms.units[unit].name):
        return None
    banded = compiler.bands(slot)
    if banded is None:
        return None
    bands, rate_scale, slot = banded
    one = terms.units[unit]
    base_scale = slot.scale + rate_scale
    scale = scale_of(base_scale, one, multipliers)
    if scale - one.decimals > DECIMALS_MAX:
        what = f"the exact number would have {scale} decimals"
        draft.wrong(loc, "too_fine", what, "round the amount, or write rates and factors with fewer decimals")
        return None
    exact = most(slot, bands, multipliers, terms.slots, compiler.per)
    if exact * 10**one.decimals >= POINTS_MAX * 10**base_scale:
        draft.wrong(loc, "too_much", "this could give more than 2^62 points", "bound it, like least(amount, 1000000) * 10")
        return None
    default = "order" if one.rounded_per_order else "rule"
    return Rule(
        name=spec.id, position=position, unit=unit, per=compiler.per, slot=terms.slot(slot),
        quantity_slot=quantity[0], quantity_one=quantity[1], bands=bands, whole=spec.band == "whole",
        within_order=compiler.per == LINE and spec.within == "order", multipliers=multipliers,
        scale=scale, base_scale=base_scale, amount_scale=slot.scale, unit_decimals=one.decimals,
        rounding=ROUNDINGS[spec.round or draft.spec.units[one.name].round],
        round_at=ROUND_AT_NAMES.index(spec.round_at or default),
        payers=payers(draft, terms, rule_payer(draft, placed), loc), campaign=placed.campaign.id if placed.campaign else "",
        title=spec.title, text=spec.give or spec.of or spec.strategy or "eligible",
        when_text=spec.when or "", where_text=spec.where or "",
    )  # fmt: skip


def rule_payer(draft: Draft, placed: Placed) -> str | dict[str, int]:
    """Return who pays for a rule: itself, its campaign or the programme says."""
    return placed.spec.funded_by or _campaign_payer(placed.campaign) or draft.spec.funded_by


def payers(draft: Draft, terms: Terms, stated: str | dict[str, int] | None, loc: Loc) -> list[Payer]:
    """Return payers with their shares, each known by its position."""
    if stated is None:
        return []
    shares = {stated: 1} if isinstance(stated, str) else stated
    if not shares or any(share <= 0 for share in shares.values()):
        draft.wrong((*loc, "funded_by"), "funded_by", "a payer's share is not above zero", "write whole shares, like {Acme: 2, programme: 1}")
        return []
    for name in shares:
        if name not in terms.payers:
            terms.payers.append(name)
    return [Payer(terms.payers.index(name), share) for name, share in shares.items()]


def load_strategy(draft: Draft, spec: RuleSpec, loc: Loc) -> Strategy | None:
    """Return the strategy a rule asks for, made with its settings."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    name = spec.strategy or ""
    if not draft.known(name, sorted(found), (*loc, "strategy"), f"installed strategy (entry point group {GROUP})"):
        return None
    made = found[name].load()(spec.with_)
    if not isinstance(made, Strategy):
        draft.wrong((*loc, "strategy"), "strategy", f"{name} is not a guerdon.Strategy", "make its class inherit from it")
        return None
    return made


def _campaign_payer(campaign: CampaignSpec | None) -> str | dict[str, int] | None:
    return None if campaign is None else campaign.funded_by


def _window(draft: Draft, starts: str | None, ends: str | None, loc: Loc, campaign: CampaignSpec | None) -> tuple[int, int]:
    """Return a window, within its campaign's."""
    start, end = draft.window(starts, ends, loc)
    if campaign is None:
        return start, end
    first, last = draft.window(campaign.from_, campaign.until, loc[:2])
    return max(start, first), min(end, last)


def _rounds_well(draft: Draft, spec: RuleSpec, loc: Loc, unit: str) -> bool:
    if spec.within is not None and spec.within not in (spec.per or "order", "order"):
        what = f"bands within a {spec.within} are not run by this release"
        draft.wrong((*loc, "within"), "later", what, "count within the order, or leave `within` out")
        return False
    if spec.round_at == "period":
        draft.wrong((*loc, "round_at"), "later", "rounding once a period is not run by this release", "round at item, line, rule or order")
        return False
    if spec.round_at == "order":
        draft.wrong((*loc, "round_at"), "round_at", "all rules of a unit are rounded together", "write round_at: order at the unit")
        return False
    if spec.round is not None and draft.spec.units[unit].round_at == "order" and spec.round_at is None:
        draft.wrong((*loc, "round"), "round_at", "all rules of this unit are rounded together", "write round: at the unit")
        return False
    if spec.round_at == "item" and spec.per != "item":
        draft.wrong((*loc, "round_at"), "round_at", "only a rule per item rounds each item", "write per: item")
        return False
    return True


def _lifted(slot: Slot, scale: int) -> Slot:
    """Return a slot whose number carries more decimals."""
    by = 10 ** (scale - slot.scale)
    one = Literal(by, number(by, by, scale=scale - slot.scale))
    node = slot.value
    if node is None:
        return slot
    lifted = Arithmetic("*", node, one, number(node.type.low * by, node.type.high * by, scale=scale))
    return Slot(
        event_types=slot.event_types, per_line=slot.per_line, value=lifted, scale=scale, low=slot.low * by, high=slot.high * by,
        otherwise=0, when=slot.when, where=slot.where, starts_at=slot.starts_at, ends_at=slot.ends_at,
    )  # fmt: skip
