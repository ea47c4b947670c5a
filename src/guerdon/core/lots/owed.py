"""Owed: what an account owes of one unit, and points that pay it.

Invariants:
* While there is debt nothing is available: what becomes usable pays it first, the oldest debt first (S5b).
* Which lots paid what a refund is owed is remembered, for as long as that may come back.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.effects import FROM_SPENT, FROM_USABLE, GRANTED, SETTLED, Effects
from guerdon.core.lots.claims import Debt
from guerdon.core.lots.keeping import Keeping
from guerdon.core.lots.lot import Lot


class Owed:
    """The debts of the account that the fold is at, of one unit, and what is there to pay them with."""

    def __init__(self, keeping: Keeping, effects: Effects) -> None:
        self.keeping: Keeping = keeping
        self.effects: Final = effects
        self.debts: list[Debt] = []
        self.paid: i64 = 0
        self.available: int = 0
        self.debt: int = 0

    def settle(self, lot: Lot, amount: int, at: i64) -> None:
        """Pay what is owed with points of a lot, the oldest debt first."""
        while amount > 0 and self.debt > 0:
            debt = self.debts[self.paid]
            if debt.amount == 0:
                self.paid += 1
                continue
            part = min(amount, debt.amount)
            debt.pay(lot, part, at)
            amount -= part
            self.debt -= part
            self.available -= part
            lot.remaining -= part
            if debt.spent:
                lot.spent += part
            else:
                lot.reversed += part
            self.tell_paid(debt, lot, part, at, lot.event)

    def taken_for(self, lot: Lot) -> int:
        """Return what refunds of a lot's purchase left owed, or took from other lots, for points that were not there."""
        return sum([debt.taken() for debt in self.debts if debt.lot is not None and debt.lot.root == lot.root])

    def tell_paid(self, debt: Debt, lot: Lot, amount: int, at: i64, event: i64) -> None:
        """Append that points of a lot pay a debt."""
        if amount > 0:
            self.effects.add(
                SETTLED, at, event, lot.event, -1, lot.rule, self.effects.in_force, debt.event, FROM_SPENT if debt.spent else FROM_USABLE, self.keeping.unit,
                amount, amount, -1, 0, lot.number, 0, lot.payer, GRANTED,
            )  # fmt: skip
