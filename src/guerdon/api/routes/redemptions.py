"""Redemptions: a reward taken at once or reserved, then confirmed or cancelled."""

import secrets
from typing import Final

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import RedemptionBody, StepBody
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_AT, DRY_RUN, MEMBER, REDEMPTION
from guerdon.api.replies import Reply
from guerdon.services.answers import Recorded
from guerdon.services.once import Answered
from guerdon.services.published import Published
from guerdon.services.redemptions.find import redeemer
from guerdon.services.redemptions.redeem import RedeemReward, StepRedemption, redeem_reward, step_redemption
from guerdon.store.database import Work

SCOPE: Final = "redemptions:write"
_ID_BYTES: Final = 10
_ANSWERS: Final = {
    201: Answer(about="It is done, and this is what it did.", kind=Recorded, example=examples.REDEEMED),
    200: Answer(about="It was done before under the same id.", kind=Recorded, example={**examples.REDEEMED, "repeated": True}),
}  # fmt: skip
_CODES: Final = (
    "event_conflict", "invalid_event", "refused", "not_enough_points", "out_of_stock", "limit_reached", "reward_closed",
    "reward_not_for_member", "price_differs", "reservation_unknown", "reward_unknown", "points_too_few",
    "points_off_step", "money_differs", "refund_refused", "at_needs_dry_run",
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
    return await asking.command(
        request, sent, lambda work, published, at: asking.answered(redeem_reward(asked, work, published, at=at))
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


async def _step(request: Asked, step: str) -> Reply:
    sent = await asking.body_of(request)
    body = bodies.read(StepBody, sent)
    redemption = asking.named(request, "redemption")
    id_ = body.id or _step_id(redemption, step, whole=body.points is None)

    def stepped(work: Work, published: Published, at: int) -> Answered:
        member = redeemer(work, published, redemption)
        asked = StepRedemption(id=id_, member=member, redemption=redemption, step=step, points=body.points)
        return asking.answered(step_redemption(asked, work, published, at=at))

    return await asking.command(request, sent, stepped)


def _step_id(redemption: str, step: str, *, whole: bool) -> str:
    """Return the id of a step that was given none: a whole one is done once, parts may be taken back again and again."""
    return f"{redemption}:{step}" if whole else f"{redemption}:{step}:{secrets.token_hex(_ID_BYTES)}"
