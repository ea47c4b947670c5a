"""Enrol: somebody becomes a member, with an account, and with what they are recognised by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from guerdon.core.errors import Conflict, Invalid
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.celebrations.record import record_open
from guerdon.services.events.join import take_over
from guerdon.services.identities import hashed
from guerdon.services.members.find import Profile, Scalar, profile_of
from guerdon.services.members.keeping import claim, kept_attributes, kept_birthday, kept_zone, refusal_of
from guerdon.services.published import Published
from guerdon.store import accounts, audit, members
from guerdon.store.database import Work
from guerdon.store.members import ENROLLED, MemberRow


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolMember:
    """Somebody joins, now or at an earlier instant in microseconds UTC; each identity is like {"email": "ana@example.org"}."""

    member: str
    identities: Sequence[object] = ()
    born_on: date | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    enrolled_at: int | None = None
    zone: str | None = None


def enrol_member(command: EnrolMember, work: Work, published: Published, *, by: By, at: int) -> Profile | Refusal:
    """Write a new member; Conflict when another request enrolled them, or took an identity, at the same moment.

    Events that were recorded under the member's name stay where they are: the account of that name is the member's.
    """
    row = _row(command, at)
    wanted = hashed(work, command.identities)
    if members.read(work, published.id, [row.member]):
        detail = f"there is a member {row.member!r}; change them, or enrol under another name"
        return Refusal(code="member_taken", detail=detail, id=row.member)
    refusal = refusal_of(work, published, row.member, wanted)
    if refusal is not None:
        return refusal
    if not members.enrol(work, published.id, row):
        message = f"the member {row.member!r} was enrolled by another request at the same moment; send it again"
        raise Conflict(message)
    claim(work, published, row.member, wanted, at=at)
    accounts.lock(work, published.id, [row.account])
    take_over(work, published, row, wanted, joined_at=row.enrolled_at, at=at)
    record_open(work, published, row, at=at)
    told = by.did("enrol", f"member {row.member}", at=at, identities=[kind for kind, _ in wanted])
    audit.add(work, published.id, [told])
    return profile_of(work, published, row, at=at)


def _row(command: EnrolMember, at: int) -> MemberRow:
    if not command.member.strip():
        message = "the member has no name; write one, or leave it out to be given one"
        raise Invalid(message)
    enrolled_at = at if command.enrolled_at is None else command.enrolled_at
    if enrolled_at > at:
        message = "enrolled_at is in the future; write when the member joined, or leave it out"
        raise Invalid(message)
    return MemberRow(
        member=command.member, account=command.member, status=ENROLLED, enrolled_at=enrolled_at, closed_at=None,
        born_on=kept_birthday(command.born_on, at), attributes=kept_attributes(command.attributes), updated_at=at,
        zone=kept_zone(command.zone),
    )  # fmt: skip
