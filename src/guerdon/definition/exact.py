"""Exact numbers of a programme file, as the scaled integers that the engine counts in.

A number of the file has up to 18 digits on either side of its point: more than a Decimal keeps by itself when it is moved,
so digits are moved here as whole numbers.
"""

from decimal import Decimal

from guerdon.core.expr.tree import BOOLEAN, TEXT, Literal, Type, number


def scaled_of(value: int | Decimal) -> tuple[int, int]:
    """Return a number as an integer and the fewest decimals that hold it."""
    whole, _, part = f"{Decimal(value):f}".partition(".")
    part = part.rstrip("0")
    return int(whole + part), len(part)


def scaled_to(value: int | Decimal, decimals: int) -> int | None:
    """Return a number as an integer of so many decimals, or nothing when it has more."""
    scaled, own = scaled_of(value)
    return scaled * 10 ** (decimals - own) if own <= decimals else None


def literal_of(value: object) -> Literal:
    """Return a scalar of the file as a literal of its kind."""
    if isinstance(value, bool):
        return Literal(value, Type(BOOLEAN))
    if isinstance(value, (int, Decimal)):
        scaled, scale = scaled_of(value)
        return Literal(scaled, number(scaled, scaled, scale=scale))
    return Literal(str(value), Type(TEXT))


def shown(scaled: int, decimals: int) -> str:
    """Return a scaled integer as people write it, with all its decimals."""
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"
