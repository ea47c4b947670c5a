"""One meaning: what an expression says by exact fractions, by its closure and by one DuckDB query is the same.

The text is generated together with its meaning, so a slip in the grammar shows as surely as one in a rendering.
`GUERDON_PROOF=20` makes twenty times as many expressions.
"""

import datetime
import math
import os
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from guerdon.core.expr import python, sql, tree
from guerdon.core.expr.tree import BOOLEAN, DATE, NUMBER, TEXT, Aggregate, Node, Table, Type, number
from guerdon.definition.expressions import Scope, parse

PROOF = int(os.environ.get("GUERDON_PROOF", "1"))
TOGETHER = 10
EVENTS = 50
MAX = 10**15

FORESEEN = ("36 digits", "repeats long parts", "divides by zero", "more than 20 deep", "more than 500 parts")
"""Why a generated expression may be refused: for what it could become, never for what it says."""

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
    "bonus": Table(
        "bonus", key=Type(TEXT), value=number(-50, MAX, scale=1), rows={"store": MAX, "": 7}, default=-50
    ),
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
        return Said(name, lambda _, row, name=name.removeprefix("line."): row[name])  # type: ignore[misc]
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
    day = draw(st.dates(datetime.date(1960, 1, 1), datetime.date(2040, 1, 1)))
    return Said(f"date '{day}'", lambda *_: day.toordinal() - datetime.date(1970, 1, 1).toordinal())


class Writer:
    """Writes expressions of a kind, with whatever may stand inside them."""

    def __init__(self, draw: Draw, *, line: bool, aggregating: bool = False) -> None:
        self.draw = draw
        self.line = line
        self.aggregating = aggregating

    def write(self, kind: str, depth: int) -> Said:
        if depth <= 0:
            return self.leaf(kind)
        ways = [self.leaf, *WAYS[kind]]
        way = self.draw(st.sampled_from(ways))
        return way(kind) if way == self.leaf else way(self, kind, depth - 1)

    def leaf(self, kind: str) -> Said:
        named = field(self.draw, kind, line=self.line) if self.draw(st.booleans()) else None
        return named or literal(self.draw, kind)

    def pick(self, *choices: str) -> str:
        return str(self.draw(st.sampled_from(choices)))


def of_case(w: Writer, kind: str, depth: int) -> Said:
    when, then, other = w.write(BOOLEAN, depth), w.write(kind, depth), w.write(kind, depth)
    text = f"case when {when.text} then {then.text} else {other.text} end"
    return Said(text, lambda e, l: then.means(e, l) if when.means(e, l) else other.means(e, l))


def of_simple_case(w: Writer, kind: str, depth: int) -> Said:
    asked = w.pick(NUMBER, TEXT)
    value, when = w.write(asked, depth), literal(w.draw, asked)
    then, other = w.write(kind, depth), w.write(kind, depth)
    text = f"CASE {value.text} WHEN {when.text} THEN {then.text} ELSE {other.text} END"
    return Said(text, lambda e, l: (then if value.means(e, l) == when.means(e, l) else other).means(e, l))


def of_coalesce(w: Writer, kind: str, depth: int) -> Said:
    items = [maybe_absent(w, kind, depth) for _ in range(w.draw(st.integers(1, 2)))]
    items.append(w.write(kind, depth))

    def first(e: Row, l: Row) -> Any:
        return next((value for item in items if (value := item.means(e, l)) is not None), None)

    return Said(f"coalesce({', '.join(item.text for item in items)})", first)


def maybe_absent(w: Writer, kind: str, depth: int) -> Said:
    """Write a value that may be absent."""
    ways = [lambda: field(w.draw, kind, line=w.line, absent=True) or w.write(kind, depth)]
    if kind == NUMBER:
        ways += [lambda: of_division(w, depth), lambda: of_lookup(w, depth, "rates", TEXT)]
        ways += [lambda: of_lookup(w, depth, "steps", NUMBER)]
    if kind in {NUMBER, DATE} and not w.aggregating:
        ways.append(lambda: of_basket(w, w.pick("min", "max"), kind, depth))
    return w.draw(st.sampled_from(ways))()  # type: ignore[no-any-return]


def of_division(w: Writer, depth: int) -> Said:
    top, bottom = w.write(NUMBER, depth), w.write(NUMBER, depth)
    return rounded(w, f"({top.text}) / ({bottom.text})", lambda e, l: ratio(top.means(e, l), bottom.means(e, l)))


