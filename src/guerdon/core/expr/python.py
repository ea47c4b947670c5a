"""An expression as a Python closure, for one event at a time.

Invariants:
* The source text is written from our own tree, never from what somebody typed; names and texts stand in it quoted.
* It is compiled once, and sees nothing but the event, the tables and the few functions below.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from guerdon.core.expr.bounds import half, has_zero, rounded
from guerdon.core.expr.tree import (
    BOOLEAN,
    COUNT,
    COUNT_DISTINCT,
    MAX,
    MIN,
    Absolute,
    Aggregate,
    Among,
    Arithmetic,
    Case,
    Coalesce,
    Compare,
    Extreme,
    Field,
    IsAbsent,
    Junction,
    Literal,
    Lookup,
    Negate,
    Node,
    Not,
    Quotient,
    StartsWith,
    common_scale,
    factor,
)
from guerdon.core.values import CEIL, FLOOR

Row = Mapping[str, object]


def event_closure(node: Node) -> Callable[[Row], object]:
    """Make a function from an event to the value of an expression.

    The event holds scaled integers, texts, booleans and None by field name, and its lines under "lines".
    """
    made: Callable[[Row], object] = _compile("lambda e: ", node)
    return made


def line_closure(node: Node) -> Callable[[Row, Row], object]:
    """Make a function from an event and one of its lines to the value of an expression."""
    made: Callable[[Row, Row], object] = _compile("lambda e, l: ", node)
    return made


def _compile(head: str, node: Node) -> Any:  # noqa: ANN401 - each caller names the shape
    writer = Writer()
    text = head + writer.write(node)
    return eval(text, writer.names)  # noqa: S307 - the text is written from our own tree alone


def _rounded_or_absent(mode: int, top: int, bottom: int) -> int | None:
    return rounded(mode, top, bottom) if bottom else None


class Writer:
    """Writes source text, and keeps the names that it needs."""

    def __init__(self) -> None:
        """Begin with the allowed functions and nothing else."""
        self.names: Final[dict[str, object]] = {
            "__builtins__": {},
            "sum": sum,
            "len": len,
            "min": min,
            "max": max,
            "any": any,
            "abs": abs,
            "half": half,
            "quotient": _rounded_or_absent,
        }
        self.kept = 0

    def write(self, node: Node) -> str:
        """Write one node so that it can stand beside any operator."""
        return _WRITERS[type(node)](self, node)

    def aligned(self, node: Node, scale: int) -> str:
        """Write a number at a larger scale, to stand under + or a comparison."""
        return self.multiplied(node, factor(node, scale))

    def multiplied(self, node: Node, by: int) -> str:
        """Write a number times a constant."""
        if isinstance(node, Literal) and by != 1:
            return f"({int(node.value) * by})"
        return self.write(node) if by == 1 else f"{self.write(node)} * {by}"

    def keep(self) -> str:
        """Name a value that is used twice."""
        self.kept += 1
        return f"v{self.kept}"


def _literal(_: Writer, node: Literal) -> str:
    if node.type.kind == BOOLEAN:
        return "(True)" if node.value else "(False)"
    return f"({node.value})" if isinstance(node.value, int) else repr(node.value)


def _field(_: Writer, node: Field) -> str:
    return f"{'l' if node.line else 'e'}[{node.name!r}]"


def _arithmetic(writer: Writer, node: Arithmetic) -> str:
    if node.op == "*":
        return f"({writer.write(node.left)} * {writer.write(node.right)})"
    scale = node.type.scale
    return f"({writer.aligned(node.left, scale)} {node.op} {writer.aligned(node.right, scale)})"


def _negate(writer: Writer, node: Negate) -> str:
    return f"(-{writer.write(node.value)})"


def _absolute(writer: Writer, node: Absolute) -> str:
    return f"abs({writer.write(node.value)})"


def _extreme(writer: Writer, node: Extreme) -> str:
    parts = [writer.aligned(item, node.type.scale) for item in node.children]
    return f"{node.op}({', '.join(parts)})"


def _quotient(writer: Writer, node: Quotient) -> str:
    top = writer.multiplied(node.top, node.top_factor)
    bottom = writer.multiplied(node.bottom, node.bottom_factor)
    if has_zero((node.bottom.type.low, node.bottom.type.high)):
        return f"quotient({node.mode}, {top}, {bottom})"
    if node.mode == FLOOR:
        return f"({top} // ({bottom}))"
    if node.mode == CEIL:
        return f"(-(-{top} // ({bottom})))"
    return f"half({top}, {bottom})"


def _compare(writer: Writer, node: Compare) -> str:
    scale = common_scale(node.children)
    op = {"=": "==", "<>": "!="}.get(node.op, node.op)
    return f"({writer.aligned(node.left, scale)} {op} {writer.aligned(node.right, scale)})"


def _among(writer: Writer, node: Among) -> str:
    scale = common_scale(node.children)
    choices = [writer.aligned(choice, scale) for choice in node.choices]
    return f"({writer.aligned(node.value, scale)} in {{{', '.join(choices)}}})"


def _junction(writer: Writer, node: Junction) -> str:
    return f"({f' {node.op} '.join([writer.write(item) for item in node.children])})"


def _not(writer: Writer, node: Not) -> str:
    return f"(not {writer.write(node.value)})"


def _is_absent(writer: Writer, node: IsAbsent) -> str:
    return f"({writer.write(node.value)} is None)" if node.value.type.absent else "(False)"


def _case(writer: Writer, node: Case) -> str:
    scale = node.type.scale
    parts = [
        f"{writer.aligned(result, scale)} if {writer.write(condition)} else "
        for condition, result in zip(node.conditions, node.results, strict=True)
    ]
    return f"({''.join(parts)}{writer.aligned(node.default, scale)})"


def _coalesce(writer: Writer, node: Coalesce) -> str:
    scale = node.type.scale
    parts: list[str] = []
    for item in node.children[:-1]:
        name = writer.keep()
        by = factor(item, scale)
        value = name if by == 1 else f"{name} * {by}"
        parts.append(f"{value} if ({name} := {writer.write(item)}) is not None else ")
    return f"({''.join(parts)}{_last(writer, node.children[-1], scale)})"


def _last(writer: Writer, node: Node, scale: int) -> str:
    by = factor(node, scale)
    if by == 1 or not node.type.absent:
        return writer.multiplied(node, by)
    name = writer.keep()
    return f"{name} * {by} if ({name} := {writer.write(node)}) is not None else None"


def _starts_with(writer: Writer, node: StartsWith) -> str:
    return f"{writer.write(node.value)}.startswith({node.prefix!r})"


def _lookup(writer: Writer, node: Lookup) -> str:
    name = f"table_{len(writer.names)}"
    writer.names[name] = node.table.rows
    key = writer.aligned(node.key, node.table.key.scale)
    return f"{name}.get({key}, {node.table.default!r})"


def _aggregate(writer: Writer, node: Aggregate) -> str:
    if node.argument is None:
        return "len(e['lines'])" if node.where is None else f"sum([1 {_lines(writer, node)}])"
    if node.op in {COUNT, COUNT_DISTINCT}:
        return _count(writer, node, node.argument)
    values = f"[{writer.write(node.argument)} {_lines(writer, node)}]"
    if node.op in {MIN, MAX}:
        return f"{node.op}({values}, default=None)"
    return f"{node.op}({values})"


def _count(writer: Writer, node: Aggregate, argument: Node) -> str:
    name = writer.keep()
    lines = _lines(writer, node)
    present = f"{'and' if node.where is not None else 'if'} ({name} := {writer.write(argument)}) is not None"
    if node.op == COUNT:
        return f"sum([1 {lines} {present}])"
    return f"len({{{name} {lines} {present}}})"


def _lines(writer: Writer, node: Aggregate) -> str:
    every = "for l in e['lines']"
    return every if node.where is None else f"{every} if {writer.write(node.where)}"


_WRITERS: Final[dict[type[Node], Callable[[Writer, Any], str]]] = {
    Literal: _literal,
    Field: _field,
    Arithmetic: _arithmetic,
    Negate: _negate,
    Absolute: _absolute,
    Extreme: _extreme,
    Quotient: _quotient,
    Compare: _compare,
    Among: _among,
    Junction: _junction,
    Not: _not,
    IsAbsent: _is_absent,
    Case: _case,
    Coalesce: _coalesce,
    StartsWith: _starts_with,
    Lookup: _lookup,
    Aggregate: _aggregate,
}
"""How each kind of node is written; SUM, MIN, MAX and ANY name the functions they use."""
