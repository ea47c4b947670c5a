"""What holds on some days only, as expressions: from the first instant of a local day up to that of another."""

from collections.abc import Sequence
from typing import Final

from guerdon.core.calendar import Zone, civil
from guerdon.core.expr.tree import TEXT, Among, Arithmetic, Case, Compare, Field, Junction, Literal, Node, Type, number
from guerdon.core.slots import FOREVER, Slot

Within = tuple[int, int]
"""The instants from which and up to which something holds; both are first instants of local days, or FOREVER."""

_YEARS: Final = (1969, 2101)
_MONTH: Final = 100
_YEAR: Final = 10_000
_HIGHEST: Final = _YEARS[1] * _YEAR + 12 * _MONTH + 31


def while_in_force(zone: Zone, within: Within, node: Node) -> Node:
    """Return a condition that holds within some days alone."""
    conditions = [*_days(zone, within), node]
    return Junction("and", conditions) if len(conditions) > 1 else node


def in_turn(zone: Zone, withins: Sequence[Within], slots: Sequence[Slot]) -> Slot:
    """Return the slot that holds what one slot after the other does; all have one scale and are 0 where they do not apply."""
    conditions: list[Node] = []
    results: list[Node] = []
    for within, slot in zip(withins, slots, strict=True):
        types = [Literal(name, Type(TEXT)) for name in slot.event_types]
        asked = [*_days(zone, within), Among(Field("type", Type(TEXT), line=False), types)]
        conditions.append(Junction("and", [*asked, *([] if slot.when is None else [slot.when])]))
        results.append(_whole(0) if slot.value is None else slot.value)
    low, high = min(0, *(slot.low for slot in slots)), max(0, *(slot.high for slot in slots))
    scale = slots[0].scale
    nothing = Literal(0, number(0, 0, scale=scale))
    return Slot(
        event_types=tuple(dict.fromkeys(name for slot in slots for name in slot.event_types)), per_line=False,
        value=Case(conditions, results, nothing, number(low, high, scale=scale)), scale=scale, low=low, high=high,
        otherwise=0,
    )  # fmt: skip


def _days(zone: Zone, within: Within) -> list[Node]:
    first, end = within
    conditions: list[Node] = []
    if first > -FOREVER:
        conditions.append(Compare(">=", _date(), _written(zone.day_of(first))))
    if end < FOREVER:
        conditions.append(Compare("<", _date(), _written(zone.day_of(end))))
    return conditions


def _date() -> Node:
    """Return an event's local day as a number like 20260701."""
    year = Field("year", number(*_YEARS), line=False)
    month, day = Field("month", number(1, 12), line=False), Field("day", number(1, 31), line=False)
    years = Arithmetic("*", year, _whole(_YEAR), number(_YEARS[0] * _YEAR, _YEARS[1] * _YEAR))
    months = Arithmetic("*", month, _whole(_MONTH), number(_MONTH, 12 * _MONTH))
    both = Arithmetic("+", years, months, number(_YEARS[0] * _YEAR, _HIGHEST))
    return Arithmetic("+", both, day, number(_YEARS[0] * _YEAR, _HIGHEST))


def _written(day: int) -> Literal:
    year, month, of_month = civil(day)
    return _whole(year * _YEAR + month * _MONTH + of_month)


def _whole(value: int) -> Literal:
    return Literal(value, number(value, value))
