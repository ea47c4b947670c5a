"""Which of two expressions gives more, or holds more often: proved from their trees, for every event there can be.

Invariant: MORE and LESS are said only of what is proved; what is not proved is UNKNOWN, whatever it looks like.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from typing import Literal as OneOf

from guerdon.core.expr.tree import (
    ANY,
    BOOLEAN,
    COUNT,
    COUNT_DISTINCT,
    SUM,
    Aggregate,
    Among,
    Arithmetic,
    Case,
    Coalesce,
    Compare,
    Extreme,
    Junction,
    Literal,
    Lookup,
    Negate,
    Node,
    Not,
    Quotient,
    Table,
    Type,
    lookups,
    number,
)

Order = OneOf["same", "more", "less", "unknown"]

SAME: Final = "same"
MORE: Final = "more"
LESS: Final = "less"
UNKNOWN: Final = "unknown"

_TURNED: Final[dict[Order, Order]] = {SAME: SAME, MORE: LESS, LESS: MORE, UNKNOWN: UNKNOWN}
_ALWAYS: Final = Literal(value=True, kind=Type(BOOLEAN))
_NOTHING: Final = Literal(0, number(0, 0))
_ONE: Final = Literal(1, number(1, 1))
_SCALE: Final = 36
_WEIGHT_MAX: Final = 10_000
_RISING: Final = (">", ">=")
_FALLING: Final = ("<", "<=")
_STRICT: Final = (">", "<")
_MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def turned(order: Order) -> Order:
    """Return the order the other way round."""
    return _TURNED[order]


def joined(*orders: Order) -> Order:
    """Return the order of a whole that rises with each of its parts."""
    moved = {order for order in orders if order != SAME}
    return SAME if not moved else moved.pop() if len(moved) == 1 else UNKNOWN


def alike(old: Node, new: Node) -> bool:
    """Say whether two expressions are the same, down to the rows of their tables."""
    return old == new and [rows_of(one.table) for one in lookups(old)] == [rows_of(one.table) for one in lookups(new)]


def rows_of(table: Table) -> dict[object, object]:
    """Return what a table gives for each key, whatever decimals it keeps; None is any other key."""
    rows: dict[object, object] = {
        _real(key, table.key.scale): _real(value, table.value.scale) for key, value in table.rows.items()
    }
    return rows | {None: None if table.default is None else _real(table.default, table.value.scale)}


def order_of_numbers(old: Node, new: Node) -> Order:
    """Say whether the new number is never less than the old one, or never more; a very large one is not looked into."""
    if old.weight * new.weight > _WEIGHT_MAX:
        return SAME if alike(old, new) else UNKNOWN
    return _Proof().numbers(old, new)


def order_of_conditions(old: Node, new: Node) -> Order:
    """Say whether the new condition holds whenever the old one does, or only then; as with numbers."""
    if old.weight * new.weight > _WEIGHT_MAX:
        return SAME if alike(old, new) else UNKNOWN
    return _Proof().conditions(old, new)


class _Proof:
    """A proof about two expressions; each pair of their parts is looked at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool] = {}
        self._ordered: dict[tuple[int, int], Order] = {}

    def numbers(self, old: Node, new: Node) -> Order:
        """Say whether the new number is never less than the old one, or never more."""
        pair = (id(old), id(new))
        if pair not in self._ordered:
            self._ordered[pair] = SAME if alike(old, new) else self._by_steps(old, new)
        return self._ordered[pair]

    def conditions(self, old: Node, new: Node) -> Order:
        """Say whether the new condition holds whenever the old one does, or only then."""
        wider, narrower = self.implies(old, new), self.implies(new, old)
        if wider and narrower:
            return SAME
        return MORE if wider else LESS if narrower else UNKNOWN

    def _by_steps(self, old: Node, new: Node) -> Order:
        """Try one way after the other to tell two numbers that are not alike."""
        found: Order = UNKNOWN
        if type(old) is type(new) and type(new) in _KINDS:
            found = _KINDS[type(new)](self, old, new)
        for way in (self._grown, self._shrunk):
            found = way(old, new) if found == UNKNOWN else found
        return _by_bounds(old, new) if found == UNKNOWN else found

    def _shrunk(self, old: Node, new: Node) -> Order:
        return turned(self._grown(new, old))

    def _grown(self, old: Node, new: Node) -> Order:
        """Compare a number with one that it became a part of: floor(a) and floor(a) * 2."""
        if isinstance(new, Extreme) and any(alike(old, one) for one in new.children):
            return MORE if new.op == "max" else LESS
        if not isinstance(new, Arithmetic):
            return UNKNOWN
        if new.op == "-":
            return joined(self.numbers(old, new.left), turned(self.numbers(_NOTHING, new.right)))
        neutral = _ONE if new.op == "*" else _NOTHING
        for part, rest in ((new.left, new.right), (new.right, new.left)):
            found = joined(self.numbers(old, part), self.numbers(neutral, rest))
            if found != UNKNOWN and (new.op == "+" or min(part.type.low, rest.type.low) >= 0):
                return found
        return UNKNOWN

    def implies(self, first: Node, then: Node) -> bool:
        """Say whether `then` holds whenever `first` does, as far as can be shown."""
        pair = (id(first), id(then))
        if pair not in self._known:
            self._known[pair] = alike(first, then) or self._by_parts(first, then)
        return self._known[pair]

    def _by_parts(self, first: Node, then: Node) -> bool:
        if _is_truth(then, holds=True) or _is_truth(first, holds=False):
            return True
        if isinstance(first, Junction) and first.op == "or":
            return all(self.implies(one, then) for one in first.children)
        if isinstance(then, Junction) and then.op == "and":
            return all(self.implies(first, one) for one in then.children)
        if isinstance(first, Junction) and any(self.implies(one, then) for one in first.children):
            return True
        if isinstance(then, Junction):
            return any(self.implies(first, one) for one in then.children)
        return self._by_kind(first, then)

    def _by_kind(self, first: Node, then: Node) -> bool:
        if isinstance(first, Not) and isinstance(then, Not):
            return self.implies(then.value, first.value)
        if isinstance(first, Aggregate) and isinstance(then, Aggregate) and first.op == then.op == ANY:
            return self._any_line(first, then)
        if _is_one_of(first, then):
            return True
        return (
            isinstance(first, Compare)
            and isinstance(then, Compare)
            and _compares(self, _upright(first), _upright(then))
        )

    def _any_line(self, first: Aggregate, then: Aggregate) -> bool:
        pairs = ((first.argument, then.argument), (first.where, then.where))
        return all(self.implies(before or _ALWAYS, after or _ALWAYS) for before, after in pairs)


