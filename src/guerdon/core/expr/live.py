"""Live expressions: what joins numbers of the event with what is known of its account's past, evaluated in the fold.

The largest parts that read only the event are slots, as everywhere; a small tree of the objects below joins them with levels
and metrics. Text never comes here: a level is its position in its ladder.

Invariants:
* `of` gives a whole number; a condition gives 1 or 0.
* Nothing here changes anything: the same columns, rows and past give the same number.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.columns import Column
from guerdon.core.expr.bounds import rounded


class Live:
    """One step of a live expression."""

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the number for an event, its line in `row`, and an account with this `past`."""
        raise NotImplementedError


class Fixed(Live):
    """A number written out."""

    def __init__(self, number: int) -> None:
        self.number: Final = number

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:  # noqa: ARG002 - as every step is asked
        """Return the number."""
        return self.number


class OfEvent(Live):
    """What a slot holds for the event."""

    def __init__(self, slot: int) -> None:
        self.slot: Final = slot

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:  # noqa: ARG002 - as every step is asked
        """Return the slot's number."""
        return slots[self.slot].at(event)


class OfLine(Live):
    """What a slot holds for the line."""

    def __init__(self, slot: int) -> None:
        self.slot: Final = slot

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:  # noqa: ARG002 - as every step is asked
        """Return the slot's number."""
        return slots[self.slot].at(row)


class OfPast(Live):
    """A level's position, or what a metric counts."""

    def __init__(self, position: int) -> None:
        self.position: Final = position

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:  # noqa: ARG002 - as every step is asked
        """Return what the past holds in this position."""
        return past[self.position]


class ByLevel(Live):
    """A number for each level: most of what live expressions say."""

    def __init__(self, position: int, numbers: list[int]) -> None:
        self.position: Final = position
        self.numbers: Final = numbers

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:  # noqa: ARG002 - as every step is asked
        """Return the number of the level held."""
        return self.numbers[past[self.position]]


class Scaled(Live):
    """A number with more decimals, or with its sign turned."""

    def __init__(self, value: Live, by: int) -> None:
        self.value: Final = value
        self.by: Final = by

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the number times the constant."""
        return self.value.of(slots, event, row, past) * self.by


class Added(Live):
    """Two numbers added."""

    def __init__(self, left: Live, right: Live) -> None:
        self.left: Final = left
        self.right: Final = right

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the sum."""
        return self.left.of(slots, event, row, past) + self.right.of(slots, event, row, past)


class Multiplied(Live):
    """Two numbers multiplied."""

    def __init__(self, left: Live, right: Live) -> None:
        self.left: Final = left
        self.right: Final = right

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the product."""
        return self.left.of(slots, event, row, past) * self.right.of(slots, event, row, past)


class Size(Live):
    """A number without its sign."""

    def __init__(self, value: Live) -> None:
        self.value: Final = value

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the size."""
        return abs(self.value.of(slots, event, row, past))


class Furthest(Live):
    """The least or the greatest of several numbers."""

    def __init__(self, items: list[Live], *, greatest: bool) -> None:
        self.items: Final = items
        self.greatest: Final = greatest

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the number at that end."""
        found = self.items[0].of(slots, event, row, past)
        for item in self.items:
            other = item.of(slots, event, row, past)
            if (other > found) if self.greatest else (other < found):
                found = other
        return found


class Divided(Live):
    """A division rounded where it is made; the divisor is never zero."""

    def __init__(self, mode: int, top: Live, bottom: Live) -> None:
        self.mode: Final = mode
        self.top: Final = top
        self.bottom: Final = bottom

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the rounded quotient."""
        top = self.top.of(slots, event, row, past)
        return rounded(self.mode, top, self.bottom.of(slots, event, row, past))


EQUAL: Final = 0
LESS: Final = 1
AT_MOST: Final = 2


class Compared(Live):
    """Two numbers compared: equal, less, or at most; the other comparisons are these, exchanged or turned round."""

    def __init__(self, op: int, left: Live, right: Live) -> None:
        self.op: Final = op
        self.left: Final = left
        self.right: Final = right

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return 1 when the comparison holds."""
        left = self.left.of(slots, event, row, past)
        right = self.right.of(slots, event, row, past)
        if self.op == EQUAL:
            return 1 if left == right else 0
        return 1 if left < right or (self.op == AT_MOST and left == right) else 0


class OneOf(Live):
    """Whether a number is one of those listed."""

    def __init__(self, value: Live, choices: list[int]) -> None:
        self.value: Final = value
        self.choices: Final = choices

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return 1 when it is."""
        return 1 if self.value.of(slots, event, row, past) in self.choices else 0


class Joined(Live):
    """Several conditions of which all hold, or (with `some`) at least one."""

    def __init__(self, items: list[Live], *, some: bool) -> None:
        self.items: Final = items
        self.decisive: Final = 1 if some else 0

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return 1 when they do."""
        for item in self.items:
            if item.of(slots, event, row, past) == self.decisive:
                return self.decisive
        return 1 - self.decisive


class Turned(Live):
    """A condition turned round."""

    def __init__(self, value: Live) -> None:
        self.value: Final = value

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return 1 when the condition does not hold."""
        return 1 - self.value.of(slots, event, row, past)


class Chosen(Live):
    """The result of the first condition that holds, or the last result."""

    def __init__(self, conditions: list[Live], results: list[Live], default: Live) -> None:
        self.conditions: Final = conditions
        self.results: Final = results
        self.default: Final = default

    def of(self, slots: list[Column], event: i64, row: i64, past: list[int]) -> int:
        """Return the result."""
        for position in range(len(self.conditions)):
            if self.conditions[position].of(slots, event, row, past) == 1:
                return self.results[position].of(slots, event, row, past)
        return self.default.of(slots, event, row, past)


def places_read(step: Live) -> set[int]:
    """Return which places of the past a live expression reads."""
    if isinstance(step, (OfPast, ByLevel)):
        return {step.position}
    if isinstance(step, (Scaled, Size, OneOf, Turned)):
        return places_read(step.value)
    if isinstance(step, (Added, Multiplied, Compared)):
        return places_read(step.left) | places_read(step.right)
    if isinstance(step, Divided):
        return places_read(step.top) | places_read(step.bottom)
    steps: list[Live] = []
    if isinstance(step, (Furthest, Joined)):
        steps = step.items
    if isinstance(step, Chosen):
        steps = [*step.conditions, *step.results, step.default]
    return {place for one in steps for place in places_read(one)}
