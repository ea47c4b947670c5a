"""What the caller says: which files, how their columns are called, and what the programme expects of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from guerdon.core.calendar import Zone
from guerdon.core.errors import Invalid
from guerdon.core.events.lateness import Lateness
from guerdon.core.events.policy import ANY_TIME, ReturnPolicy
from guerdon.core.facts import ORDER_AMOUNTS, Attribute, EventType

TAKEN: Final = frozenset([
    "id",
    "source",
    "type",
    "kind",
    "member",
    "account",
    "at",
    "timed",
    "returned",
    "amount",
    "refund_of",
    "refund_source",
    "refund_type",
    "refers",
    "posted",
    "currency",
    "rate",
    "lines",
    "row",
    "line",
    "net",
    "problem",
    "rounded",
]) | frozenset(ORDER_AMOUNTS)
"""Names that the relations have of their own."""


@dataclass(frozen=True)
class Inputs:
    """Files to read: `mapping` goes from canonical names to column names, `zone` is for times without an offset.

    What happened after `until` is left out. Where no column says an event's `source`, it is the file's name unless stated here.
    """

    paths: tuple[str, ...]
    mapping: dict[str, str] = field(default_factory=dict)
    currency: str | None = None
    zone: Zone | None = None
    until: int | None = None
    source: str | None = None


@dataclass(frozen=True)
class Shape:
    """What the intake needs to know of a programme; `rates` are units of its currency for one of the other."""

    currency: str
    rates: dict[str, str | Fraction]
    zone: Zone
    event_types: dict[str, EventType]
    returns: ReturnPolicy = ANY_TIME
    lateness: Lateness | None = None


@dataclass(frozen=True)
class Slot:
    """A declared attribute, and the types of event that declare it this way."""

    attribute: Attribute
    types: tuple[str, ...]


def event_slots(shape: Shape) -> dict[str, tuple[Slot, ...]]:
    """Return the attributes of events by name."""
    return _slots((event_type.name, a) for event_type in shape.event_types.values() for a in event_type.attributes)


def line_slots(shape: Shape) -> dict[str, tuple[Slot, ...]]:
    """Return the attributes of lines by name."""
    return _slots((event_type.name, a) for event_type in shape.event_types.values() for a in event_type.line_attributes)


def _slots(declared: Iterator[tuple[str, Attribute]]) -> dict[str, tuple[Slot, ...]]:
    found: dict[str, dict[tuple[object, ...], Slot]] = {}
    for event_type, attribute in declared:
        same = found.setdefault(attribute.name, {})
        key = (attribute.optional, attribute.default)
        before = same.get(key)
        same[key] = Slot(attribute, (*before.types, event_type) if before else (event_type,))
    for name, slots in found.items():
        _check_one_kind(name, [slot.attribute for slot in slots.values()])
    return {name: tuple(slots.values()) for name, slots in found.items()}


def _check_one_kind(name: str, attributes: list[Attribute]) -> None:
    if name.lower() in TAKEN:
        message = f"attribute {name} has the name of a column that every event or line has; give it another"
        raise Invalid(message)
    if len({(attribute.kind, attribute.decimals) for attribute in attributes}) > 1:
        message = f"attribute {name} is declared with different kinds or decimals; declare it alike in every event type"
        raise Invalid(message)
