"""Publish a programme: all its versions together are one revision, which is in force from now on.

Invariants:
* Only a programme in which nothing is wrong, and whose examples came out, is published.
* What takes something away from members has the notice that the programme in force promises (S19).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from guerdon.core.errors import Invalid, NotFound, Refused
from guerdon.core.programme import Programme
from guerdon.definition.check import recheck
from guerdon.definition.files import File
from guerdon.definition.issues import render
from guerdon.definition.notice import check_timelines
from guerdon.definition.versions import Version, version_of
from guerdon.services.audit import By
from guerdon.services.published import compiled_of, ensure_terms, files_of, versions_in
from guerdon.store import audit, programmes, revisions
from guerdon.store.database import Work


class Publication(NamedTuple):
    """What came of publishing: the numbers of the programme and of its revision, and which versions in force were changed."""

    programme: int
    revision: int
    edited: tuple[str, ...]


def publish(  # noqa: PLR0913 - what, by whom, why and when
    work: Work, name: str, first: Sequence[File], later: Sequence[Sequence[File]], *, by: By, note: str = "", at: int
) -> Publication:
    """Publish a programme's files, which were checked, and return what came of it.

    Publishing what is in force already changes nothing. Refused says what would take something away too soon.
    """
    files = files_of(first, later)
    compiled = compiled_of(files)
    if compiled.name != name:
        message = f"the files are of the programme {compiled.name!r}, not of {name!r}; publish each under its own name"
        raise Invalid(message)
    programme = programmes.make(work, name, at=at)
    newest = revisions.newest(work, programme)
    edited: tuple[str, ...] = ()
    if newest is not None and newest.files == files:
        return Publication(programme, newest.revision, edited)
    if newest is not None:
        _check_kept(compiled_of(newest.files), compiled)
        old, new = (_versions(one) for one in (newest.files, files))
        today = compiled.zone.day_of(at)
        _check_notice(old, new, on=today)
        edited = tuple(_edited(old, new, on=today))
    ensure_terms(work, programme, compiled)
    revision = revisions.publish(work, programme, files, at=at, by=by.actor, note=note)
    _tell(work, programme, revision, by, at=at, note=note)
    return Publication(programme, revision, edited)


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


def _versions(files: Mapping[str, str]) -> list[Version]:
    return [version_of(recheck(one)) for one in versions_in(files)]


def _check_notice(old: Sequence[Version], new: Sequence[Version], *, on: int) -> None:
    """Refuse what takes something away before members have been told as long as the programme in force promises."""
    if all(version.spec.changes is None for version in old):
        return
    wrong = check_timelines(new, old, on=on)
    if wrong:
        raise Refused("\n".join(render(issue) for issue in wrong), code="notice_needed")


def _edited(old: Sequence[Version], new: Sequence[Version], *, on: int) -> Iterator[str]:
    """Say which versions have rated events and say something else now."""
    kept = [version.spec for version in new]
    for version in old:
        if (version.day or 0) <= on and version.spec not in kept:
            yield (
                f"version {version.spec.version} is in force and was changed: what it rated is rated anew, and the difference "
                "posted, when something next happens to an account. To leave the past as it is, keep that version and "
                "publish a later one beside it"
            )


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
