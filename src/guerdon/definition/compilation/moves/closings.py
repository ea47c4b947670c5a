"""Closings: from how members leave, as the file says it, to the slots that closing events say it in."""

from typing import Final

from guerdon.core.expr.tree import TEXT, Case, Coalesce, Compare, Field, Literal, Node, Type, number
from guerdon.core.facts import CLOSING, Attribute, EventType
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.core.facts import TEXT as TEXT_KIND
from guerdon.core.lots.closing import AT_ONCE, CLOSE, REJOIN, STAY, STEPS, Closing
from guerdon.core.metrics import Length
from guerdon.core.slots import Slot
from guerdon.core.values import NUMBER_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.metrics import length
from guerdon.definition.compilation.moves.carried import carrying, check_carried
from guerdon.definition.compilation.terms import Terms
from guerdon.definition.spec import ClosingSpec

CLOSING_TYPE: Final = "closing"
_CARRIED: Final = (Attribute("closing", TEXT_KIND, optional=True), Attribute("notice_days", NUMBER_KIND, optional=True))
_NOTHING: Final = 0


def with_closings(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with that of closings, where the file says how members leave."""
    if _closing(draft) is None:
        return declared
    check_carried(draft, declared, _CARRIED, what="a closing")
    return carrying(declared, EventType(CLOSING_TYPE, CLOSING, _CARRIED))


def closing(draft: Draft, terms: Terms) -> Closing | None:
    """Return how accounts are closed; None where the file does not say that members leave."""
    spec = _closing(draft)
    if spec is None:
        return None
    return Closing(
        draft.zone, step_slot=_steps(terms), days_slot=_days(terms), notice=_length(draft, spec.notice, "notice"),
        restore=_length(draft, spec.restore, "restore"),
    )  # fmt: skip


def _closing(draft: Draft) -> ClosingSpec | None:
    return None if draft.spec.enrolment is None else draft.spec.enrolment.closing


def _length(draft: Draft, text: str | None, key: str) -> Length | None:
    return None if text is None else length(draft, text, ("enrolment", "closing", key))


def _steps(terms: Terms) -> int:
    """Return the slot of what a closing event says."""
    said = Coalesce([Field("closing", Type(TEXT, absent=True), line=False), Literal("", Type(TEXT))], Type(TEXT))
    steps = (CLOSE, STAY, REJOIN)
    conditions: list[Node] = [Compare("=", said, Literal(STEPS[step], Type(TEXT))) for step in steps]
    results: list[Node] = [Literal(step, number(step, step)) for step in steps]
    nothing = Literal(_NOTHING, number(_NOTHING, _NOTHING))
    return _slot(terms, Case(conditions, results, nothing, number(_NOTHING, REJOIN)))


def _days(terms: Terms) -> int:
    """Return the slot of the days of notice that a closing event states, AT_ONCE when it states none."""
    stated = Field("notice_days", number(-NUMBER_MAX, NUMBER_MAX, absent=True), line=False)
    return _slot(terms, Coalesce([stated, Literal(AT_ONCE, number(AT_ONCE, AT_ONCE))], number(-NUMBER_MAX, NUMBER_MAX)))


def _slot(terms: Terms, node: Node) -> int:
    kind = node.type
    return terms.slot(
        Slot(
            event_types=(CLOSING_TYPE,), per_line=False, value=node, scale=kind.scale, low=kind.low, high=kind.high,
            otherwise=0,
        )
    )  # fmt: skip
