"""The audit: who did what, and when; it is added to, never changed.

Numbers rise, but not without gaps: what was rolled back leaves one.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.statements import Query
from guerdon.store.tables import audit

PAGE: Final = 100


class Deed(NamedTuple):
    """What somebody did to something; `body` is JSON. Its number is given when it is written."""

    at: int
    actor: str
    verb: str
    subject: str
    body: str
    request_id: str
    number: int = 0


_NUMBERS: Final = Query(
    """with recursive places(place) as (select 1 where ?2 > 0 union all select place + 1 from places where place < ?2)
        select place + (select coalesce(max(number), 0) from audit where programme = ?1) from places""",
    "select nextval('audit_numbers') from generate_series(1, ?::integer)",
)


def add(work: Work, programme: int, deeds: Sequence[Deed]) -> None:
    """Write what was done."""
    count = len(deeds)
    numbers = _NUMBERS.rows(work, count) if work.is_postgresql else _NUMBERS.rows(work, programme, count)
    rows = [deed._replace(number=int(row[0])) for deed, row in zip(deeds, numbers, strict=True)]
    ordinary.add(work, audit, [{"programme": programme, **row._asdict()} for row in rows])


def page(
    view: View, programme: int, *, before: int | None = None, subject: str | None = None, limit: int = PAGE
) -> list[Deed]:
    """Return what was done before a number, the newest first; of one subject, if one is named."""
    query = ordinary.chosen(audit, Deed._fields).where(audit.c.programme == programme)
    if before is not None:
        query = query.where(audit.c.number < before)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    return [Deed(*row) for row in ordinary.rows_of(view, query.order_by(audit.c.number.desc()).limit(limit))]
