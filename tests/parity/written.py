"""Expressions written at random, each with its meaning by exact fractions, and the scope that they use."""

import datetime as dt
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import strategies as st

from guerdon.core.expr.tree import BOOLEAN, DATE, NUMBER, TEXT, Table, Type, number
from guerdon.definition.expressions import Scope

MAX = 10**15

Value = Fraction | str | bool | int | None
Row = Mapping[str, Any]
Means = Callable[[Row, Row], Any]
Draw = Callable[[Any], Any]

EVENT_FIELDS = {
    "amount": number(-MAX, MAX, scale=2),
    "order": number(0, MAX),
    "ratio": number(-9_999, 9_999, scale=3),
    "tip": number(0, MAX, scale=2, absent=True),
    "points": number(-MAX, MAX, absent=True),
    "channel": Type(TEXT),
    "coupon": Type(TEXT, absent=True),
    "vip": Type(BOOLEAN),
    "gift": Type(BOOLEAN, absent=True),
    "day": Type(DATE, low=-10_000, high=30_000),
    "sent": Type(DATE, low=-10_000, high=30_000, absent=True),
}
LINE_FIELDS = {
    "amount": number(0, MAX, scale=2, totalled=True),
    "price": number(-MAX, MAX, scale=2),
    "count": number(0, 99),
    "saved": number(0, MAX, scale=1, absent=True),
    "brand": Type(TEXT),
    "sku": Type(TEXT, absent=True),
    "returned": Type(BOOLEAN),
    "made": Type(DATE, low=-10_000, high=30_000),
}
TABLES = {
    "rates": Table("rates", key=Type(TEXT), value=number(-300, 10**9, scale=2), rows={"store": 125, "it's": -300}),
    "bonus": Table("bonus", key=Type(TEXT), value=number(-50, MAX, scale=1), rows={"store": MAX, "": 7}, default=-50),
    "steps": Table("steps", key=number(0, 0, scale=2), value=number(0, 9), rows={0: 1, 100: 2, 125: 9}),
    "sizes": Table("sizes", key=number(0, 0), value=Type(TEXT), rows={1: "one", 2: 'two "2"'}, default="many"),
}
TEXTS = ["store", "it's", "", "Acme", "one", 'two "2"', "é", "Acme plus"]
SCOPE = Scope(fields=EVENT_FIELDS, line_fields=LINE_FIELDS, tables=TABLES)


class Said(NamedTuple):
    """An expression as text, and what it means."""

    text: str
    means: Means


def plain(value: Value, kind: Type) -> Value:
    """Turn a stored value into the one it stands for."""
    return Fraction(value, 10**kind.scale) if kind.kind == NUMBER and isinstance(value, int) else value


# What may be written, kind by kind


def field(draw: Draw, kind: str, *, line: bool, absent: bool = False) -> Said | None:
    """Name a field of a kind."""
    names = [n for n, t in EVENT_FIELDS.items() if t.kind == kind and t.absent == absent]
    names += [f"line.{n}" for n, t in LINE_FIELDS.items() if line and t.kind == kind and t.absent == absent]
    name = draw(st.sampled_from(names)) if names else None
    return None if name is None else of_field(name)


def of_field(name: str) -> Said:
    """Name one field."""
    if name.startswith("line."):
        own = name.removeprefix("line.")
        return Said(name, lambda _, line: line[own])
    return Said(name, lambda row, _: row[name])


def literal(draw: Draw, kind: str) -> Said:
    """Write a value out."""
    if kind == NUMBER:
        text = draw(st.sampled_from(["0", "1", "2", "3", "7", "0.5", "1.25", "100", "0.01", "1.10", "999999999999"]))
        return Said(text, lambda *_: Fraction(text))
    if kind == TEXT:
        value = draw(st.sampled_from(TEXTS))
        return Said("'" + value.replace("'", "''") + "'", lambda *_: value)
    if kind == BOOLEAN:
        held = draw(st.booleans())
        return Said("true" if held else "FALSE", lambda *_: held)
    day = draw(st.dates(dt.date(1960, 1, 1), dt.date(2040, 1, 1)))
    return Said(f"date '{day}'", lambda *_: day.toordinal() - dt.date(1970, 1, 1).toordinal())


