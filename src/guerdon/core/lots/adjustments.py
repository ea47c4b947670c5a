"""Adjustments: reasons for which points are given or taken off by hand, and what of an event is taken off.

What a reason gives is a rule's, named as the reason is; here stands what such a rule cannot say.
"""

from typing import Final

_LATE_LOSS: Final = "late-loss"


class Reason:
    """One reason for an adjustment: at most `most` points of `unit` each time; above `approve_above` a second person agrees.

    Both are in the unit's smallest part; None where nothing says.
    """

    def __init__(self, *, name: str, title: str, unit: int, most: int | None, approve_above: int | None) -> None:
        self.name: Final = name
        self.title: Final = title
        self.unit: Final = unit
        self.most: Final = most
        self.approve_above: Final = approve_above


class Adjusting:
    """The reasons of a programme; `slots` hold, unit by unit, how many points an event takes off.

    They have the decimals of the finest unit, as the points that redemptions state; a unit without reasons has NO_SLOT.
    """

    def __init__(self, reasons: list[Reason], slots: list[int]) -> None:
        self.reasons: Final = reasons
        self.slots: Final = slots


def late_loss_of(unit: str, *, alone: bool) -> str:
    """Return the name of the reason for which a unit's points are given that others lost to a late event (S1)."""
    return _LATE_LOSS if alone else f"{_LATE_LOSS}-{unit}"