def ratio(top: Fraction, bottom: Fraction) -> Fraction | None:
    return top / bottom if bottom else None


def rounded(w: Writer, text: str, means: Means) -> Said:
    name = w.pick("floor", "ceil", "round", "round")
    decimals = w.draw(st.integers(0, 3)) if name == "round" else 0
    extra = f", {decimals}" if decimals or (name == "round" and w.draw(st.booleans())) else ""

    def rounding(e: Row, l: Row) -> Fraction | None:
        value = means(e, l)
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
    return Said(f"lookup({name}, {said.text})", lambda e, l: rows.get(said.means(e, l), default))


def rounded_key(w: Writer, depth: int) -> Said:
    value = w.write(NUMBER, depth)
    return Said(f"floor({value.text})", lambda e, l: near("floor", value.means(e, l)))


def of_arithmetic(w: Writer, _: str, depth: int) -> Said:
    one, other = w.write(NUMBER, depth), w.write(NUMBER, depth)
    op = w.pick("+", "-", "*")
    does = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}[op]
    return Said(f"({one.text} {op} {other.text})", lambda e, l: does(one.means(e, l), other.means(e, l)))


def of_precedence(w: Writer, _: str, __: int) -> Said:
    a, b, c = (w.leaf(NUMBER) for _ in range(3))
    return Said(f"{a.text} - {b.text} * - {c.text}", lambda e, l: a.means(e, l) + b.means(e, l) * c.means(e, l))


def parenthesised(make: Callable[[Writer, str, int], Said]) -> Callable[[Writer, str, int], Said]:
    def wrapped(w: Writer, kind: str, depth: int) -> Said:
        said = make(w, kind, depth)
        return Said(f"({said.text})", said.means)

    return wrapped


def of_sign(w: Writer, _: str, depth: int) -> Said:
    value = w.write(NUMBER, depth)
    if w.draw(st.booleans()):
        return Said(f"(- {value.text})", lambda e, l: -value.means(e, l))
    return Said(f"abs({value.text})", lambda e, l: abs(value.means(e, l)))


def of_rounding(w: Writer, _: str, depth: int) -> Said:
    value = w.write(NUMBER, depth)
    return rounded(w, value.text, value.means)


def of_sure_division(w: Writer, _: str, depth: int) -> Said:
    value, by = w.write(NUMBER, depth), w.pick("3", "0.7", "-2", "1000", "-0.03")
    return rounded(w, f"{value.text} / {by}", lambda e, l: value.means(e, l) / Fraction(by))


def of_extreme(w: Writer, kind: str, depth: int) -> Said:
    items = [w.write(kind, depth) for _ in range(w.draw(st.integers(2, 3)))]
    name, pick = w.draw(st.sampled_from([("least", min), ("greatest", max)]))
    return Said(f"{name}({', '.join(i.text for i in items)})", lambda e, l: pick(i.means(e, l) for i in items))


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

    def gather(e: Row, _: Row) -> Any:
        values = [argument.means(e, line) for line in e["lines"] if where.means(e, line)]
        return GATHER[op]([value for value in values if value is not None])

    return Said(f"{name}({inside}){after}", gather)