class Writer:
    """Writes expressions of a kind, with whatever may stand inside them."""

    def __init__(self, draw: Draw, *, line: bool, aggregating: bool = False) -> None:
        self.draw = draw
        self.line = line
        self.aggregating = aggregating

    def write(self, kind: str, depth: int) -> Said:
        if depth <= 0:
            return self.leaf(kind)
        way: Callable[[Writer, str, int], Said] | None = self.draw(st.sampled_from([None, *WAYS[kind]]))
        return self.leaf(kind) if way is None else way(self, kind, depth - 1)

    def leaf(self, kind: str) -> Said:
        named = field(self.draw, kind, line=self.line) if self.draw(st.booleans()) else None
        return named or literal(self.draw, kind)

    def pick(self, *choices: str) -> str:
        return str(self.draw(st.sampled_from(choices)))


def of_case(w: Writer, kind: str, depth: int) -> Said:
    when, then, other = w.write(BOOLEAN, depth), w.write(kind, depth), w.write(kind, depth)
    text = f"case when {when.text} then {then.text} else {other.text} end"
    return Said(text, lambda e, line: then.means(e, line) if when.means(e, line) else other.means(e, line))


def of_simple_case(w: Writer, kind: str, depth: int) -> Said:
    asked = w.pick(NUMBER, TEXT)
    value, when = w.write(asked, depth), literal(w.draw, asked)
    then, other = w.write(kind, depth), w.write(kind, depth)
    text = f"CASE {value.text} WHEN {when.text} THEN {then.text} ELSE {other.text} END"
    return Said(text, lambda e, line: (then if value.means(e, line) == when.means(e, line) else other).means(e, line))


def of_coalesce(w: Writer, kind: str, depth: int) -> Said:
    items = [maybe_absent(w, kind, depth) for _ in range(w.draw(st.integers(1, 2)))]
    items.append(w.write(kind, depth))

    def first(e: Row, line: Row) -> Value:
        return next((value for item in items if (value := item.means(e, line)) is not None), None)

    return Said(f"coalesce({', '.join(item.text for item in items)})", first)


def maybe_absent(w: Writer, kind: str, depth: int) -> Said:
    """Write a value that may be absent."""
    ways: list[Callable[[], Said]] = [lambda: field(w.draw, kind, line=w.line, absent=True) or w.write(kind, depth)]
    if kind == NUMBER:
        ways += [lambda: of_division(w, depth), lambda: of_lookup(w, depth, "rates", TEXT)]
        ways += [lambda: of_lookup(w, depth, "steps", NUMBER)]
    if kind in {NUMBER, DATE} and not w.aggregating:
        ways.append(lambda: of_basket(w, w.pick("min", "max"), kind, depth))
    way: Callable[[], Said] = w.draw(st.sampled_from(ways))
    return way()


def of_division(w: Writer, depth: int) -> Said:
    top, bottom = w.write(NUMBER, depth), w.write(NUMBER, depth)
    return rounded(
        w, f"({top.text}) / ({bottom.text})", lambda e, line: ratio(top.means(e, line), bottom.means(e, line))
    )


def ratio(top: Fraction, bottom: Fraction) -> Fraction | None:
    return top / bottom if bottom else None


def rounded(w: Writer, text: str, means: Means) -> Said:
    name = w.pick("floor", "ceil", "round", "round")
    decimals = w.draw(st.integers(0, 3)) if name == "round" else 0
    extra = f", {decimals}" if decimals or (name == "round" and w.draw(st.booleans())) else ""

    def rounding(e: Row, line: Row) -> Fraction | None:
        value = means(e, line)
        return None if value is None else near(name, value * 10**decimals) / 10**decimals

    return Said(f"{name}({text}{extra})", rounding)


def near(name: str, value: Fraction) -> Fraction:
    if name == "floor":
        return Fraction(math.floor(value))
    if name == "ceil":
        return Fraction(math.ceil(value))
    away = math.floor(abs(value) + Fraction(1, 2))
    return Fraction(away if value > 0 else -away)


def of_lookup(w: Writer, depth: int, name: str, key: str) -> Said:
    table = TABLES[name]
    said = w.write(key, depth) if key == TEXT else rounded_key(w, depth)
    rows = {plain(k, table.key): plain(v, table.value) for k, v in table.rows.items()}
    default = plain(table.default, table.value)
    return Said(f"lookup({name}, {said.text})", lambda e, line: rows.get(said.means(e, line), default))


