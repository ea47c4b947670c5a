"""Splits an expression that reads the account's past: its largest parts that read the event alone become slots.

Invariant: what is left is a tree of the fold's own steps, and no part of it needs a text.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from guerdon.core.expr import live
from guerdon.core.expr.live import Chosen, Compared, Fixed, Joined, Live, Multiplied, OfEvent, OfLine, Scaled, Turned
from guerdon.core.expr.tree import (
    BOOLEAN,
    MAX,
    TEXT,
    Absolute,
    Among,
    Arithmetic,
    Case,
    Coalesce,
    Compare,
    Extreme,
    IsAbsent,
    Junction,
    Literal,
    Negate,
    Node,
    Not,
    OfAccount,
    Quotient,
    Type,
    common_scale,
    is_live,
    number,
)
from guerdon.core.slots import Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.terms import Terms, reads_line
from guerdon.definition.source import Loc

ONE: Final = Literal(1, number(1, 1))
"""What a slot holds that only says whether its conditions hold."""

_NONE: Final = Literal(0, number(0, 0))


def split_condition(when: Node | None) -> tuple[Node | None, Node | None]:
    """Return what of a condition reads the event alone, and the rest; both have to hold."""
    if when is None or not is_live(when):
        return when, None
    items = when.children if isinstance(when, Junction) and when.op == "and" else [when]
    return _all([item for item in items if not is_live(item)]), _all([item for item in items if is_live(item)])


def _all(items: Sequence[Node]) -> Node | None:
    if len(items) > 1:
        return Junction("and", list(items))
    return items[0] if items else None


def where_all(conditions: list[Live], value: Live, otherwise: int) -> Live:
    """Return a number where conditions hold, and another one elsewhere."""
    if not conditions:
        return value
    return Chosen(
        [conditions[0] if len(conditions) == 1 else Joined(conditions, some=False)], [value], Fixed(otherwise)
    )


class Splitter:
    """Splits the expressions of one rule, multiplier or ladder; what cannot be said of the past is noted at their place.

    A metric that was `moved` is read in another place of the past.
    """

    moved: Mapping[int, int]

    def __init__(self, draft: Draft, terms: Terms, event_types: tuple[str, ...], loc: Loc) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.event_types: Final = event_types
        self.loc: Final = loc
        self.refused = False
        self.moved = {}

    def split(self, node: Node) -> Live | None:
        """Return an expression as the fold asks it, or nothing when it says what cannot be said of the past."""
        self.refused = False
        made = self.step(node)
        return None if self.refused else made

    def step(self, node: Node) -> Live:
        """Return one step: a number written out, a slot of the event, or what joins them with the past."""
        if isinstance(node, Literal):
            return Fixed(int(node.value)) if node.type.kind != TEXT else self.refuse("a text")
        if not is_live(node):
            return self._slot(node)
        made = _STEPS.get(type(node))
        if made is None or node.type.kind == TEXT:
            return self.refuse("starts_with, lookup or a text")
        step: Live = made(self, node)
        return step

    def refuse(self, what: str) -> Live:
        """Note that something cannot be joined with the account's past."""
        if not self.refused:
            said = f"{what} cannot depend on levels and metrics"
            self.draft.wrong(
                self.loc,
                "live",
                said,
                "compare levels with their names, as in case level when 'gold' then 2 else 1 end",
            )
        self.refused = True
        return Fixed(0)

    def aligned(self, node: Node, scale: int) -> Live:
        """Return a number with more decimals."""
        return times(self.step(node), 10 ** (scale - node.type.scale))

    def _slot(self, node: Node) -> Live:
        value = node if node.type.kind != BOOLEAN else Case([node], [ONE], _NONE, number(0, 1))
        line = reads_line(node)
        kind = value.type
        slot = Slot(
            event_types=self.event_types, per_line=line, value=value, scale=kind.scale,
            low=min(kind.low, 0), high=max(kind.high, 0), otherwise=0,
        )  # fmt: skip
        position = self.terms.slot(slot)
        return OfLine(position) if line else OfEvent(position)


def times(value: Live, by: int) -> Live:
    """Return a number times a constant."""
    if by == 1:
        return value
    return Fixed(value.number * by) if isinstance(value, Fixed) else Scaled(value, by)


def _past(splitter: Splitter, node: OfAccount) -> Live:
    return live.OfPast(splitter.moved.get(node.position, node.position))


def _arithmetic(splitter: Splitter, node: Arithmetic) -> Live:
    if node.op == "*":
        return Multiplied(splitter.step(node.left), splitter.step(node.right))
    scale = node.type.scale
    right = splitter.aligned(node.right, scale)
    return live.Added(splitter.aligned(node.left, scale), right if node.op == "+" else times(right, -1))


def _negate(splitter: Splitter, node: Negate) -> Live:
    return times(splitter.step(node.value), -1)


def _absolute(splitter: Splitter, node: Absolute) -> Live:
    return live.Size(splitter.step(node.value))


def _extreme(splitter: Splitter, node: Extreme) -> Live:
    items = [splitter.aligned(item, node.type.scale) for item in node.children]
    return live.Furthest(items, greatest=node.op == MAX)


def _quotient(splitter: Splitter, node: Quotient) -> Live:
    if node.type.absent:
        return splitter.refuse("a division by what may be zero")
    top = times(splitter.step(node.top), node.top_factor)
    return live.Divided(node.mode, top, times(splitter.step(node.bottom), node.bottom_factor))


