"""Events that tell of an order on its way: what they carry, and the slots by which points wait for them."""

from typing import Final

from guerdon.core.expr.tree import COUNT, LINES_MAX, Aggregate, Coalesce, Extreme, Field, Literal, Node, number
from guerdon.core.facts import FULFILMENT, PURCHASE, Attribute, EventType
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.core.facts import TEXT as TEXT_KIND
from guerdon.core.lots.keeping import NO_SLOT
from guerdon.core.lots.orders import WHOLE
from guerdon.core.slots import Slot
from guerdon.core.values import NUMBER_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.terms import Terms
from guerdon.definition.issues import quote, suggest
from guerdon.definition.keeping import PendingSpec
from guerdon.definition.source import Loc

_CARRIED: Final = (Attribute("purchase", TEXT_KIND), Attribute("line_count", NUMBER_KIND, optional=True))


def with_fulfilments(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event, those that tell of orders with the purchase and the lines that each tells of."""
    return {name: _telling(draft, one) if one.kind == FULFILMENT else one for name, one in declared.items()}


def _telling(draft: Draft, one: EventType) -> EventType:
    carried = {attribute.name for attribute in _CARRIED}
    for attribute in one.attributes:
        if attribute.name in carried:
            what = f"{quote(attribute.name)} is what every event of the kind fulfilment carries"
            draft.wrong(("events", one.name, "attributes", attribute.name), "reserved", what, "leave it out")
    own = [attribute for attribute in one.attributes if attribute.name not in carried]
    return EventType(one.name, one.kind, (*own, *_CARRIED), one.line_attributes)


def fulfilment_slots(draft: Draft, terms: Terms, unit: str, pending: PendingSpec | None) -> tuple[int, int]:
    """Return the slots of how many lines an event tells of, and of how many a purchase has; without `from` there are none."""
    if pending is None or pending.for_ is None or pending.from_ is None:
        return NO_SLOT, NO_SLOT
    loc: Loc = ("units", unit, "pending", "from")
    names = [name for name, one in terms.event_types.items() if one.kind == FULFILMENT]
    if pending.from_ not in names:
        what = f"{quote(pending.from_)} is no type of event that tells of orders"
        hint = suggest(pending.from_, names) or f"declare it: events: {{{pending.from_}: {{kind: fulfilment}}}}"
        draft.wrong(loc, "unknown_name", what, hint)
        return NO_SLOT, NO_SLOT
    purchases = tuple(name for name, one in terms.event_types.items() if one.kind == PURCHASE)
    has = Aggregate(COUNT, None, None, number(0, LINES_MAX))
    return terms.slot(_slot((pending.from_,), _told_of())), terms.slot(_slot(purchases, has))


def _told_of() -> Node:
    """Return of how many lines an event tells; of all, where it does not say."""
    any_number = number(-NUMBER_MAX, NUMBER_MAX)
    stated = Field("line_count", number(-NUMBER_MAX, NUMBER_MAX, absent=True), line=False)
    lines = Coalesce([stated, Literal(WHOLE, number(WHOLE, WHOLE))], any_number)
    return Extreme("max", [lines, Literal(0, number(0, 0))], number(0, NUMBER_MAX))


def _slot(types: tuple[str, ...], value: Node) -> Slot:
    return Slot(event_types=types, per_line=False, value=value, scale=0, low=0, high=value.type.high, otherwise=0)
