"""Arithmetic on bounds: the lowest and highest value that a step can have, from those of its parts.

Invariant: the true value of a step never lies outside; each result is also as narrow as its parts allow one by one.
"""

from typing import Final

from guerdon.core.values import CEIL, FLOOR, HALF_UP

Bounds = tuple[int, int]

ROUNDED: Final = {"floor": FLOOR, "ceil": CEIL, "round": HALF_UP}


def add(one: Bounds, other: Bounds) -> Bounds:
    """Bound a sum."""
    return one[0] + other[0], one[1] + other[1]


def negate(one: Bounds) -> Bounds:
    """Bound a number with its sign turned."""
    return -one[1], -one[0]


def subtract(one: Bounds, other: Bounds) -> Bounds:
    """Bound a difference."""
    return add(one, negate(other))


def multiply(one: Bounds, other: Bounds) -> Bounds:
    """Bound a product."""
    corners = [left * right for left in one for right in other]
    return min(corners), max(corners)


def absolute(one: Bounds) -> Bounds:
    """Bound a number without its sign."""
    furthest = max(-one[0], one[1])
    nearest = max(one[0], -one[1], 0)
    return nearest, furthest


def hull(parts: list[Bounds]) -> Bounds:
    """Bound a value that is one of several."""
    return min([part[0] for part in parts]), max([part[1] for part in parts])


def scaled(one: Bounds, factor: int) -> Bounds:
    """Bound a number multiplied by a positive one."""
    return one[0] * factor, one[1] * factor


def reach(one: Bounds) -> int:
    """Return how far from zero a value can be."""
    return max(-one[0], one[1])


def has_zero(one: Bounds) -> bool:
    """Say whether a value can be zero."""
    return one[0] <= 0 <= one[1]


def divide(mode: int, top: Bounds, bottom: Bounds) -> Bounds:
    """Bound a rounded division by anything but zero, which is the only divisor left out."""
    sides = [(max(bottom[0], 1), bottom[1]), (bottom[0], min(bottom[1], -1))]
    ends = [end for side in sides if side[0] <= side[1] for end in side]
    corners = [rounded(mode, one, by) for one in top for by in ends]
    return min(corners), max(corners)


def rounded(mode: int, top: int, bottom: int) -> int:
    """Divide by a number that is not zero and round as named, halves away from zero."""
    if mode == FLOOR:
        return top // bottom
    if mode == CEIL:
        return -(-top // bottom)
    return half(top, bottom)


def half(top: int, bottom: int) -> int:
    """Divide by a number that is not zero and round to the nearest, halves away from zero."""
    size = (2 * abs(top) + abs(bottom)) // (2 * abs(bottom))
    return size if (top < 0) == (bottom < 0) else -size