def rounded_key(w: Writer, depth: int) -> Said:
    value = w.write(NUMBER, depth)
    return Said(f"floor({value.text})", lambda e, line: near("floor", value.means(e, line)))


def of_arithmetic(w: Writer, _: str, depth: int) -> Said:
    one, other = w.write(NUMBER, depth), w.write(NUMBER, depth)
    op = w.pick("+", "-", "*")
    does = {"+": operator.add, "-": operator.sub, "*": operator.mul}[op]
    return Said(f"({one.text} {op} {other.text})", lambda e, line: does(one.means(e, line), other.means(e, line)))


def of_precedence(w: Writer, _: str, __: int) -> Said:
    a, b, c = (w.leaf(NUMBER) for _ in range(3))
    return Said(
        f"{a.text} - {b.text} * - {c.text}", lambda e, line: a.means(e, line) + b.means(e, line) * c.means(e, line)
    )


def parenthesised(make: Callable[[Writer, str, int], Said]) -> Callable[[Writer, str, int], Said]:
    def wrapped(w: Writer, kind: str, depth: int) -> Said:
        said = make(w, kind, depth)
        return Said(f"({said.text})", said.means)

    return wrapped


def of_sign(w: Writer, _: str, depth: int) -> Said:
    value = w.write(NUMBER, depth)
    if w.draw(st.booleans()):
        return Said(f"(- {value.text})", lambda e, line: -value.means(e, line))
    return Said(f"abs({value.text})", lambda e, line: abs(value.means(e, line)))


def of_rounding(w: Writer, _: str, depth: int) -> Said:
    value = w.write(NUMBER, depth)
    return rounded(w, value.text, value.means)


def of_sure_division(w: Writer, _: str, depth: int) -> Said:
    value, by = w.write(NUMBER, depth), w.pick("3", "0.7", "-2", "1000", "-0.03")
    return rounded(w, f"{value.text} / {by}", lambda e, line: value.means(e, line) / Fraction(by))


def of_extreme(w: Writer, kind: str, depth: int) -> Said:
    items = [w.write(kind, depth) for _ in range(w.draw(st.integers(2, 3)))]
    name, pick = w.draw(st.sampled_from([("least", min), ("greatest", max)]))
    return Said(f"{name}({', '.join(i.text for i in items)})", lambda e, line: pick(i.means(e, line) for i in items))


def of_sure_lookup(w: Writer, kind: str, depth: int) -> Said:
    return of_lookup(w, depth, "bonus", TEXT) if kind == NUMBER else of_lookup(w, depth, "sizes", NUMBER)


def of_basket_number(w: Writer, kind: str, depth: int) -> Said:
    if w.aggregating:
        return w.leaf(kind)
    return of_basket(w, w.pick("sum", "count", "count distinct", "count *"), NUMBER, depth)


def of_any(w: Writer, kind: str, depth: int) -> Said:
    return w.leaf(kind) if w.aggregating else of_basket(w, "any", BOOLEAN, depth)


def of_basket(w: Writer, op: str, kind: str, depth: int) -> Said:
    """Write a basket aggregate, filtered or not."""
    inner = Writer(w.draw, line=True, aggregating=True)
    argument = of_lines(inner, op, kind, depth)
    where = inner.write(BOOLEAN, depth) if w.draw(st.booleans()) else Said("", lambda *_: True)
    name, _, more = op.partition(" ")
    inside = f"{more} {argument.text}" if more == "distinct" else argument.text
    after = f" filter (where {where.text})" if where.text else ""

    def gather(e: Row, _: Row) -> Value:
        values = [argument.means(e, line) for line in e["lines"] if where.means(e, line)]
        return GATHER[op]([value for value in values if value is not None])

    return Said(f"{name}({inside}){after}", gather)


GATHER: dict[str, Callable[[list[Any]], Value]] = {
    "sum": lambda values: sum(values, Fraction(0)),
    "count": len,
    "count *": len,
    "count distinct": lambda values: len(set(values)),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "any": any,
}


