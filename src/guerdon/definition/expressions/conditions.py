"""Reads conditions and choices: comparisons, and/or/not, in, between, is null, case and coalesce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guerdon.core.expr import bounds
from guerdon.core.expr.tree import (
    BOOLEAN,
    DATE,
    NUMBER,
    TEXT,
    Among,
    Case,
    Coalesce,
    Compare,
    Field,
    IsAbsent,
    Junction,
    Literal,
    Node,
    Not,
    StartsWith,
    Type,
    common_scale,
    factor,
)
from guerdon.definition.expressions.reading import Reading
from guerdon.definition.expressions.scope import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot.expressions import Expr

_SIGNS: Final = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}


def read_comparison(reading: Reading, syntax: Expr) -> Node | None:
    """Read two values compared."""
    sides = reading.all_present([syntax.this, syntax.expression])
    if sides is None:
        return None
    return _compare(reading, syntax, sides, _SIGNS[type(syntax).__name__])


def _compare(reading: Reading, syntax: Expr, sides: list[Node], op: str) -> Node | None:
    if not reading.same_kind(syntax, sides):
        return None
    if op not in {"=", "<>"} and sides[0].type.kind not in {NUMBER, DATE}:
        reading.say(syntax, f"{op} puts numbers and dates in order, nothing else", "compare with = or <>")
        return None
    _check_values(reading, syntax, sides[0], [sides[1]])
    _check_values(reading, syntax, sides[1], [sides[0]])
    return Compare(op, sides[0], sides[1])


def _check_values(reading: Reading, syntax: Expr, field: Node, choices: Sequence[Node]) -> None:
    """Point out a text that the field can never hold."""
    if not isinstance(field, Field):
        return
    name = f"line.{field.name}" if field.line else field.name
    known = reading.scope.values.get(name)
    for choice in choices:
        if known is not None and isinstance(choice, Literal) and choice.value not in known:
            reading.say(syntax, f"{name} is never '{choice.value}'", suggest(str(choice.value), known))


def read_junction(reading: Reading, syntax: Expr) -> Node | None:
    """Read conditions joined by and, or by or; a chain of one word becomes one node."""
    joined = type(syntax)
    parts: list[Expr] = []
    first: Expr = syntax
    while type(first) is joined:
        parts.append(first.expression)
        first = first.this
    items = reading.all_present([first, *reversed(parts)], BOOLEAN)
    return None if items is None else Junction(joined.__name__.lower(), items)


def read_not(reading: Reading, syntax: Expr) -> Node | None:
    """Read a condition turned round."""
    value = reading.present(syntax.this, BOOLEAN)
    return None if value is None else Not(value)


def read_between(reading: Reading, syntax: Expr) -> Node | None:
    """Read x between low and high, both ends included."""
    sides = reading.all_present([syntax.this, syntax.args["low"], syntax.args["high"]])
    if sides is None:
        return None
    above = _compare(reading, syntax, [sides[0], sides[1]], ">=")
    below = None if above is None else _compare(reading, syntax, [sides[0], sides[2]], "<=")
    return None if above is None or below is None else Junction("and", [above, below])


def read_in(reading: Reading, syntax: Expr) -> Node | None:
    """Read x in (a, b, c), a list of written values."""
    value = reading.present(syntax.this)
    choices = reading.all_present(syntax.expressions)
    if value is None or choices is None:
        return None
    literals = [choice for choice in choices if isinstance(choice, Literal)]
    if len(literals) < len(choices):
        reading.say(syntax, "the list of in holds only written values", "join comparisons with or")
        return None
    if not reading.same_kind(syntax, [value, *choices]):
        return None
    _check_values(reading, syntax, value, choices)
    return Among(value, literals)


def read_is(reading: Reading, syntax: Expr) -> Node | None:
    """Read x is null; sqlglot reads is not null as its opposite."""
    if type(syntax.expression).__name__ != "Null":
        reading.say(syntax, "is stands only before null and not null", "a condition needs no is true: name it alone")
        return None
    value = reading.node(syntax.this)
    return None if value is None else IsAbsent(value)


def read_case(reading: Reading, syntax: Expr) -> Node | None:
    """Read both forms of case; the one with a value compares it with each when."""
    ifs, default = syntax.args["ifs"], syntax.args.get("default")
    if default is None:
        reading.say(syntax, "this case does not say what holds otherwise", "add else ... before end")
        return None
    conditions = _conditions(reading, syntax, [each.this for each in ifs])
    results = reading.all_present([*(each.args["true"] for each in ifs), default])
    if conditions is None or results is None or not reading.same_kind(syntax, results):
        return None
    return Case(conditions, results[:-1], results[-1], _one_of(results, absent=False))


def _conditions(reading: Reading, syntax: Expr, whens: list[Expr]) -> list[Node] | None:
    if syntax.this is None:
        return reading.all_present(whens, BOOLEAN)
    value = reading.present(syntax.this)
    choices = reading.all_present(whens)
    if value is None or choices is None:
        return None
    made = [_compare(reading, when, [value, choice], "=") for when, choice in zip(whens, choices, strict=True)]
    kept = [each for each in made if each is not None]
    return kept if len(kept) == len(made) else None


def _one_of(nodes: list[Node], *, absent: bool) -> Type:
    kind = nodes[0].type.kind
    scale = common_scale(nodes)
    spans = [bounds.scaled((node.type.low, node.type.high), factor(node, scale)) for node in nodes]
    low, high = bounds.hull(spans)
    return Type(kind, scale=scale, low=low, high=high, absent=absent)


def read_coalesce(reading: Reading, syntax: Expr) -> Node | None:
    """Read coalesce(a, b, ...): the first that is not absent."""
    nodes = [reading.node(part) for part in [syntax.this, *syntax.expressions]]
    items = [node for node in nodes if node is not None]
    if len(items) < len(nodes) or not reading.same_kind(syntax, items):
        return None
    if len(items) == 1:
        reading.say(syntax, "coalesce needs what to use instead", "write coalesce(tip, 0)")
        return None
    return Coalesce(items, _one_of(items, absent=all(item.type.absent for item in items)))


def read_starts_with(reading: Reading, syntax: Expr) -> Node | None:
    """Read starts_with(text, 'beginning')."""
    sides = reading.all_present([syntax.this, syntax.expression], TEXT)
    if sides is None:
        return None
    if not isinstance(sides[1], Literal):
        reading.say(syntax.expression, "the beginning is a written text", "write starts_with(sku, 'A-')")
        return None
    return StartsWith(sides[0], str(sides[1].value))
