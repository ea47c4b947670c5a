"""What an adjustment says, in an explanation: how many points were given or taken off by hand, and why."""

from dataclasses import dataclass
from decimal import Decimal

from guerdon.core.events import Event
from guerdon.core.explain.wording import decimal_of, plain
from guerdon.core.facts import ADJUSTMENT
from guerdon.core.lots.adjustments import Reason
from guerdon.core.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentAnswer:
    """Points given, or below zero taken off; `unit` is empty where the programme of that moment has no such reason."""

    points: Decimal
    unit: str
    reason: str
    title: str


def adjustment_of(programme: Programme, event: Event) -> AdjustmentAnswer | None:
    """Return what an adjustment says; None of any other event."""
    if event.kind != ADJUSTMENT:
        return None
    named = str(event.attributes.get("reason", ""))
    reason = reason_named(programme, named, event.at)
    return AdjustmentAnswer(
        points=decimal_of(_stated(event), max([unit.decimals for unit in programme.units], default=0)),
        unit="" if reason is None else programme.units[reason.unit].name,
        reason=named,
        title="" if reason is None else reason.title,
    )


def adjustment_line(told: AdjustmentAnswer) -> str:
    """Return an adjustment as a line of text."""
    if not told.unit:
        return f"an adjustment for {told.reason}, which is no reason of the programme: without effect"
    return f"adjusted by {plain(told.points)} {told.unit}, because: {told.title or told.reason}"


def reason_named(programme: Programme, name: str, at: int) -> Reason | None:
    """Return the reason of a name that there is at an instant."""
    terms = programme.redeeming_at(at)
    reasons = [] if terms is None or terms.adjusting is None else terms.adjusting.reasons
    return next((reason for reason in reasons if reason.name == name), None)


def _stated(event: Event) -> int:
    points = event.attributes.get("points")
    return points if isinstance(points, int) else 0