def _compare(splitter: Splitter, node: Compare) -> Live:
    if node.left.type.kind == TEXT:
        return _same_level(splitter, node)
    scale = common_scale(node.children)
    sides = [splitter.aligned(node.left, scale), splitter.aligned(node.right, scale)]
    if node.op in (">", ">="):
        sides.reverse()
    ops = {"=": live.EQUAL, "<>": live.EQUAL, "<": live.LESS, ">": live.LESS}
    compared = Compared(ops.get(node.op, live.AT_MOST), sides[0], sides[1])
    return Turned(compared) if node.op == "<>" else compared


def _same_level(splitter: Splitter, node: Compare) -> Live:
    found = _levels_where(node)
    if found is None:
        return splitter.refuse("what is compared with a level")
    return live.ByLevel(found[0], found[1])


def _among(splitter: Splitter, node: Among) -> Live:
    found = _levels_where(node)
    if found is not None:
        return live.ByLevel(found[0], found[1])
    scale = common_scale(node.children)
    factors = [10 ** (scale - choice.type.scale) for choice in node.choices]
    choices = [int(choice.value) * by for choice, by in zip(node.choices, factors, strict=True)]
    return live.OneOf(splitter.aligned(node.value, scale), choices)


def _levels_where(node: Node) -> tuple[int, list[int]] | None:
    """Return the place of a level in the past, and for each level 1 where a condition on it alone holds."""
    if isinstance(node, Compare):
        sides = (node.left, node.right) if isinstance(node.left, OfAccount) else (node.right, node.left)
        named, level = [sides[1]], sides[0]
    elif isinstance(node, Among):
        named, level = list(node.choices), node.value
    else:
        return None
    if not isinstance(level, OfAccount) or not level.names or not all(isinstance(one, Literal) for one in named):
        return None
    names = [one.value for one in named if isinstance(one, Literal)]
    turned = isinstance(node, Compare) and node.op == "<>"
    return level.position, [int((name in names) != turned) for name in level.names]


def _junction(splitter: Splitter, node: Junction) -> Live:
    event, past = split_condition(node) if node.op == "and" else _either(node)
    items = [event] if event is not None else []
    items += past.children if isinstance(past, Junction) and past.op == node.op else [past] if past is not None else []
    return Joined([splitter.step(item) for item in items], some=node.op == "or")


def _either(node: Junction) -> tuple[Node | None, Node | None]:
    """Return what of several conditions, one of which has to hold, reads the event alone, and the rest."""
    events = [item for item in node.children if not is_live(item)]
    rest = [item for item in node.children if is_live(item)]
    event = Junction("or", events) if len(events) > 1 else events[0] if events else None
    return event, Junction("or", rest)


def _not(splitter: Splitter, node: Not) -> Live:
    return Turned(splitter.step(node.value))


def _case(splitter: Splitter, node: Case) -> Live:
    by_level = _by_level(node)
    if by_level is not None:
        return by_level
    scale = node.type.scale
    conditions = [splitter.step(condition) for condition in node.conditions]
    results = [splitter.aligned(result, scale) for result in node.results]
    return Chosen(conditions, results, splitter.aligned(node.default, scale))


def _by_level(node: Case) -> Live | None:
    """Return a case that only says a number for each level as a list of them."""
    found = [_levels_where(condition) for condition in node.conditions]
    results = [result for result in (*node.results, node.default) if isinstance(result, Literal)]
    if None in found or len(results) <= len(node.results) or len({one[0] for one in found if one is not None}) > 1:
        return None
    scaled = [int(result.value) * 10 ** (node.type.scale - result.type.scale) for result in results]
    where = [one[1] for one in found if one is not None]
    numbers = [
        next((n for n, holds in zip(scaled, where, strict=False) if holds[i]), scaled[-1]) for i in range(len(where[0]))
    ]
    return live.ByLevel(next(one[0] for one in found if one is not None), numbers)


def _coalesce(splitter: Splitter, node: Coalesce) -> Live:
    """Ask one after the other whether it is there; what is of the past always is."""
    if node.type.kind == BOOLEAN:
        return splitter.refuse("coalesce of conditions")
    first = [is_live(item) for item in node.children].index(True)
    conditions = [splitter.step(Not(IsAbsent(item))) for item in node.children[:first]]
    results = [splitter.aligned(_present(item), node.type.scale) for item in node.children[:first]]
    return Chosen(conditions, results, splitter.aligned(node.children[first], node.type.scale))


def _present(item: Node) -> Node:
    """Return a value that may be absent as one that is 0 then."""
    kind = item.type
    low, high = min(kind.low, 0), max(kind.high, 0)
    return Coalesce([item, _NONE], Type(kind.kind, scale=kind.scale, low=low, high=high))


_STEPS: Final[dict[type[Node], Callable[[Splitter, Any], Live]]] = {
    OfAccount: _past,
    Arithmetic: _arithmetic,
    Negate: _negate,
    Absolute: _absolute,
    Extreme: _extreme,
    Quotient: _quotient,
    Compare: _compare,
    Among: _among,
    Junction: _junction,
    Not: _not,
    Case: _case,
    Coalesce: _coalesce,
}
"""How each kind of step is split; what is not here has no place beside the past."""
