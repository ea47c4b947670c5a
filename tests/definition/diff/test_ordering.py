"""Which of two expressions gives more: what is claimed holds for every event, and what people write is seen through."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.expr.python import line_closure
from guerdon.core.expr.tree import BOOLEAN, NUMBER, Node, Table, Type, number
from guerdon.definition.diff.ordering import LESS, MORE, SAME, UNKNOWN, order_of_conditions, order_of_numbers, turned
from guerdon.definition.expressions import Scope, parse

MAX = 10**9


def scope(**tables: dict[str, int | None]) -> Scope:
    """Return what a shop's expressions may name; a table's rows are points by brand, and `other` its default."""
    made = {}
    for name, rows in tables.items():
        held = {key: value for key, value in rows.items() if key != "other" and value is not None}
        made[name] = Table(name, key=Type("text"), value=number(0, 99), rows=held, default=rows.get("other"))
    return Scope(
        fields={
            "net": number(0, MAX, scale=2),
            "change": number(-MAX, MAX, scale=2),
            "visits": number(0, 50),
            "tip": number(0, MAX, scale=2, absent=True),
            "channel": Type("text"),
            "day": Type("date", low=0, high=10**6),
        },
        line_fields={"amount": number(0, MAX, scale=2, totalled=True), "off": number(-9, 9), "brand": Type("text")},
        tables=made,
    )


SHOP = scope(bonus={"A": 1, "B": 2, "other": 0}, rate={"A": 1})


def node(text: str, want: str, within: Scope = SHOP) -> Node:
    found = parse(text, within, want=want)
    assert found.node is not None, found.problems
    return found.node


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        ("net", "net", SAME),
        ("5", "6", MORE),
        ("0.50", "0.5", SAME),
        ("floor(net)", "floor(net * 1.5)", MORE),
        ("floor(net) * 2", "floor(net) * 1.5", LESS),
        ("net", "net + 5", MORE),
        ("net", "5 + net", MORE),
        ("net + visits", "net * 1.5 + visits", MORE),
        ("net - visits", "net - 2 * visits", LESS),
        ("net", "net - visits", LESS),
        ("net", "net - change", UNKNOWN),
        ("-net", "-(net * 2)", LESS),
        ("change * 2", "change * 3", UNKNOWN),
        ("net", "greatest(net, 5)", MORE),
        ("net", "least(net, 5)", LESS),
        ("least(net, 5)", "least(net, 9)", MORE),
        ("least(net, 5)", "least(net, 5, visits)", LESS),
        ("greatest(net, 5)", "greatest(net, 5, visits)", MORE),
        ("least(net, 5)", "greatest(net, 5)", MORE),
        ("least(net, 5)", "greatest(visits, 5)", MORE),
        ("least(net, 50)", "greatest(visits, 5)", UNKNOWN),
        ("least(net, 5, visits)", "least(net, 9)", UNKNOWN),
        ("floor(net / 10)", "floor(net / 5)", MORE),
        ("floor(net / 10)", "floor(net * 2 / 10)", MORE),
        ("floor(change / 10)", "floor(change / 5)", UNKNOWN),
        ("floor(net / 10)", "ceil(net / 10)", UNKNOWN),
        ("coalesce(floor(net / visits), 0)", "coalesce(floor(net * 2 / visits), 0)", UNKNOWN),
        ("case channel when 'app' then 2 else 1 end", "case channel when 'app' then 3 else 1 end", MORE),
        ("case channel when 'app' then 2 else 1 end", "case channel when 'web' then 3 else 1 end", UNKNOWN),
        ("case channel when 'app' then 2 else 1 end", "case channel when 'app' then 1 else 3 end", UNKNOWN),
        ("coalesce(tip, 0)", "coalesce(tip, 5)", MORE),
        ("coalesce(tip, 0)", "coalesce(tip, net, 0)", UNKNOWN),
        ("sum(line.amount)", "sum(line.amount * 2)", MORE),
        ("sum(line.amount) filter (where line.brand = 'A')", "sum(line.amount)", MORE),
        ("sum(line.off) filter (where line.brand = 'A')", "sum(line.off)", UNKNOWN),
        ("sum(line.off)", "sum(line.off + 1)", MORE),
        ("count(*)", "count(*) filter (where line.brand = 'A')", LESS),
        ("count(distinct line.brand)", "count(distinct line.brand) filter (where line.amount > 5)", LESS),
        ("count(distinct line.brand)", "count(distinct line.amount)", UNKNOWN),
        ("count(*)", "count(line.brand)", UNKNOWN),
        ("sum(line.amount)", "count(*)", UNKNOWN),
        ("visits", "60", MORE),
        ("visits + 60", "visits", LESS),
        ("visits", "net", UNKNOWN),
    ],
)  # fmt: skip
def test_which_number_is_more(old: str, new: str, order: str) -> None:
    before, after = node(old, NUMBER), node(new, NUMBER)
    assert order_of_numbers(before, after) == order
    assert turned(order_of_numbers(after, before)) == order


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        ("net >= 50", "net>=50.00", SAME),
        ("net >= 50", "net >= 40", MORE),
        ("net > 50", "net >= 50", MORE),
        ("net >= 50", "net > 49.99", MORE),
        ("50 <= net", "net > 40", MORE),
        ("net <= 50", "net < 50", LESS),
        ("net < 50", "net <= 60", MORE),
        ("net <= 50", "net >= 50", UNKNOWN),
        ("net > visits", "net >= visits * 2", UNKNOWN),
        ("net >= visits * 2", "net > visits", UNKNOWN),
        ("day < date '2026-01-01'", "day < date '2026-02-01'", MORE),
        ("channel = 'a'", "channel in ('a', 'b')", MORE),
        ("channel in ('a', 'b')", "channel in ('a', 'c')", UNKNOWN),
        ("channel = 'a'", "channel <> 'b'", UNKNOWN),
        ("net > 5", "net > 5 and channel = 'a'", LESS),
        ("net > 5", "net > 5 or channel = 'a'", MORE),
        ("net > 5 and channel = 'a'", "channel = 'a' and net > 5", SAME),
        ("net > 5 and channel = 'a'", "net > 4 or visits > 2", MORE),
        ("net > 5 or visits > 2", "net > 4 and visits > 2", LESS),
        ("not net > 5", "not net > 4", LESS),
        ("net > 5", "true", MORE),
        ("net > 5", "false", LESS),
        ("net between 5 and 9", "net between 5 and 10", MORE),
        ("any(line.brand = 'A')", "any(line.brand in ('A', 'B'))", MORE),
        ("any(line.amount > 5) filter (where line.brand = 'A')", "any(line.amount > 5)", MORE),
        ("count(*) > 2", "count(*) filter (where line.brand = 'A') > 2", LESS),
        ("tip is null", "tip is not null", UNKNOWN),
        ("starts_with(channel, 'a')", "starts_with(channel, 'ab')", UNKNOWN),
    ],
)  # fmt: skip
def test_which_condition_holds_more_often(old: str, new: str, order: str) -> None:
    before, after = node(old, BOOLEAN), node(new, BOOLEAN)
    assert order_of_conditions(before, after) == order
    assert turned(order_of_conditions(after, before)) == order


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        ({"A": 1, "other": 0}, {"A": 1, "other": 0}, SAME),
        ({"A": 1, "other": 0}, {"A": 2, "other": 0}, MORE),
        ({"A": 1, "other": 0}, {"A": 1, "other": 5}, MORE),
        ({"A": 1, "other": 5}, {"A": 2, "other": 0}, UNKNOWN),
        ({"A": 1}, {"A": 2}, MORE),
        ({"A": 1}, {"A": 2, "B": 5}, UNKNOWN),
    ],
)
def test_a_table_with_larger_values_is_more(old: dict[str, int | None], new: dict[str, int | None], order: str) -> None:
    text = "coalesce(lookup(t, channel), 0)"
    before, after = node(text, NUMBER, scope(t=old)), node(text, NUMBER, scope(t=new))
    assert order_of_numbers(before, after) == order


def test_tables_of_texts_are_the_same_or_not() -> None:
    def made(region: str) -> Node:
        table = Table("t", key=Type("text"), value=Type("text"), rows={"a": region}, default="none")
        return node("lookup(t, channel) = 'north'", BOOLEAN, Scope(fields=SHOP.fields, tables={"t": table}))

    assert order_of_conditions(made("north"), made("north")) == SAME
    assert order_of_conditions(made("north"), made("south")) == UNKNOWN


def test_what_is_very_large_is_not_looked_into() -> None:
    large = " + ".join(["net * 2"] * 40)
    assert order_of_numbers(node(large, NUMBER), node(large, NUMBER)) == SAME
    assert order_of_numbers(node(large, NUMBER), node(f"{large} + 1", NUMBER)) == UNKNOWN
    many = " or ".join(f"net = {n}" for n in range(50))
    assert order_of_conditions(node(many, BOOLEAN), node(many, BOOLEAN)) == SAME
    assert order_of_conditions(node(many, BOOLEAN), node(f"{many} or visits > 5", BOOLEAN)) == UNKNOWN


NUMBERS = [
    "net", "visits", "5", "floor(net / 3)", "ceil(net / 3)", "floor(net)", "net * 2", "net - visits", "change", "change * 2",
    "least(net, visits)", "greatest(net, visits)", "coalesce(tip, 1)", "coalesce(tip, 0)", "lookup(bonus, channel)",
    "coalesce(lookup(rate, channel), 0)", "sum(line.amount)", "sum(line.off)", "count(*)", "-visits", "abs(change)",
    "sum(line.amount) filter (where line.off > 0)", "case when net > 5 then 2 else 1 end",
]  # fmt: skip
CONDITIONS = [
    "net > 5", "net >= 5", "net < 7", "net <= 7 or visits > 3", "not visits > 3", "channel = 'A'", "channel in ('A', 'B')",
    "any(line.off > 0)", "any(line.off > 2)", "count(*) >= 1", "true", "tip is null", "net > 5 and channel = 'A'",
]  # fmt: skip
SUMS = [f"{one} + {other}" for one in NUMBERS[:5] for other in NUMBERS[:4]]
BOTH = [f"({one}) and ({other})" for one in CONDITIONS[:4] for other in CONDITIONS[:6]]
NUMBER_NODES = [node(text, NUMBER) for text in [*NUMBERS, *SUMS]]
CONDITION_NODES = [node(text, BOOLEAN) for text in [*CONDITIONS, *BOTH]]
MORE_NUMBERS = [(old, new) for old in NUMBER_NODES for new in NUMBER_NODES if order_of_numbers(old, new) == MORE]
MORE_CONDITIONS = [
    (old, new) for old in CONDITION_NODES for new in CONDITION_NODES if order_of_conditions(old, new) == MORE
]
READ = {id(one): line_closure(one) for one in (*NUMBER_NODES, *CONDITION_NODES)}

LINES = st.fixed_dictionaries({
    "amount": st.integers(0, 900),
    "off": st.integers(-9, 9),
    "brand": st.sampled_from("AB"),
})
EVENTS = st.fixed_dictionaries({
    "net": st.integers(0, 1000),
    "change": st.integers(-900, 900),
    "visits": st.integers(0, 9),
    "tip": st.none() | st.integers(0, 900),
    "channel": st.sampled_from("ABC"),
    "lines": st.lists(LINES, max_size=3),
})


@given(EVENTS)
def test_what_is_called_more_is_never_less(event: dict[str, Any]) -> None:
    assert len(MORE_NUMBERS) > 100
    assert len(MORE_CONDITIONS) > 100
    for old, new in MORE_NUMBERS:
        before, after = (Decimal(str(READ[id(one)](event, {}))).scaleb(-one.type.scale) for one in (old, new))
        assert before <= after
    for old, new in MORE_CONDITIONS:
        assert not READ[id(old)](event, {}) or READ[id(new)](event, {})
