"""What is said of what an expression may not hold, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guerdon.core.expr.tree import BOOLEAN, DATE, NUMBER, TEXT, Aggregate, Field, Lookup, Node, Quotient

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

KINDS: Final = {NUMBER: "a number", TEXT: "text", BOOLEAN: "true or false", DATE: "a date"}

MAKE: Final = {
    NUMBER: "write case when ... then 1 else 0 end, or an amount",
    TEXT: "write a text field, or a text in single quotes",
    BOOLEAN: "compare it with something, such as amount >= 50 or channel = 'store'",
    DATE: "write date '2017-07-04', or a date field",
}

_COMPARE_TEXT: Final = "texts are compared with =, <>, in and starts_with"
_NO_QUERY: Final = ("an expression cannot hold a query", "use a table and lookup, or sum, count and any over lines")

_NODES: Final = {
    "Select": _NO_QUERY,
    "Subquery": _NO_QUERY,
    "Like": ("like is not part of the language", _COMPARE_TEXT),
    "ILike": ("ilike is not part of the language", _COMPARE_TEXT),
    "Concat": ("two texts stand side by side", "put a comma or an operator between them"),
    "Distinct": ("distinct stands only in count, with one value", "write count(distinct line.brand)"),
    "Tuple": ("a list stands only after in", "write channel in ('store', 'online')"),
    "Star": ("* stands only in count(*), and between two numbers", "write count(*)"),
    "Window": ("over is not part of the language", "use sum(line.amount) filter (where ...)"),
    "NullSafeEQ": ("is not distinct from is not part of the language", "write a = b"),
    "NullSafeNEQ": ("is distinct from is not part of the language", "write a <> b"),
    "Interval": ("intervals are not part of the language", "compare dates with date '2017-07-04'"),
}

_OPTIONS: Final = {
    "Max": ("max looks at one value of all lines", "take the largest of several values with greatest(a, b)"),
    "Min": ("min looks at one value of all lines", "take the smallest of several values with least(a, b)"),
    "Floor": ("floor has one value", "keep decimals with round(value, 2)"),
    "Ceil": ("ceil has one value", "keep decimals with round(value, 2)"),
    "Column": ("a name has two parts at most", "write the field's name alone, or line.name for a line's"),
    "In": ("in is followed by a list in parentheses", "write channel in ('store', 'online')"),
}

_OTHER: Final = ("this uses something that is not part of the language", "see the guide to expressions for what is")


def refusal(syntax: Expr, extra: list[str]) -> tuple[str, str]:
    """Say why a node is refused, for what it is or for an option that it carries."""
    name = type(syntax).__name__
    if "query" in extra:
        return _NO_QUERY
    return _OPTIONS.get(name, _OTHER) if extra and name in _OPTIONS else _NODES.get(name, _OTHER)


def absence(node: Node) -> tuple[str, str]:
    """Say why a value may be absent, and how to write what then holds."""
    if isinstance(node, Field):
        name = f"line.{node.name}" if node.line else node.name
        return f"{name} may be absent", f"use coalesce({name}, ...) or {name} is null"
    if isinstance(node, Quotient):
        return "this divides by what may be zero, and is then absent", "use coalesce(floor(a / b), 0)"
    if isinstance(node, Lookup):
        name = node.table.name
        return f"a key that is not in {name} has no value", f"use coalesce(lookup({name}, ...), ...), or give a default"
    if isinstance(node, Aggregate):
        return f"{node.op} over no lines is absent", f"use coalesce({node.op}(...), 0)"
    return "this value may be absent", "give coalesce a last value that is never absent, such as coalesce(tip, 0)"