def of_lines(w: Writer, op: str, kind: str, depth: int) -> Said:
    """Write what is gathered: it differs from line to line."""
    if op == "count *":
        return Said("*", lambda *_: 1)
    if op.startswith("count"):
        return of_field(f"line.{w.pick(*LINE_FIELDS)}")
    if kind == DATE:
        return of_field("line.made")
    if kind == BOOLEAN:
        one, other = of_field("line.returned"), w.write(BOOLEAN, depth)
        return Said(f"{one.text} and {other.text}", lambda e, line: one.means(e, line) and other.means(e, line))
    one = of_field(w.pick("line.amount", "line.price", "line.count"))
    if w.draw(st.booleans()):
        return one
    other = w.write(NUMBER, depth)
    return Said(f"{one.text} - {other.text}", lambda e, line: one.means(e, line) - other.means(e, line))


def of_comparison(w: Writer, _: str, depth: int) -> Said:
    kind = w.pick(NUMBER, NUMBER, TEXT, BOOLEAN, DATE)
    ops = ["=", "<>", "!="] + (["<", "<=", ">", ">="] if kind in {NUMBER, DATE} else [])
    one, other, op = w.write(kind, depth), w.write(kind, depth), w.pick(*ops)
    return Said(
        f"({one.text}) {op} ({other.text})", lambda e, line: HOLDS[op](one.means(e, line), other.means(e, line))
    )


HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def of_between(w: Writer, _: str, depth: int) -> Said:
    kind, word = w.pick(NUMBER, DATE), w.pick("between", "not between")
    value, low, high = w.write(kind, depth), w.leaf(kind), w.leaf(kind)
    wanted = word == "between"
    return Said(
        f"({value.text}) {word} {low.text} and {high.text}",
        lambda e, line: (low.means(e, line) <= value.means(e, line) <= high.means(e, line)) == wanted,
    )


def of_in(w: Writer, _: str, depth: int) -> Said:
    kind, word = w.pick(NUMBER, TEXT, DATE), w.pick("in", "not in")
    value = w.write(kind, depth)
    choices = [literal(w.draw, kind) for _ in range(w.draw(st.integers(1, 4)))]
    return Said(
        f"({value.text}) {word} ({', '.join(choice.text for choice in choices)})",
        lambda e, line: (value.means(e, line) in [choice.means(e, line) for choice in choices]) == (word == "in"),
    )


def of_absence(w: Writer, _: str, depth: int) -> Said:
    value, word = maybe_absent(w, w.pick(NUMBER, TEXT, BOOLEAN, DATE), depth), w.pick("is null", "is not null")
    return Said(f"({value.text}) {word}", lambda e, line: (value.means(e, line) is None) == (word == "is null"))


def of_joint(w: Writer, _: str, depth: int) -> Said:
    a, b, c = (w.write(BOOLEAN, depth) for _ in range(3))
    one, other, third = (f"({said.text})" for said in (a, b, c))
    return Said(
        f"{one} or not {other} and {third}",
        lambda e, line: bool(a.means(e, line) or (not b.means(e, line) and c.means(e, line))),
    )


def of_beginning(w: Writer, _: str, depth: int) -> Said:
    value, prefix = w.write(TEXT, depth), literal(w.draw, TEXT)
    text = f"starts_with({value.text}, {prefix.text})"
    return Said(text, lambda e, line: value.means(e, line).startswith(prefix.means(e, line)))


CHOICES = [of_case, of_simple_case, of_coalesce]
WAYS: dict[str, list[Callable[[Writer, str, int], Said]]] = {
    NUMBER: [
        *CHOICES,
        *(of_arithmetic, of_arithmetic, parenthesised(of_precedence), of_sign, of_rounding, of_sure_division),
        *(of_extreme, of_sure_lookup, of_basket_number, of_basket_number),
    ],
    TEXT: [*CHOICES, of_sure_lookup],
    DATE: [*CHOICES, of_extreme],
    BOOLEAN: [
        *map(parenthesised, [*CHOICES, of_comparison, of_comparison, of_between, of_in, of_absence, of_joint, of_any]),
        of_beginning,
    ],
}


@st.composite
def written(draw: Draw, together: int) -> tuple[bool, list[tuple[str, Said]]]:
    """Write several expressions, each with the kind it has."""
    per_line = draw(st.booleans())
    writer = Writer(draw, line=per_line)
    kinds = [draw(st.sampled_from([NUMBER, NUMBER, BOOLEAN, BOOLEAN, TEXT, DATE])) for _ in range(together)]
    return per_line, [(kind, writer.write(kind, 3)) for kind in kinds]
