"""An expression as SQL text for DuckDB, for many events at once.

Invariants:
* Every number is BIGINT while its bounds, and those of the step that makes it, stay under 2**62; else HUGEINT.
* The engine's decimals, `/`, `round` are never used; `//` (which cuts off) only where its operands make it right.
* Every name is quoted and every text escaped; the text is written from our own tree alone.
"""

from collections.abc import Callable
from typing import Any, Final

from mypy_extensions import mypyc_attr

from guerdon.core.expr.bounds import Bounds, divide, has_zero, negate, reach, scaled
from guerdon.core.expr.tree import (
    ANY,
    BOOLEAN,
    COUNT,
    COUNT_DISTINCT,
    MAX,
    MIN,
    NUMBER,
    SUM,
    TEXT,
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
    Type,
    Value,
    common_scale,
    factor,
)
from guerdon.core.values import CEIL, FLOOR

BIGINT: Final = "BIGINT"
HUGEINT: Final = "HUGEINT"
NARROW_MAX: Final = 2**62


def quote(name: str) -> str:
    """Write a name so that nothing in it is read as SQL."""
    return '"' + name.replace('"', '""') + '"'


def escape(text: str) -> str:
    """Write a text so that nothing in it is read as SQL."""
    return "'" + text.replace("'", "''") + "'"


@mypyc_attr(allow_interpreted_subclasses=True)
class Names:
    """What fields, tables and aggregates are called in the query.

    Numbers are whole columns, scaled as the field's type says; dates are days since 1970-01-01; texts are VARCHAR.
    `gathered` says in SQL where aggregates stand that were computed before; `renamed` what fields of the event are called
    where it is not their name; `events` and `tables` stand before the names of its columns and of tables.

    Prefer these settings to a subclass: an instance of an interpreted subclass of a compiled class keeps its class, and
    so all that its module imports, alive for ever (mypyc 2.4).
    """

    def __init__(
        self,
        gathered: dict[Aggregate, str] | None = None,
        *,
        renamed: dict[str, str] | None = None,
        events: str = "e.",
        tables: str = "",
    ) -> None:
        """Keep what things are called; without `gathered` aggregates are computed on the spot, for a grouped query."""
        self.gathered: Final = gathered
        self.renamed: Final[dict[str, str]] = renamed or {}
        self.events: Final = events
        self.tables: Final = tables

    def event(self, name: str) -> str:
        """Name a field of the event."""
        return self.events + quote(self.renamed.get(name, name))

    def line(self, name: str) -> str:
        """Name a field of the line."""
        return f"l.{quote(name)}"

    def table(self, name: str) -> str:
        """Name the relation that holds a table in its columns "key" and "value"."""
        return quote(self.tables + name)

    def aggregate(self, node: Aggregate) -> str:
        """Name the column that holds an aggregate, or compute it on the spot."""
        return render_aggregate(node, self) if self.gathered is None else self.gathered[node]


def render(node: Node, names: Names) -> str:
    """Write an expression as SQL; an aggregate is what `names` calls it, and nothing found counts as 0 or false."""
    return _WRITERS[type(node)](node, names)


def render_aggregate(node: Aggregate, names: Names) -> str:
    """Write the aggregate function itself, over rows that are lines."""
    argument = "*" if node.argument is None else render(node.argument, names)
    where = "" if node.where is None else f" FILTER (WHERE {render(node.where, names)})"
    call = f"{_FUNCTIONS[node.op]}{argument}){where}"
    return _something(call, node)


def width(bounds: Bounds) -> str:
    """Return the type that holds every number between two bounds."""
    return BIGINT if reach(bounds) < NARROW_MAX else HUGEINT


_FUNCTIONS: Final = {
    SUM: "SUM(",
    COUNT: "COUNT(",
    COUNT_DISTINCT: "COUNT(DISTINCT ",
    MIN: "MIN(",
    MAX: "MAX(",
    ANY: "BOOL_OR(",
}


