"""What adjustments and transfers have in common: a unit, points in its smallest part, and what their events carry."""

from collections.abc import Sequence
from decimal import Decimal

from guerdon.core.facts import Attribute, EventType
from guerdon.core.programme import Unit
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.exact import scaled_to
from guerdon.definition.issues import quote
from guerdon.definition.source import Loc


def unit_of(draft: Draft, stated: str | None, loc: Loc) -> int | None:
    """Return which unit something is about; None where that is wrong, which is noted."""
    names = list(draft.spec.units)
    if stated is None and len(names) > 1:
        draft.wrong(loc, "unit", "the programme has several units", f"write unit: {names[0]}")
        return None
    named = stated or names[0]
    return names.index(named) if draft.known(named, names, (*loc, "unit"), "unit") else None


def points_of(draft: Draft, unit: Unit, stated: Decimal | int | None, loc: Loc) -> int | None:
    """Return points in the smallest part of their unit; None where nothing is stated, or what is wrong and noted."""
    if stated is None:
        return None
    scaled = scaled_to(stated, unit.decimals)
    if scaled is None:
        draft.wrong(loc, str(loc[0]).removesuffix("s"), f"{stated} has more decimals than {unit.name}", "write fewer")
    return scaled


def check_carried(
    draft: Draft, declared: dict[str, EventType], carried: Sequence[Attribute], *, what: str, lines: bool = False
) -> None:
    """Note attributes of the file's, of its events or their `lines`, that have the name of what something carries."""
    shapes = {one.name: (one.kind, one.decimals) for one in carried}
    for name, one in declared.items():
        for attribute in one.line_attributes if lines else one.attributes:
            if shapes.get(attribute.name, (attribute.kind, attribute.decimals)) != (attribute.kind, attribute.decimals):
                kind, places = shapes[attribute.name]
                told = f"{quote(attribute.name)} is what {what} carries, a {kind} of {places} decimals"
                hint = f"declare it as that, or choose another name, like my_{attribute.name}"
                draft.wrong(
                    ("events", name, "lines" if lines else "attributes", attribute.name), "reserved", told, hint
                )


def carrying(declared: dict[str, EventType], added: EventType) -> dict[str, EventType]:
    """Return types of event with one that carries this beside what the file declares of it."""
    own = declared.get(added.name, EventType(added.name, added.kind))
    return {
        **declared,
        added.name: EventType(
            added.name, added.kind, _and(own.attributes, added.attributes),
            _and(own.line_attributes, added.line_attributes),
        ),
    }  # fmt: skip


def _and(own: tuple[Attribute, ...], carried: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    names = {one.name for one in carried}
    return (*(one for one in own if one.name not in names), *carried)
