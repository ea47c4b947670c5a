"""Transfers: points that members pass on to others, approved or declined by a second person where the programme asks for one."""

import secrets
from typing import Final

import msgspec
from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import NothingBody, TransferBody
from guerdon.api.instants import to_api
from guerdon.api.listing import listed, paged
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import ASKED_CURSOR, DRY_AT, DRY_RUN, LIMIT, MEMBER, STATE, TRANSFER
from guerdon.api.replies import OK, Reply, shown
from guerdon.services.answers import Points, Recorded, Refusal
from guerdon.services.once import Answered
from guerdon.services.published import Published
from guerdon.services.transfers.decide import DecideTransfer, decide_transfer
from guerdon.services.transfers.reverse import ReverseTransfer, reverse_transfer
from guerdon.services.transfers.transfer import TransferPoints, transfer_points
from guerdon.services.transfers.transferred import Transferred, of_member, told
from guerdon.store.asked.table import PENDING
from guerdon.store.asked.transfers import TRANSFERS, TransferRow
from guerdon.store.database import View

READ: Final = "members:read"
WRITE: Final = "transfers:write"
APPROVE: Final = "transfers:approve"
_ID_BYTES: Final = 10
_ACCEPTED: Final = 202
_CODES: Final = (
    "event_conflict", "invalid_event", "not_enough_points", "transfer_kind_unknown", "transfer_outside",
    "transfer_limit_reached", "message_not_allowed", "same_account", "receiver_unknown", "member_closed", "points_invalid",
    "at_needs_dry_run",
)  # fmt: skip
_DECIDING: Final = ("transfer_unknown", "transfer_decided", "second_person_needed", "own_account", *_CODES)
_REVERSING: Final = (
    "transfer_unknown", "transfer_not_done", "transfer_decided", "transfer_kind_unknown", "own_account",
    "not_enough_points", "event_conflict", "member_closed", "at_needs_dry_run",
)  # fmt: skip


class Transfer(Struct, kw_only=True):
    """Points sent by one member to another; `recorded` is what was done last: to the sender's account, or by a reversal to the receiver's."""

    id: str
    sender: str
    receiver: str
    transfer: str
    unit: str
    points: Points
    message: str
    state: str
    asked_by: str
    asked_at: str
    decided_by: str | None
    decided_at: str | None
    reversed_points: Points | None
    reversed_by: str | None
    reversed_at: str | None
    recorded: Recorded | None
    repeated: bool


class TransferPage(Struct, kw_only=True):
    """Transfers; `next` is the cursor of the following page, null on the last."""

    transfers: list[Transfer]
    next: str | None


_DONE: Final = Answer(about="It is done, and this is what it did.", kind=Transfer, example=examples.TRANSFERRED)
_BEFORE: Final = Answer(
    about="It was asked for or decided before.", kind=Transfer, example={**examples.TRANSFERRED, "repeated": True}
)
_WAITS: Final = Answer(about="It waits for a second person.", kind=Transfer, example=examples.TRANSFER_PENDING)
_DECLINED: Final = Answer(about="It is declined.", kind=Transfer, example=examples.TRANSFER_DECLINED)


