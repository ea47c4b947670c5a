"""Decide: a second person approves a transfer that waits, or declines it.

Invariants:
* Whoever asked for a transfer, sends or gets it, does not decide about it.
* It is decided once, however many do so at the same moment; the same decision by the same person is the same again.
"""

from dataclasses import dataclass

from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import By
from guerdon.services.published import Published
from guerdon.services.transfers.post import post
from guerdon.services.transfers.transferred import (
    Transferred,
    allowed,
    done,
    locked,
    note,
    own_points,
    told,
    told_again,
)
from guerdon.store.asked.table import DECLINED, DONE, PENDING
from guerdon.store.asked.transfers import TRANSFERS, TransferRow
from guerdon.store.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideTransfer:
    """Somebody approves a transfer, or declines it."""

    id: str
    approves: bool
    by: By


def decide_transfer(command: DecideTransfer, work: Work, published: Published, *, at: int) -> Transferred | Refusal:
    """Bring a transfer that waits into the books, or decline it; what the books refuse goes on waiting."""
    row = locked(work, published, command.id)
    wanted = DONE if command.approves else DECLINED
    if row.state != PENDING:
        return _decided(work, published, row, command, wanted)
    refusal = _forbidden(row, command.by)
    if refusal is not None:
        return refusal
    decided = row._replace(state=wanted, decided_by=command.by.actor, decided_at=at)
    recorded: Recorded | None = None
    if command.approves:
        terms = allowed(work, published, row, at=at)
        posted = terms if isinstance(terms, Refusal) else post(work, published, row, terms, at=at)
        if isinstance(posted, Refusal):
            return posted
        recorded, decided = posted, done(decided, posted, at=at)
    TRANSFERS.change(work, published.id, decided)
    note(work, published, "approve" if command.approves else "decline", decided, command.by, at=at)
    return told(published, decided, recorded)


def _forbidden(row: TransferRow, by: By) -> Refusal | None:
    """Return why somebody has no part in deciding about a transfer."""
    if row.asked_by == by.actor:
        detail = "who asked for a transfer does not decide about it; it waits for the key of a second person"
        return Refusal(code="second_person_needed", detail=detail, id=row.id)
    return own_points(row, by)


def _decided(
    work: Work, published: Published, row: TransferRow, command: DecideTransfer, wanted: str
) -> Transferred | Refusal:
    if row.state == wanted and row.decided_by == command.by.actor:
        return told_again(work, published, row)
    detail = f"the transfer is {row.state} already; ask for its state"
    return Refusal(code="transfer_decided", detail=detail, id=row.id)
