"""Adjustments as those see them who asked for one and who agreed; the points are in the account's books."""

from typing import Final, NamedTuple

from guerdon.store.asked import AskedTable
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
