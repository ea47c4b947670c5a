"""Rules: from what the file says to slots, bands and exact scales.

Invariant: what a rule can give at most is proved here to stay under 2**62 in its unit's smallest part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from guerdon.core.earning import ITEM, LINE, ORDER, PER_NAMES, ROUND_AT_NAMES, Band, Multiplier, Rule
from guerdon.core.expr.live import Live, OfEvent, OfLine
from guerdon.core.expr.tree import (
    ANY,
    BOOLEAN,
    LINES_MAX,
    NUMBER,
    SUM,
    Aggregate,
    Arithmetic,
    Field,
    Junction,
    Literal,
    Node,
    Type,
    is_live,
    number,
)
from guerdon.core.programme import Unit
from guerdon.core.slots import Slot
from guerdon.core.strategies import ANSWER_MAX
from guerdon.core.values import NUMBER_MAX, POINTS_MAX, ROUNDINGS
from guerdon.definition.compilation.crossing import splits
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.live import ONE, Splitter, split_condition, times, where_all
from guerdon.definition.compilation.strategies import coded
from guerdon.definition.compilation.terms import Placed, Terms
from guerdon.definition.exact import scaled_of
from guerdon.definition.spec import RuleSpec, UnitSpec

DECIMALS_MAX: Final = 18
"""An exact number keeps at most this many decimals beyond its unit's, so that what rounding takes off fits its column."""