def _something(text: str, node: Aggregate) -> str:
    if node.op == ANY:
        return f"COALESCE({text}, FALSE)"
    if node.op in {MIN, MAX}:
        return _cast(text, node.type)
    return _cast(f"COALESCE({text}, 0)", node.type)


def _bounds(kind: Type) -> Bounds:
    return kind.low, kind.high


def _width(kind: Type) -> str:
    return width(_bounds(kind)) if kind.kind == NUMBER else BIGINT


def _cast(text: str, kind: Type) -> str:
    """Make a number or a date that comes from elsewhere the type that its bounds ask for."""
    if kind.kind in {TEXT, BOOLEAN}:
        return text
    return f"CAST({text} AS {_width(kind)})"


def _widest(bounds: list[Bounds]) -> str:
    return HUGEINT if any([width(one) == HUGEINT for one in bounds]) else BIGINT


def _scaled(node: Node, by: int) -> Bounds:
    return scaled(_bounds(node.type), by)


def _at(node: Node, by: int, wanted: str, names: Names) -> str:
    """Write a number times a constant, in the type that the step needs."""
    if isinstance(node, Literal):
        return f"CAST({int(node.value) * by} AS {wanted})"
    text = render(node, names)
    if _width(node.type) != wanted:
        text = f"CAST({text} AS {wanted})"
    return text if by == 1 else f"({text} * CAST({by} AS {wanted}))"


def _result(text: str, made: str, kind: Type) -> str:
    return text if made == _width(kind) else f"CAST({text} AS {_width(kind)})"


def _aligned(nodes: list[Node], scale: int, names: Names) -> tuple[list[str], str]:
    """Write several values so that they can be set side by side, and say in which type."""
    if nodes[0].type.kind != NUMBER:
        return [render(node, names) for node in nodes], BIGINT
    wanted = _widest([_scaled(node, factor(node, scale)) for node in nodes])
    return [_at(node, factor(node, scale), wanted, names) for node in nodes], wanted


def _value(value: Value, kind: Type) -> str:
    if kind.kind == TEXT:
        return escape(str(value))
    return ("TRUE" if value else "FALSE") if kind.kind == BOOLEAN else _cast(str(int(value)), kind)


def _literal(node: Literal, _: Names) -> str:
    return _value(node.value, node.type)


def _field(node: Field, names: Names) -> str:
    return _cast(names.line(node.name) if node.line else names.event(node.name), node.type)


def _arithmetic(node: Arithmetic, names: Names) -> str:
    scale = 0 if node.op == "*" else node.type.scale
    factors = [factor(child, scale) for child in node.children]
    parts = [_scaled(child, by) for child, by in zip(node.children, factors, strict=True)]
    wanted = _widest([*parts, _bounds(node.type)])
    sides = [_at(child, by, wanted, names) for child, by in zip(node.children, factors, strict=True)]
    return _result(f"({sides[0]} {node.op} {sides[1]})", wanted, node.type)


def _negate(node: Negate, names: Names) -> str:
    return f"(-{render(node.value, names)})"


def _absolute(node: Absolute, names: Names) -> str:
    return f"ABS({render(node.value, names)})"


def _extreme(node: Extreme, names: Names) -> str:
    parts, made = _aligned(node.children, node.type.scale, names)
    function = "LEAST" if node.op == MIN else "GREATEST"
    return _result(f"{function}({', '.join(parts)})", made, node.type)


def _quotient(node: Quotient, names: Names) -> str:
    top, bottom = _scaled(node.top, node.top_factor), _scaled(node.bottom, node.bottom_factor)
    wanted = _widest([(0, 2 * (reach(top) + reach(bottom)))])
    above = _at(node.top, node.top_factor, wanted, names)
    below = _at(node.bottom, node.bottom_factor, wanted, names)
    if has_zero(bottom):
        below = f"NULLIF({below}, CAST(0 AS {wanted}))"
        bottom = bottom[0] or 1, bottom[1] or -1
    if node.mode == FLOOR:
        text = _floor(above, below, top, bottom)
    elif node.mode == CEIL:
        text = f"(-{_floor(f'(-{above})', below, negate(top), bottom)})"
    else:
        text = _half(above, below, top, bottom)
    return _result(text, wanted, node.type)


