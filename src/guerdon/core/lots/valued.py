"""Goods that come back without their purchase: no lot is theirs, so what they earned is owed, and paid as far as there are points.

Invariants:
* Points that are not usable yet pay first, those earned last before others; then usable ones, if the programme lets a return touch
  them; the rest is written off as far as the programme does that, and owed.
* Of each row what is written off and what is paid or owed add up to what the goods earn at the base rate.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.effects import FROM_PENDING, GRANTED, SETTLED, Effects
from guerdon.core.lots import drawing
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.recovery import DEBT, PENDING_ONLY
from guerdon.core.lots.reversal import collect

_IN_NO_POCKET: Final = -1
"""The sequence of a lot that stands for what is owed: nothing was ever in it."""


def take_off_goods(pockets: list[Pocket], effects: Effects, mark: i64, shortfall: int, rooms: list[int]) -> None:
    """Take what rows, from `mark` on, say that goods earn at the base rate.

    `rooms` say how much may be written off of each unit, and become less by what is; there are none where all else is debt.
    """
    end: i64 = effects.count
    row = mark
    while row < end:
        unit = int(effects.unit[row])
        if effects.granted[row] > 0:
            written = _take(pockets[unit], row, shortfall, 0 if shortfall == DEBT else rooms[unit])
            if written > 0:
                rooms[unit] -= written
        row += 1


def _take(pocket: Pocket, row: i64, shortfall: int, room: int) -> int:
    """Take what one row says; return what was written off."""
    effects = pocket.effects
    at, event, amount = effects.at[row], effects.event[row], int(effects.granted[row])
    waiting = min(amount, pocket.pending)
    there = waiting if shortfall == PENDING_ONLY else waiting + min(amount - waiting, pocket.available)
    written = 0 if shortfall == DEBT else min(amount - there, room)
    effects.granted[row] = amount - written
    if amount > written:
        owner = Lot(
            event, effects.rule[row], effects.lot[row], effects.payer[row], 0, earned_at=at, sequence=_IN_NO_POCKET
        )
        drawing.owe_of(pocket, at, event, amount - written, owner)
        _pay_from_pending(pocket, at, event, waiting)
        collect(pocket, at)
        pocket.fill(at)
    return written


def _pay_from_pending(pocket: Pocket, at: i64, event: i64, amount: int) -> None:
    """Pay the debt that was made last with points that are not usable yet."""
    debt = pocket.debts[-1]
    for place in range(len(pocket.lots) - 1, -1, -1):
        lot = pocket.lots[place]
        part = min(amount, lot.pending)
        if part > 0:
            amount -= part
            debt.amount -= part
            pocket.debt -= part
            pocket.pending -= part
            lot.pending -= part
            lot.remaining -= part
            lot.reversed += part
            pocket.effects.add(
                SETTLED, at, event, lot.event, -1, lot.rule, pocket.effects.in_force, debt.event, FROM_PENDING,
                pocket.keeping.unit, part, part, -1, 0, lot.number, 0, lot.payer, GRANTED,
            )  # fmt: skip
