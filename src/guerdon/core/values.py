"""Exact numbers: integers with a power-of-ten scale, named roundings, and splits whose parts add up.

Invariants:
* No float: a value is an `int` in the smallest part of its unit or currency.
* `split` returns parts that sum to the whole, whatever the weights.
* A rounding happens once, at one named place, and is never the currency's by accident.
"""

from typing import Final

MONEY_MAX: Final = 10**15
"""Ingestion refuses amounts beyond this many minor units, either way."""

NUMBER_MAX: Final = 10**12
"""Ingestion refuses a number attribute beyond this, scaled by its decimals, either way."""

RATE_MAX: Final = 10**18
"""Ingestion refuses a rate of exchange beyond this, scaled by its 12 decimals."""

POINTS_MAX: Final = 2**62
"""A rule's result stays below this, in the unit's smallest part."""

BOUND_MAX: Final = 10**36
"""`check` refuses an expression whose value could be larger than this."""

FLOOR: Final = 0
CEIL: Final = 1
HALF_UP: Final = 2
HALF_EVEN: Final = 3

ROUNDINGS: Final = {"floor": FLOOR, "ceil": CEIL, "half_up": HALF_UP, "half_even": HALF_EVEN}
"""The named roundings; `half_up` takes halves away from zero."""


def divide(value: int, by: int, rounding: int) -> int:
    """Return `value / by` as a whole number, rounded as named; `by` is positive."""
    whole = value // by
    rest = value - whole * by
    if rest == 0 or rounding == FLOOR:
        return whole
    if rounding == CEIL:
        return whole + 1
    if 2 * rest != by:
        return whole + 1 if 2 * rest > by else whole
    if rounding == HALF_UP:
        return whole + 1 if value > 0 else whole
    return whole + (whole & 1)


def split(whole: int, weights: list[int]) -> list[int]:
    """Split `whole` by `weights` (none negative), largest remainder first, earlier on a tie.

    When every weight is zero the first part takes it all; no weights give no parts.
    """
    total = sum(weights)
    if total == 0:
        return [whole if position == 0 else 0 for position in range(len(weights))]
    parts = [whole * weight // total for weight in weights]
    rests = [(-(whole * weight % total), position) for position, weight in enumerate(weights)]
    for _, position in sorted(rests)[: whole - sum(parts)]:
        parts[position] += 1
    return parts
