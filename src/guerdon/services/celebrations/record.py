"""Record celebrations: an event for each member on the local day of their birthday or anniversary, once in its year (S14).

Invariants:
* A celebration of a year has one id for ever, so that it is recorded once, whoever is at it, and whatever changes in that year.
* It is recorded at the first instant of its day, or when its member joined on it; who joins, or first says when they were born,
  while it is open, has it at once.
* Where a job of a day stands is written with what it recorded: stopped at any point, it is gone on with from there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from guerdon.core.calendar import civil, day_name
from guerdon.core.celebrations import ANY_LEVEL, JOINED, Celebration
from guerdon.services.accounts.stand import stand_of
from guerdon.services.answers import Recorded
from guerdon.services.celebrations.dates import day_of, latest, stretches
from guerdon.services.events.command import SOURCE, decide_together
from guerdon.services.events.record import record_events
from guerdon.services.facts import moment
from guerdon.services.published import Published
from guerdon.store import accounts, events, jobs, members
from guerdon.store.database import View, Work
from guerdon.store.jobs import RUNNING, Job
from guerdon.store.members import CLOSED, ERASED, MemberRow, Stretch

AT_ONCE: Final = 200
"""So many members are looked at together at most, and so many days."""

LEASE: Final = 60_000_000
"""So long a job is one worker's, in microseconds, unless it goes on with it."""

MADE_UP: Final = 365
"""So many days are made up for at most, when no worker was there."""


def is_due(view: View, published: Published, name: str, *, owner: str, at: int) -> bool:
    """Say whether a celebration's events of a local day up to now may be missing, and no other worker is at them."""
    job = jobs.standing(view, published.id, name)
    if job is None:
        return True
    is_ours = job.owner == owner or job.leased_until <= at
    return is_ours and _stands_at(job)[0] <= published.programme.zone.day_of(at)


def record_due(work: Work, published: Published, name: str, *, owner: str, at: int) -> int:
    """Go on with a celebration's events up to the local day that it is; return how many were recorded.

    The first day is the one on which there is somebody to do it: what was before is nobody's.
    """
    zone = published.programme.zone
    today = zone.day_of(at)
    begun = Job(name, jobs.STANDING, RUNNING, _encode(today), owner, at + LEASE)
    job = jobs.claim(work, published.id, begun, at=at)
    if job is None:
        return 0
    day, *place = _stands_at(job)
    if day < today - MADE_UP:
        day, place = today - MADE_UP, []
    count, seen, last = 0, 0, min(today, day + AT_ONCE)
    since = members.first_enrolled(work, published.id, otherwise=at)
    while day <= last and seen < AT_ONCE:
        celebrations = [one for one in published.programme.celebrations_at(zone.day_start(day)) if one.name == name]
        found = [one for celebration in celebrations for one in stretches(celebration, zone, day, since=since)]
        rows, place = _some(work, published, found, place, limit=AT_ONCE - seen)
        for celebration in celebrations:
            count += _record(work, published, celebration, rows, day=day, at=at)
        seen += len(rows)
        day += 0 if place else 1
    until = job.leased_until if day <= today else at
    jobs.save(work, published.id, job._replace(done_to=_encode(day, *place), leased_until=until))
    return count


def record_open(work: Work, published: Published, row: MemberRow, *, at: int) -> None:
    """Record the celebrations that are open for a member who joins, or says when they were born, at an instant."""
    zone = published.programme.zone
    today = zone.day_of(at)
    said: dict[str, Mapping[str, Any]] = {}
    for celebration in published.programme.celebrations_at(at):
        begins = latest(row, celebration, zone, today)
        if begins is not None:
            last = celebration.last_day(begins, _level(work, published, celebration, row, begins))
            if today <= last:
                event = _event(published, celebration, row, begins, last)
                said[event["id"]] = event
    known = events.find(work, published.id, [(SOURCE, id_) for id_ in said])
    new = [one for id_, one in said.items() if (SOURCE, id_) not in known]
    if new:
        decide_together(work, published, new, at=at)


