"""Close: a member leaves after the notice that the programme states, stays after all, or comes back (S17).

Invariants:
* When an account ends is in its books, as an event: whatever happens from then on is forfeited, or refused.
* Who comes back in time has the account again with what was forfeited; later they begin anew, in an account of its own.
* Asked for again, a closing is the one that there is: nobody loses their notice by asking twice.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from guerdon.core.lots.closing import AT_ONCE, CLOSE, REJOIN, STAY, STEPS, Closing
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.books.due import posted
from guerdon.services.celebrations.record import record_open
from guerdon.services.decision import closed
from guerdon.services.events.command import decide
from guerdon.services.members.find import Profile, profile_of, unknown
from guerdon.services.published import Published
from guerdon.services.serving import write
from guerdon.store import accounts, audit, events, members
from guerdon.store.database import Work
from guerdon.store.members import CLOSED, ENROLLED, ERASED, MemberRow

CLOSING: Final = "closing"
_ID_BYTES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMember:
    """A member leaves."""

    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepMember:
    """A member who was leaving stays."""

    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinMember:
    """A member who left comes back."""

    member: str


def close_member(command: CloseMember, work: Work, published: Published, *, by: By, at: int) -> Profile | Refusal:
    """Close a member's account at the end of the notice, at once where there is none."""
    row = locked(work, published, command.member)
    terms = closing_terms(published, at=at)
    if isinstance(terms, Refusal) or row.status != ENROLLED:
        return terms if isinstance(terms, Refusal) else _as_it_is(work, published, row, at=at)
    left = leave(work, published, row, terms, days=terms.days(at), at=at)
    return left if isinstance(left, Refusal) else _changed(work, published, left, by, "close", at=at)


def keep_member(command: KeepMember, work: Work, published: Published, *, by: By, at: int) -> Profile | Refusal:
    """Keep a member's account open whose notice has not ended."""
    row = locked(work, published, command.member)
    if row.status == ENROLLED:
        return profile_of(work, published, row, at=at)
    if row.status == ERASED or (row.closed_at or 0) <= at:
        return closed(row.member)
    told = _decide(work, published, row, {CLOSING: STEPS[STAY]}, at=at)
    if isinstance(told, Refusal):
        return told
    return _changed(work, published, row._replace(status=ENROLLED, closed_at=None), by, "keep", at=at)


def rejoin_member(command: RejoinMember, work: Work, published: Published, *, by: By, at: int) -> Profile | Refusal:
    """Let a member come back: to what was forfeited, or to an empty account at the first level."""
    row = locked(work, published, command.member)
    terms = closing_terms(published, at=at)
    if isinstance(terms, Refusal):
        return terms
    if row.status == ERASED:
        return closed(row.member)
    if row.closed_at is None or row.closed_at > at:
        detail = "the member has not left; who is leaving stays by taking the closing back"
        return Refusal(code="member_not_closed", detail=detail, id=row.member)
    if at < terms.restores_until(row.closed_at):
        told = _decide(work, published, row, {CLOSING: STEPS[REJOIN]}, at=at)
        if isinstance(told, Refusal):
            return told
        back = row._replace(status=ENROLLED, closed_at=None)
    else:
        back = row._replace(status=ENROLLED, closed_at=None, account=_unused(work, published, row), enrolled_at=at)
        accounts.lock(work, published.id, [back.account])
    found = _changed(work, published, back, by, "rejoin", at=at)
    record_open(work, published, back, at=at)
    return found


def locked(work: Work, published: Published, member: str) -> MemberRow:
    """Return a member whom nobody else changes until the end of the work; NotFound when there is none."""
    row = members.lock(work, published.id, member)
    if row is None:
        raise unknown(member)
    return row


def closing_terms(published: Published, *, at: int) -> Closing | Refusal:
    """Return how the programme closes accounts at an instant, or that it does not say."""
    terms = published.programme.redeeming_at(at)
    if terms is None or terms.closing is None:
        detail = "the programme does not say how members leave; publish it with enrolment: {closing: {notice: 30 days}}"
        return Refusal(code="closing_unknown", detail=detail)
    return terms.closing


def leave(
    work: Work, published: Published, row: MemberRow, terms: Closing, *, days: int, at: int
) -> MemberRow | Refusal:
    """Record that an account is closed after so many days, or at once, and post what is forfeited by then."""
    told = _decide(
        work, published, row, {CLOSING: STEPS[CLOSE], "notice_days": None if days == AT_ONCE else days}, at=at
    )
    if isinstance(told, Refusal):
        return told
    if days == AT_ONCE:
        rows = accounts.lock(work, published.id, [row.account])
        write(work, published, posted(work, published, list(rows.values()), told))
        return row._replace(status=CLOSED, closed_at=at)
    return row._replace(status=CLOSED, closed_at=terms.closes_at(told, days))


def _decide(work: Work, published: Published, row: MemberRow, said: dict[str, Any], *, at: int) -> int | Refusal:
    """Record a closing event of a member's account, and return its instant: after everything that was recorded before."""
    id_ = f"{CLOSING}-{secrets.token_hex(_ID_BYTES)}"
    told = decide(work, published, {"id": id_, "type": CLOSING, "member": row.member, **said}, at=at)
    if isinstance(told, Refusal):
        return told
    recorded = events.some(work, published.id, told.account, [told.number])
    return recorded[0].at


def _changed(work: Work, published: Published, row: MemberRow, by: By, verb: str, *, at: int) -> Profile:
    changed = row._replace(updated_at=at)
    members.save(work, published.id, changed)
    audit.add(work, published.id, [by.did(verb, f"member {row.member}", at=at, closed_at=row.closed_at)])
    return profile_of(work, published, changed, at=at)


def _as_it_is(work: Work, published: Published, row: MemberRow, *, at: int) -> Profile | Refusal:
    """Return a member who is leaving; who has left is closed already."""
    if row.status == CLOSED and row.closed_at is not None and row.closed_at > at:
        return profile_of(work, published, row, at=at)
    return closed(row.member)


def _unused(work: Work, published: Published, row: MemberRow) -> str:
    """Return the name of an account of which nothing was ever recorded, for a member who begins anew."""
    number = 2
    while True:
        name = f"{row.member}/{number}"
        if not accounts.read(work, published.id, [name]) and not members.read(work, published.id, [name]):
            return name
        number += 1
