"""Lots whose purchases come back: what is taken out of them, what is owed or written off, and what is given back after all.

Invariants:
* A lot never gives back more than it was made with, and what had expired of it, or of lots that its points came back as, is not
  taken a second time.
* Of each row that takes points back, what is taken, owed and written off add up to what the purchase no longer earns.
* What is given back goes where it came from: off what is owed first, then to lots that paid for it, then to its own lot.
"""

from mypy_extensions import i64

from guerdon.core.effects import (
    EARNED,
    FROM_EXPIRED,
    FROM_PENDING,
    FROM_USABLE,
    GRANTED,
    RESTORED,
    REVERSED,
    USABLE,
    Effects,
)
from guerdon.core.errors import InvariantBroken
from guerdon.core.lots import drawing
from guerdon.core.lots.claims import Debt
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.recovery import DEBT, PENDING_ONLY, WITHIN_BALANCE


def take_back(pockets: list[Pocket], effects: Effects, mark: i64, shortfall: int, rooms: list[int]) -> None:
    """Do to lots what a refund's rows, from `mark` on, say was reversed, or is earned after all.

    `rooms` say how much may be written off of each unit, and become less by what is; there are none where all else is debt.
    """
    end: i64 = effects.count
    row = mark
    while row < end:
        unit = int(effects.unit[row])
        pocket = pockets[unit]
        at, rule, number = effects.at[row], effects.rule[row], effects.lot[row]
        if effects.kind[row] == EARNED:
            found = _made(pocket, effects.of[row], rule, number)
            if found is None:
                pocket.earn(at, effects.of[row], rule, number, effects.payer[row], int(effects.granted[row]))
            else:
                give_back(pocket, found, row)
        else:
            lot = _made(pocket, effects.of[row], rule, number)
            if lot is None:
                message = "what was granted has a lot"
                raise InvariantBroken(message)
            written = reverse(pocket, lot, row, shortfall, 0 if shortfall == DEBT else rooms[unit])
            if written > 0:
                rooms[unit] -= written
        row += 1


def reverse(pocket: Pocket, lot: Lot, row: i64, shortfall: int, room: int) -> int:
    """Take back what a row says: from the purchase's own lot, pending points first; return what was written off.

    What had expired of it is gone already. What was spent is owed, and paid at once as far as there are points, unless the
    programme writes it off.
    """
    effects = pocket.effects
    at, event, amount = effects.at[row], effects.event[row], int(effects.granted[row])
    pending = min(amount, lot.pending)
    lot.pending -= pending
    lot.remaining -= pending
    pocket.pending -= pending
    usable = 0 if shortfall == PENDING_ONLY else min(amount - pending, lot.free())
    lot.remaining -= usable
    pocket.available -= usable
    expired = min(amount - pending - usable, lot.expired)
    lot.expired -= expired
    lot.reversed += pending + usable + expired
    short = amount - pending - usable - expired
    gone = _gone_since(pocket, lot, short, shortfall)
    written = 0 if shortfall == DEBT else min(short - gone - _within(pocket, short - gone, shortfall), room)
    _tell(effects, row, pending, amount, written)
    if expired > 0:
        pocket.note(RESTORED, at, event, lot, expired, before=FROM_EXPIRED)
    if short > written:
        _leave_gone(pocket, drawing.owe_of(pocket, at, event, short - written, lot), lot, gone, at=at)
        collect(pocket, at)
    pocket.fill(at)
    return written


def give_back(pocket: Pocket, lot: Lot, row: i64) -> None:
    """Give points back that an earlier refund took, as a row says; what was written off then was never taken."""
    effects = pocket.effects
    at, amount = effects.at[row], int(effects.granted[row])
    rest = amount
    for debt in pocket.debts:
        if debt.lot is lot and debt.claim is not None and rest > 0:
            rest -= pocket.answer_for(debt, lot, rest, at, effects.event[row])
    own = min(rest, lot.reversed)
    _bring_back(pocket, lot, own, at)
    effects.granted[row] = amount - rest + own


def _gone_since(pocket: Pocket, lot: Lot, short: int, shortfall: int) -> int:
    """Return how much of what a lot is short of expired after it came back as new lots, beyond what is there of them."""
    expired = 0
    for made in pocket.lots if short > 0 else []:
        if made.root == lot.root and made is not lot:
            expired += made.expired
            short -= 0 if shortfall == PENDING_ONLY else made.free()
    return max(min(short, expired), 0)


def _leave_gone(pocket: Pocket, debt: Debt, lot: Lot, amount: int, *, at: i64) -> None:
    """Let points that expired after they came back as new lots be what is owed of their purchase."""
    for made in pocket.lots if amount > 0 else []:
        part = min(amount, made.expired) if made.root == lot.root and made is not lot else 0
        if part > 0:
            amount -= part
            made.expired -= part
            made.reversed += part
            debt.pay(made, part, at)
            pocket.debt -= part
            pocket.note(RESTORED, at, debt.event, made, part, before=FROM_EXPIRED)
            pocket.tell_paid(debt, made, part, at, debt.event)


def _within(pocket: Pocket, short: int, shortfall: int) -> int:
    """Return how much of what a lot is short of is taken from other lots."""
    return min(short, pocket.available) if shortfall == WITHIN_BALANCE else 0


def _tell(effects: Effects, row: i64, pending: int, amount: int, written: int) -> None:
    """Let rows say what was taken from pending points, and of the rest what was written off."""
    if pending == 0:
        effects.granted[row] = amount - written
        return
    last = effects.count if pending < amount else row
    if pending < amount:
        effects.add(
            REVERSED, effects.at[row], effects.event[row], effects.of[row], -1, effects.rule[row], effects.version[row], -1, FROM_USABLE,
            effects.unit[row], amount - pending, amount - pending, -1, 0, effects.lot[row], 0, effects.payer[row], GRANTED,
        )  # fmt: skip
    effects.band[row] = FROM_PENDING
    effects.desired[row] = pending
    effects.granted[row] = pending
    effects.granted[last] -= written


def _bring_back(pocket: Pocket, lot: Lot, amount: int, at: i64) -> None:
    """Give a lot its own points back, to wait as they did before, or to be used."""
    if lot.usable_from > at:
        lot.reversed -= amount
        lot.remaining += amount
        pocket.wait(lot, amount)
        return
    if pocket.keeping.waits:
        pocket.note(USABLE, at, lot.event, lot, amount)
    pocket.give_again(lot, amount, at, since=at)


def collect(pocket: Pocket, at: i64) -> None:
    """Pay what is owed from what can be used, in the order in which it would be spent."""
    while pocket.debt > 0:
        lot = pocket.soonest()
        if lot is None:
            return
        pocket.settle(lot, lot.free(), at)


def _made(pocket: Pocket, event: i64, rule: i64, number: i64) -> Lot | None:
    """Return the lot that a rule made of an event, looked for from the last one made."""
    for place in range(len(pocket.lots) - 1, -1, -1):
        lot = pocket.lots[place]
        if lot.event == event and lot.rule == rule and lot.number == number:
            return lot
    return None
