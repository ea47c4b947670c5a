"""Transfer: a member passes points on to another; of more than the programme says it waits until a second person agrees.

Invariants:
* One id is one transfer: asked for again it is answered as it was, with other content it is refused.
* What is in both accounts' books, who asked for it and what the audit says are written together or not at all.
"""

from dataclasses import dataclass

from guerdon.core.explain.transfers import transfer_named
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import By
from guerdon.services.points import no_points, scaled
from guerdon.services.published import Published
from guerdon.services.transfers.post import post
from guerdon.services.transfers.transferred import Transferred, allowed, done, note, told, told_again, unknown
from guerdon.store.asked.table import PENDING
from guerdon.store.asked.transfers import TRANSFERS, TransferRow
from guerdon.store.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPoints:
    """A member sends points to another by one of the programme's transfers; `id` names it for ever."""

    id: str
    sender: str
    receiver: str
    transfer: str
    points: int | str
    message: str
    by: By


def transfer_points(command: TransferPoints, work: Work, published: Published, *, at: int) -> Transferred | Refusal:
    """Transfer points, or leave it to a second person."""
    before = TRANSFERS.one(work, published.id, command.id)
    asked = _row(command, published, before, at)
    if isinstance(asked, Refusal):
        return asked
    if before is not None:
        return _again(work, published, before, asked)
    terms = allowed(work, published, asked, at=at)
    if isinstance(terms, Refusal):
        return terms
    recorded: Recorded | None = None
    if terms.approve_above is None or asked.points <= terms.approve_above:
        posted = post(work, published, asked, terms, at=at)
        if isinstance(posted, Refusal):
            return posted
        recorded, asked = posted, done(asked, posted, at=at)
    TRANSFERS.add(work, published.id, asked)
    note(work, published, "transfer" if recorded is not None else "ask", asked, command.by, at=at)
    return told(published, asked, recorded)


def _row(command: TransferPoints, published: Published, before: TransferRow | None, at: int) -> TransferRow | Refusal:
    """Return what is asked for, with points in the smallest part of its unit: that of the transfer, or of the time before."""
    terms = transfer_named(published.programme, command.transfer, at)
    if before is not None:
        unit = next(one for one in published.programme.units if one.name == before.unit)
    elif terms is not None:
        unit = published.programme.units[terms.unit]
    else:
        return unknown(command.transfer, command.id)
    points = scaled(command.points, unit.decimals)
    if points is None or points <= 0:
        return no_points(unit, command.id, than="above 0")
    return TransferRow(
        command.id, command.sender, command.receiver, command.transfer, unit.name, points, command.message, PENDING,
        command.by.actor, at,
    )  # fmt: skip


def _again(work: Work, published: Published, before: TransferRow, asked: TransferRow) -> Transferred | Refusal:
    said = [(row.sender, row.receiver, row.transfer, row.points, row.message) for row in (before, asked)]
    if said[0] != said[1]:
        detail = f"transfer {before.id} was asked for before with other content; give each an id of its own"
        return Refusal(code="event_conflict", detail=detail, id=before.id)
    return told_again(work, published, before)
