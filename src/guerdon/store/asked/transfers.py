"""Transfers as those see them who asked for one and who agreed; the points are in the books of both accounts."""

from typing import Final, NamedTuple

from sqlalchemy import func, select, tuple_

from guerdon.store import ordinary
from guerdon.store.asked.table import DONE, AskedTable
from guerdon.store.database import View, Work
from guerdon.store.tables import transfers


class TransferRow(NamedTuple):
    """Points, in the unit's smallest part, that a member sends to another by one of the programme's transfers.

    `account` is the one they left, `done_at` when they did; `reversed_points` of them came back.
    """

    id: str
    sender: str
    receiver: str
    transfer: str
    unit: str
    points: int
    message: str
    state: str
    asked_by: str
    asked_at: int
    decided_by: str | None = None
    decided_at: int | None = None
    account: str | None = None
    done_at: int | None = None
    reversed_points: int | None = None
    reversed_by: str | None = None
    reversed_at: int | None = None


TRANSFERS: Final = AskedTable(transfers, TransferRow)
"""Where they are kept."""


def forget_messages(work: Work, programme: int, member: str) -> None:
    """Forget what was written with transfers that a member sent or received; their points stay."""
    for side in ("sender", "receiver"):
        ordinary.change(work, transfers, {"programme": programme, side: member}, {"message": ""})


def of_member(
    view: View, programme: int, member: str, *, before: TransferRow | None = None, limit: int
) -> list[TransferRow]:
    """Return what a member sent and received, or would, the newest first."""
    order = (transfers.c.asked_at, transfers.c.id)
    rows = []
    # One side after the other, as each has an index in this order.
    for side in (transfers.c.sender, transfers.c.receiver):
        query = ordinary.chosen(transfers, TransferRow._fields).where(
            transfers.c.programme == programme, side == member
        )
        if before is not None:
            query = query.where(tuple_(*order) < tuple_(before.asked_at, before.id))
        newest = query.order_by(*[column.desc() for column in order]).limit(limit)
        rows += [TransferRow(*row) for row in ordinary.rows_of(view, newest)]
    return sorted(rows, key=lambda row: (row.asked_at, row.id), reverse=True)[:limit]


def sent(view: View, programme: int, account: str, transfer: str, *, since: int) -> tuple[int, int]:
    """Return how many points an account sent by a transfer since an instant, and how often."""
    key = {"programme": programme, "account": account, "transfer": transfer, "state": DONE}
    query = select(func.coalesce(func.sum(transfers.c.points), 0), func.count())
    query = query.where(ordinary.matches(transfers, key), transfers.c.done_at >= since)
    ((points, times),) = ordinary.rows_of(view, query)
    return int(points), int(times)
