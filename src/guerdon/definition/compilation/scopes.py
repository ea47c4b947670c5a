"""What expressions may name: the fields of each type of event, its lines' fields, and constants."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from guerdon.core.calendar import parse_date
from guerdon.core.errors import Invalid
from guerdon.core.expr.tree import BOOLEAN, DATE, NUMBER, TEXT, Literal, Table, Type, number
from guerdon.core.facts import (
    CALENDAR_FIELDS,
    COLUMNS,
    KINDS,
    MONEY,
    ORDER_AMOUNTS,
    PURCHASE,
    REFUND,
    Attribute,
    EventType,
)
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.core.values import MONEY_MAX, NUMBER_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.exact import literal_of, scaled_to
from guerdon.definition.expressions import Scope, parse
from guerdon.definition.expressions.words import FUNCTIONS
from guerdon.definition.issues import quote
from guerdon.definition.source import Loc
from guerdon.definition.spec import AttributeSpec, EventSpec

ALWAYS_THERE: Final = ("purchase", "refund")
"""Types of event that every programme knows."""

OF_ITS_KIND: Final = (*ALWAYS_THERE, "redemption", "adjustment", "points_sent", "points_received", "closing")
"""Types of event whose kind is their name."""

_AMOUNTS: Final = ("amount", "discount", "gross", "net", "points_paid", "eligible")

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "text": (str,), "boolean": (bool,), "date": (str,), "number": (int, Decimal), "money": (int, Decimal),
}  # fmt: skip

_INSIDE: Final = (
    "line", "row", "kind", "timed", "returned", "problem", "level", "segment", "history", "date",
    "identity", "before_joining",
)  # fmt: skip
"""What engines call columns of their own, and what later releases will let expressions read."""

_RESERVED: Final = frozenset((*COLUMNS, *CALENDAR_FIELDS, *_AMOUNTS, *FUNCTIONS, *_INSIDE))
_LINE_RESERVED: Final = frozenset((*_AMOUNTS, "id", "row", "line"))


def event_types(draft: Draft) -> dict[str, EventType]:
    """Return every type of event that the programme knows; purchases and refunds are always there."""
    made = {}
    for name in dict.fromkeys((*ALWAYS_THERE, *draft.spec.events)):
        spec = draft.spec.events.get(name, EventSpec(kind=None))
        default = name if name in OF_ITS_KIND else "engagement"
        if name in OF_ITS_KIND and spec.kind not in (None, name):
            draft.wrong(
                ("events", name, "kind"),
                "kind",
                f"a {name} is of the kind {name}",
                "leave kind out, or declare a type of your own",
            )
        attributes = _attributes(draft, spec.attributes, ("events", name, "attributes"), _RESERVED)
        lines = _attributes(draft, spec.lines, ("events", name, "lines"), _LINE_RESERVED)
        kind = default if name in OF_ITS_KIND else spec.kind or default
        made[name] = EventType(name, KINDS[kind], attributes, lines)
    return {name: _counted(one, made) for name, one in made.items()}


def _counted(event_type: EventType, every: Mapping[str, EventType]) -> EventType:
    """Let the lines of a refund say their quantity, where those of purchases have one."""
    found = [one for other in every.values() if other.kind == PURCHASE for one in other.line_attributes]
    quantity = next((one for one in found if one.name == "quantity" and one.kind == NUMBER_KIND), None)
    own = event_type.line_attributes
    if event_type.kind != REFUND or quantity is None or any(one.name == "quantity" for one in own):
        return event_type
    added = Attribute("quantity", NUMBER_KIND, decimals=quantity.decimals, optional=True)
    return EventType(event_type.name, REFUND, event_type.attributes, (*own, added))


def scope_of(
    draft: Draft, event_type: EventType, tables: Mapping[str, Table], constants: Mapping[str, Literal]
) -> Scope:
    """Return the names that an expression over one type of event may use."""
    return Scope(
        fields={**_event_fields(draft), **_typed(draft, event_type.attributes)},
        line_fields={**_line_fields(draft), **_typed(draft, event_type.line_attributes)},
        tables=tables,
        constants=constants,
    )


def constants(draft: Draft, declared: Mapping[str, EventType]) -> dict[str, Literal]:
    """Return the programme's constants as literals."""
    fields = {attribute.name for event_type in declared.values() for attribute in event_type.attributes}
    for name in draft.spec.constants:
        _check_name(draft, name, ("constants", name), _RESERVED | fields)
    return {name: literal_of(value) for name, value in draft.spec.constants.items()}


