"""Adjustments: from reasons of the file to rules for what they give, and slots of what they take off.

A reason is compiled as a rule over adjustment events that name it, and so it is rated, limited by a cap and explained like one.
Nothing else of the file binds it: neither limits over all rules nor multipliers.
"""

from typing import Final

from guerdon.core.earning import Rule
from guerdon.core.expr.tree import TEXT, Among, Extreme, Field, Literal, Negate, Type, number
from guerdon.core.facts import ADJUSTMENT, Attribute, EventType
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.core.facts import TEXT as TEXT_KIND
from guerdon.core.lots.adjustments import Adjusting, Reason
from guerdon.core.lots.keeping import NO_SLOT
from guerdon.core.slots import Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.moves.carried import carrying, check_carried, points_of
from guerdon.definition.compilation.rules import compile_rule
from guerdon.definition.compilation.terms import Placed, Terms
from guerdon.definition.spec import RuleSpec

ADJUSTMENT_TYPE: Final = "adjustment"
_GIVEN: Final = "points"


def with_adjustments(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with that of adjustments, and with what each carries, where the file has reasons for any."""
    if not draft.spec.adjustments:
        return declared
    decimals = max((unit.decimals for unit in draft.spec.units.values()), default=0)
    carried = (Attribute("points", NUMBER_KIND, decimals=decimals), Attribute("reason", TEXT_KIND))
    check_carried(draft, declared, carried, what="an adjustment")
    return carrying(declared, EventType(ADJUSTMENT_TYPE, ADJUSTMENT, carried))


def given_by(draft: Draft, terms: Terms, position: int, *, place: int, unit: int) -> list[Rule]:
    """Return the rule of what a reason gives, the one at a `place` among all; none where something is wrong."""
    spec = draft.spec.adjustments[position]
    said = {"on": ADJUSTMENT_TYPE, "unit": spec.unit, "give": _GIVEN, "when": f"reason = '{spec.id}'"}
    stated = RuleSpec.model_validate({"id": spec.id, "title": spec.title, "funded_by": spec.funded_by, **said})
    rule = compile_rule(draft, terms, Placed(stated, ("adjustments", position)), [], position=place, unit=unit)
    made = [] if rule is None else [rule]
    for one in made:
        one.adjust(qualifies=spec.qualifies)
    return made


def adjusting(draft: Draft, terms: Terms, units: list[int | None]) -> Adjusting | None:
    """Return the reasons of the file, which are about `units`, and what they take off; None where there are none."""
    if not draft.spec.adjustments:
        return None
    reasons = [_reason(draft, terms, position, unit) for position, unit in enumerate(units) if unit is not None]
    slots = [_taken(terms, [one.name for one in reasons if one.unit == unit]) for unit in range(len(terms.units))]
    return Adjusting(reasons, slots)


def _reason(draft: Draft, terms: Terms, position: int, unit: int) -> Reason:
    spec = draft.spec.adjustments[position]
    loc = ("adjustments", position)
    return Reason(
        name=spec.id, title=spec.title, unit=unit, most=points_of(draft, terms.units[unit], spec.max, (*loc, "max")),
        approve_above=points_of(draft, terms.units[unit], spec.approve_above, (*loc, "approve_above")),
    )  # fmt: skip


def _taken(terms: Terms, names: list[str]) -> int:
    """Return the slot of the points that an adjustment for one of some reasons takes off."""
    if not names:
        return NO_SLOT
    fields = terms.scopes[ADJUSTMENT_TYPE].fields
    points, reason = (Field(name, fields[name], line=False) for name in ("points", "reason"))
    kind = number(min(-points.type.high, 0), max(-points.type.low, 0), scale=points.type.scale)
    value = Extreme("max", [Negate(points, kind), Literal(0, number(0, 0))], kind)
    when = Among(reason, [Literal(name, Type(TEXT)) for name in names])
    return terms.slot(
        Slot(
            event_types=(ADJUSTMENT_TYPE,), per_line=False, value=value, scale=kind.scale, low=min(kind.low, 0),
            high=kind.high, otherwise=0, when=when,
        )
    )  # fmt: skip
