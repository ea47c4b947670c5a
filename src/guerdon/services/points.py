"""Points as callers state them, in the smallest part of their unit."""

from decimal import Decimal, InvalidOperation

from guerdon.core.programme import Unit
from guerdon.core.values import NUMBER_MAX
from guerdon.services.answers import Refusal


def scaled(stated: int | str, decimals: int) -> int | None:
    """Return points in the unit's smallest part; None when that is no whole number of it, or too large."""
    try:
        value = Decimal(stated)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) > NUMBER_MAX:
        return None
    smallest = value.scaleb(decimals)
    whole = int(smallest)
    return whole if whole == smallest and abs(whole) <= NUMBER_MAX else None


def no_points(unit: Unit, id_: str, *, than: str) -> Refusal:
    """Return the "no" to what is no number of points of a unit other `than` what makes no sense."""
    detail = f"points is not a number of {unit.name} {than}; write it with at most {unit.decimals} decimals"
    return Refusal(code="points_invalid", detail=detail, id=id_)
