"""One meaning: what an expression says by exact fractions, by its closure and by one DuckDB query is the same.

The text is generated together with its meaning, so a slip in the grammar shows as surely as one in a rendering.
`GUERDON_PROOF=1` makes fifty times as many expressions.
"""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from guerdon.core.expr import python, sql, tree
from guerdon.core.expr.tree import BOOLEAN, DATE, NUMBER, TEXT, Aggregate, Node, Type
from guerdon.definition.expressions import parse
from tests.parity.written import EVENT_FIELDS, LINE_FIELDS, SCOPE, TABLES, TEXTS, Row, Said, Value, plain, written

PROOF = 50 if os.environ.get("GUERDON_PROOF") == "1" else 1
TOGETHER = 10
EVENTS = 50

FORESEEN = ("36 digits", "repeats long parts", "divides by zero", "more than 20 deep", "more than 500 parts")
"""Why a generated expression may be refused: for what it could become, never for what it says."""


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
    chance = random.Random(seed)  # noqa: S311 - data for a test, and the same again for the same seed
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


def gathered_columns(gathered: list[Aggregate]) -> sql.Names:
    """Name the aggregates as columns of the grouped lines."""
    return sql.Names({node: f'g."a{position}"' for position, node in enumerate(gathered)})


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set threads=1")
        connection.execute("set enable_progress_bar=false")
        for table in TABLES.values():
            rows = pa.table({"key": list(table.rows), "value": list(table.rows.values())})
            connection.register(f"held_{table.name}", rows)
            connection.execute(f"create table {sql.quote(table.name)} as from held_{table.name}")
        yield connection


def query(nodes: list[Node], *, per_line: bool) -> str:
    """Write one query for several expressions."""
    gathered = list(dict.fromkeys(found for node in nodes for found in tree.aggregates(node)))
    names = gathered_columns(gathered)
    columns = [sql.render_aggregate(found, sql.Names()) + f" as a{i}" for i, found in enumerate(gathered)]
    lines = "lines as l join events as e on e.id = l.event"
    grouped = f"select {', '.join(['l.event', *columns])} from {lines} group by l.event"
    wanted = ", ".join(sql.render(node, names) for node in nodes)
    rows = lines if per_line else "events as e"
    order = "l.rowid" if per_line else "e.id"
    return f"with g as ({grouped}) select {wanted} from {rows} left join g on g.event = e.id order by {order}"


def scaled(value: Value, kind: Type) -> Value:
    """Return a value as the engine holds it."""
    if kind.kind != NUMBER or not isinstance(value, int | Fraction):
        return value
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


@settings(
    max_examples=40 * PROOF,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(written(TOGETHER), st.integers(0, 10**6))
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


BY_HAND: list[tuple[str, str, Callable[[Row, Row], Value]]] = [
    (NUMBER, "case when amount = 5 then 1 else 0 end", lambda row, _: int(row["amount"] == 5)),
    (
        NUMBER,
        "case when amount in (0, 0.5, 1) then 1 else 0 end",
        lambda row, _: int(row["amount"] in (0, Fraction(1, 2), 1)),
    ),
    (NUMBER, "-amount", lambda row, _: -row["amount"]),
    (BOOLEAN, "not vip", lambda row, _: not row["vip"]),
    (BOOLEAN, "tip is null", lambda row, _: row["tip"] is None),
    (BOOLEAN, "amount is null", lambda *_: False),
    (BOOLEAN, "starts_with(channel, 'Ac')", lambda row, _: row["channel"].startswith("Ac")),
    (NUMBER, "coalesce(tip, 0.5)", lambda row, _: Fraction(1, 2) if row["tip"] is None else row["tip"]),
    (
        NUMBER,
        "lookup(bonus, channel)",
        lambda row, _: {"store": Fraction(10**15, 10), "": Fraction(7, 10)}.get(row["channel"], Fraction(-5)),
    ),
    (TEXT, "lookup(sizes, order)", lambda row, _: {1: "one", 2: 'two "2"'}.get(row["order"], "many")),
    (
        NUMBER,
        "coalesce(lookup(steps, amount), 0)",
        lambda row, _: {0: 1, 1: 2, Fraction(5, 4): 9}.get(row["amount"], 0),
    ),
    (NUMBER, "amount * order + 0.125", lambda row, _: row["amount"] * row["order"] + Fraction(1, 8)),
]


@pytest.mark.parametrize(("kind", "text", "means"), BY_HAND, ids=[text for _, text, _ in BY_HAND])
def test_what_is_written_by_hand_is_said_by_both(
    database: duckdb.DuckDBPyConnection, kind: str, text: str, means: Callable[[Row, Row], Value]
) -> None:
    parsed = parse(text, SCOPE, want=kind, per_line=False)
    assert parsed.node is not None, parsed
    compare(database, [(Said(text, means), parsed.node)], seed=1, per_line=False)


def closure_of(node: Node, *, per_line: bool) -> Callable[[Row, Row], object]:
    """Make the closure, called with a line that it needs or not."""
    if per_line:
        return python.line_closure(node)
    of = python.event_closure(node)
    return lambda row, _: of(row)


def compare(database: duckdb.DuckDBPyConnection, both: list[tuple[Said, Node]], seed: int, *, per_line: bool) -> None:
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
        closure = closure_of(node, per_line=per_line)
        for values, (kept, line, meant, meant_line) in zip(found, rows, strict=True):
            expected = scaled(said.means(meant, meant_line), node.type)
            answer = closure(kept, line)
            assert (answer, type(answer)) == (expected, type(expected)), said.text
            assert values[position] == expected, said.text
            if node.type.kind == NUMBER:
                assert node.type.low <= int(expected or 0) <= node.type.high, said.text
