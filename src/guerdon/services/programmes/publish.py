"""Publish a programme: all its versions together are one revision, which is in force from now on.

Invariants:
* Only a programme in which nothing is wrong, and whose examples came out, is published.
* What takes something away from members has the notice that the programme in force promises (S19).
"""

from collections.abc import Mapping, Sequence

from guerdon.core.errors import Invalid, NotFound, Refused
from guerdon.core.programme import Programme
from guerdon.definition.check import recheck
from guerdon.definition.files import File
from guerdon.definition.issues import render
from guerdon.definition.notice import check_timelines
from guerdon.definition.versions import version_of
from guerdon.services.audit import By
from guerdon.services.published import compiled_of, ensure_terms, files_of, versions_in
from guerdon.store import audit, programmes, revisions
from guerdon.store.database import Work


def publish(  # noqa: PLR0913 - what, by whom, why and when
    work: Work, name: str, first: Sequence[File], later: Sequence[Sequence[File]], *, by: By, note: str = "", at: int
) -> tuple[int, int]:
    """Publish a programme's files, which were checked; return the numbers of the programme and of its revision.

    Publishing what is in force already changes nothing. Refused says what would take something away too soon.
    """
    files = files_of(first, later)
    compiled = compiled_of(files)
    if compiled.name != name:
        message = f"the files are of the programme {compiled.name!r}, not of {name!r}; publish each under its own name"
        raise Invalid(message)
    programme = programmes.make(work, name, at=at)
    newest = revisions.newest(work, programme)
    if newest is not None and newest.files == files:
        return programme, newest.revision
    if newest is not None:
        _check_kept(compiled_of(newest.files), compiled)
        _check_notice(newest.files, files, on=compiled.zone.day_of(at))
    ensure_terms(work, programme, compiled)
    revision = revisions.publish(work, programme, files, at=at, by=by.actor, note=note)
    _tell(work, programme, revision, by, at=at, note=note)
    return programme, revision


def roll_back(work: Work, programme: int, revision: int, *, by: By, note: str = "", at: int) -> int:
    """Publish an earlier revision again, and return the number of the new one.

    It needs no notice: it takes back a mistake, and gives members what they had been told before.
    """
    earlier = revisions.one(work, programme, revision)
    newest = revisions.newest(work, programme)
    if earlier is None or newest is None:
        message = f"there is no revision {revision}; see the programme's revisions for their numbers"
        raise NotFound(message, code="revision_unknown")
    if earlier.files == newest.files:
        return newest.revision
    _check_kept(compiled_of(newest.files), compiled_of(earlier.files))
    note = note or f"back to revision {revision}"
    number = revisions.publish(work, programme, earlier.files, at=at, by=by.actor, note=note, replaces=revision)
    _tell(work, programme, number, by, at=at, note=note)
    return number


def _tell(work: Work, programme: int, revision: int, by: By, *, at: int, note: str) -> None:
    audit.add(work, programme, [by.did("publish", f"revision {revision}", at=at, note=note)])


def _check_notice(before: Mapping[str, str], after: Mapping[str, str], *, on: int) -> None:
    """Refuse what takes something away before members have been told as long as the programme in force promises."""
    old, new = [[version_of(recheck(files)) for files in versions_in(one)] for one in (before, after)]
    if all(version.spec.changes is None for version in old):
        return
    wrong = check_timelines(new, old, on=on)
    if wrong:
        raise Refused("\n".join(render(issue) for issue in wrong), code="notice_needed")


def _check_kept(before: Programme, after: Programme) -> None:
    """Refuse a revision that would turn one programme's books into another's."""
    for what, was, now in (
        ("zone", before.zone.name, after.zone.name), ("currency", before.currency, after.currency),
    ):  # fmt: skip
        if was != now:
            message = f"the {what} was {was} and is {now} now; books are kept in one, so begin a programme of its own"
            raise Refused(message)
    gone = {unit.name for unit in before.units} - {unit.name for unit in after.units}
    if gone:
        message = f"the unit {min(gone)} is in the books and not in the new files; keep it, if without rules"
        raise Refused(message)