def _stands_at(job: Job) -> list[Any]:
    """Return the day that a job is at, and behind which member of which stretch of it, if it has begun with that."""
    return list(msgspec.json.decode(job.done_to))


def _encode(day: int, *place: object) -> str:
    return msgspec.json.encode((day, *place)).decode()


def _some(
    work: Work, published: Published, found: Sequence[Stretch], place: Sequence[Any], *, limit: int
) -> tuple[list[MemberRow], list[Any]]:
    """Return the next members of some stretches, and behind whom that is; nobody when they are the last."""
    number, *after = place or (0,)
    rows: list[MemberRow] = []
    while number < len(found):
        stretch, room = found[number], limit - len(rows)
        behind = (after[0], after[1]) if after else (stretch.first, "")
        some = members.lock_stretch(work, published.id, stretch, after=behind, limit=room)
        rows += some
        if len(some) == room:
            return rows, [number, *_place_in(stretch, rows[-1])]
        number, after = number + 1, []
    return rows, []


def _place_in(stretch: Stretch, row: MemberRow) -> tuple[str | int, str]:
    """Return where a member stands in a stretch."""
    return (row.enrolled_at if stretch.by == "enrolled_at" else stretch.first), row.member


def _record(
    work: Work, published: Published, celebration: Celebration, rows: Sequence[MemberRow], *, day: int, at: int
) -> int:
    """Record the celebration of those of some members whose day it is; return how many they were."""
    zone = published.programme.zone
    begins_at, ends_at = zone.day_start(day), zone.day_start(day + 1)
    theirs = [row for row in rows if row.enrolled_at < max(ends_at, begins_at + 1) and _takes_part(row, at)]
    names = [(SOURCE, _id(celebration, row, day)) for row in theirs]
    known = events.find(work, published.id, names)
    said = []
    for row, name in zip(theirs, names, strict=True):
        if name not in known and day_of(row, celebration, zone, year=civil(day)[0]) == day:
            last = celebration.last_day(day, _level(work, published, celebration, row, day))
            stated = {"source": SOURCE, "at": moment(max(begins_at, row.enrolled_at)).isoformat()}
            said.append({**_event(published, celebration, row, day, last), **stated})
    outcomes = record_events(work, published, said, recorded_at=at) if said else []
    return sum(isinstance(one, Recorded) for one in outcomes)


def _takes_part(row: MemberRow, at: int) -> bool:
    return row.status != ERASED and not (row.status == CLOSED and (row.closed_at or 0) <= at)


def _level(work: Work, published: Published, celebration: Celebration, row: MemberRow, begins: int) -> str:
    """Return the level that a member held as the celebration began, by which it is open longer."""
    if celebration.ladder == ANY_LEVEL:
        return ANY_LEVEL
    at = published.programme.zone.day_start(begins)
    account = accounts.read(work, published.id, [row.account]).get(row.account)
    ladder = next(one for one in published.programme.ladders_at(at) if one.name == celebration.ladder)
    if account is None:
        return ladder.levels[0].name
    held = {one.ladder: one.level for one in stand_of(work, published, account, at=at).levels}
    return held[celebration.ladder]


def _event(published: Published, celebration: Celebration, row: MemberRow, day: int, last: int) -> dict[str, Any]:
    """Return what a celebration's event says; how old somebody is it does not."""
    said: dict[str, Any] = {"id": _id(celebration, row, day), "type": celebration.name, "member": row.member}
    said["until"] = day_name(last)
    if celebration.of == JOINED:
        said["years"] = civil(day)[0] - civil(published.programme.zone.day_of(row.enrolled_at))[0]
    return said


def _id(celebration: Celebration, row: MemberRow, day: int) -> str:
    return f"{celebration.name}-{civil(day)[0]}-{row.member}"
