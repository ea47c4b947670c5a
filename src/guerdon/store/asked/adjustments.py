"""Adjustments as those see them who asked for one and who agreed; the points are in the account's books."""

from typing import Final, NamedTuple

from guerdon.store import ordinary
from guerdon.store.asked.table import AskedTable
from guerdon.store.database import Work
from guerdon.store.tables import adjustments


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


ADJUSTMENTS: Final = AskedTable(adjustments, AdjustmentRow)
"""Where they are kept."""


def forget_notes(work: Work, programme: int, member: str) -> None:
    """Forget what was noted of the adjustments of a member; their points stay."""
    ordinary.change(work, adjustments, {"programme": programme, "member": member}, {"note": ""})
