"""Adjustments: points given or taken off by hand, approved or declined by a second person where their reasons ask for one."""

import secrets
from typing import Final

import msgspec
from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import AdjustmentBody, NothingBody
from guerdon.api.instants import to_api
from guerdon.api.listing import listed
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import ADJUSTMENT, ASKED_CURSOR, DRY_AT, DRY_RUN, LIMIT, MEMBER, STATE
from guerdon.api.replies import OK, Reply, shown
from guerdon.services.adjustments.adjust import AdjustPoints, adjust_points
from guerdon.services.adjustments.adjusted import Adjusted, told
from guerdon.services.adjustments.decide import DecideAdjustment, decide_adjustment
from guerdon.services.answers import Points, Recorded, Refusal
from guerdon.services.once import Answered
from guerdon.store.asked.adjustments import ADJUSTMENTS
from guerdon.store.asked.table import PENDING

WRITE: Final = "adjustments:write"
APPROVE: Final = "adjustments:approve"
_ID_BYTES: Final = 10
_ACCEPTED: Final = 202
_CODES: Final = (
    "event_conflict", "invalid_event", "refused", "not_enough_points", "reason_unknown", "adjustment_too_large", "own_account",
    "points_invalid", "member_closed", "at_needs_dry_run",
)  # fmt: skip
_DECIDING: Final = ("adjustment_unknown", "adjustment_decided", "second_person_needed", *_CODES)


class Adjustment(Struct, kw_only=True):
    """Points given, or below zero taken off, for a reason; `recorded` is what it did once it is done."""

    id: str
    member: str
    reason: str
    unit: str
    points: Points
    note: str
    state: str
    asked_by: str
    asked_at: str
    decided_by: str | None
    decided_at: str | None
    recorded: Recorded | None
    repeated: bool


class AdjustmentPage(Struct, kw_only=True):
    """Adjustments, the oldest first; `next` is the cursor of the following page, null on the last."""

    adjustments: list[Adjustment]
    next: str | None


_DONE: Final = Answer(about="It is done, and this is what it did.", kind=Adjustment, example=examples.ADJUSTED)
_BEFORE: Final = Answer(
    about="It was asked for or decided before.", kind=Adjustment, example={**examples.ADJUSTED, "repeated": True}
)
_WAITS: Final = Answer(about="It waits for a second person.", kind=Adjustment, example=examples.ADJUSTMENT_PENDING)
_DECLINED: Final = Answer(about="It is declined.", kind=Adjustment, example=examples.ADJUSTMENT_DECLINED)


@offer(
    "/members/{member:str}/adjustments",
    Operation(
        id="adjustPoints",
        summary="Give points or take them off",
        tag="adjustments",
        scope=WRITE,
        body=AdjustmentBody,
        body_example={"id": "a-1", "reason": "goodwill", "points": -30, "note": "ticket 4711"},
        answers={201: _DONE, 202: _WAITS, 200: _BEFORE},
        codes=_CODES,
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def adjust(request: Asked) -> Reply:
    """Give points by hand, or below zero take them off, for a reason of the programme; above its threshold it waits for approval."""
    sent = await asking.body_of(request)
    body = bodies.read(AdjustmentBody, sent)
    asked = AdjustPoints(
        id=body.id or f"a-{secrets.token_hex(_ID_BYTES)}", member=asking.named(request, "member"), reason=body.reason,
        points=body.points, note=body.note, by=asking.by(request),
    )  # fmt: skip
    return await asking.command(
        request, sent, lambda work, published, at: _answered(adjust_points(asked, work, published, at=at))
    )


@offer(
    "/adjustments/{adjustment:str}/approval",
    Operation(
        id="approveAdjustment",
        summary="Approve an adjustment",
        tag="adjustments",
        scope=APPROVE,
        body=NothingBody,
        body_example={},
        answers={201: _DONE, 200: _BEFORE},
        codes=_DECIDING,
        parameters=(ADJUSTMENT, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def approve(request: Asked) -> Reply:
    """Bring an adjustment that waits into the books; never with the key that asked for it."""
    return await _decide(request, approves=True)


@offer(
    "/adjustments/{adjustment:str}/refusal",
    Operation(
        id="declineAdjustment",
        summary="Decline an adjustment",
        tag="adjustments",
        scope=APPROVE,
        body=NothingBody,
        body_example={},
        answers={200: _DECLINED},
        codes=_DECIDING,
        parameters=(ADJUSTMENT, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def decline(request: Asked) -> Reply:
    """Decline an adjustment that waits; never with the key that asked for it."""
    return await _decide(request, approves=False)


@offer(
    "/adjustments",
    Operation(
        id="listAdjustments",
        summary="Adjustments of a state",
        tag="adjustments",
        scope=APPROVE,
        answers={200: Answer(about="A page of adjustments.", kind=AdjustmentPage, example=examples.ADJUSTMENTS)},
        parameters=(STATE, ASKED_CURSOR, LIMIT),
    ),
)
async def list_adjustments(request: Asked) -> Reply:
    """List adjustments that are pending, done or declined, the oldest first."""
    found, following = await listed(request, ADJUSTMENTS, lambda published, row: _shown(told(published, row)))
    return shown(AdjustmentPage(adjustments=found, next=following))


async def _decide(request: Asked, *, approves: bool) -> Reply:
    sent = await asking.body_of(request)
    bodies.read(NothingBody, sent)
    asked = DecideAdjustment(id=asking.named(request, "adjustment"), approves=approves, by=asking.by(request))
    return await asking.command(
        request, sent, lambda work, published, at: _answered(decide_adjustment(asked, work, published, at=at))
    )


def _answered(outcome: Adjusted | Refusal) -> Answered:
    """Return what became of an adjustment, as it is kept to be given again."""
    if isinstance(outcome, Refusal):
        return asking.answered(outcome)
    status = _ACCEPTED if outcome.state == PENDING else OK if outcome.recorded is None else asking.CREATED
    return Answered(status=OK if outcome.repeated else status, body=msgspec.json.encode(_shown(outcome)).decode())


def _shown(one: Adjusted) -> Adjustment:
    return Adjustment(
        id=one.id, member=one.member, reason=one.reason, unit=one.unit, points=one.points, note=one.note,
        state=one.state, asked_by=one.asked_by, asked_at=to_api(one.asked_at), decided_by=one.decided_by,
        decided_at=None if one.decided_at is None else to_api(one.decided_at), recorded=one.recorded,
        repeated=one.repeated,
    )  # fmt: skip
