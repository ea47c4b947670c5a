"""Reverse: what a receiver still has of a transfer goes back to where it came from.

Invariants:
* What comes back is of the lots that the transfer made, with their dates, and never more than is left of them.
* A transfer is reversed once; asked for again by the same person it is the same again.
"""

from dataclasses import dataclass, replace

from guerdon.core.explain.transfers import transfer_named
from guerdon.core.teller import Taken
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.events.again import answered_once
from guerdon.services.facts import SOURCE
from guerdon.services.published import Published
from guerdon.services.serving import Serving
from guerdon.services.transfers.passing import receive, received_id, reversal_id, send
from guerdon.services.transfers.transferred import Transferred, locked, note, own_points, told, unknown
from guerdon.store import accounts, events
from guerdon.store.accounts import Account
from guerdon.store.asked.table import DONE
from guerdon.store.asked.transfers import TRANSFERS, TransferRow
from guerdon.store.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseTransfer:
    """Somebody takes a transfer back."""

    id: str
    by: By


def reverse_transfer(command: ReverseTransfer, work: Work, published: Published, *, at: int) -> Transferred | Refusal:
    """Give the sender back what the receiver still has of a transfer."""
    row = locked(work, published, command.id)
    refusal = own_points(row, command.by)
    if refusal is not None:
        return refusal
    if row.state != DONE:
        detail = f"the transfer is {row.state}; only what is done is reversed"
        return Refusal(code="transfer_not_done", detail=detail, id=row.id)
    if transfer_named(published.programme, row.transfer, at) is None:
        return unknown(row.transfer, row.id)
    if row.reversed_at is not None:
        return _again(work, published, row, command.by)
    return _reversed(work, published, row, command.by, at=at)


def _reversed(work: Work, published: Published, row: TransferRow, by: By, *, at: int) -> Transferred | Refusal:
    names = [(SOURCE, row.id), (SOURCE, received_id(row.id))]
    sent, received = (events.find(work, published.id, names)[name] for name in names)
    locked = accounts.lock(work, published.id, [sent.account, received.account])
    left = _left(work, published, locked[received.account], received.number, at=at)
    if not left:
        detail = "the receiver has nothing left of it"
        return Refusal(code="not_enough_points", detail=detail, id=row.id)
    points = sum(one.points for one in left)
    back = row._replace(id=reversal_id(row.id), sender=row.receiver, receiver=row.sender, points=points)
    recorded = send(work, published, back, of=left, at=at)
    if isinstance(recorded, Refusal):
        return recorded
    receive(work, published, back, recorded, fresh=None, at=at)
    undone = row._replace(reversed_points=points, reversed_by=by.actor, reversed_at=at)
    TRANSFERS.change(work, published.id, undone)
    note(work, published, "reverse", undone, by, at=at)
    return told(published, undone, recorded)


def _left(work: Work, published: Published, account: Account, number: int, *, at: int) -> list[Taken]:
    """Return what is left to use, at an instant, of the lots that an event made."""
    serving = Serving(work, published, account, at)
    serving.open()
    serving.fall_due(at)
    return published.teller.left_of(number)


def _again(work: Work, published: Published, row: TransferRow, by: By) -> Transferred | Refusal:
    if row.reversed_by != by.actor:
        return Refusal(code="transfer_decided", detail="the transfer is reversed already", id=row.id)
    recorded = answered_once(work, published, (SOURCE, reversal_id(row.id)))
    return replace(told(published, row, recorded), repeated=True)
