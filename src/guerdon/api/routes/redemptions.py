"""Redemptions: a reward taken at once or reserved, then confirmed or cancelled."""

import secrets
from dataclasses import replace
from typing import Final

import msgspec
from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import NothingBody, RedemptionBody, StepBody
from guerdon.api.instants import to_api
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_AT, DRY_RUN, MEMBER, REDEMPTION
from guerdon.api.replies import OK, Reply
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.once import Answered
from guerdon.services.published import Published
from guerdon.services.redemptions.codes import Redeemed
from guerdon.services.redemptions.find import redeemer
from guerdon.services.redemptions.fulfil import Fulfilled, FulfilRedemption, fulfil_redemption
from guerdon.services.redemptions.redeem import RedeemReward, StepRedemption, redeem_reward, step_redemption
from guerdon.store.database import Work

SCOPE: Final = "redemptions:write"


class FulfilledShown(Struct, kw_only=True):
    """A redemption that was handed out."""

    id: str
    account: str
    member: str
    reward: str
    state: str
    fulfilled_at: str
    repeated: bool


_ID_BYTES: Final = 10
_ANSWERS: Final = {
    201: Answer(
        about="It is done, and this is what it did; `code` is shown this once.", kind=Redeemed, example=examples.REDEEMED_CODE
    ),
    200: Answer(about="It was done before under the same id.", kind=Redeemed, example={**examples.REDEEMED, "repeated": True}),
}  # fmt: skip
_CODES: Final = (
    "event_conflict", "invalid_event", "refused", "not_enough_points", "out_of_stock", "limit_reached", "reward_closed",
    "reward_not_for_member", "price_differs", "reservation_unknown", "reward_unknown", "points_too_few",
    "points_off_step", "money_differs", "refund_refused", "code_used", "member_closed", "at_needs_dry_run",
)  # fmt: skip


@offer(
    "/members/{member:str}/redemptions",
    Operation(
        id="redeem",
        summary="Redeem points for a reward",
        tag="redemptions",
        scope=SCOPE,
        body=RedemptionBody,
        body_example={"id": "r-1", "reward": "coffee"},
        answers=_ANSWERS,
        codes=_CODES,
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def redeem(request: Asked) -> Reply:
    """Take a reward for points at once, or, with `reserve`, set the points aside until it is confirmed or cancelled."""
    sent = await asking.body_of(request)
    body = bodies.read(RedemptionBody, sent)
    asked = RedeemReward(
        id=body.id or f"r-{secrets.token_hex(_ID_BYTES)}", member=asking.named(request, "member"), reward=body.reward,
        points=body.points, paid=body.paid, purchase=body.purchase, reserve=body.reserve,
    )  # fmt: skip
    if asking.is_plain(request):
        outcome = await asking.waiting_of(request).on(asking.guerdon_of(request).redeem(asked))
        return asking.given(_answered(request, outcome))
    return await asking.command(
        request, sent, lambda work, published, at: _answered(request, redeem_reward(asked, work, published, at=at))
    )


@offer(
    "/redemptions/{redemption:str}/confirmation",
    Operation(
        id="confirmRedemption",
        summary="Confirm a reserved redemption",
        tag="redemptions",
        scope=SCOPE,
        body=StepBody,
        body_example={},
        answers=_ANSWERS,
        codes=("redemption_unknown", *_CODES),
        parameters=(REDEMPTION, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def confirm(request: Asked) -> Reply:
    """Spend the points that a reservation set aside; doing it again changes nothing."""
    return await _step(request, "confirm")


@offer(
    "/redemptions/{redemption:str}/cancellation",
    Operation(
        id="cancelRedemption",
        summary="Cancel a redemption",
        tag="redemptions",
        scope=SCOPE,
        body=StepBody,
        body_example={},
        answers=_ANSWERS,
        codes=("redemption_unknown", *_CODES),
        parameters=(REDEMPTION, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def cancel(request: Asked) -> Reply:
    """Give back the points of a redemption, reserved or taken; with `points` so many of them."""
    return await _step(request, "cancel")


@offer(
    "/redemptions/{redemption:str}/fulfilment",
    Operation(
        id="fulfilRedemption",
        summary="Note that a redemption was handed out",
        tag="redemptions",
        scope=SCOPE,
        body=NothingBody,
        body_example={},
        answers={200: Answer(about="It is fulfilled.", kind=FulfilledShown, example=examples.FULFILLED)},
        codes=("redemption_unknown", "redemption_not_confirmed", "at_needs_dry_run"),
        parameters=(REDEMPTION, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def fulfil(request: Asked) -> Reply:
    """Note that what was redeemed has reached its member; doing it again changes nothing."""
    sent = await asking.body_of(request)
    bodies.read(NothingBody, sent)
    asked = FulfilRedemption(redemption=asking.named(request, "redemption"), by=asking.by(request))
    return await asking.command(
        request, sent, lambda work, published, at: _fulfilled(fulfil_redemption(asked, work, published, at=at))
    )


def _fulfilled(outcome: Fulfilled | Refusal) -> Answered:
    if isinstance(outcome, Refusal):
        return asking.answered(outcome)
    row = outcome.row
    told = FulfilledShown(
        id=row.id, account=row.account, member=row.member, reward=row.reward, state=row.state,
        fulfilled_at=to_api(row.fulfilled_at or 0), repeated=outcome.repeated,
    )  # fmt: skip
    return Answered(status=OK, body=msgspec.json.encode(told).decode())


def _answered(request: Asked, outcome: Recorded | Refusal) -> Answered:
    """Return what became of a command; a code is shown and not kept, and none is shown of a dry run."""
    if not isinstance(outcome, Redeemed):
        return asking.answered(outcome)
    kept = asking.answered(replace(outcome, code=""))
    if asking.asks_for_more(request) and asking.is_dry(request):
        return kept
    return replace(kept, shown=asking.answered(outcome).body)


async def _step(request: Asked, step: str) -> Reply:
    sent = await asking.body_of(request)
    body = bodies.read(StepBody, sent)
    redemption = asking.named(request, "redemption")
    id_ = body.id or _step_id(redemption, step, whole=body.points is None)

    def stepped(work: Work, published: Published, at: int) -> Answered:
        member = redeemer(work, published, redemption)
        asked = StepRedemption(id=id_, member=member, redemption=redemption, step=step, points=body.points)
        return _answered(request, step_redemption(asked, work, published, at=at))

    return await asking.command(request, sent, stepped)


def _step_id(redemption: str, step: str, *, whole: bool) -> str:
    """Return the id of a step that was given none: a whole one is done once, parts may be taken back again and again."""
    return f"{redemption}:{step}" if whole else f"{redemption}:{step}:{secrets.token_hex(_ID_BYTES)}"
