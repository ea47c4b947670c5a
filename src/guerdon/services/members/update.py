"""Update: what is known of a member changes; what a command does not name stays as it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec import UNSET, UnsetType

from guerdon.core.calendar import civil
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.celebrations.dates import born_again
from guerdon.services.celebrations.record import hold_still, record_open, record_passed_over
from guerdon.services.decision import closed
from guerdon.services.events.join import take_over
from guerdon.services.identities import hashed
from guerdon.services.members.find import Profile, Scalar, profile_of, unknown
from guerdon.services.members.keeping import claim, kept_attributes, kept_birthday, kept_zone, refusal_of
from guerdon.services.published import Published
from guerdon.store import audit, identities, members
from guerdon.store.audit import Deed
from guerdon.store.database import Work
from guerdon.store.identities import Value
from guerdon.store.members import MemberRow


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMember:
    """What is to change: attributes are set, or taken away with None; identities are removed, then added.

    An identity that the member has already is kept, and one that is removed without being the member's changes nothing.
    """

    member: str
    born_on: date | UnsetType | None = UNSET
    zone: str | UnsetType | None = UNSET
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    identities: Sequence[object] = ()
    identities_removed: Sequence[object] = ()


def update_member(command: UpdateMember, work: Work, published: Published, *, by: By, at: int) -> Profile | Refusal:
    """Change a member; NotFound when there is none, Conflict when an identity was taken at the same moment."""
    if command.zone is not UNSET:
        hold_still(work, published)
    row = members.lock(work, published.id, command.member)
    if row is None:
        raise unknown(command.member)
    if row.closed_at is not None and row.closed_at <= at:
        return closed(row.member)
    wanted, given_up = hashed(work, command.identities), hashed(work, command.identities_removed)
    refusal = refusal_of(work, published, row.member, wanted)
    if refusal is not None:
        return refusal
    changed = _changed(row, command, at, year=civil(published.programme.zone.day_of(at))[0])
    members.save(work, published.id, changed)
    _remove(work, published, row.member, given_up)
    claim(work, published, row.member, wanted, at=at)
    take_over(work, published, changed, wanted, joined_at=at, at=at)
    if command.born_on is not UNSET:
        record_open(work, published, changed, at=at)
    if changed.zone != row.zone:
        record_passed_over(work, published, row, changed, at=at)
    audit.add(work, published.id, [_told(command, by, wanted, given_up, at=at)])
    return profile_of(work, published, changed, at=at)


def _changed(row: MemberRow, command: UpdateMember, at: int, *, year: int) -> MemberRow:
    attributes = kept_attributes({**json.loads(row.attributes), **command.attributes})
    zone = row.zone if command.zone is UNSET else kept_zone(command.zone)
    kept = row._replace(attributes=attributes, zone=zone, updated_at=at)
    return kept if command.born_on is UNSET else born_again(kept, kept_birthday(command.born_on, at), year=year)


def _remove(work: Work, published: Published, member: str, given_up: Sequence[Value]) -> None:
    owners = identities.find(work, published.id, given_up)
    for kind, value in given_up:
        if owners.get((kind, value)) == member:
            identities.release(work, published.id, kind, value)


def _told(command: UpdateMember, by: By, wanted: Sequence[Value], given_up: Sequence[Value], *, at: int) -> Deed:
    fields = sorted(command.attributes)
    return by.did(
        "update", f"member {command.member}", at=at, born_on=command.born_on is not UNSET,
        zone=command.zone is not UNSET, attributes=fields,
        identities=[kind for kind, _ in wanted], identities_removed=[kind for kind, _ in given_up],
    )  # fmt: skip
