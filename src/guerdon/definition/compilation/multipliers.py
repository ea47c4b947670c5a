"""Multipliers: from what the file says to the slot of a factor, never below one."""

from collections.abc import Sequence
from decimal import Decimal

from guerdon.core.earning import ORDER, Multiplier
from guerdon.core.expr.tree import BOOLEAN, NUMBER, Node
from guerdon.core.slots import Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.rules import per_of
from guerdon.definition.compilation.terms import Placed, Terms, reads_line
from guerdon.definition.spec import MultiplierSpec, RuleSpec


def compile_multiplier(
    draft: Draft, terms: Terms, placed: Placed[MultiplierSpec], targets: Sequence[Placed[RuleSpec]], *, position: int
) -> Multiplier | None:
    """Compile one multiplier over the rules it names, without its limits; mistakes are noted and give nothing."""
    spec = placed.spec
    slot = _slot(draft, terms, placed, targets)
    if slot is None:
        return None
    return Multiplier(
        name=spec.id, position=position, slot=terms.slot(slot), scale=slot.scale, compound=spec.stack == "compound",
        per_line=slot.per_line, points_limits=[], payers=terms.paid_by(placed.funded_by()), campaign=placed.campaign_name(),
        title=spec.title, text=spec.by,
    )  # fmt: skip


def _slot(
    draft: Draft, terms: Terms, placed: Placed[MultiplierSpec], targets: Sequence[Placed[RuleSpec]]
) -> Slot | None:
    spec, loc = placed.spec, placed.loc
    kind = _event_type(draft, placed, targets)
    if kind not in terms.event_types:
        return None
    by_lines = all(per_of(target.spec) != ORDER for target in targets)
    scope = terms.scopes[kind]
    by = draft.expression(spec.by, (*loc, "by"), scope, want=NUMBER, per_line=by_lines)
    when = draft.expression(spec.when, (*loc, "when"), scope, want=BOOLEAN, per_line=by_lines)
    starts, ends = placed.window(draft)
    if by is None or (spec.when is not None and when is None) or not _multiplies(draft, by, placed):
        return None
    per_line = by_lines and any(reads_line(node) for node in (by, when) if node is not None)
    one = 10**by.type.scale
    return Slot(
        event_types=(kind,), per_line=per_line, value=by, scale=by.type.scale, low=one, high=by.type.high, otherwise=one,
        when=None if per_line else when, where=when if per_line else None, starts_at=starts, ends_at=ends,
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
