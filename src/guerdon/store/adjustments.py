"""Adjustments as those see them who asked for one and who agreed; the points are in the account's books.

Locks come in this order: an adjustment, then its account.
"""

from typing import Final, NamedTuple

from sqlalchemy import tuple_

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.tables import adjustments

PENDING: Final = "pending"
DONE: Final = "done"
DECLINED: Final = "declined"
STATES: Final = (PENDING, DONE, DECLINED)
"""An adjustment waits for a second person, is in the books, or was declined by one."""


class AdjustmentRow(NamedTuple):
    """Points that somebody gives or takes off by hand, in the unit's smallest part; `decided_by` is who agreed, or did not."""

    id: str
    member: str
    reason: str
    unit: str
    points: int
    note: str
    state: str
    asked_by: str
    asked_at: int
    decided_by: str | None = None
    decided_at: int | None = None


def add(work: Work, programme: int, row: AdjustmentRow) -> None:
    """Write a new adjustment; one that is there is a Conflict of code `taken`."""
    ordinary.add(work, adjustments, [{"programme": programme, **row._asdict()}])


def decide(work: Work, programme: int, row: AdjustmentRow) -> None:
    """Write what became of an adjustment that was locked."""
    key = {"programme": programme, "id": row.id}
    values = {"state": row.state, "decided_by": row.decided_by, "decided_at": row.decided_at}
    ordinary.change(work, adjustments, key, values)


def lock(work: Work, programme: int, id_: str) -> AdjustmentRow | None:
    """Return an adjustment that nobody else decides until the end of the work."""
    query = ordinary.chosen(adjustments, AdjustmentRow._fields)
    query = query.where(ordinary.matches(adjustments, {"programme": programme, "id": id_})).with_for_update()
    return next((AdjustmentRow(*row) for row in ordinary.rows_of(work, query)), None)


def one(view: View, programme: int, id_: str) -> AdjustmentRow | None:
    """Return an adjustment."""
    rows = ordinary.found(view, adjustments, AdjustmentRow._fields, {"programme": programme}, ["id"], [id_])
    return next((AdjustmentRow(*row) for row in rows), None)


def page(
    view: View, programme: int, state: str, *, after: AdjustmentRow | None = None, limit: int
) -> list[AdjustmentRow]:
    """Return adjustments of a state, the oldest first."""
    query = ordinary.chosen(adjustments, AdjustmentRow._fields)
    query = query.where(ordinary.matches(adjustments, {"programme": programme, "state": state}))
    order = (adjustments.c.asked_at, adjustments.c.id)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(after.asked_at, after.id))
    return [AdjustmentRow(*row) for row in ordinary.rows_of(view, query.order_by(*order).limit(limit))]
