"""Record celebrations: an event for each member on the local day of their birthday or anniversary, once in its year (S14).

Invariants:
* A celebration of a year has one id for ever, so that it is recorded once, whoever is at it, and whatever changes in that year.
* It is recorded at the first instant of its day, or when its member joined on it; who joins, or first says when they were born,
  while it is open, has it at once.
* Where a job of a day stands is written with what it recorded: stopped at any point, it is gone on with from there.
* A member who moves to another zone is either come to there, or was in the old one, or has what lay between at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from guerdon.core.calendar import Zone, civil, day_name
from guerdon.core.celebrations import ANY_LEVEL, JOINED, Celebration
from guerdon.services.accounts.stand import stand_of
from guerdon.services.answers import Recorded
from guerdon.services.celebrations.dates import day_of, latest, stretches
from guerdon.services.celebrations.standing import Standing, begun, due, look, read, write, zone_named, zone_of
from guerdon.services.events.command import decide_together
from guerdon.services.events.record import record_events
from guerdon.services.facts import SOURCE, moment
from guerdon.services.published import Published
from guerdon.store import accounts, events, jobs, members
from guerdon.store.database import View, Work
from guerdon.store.jobs import RUNNING, Job
from guerdon.store.members import CLOSED, ERASED, NOWHERE, MemberRow, Stretch

AT_ONCE: Final = 200
"""So many members are looked at together at most, and so many days."""

LEASE: Final = 60_000_000
"""So long a job is one worker's, in microseconds, unless it goes on with it."""

MADE_UP: Final = 365
"""So many days are made up for at most, when no worker was there."""


class _Pass:
    """What one pass over a celebration may still do, of so many members and so many days; the first of all members joined at `since`."""

    def __init__(self, name: str, *, since: int, at: int) -> None:
        self.name: Final = name
        self.since: Final = since
        self.at: Final = at
        self.members = AT_ONCE
        self.days = AT_ONCE


class _Day(NamedTuple):
    """A day of a zone."""

    zone: Zone
    number: int

    @property
    def begins_at(self) -> int:
        return self.zone.day_start(self.number)

    @property
    def ends_at(self) -> int:
        return self.zone.day_start(self.number + 1)


def is_due(view: View, published: Published, name: str, *, owner: str, at: int) -> bool:
    """Say whether a celebration's events of a local day up to now may be missing, and no other worker is at them."""
    job = jobs.standing(view, published.id, name)
    if job is None:
        return True
    if job.owner != owner and job.leased_until > at:
        return False
    standing = look(view, published, name, read(published, job.done_to), at=at)
    return bool(due(published, standing, at=at))


def record_due(work: Work, published: Published, name: str, *, owner: str, at: int) -> int:
    """Go on with a celebration's events up to the local day that it is in each zone; return how many were recorded.

    The first day is the one on which there is somebody to do it: what was before is nobody's.
    """
    first = write(published, name, begun(published, at=at))
    job = jobs.claim(work, published.id, Job(name, jobs.STANDING, RUNNING, first, owner, at + LEASE), at=at)
    if job is None:
        return 0
    standing = look(work, published, name, read(published, job.done_to), at=at)
    one = _Pass(name, since=members.first_enrolled(work, published.id, otherwise=at), at=at)
    count = sum(_go_on(work, published, one, standing, zone) for zone in due(published, standing, at=at))
    until = job.leased_until if due(published, standing, at=at) else at
    jobs.save(work, published.id, job._replace(done_to=write(published, name, standing), leased_until=until))
    return count


def _go_on(work: Work, published: Published, one: _Pass, standing: Standing, name: str) -> int:
    """Go on in one of the zones; return how many were recorded."""
    zone = zone_named(published, name)
    today, count = zone.day_of(one.at), 0
    day, *place = standing.zones[name]
    if day < today - MADE_UP:
        day, place = today - MADE_UP, []
    while day <= today and one.members and one.days:
        celebrations = [own for own in published.programme.celebrations_at(zone.day_start(day)) if own.name == one.name]
        found = [
            stretch._replace(zone=name if own.is_local else None)
            for own in celebrations
            for stretch in stretches(own, published.programme.zone, day, since=one.since)
        ]
        rows, place = _some(work, published, found, place, limit=one.members)
        for celebration in celebrations:
            count += _record(work, published, celebration, rows, day=_Day(zone, day), at=one.at)
        one.members -= len(rows)
        one.days -= 1
        day += 0 if place else 1
    standing.zones[name] = [day, *place]
    return count