def _check_name(draft: Draft, name: str, loc: Loc, taken: frozenset[str]) -> None:
    """Refuse a name that has a meaning already, or that an expression could not say."""
    if name in taken or parse(name, Scope(fields={name: Type(TEXT)}), want=TEXT).problems:
        what = f"{quote(name)} already has a meaning in expressions"
        draft.note("reserved", draft.source.place(loc, key=True), what, f"choose another name, like my_{name}")


def _attributes(
    draft: Draft, specs: Mapping[str, AttributeSpec], loc: Loc, reserved: frozenset[str]
) -> tuple[Attribute, ...]:
    made = []
    for name, spec in specs.items():
        _check_name(draft, name, (*loc, name), reserved)
        default = _default(draft, spec, (*loc, name, "default"))
        made.append(Attribute(name, spec.type, decimals=spec.decimals, optional=spec.optional, default=default))
    return tuple(made)


def _default(draft: Draft, spec: AttributeSpec, loc: Loc) -> int | str | bool | None:
    value = spec.default
    if value is None:
        return None
    if type(value) not in _TYPES[spec.type]:
        draft.wrong(
            loc, "default", f"the default {quote(str(value))} is not a {spec.type}", "write one, or leave it out"
        )
        return None
    if spec.type == "date":
        return _day(draft, str(value), loc)
    return value if isinstance(value, (str, bool)) else _number(draft, spec, value, loc)


def _day(draft: Draft, text: str, loc: Loc) -> int | None:
    try:
        return parse_date(text)
    except Invalid as invalid:
        what, _, advice = str(invalid).partition("; ")
        draft.wrong(loc, "default", what, advice)
        return None


def _number(draft: Draft, spec: AttributeSpec, value: int | Decimal, loc: Loc) -> int | None:
    decimals = draft.decimals if spec.type == MONEY else spec.decimals
    scaled = scaled_to(value, decimals)
    if scaled is None:
        draft.wrong(loc, "default", f"the default {value} has more than {decimals} decimals", "write fewer")
    elif abs(scaled) > (MONEY_MAX if spec.type == MONEY else NUMBER_MAX):
        draft.wrong(loc, "default", f"the default {value} is larger than any {spec.type} may be", "write a smaller one")
    return scaled


def _event_fields(draft: Draft) -> dict[str, Type]:
    money = number(0, MONEY_MAX, scale=draft.decimals)
    several = number(0, 3 * MONEY_MAX, scale=draft.decimals)
    return {
        **dict.fromkeys(("amount", "net", *ORDER_AMOUNTS), money),
        "gross": several,
        "eligible": several,
        "type": Type(TEXT),
        "hour": number(0, 23, absent=True),
        "weekday": number(1, 7),
        "day": number(1, 31),
        "month": number(1, 12),
        "year": number(1969, 2101),
    }


def _line_fields(draft: Draft) -> dict[str, Type]:
    money = number(0, MONEY_MAX, scale=draft.decimals, totalled=True)
    gross = number(0, 2 * MONEY_MAX, scale=draft.decimals, totalled=True)
    return {**dict.fromkeys(_AMOUNTS, money), "gross": gross, "id": Type(TEXT)}


def _typed(draft: Draft, attributes: tuple[Attribute, ...]) -> dict[str, Type]:
    return {attribute.name: _type(draft, attribute) for attribute in attributes}


def _type(draft: Draft, attribute: Attribute) -> Type:
    absent = attribute.optional and attribute.default is None
    if attribute.kind == MONEY:
        return number(-MONEY_MAX, MONEY_MAX, scale=draft.decimals, absent=absent)
    if attribute.kind == NUMBER:
        return number(-NUMBER_MAX, NUMBER_MAX, scale=attribute.decimals, absent=absent)
    kinds = {"text": TEXT, "boolean": BOOLEAN, "date": DATE}
    return Type(kinds[attribute.kind], absent=absent)
