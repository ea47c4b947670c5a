"""Adjust: give points or take them off for a reason; above what the reason says it waits until a second person agrees.

Invariants:
* One id is one adjustment: asked for again it is answered as it was, with other content it is refused.
* What is in the books, who asked for it and what the audit says are written together or not at all.
"""

from dataclasses import dataclass

from guerdon.core.explain.adjustments import reason_named
from guerdon.services.adjustments.adjusted import Adjusted, forbidden, note, post, told, told_again, unknown
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import By
from guerdon.services.points import no_points, scaled
from guerdon.services.published import Published
from guerdon.store.asked.adjustments import ADJUSTMENTS, AdjustmentRow
from guerdon.store.asked.table import DONE, PENDING
from guerdon.store.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustPoints:
    """A member gets points, or below zero loses them, for a reason; `id` names the adjustment for ever."""

    id: str
    member: str
    reason: str
    points: int | str
    note: str
    by: By


def adjust_points(command: AdjustPoints, work: Work, published: Published, *, at: int) -> Adjusted | Refusal:
    """Adjust points, or leave it to a second person."""
    before = ADJUSTMENTS.one(work, published.id, command.id)
    asked = _row(command, published, before, at)
    if isinstance(asked, Refusal):
        return asked
    if before is not None:
        return _again(work, published, before, asked)
    reason = forbidden(published, asked, command.by, at=at)
    if isinstance(reason, Refusal):
        return reason
    recorded: Recorded | None = None
    if reason.approve_above is None or abs(asked.points) <= reason.approve_above:
        posted = post(work, published, asked, at=at)
        if isinstance(posted, Refusal):
            return posted
        recorded, asked = posted, asked._replace(state=DONE)
    ADJUSTMENTS.add(work, published.id, asked)
    note(work, published, "adjust" if recorded is not None else "ask", asked, command.by, at=at)
    return told(published, asked, recorded)


def _row(command: AdjustPoints, published: Published, before: AdjustmentRow | None, at: int) -> AdjustmentRow | Refusal:
    """Return what is asked for, with points in the smallest part of its unit: that of the reason, or of the time before."""
    reason = reason_named(published.programme, command.reason, at)
    if before is not None:
        unit = next(one for one in published.programme.units if one.name == before.unit)
    elif reason is not None:
        unit = published.programme.units[reason.unit]
    else:
        return unknown(command.reason, command.id)
    points = scaled(command.points, unit.decimals)
    if points is None or points == 0:
        return no_points(unit, command.id, than="other than 0")
    return AdjustmentRow(
        command.id, command.member, command.reason, unit.name, points, command.note, PENDING, command.by.actor, at
    )


def _again(work: Work, published: Published, before: AdjustmentRow, asked: AdjustmentRow) -> Adjusted | Refusal:
    said = [(row.member, row.reason, row.points, row.note) for row in (before, asked)]
    if said[0] != said[1]:
        detail = f"adjustment {before.id} was asked for before with other content; give each an id of its own"
        return Refusal(code="event_conflict", detail=detail, id=before.id)
    return told_again(work, published, before)
