"""Multipliers: from what the file says to the slot of a factor, never below one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from guerdon.core.earning import ORDER, Multiplier
from guerdon.core.expr.live import Fixed, Live, OfEvent, OfLine
from guerdon.core.expr.tree import BOOLEAN, NUMBER, Literal, Node, is_live
from guerdon.core.slots import FOREVER, Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.live import ONE, Splitter, split_condition, where_all
from guerdon.definition.compilation.rules import per_of
from guerdon.definition.compilation.terms import Placed, Terms, reads_line
from guerdon.definition.spec import MultiplierSpec, RuleSpec


def compile_multiplier(
    draft: Draft, terms: Terms, placed: Placed[MultiplierSpec], targets: Sequence[Placed[RuleSpec]], *, position: int
) -> Multiplier | None:
    """Compile one multiplier over the rules it names, without its limits; mistakes are noted and give nothing."""
    spec = placed.spec
    found = _factor(draft, terms, placed, targets)
    if found is None:
        return None
    return Multiplier(
        name=spec.id, position=position, slot=found.slot, scale=found.scale, high=found.high, compound=spec.stack == "compound",
        per_line=found.per_line, points_limits=[], payers=terms.paid_by(placed.funded_by()), campaign=placed.campaign_name(),
        title=spec.title, text=spec.by, live=found.live,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factor:
    """A factor as the fold reads it: a slot, or what is asked in its stead."""

    slot: int
    scale: int
    high: int
    per_line: bool
    live: Live | None


def _factor(
    draft: Draft, terms: Terms, placed: Placed[MultiplierSpec], targets: Sequence[Placed[RuleSpec]]
) -> _Factor | None:
    spec, loc = placed.spec, placed.loc
    kind = _event_type(draft, placed, targets)
    if kind not in terms.event_types:
        return None
    by_lines = all(per_of(target.spec) != ORDER for target in targets)
    scope = terms.scopes[kind]
    by = draft.expression(spec.by, (*loc, "by"), scope, want=NUMBER, per_line=by_lines, live=True)
    when = draft.expression(spec.when, (*loc, "when"), scope, want=BOOLEAN, per_line=by_lines, live=True)
    window = placed.window(draft)
    if by is None or (spec.when is not None and when is None) or not _multiplies(draft, by, placed):
        return None
    event_when, past = split_condition(when)
    splitter = Splitter(draft, terms, (kind,), loc)
    conditions = [] if past is None else [splitter.split(past)]
    factor = splitter.split(by) if is_live(by) else None
    if None in conditions or (is_live(by) and factor is None):
        return None
    gate = _gate(by if factor is None else None, event_when, kind, window, lived=bool(conditions))
    slot, held = -1, [one for one in conditions if one is not None]
    if gate is not None:
        slot = terms.slot(gate)
        read: Live = OfLine(slot) if gate.per_line else OfEvent(slot)
        held, factor = (held, read) if factor is None else ([read, *held], factor)
    return _Factor(
        slot=slot, scale=by.type.scale, high=by.type.high, per_line=gate is not None and gate.per_line,
        live=where_all(held, factor or Fixed(by.type.low), 10**by.type.scale) if is_live(by) or past is not None else None,
    )  # fmt: skip


def _gate(by: Node | None, when: Node | None, kind: str, window: tuple[int, int], *, lived: bool) -> Slot | None:
    """Return the slot of a factor, or (when the factor is live) of whether it applies; nothing where none is needed."""
    always = when is None and window == (-FOREVER, FOREVER)
    if always and (by is None or (lived and isinstance(by, Literal))):
        return None
    value, otherwise = (ONE, 0) if by is None else (by, 10**by.type.scale)
    per_line = any(reads_line(node) for node in (value, when) if node is not None)
    return Slot(
        event_types=(kind,), per_line=per_line, value=value, scale=value.type.scale, low=value.type.low, high=value.type.high,
        otherwise=otherwise, when=None if per_line else when, where=when if per_line else None,
        starts_at=window[0], ends_at=window[1],
    )  # fmt: skip


def _event_type(draft: Draft, placed: Placed[MultiplierSpec], targets: Sequence[Placed[RuleSpec]]) -> str:
    """Return the type of event that all its rules read, empty when they read several."""
    types = sorted({target.spec.on for target in targets})
    if len(types) == 1:
        return types[0]
    what = f"these rules read different events: {', '.join(types)}"
    draft.wrong((*placed.loc, "of"), "multiplier", what, "write one multiplier for each type of event")
    return ""


def _multiplies(draft: Draft, by: Node, placed: Placed[MultiplierSpec]) -> bool:
    if by.type.low >= 10**by.type.scale:
        return True
    low = Decimal(by.type.low).scaleb(-by.type.scale)
    what = f"the factor could be {low:f}, below 1"
    draft.wrong((*placed.loc, "by"), "multiplier", what, "write greatest(1, ...); to give less, change the rule")
    return False
