"""Profiles: members are enrolled, changed and found, by their names or by what they are recognised by."""

import secrets
from typing import Final

from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import MemberBody, MemberChangeBody
from guerdon.api.instants import maybe, to_api
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_AT, DRY_RUN, IDENTITY, MEMBER
from guerdon.api.problems import Refusing
from guerdon.api.replies import OK, Reply, shown
from guerdon.core.amounts import read_time
from guerdon.services.answers import Refusal
from guerdon.services.members.enrol import EnrolMember, enrol_member
from guerdon.services.members.find import Profile, Scalar, find_member, profile
from guerdon.services.members.update import UpdateMember, update_member
from guerdon.services.once import Answered
from guerdon.services.published import Published
from guerdon.store.database import Work

SCOPE: Final = "members:read"
WRITE_SCOPE: Final = "members:write"
_NAME_BYTES: Final = 12


class RecognisedShown(Struct, kw_only=True):
    """By what a member is recognised, since when; values are not kept."""

    kind: str
    added_at: str


class ProfileShown(Struct, kw_only=True):
    """What is known of a member beside their points."""

    member: str
    account: str
    status: str
    enrolled_at: str
    closed_at: str | None
    born_on: str | None
    zone: str | None
    attributes: dict[str, Scalar]
    identities: list[RecognisedShown]
    updated_at: str


@offer(
    "/members",
    Operation(
        id="enrol",
        summary="Enrol a member",
        tag="members",
        scope=WRITE_SCOPE,
        body=MemberBody,
        body_example=examples.MEMBER,
        answers={201: Answer(about="They are a member.", kind=ProfileShown, example=examples.PROFILE)},
        codes=("member_taken", "identity_taken", "at_needs_dry_run"),
        parameters=(DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def enrol(request: Asked) -> Reply:
    """Make somebody a member, by a name that is given or made, with what they are recognised by.

    An identity belongs to one member, whoever asks at the same moment. What was recorded under the name before is theirs.
    """
    sent = await asking.body_of(request)
    body, by = bodies.read(MemberBody, sent), asking.by(request)
    member = body.member or f"m-{secrets.token_hex(_NAME_BYTES)}"

    def enrolled(work: Work, published: Published, at: int) -> Answered:
        zone = published.programme.zone
        asked = EnrolMember(
            member=member, identities=body.identities, born_on=body.born_on, attributes=body.attributes,
            zone=body.zone, enrolled_at=read_time(body.enrolled_at, zone, "enrolled_at")[0] if body.enrolled_at else None,
        )  # fmt: skip
        return answered(enrol_member(asked, work, published, by=by, at=at), asking.CREATED)

    return await asking.command(request, sent, enrolled)


@offer(
    "/members",
    Operation(
        id="findMember",
        summary="Find a member by an identity",
        tag="members",
        scope=SCOPE,
        answers={200: Answer(about="Whose it is.", kind=ProfileShown, example=examples.PROFILE)},
        codes=("member_unknown", "body_invalid"),
        parameters=IDENTITY,
    ),
)
async def find(request: Asked) -> Reply:
    """Tell who is recognised by an e-mail address, a telephone number, a card or an id at a shop: one of them is named."""
    stated = {one.name: request.query_params[one.name] for one in IDENTITY if one.name in request.query_params}
    if len(stated) != 1:
        raise Refusing(code="parameter_invalid", detail=f"name one of {', '.join(one.name for one in IDENTITY)}")
    return shown(
        await asking.read(request, lambda view, published, at: _profile(find_member(view, published, stated, at=at)))
    )


@offer(
    "/members/{member:str}",
    Operation(
        id="updateMember",
        summary="Change a member",
        tag="members",
        scope=WRITE_SCOPE,
        body=MemberChangeBody,
        body_example=examples.MEMBER_CHANGE,
        answers={200: Answer(about="What is known of them now.", kind=ProfileShown, example=examples.PROFILE)},
        codes=("member_unknown", "identity_taken", "member_closed", "at_needs_dry_run"),
        parameters=(MEMBER, DRY_RUN, DRY_AT),
        named=True,
    ),
)
async def update(request: Asked) -> Reply:
    """Change what is known of a member; what is left out stays as it is."""
    sent = await asking.body_of(request)
    body, by = bodies.read(MemberChangeBody, sent), asking.by(request)
    asked = UpdateMember(
        member=asking.named(request, "member"), born_on=body.born_on, zone=body.zone, attributes=body.attributes,
        identities=body.identities, identities_removed=body.identities_removed,
    )  # fmt: skip
    return await asking.command(
        request, sent, lambda work, published, at: answered(update_member(asked, work, published, by=by, at=at), OK)
    )


@offer(
    "/members/{member:str}/profile",
    Operation(
        id="memberProfile",
        summary="What is known of a member",
        tag="members",
        scope=SCOPE,
        answers={200: Answer(about="What is known.", kind=ProfileShown, example=examples.PROFILE)},
        codes=("member_unknown",),
        parameters=(MEMBER,),
    ),
)
async def member_profile(request: Asked) -> Reply:
    """Tell when a member joined, by what they are recognised, and their attributes."""
    member = asking.named(request, "member")
    return shown(
        await asking.read(request, lambda view, published, at: _profile(profile(view, published, member, at=at)))
    )


def answered(outcome: Profile | Refusal, status: int) -> Answered:
    """Return what is known of a member after a command, or why it was refused."""
    if isinstance(outcome, Refusal):
        return asking.answered(outcome)
    return asking.kept(_profile(outcome), status)


def _profile(found: Profile) -> ProfileShown:
    return ProfileShown(
        member=found.member,
        account=found.account,
        status=found.status,
        enrolled_at=to_api(found.enrolled_at),
        closed_at=maybe(found.closed_at),
        born_on=found.born_on,
        zone=found.zone,
        attributes=found.attributes,
        identities=[RecognisedShown(kind=one.kind, added_at=to_api(one.added_at)) for one in found.identities],
        updated_at=to_api(found.updated_at),
    )
