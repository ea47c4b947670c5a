"""Leaving: members close their account, stay after all, and come back."""

from collections.abc import Callable
from typing import Final

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import NothingBody
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_AT, DRY_RUN, MEMBER
from guerdon.api.replies import OK, Reply
from guerdon.api.routes.members.profiles import WRITE_SCOPE, ProfileShown, answered
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.members.close import (
    CloseMember,
    KeepMember,
    RejoinMember,
    close_member,
    keep_member,
    rejoin_member,
)
from guerdon.services.members.erase import EraseMember, erase_member
from guerdon.services.members.find import Profile
from guerdon.services.published import Published
from guerdon.store.database import Work

_CODES: Final = ("member_unknown", "member_closed", "at_needs_dry_run")
Command = Callable[[Work, Published, By, int], Profile | Refusal]


@offer(
    "/members/{member:str}/closing",
    Operation(
        id="closeMember",
        summary="Close a member's account",
        tag="members",
        scope=WRITE_SCOPE,
        body=NothingBody,
        body_example={},
        answers={200: Answer(about="They are leaving.", kind=ProfileShown, example=examples.LEAVING)},
        codes=("closing_unknown", *_CODES),
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def close(request: Asked) -> Reply:
    """Close a member's account at the end of the programme's notice, at `closed_at`: what is left then is forfeited.

    Until then they earn and redeem as ever. Asked for again, it is the closing that there is.
    """
    asked = CloseMember(member=asking.named(request, "member"))
    return await _told(request, lambda work, published, by, at: close_member(asked, work, published, by=by, at=at))


@offer(
    "/members/{member:str}/closing/withdrawal",
    Operation(
        id="keepMember",
        summary="Take a closing back",
        tag="members",
        scope=WRITE_SCOPE,
        body=NothingBody,
        body_example={},
        answers={200: Answer(about="They stay.", kind=ProfileShown, example=examples.PROFILE)},
        codes=_CODES,
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def keep(request: Asked) -> Reply:
    """Take the closing of an account back within its notice: everything stays as it is."""
    asked = KeepMember(member=asking.named(request, "member"))
    return await _told(request, lambda work, published, by, at: keep_member(asked, work, published, by=by, at=at))


@offer(
    "/members/{member:str}/rejoining",
    Operation(
        id="rejoinMember",
        summary="Let a member come back",
        tag="members",
        scope=WRITE_SCOPE,
        body=NothingBody,
        body_example={},
        answers={200: Answer(about="They are a member again.", kind=ProfileShown, example=examples.PROFILE)},
        codes=("closing_unknown", "member_not_closed", *_CODES),
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def rejoin(request: Asked) -> Reply:
    """Let a member come back who left: in the programme's time with what was forfeited, later to an empty account."""
    asked = RejoinMember(member=asking.named(request, "member"))
    return await _told(request, lambda work, published, by, at: rejoin_member(asked, work, published, by=by, at=at))


@offer(
    "/members/{member:str}/erasure",
    Operation(
        id="eraseMember",
        summary="Forget a member",
        tag="members",
        scope=WRITE_SCOPE,
        body=NothingBody,
        body_example={},
        answers={200: Answer(about="They are forgotten.", kind=ProfileShown, example=examples.ERASED)},
        codes=("closing_unknown", *_CODES),
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def erase(request: Asked) -> Reply:
    """Close a member's account at once, and forget their profile, identities, notes, and answers about them. It cannot be undone.

    What is in the books stays there under the member's name, which nobody has again.
    """
    asked = EraseMember(member=asking.named(request, "member"))
    return await _told(request, lambda work, published, by, at: erase_member(asked, work, published, by=by, at=at))


async def _told(request: Asked, do: Command) -> Reply:
    sent = await asking.body_of(request)
    bodies.read(NothingBody, sent)
    by = asking.by(request)
    return await asking.command(request, sent, lambda work, published, at: answered(do(work, published, by, at), OK))
