"""Revisions: the files of a programme as they were published, each a whole timeline of versions.

Invariants:
* The newest revision is in force. Rolling back publishes the files of an earlier one again; nothing is taken away.
* Revisions of a programme are numbered from 1 on, without gaps.
"""

import json
from typing import Any, Final, NamedTuple

from guerdon.store import ordinary, programmes
from guerdon.store.database import View, Work
from guerdon.store.statements import Query
from guerdon.store.tables import revisions


class Revision(NamedTuple):
    """What was published: file names and their texts; `replaces` is the revision whose versions it takes the place of."""

    revision: int
    published_at: int
    published_by: str
    note: str
    files: dict[str, str]
    replaces: int | None


_NEWEST: Final = Query(
    "select max(revision) from revisions where programme = ?",
    "select max(revision) from revisions where programme = ?::integer",
)


def publish(  # noqa: PLR0913 - a revision says this much of itself
    work: Work, programme: int, files: dict[str, str], *, at: int, by: str, note: str = "", replaces: int | None = None
) -> int:
    """Publish files as the newest revision, and return its number."""
    programmes.lock(work, programme)
    number = (newest_number(work, programme) or 0) + 1
    row = {
        "programme": programme, "revision": number, "published_at": at, "published_by": by, "note": note,
        "files": json.dumps(files, sort_keys=True, ensure_ascii=False), "replaces": replaces,
    }  # fmt: skip
    ordinary.add(work, revisions, [row])
    return number


def newest_number(view: View, programme: int) -> int | None:
    """Return the number of the revision in force, or nothing before the first."""
    number: int | None = _NEWEST.rows(view, programme)[0][0]
    return number


def newest(view: View, programme: int) -> Revision | None:
    """Return the revision in force."""
    number = newest_number(view, programme)
    return None if number is None else one(view, programme, number)


def one(view: View, programme: int, number: int) -> Revision | None:
    """Return a revision."""
    return next(iter(_read(view, {"programme": programme, "revision": number})), None)


def every(view: View, programme: int) -> list[Revision]:
    """Return all revisions, the first one first."""
    return _read(view, {"programme": programme})


def _read(view: View, key: dict[str, int]) -> list[Revision]:
    query = ordinary.chosen(revisions, Revision._fields).where(ordinary.matches(revisions, key))
    return [_from_row(row) for row in ordinary.rows_of(view, query.order_by(revisions.c.revision))]


def _from_row(row: tuple[Any, ...]) -> Revision:
    made = Revision(*row)
    return made._replace(files=json.loads(row[Revision._fields.index("files")]))
