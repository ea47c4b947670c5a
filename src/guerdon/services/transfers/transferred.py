"""A transfer as it is told, and what speaks against one whoever asks."""

from dataclasses import dataclass, replace

from guerdon.core.errors import NotFound
from guerdon.core.explain.transfers import transfer_named
from guerdon.core.lots.transfers import Transfer
from guerdon.services.accounts.stand import unknown as unknown_account
from guerdon.services.answers import Points, Recorded, Refusal, shown
from guerdon.services.audit import By
from guerdon.services.decision import CLOSED
from guerdon.services.events.again import answered_once
from guerdon.services.facts import SOURCE
from guerdon.services.published import Published
from guerdon.store import accounts, audit, members
from guerdon.store.asked import transfers
from guerdon.store.asked.table import DONE
from guerdon.store.asked.transfers import TRANSFERS, TransferRow
from guerdon.store.database import View, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """A transfer: pending, done, or declined; `recorded` is what was done last: to the sender's account, or by a reversal to the receiver's."""

    id: str
    sender: str
    receiver: str
    transfer: str
    unit: str
    points: Points
    message: str
    state: str
    asked_by: str
    asked_at: int
    decided_by: str | None
    decided_at: int | None
    reversed_points: Points | None
    reversed_by: str | None
    reversed_at: int | None
    recorded: Recorded | None = None
    repeated: bool = False


def locked(work: Work, published: Published, id_: str) -> TransferRow:
    """Return a transfer that nobody else decides about until the end of the work; NotFound when there is none of this id."""
    row = TRANSFERS.lock(work, published.id, id_)
    if row is None:
        message = f"there is no transfer {id_!r:.200}; transfers are named by the id they were answered with"
        raise NotFound(message, code="transfer_unknown")
    return row


def told(published: Published, row: TransferRow, recorded: Recorded | None = None) -> Transferred:
    """Return a transfer as it is told."""
    decimals = {unit.name: unit.decimals for unit in published.programme.units}
    return Transferred(
        id=row.id, sender=row.sender, receiver=row.receiver, transfer=row.transfer, unit=row.unit,
        points=shown(row.points, decimals[row.unit]), message=row.message, state=row.state, asked_by=row.asked_by,
        asked_at=row.asked_at, decided_by=row.decided_by, decided_at=row.decided_at,
        reversed_points=None if row.reversed_points is None else shown(row.reversed_points, decimals[row.unit]),
        reversed_by=row.reversed_by, reversed_at=row.reversed_at, recorded=recorded,
    )  # fmt: skip


def of_member(
    view: View, published: Published, member: str, *, before: TransferRow | None, limit: int
) -> list[TransferRow]:
    """Return what a member sent and received, or would, the newest first; NotFound for one of whom nothing is known."""
    known = members.read(view, published.id, [member]) or accounts.read(view, published.id, [member])
    if not known:
        raise unknown_account(member)
    return transfers.of_member(view, published.id, member, before=before, limit=limit)


def done(row: TransferRow, recorded: Recorded, *, at: int) -> TransferRow:
    """Return a transfer as it is kept once it is in the books."""
    return row._replace(state=DONE, account=recorded.account, done_at=at)


def told_again(view: View, published: Published, row: TransferRow) -> Transferred:
    """Return a transfer as it was told before."""
    recorded = None
    if row.state == DONE:
        recorded = answered_once(view, published, (SOURCE, row.id))
    return replace(told(published, row, recorded), repeated=True)


def allowed(view: View, published: Published, row: TransferRow, *, at: int) -> Transfer | Refusal:
    """Return the terms of a transfer at an instant, or why it cannot be, whatever the accounts have."""
    terms = transfer_named(published.programme, row.transfer, at)
    if terms is None:
        return unknown(row.transfer, row.id)
    unit = published.programme.units[terms.unit]
    beyond = terms.most is not None and row.points > terms.most
    if beyond or (terms.least is not None and row.points < terms.least):
        bound = terms.most if beyond else terms.least
        detail = (
            f"{row.transfer} is for {shown(bound or 0, unit.decimals)} {unit.name} at {'most' if beyond else 'least'}"
        )
        return Refusal(code="transfer_outside", detail=f"{detail}; transfer {'less' if beyond else 'more'}", id=row.id)
    if row.message and not terms.message:
        detail = f"{row.transfer} goes without a message; leave it out"
        return Refusal(code="message_not_allowed", detail=detail, id=row.id)
    return _refused_for(view, published, row, at=at) or terms


def homes(view: View, published: Published, row: TransferRow) -> tuple[str, str]:
    """Return the accounts of who sends and of who receives."""
    found = members.read(view, published.id, [row.sender, row.receiver])
    sender, receiver = (found[name].account if name in found else name for name in (row.sender, row.receiver))
    return sender, receiver


def own_points(row: TransferRow, by: By) -> Refusal | None:
    """Return the "no" to whoever would decide about points that they sent or get."""
    if {row.sender, row.receiver} & {by.actor, by.name}:
        detail = "nobody decides about points of their own; ask somebody else"
        return Refusal(code="own_account", detail=detail, id=row.id)
    return None


def unknown(transfer: str, id_: str) -> Refusal:
    """Return the "no" to a transfer that the programme does not have."""
    detail = f"there is no transfer {transfer!r:.80}; the programme's transfers say which there are"
    return Refusal(code="transfer_kind_unknown", detail=detail, id=id_)


def note(work: Work, published: Published, verb: str, row: TransferRow, by: By, *, at: int) -> None:
    """Write into the audit what somebody did to a transfer; its message stays out of it."""
    deed = by.did(
        verb, f"transfer {row.id}", at=at, sender=row.sender, receiver=row.receiver, transfer=row.transfer, unit=row.unit,
        points=row.points,
    )  # fmt: skip
    audit.add(work, published.id, [deed])


def _refused_for(view: View, published: Published, row: TransferRow, *, at: int) -> Refusal | None:
    """Return why these two cannot pass points on: they share an account, or one of them is no member, or not any more."""
    sender, receiver = homes(view, published, row)
    if sender == receiver:
        detail = "both have the same account; nobody sends points to themselves"
        return Refusal(code="same_account", detail=detail, id=row.id)
    known = members.read(view, published.id, [row.sender, row.receiver])
    for name in (row.sender, row.receiver):
        closed_at = known[name].closed_at if name in known else None
        if closed_at is not None and closed_at <= at:
            return Refusal(code=CLOSED, detail=f"{name!r:.80} is no member any more", id=row.id)
    if row.receiver not in known and receiver not in accounts.read(view, published.id, [receiver]):
        detail = f"there is no member {row.receiver!r:.80} to receive points; enrol them first"
        return Refusal(code="receiver_unknown", detail=detail, id=row.id)
    return None