def _floor(above: str, below: str, top: Bounds, bottom: Bounds) -> str:
    """Divide downwards; where the engine's cutting off is not that already, the top is first made a whole multiple."""
    if bottom[0] > 0 and top[0] >= 0:
        return f"({above} // {below})"
    if bottom[0] == bottom[1] and bottom[0] > 0:
        lift = -divide(FLOOR, (top[0], top[0]), bottom)[0]
        return f"(({above} + {lift} * {below}) // {below} - {lift})"
    if bottom[0] <= 0:
        above, below = f"({above} * SIGN({below}))", f"ABS({below})"
    return f"(({above} - (({above} % {below} + {below}) % {below})) // {below})"


def _half(above: str, below: str, top: Bounds, bottom: Bounds) -> str:
    """Divide to the nearest, halves away from zero: the sizes first, then the sign."""
    sign = ""
    if bottom[0] <= 0:
        sign, below = f"SIGN({below}) * ", f"ABS({below})"
    if top[0] < 0:
        sign, above = f"SIGN({above}) * {sign}", f"ABS({above})"
    return f"({sign}((2 * {above} + {below}) // (2 * {below})))"


def _compare(node: Compare, names: Names) -> str:
    parts, _ = _aligned(node.children, common_scale(node.children), names)
    return f"({parts[0]} {node.op} {parts[1]})"


def _among(node: Among, names: Names) -> str:
    parts, _ = _aligned(node.children, common_scale(node.children), names)
    return f"({parts[0]} IN ({', '.join(parts[1:])}))"


def _junction(node: Junction, names: Names) -> str:
    parts = [render(item, names) for item in node.children]
    return f"({f' {node.op.upper()} '.join(parts)})"


def _not(node: Not, names: Names) -> str:
    return f"(NOT {render(node.value, names)})"


def _is_absent(node: IsAbsent, names: Names) -> str:
    return f"({render(node.value, names)} IS NULL)" if node.value.type.absent else "FALSE"


def _case(node: Case, names: Names) -> str:
    results, made = _aligned([*node.results, node.default], node.type.scale, names)
    whens = [
        f"WHEN {render(condition, names)} THEN {result}"
        for condition, result in zip(node.conditions, results[:-1], strict=True)
    ]
    return _result(f"CASE {' '.join(whens)} ELSE {results[-1]} END", made, node.type)


def _coalesce(node: Coalesce, names: Names) -> str:
    parts, made = _aligned(node.children, node.type.scale, names)
    return _result(f"COALESCE({', '.join(parts)})", made, node.type)


def _starts_with(node: StartsWith, names: Names) -> str:
    return f"STARTS_WITH({render(node.value, names)}, {escape(node.prefix)})"


def _lookup(node: Lookup, names: Names) -> str:
    """Write a scalar sub-query, which DuckDB turns into one hash join, inside an aggregate too."""
    table = node.table
    parts = render(node.key, names)
    if table.key.kind == NUMBER:
        by = factor(node.key, table.key.scale)
        parts = _at(node.key, by, _widest([_scaled(node.key, by)]), names)
    text = f'(SELECT looked."value" FROM {names.table(table.name)} AS looked WHERE looked."key" = {parts})'  # noqa: S608
    if table.default is None:
        return _cast(text, node.type)
    return f"COALESCE({_cast(text, node.type)}, {_value(table.default, node.type)})"


def _aggregate(node: Aggregate, names: Names) -> str:
    return _something(names.aggregate(node), node)


_WRITERS: Final[dict[type[Node], Callable[[Any, Names], str]]] = {
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
