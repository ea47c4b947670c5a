"""What a caller is told of an event or a command: points as people write them, by the names of the programme.

Invariant: an answer is read off what was posted, so that giving it again gives the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from guerdon.core.effects import EARNED, LIMITED, MOVED, REVERSED
from guerdon.core.ladders import CAUSES
from guerdon.core.ledger.said import Said
from guerdon.core.lots.left import Left
from guerdon.services.entries import CAUSE, KIND, LIMIT
from guerdon.services.published import Published

RECORDED = "recorded"
WAITING = "waiting"
KEPT = "kept"

Points = int | str
"""Points of a unit: a whole number, or digits with a point where the unit has decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account has of one unit: to use, pending, set aside, and owed; `total` is all of it less what is owed."""

    unit: str
    available: Points
    pending: Points
    held: Points
    debt: Points
    total: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of the level held on a ladder, or of its end, and why."""

    ladder: str
    before: str
    level: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What an event was answered: what it earned of each unit, less what it took back, and which levels it moved.

    `status` is "waiting" while a refund waits for its purchase, and "kept" while a guest's event has no account. `limited` names the limits that cut what was earned.
    """

    id: str
    source: str
    account: str
    number: int
    journal: int
    status: str
    points: dict[str, Points]
    limited: tuple[str, ...]
    moves: tuple[Move, ...]
    balances: tuple[Balance, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A "no": its code is a state that does not change, its detail says what is wrong and what to do."""

    code: str
    detail: str
    id: str = ""


def points_of(published: Published, said: Iterable[Said]) -> dict[str, Points]:
    """Return what entries earned of each unit, less what they took back."""
    sums = dict.fromkeys(published.terms.units, 0)
    for one in said:
        if one[0] in (EARNED, REVERSED):
            sums[one[2]] += one[3] if one[0] == EARNED else -one[3]
    return {
        unit.name: shown(sums[published.terms.units[place]], unit.decimals)
        for place, unit in enumerate(published.programme.units)
    }


def limited_by(published: Published, said: Iterable[Said]) -> tuple[str, ...]:
    """Return which limits cut what entries earned."""
    return tuple(
        dict.fromkeys([
            published.terms.name(one[LIMIT]) for one in said if one[KIND] == EARNED and one[CAUSE] == LIMITED
        ])
    )


def moves_of(published: Published, said: Iterable[Said]) -> tuple[Move, ...]:
    """Return how entries moved levels."""
    name = published.terms.name
    return tuple([
        Move(
            ladder=name(one[9]),
            before=name(one[11]).partition("/")[2],
            level=name(one[12]).partition("/")[2],
            cause=CAUSES[one[CAUSE]],
        )
        for one in said
        if one[0] == MOVED
    ])


def balances_of(published: Published, left: Sequence[Left]) -> tuple[Balance, ...]:
    """Return what is left of each unit."""
    found = []
    for one in left:
        unit = published.programme.units[one.unit]
        found.append(
            Balance(
                unit=unit.name,
                available=shown(one.available, unit.decimals),
                pending=shown(one.pending, unit.decimals),
                held=shown(one.held, unit.decimals),
                debt=shown(one.debt, unit.decimals),
                total=shown(one.total(), unit.decimals),
            )
        )
    return tuple(found)


def shown(points: int, decimals: int) -> Points:
    """Return points in the smallest part as people write them."""
    return points if decimals == 0 else str(Decimal(points).scaleb(-decimals))


def summed(entries: Iterable[tuple[int, Said]]) -> dict[tuple[int, int], int]:
    """Return what entries leave in each book of each unit."""
    found: dict[tuple[int, int], int] = {}
    for sign, one in entries:
        unit, points, left, reached = one[2:6]
        if left != reached:
            found[unit, left] = found.get((unit, left), 0) - sign * points
            found[unit, reached] = found.get((unit, reached), 0) + sign * points
    return found
