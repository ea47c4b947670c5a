"""Claims on an account's lots: what is owed, and what is set aside."""

from typing import Final

from mypy_extensions import i64

from guerdon.core.lots.lot import Lot


class Debt:
    """What one event took beyond what was there; `spent` says that a redemption did, else a refund."""

    def __init__(self, event: i64, amount: int, *, spent: bool) -> None:
        self.event: i64 = event
        self.amount: int = amount
        self.spent: Final = spent


class Hold:
    """Points that one reservation set aside: from which lots, how many each, and how many there were not.

    It `counts` in the limits of its `reward`, for the `member` who made it at an instant, as long as it stands.
    """

    def __init__(self, event: i64, lapses_at: i64) -> None:
        self.event: i64 = event
        self.lapses_at: i64 = lapses_at
        self.lots: Final[list[Lot]] = []
        self.amounts: Final[list[int]] = []
        self.short: int = 0
        self.open = True
        self.lapsed = False
        self.at: i64 = 0
        self.member: i64 = -1
        self.reward: int = -1
        self.counts = False

    def asked(self) -> int:
        """Return how many points it is for."""
        return self.short + sum(self.amounts)
