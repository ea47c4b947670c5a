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
from guerdon.definition.compilation.rules import compile_rule
from guerdon.definition.compilation.terms import Placed, Terms
from guerdon.definition.exact import scaled_to
from guerdon.definition.issues import quote
from guerdon.definition.keeping import AdjustmentSpec
from guerdon.definition.spec import RuleSpec

ADJUSTMENT_TYPE: Final = "adjustment"
_GIVEN: Final = "points"


def with_adjustments(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with that of adjustments, and with what each carries, where the file has reasons for any."""
    if not draft.spec.adjustments:
        return declared
    decimals = max((unit.decimals for unit in draft.spec.units.values()), default=0)
    carried = (Attribute("points", NUMBER_KIND, decimals=decimals), Attribute("reason", TEXT_KIND))
    shapes = {one.name: (one.kind, one.decimals) for one in carried}
    for name, one in declared.items():
        for attribute in one.attributes:
            if shapes.get(attribute.name, (attribute.kind, attribute.decimals)) != (attribute.kind, attribute.decimals):
                kind, places = shapes[attribute.name]
                what = f"{quote(attribute.name)} is what an adjustment carries, a {kind} of {places} decimals"
                hint = f"declare it as that, or choose another name, like my_{attribute.name}"
                draft.wrong(("events", name, "attributes", attribute.name), "reserved", what, hint)
    own = declared.get(ADJUSTMENT_TYPE, EventType(ADJUSTMENT_TYPE, ADJUSTMENT))
    more = tuple(one for one in own.attributes if one.name not in shapes)
    return {**declared, ADJUSTMENT_TYPE: EventType(ADJUSTMENT_TYPE, ADJUSTMENT, (*more, *carried), own.line_attributes)}


def unit_of(draft: Draft, position: int) -> int | None:
    """Return which unit a reason is about; None where that is wrong, which is noted."""
    spec, names = draft.spec.adjustments[position], list(draft.spec.units)
    if spec.unit is None and len(names) > 1:
        hint = f"write unit: {names[0]}"
        draft.wrong(("adjustments", position), "unit", "the programme has several units", hint)
        return None
    stated = spec.unit or names[0]
    return names.index(stated) if draft.known(stated, names, ("adjustments", position, "unit"), "unit") else None


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
    found = {key: _points(draft, terms, spec, key, position, unit) for key in ("max", "approve_above")}
    return Reason(
        name=spec.id, title=spec.title, unit=unit, most=found["max"], approve_above=found["approve_above"],
    )  # fmt: skip


def _points(draft: Draft, terms: Terms, spec: AdjustmentSpec, key: str, position: int, unit: int) -> int | None:
    stated = getattr(spec, key)
    if stated is None:
        return None
    scaled = scaled_to(stated, terms.units[unit].decimals)
    if scaled is None:
        what = f"{stated} has more decimals than {terms.units[unit].name}"
        draft.wrong(("adjustments", position, key), "adjustment", what, "write fewer")
    return scaled


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
