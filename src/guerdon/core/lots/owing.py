"""What is owed too long: it is written off after the time that the programme states (S5b).

Invariants:
* A debt is there up to, and not at, the instant at which it is written off: nothing that becomes usable then pays it.
* Only what is still owed is written off; what earnings paid before stays paid.
"""

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import FROM_USABLE, GRANTED, WRITTEN_OFF
from guerdon.core.lots.claims import Debt
from guerdon.core.lots.pocket import Pocket


def next_due(pocket: Pocket) -> i64:
    """Return the next instant at which something that is owed is written off; LATEST when nothing will be."""
    soonest: i64 = LATEST
    if pocket.debt > 0:
        for debt in pocket.debts[pocket.paid :]:
            if debt.amount > 0:
                soonest = min(soonest, debt.ends_at)
    return soonest


def fall_due(pocket: Pocket, at: i64) -> None:
    """Write off what is owed up to an instant."""
    write_off(pocket, at, at)


def write_off(pocket: Pocket, at: i64, until: i64) -> None:
    """Write off, at an instant, what is owed up to that or another one."""
    if pocket.debt > 0:
        for debt in pocket.debts[pocket.paid :]:
            if debt.amount > 0 and debt.ends_at <= until:
                _write_off(pocket, debt, at)


def _write_off(pocket: Pocket, debt: Debt, at: i64) -> None:
    """Post that a debt is gone, with the lot that is short of it where a refund left it."""
    amount, lot, unit = debt.amount, debt.lot, pocket.keeping.unit
    debt.amount = 0
    pocket.debt -= amount
    if lot is not None:
        pocket.note(WRITTEN_OFF, at, debt.event, lot, amount)
        return
    pocket.effects.add(
        WRITTEN_OFF, at, debt.event, -1, -1, -1, pocket.effects.in_force, -1, FROM_USABLE, unit,
        amount, amount, -1, 0, -1, 0, -1, GRANTED,
    )  # fmt: skip


def shorten(pocket: Pocket, at: i64) -> None:
    """Let what is owed last no longer than what is owed from now on."""
    lasts = pocket.keeping.debt_lasts
    if lasts is not None:
        for debt in pocket.debts[pocket.paid :]:
            debt.ends_at = min(debt.ends_at, max(lasts.after(int(debt.at)), at))
