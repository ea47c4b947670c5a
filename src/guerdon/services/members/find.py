"""Find a member, by the name or by an identity, and tell what is known of them. Nothing here writes."""

import json
from dataclasses import dataclass
from typing import Final

from guerdon.core.errors import NotFound
from guerdon.services.identities import member_of
from guerdon.services.published import Published
from guerdon.store import identities, members
from guerdon.store.database import View
from guerdon.store.members import CLOSED, MemberRow

LEAVING: Final = "leaving"
"""The status of a member who has asked for their account to be closed, until it is."""

Scalar = str | int | bool | None
"""What an attribute of a member may be; numbers with a point are written as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """By what a member is recognised, since when; the value itself is not kept."""

    kind: str
    added_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a member beside their points; who is leaving is closed from `closed_at` on."""

    member: str
    account: str
    status: str
    enrolled_at: int
    closed_at: int | None
    born_on: str | None
    zone: str | None
    attributes: dict[str, Scalar]
    identities: tuple[Recognised, ...]
    updated_at: int


def profile(view: View, published: Published, member: str, *, at: int) -> Profile:
    """Return what is known of a member; NotFound when nobody of the name enrolled."""
    row = members.read(view, published.id, [member]).get(member)
    if row is None:
        raise unknown(member)
    return profile_of(view, published, row, at=at)


def find_member(view: View, published: Published, identity: object, *, at: int) -> Profile:
    """Return what is known of the member of an identity; NotFound when it is nobody's."""
    return profile(view, published, member_of(view, published.id, identity), at=at)


def profile_of(view: View, published: Published, row: MemberRow, *, at: int) -> Profile:
    """Return what is known, at an instant, of the member of a row."""
    known = identities.of_member(view, published.id, row.member)
    return Profile(
        member=row.member,
        account=row.account,
        status=LEAVING if row.status == CLOSED and (row.closed_at or 0) > at else row.status,
        enrolled_at=row.enrolled_at,
        closed_at=row.closed_at,
        born_on=row.born_on,
        zone=row.zone,
        attributes=json.loads(row.attributes),
        identities=tuple([Recognised(kind=one.kind, added_at=one.added_at) for one in known]),
        updated_at=row.updated_at,
    )


def unknown(member: str) -> NotFound:
    """Return that nobody of a name enrolled."""
    message = f"there is no member {member!r}; enrol them first"
    return NotFound(message, code="member_unknown")