def record_open(work: Work, published: Published, row: MemberRow, *, at: int) -> None:
    """Record the celebrations that are open for a member who joins, or says when they were born, at an instant."""
    found = []
    for celebration in published.programme.celebrations_at(at):
        zone = zone_of(published, celebration, row)
        begins = latest(row, celebration, published.programme.zone, zone.day_of(at))
        if begins is not None:
            day = _Day(zone, begins)
            last = _last_day(work, published, celebration, row, day)
            if zone.day_of(at) <= last:
                found.append(_event(published, celebration, row, day, last))
    _record_new(work, published, found, at=at)


def hold_still(work: Work, published: Published) -> None:
    """Let no worker go on with celebrations until the end of the work, before a member's zone is changed."""
    programme = published.programme
    jobs.hold(work, published.id, [one for one in programme.celebration_names() if programme.is_local(one)])


def record_passed_over(work: Work, published: Published, before: MemberRow, row: MemberRow, *, at: int) -> None:
    """Record the celebrations that nobody will come to because a member moved: not reached in the old zone, over in the new one."""
    found = []
    for celebration in [one for one in published.programme.celebrations_at(at) if one.is_local]:
        job = jobs.standing(work, published.id, celebration.name)
        old, zone = (zone_of(published, celebration, one) for one in (before, row))
        begins = latest(row, celebration, published.programme.zone, zone.day_of(at))
        if job is not None and begins is not None:
            standing = read(published, job.done_to)
            if standing.day_in(before.zone or NOWHERE, old) <= begins < standing.day_in(row.zone or NOWHERE, zone):
                day = _Day(zone, begins)
                last = _last_day(work, published, celebration, row, day)
                found.append(_event(published, celebration, row, day, last))
    _record_new(work, published, found, at=at)


def _record_new(work: Work, published: Published, said: Sequence[Mapping[str, Any]], *, at: int) -> None:
    """Record those of some celebrations that are not in the books, as they are asked for."""
    known = events.find(work, published.id, [(SOURCE, one["id"]) for one in said])
    new = [one for one in said if (SOURCE, one["id"]) not in known]
    if new:
        decide_together(work, published, new, at=at)


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
    work: Work, published: Published, celebration: Celebration, rows: Sequence[MemberRow], *, day: _Day, at: int
) -> int:
    """Record the celebration of those of some members whose day it is; return how many they were."""
    begins_at, year = day.begins_at, civil(day.number)[0]
    theirs = [row for row in rows if row.enrolled_at < max(day.ends_at, begins_at + 1) and _takes_part(row, at)]
    names = [(SOURCE, _id(celebration, row, day)) for row in theirs]
    known = events.find(work, published.id, names)
    said = []
    for row, name in zip(theirs, names, strict=True):
        if name not in known and day_of(row, celebration, published.programme.zone, year=year) == day.number:
            last = _last_day(work, published, celebration, row, day)
            stated = {"source": SOURCE, "at": moment(max(begins_at, row.enrolled_at)).isoformat()}
            said.append({**_event(published, celebration, row, day, last), **stated})
    outcomes = record_events(work, published, said, recorded_at=at) if said else []
    return sum(isinstance(one, Recorded) for one in outcomes)


def _takes_part(row: MemberRow, at: int) -> bool:
    return row.status != ERASED and not (row.status == CLOSED and (row.closed_at or 0) <= at)


def _last_day(work: Work, published: Published, celebration: Celebration, row: MemberRow, day: _Day) -> int:
    """Return the last day on which a celebration is open that begins on a day."""
    return celebration.last_day(day.number, _level(work, published, celebration, row, at=day.begins_at))


def _level(work: Work, published: Published, celebration: Celebration, row: MemberRow, *, at: int) -> str:
    """Return the level that a member held as the celebration began, by which it is open longer."""
    if celebration.ladder == ANY_LEVEL:
        return ANY_LEVEL
    account = accounts.read(work, published.id, [row.account]).get(row.account)
    ladder = next(one for one in published.programme.ladders_at(at) if one.name == celebration.ladder)
    if account is None:
        return ladder.levels[0].name
    held = {one.ladder: one.level for one in stand_of(work, published, account, at=at).levels}
    return held[celebration.ladder]


def _event(published: Published, celebration: Celebration, row: MemberRow, day: _Day, last: int) -> dict[str, Any]:
    """Return what a celebration's event says; how old somebody is it does not.

    A date is read by the programme's zone: where the member's last day ends on a later one there, that is said, so that nobody has less.
    """
    zone = published.programme.zone
    said: dict[str, Any] = {"id": _id(celebration, row, day), "type": celebration.name, "member": row.member}
    said["until"] = day_name(max(last, zone.day_of(day.zone.day_start(last + 1) - 1)))
    if celebration.of == JOINED:
        said["years"] = civil(day.number)[0] - civil(zone.day_of(row.enrolled_at))[0]
    return said


def _id(celebration: Celebration, row: MemberRow, day: _Day) -> str:
    return f"{celebration.name}-{civil(day.number)[0]}-{row.member}"
