"""Publish a programme: all its versions together are one revision, which is in force from now on.

Invariants:
* Only a programme in which nothing is wrong, and whose examples came out, is published.
* What takes something away from members has the notice that the programme in force promises (S19).
"""

from collections.abc import Sequence

from guerdon.core.errors import Invalid, NotFound, Refused
from guerdon.core.programme import Programme
from guerdon.definition.files import File
from guerdon.services.audit import By
from guerdon.services.published import compiled_of, ensure_terms, files_of
from guerdon.store import audit, programmes, revisions
from guerdon.store.database import Work


def publish(  # noqa: PLR0913 - what, by whom, why and when
    work: Work, name: str, first: Sequence[File], later: Sequence[Sequence[File]], *, by: By, note: str = "", at: int
) -> tuple[int, int]:
    """Publish a programme's files, which were checked; return the numbers of the programme and of its revision.

    Publishing what is in force already changes nothing.
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
    ensure_terms(work, programme, compiled)
    revision = revisions.publish(work, programme, files, at=at, by=by.actor, note=note)
    _tell(work, programme, revision, by, at=at, note=note)
    return programme, revision


def roll_back(work: Work, programme: int, revision: int, *, by: By, at: int) -> int:
    """Publish an earlier revision again, and return the number of the new one."""
    earlier = revisions.one(work, programme, revision)
    if earlier is None:
        message = f"there is no revision {revision}; see the programme's revisions for their numbers"
        raise NotFound(message)
    note = f"back to revision {revision}"
    newest = revisions.publish(work, programme, earlier.files, at=at, by=by.actor, note=note, replaces=revision)
    _tell(work, programme, newest, by, at=at, note=note)
    return newest


def _tell(work: Work, programme: int, revision: int, by: By, *, at: int, note: str) -> None:
    audit.add(work, programme, [by.did("publish", f"revision {revision}", at=at, note=note)])


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
