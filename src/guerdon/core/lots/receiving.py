"""Receiving: points that come from another account become a lot with dates of its own, and may be given up again.

Invariants:
* A received lot ends when its record says, whatever else lots end by: no activity, level or version moves its end (S8c).
* It can be used at once, pays what is owed first, and is no activity.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import FROM_USABLE, GRANTED, PASSED_ON, RECEIVED
from guerdon.core.lots.claims import Claim
from guerdon.core.lots.drawing import take
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.transfers import ENDLESS, UNSAID


class Part:
    """Points of one lot that are received: how many, when they were earned, when they end, and who pays for them."""

    def __init__(self, points: int, *, earned_at: i64, ends_at: i64, payer: i64) -> None:
        self.points: Final = points
        self.earned_at: Final[i64] = earned_at
        self.ends_at: Final[i64] = LATEST if ends_at == ENDLESS else ends_at
        self.payer: Final[i64] = payer


def receive(pocket: Pocket, at: i64, event: i64, rule: i64, number: i64, part: Part) -> Lot:
    """Make a lot of points that come from another account; they are there for an instant at least."""
    lot = pocket.made(event, rule, number, part.payer, part.points, at)
    lot.pending = 0
    lot.earned_at = at if part.earned_at == UNSAID else min(part.earned_at, at)
    lot.expires_at = min(max(part.ends_at, at + 1), LATEST)
    # The last queue keeps lots by their own ends.
    lot.queue = len(pocket.queues) - 1
    pocket.queues[lot.queue].add(lot)
    effects = pocket.effects
    effects.add(
        RECEIVED, at, event, event, -1, rule, effects.in_force, -1, FROM_USABLE, pocket.keeping.unit,
        part.points, part.points, -1, 0, number, 0, part.payer, GRANTED,
    )  # fmt: skip
    pocket.add(lot, part.points, at)
    return lot


def give_up(pocket: Pocket, at: i64, event: i64, part: Part, amount: int, claim: Claim) -> int:
    """Draw points of lots that were received with the dates and payer of a part; return how many there were."""
    taken = 0
    for lot in pocket.queues[len(pocket.queues) - 1].lots:
        alike = lot.expires_at == part.ends_at and lot.earned_at == part.earned_at and lot.payer == part.payer
        if alike and taken < amount and lot.free() > 0:
            taken += take(pocket, at, event, lot, amount - taken, claim, before=PASSED_ON)
    return taken
