"""What somebody asks for and somebody else may have to agree to, in a table of its own: adjustments, transfers.

Locks come in this order: what was asked for, then accounts.
"""

from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy import Table, tuple_

from guerdon.store import ordinary
from guerdon.store.database import View, Work

PENDING: Final = "pending"
DONE: Final = "done"
DECLINED: Final = "declined"
STATES: Final = (PENDING, DONE, DECLINED)
"""It waits for a second person, is in the books, or was declined by one."""


class AskedRow(Protocol):
    """One thing that was asked for, with what became of it."""

    @property
    def id(self) -> str:
        """Return its name."""
        ...

    @property
    def asked_at(self) -> int:
        """Return when it was asked for."""
        ...

    def _asdict(self) -> dict[str, Any]: ...


R = TypeVar("R", bound=AskedRow)


class AskedTable(Generic[R]):
    """One such table, whose columns are the fields of a kind of `row`, and the programme."""

    def __init__(self, table: Table, row: type[R]) -> None:
        self.table: Final = table
        self.row: Final[Any] = row

    def add(self, work: Work, programme: int, row: R) -> None:
        """Write what is new; what is there is a Conflict of code `taken`."""
        ordinary.add(work, self.table, [{"programme": programme, **row._asdict()}])

    def change(self, work: Work, programme: int, row: R) -> None:
        """Write what became of one that was locked."""
        ordinary.change(work, self.table, {"programme": programme, "id": row.id}, row._asdict())

    def lock(self, work: Work, programme: int, id_: str) -> R | None:
        """Return one that nobody else decides until the end of the work."""
        query = ordinary.chosen(self.table, self.row._fields)
        query = query.where(ordinary.matches(self.table, {"programme": programme, "id": id_})).with_for_update()
        return next((self.row(*row) for row in ordinary.rows_of(work, query)), None)

    def one(self, view: View, programme: int, id_: str) -> R | None:
        """Return one of an id."""
        rows = ordinary.found(view, self.table, self.row._fields, {"programme": programme}, ["id"], [id_])
        return next((self.row(*row) for row in rows), None)

    def page(self, view: View, programme: int, state: str, *, after: R | None = None, limit: int) -> list[R]:
        """Return those of a state, the oldest first."""
        query = ordinary.chosen(self.table, self.row._fields)
        query = query.where(ordinary.matches(self.table, {"programme": programme, "state": state}))
        order = (self.table.c.asked_at, self.table.c.id)
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(after.asked_at, after.id))
        return [self.row(*row) for row in ordinary.rows_of(view, query.order_by(*order).limit(limit))]