GATHER: dict[str, Callable[[list[Any]], Any]] = {
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
        return Said(f"{one.text} and {other.text}", lambda e, l: one.means(e, l) and other.means(e, l))
    one = of_field(w.pick("line.amount", "line.price", "line.count"))
    if w.draw(st.booleans()):
        return one
    other = w.write(NUMBER, depth)
    return Said(f"{one.text} - {other.text}", lambda e, l: one.means(e, l) - other.means(e, l))


def of_comparison(w: Writer, _: str, depth: int) -> Said:
    kind = w.pick(NUMBER, NUMBER, TEXT, BOOLEAN, DATE)
    ops = ["=", "<>", "!="] + (["<", "<=", ">", ">="] if kind in {NUMBER, DATE} else [])
    one, other, op = w.write(kind, depth), w.write(kind, depth), w.pick(*ops)
    return Said(f"({one.text}) {op} ({other.text})", lambda e, l: HOLDS[op](one.means(e, l), other.means(e, l)))


HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def of_between(w: Writer, _: str, depth: int) -> Said:
    kind, word = w.pick(NUMBER, DATE), w.pick("between", "not between")
    value, low, high = w.write(kind, depth), w.leaf(kind), w.leaf(kind)
    wanted = word == "between"
    return Said(
        f"({value.text}) {word} {low.text} and {high.text}",
        lambda e, l: (low.means(e, l) <= value.means(e, l) <= high.means(e, l)) == wanted,
    )


def of_in(w: Writer, _: str, depth: int) -> Said:
    kind, word = w.pick(NUMBER, TEXT, DATE), w.pick("in", "not in")
    value = w.write(kind, depth)
    choices = [literal(w.draw, kind) for _ in range(w.draw(st.integers(1, 4)))]
    return Said(
        f"({value.text}) {word} ({', '.join(choice.text for choice in choices)})",
        lambda e, l: (value.means(e, l) in [choice.means(e, l) for choice in choices]) == (word == "in"),
    )


def of_absence(w: Writer, _: str, depth: int) -> Said:
    value, word = maybe_absent(w, w.pick(NUMBER, TEXT, BOOLEAN, DATE), depth), w.pick("is null", "is not null")
    return Said(f"({value.text}) {word}", lambda e, l: (value.means(e, l) is None) == (word == "is null"))


def of_joint(w: Writer, _: str, depth: int) -> Said:
    a, b, c = (w.write(BOOLEAN, depth) for _ in range(3))
    one, other, third = (f"({said.text})" for said in (a, b, c))
    return Said(
        f"{one} or not {other} and {third}",
        lambda e, l: bool(a.means(e, l) or (not b.means(e, l) and c.means(e, l))),
    )


def of_beginning(w: Writer, _: str, depth: int) -> Said:
    value, prefix = w.write(TEXT, depth), literal(w.draw, TEXT)
    text = f"starts_with({value.text}, {prefix.text})"
    return Said(text, lambda e, l: value.means(e, l).startswith(prefix.means(e, l)))


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


# The data: edge values in every field


def some(chance: random.Random, kind: Type, high: int) -> Value:
    """Choose a stored value of a type, often one at an edge."""
    if kind.absent and chance.random() < 0.3:
        return None
    if kind.kind == TEXT:
        return chance.choice(TEXTS)
    if kind.kind == BOOLEAN:
        return chance.random() < 0.5
    edges = [edge for edge in (0, 0, 1, 50, 100, 125, kind.low, high) if kind.low <= edge <= high]
    return chance.choice([*edges, chance.randint(kind.low, high), chance.randint(max(kind.low, -999), min(high, 999))])


def history(seed: int) -> tuple[list[Row], list[Row]]:
    """Make events and their lines; the amounts of a basket add up to no more than one amount may be."""
    chance = random.Random(seed)
    events: list[Row] = [
        {"id": i} | {name: some(chance, kind, kind.high) for name, kind in EVENT_FIELDS.items()} for i in range(EVENTS)
    ]
    lines: list[Row] = [
        {"event": i} | {name: some(chance, kind, kind.high // 5) for name, kind in LINE_FIELDS.items()}
        for i in range(EVENTS)
        for _ in range(chance.choice([0, 1, 1, 2, 5]))
    ]
    return events, lines


def stored(rows: list[Row], key: str, kinds: Mapping[str, Type]) -> pa.Table:
    """Make a table of rows as batch would."""
    columns = {key: pa.array([row[key] for row in rows], pa.int64())}
    arrow = {NUMBER: pa.int64(), DATE: pa.int64(), TEXT: pa.string(), BOOLEAN: pa.bool_()}
    columns |= {name: pa.array([row[name] for row in rows], arrow[kind.kind]) for name, kind in kinds.items()}
    return pa.table(columns)


class Columns(sql.Names):
    """Names the aggregates as columns of the grouped lines."""

    def __init__(self, gathered: list[Aggregate]) -> None:
        self.gathered = gathered

    def aggregate(self, node: Aggregate) -> str:
        return f'g."a{self.gathered.index(node)}"'


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set threads=1")
        connection.execute("set enable_progress_bar=false")
        for table in TABLES.values():
            rows = pa.table({"key": list(table.rows), "value": list(table.rows.values())})
            connection.register(f"held_{table.name}", rows)
            connection.execute(f"create table {sql.quote(table.name)} as from held_{table.name}")  # noqa: S608
        yield connection


def query(nodes: list[Node], *, per_line: bool) -> str:
    """Write one query for several expressions."""
    gathered = list(dict.fromkeys(found for node in nodes for found in tree.aggregates(node)))
    names = Columns(gathered)
    columns = [sql.render_aggregate(found, sql.Names()) + f" as a{i}" for i, found in enumerate(gathered)]
    lines = "lines as l join events as e on e.id = l.event"
    grouped = f"select {', '.join(['l.event', *columns])} from {lines} group by l.event"  # noqa: S608
    wanted = ", ".join(sql.render(node, names) for node in nodes)
    rows = lines if per_line else "events as e"
    order = "l.rowid" if per_line else "e.id"
    return f"with g as ({grouped}) select {wanted} from {rows} left join g on g.event = e.id order by {order}"  # noqa: S608


def scaled(value: Any, kind: Type) -> Value:
    """Return a value as the engine holds it."""
    if kind.kind != NUMBER:
        return value  # type: ignore[no-any-return]
    whole = value * 10**kind.scale
    assert whole == int(whole), "a scale holds its value exactly"
    return int(whole)


def answers(events: list[Row], lines: list[Row], *, per_line: bool) -> list[tuple[Row, Row, Row, Row]]:
    """Pair each event (and line) as stored with itself as it is meant."""
    paired: list[tuple[Row, Row, Row, Row]] = []
    for row in events:
        own = [line for line in lines if line["event"] == row["id"]]
        meant_lines = [{n: plain(line[n], k) for n, k in LINE_FIELDS.items()} for line in own]
        meant = {n: plain(row[n], k) for n, k in EVENT_FIELDS.items()} | {"lines": meant_lines}
        kept = {**row, "lines": own}
        sides = list(zip(own, meant_lines, strict=True)) if per_line else [({}, {})]
        paired += [(kept, line, meant, meant_line) for line, meant_line in sides]
    return paired


@st.composite
def written(draw: Draw) -> tuple[bool, list[tuple[str, Said]]]:
    """Write several expressions, each with the kind it has."""
    per_line = draw(st.booleans())
    writer = Writer(draw, line=per_line)
    kinds = [draw(st.sampled_from([NUMBER, NUMBER, BOOLEAN, BOOLEAN, TEXT, DATE])) for _ in range(TOGETHER)]
    return per_line, [(kind, writer.write(kind, 3)) for kind in kinds]


@settings(
    max_examples=40 * PROOF,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(written(), st.integers(0, 10**6))
def test_closure_and_query_say_what_the_text_means(
    database: duckdb.DuckDBPyConnection, told: tuple[bool, list[tuple[str, Said]]], seed: int
) -> None:
    per_line, wanted = told
    parsed = [(said, parse(said.text, SCOPE, want=kind, per_line=per_line)) for kind, said in wanted]
    for said, result in parsed:
        assert all(any(why in p.what for why in FORESEEN) for p in result.problems), (said.text, result)
    both = [(said, result.node) for said, result in parsed if result.node is not None]
    event("refused for size", len(parsed) - len(both))
    if both:
        compare(database, both, seed, per_line=per_line)


def compare(
    database: duckdb.DuckDBPyConnection, both: list[tuple[Said, Node]], seed: int, *, per_line: bool
) -> None:
    """Compare the three answers, value by value and bound by bound."""
    events, lines = history(seed)
    database.register("held_events", stored(events, "id", EVENT_FIELDS))
    database.register("held_lines", stored(lines, "event", LINE_FIELDS))
    database.execute("create or replace table events as from held_events")
    database.execute("create or replace table lines as from held_lines")
    nodes = [node for _, node in both]
    found = database.execute(query(nodes, per_line=per_line)).fetchall()
    rows = answers(events, lines, per_line=per_line)
    assert len(found) == len(rows)
    for position, (said, node) in enumerate(both):
        closure = (
            python.line_closure(node)
            if per_line
            else (lambda e, _, of=python.event_closure(node): of(e))  # type: ignore[misc]
        )
        for values, (kept, line, meant, meant_line) in zip(found, rows, strict=True):
            expected = scaled(said.means(meant, meant_line), node.type)
            assert closure(kept, line) == expected, said.text
            assert values[position] == expected, said.text
            if node.type.kind == NUMBER:
                assert node.type.low <= int(str(expected)) <= node.type.high, said.text
