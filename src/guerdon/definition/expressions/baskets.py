"""Reads what is gathered over the lines of a basket: sum, count, min, max, any, each with an optional filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guerdon.core.expr import bounds
from guerdon.core.expr.tree import (
    ANY,
    BOOLEAN,
    COUNT,
    COUNT_DISTINCT,
    DATE,
    LINES_MAX,
    NUMBER,
    SUM,
    Aggregate,
    Field,
    Node,
    Type,
    fields,
    number,
)
from guerdon.definition.expressions.reading import Reading

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


def read_aggregate(reading: Reading, syntax: Expr) -> Node | None:
    """Read an aggregate over all lines."""
    return _gather(reading, syntax, None)


def read_filter(reading: Reading, syntax: Expr) -> Node | None:
    """Read an aggregate over the lines where a condition holds."""
    if type(syntax.this).__name__ not in {"Sum", "Min", "Max", "Count", "Any"}:
        reading.say(
            syntax, "filter belongs to sum, count, min, max or any", "write sum(line.amount) filter (where ...)"
        )
        return None
    return _gather(reading, syntax.this, syntax.expression.this)


def _gather(reading: Reading, syntax: Expr, condition: Expr | None) -> Node | None:
    if reading.aggregating:
        reading.say(syntax, "one basket function stands inside another", "use one of them, with filter (where ...)")
        return None
    reading.aggregating = True
    where = None if condition is None else reading.present(condition, BOOLEAN)
    made = _aggregate(reading, syntax, where)
    reading.aggregating = False
    return None if condition is not None and where is None else made


def _aggregate(reading: Reading, syntax: Expr, where: Node | None) -> Node | None:
    op, inner = type(syntax).__name__.lower(), syntax.this
    if op == COUNT and type(inner).__name__ == "Star":
        return Aggregate(COUNT, None, where, number(0, LINES_MAX))
    if op == COUNT and type(inner).__name__ == "Distinct" and len(inner.expressions) == 1 and "on" not in inner.args:
        op, inner = COUNT_DISTINCT, inner.expressions[0]
    if inner is None:
        reading.say(syntax, f"{op} needs something to look at", "write count(*) for the number of lines")
        return None
    argument = _argument(reading, inner, op)
    if argument is None or not _of_lines(reading, syntax, argument, op):
        return None
    return Aggregate(op, argument, where, _type(op, argument))


def _argument(reading: Reading, syntax: Expr, op: str) -> Node | None:
    if op in {COUNT, COUNT_DISTINCT}:
        return reading.node(syntax)
    if op in {SUM, ANY}:
        return reading.present(syntax, NUMBER if op == SUM else BOOLEAN)
    node = reading.present(syntax)
    if node is None or node.type.kind == DATE or reading.is_kind(syntax, node, NUMBER):
        return node
    return None


def _of_lines(reading: Reading, syntax: Expr, argument: Node, op: str) -> bool:
    """Refuse what is the same on every line: it would be counted once for each."""
    if any(field.line for field in fields(argument)):
        return True
    name = reading.said(syntax.this)
    what = f"{op} looks at lines, and {name} is the same on each of them"
    close = f"write {op}(line.{name})" if name in reading.scope.line_fields else "name a field of the line: line.amount"
    reading.say(syntax, what, close)
    return False


def _type(op: str, argument: Node) -> Type:
    kind = argument.type
    if op == ANY:
        return Type(BOOLEAN)
    if op in {COUNT, COUNT_DISTINCT}:
        return number(0, LINES_MAX)
    if op != SUM:
        return Type(kind.kind, scale=kind.scale, low=kind.low, high=kind.high, absent=True)
    if kind.totalled and kind.low >= 0 and isinstance(argument, Field):
        return number(0, kind.high, scale=kind.scale)
    low, high = bounds.scaled((kind.low, kind.high), LINES_MAX)
    return number(min(0, low), max(0, high), scale=kind.scale)
