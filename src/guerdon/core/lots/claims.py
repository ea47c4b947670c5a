"""Claims on an account's lots: what is owed, what redemptions set aside, and what they spent."""

from typing import Final

from mypy_extensions import i64

from guerdon.core.lots.lot import Lot

HELD: Final = 0
SPENT: Final = 1
BACK: Final = 2


class Claim:
    """What one redemption has of an account's points: so many (`amounts`) of these `lots`; what there was not is `short`.

    It holds them, spent them, or gave them back; what was spent and came back in part is still spent. What was `asked` stays.
    It `counts` in the limits of its `reward`, for the `member` who made it at an instant, as long as it stands.
    """

    def __init__(self, event: i64, asked: int, *, at: i64, lapses_at: i64) -> None:
        self.event: i64 = event
        self.asked: Final = asked
        self.at: i64 = at
        self.lapses_at: i64 = lapses_at
        self.lots: list[Lot] = []
        self.amounts: list[int] = []
        self.short: int = 0
        self.state = BACK
        self.drawn_at: list[i64] = []
        self.member: i64 = -1
        self.reward: int = -1
        self.counts = False

    def add(self, lot: Lot, amount: int, at: i64) -> None:
        """Note that points of a lot are set aside or spent."""
        self.lots.append(lot)
        self.amounts.append(amount)
        self.drawn_at.append(at)


class Debt:
    """What one event took `at` an instant beyond what was there; a redemption did if `spent`, else a refund, of whose `lot` it was.

    What is still owed of it at `ends_at` is written off.

    Lots that pay for it are added to its claim.
    """

    def __init__(  # noqa: PLR0913 - what is owed is known by this much
        self, event: i64, amount: int, *, at: i64, ends_at: i64, spent: bool, claim: Claim | None, lot: Lot | None
    ) -> None:
        self.event: i64 = event
        self.amount: int = amount
        self.at: Final[i64] = at
        self.ends_at: i64 = ends_at
        self.spent: Final = spent
        self.claim: Final = claim
        self.lot: Final = lot

    def pay(self, lot: Lot, amount: int, at: i64) -> None:
        """Note that points of a lot pay for it."""
        self.amount -= amount
        if self.claim is not None:
            self.claim.add(lot, amount, at)

    def taken(self) -> int:
        """Return what is owed, and what was paid, as far as that is remembered."""
        return self.amount + (0 if self.claim is None else sum(self.claim.amounts))
