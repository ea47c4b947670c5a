"""Codes: shown at a till, checked and used once; and uploaded for rewards that hand them out one by one."""

import time
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import CodeBody, CodesBody
from guerdon.api.buckets import Buckets
from guerdon.api.instants import to_api
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_AT, DRY_RUN
from guerdon.api.problems import Refusing
from guerdon.api.replies import OK, Reply
from guerdon.services.answers import Refusal
from guerdon.services.once import Answered
from guerdon.services.published import Published
from guerdon.services.redemptions.upload import UploadCodes, Uploaded, upload_codes
from guerdon.services.redemptions.use import Good, UseCode, check_code, use_code
from guerdon.store.database import Work

USE: Final = "codes:use"
WRITE: Final = "codes:write"

_Use = Callable[[UseCode, Work, Published, int], Good | Refusal]


class GoodCode(Struct, kw_only=True):
    """A code that is good, or has just been used: for which reward, of which redemption and member, until when."""

    reward: str
    title: str
    redemption: str
    member: str
    expires_at: str | None
    used: bool


@offer(
    "/codes/check",
    Operation(
        id="checkCode",
        summary="Ask whether a code can be used",
        tag="codes",
        scope=USE,
        body=CodeBody,
        body_example={"code": "7Q2M-K9ZX-41TB-8CWD-E5FG"},
        answers={200: Answer(about="It can be used.", kind=GoodCode, example=examples.GOOD_CODE)},
        codes=("code_refused", "at_needs_dry_run"),
        parameters=(DRY_RUN, DRY_AT),
    ),
)
async def check(request: Asked) -> Reply:
    """Say for which reward a code is good. Whatever the reason, a code that cannot be used is refused with the same words."""
    return await _attempt(request, lambda asked, work, published, at: check_code(asked, work, published, at=at))


@offer(
    "/codes/use",
    Operation(
        id="useCode",
        summary="Use a code",
        tag="codes",
        scope=USE,
        body=CodeBody,
        body_example={"code": "7Q2M-K9ZX-41TB-8CWD-E5FG", "member": "ana"},
        answers={200: Answer(about="It is used.", kind=GoodCode, example={**examples.GOOD_CODE, "used": True})},
        codes=("code_refused", "at_needs_dry_run"),
        parameters=(DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def use(request: Asked) -> Reply:
    """Use a code: once. With `member` it has to be theirs. Tried too often with codes that are none, a key has to wait."""
    return await _attempt(request, lambda asked, work, published, at: use_code(asked, work, published, at=at))


@offer(
    "/codes",
    Operation(
        id="uploadCodes",
        summary="Upload codes for a reward",
        tag="codes",
        scope=WRITE,
        body=CodesBody,
        body_example={"reward": "cinema", "codes": ["CINE-0001-XK42", "CINE-0002-PL09"], "expires_at": "2026-12-31"},
        answers={200: Answer(about="They are kept.", kind=Uploaded, example=examples.UPLOADED)},
        codes=("reward_unknown", "at_needs_dry_run"),
        parameters=(DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def upload(request: Asked) -> Reply:
    """Keep codes that a reward with `code: uploaded` hands out one by one; those that were uploaded before are passed over."""
    sent = await asking.body_of(request)
    body = bodies.read(CodesBody, sent)
    asked = UploadCodes(reward=body.reward, codes=body.codes, expires_at=body.expires_at or None, by=asking.by(request))
    return await asking.command(
        request, sent, lambda work, published, at: _answered(upload_codes(asked, work, published, at=at))
    )


async def _attempt(request: Asked, do: _Use) -> Reply:
    """Try a code; a key whose tries are none too often has to wait."""
    sent = await asking.body_of(request)
    body = bodies.read(CodeBody, sent)
    by = asking.by(request)
    attempts: Buckets = request.app.state.attempts
    wait, _ = attempts.take(by.actor, time.monotonic())
    if wait:
        raise Refusing(
            code="too_many_requests", detail=f"too many codes were none; ask again in {wait} seconds", wait=wait
        )
    asked = UseCode(code=body.code, member=body.member, by=by)
    reply = await asking.command(request, sent, lambda work, published, at: _answered(do(asked, work, published, at)))
    if reply.status == OK:
        attempts.put_back(by.actor)
    return reply


def _answered(outcome: Good | Uploaded | Refusal) -> Answered:
    if isinstance(outcome, Refusal):
        return asking.answered(outcome)
    content = outcome if isinstance(outcome, Uploaded) else _shown(outcome)
    return Answered(status=OK, body=msgspec.json.encode(content).decode())


def _shown(one: Good) -> GoodCode:
    return GoodCode(
        reward=one.reward, title=one.title, redemption=one.redemption, member=one.member,
        expires_at=None if one.expires_at is None else to_api(one.expires_at), used=one.used,
    )  # fmt: skip
