"""Decide: a second person approves an adjustment that waits, or declines it.

Invariants:
* Whoever asked for an adjustment, or has the points of it, does not decide about it.
* It is decided once, however many do so at the same moment; the same decision by the same person is the same again.
"""

from dataclasses import dataclass

from guerdon.core.errors import NotFound
from guerdon.services.adjustments.adjusted import Adjusted, forbidden, note, post, told, told_again
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import By
from guerdon.services.published import Published
from guerdon.store.asked.adjustments import ADJUSTMENTS, AdjustmentRow
from guerdon.store.asked.table import DECLINED, DONE, PENDING
from guerdon.store.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAdjustment:
    """Somebody approves an adjustment, or declines it."""

    id: str
    approves: bool
    by: By


def decide_adjustment(command: DecideAdjustment, work: Work, published: Published, *, at: int) -> Adjusted | Refusal:
    """Bring an adjustment that waits into the books, or decline it; what the books refuse goes on waiting."""
    row = ADJUSTMENTS.lock(work, published.id, command.id)
    if row is None:
        message = f"there is no adjustment {command.id!r:.200}; adjustments are named by the id they were answered with"
        raise NotFound(message, code="adjustment_unknown")
    wanted = DONE if command.approves else DECLINED
    if row.state != PENDING:
        return _decided(work, published, row, command, wanted)
    if row.asked_by == command.by.actor:
        detail = "who asked for an adjustment does not decide about it; it waits for the key of a second person"
        return Refusal(code="second_person_needed", detail=detail, id=row.id)
    refusal = forbidden(published, row, command.by, at=at)
    if isinstance(refusal, Refusal) and (command.approves or refusal.code == "own_account"):
        return refusal
    recorded: Recorded | None = None
    if command.approves:
        posted = post(work, published, row, at=at)
        if isinstance(posted, Refusal):
            return posted
        recorded = posted
    decided = row._replace(state=wanted, decided_by=command.by.actor, decided_at=at)
    ADJUSTMENTS.change(work, published.id, decided)
    note(work, published, "approve" if command.approves else "decline", decided, command.by, at=at)
    return told(published, decided, recorded)


def _decided(
    work: Work, published: Published, row: AdjustmentRow, command: DecideAdjustment, wanted: str
) -> Adjusted | Refusal:
    if row.state == wanted and row.decided_by == command.by.actor:
        return told_again(work, published, row)
    detail = f"the adjustment is {row.state} already; ask for its state"
    return Refusal(code="adjustment_decided", detail=detail, id=row.id)
