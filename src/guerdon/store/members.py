"""Members: who takes part, and which account their events belong to."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, func, literal_column, or_, select

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.statements import Query
from guerdon.store.tables import members

ENROLLED: Final = "enrolled"
CLOSED: Final = "closed"
ERASED: Final = "erased"

NOWHERE: Final = ""
"""What stands for the zone of members of whom none is known."""

PAGE: Final = 100


class MemberRow(NamedTuple):
    """A member; `attributes` is JSON, `born_on` a day as YYYY-MM-DD.

    Where that was changed, it counts from the year `born_from` on, and until then what was `born_before`, if anything.
    The `zone` is where they live, if they said so, by its IANA name.
    """

    member: str
    account: str
    status: str
    enrolled_at: int
    closed_at: int | None
    born_on: str | None
    attributes: str
    updated_at: int
    born_before: str | None = None
    born_from: int | None = None
    zone: str | None = None


class Stretch(NamedTuple):
    """Members who stand together `by` the month and day of a date of theirs, or by when they joined: from `first` on, before `end`.

    With a `zone` they are those who live in it, or, where that is NOWHERE, those of whom no zone is known.
    """

    by: str
    first: str | int
    end: str | int
    zone: str | None = None


# As in the indexes, so that they are found by them.
_ORDERS: Final[dict[str, ColumnElement[Any]]] = {
    "born_on": literal_column("substr(born_on, 6)"), "born_before": literal_column("substr(born_before, 6)"),
    "enrolled_at": literal_column("enrolled_at"),
}  # fmt: skip

# One look-up in the index for each zone, however many members live there.
_ZONES: Final = Query("""
    with recursive known (zone) as (
        select min(zone) from members where programme = ? and zone is not null
        union all
        select (select min(zone) from members where programme = ? and zone > known.zone) from known where known.zone is not null
    )
    select zone from known where zone is not null
""")

_COLUMNS: Final = ", ".join(MemberRow._fields)
_READ: Final = Query(
    f"select {_COLUMNS} from members where programme = ? and member in (select value from json_each(?))",
    f"select {_COLUMNS} from members where programme = ?::integer and member = any(?::text[])",
)


def add(work: Work, programme: int, rows: Iterable[MemberRow]) -> None:
    """Write new members; one that is there is a Conflict of code `taken`."""
    ordinary.add(work, members, [{"programme": programme, **row._asdict()} for row in rows])


def enrol(work: Work, programme: int, row: MemberRow) -> bool:
    """Write a member unless there is one of that name; say whether it was written."""
    return ordinary.add_if_new(work, members, {"programme": programme, **row._asdict()})


def save(work: Work, programme: int, row: MemberRow) -> bool:
    """Write what a member is now; say whether there is one."""
    return ordinary.change(work, members, {"programme": programme, "member": row.member}, row._asdict())


def read(view: View, programme: int, names: Iterable[str]) -> dict[str, MemberRow]:
    """Return members by their names; those that there are not are left out."""
    rows = _READ.rows(view, programme, sorted(set(names)))
    return {row[0]: MemberRow(*row) for row in rows}


def lock(work: Work, programme: int, name: str) -> MemberRow | None:
    """Return a member whom nobody else changes until the end of the work."""
    key = {"programme": programme, "member": name}
    query = ordinary.chosen(members, MemberRow._fields).where(ordinary.matches(members, key))
    return next((MemberRow(*row) for row in ordinary.rows_of(work, query.with_for_update())), None)


def of_accounts(view: View, programme: int, accounts: Iterable[str]) -> list[MemberRow]:
    """Return the members of accounts, in the order of accounts."""
    rows = ordinary.found(view, members, MemberRow._fields, {"programme": programme}, ["account"], accounts)
    return [MemberRow(*row) for row in rows]


def lock_stretch(
    work: Work, programme: int, stretch: Stretch, *, after: tuple[str | int, str], limit: int
) -> list[MemberRow]:
    """Return members of a stretch whom nobody else changes until the end of the work, in its order, then by their names.

    They are those after a place in that order and a name.
    """
    order = _ORDERS[stretch.by]
    query = ordinary.chosen(members, MemberRow._fields).where(
        members.c.programme == programme, members.c[stretch.by].is_not(None),
        order >= max(stretch.first, after[0]), order < stretch.end,
        or_(order > after[0], members.c.member > after[1]),
    )  # fmt: skip
    if stretch.zone is not None:
        # Not by the index of zones: of those who live in one, few have their day.
        query = query.where(func.coalesce(members.c.zone, NOWHERE) == stretch.zone)
    query = query.order_by(order, members.c.member).limit(limit).with_for_update()
    return [MemberRow(*row) for row in ordinary.rows_of(work, query)]


def zones(view: View, programme: int) -> list[str]:
    """Return the zones in which members live, in the order of their names."""
    return [zone for (zone,) in _ZONES.rows(view, programme, programme)]


def first_enrolled(view: View, programme: int, *, otherwise: int) -> int:
    """Return when the first of the members joined; `otherwise` where there is none."""
    query = select(func.coalesce(func.min(members.c.enrolled_at), otherwise)).where(members.c.programme == programme)
    ((at,),) = ordinary.rows_of(view, query)
    return int(at)


def page(view: View, programme: int, after: str = "", limit: int = PAGE) -> list[MemberRow]:
    """Return members after a name, in the order of names."""
    query = ordinary.chosen(members, MemberRow._fields).where(
        members.c.programme == programme, members.c.member > after
    )
    return [MemberRow(*row) for row in ordinary.rows_of(view, query.order_by(members.c.member).limit(limit))]
