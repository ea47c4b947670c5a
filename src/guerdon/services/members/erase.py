"""Erase: what is known of a member as a person is forgotten; their account is closed at once, and its books stay (S17, S20).

Invariants:
* After it no value that says who somebody is stands in any table: profile, identities, notes of adjustments, messages of
  transfers, answers kept for their callers.
* What was left of their points is forfeited, as by any closing: sums, seals and events are as they were, and verify.
* Nobody has the member's name again.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from guerdon.core.lots.closing import AT_ONCE
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.members.close import closing_terms, leave, locked
from guerdon.services.members.find import Profile, profile_of
from guerdon.services.published import Published
from guerdon.store import answers, audit, guests, identities, jobs, members
from guerdon.store.asked import adjustments, transfers
from guerdon.store.database import Work
from guerdon.store.members import CLOSED, ERASED, MemberRow

_NO_ATTRIBUTES: Final = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMember:
    """A member is to be forgotten."""

    member: str


def erase_member(command: EraseMember, work: Work, published: Published, *, by: By, at: int) -> Profile | Refusal:
    """Forget a member; who is forgotten already stays so."""
    row = locked(work, published, command.member)
    if row.status == ERASED:
        return profile_of(work, published, row, at=at)
    gone = _left(work, published, row, at=at)
    if isinstance(gone, Refusal):
        return gone
    forgotten = gone._replace(
        status=ERASED,
        born_on=None,
        born_before=None,
        born_from=None,
        zone=None,
        attributes=_NO_ATTRIBUTES,
        updated_at=at,
    )
    members.save(work, published.id, forgotten)
    guests.forget_of(work, published.id, identities.forget_of(work, published.id, row.member))
    adjustments.forget_notes(work, published.id, row.member)
    transfers.forget_messages(work, published.id, row.member)
    answers.forget_about(work, published.id, msgspec.json.encode(row.member).decode())
    jobs.ask_for_purge(work)
    audit.add(work, published.id, [by.did("erase", f"member {row.member}", at=at)])
    return profile_of(work, published, forgotten, at=at)


def _left(work: Work, published: Published, row: MemberRow, *, at: int) -> MemberRow | Refusal:
    """Return a member whose account is closed, if need be at once."""
    if row.status == CLOSED and (row.closed_at or 0) <= at:
        return row
    terms = closing_terms(published, at=at)
    return terms if isinstance(terms, Refusal) else leave(work, published, row, terms, days=AT_ONCE, at=at)
