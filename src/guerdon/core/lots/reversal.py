"""Lots whose purchases come back: what is taken out of them, and what is owed because it is gone.

Invariants:
* A lot never gives back more than it was made with.
* What had expired of it is not taken a second time.
"""

from mypy_extensions import i64

from guerdon.core.effects import EARNED, RESTORED, Effects
from guerdon.core.errors import InvariantBroken
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket


def take_back(pockets: list[Pocket], effects: Effects, mark: i64) -> None:
    """Do to lots what a refund's rows, from `mark` on, say was reversed, or is earned after all."""
    end: i64 = effects.count
    row = mark
    while row < end:
        pocket = pockets[effects.unit[row]]
        at, event, rule, number = effects.at[row], effects.event[row], effects.rule[row], effects.lot[row]
        amount = int(effects.granted[row])
        if effects.kind[row] == EARNED:
            pocket.earn(at, effects.of[row], rule, number, effects.payer[row], amount)
        else:
            reverse(pocket, _made(pocket, effects.of[row], rule, number), amount, at, event)
        row += 1


def reverse(pocket: Pocket, lot: Lot, amount: int, at: i64, event: i64) -> None:
    """Take back what a purchase no longer earns: from its own lot, pending points first.

    What had expired of it is gone already; what was spent is owed, and paid at once as far as there are points.
    """
    pending = min(amount, lot.pending)
    lot.pending -= pending
    lot.remaining -= pending
    pocket.pending -= pending
    usable = min(amount - pending, lot.free())
    lot.remaining -= usable
    pocket.available -= usable
    expired = min(amount - pending - usable, lot.expired)
    lot.expired -= expired
    lot.reversed += pending + usable + expired
    if expired > 0:
        pocket.note(RESTORED, at, event, lot, expired)
    short = amount - pending - usable - expired
    if short > 0:
        pocket.owe(at, event, short, spent=False)
        _collect(pocket, at)
    pocket.fill(at)


def _collect(pocket: Pocket, at: i64) -> None:
    """Pay what is owed from what there is, in the order in which it would be spent."""
    while pocket.debt > 0:
        lot = pocket.soonest()
        if lot is None:
            return
        pocket.settle(lot, lot.free(), at)


def _made(pocket: Pocket, event: i64, rule: i64, number: i64) -> Lot:
    """Return the lot that a rule made of an event, looked for from the last one made."""
    for place in range(len(pocket.lots) - 1, -1, -1):
        lot = pocket.lots[place]
        if lot.event == event and lot.rule == rule and lot.number == number:
            return lot
    message = "what was granted has a lot"
    raise InvariantBroken(message)
