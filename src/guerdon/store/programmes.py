"""Programmes that a database keeps the books of: a small number and a name each."""

from sqlalchemy import func, select

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.tables import programmes


def make(work: Work, name: str, *, at: int) -> int:
    """Return the number of a programme, which is made if there is none of that name."""
    there = find(work, name)
    if there is not None:
        return there
    number = work.connection.execute(select(func.coalesce(func.max(programmes.c.id), 0) + 1)).scalar_one()
    ordinary.add(work, programmes, [{"id": number, "name": name, "created_at": at}])
    return int(number)


def find(view: View, name: str) -> int | None:
    """Return the number of a programme."""
    number = view.connection.execute(select(programmes.c.id).where(programmes.c.name == name)).scalar_one_or_none()
    return None if number is None else int(number)


def names(view: View) -> dict[int, str]:
    """Return all programmes, by their numbers."""
    return {row[0]: row[1] for row in ordinary.rows_of(view, select(programmes.c.id, programmes.c.name))}


def lock(work: Work, programme: int) -> None:
    """Let nobody else publish a revision or number a term of a programme until the end of the work."""
    work.connection.execute(select(programmes.c.id).where(programmes.c.id == programme).with_for_update()).all()
