"""Reads what makes numbers: arithmetic, rounding and division, least and greatest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guerdon.core.expr import bounds
from guerdon.core.expr.tree import (
    DATE,
    MAX,
    MIN,
    NUMBER,
    Absolute,
    Arithmetic,
    Extreme,
    Literal,
    Negate,
    Node,
    Quotient,
    Type,
    common_scale,
    number,
)
from guerdon.definition.expressions.reading import Reading

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

DECIMALS_MAX: Final = 12

_SIGNS: Final = {"Add": "+", "Sub": "-", "Mul": "*"}


def _span(node: Node) -> bounds.Bounds:
    return node.type.low, node.type.high


def read_negation(reading: Reading, syntax: Expr) -> Node | None:
    """Read -x."""
    value = reading.present(syntax.this, NUMBER)
    if value is None:
        return None
    low, high = bounds.negate(_span(value))
    kind = number(low, high, scale=value.type.scale)
    if isinstance(value, Literal):
        return Literal(-int(value.value), kind)
    return Negate(value, kind)


def read_absolute(reading: Reading, syntax: Expr) -> Node | None:
    """Read abs(x)."""
    value = reading.present(syntax.this, NUMBER)
    if value is None:
        return None
    low, high = bounds.absolute(_span(value))
    return Absolute(value, number(low, high, scale=value.type.scale))


def read_arithmetic(reading: Reading, syntax: Expr) -> Node | None:
    """Read a sum, a difference or a product."""
    sides = reading.all_present([syntax.this, syntax.expression], NUMBER)
    if sides is None:
        return None
    op = _SIGNS[type(syntax).__name__]
    if op == "*":
        low, high = bounds.multiply(_span(sides[0]), _span(sides[1]))
        scale = sides[0].type.scale + sides[1].type.scale
        return Arithmetic(op, sides[0], sides[1], number(low, high, scale=scale))
    spans = reading.side_by_side(syntax, sides)
    if spans is None:
        return None
    low, high = bounds.add(*spans) if op == "+" else bounds.subtract(*spans)
    return Arithmetic(op, sides[0], sides[1], number(low, high, scale=common_scale(sides)))


def refuse_division(reading: Reading, syntax: Expr) -> Node | None:
    """Refuse a division that nothing rounds."""
    example = reading.said(syntax)
    way = "floor(a / b)" if example == "this value" else f"floor({example})"
    reading.say(syntax, "a division must be rounded where it is made", f"write {way}, or use ceil or round")
    reading.all_present([syntax.this, syntax.expression], NUMBER)
    return None


def read_rounding(reading: Reading, syntax: Expr) -> Node | None:
    """Read floor(x), ceil(x) or round(x, n), where x may be a division."""
    scale = _decimals(reading, syntax)
    inner = syntax.this
    if inner is None:
        reading.say(syntax, "there is nothing to round here", "write floor(amount)")
        return None
    while type(inner).__name__ == "Paren":
        inner = inner.this
    name = type(inner).__name__
    parts = [inner.this, inner.expression] if name == "Div" else [inner]
    sides = reading.all_present(parts, NUMBER)
    if sides is None or scale is None:
        return None
    mode = bounds.ROUNDED[type(syntax).__name__.lower()]
    if name == "Div":
        return _divide(reading, syntax, sides, mode=mode, scale=scale)
    if sides[0].type.scale <= scale:
        return sides[0]
    return _divide(reading, syntax, [sides[0], Literal(1, number(1, 1))], mode=mode, scale=scale)


def _decimals(reading: Reading, syntax: Expr) -> int | None:
    written = syntax.args.get("decimals")
    if written is None:
        return 0
    text = str(written.this)
    if type(written).__name__ == "Literal" and text.isdigit() and int(text) <= DECIMALS_MAX:
        return int(text)
    reading.say(written, f"the decimals of round are a whole number from 0 to {DECIMALS_MAX}", "write round(value, 2)")
    return None


def _divide(reading: Reading, syntax: Expr, sides: list[Node], *, mode: int, scale: int) -> Node | None:
    top, bottom = sides
    shift = scale + bottom.type.scale - top.type.scale
    factors = 10 ** max(0, shift), 10 ** max(0, -shift)
    above = bounds.scaled(_span(top), factors[0])
    below = bounds.scaled(_span(bottom), factors[1])
    if below == (0, 0):
        reading.say(syntax, "this divides by zero", "divide by something else")
        return None
    if not (reading.fits(syntax, above) and reading.fits(syntax, below)):
        return None
    low, high = bounds.divide(mode, above, below)
    kind = number(low, high, scale=scale, absent=bounds.has_zero(below))
    return Quotient(mode, top, bottom, kind, factors=factors)


def read_extreme(reading: Reading, syntax: Expr) -> Node | None:
    """Read least(...) or greatest(...) of numbers or dates."""
    items = reading.all_present([syntax.this, *syntax.expressions])
    if items is None or not reading.same_kind(syntax, items):
        return None
    if len(items) == 1:
        reading.say(syntax, "one value has no least or greatest", "write least(a, b), or min(line.amount) over lines")
        return None
    kind = items[0].type.kind
    if kind not in {NUMBER, DATE}:
        reading.is_kind(syntax.this, items[0], NUMBER)
        return None
    scale = common_scale(items)
    spans = [bounds.scaled(_span(item), 10 ** (scale - item.type.scale)) for item in items]
    op = MIN if type(syntax).__name__ == "Least" else MAX
    pick = min if op == MIN else max
    low, high = pick(span[0] for span in spans), pick(span[1] for span in spans)
    return Extreme(op, items, Type(kind, scale=scale, low=low, high=high))
