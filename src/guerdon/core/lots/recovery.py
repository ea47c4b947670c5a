"""How what a purchase no longer earns is recovered: what becomes of points that are spent before they are taken back."""

from typing import Final

DEBT: Final = 0
WITHIN_BALANCE: Final = 1
PENDING_ONLY: Final = 2

SHORTFALLS: Final = ("debt", "within_balance", "pending_only")
"""What becomes of points that a refund takes back and that are not there any more (S5)."""


class Recovery:
    """What a refund takes back of an account, if that is not all of it.

    `write_offs` are the limits, by unit, on what is written off of the rest; without them all of it is.
    """

    def __init__(self, *, shortfall: int, write_offs: list[int]) -> None:
        self.shortfall: Final = shortfall
        self.write_offs: Final = write_offs