def _by_bounds(old: Node, new: Node) -> Order:
    """Compare two numbers by the least and the most they can be."""
    if old.type.absent or new.type.absent:
        return UNKNOWN
    (low, high), (new_low, new_high) = _bounds(old), _bounds(new)
    return MORE if new_low >= high else LESS if new_high <= low else UNKNOWN


def _bounds(node: Node) -> tuple[int, int]:
    factor = 10 ** (_SCALE - node.type.scale)
    return node.type.low * factor, node.type.high * factor


def _literals(_by: "_Proof", old: Literal, new: Literal) -> Order:
    return _values(_real(old.value, old.type.scale), _real(new.value, new.type.scale))


def _arithmetic(by: "_Proof", old: Arithmetic, new: Arithmetic) -> Order:
    if old.op != new.op:
        return UNKNOWN
    left, right = by.numbers(old.left, new.left), by.numbers(old.right, new.right)
    if new.op == "-":
        return joined(left, turned(right))
    positive = all(side.type.low >= 0 for side in (old.left, old.right, new.left, new.right))
    return joined(left, right) if new.op == "+" or positive else UNKNOWN


def _negations(by: "_Proof", old: Negate, new: Negate) -> Order:
    return turned(by.numbers(old.value, new.value))


def _extremes(by: "_Proof", old: Extreme, new: Extreme) -> Order:
    if old.op != new.op:
        return UNKNOWN
    if len(old.children) == len(new.children):
        return joined(*map(by.numbers, old.children, new.children))
    added = all(any(alike(one, other) for other in new.children) for one in old.children)
    gone = all(any(alike(one, other) for other in old.children) for one in new.children)
    order: Order = MORE if added else LESS if gone else UNKNOWN
    return order if new.op == "max" else turned(order)


def _quotients(by: "_Proof", old: Quotient, new: Quotient) -> Order:
    """Compare roundings and rounded divisions: all ways to round keep the order of what they round."""
    if (old.mode, old.type.scale) != (new.mode, new.type.scale) or min(old.bottom.type.low, new.bottom.type.low) <= 0:
        return UNKNOWN
    if alike(old.bottom, new.bottom):
        return by.numbers(old.top, new.top)
    positive = min(old.top.type.low, new.top.type.low) >= 0
    bottom = turned(by.numbers(old.bottom, new.bottom))
    return joined(by.numbers(old.top, new.top), bottom) if positive else UNKNOWN


