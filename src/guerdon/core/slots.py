"""Slots: each expression of a rule or multiplier, folded with its conditions into one whole number an event or line.

A slot is a column in a batch and a closure online; a law test holds the two equal. It is `otherwise` (a rule's 0, a
multiplier's 1x) wherever the event's type, the window, `when` or `where` do not apply.
"""

from collections.abc import Callable, Mapping
from typing import Final

from guerdon.core.errors import InvariantBroken
from guerdon.core.expr.python import line_closure
from guerdon.core.expr.tree import Node, aggregates, fields
from guerdon.core.strategies import Coded

FOREVER: Final = 2**61
"""The end of a window that has none; its start, if it has none, is -FOREVER."""

_LINE_AMOUNT: Final = "eligible"


class Slot:
    """One column of numbers that the fold reads: `value`, where its conditions hold.

    `value` is scaled by 10**`scale` and lies within `low` and `high`. A slot `by_code` asks a strategy instead.
    """

    def __init__(  # noqa: PLR0913 - a slot has this many conditions
        self,
        *,
        event_types: tuple[str, ...],
        per_line: bool,
        value: Node | None,
        scale: int,
        low: int,
        high: int,
        otherwise: int,
        when: Node | None = None,
        where: Node | None = None,
        starts_at: int = -FOREVER,
        ends_at: int = FOREVER,
        by_code: Coded | None = None,
    ) -> None:
        self.event_types: Final = event_types
        self.per_line: Final = per_line
        self.value: Final = value
        self.scale: Final = scale
        self.low: Final = low
        self.high: Final = high
        self.otherwise: Final = otherwise
        self.when: Final = when
        self.where: Final = where
        self.starts_at: Final = starts_at
        self.ends_at: Final = ends_at
        self.by_code: Final = by_code
        self._value: Final = _closure(value)
        self._when: Final = _closure(when)
        self._where: Final = _closure(where)

    def nodes(self) -> list[Node]:
        """Return the expressions that this slot reads."""
        return [node for node in (self.value, self.when, self.where) if node is not None]

    def why_not(self, values: Mapping[str, object], at: int) -> str:
        """Return why the slot does not apply to an event: `type`, `window`, `when`, or nothing when it does."""
        if values["type"] not in self.event_types:
            return "type"
        if not self.starts_at <= at < self.ends_at:
            return "window"
        if self._when is not None and not self._when(values, _NO_LINE):
            return "when"
        return ""

    def of_event(self, values: Mapping[str, object], at: int) -> int:
        """Return the slot's number for an event."""
        if self.why_not(values, at):
            return self.otherwise
        if self.by_code is not None:
            return self.by_code.scaled(values, self.scale)
        return self._asked(values, _NO_LINE)

    def of_lines(self, values: Mapping[str, object], at: int) -> list[int]:
        """Return the slot's number for each line of an event."""
        lines = _lines(values)
        if self.why_not(values, at):
            return [self.otherwise for _ in lines]
        return [self._of_line(values, line) for line in lines]

    def _of_line(self, values: Mapping[str, object], line: Mapping[str, object]) -> int:
        if self._where is not None and not self._where(values, line):
            return self.otherwise
        return self._asked(values, line)

    def _asked(self, values: Mapping[str, object], line: Mapping[str, object]) -> int:
        if self._value is None:
            message = "a slot without code has an expression"
            raise InvariantBroken(message)
        return _whole(self._value(values, line))


class Eligible:
    """What of an amount earns unless a rule says otherwise: net, less points paid, less what is excluded (S10).

    `exclude` is a condition on lines or, when it reads no line, on the event; `include` names amounts that count as well.
    """

    def __init__(self, exclude: Node | None, include: tuple[str, ...]) -> None:
        self.exclude: Final = exclude
        self.include: Final = include
        self.by_line: Final = (
            exclude is not None and any(field.line for field in fields(exclude)) and not aggregates(exclude)
        )
        self.keeps_points: Final = "points_paid" in include
        self.extras: Final = [name for name in include if name != "points_paid"]
        self._excluded: Final = _closure(exclude)

    def fill(self, values: dict[str, object]) -> None:
        """Set `eligible` of an event's values and of each of its lines."""
        lines = _lines(values)
        values[_LINE_AMOUNT] = 0
        for line in lines:
            line[_LINE_AMOUNT] = 0
        gone = not self.by_line and self._excluded is not None and bool(self._excluded(values, _NO_LINE))
        total = 0
        for line in lines:
            if not gone and not (self.by_line and self._excluded is not None and self._excluded(values, line)):
                line[_LINE_AMOUNT] = self._base(line)
                total += self._base(line)
        if not lines and not gone:
            total = self._base(values)
        if not gone:
            total += sum([_whole(values[name]) for name in self.extras])
        values[_LINE_AMOUNT] = total

    def _base(self, values: Mapping[str, object]) -> int:
        net = _whole(values["net"])
        return max(net if self.keeps_points else net - _whole(values["points_paid"]), 0)


_NO_LINE: Final[dict[str, object]] = {}


def _whole(value: object) -> int:
    if not isinstance(value, int):
        message = "an expression gives a whole number"
        raise InvariantBroken(message)
    return value


def _lines(values: Mapping[str, object]) -> list[dict[str, object]]:
    lines = values["lines"]
    if not isinstance(lines, list):
        message = "an event has a list of lines"
        raise InvariantBroken(message)
    return lines


def _closure(node: Node | None) -> Callable[[Mapping[str, object], Mapping[str, object]], object] | None:
    return None if node is None else line_closure(node)