@offer(
    "/members/{member:str}/transfers",
    Operation(
        id="transferPoints",
        summary="Pass points on to another member",
        tag="transfers",
        scope=WRITE,
        body=TransferBody,
        body_example={"id": "t-1", "transfer": "gift", "receiver": "ben", "points": 50, "message": "Happy birthday"},
        answers={201: _DONE, 202: _WAITS, 200: _BEFORE},
        codes=_CODES,
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def transfer(request: Asked) -> Reply:
    """Pass points on to another member by one of the programme's transfers; above its threshold it waits for approval."""
    sent = await asking.body_of(request)
    body = bodies.read(TransferBody, sent)
    asked = TransferPoints(
        id=body.id or f"t-{secrets.token_hex(_ID_BYTES)}", sender=asking.named(request, "member"), receiver=body.receiver,
        transfer=body.transfer, points=body.points, message=body.message, by=asking.by(request),
    )  # fmt: skip
    return await asking.command(
        request, sent, lambda work, published, at: _answered(transfer_points(asked, work, published, at=at))
    )


@offer(
    "/transfers/{transfer:str}/approval",
    Operation(
        id="approveTransfer",
        summary="Approve a transfer",
        tag="transfers",
        scope=APPROVE,
        body=NothingBody,
        body_example={},
        answers={201: _DONE, 200: _BEFORE},
        codes=_DECIDING,
        parameters=(TRANSFER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def approve(request: Asked) -> Reply:
    """Bring a transfer that waits into the books of both accounts; never with the key that asked for it."""
    return await _decide(request, approves=True)


@offer(
    "/transfers/{transfer:str}/refusal",
    Operation(
        id="declineTransfer",
        summary="Decline a transfer",
        tag="transfers",
        scope=APPROVE,
        body=NothingBody,
        body_example={},
        answers={200: _DECLINED},
        codes=_DECIDING,
        parameters=(TRANSFER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def decline(request: Asked) -> Reply:
    """Decline a transfer that waits; never with the key that asked for it."""
    return await _decide(request, approves=False)


@offer(
    "/transfers/{transfer:str}/reversal",
    Operation(
        id="reverseTransfer",
        summary="Take a transfer back",
        tag="transfers",
        scope=APPROVE,
        body=NothingBody,
        body_example={},
        answers={
            201: Answer(about="This much came back.", kind=Transfer, example=examples.TRANSFER_REVERSED),
            200: Answer(
                about="It was reversed before.", kind=Transfer, example={**examples.TRANSFER_REVERSED, "repeated": True}
            ),
        },
        codes=_REVERSING,
        parameters=(TRANSFER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def reverse(request: Asked) -> Reply:
    """Give the sender back what the receiver still has of a transfer: of the lots that it made, with their dates."""
    sent = await asking.body_of(request)
    bodies.read(NothingBody, sent)
    asked = ReverseTransfer(id=asking.named(request, "transfer"), by=asking.by(request))
    return await asking.command(
        request, sent, lambda work, published, at: _answered(reverse_transfer(asked, work, published, at=at))
    )


@offer(
    "/transfers",
    Operation(
        id="listTransfers",
        summary="Transfers of a state",
        tag="transfers",
        scope=APPROVE,
        answers={200: Answer(about="A page of transfers.", kind=TransferPage, example=examples.TRANSFERS)},
        parameters=(STATE, ASKED_CURSOR, LIMIT),
    ),
)
async def list_transfers(request: Asked) -> Reply:
    """List transfers that are pending, done or declined, the oldest first."""
    found, following = await listed(request, TRANSFERS, lambda published, row: _shown(told(published, row)))
    return shown(TransferPage(transfers=found, next=following))


@offer(
    "/members/{member:str}/transfers",
    Operation(
        id="listTransfersOfMember",
        summary="Transfers of a member",
        tag="transfers",
        scope=READ,
        answers={200: Answer(about="A page of transfers.", kind=TransferPage, example=examples.TRANSFERS)},
        codes=("account_unknown",),
        parameters=(MEMBER, ASKED_CURSOR, LIMIT),
    ),
)
async def list_transfers_of_member(request: Asked) -> Reply:
    """List what a member sent and received, and what waits or was declined, the newest first."""
    member = asking.named(request, "member")

    def page(view: View, published: Published, last: TransferRow | None, limit: int) -> list[TransferRow]:
        return of_member(view, published, member, before=last, limit=limit)

    found, following = await paged(request, TRANSFERS, page, lambda published, row: _shown(told(published, row)))
    return shown(TransferPage(transfers=found, next=following))


async def _decide(request: Asked, *, approves: bool) -> Reply:
    sent = await asking.body_of(request)
    bodies.read(NothingBody, sent)
    asked = DecideTransfer(id=asking.named(request, "transfer"), approves=approves, by=asking.by(request))
    return await asking.command(
        request, sent, lambda work, published, at: _answered(decide_transfer(asked, work, published, at=at))
    )


def _answered(outcome: Transferred | Refusal) -> Answered:
    """Return what became of a transfer, as it is kept to be given again."""
    if isinstance(outcome, Refusal):
        return asking.answered(outcome)
    status = _ACCEPTED if outcome.state == PENDING else OK if outcome.recorded is None else asking.CREATED
    return Answered(status=OK if outcome.repeated else status, body=msgspec.json.encode(_shown(outcome)).decode())


def _shown(one: Transferred) -> Transfer:
    return Transfer(
        id=one.id, sender=one.sender, receiver=one.receiver, transfer=one.transfer, unit=one.unit, points=one.points,
        message=one.message, state=one.state, asked_by=one.asked_by, asked_at=to_api(one.asked_at),
        decided_by=one.decided_by, decided_at=None if one.decided_at is None else to_api(one.decided_at),
        reversed_points=one.reversed_points, reversed_by=one.reversed_by,
        reversed_at=None if one.reversed_at is None else to_api(one.reversed_at), recorded=one.recorded,
        repeated=one.repeated,
    )  # fmt: skip
