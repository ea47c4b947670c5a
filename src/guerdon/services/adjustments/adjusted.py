"""An adjustment as it is told, and how it comes into the books."""

from dataclasses import dataclass, replace

from guerdon.core.explain.adjustments import reason_named
from guerdon.core.lots.adjustments import Reason
from guerdon.services.answers import Points, Recorded, Refusal, shown
from guerdon.services.audit import By
from guerdon.services.events.again import answered_once
from guerdon.services.events.command import decide
from guerdon.services.facts import SOURCE
from guerdon.services.published import Published
from guerdon.store import audit
from guerdon.store.asked.adjustments import AdjustmentRow
from guerdon.store.asked.table import DONE
from guerdon.store.database import View, Work

ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """An adjustment: pending, done, or declined; `recorded` is what it did once it is done."""

    id: str
    member: str
    reason: str
    unit: str
    points: Points
    note: str
    state: str
    asked_by: str
    asked_at: int
    decided_by: str | None
    decided_at: int | None
    recorded: Recorded | None = None
    repeated: bool = False


def told(published: Published, row: AdjustmentRow, recorded: Recorded | None = None) -> Adjusted:
    """Return an adjustment as it is told."""
    decimals = {unit.name: unit.decimals for unit in published.programme.units}
    return Adjusted(
        id=row.id, member=row.member, reason=row.reason, unit=row.unit, points=shown(row.points, decimals[row.unit]),
        note=row.note, state=row.state, asked_by=row.asked_by, asked_at=row.asked_at, decided_by=row.decided_by,
        decided_at=row.decided_at, recorded=recorded,
    )  # fmt: skip


def told_again(view: View, published: Published, row: AdjustmentRow) -> Adjusted:
    """Return an adjustment as it was told before."""
    recorded = None
    if row.state == DONE:
        recorded = answered_once(view, published, (SOURCE, row.id))
    return replace(told(published, row, recorded), repeated=True)


def forbidden(published: Published, row: AdjustmentRow, by: By, *, at: int) -> Reason | Refusal:
    """Return the reason of an adjustment at an instant, or why somebody may not have a part in it."""
    reason = reason_named(published.programme, row.reason, at)
    if reason is None:
        return unknown(row.reason, row.id)
    if reason.most is not None and abs(row.points) > reason.most:
        most = shown(reason.most, published.programme.units[reason.unit].decimals)
        detail = f"the reason {reason.name} is good for {most} {row.unit} at most; adjust by less"
        return Refusal(code="adjustment_too_large", detail=detail, id=row.id)
    if row.member in (by.actor, by.name):
        detail = "nobody adjusts points of their own; ask somebody else"
        return Refusal(code="own_account", detail=detail, id=row.id)
    return reason


def unknown(reason: str, id_: str) -> Refusal:
    """Return the "no" to a reason that there is not."""
    detail = f"there is no reason {reason!r:.80}; the programme's adjustments say which there are"
    return Refusal(code="reason_unknown", detail=detail, id=id_)


def post(work: Work, published: Published, row: AdjustmentRow, *, at: int) -> Recorded | Refusal:
    """Bring an adjustment into the books of its member's account."""
    decimals = {unit.name: unit.decimals for unit in published.programme.units}
    record = {
        "id": row.id, "type": ADJUSTMENT, "member": row.member, "reason": row.reason,
        "points": shown(row.points, decimals[row.unit]),
    }  # fmt: skip
    return decide(work, published, record, at=at)


def note(work: Work, published: Published, verb: str, row: AdjustmentRow, by: By, *, at: int) -> None:
    """Write into the audit what somebody did to an adjustment; its note, which may be about a person, stays out of it."""
    deed = by.did(
        verb, f"{ADJUSTMENT} {row.id}", at=at, member=row.member, reason=row.reason, unit=row.unit, points=row.points
    )
    audit.add(work, published.id, [deed])