_OF_THE_BASKET: Final = ("amount", "gross", "net", "eligible")
_NO_QUANTITY: Final = (-1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Banded:
    """A rule's slot, its bands in the scale of what they read and how high that is, and the decimals of their rates."""

    slot: Slot
    bands: list[Band]
    scale: int
    high: int
    rate_scale: int


def compile_rule(
    draft: Draft, terms: Terms, placed: Placed[RuleSpec], multipliers: list[Multiplier], *, position: int, unit: int
) -> Rule | None:
    """Compile one rule, without its limits; mistakes are noted and give nothing."""
    compiler = _Compiler(draft, terms, placed, unit)
    slot = compiler.value()
    quantity = compiler.quantity()
    bands = compiler.bands()
    if not compiler.fits_together() or slot is None or quantity is None or bands is None:
        return None
    banded = _banded(slot, bands, compiler.live_type)
    if not compiler.stays_within(banded, multipliers):
        return None
    spec, one = placed.spec, terms.units[unit]
    base_scale = banded.scale + banded.rate_scale
    place = terms.slot(banded.slot)
    live = compiler.live(place, banded.scale)
    return Rule(
        name=spec.id, position=position, unit=unit, per=compiler.per, slot=place, live=live,
        live_when=compiler.live_when, splits=splits(draft.spec, [live], multipliers),
        quantity_slot=quantity[0], quantity_one=quantity[1], bands=banded.bands, whole=spec.band == "whole",
        within_order=compiler.per == LINE and spec.within == "order", multipliers=multipliers,
        scale=_scale(base_scale, one, multipliers), base_scale=base_scale, amount_scale=banded.scale,
        unit_decimals=one.decimals, rounding=ROUNDINGS[spec.round or draft.spec.units[one.name].round],
        round_at=ROUND_AT_NAMES.index(spec.round_at or ("order" if one.rounded_per_order else "rule")),
        payers=terms.paid_by(placed.funded_by() or draft.spec.funded_by), campaign=placed.campaign_name(),
        version=terms.joint.version, title=spec.title, text=spec.give or spec.of or spec.strategy or "eligible",
        when_text=spec.when or "", where_text=spec.where or "",
    )  # fmt: skip


def per_of(spec: RuleSpec) -> int:
    """Return what a rule counts by; an event by itself counts like an order."""
    return PER_NAMES.index(spec.per) if spec.per in PER_NAMES else ORDER


class _Compiler:
    """Compiles one rule, step by step; each step notes its own mistakes, so that all are told."""

    def __init__(self, draft: Draft, terms: Terms, placed: Placed[RuleSpec], unit: int) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.placed: Final = placed
        self.spec: Final = placed.spec
        self.loc: Final = placed.loc
        self.event_type: Final = terms.event_types[placed.spec.on]
        self.scope: Final = terms.scopes[placed.spec.on]
        self.per: Final = per_of(placed.spec)
        self.unit: Final = terms.units[unit]
        self.live_value: Live | None = None
        self.live_type: Type | None = None
        self.live_when: Live | None = None

    def value(self) -> Slot | None:
        """Return the slot of what the rule reads: the points of `give`, the amount of `bands`, or what code says.

        Where that is live the slot says whether the rule applies, and where its condition is, the slot leaves that out.
        """
        spec = self.spec
        when = self.draft.expression(spec.when, (*self.loc, "when"), self.scope, want=BOOLEAN, live=True)
        where = self.draft.expression(spec.where, (*self.loc, "where"), self.scope, want=BOOLEAN, per_line=True)
        stated = (spec.when is None or when is not None) and (spec.where is None or where is not None)
        if len([way for way in (spec.give, spec.bands, spec.strategy) if way is not None]) != 1:
            what = "a rule has exactly one of give, bands and strategy"
            self.draft.wrong(self.loc, "rule", what, "write give: an expression, or bands: [{above: 0, rate: 1}]")
            return None
        when, past = split_condition(when)
        if past is not None:
            self.live_when = self._split(past, "when")
            stated = stated and self.live_when is not None
        if spec.strategy is not None:
            return self._coded(when, where)
        node = self._amount(where)
        if node is not None and is_live(node):
            self.live_type = node.type
            self.live_value = self._split(node, "give" if spec.give is not None else "of")
            node = ONE if self.live_value is not None else None
        return self._slot(node, when, where) if node is not None and stated else None

    def live(self, slot: int, scale: int) -> Live | None:
        """Return what is asked in place of the rule's slot, with as many decimals as its bands need."""
        if self.live_value is None and self.live_when is None:
            return None
        value: Live = OfEvent(slot) if self.per == ORDER else OfLine(slot)
        if self.live_value is not None and self.live_type is not None:
            value = times(self.live_value, 10 ** (scale - self.live_type.scale))
        return where_all([] if self.live_when is None else [self.live_when], value, 0)

    def _split(self, node: Node, key: str) -> Live | None:
        return Splitter(self.draft, self.terms, (self.spec.on,), (*self.loc, key)).split(node)

    def quantity(self) -> tuple[int, int] | None:
        """Return the slot of a line's quantity and what one is in it, for a rule per item."""
        if self.per != ITEM:
            return _NO_QUANTITY
        if not any(one.name == "quantity" and one.kind == NUMBER for one in self.event_type.line_attributes):
            what = "a rule per item needs to know how many items a line has"
            hint = f"declare events: {{{self.spec.on}: {{lines: {{quantity: number}}}}}}"
            self.draft.wrong((*self.loc, "per"), "quantity", what, hint)
            return None
        kind = self.scope.line_fields["quantity"]
        if kind.absent:
            self.draft.wrong(
                (*self.loc, "per"),
                "quantity",
                "the quantity may be absent",
                "give it a default, or do not make it optional",
            )
            return None
        slot = Slot(
            event_types=(self.spec.on,), per_line=True, value=Field("quantity", kind, line=True), scale=kind.scale,
            low=kind.low, high=kind.high, otherwise=0,
        )  # fmt: skip
        return self.terms.slot(slot), 10**kind.scale

    def bands(self) -> list[tuple[tuple[int, int], tuple[int, int]]] | None:
        """Return each band's threshold and rate, as integers with their decimals."""
        stated = self.spec.bands or []
        for position, (earlier, later) in enumerate(pairwise(stated), start=1):
            if later.above <= earlier.above:
                what = f"this band begins at {later.above}, and the one before it at {earlier.above}"
                self.draft.wrong(
                    (*self.loc, "bands", position), "bands", what, "write bands by rising `above`, each once"
                )
                return None
        return [(scaled_of(band.above), scaled_of(band.rate)) for band in stated]

    def fits_together(self) -> bool:
        """Say whether the rule's choices go with each other and with its unit."""
        found = [*_misfits(self.spec), *_ways_to_round(self.spec, self.draft.spec.units[self.unit.name])]
        for key, code, what, try_this in found:
            self.draft.wrong((*self.loc, key), code, what, try_this)
        return not found

    def stays_within(self, banded: _Banded, multipliers: list[Multiplier]) -> bool:
        """Say whether the rule's exact number, and the points it can give, have room."""
        base_scale = banded.scale + banded.rate_scale
        scale = _scale(base_scale, self.unit, multipliers)
        if scale - self.unit.decimals > DECIMALS_MAX:
            what = f"the exact number would have {scale} decimals"
            hint = "round the amount, or write rates and factors with fewer decimals"
            self.draft.wrong(self.loc, "too_fine", what, hint)
            return False
        if self._most(banded, multipliers) * 10**self.unit.decimals >= POINTS_MAX * 10**base_scale:
            hint = "bound it, like least(amount, 1000000) * 10"
            self.draft.wrong(self.loc, "too_much", "this could give more than 2^62 points", hint)
            return False
        return True

    def _most(self, banded: _Banded, multipliers: list[Multiplier]) -> int:
        """Return the most the exact number can be before scales are aligned, as the product of all bounds."""
        high: int = banded.high * max([1, *(band.rate for band in banded.bands)])
        if self.per != ORDER and not (isinstance(banded.slot.value, Field) and banded.slot.value.type.totalled):
            high *= LINES_MAX
        if self.per == ITEM and not banded.bands:
            high *= NUMBER_MAX
        highs = [(one, -(-one.high // one.one)) for one in multipliers]
        factor: int = 1 + sum(most for one, most in highs if not one.compound)
        for one, most in highs:
            factor *= most if one.compound else 1
        return high * factor

    def _coded(self, when: Node | None, where: Node | None) -> Slot | None:
        if self.per != ORDER or where is not None:
            self.draft.wrong(self.loc, "strategy", "a strategy answers for the whole order", "leave out per and where")
            return None
        code = coded(self.draft, self.spec, self.loc, self.event_type)
        if code is None:
            return None
        starts, ends = self.placed.in_force(self.draft)
        return Slot(
            event_types=(self.spec.on,), per_line=False, value=None, scale=self.unit.decimals, low=0, high=ANSWER_MAX,
            otherwise=0, when=when, starts_at=starts, ends_at=ends, by_code=code,
        )  # fmt: skip

    def _amount(self, where: Node | None) -> Node | None:
        key = "give" if self.spec.give is not None else "of"
        text = self.spec.give if self.spec.give is not None else self.spec.of
        if text is not None:
            node = self.draft.expression(
                text, (*self.loc, key), self.scope, want=NUMBER, per_line=self.per != ORDER, live=True
            )
            return node if node is None or self._of_its_lines(node, key) else None
        line = Field("eligible", self.scope.line_fields["eligible"], line=True)
        if self.per != ORDER:
            return line
        if where is None:
            return Field("eligible", self.scope.fields["eligible"], line=False)
        return Aggregate(SUM, line, where, number(line.type.low, line.type.high, scale=line.type.scale))

    def _of_its_lines(self, node: Node, key: str) -> bool:
        """Refuse to count the whole basket once for each line, or for lines that `where` selects."""
        whole = [name for name in _counted(node) if name in _OF_THE_BASKET]
        if not whole or (self.per == ORDER and self.spec.where is None):
            return True
        what = f"{whole[0]} is of the whole basket, and this is about some lines"
        hint = f"write line.{whole[0]}" if self.per != ORDER else f"write sum(line.{whole[0]}) filter (where ...)"
        self.draft.wrong((*self.loc, key), "whole_basket", what, hint)
        return False

    def _slot(self, node: Node, when: Node | None, where: Node | None) -> Slot:
        if self.per == ORDER and where is not None:
            some = Aggregate(ANY, where, None, Type(BOOLEAN))
            when = some if when is None else Junction("and", [when, some])
            where = None
        starts, ends = self.placed.in_force(self.draft)
        return Slot(
            event_types=(self.spec.on,), per_line=self.per != ORDER, value=node, scale=node.type.scale,
            low=min(node.type.low, 0), high=max(node.type.high, 0), otherwise=0,
            when=when, where=where, starts_at=starts, ends_at=ends,
        )  # fmt: skip


def _misfits(spec: RuleSpec) -> Iterator[tuple[str, str, str, str]]:
    """List choices that say nothing here, or that only a later release runs."""
    per = spec.per or "order"
    if spec.bands is None:
        written = spec.model_fields_set
        for key in [key for key in ("of", "band", "within") if key in written]:
            yield key, "rule", f"`{key}` goes with bands", "leave it out, or write bands"
    if spec.with_ and spec.strategy is None:
        yield "with", "rule", "`with` goes with a strategy", "leave it out, or write strategy"
    if spec.within is not None and spec.within not in (per, "order"):
        yield (
            "within",
            "later",
            f"bands within one {spec.within} are not run by this release",
            "write within: order, or leave it out",
        )
    if spec.within == "order" and per == "item":
        yield (
            "within",
            "later",
            "items of bands within an order are not run by this release",
            "write per: line, or leave it out",
        )


def _ways_to_round(spec: RuleSpec, unit: UnitSpec) -> Iterator[tuple[str, str, str, str]]:
    """List ways to round that do not go with what the rule counts by, or with its unit."""
    if spec.round_at == "period":
        yield "round_at", "later", "rounding once a period is not run by this release", "round at item, line or rule"
    if spec.round_at == "order":
        yield "round_at", "round_at", "all rules of a unit are rounded together", "write round_at: order at the unit"
    if spec.round is not None and unit.round_at == "order" and spec.round_at is None:
        yield "round", "round_at", "all rules of this unit are rounded together", "write round: at the unit"
    if spec.round_at in ("item", "line") and spec.per not in (spec.round_at, "item"):
        what = f"only a rule per {spec.round_at} rounds each {spec.round_at}"
        yield "round_at", "round_at", what, f"write per: {spec.round_at}, or leave it out"


def _counted(node: Node) -> Iterator[str]:
    """List the fields of the basket that an expression counts, not those it only asks about."""
    if isinstance(node, Field) and not node.line:
        yield node.name
    if not isinstance(node, Aggregate):
        for child in node.children:
            if child.type.kind == NUMBER:
                yield from _counted(child)


def _scale(base: int, unit: Unit, multipliers: Sequence[Multiplier]) -> int:
    """Return how many decimals a rule's exact numbers need: additive multipliers share theirs, compound ones pile up."""
    added = max([0, *(one.scale for one in multipliers if not one.compound)])
    compound = sum(one.scale for one in multipliers if one.compound)
    return max(base + added + compound, unit.decimals)


def _banded(slot: Slot, bands: Sequence[tuple[tuple[int, int], tuple[int, int]]], live: Type | None) -> _Banded:
    """Return bands in the scale of what they read; that is lifted when a threshold is finer."""
    own, high = (slot.scale, slot.high) if live is None else (live.scale, max(live.high, 0))
    scale = max([own, *(above[1] for above, _ in bands)])
    rate_scale = max([0, *(rate[1] for _, rate in bands)])
    made = [
        Band(above * 10 ** (scale - above_scale), rate * 10 ** (rate_scale - rate_own))
        for (above, above_scale), (rate, rate_own) in bands
    ]
    lifted = _lifted(slot, scale) if live is None else slot
    return _Banded(slot=lifted, bands=made, scale=scale, high=high * 10 ** (scale - own), rate_scale=rate_scale)


def _lifted(slot: Slot, scale: int) -> Slot:
    """Return a slot whose number carries more decimals, if it has to."""
    node, by = slot.value, 10 ** (scale - slot.scale)
    if node is None or by == 1:
        return slot
    one = Literal(by, number(by, by, scale=scale - slot.scale))
    lifted = Arithmetic("*", node, one, number(node.type.low * by, node.type.high * by, scale=scale))
    return Slot(
        event_types=slot.event_types, per_line=slot.per_line, value=lifted, scale=scale, low=slot.low * by, high=slot.high * by,
        otherwise=0, when=slot.when, where=slot.where, starts_at=slot.starts_at, ends_at=slot.ends_at,
    )  # fmt: skip