def _cases(by: "_Proof", old: Case, new: Case) -> Order:
    if len(old.conditions) != len(new.conditions) or not all(map(alike, old.conditions, new.conditions)):
        return UNKNOWN
    return joined(*map(by.numbers, (*old.results, old.default), (*new.results, new.default)))


def _coalesced(by: "_Proof", old: Coalesce, new: Coalesce) -> Order:
    """Compare first values that are there: both have to be absent for the same events."""
    if len(old.children) != len(new.children):
        return UNKNOWN
    pairs = list(zip(old.children, new.children, strict=True))
    together = [
        alike(one, other) or isinstance(other, Lookup) or not (one.type.absent or other.type.absent)
        for one, other in pairs
    ]
    return joined(*(by.numbers(one, other) for one, other in pairs)) if all(together) else UNKNOWN


def _lookups(_by: "_Proof", old: Lookup, new: Lookup) -> Order:
    """Compare two tables that have values for the same keys."""
    before, after = rows_of(old.table), rows_of(new.table)
    if not alike(old.key, new.key) or _present(before) != _present(after):
        return UNKNOWN
    return joined(*(_values(before[key], after[key]) for key in _present(after)))


def _present(rows: Mapping[object, object]) -> set[object]:
    return {key for key, value in rows.items() if value is not None}


def _values(old: Any, new: Any) -> Order:  # noqa: ANN401 - numbers, as rows and literals hold them
    return MORE if new > old else LESS if new < old else SAME


def _gathered(by: "_Proof", old: Aggregate, new: Aggregate) -> Order:
    """Compare what is gathered from lines: more lines make a sum of nothing negative, or a count, no smaller."""
    if old.op != new.op or new.op not in (SUM, COUNT, COUNT_DISTINCT):
        return UNKNOWN
    lines = by.conditions(old.where or _ALWAYS, new.where or _ALWAYS)
    if old.argument is None or new.argument is None:
        return lines if old.argument is new.argument else UNKNOWN
    if new.op != SUM:
        return lines if alike(old.argument, new.argument) else UNKNOWN
    positive = min(old.argument.type.low, new.argument.type.low) >= 0
    each = by.numbers(old.argument, new.argument)
    return joined(each, lines) if positive or lines == SAME else UNKNOWN


_KINDS: Final[dict[type[Node], Callable[["_Proof", Any, Any], Order]]] = {
    Literal: _literals, Arithmetic: _arithmetic, Negate: _negations, Extreme: _extremes, Quotient: _quotients,
    Case: _cases, Coalesce: _coalesced, Lookup: _lookups, Aggregate: _gathered,
}  # fmt: skip


def _is_truth(node: Node, *, holds: bool) -> bool:
    return isinstance(node, Literal) and bool(node.value) is holds


def _choices(node: Node) -> tuple[Node, set[str]] | None:
    """Return a value with all it may be, for conditions that list these."""
    if isinstance(node, Among):
        return node.value, {one.shape() for one in node.choices}
    if isinstance(node, Compare) and node.op == "=" and isinstance(node.right, Literal):
        return node.left, {node.right.shape()}
    return None


def _is_one_of(first: Node, then: Node) -> bool:
    before, after = _choices(first), _choices(then)
    return before is not None and after is not None and alike(before[0], after[0]) and before[1] <= after[1]


def _upright(node: Compare) -> Compare:
    """Return a comparison with what varies on its left."""
    return Compare(_MIRRORED.get(node.op, node.op), node.right, node.left) if isinstance(node.left, Literal) else node


def _compares(by: _Proof, first: Compare, then: Compare) -> bool:
    """Say whether passing one threshold is passing the other."""
    for ops, ways in ((_RISING, (MORE, LESS)), (_FALLING, (LESS, MORE))):
        if first.op in ops and then.op in ops:
            left, right = by.numbers(first.left, then.left), by.numbers(first.right, then.right)
            strict = first.op in _STRICT or then.op not in _STRICT or (_are_literals(first, then) and right == ways[1])
            return strict and left in (SAME, ways[0]) and right in (SAME, ways[1])
    return False


def _are_literals(first: Compare, then: Compare) -> bool:
    return isinstance(first.right, Literal) and isinstance(then.right, Literal)


def _real(value: object, scale: int) -> Any:  # noqa: ANN401 - a text stays one
    return value * 10 ** (_SCALE - scale) if isinstance(value, int) else value
