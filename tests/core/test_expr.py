"""The tree of an expression, its closure and its SQL text, where the parity law does not say enough."""

import duckdb
import pytest

from guerdon.core.errors import InvariantBroken
from guerdon.core.expr import bounds, python, sql, tree
from guerdon.core.expr.tree import (
    ANY,
    BOOLEAN,
    DATE,
    MAX,
    MIN,
    SUM,
    TEXT,
    Aggregate,
    Arithmetic,
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
    Table,
    Type,
    number,
)
from guerdon.core.values import CEIL, FLOOR, HALF_UP

AMOUNT = Field("amount", number(-(10**15), 10**15, scale=2), line=False)
QUANTITY = Field("quantity", number(0, 100), line=False)
TIP = Field("tip", number(0, 10**6, absent=True), line=False)
PRICE = Field("price", number(0, 10**15, scale=2, totalled=True), line=True)
BRAND = Field("brand", Type(TEXT), line=True)
ACME = Compare("=", BRAND, Literal("Acme", Type(TEXT)))
TOTAL = Aggregate(SUM, PRICE, ACME, number(0, 10**15, scale=2))


def whole(value: int) -> Literal:
    return Literal(value, number(value, value))


def ask(wanted: str, source: str = "") -> list[tuple[object, ...]]:
    """Ask DuckDB for something, from somewhere."""
    with duckdb.connect() as database:
        found: list[tuple[object, ...]] = database.execute(f"select {wanted} {source}").fetchall()
    return found


def answer(node: Node) -> object:
    """Ask DuckDB what an expression over nothing is."""
    return ask(sql.render(node, sql.Names()))[0][0]


class TestTree:
    def test_nodes_that_say_the_same_are_equal(self) -> None:
        again = Aggregate(SUM, PRICE, Compare("=", BRAND, Literal("Acme", Type(TEXT))), TOTAL.type)
        assert again == TOTAL
        assert len({again, TOTAL}) == 1
        assert Aggregate(SUM, PRICE, None, TOTAL.type) != TOTAL
        assert Aggregate(MAX, PRICE, ACME, TOTAL.type) != TOTAL
        assert TOTAL != "sum"

    def test_what_a_value_is_tells_it_from_another(self) -> None:
        nodes = [
            *(whole(1), Literal(1, number(1, 1, scale=1)), Literal("1", Type(TEXT)), Literal(1, Type(DATE))),
            *(Literal(value=True, kind=Type(BOOLEAN)), PRICE, Field("price", PRICE.type, line=False)),
            *(Extreme(MIN, [TIP], TIP.type), Extreme(MAX, [TIP], TIP.type), Coalesce([TIP], TIP.type)),
            *(StartsWith(BRAND, "A"), StartsWith(BRAND, "B"), IsAbsent(TIP), Not(ACME), Negate(TIP, TIP.type)),
            *(Junction("and", [ACME, ACME]), Junction("or", [ACME, ACME])),
            *(Quotient(mode, TIP, QUANTITY, TIP.type, factors=(1, 1)) for mode in (FLOOR, CEIL)),
            *(Arithmetic(op, TIP, TIP, TIP.type) for op in "+-*"),
        ]
        assert len(set(nodes)) == len(nodes)

    def test_fields_and_aggregates_are_listed_once_in_order_of_use(self) -> None:
        twice = Arithmetic("+", Arithmetic("+", TOTAL, AMOUNT, TOTAL.type), TOTAL, TOTAL.type)
        assert tree.fields(twice) == [PRICE, BRAND, AMOUNT]
        assert tree.aggregates(twice) == [TOTAL]
        assert [type(node).__name__ for node in tree.walk(Not(ACME))] == ["Not", "Compare", "Field", "Literal"]

    def test_look_ups_are_listed_once(self) -> None:
        rates = Table("rates", key=Type(TEXT), value=number(0, 5), rows={"Acme": 5})
        other = Table("others", key=Type(TEXT), value=number(0, 5), rows={"Acme": 5})
        one, two = Lookup(rates, BRAND, rates.value), Lookup(other, BRAND, other.value)
        both = Coalesce([one, two, one], rates.value)
        assert tree.lookups(both) == [one, two]

    def test_a_type_knows_its_lowest_value_is_not_above_its_highest(self) -> None:
        with pytest.raises(InvariantBroken):
            number(2, 1)

    @pytest.mark.parametrize("rows", [{"a": 6}, {"a": -1}, {"a": "five"}])
    def test_a_tables_bounds_cover_its_rows(self, rows: dict[str, int | str]) -> None:
        with pytest.raises(InvariantBroken):
            Table("rates", key=Type(TEXT), value=number(0, 5), rows=rows)

    def test_a_tables_bounds_cover_its_default(self) -> None:
        with pytest.raises(InvariantBroken):
            Table("rates", key=Type(TEXT), value=number(0, 5), rows={}, default=6)


class TestBounds:
    @pytest.mark.parametrize(
        ("span", "found"), [((-3, 2), (0, 3)), ((2, 5), (2, 5)), ((-5, -2), (2, 5)), ((0, 0), (0, 0))]
    )
    def test_a_size_is_never_negative(self, span: bounds.Bounds, found: bounds.Bounds) -> None:
        assert bounds.absolute(span) == found

    @pytest.mark.parametrize("mode", [FLOOR, CEIL, HALF_UP])
    @pytest.mark.parametrize("top", [(-7, 9), (3, 5), (-5, -1), (0, 0)])
    @pytest.mark.parametrize("bottom", [(1, 4), (-3, -2), (-2, 3), (0, 2), (-2, 0)])
    def test_a_rounded_division_is_bounded_by_what_it_can_be(
        self, mode: int, top: bounds.Bounds, bottom: bounds.Bounds
    ) -> None:
        every = [
            bounds.rounded(mode, one, by)
            for one in range(top[0], top[1] + 1)
            for by in range(bottom[0], bottom[1] + 1)
            if by
        ]
        assert bounds.divide(mode, top, bottom) == (min(every), max(every))

    def test_halves_go_away_from_zero(self) -> None:
        assert [bounds.half(top, 2) for top in (-3, -1, 1, 3)] == [-2, -1, 1, 2]
        assert bounds.half(5, -2) == -3


SPANS = ((-9, 9), (0, 9), (-9, -1), (1, 9), (0, 0), (3, 3), (-3, -3))


class TestRoundedDivision:
    """Both renderings, for every sign that the bounds can tell apart."""

    @pytest.mark.parametrize("mode", [FLOOR, CEIL, HALF_UP])
    @pytest.mark.parametrize("top", SPANS)
    @pytest.mark.parametrize("bottom", [span for span in SPANS if span != (0, 0)])
    @pytest.mark.parametrize("far", [1, 10**17])
    def test_closure_and_query_divide_alike(
        self, mode: int, top: bounds.Bounds, bottom: bounds.Bounds, far: int
    ) -> None:
        sides = [Field(name, number(*span), line=False) for name, span in (("top", top), ("bottom", bottom))]
        low, high = bounds.divide(mode, bounds.scaled(top, far), bottom)
        node = Quotient(mode, sides[0], sides[1], number(low, high), factors=(far, 1))
        closure = python.event_closure(node)
        pairs = [(a, b) for a in range(top[0], top[1] + 1) for b in range(bottom[0], bottom[1] + 1)]
        values = ", ".join(f"({a}, {b})" for a, b in pairs)
        text = sql.render(node, sql.Names())
        found = ask(text, f'from (values {values}) as e("top", "bottom")')
        expected = [bounds.rounded(mode, a * far, b) if b else None for a, b in pairs]
        assert [row[0] for row in found] == expected
        assert [closure({"top": a, "bottom": b}) for a, b in pairs] == expected


class TestSql:
    def test_a_number_is_bigint_until_two_to_the_sixty_second(self) -> None:
        assert sql.width((-(2**62) + 1, 2**62 - 1)) == sql.BIGINT
        assert sql.width((-(2**62), 0)) == sql.HUGEINT
        assert sql.width((0, 2**62)) == sql.HUGEINT

    def test_small_integer_columns_do_not_overflow(self) -> None:
        square = Arithmetic("*", QUANTITY, QUANTITY, number(0, 10**4))
        text = sql.render(square, sql.Names())
        assert ask(text, "from (values (100::utinyint)) as e(quantity)") == [(10_000,)]

    def test_a_product_beyond_bigint_is_computed_in_hugeint(self) -> None:
        far = Arithmetic("*", whole(10**18), whole(10**18), number(10**36, 10**36))
        assert answer(far) == 10**36

    def test_a_wide_number_becomes_narrow_again_where_its_bounds_do(self) -> None:
        far = whole(10**30)
        least = Extreme(MIN, [far, whole(7)], number(7, 7))
        assert sql.render(least, sql.Names()).endswith("AS BIGINT)")
        assert answer(least) == 7
        gone = Arithmetic("*", far, whole(0), number(0, 0))
        assert answer(gone) == 0

    def test_names_and_texts_cannot_leave_their_quotes(self) -> None:
        odd = 'a"; drop table x; --'
        assert sql.quote(odd) == '"a""; drop table x; --"'
        node = Compare("=", Field(odd, Type(TEXT), line=False), Literal("it's", Type(TEXT)))
        assert ask(sql.render(node, sql.Names()), f"from (select 'it''s' as {sql.quote(odd)}) as e") == [(True,)]

    def test_dates_are_days(self) -> None:
        early = Compare("<", Field("day", Type(DATE), line=False), Literal(17351, Type(DATE)))
        assert ask(sql.render(early, sql.Names()), "from (values (17350)) as e(day)") == [(True,)]

    def test_a_basket_without_lines_counts_nothing(self) -> None:
        class Nothing(sql.Names):
            def aggregate(self, node: Aggregate) -> str:
                assert node.op
                return "NULL"

        some = Aggregate(ANY, ACME, None, Type(BOOLEAN))
        least = Aggregate(MIN, PRICE, None, number(0, 10**15, scale=2, absent=True))
        texts = [sql.render(node, Nothing()) for node in (TOTAL, some, least)]
        assert ask(", ".join(texts)) == [(0, False, None)]

    def test_by_default_an_aggregate_is_computed_on_the_spot(self) -> None:
        text = sql.render(TOTAL, sql.Names())
        lines = "(values (1, 250, 'Acme'), (1, 50, 'Other'), (2, 5, 'Acme')) as l(event, price, brand)"
        found = ask(text, f"from {lines} group by event order by event")
        assert found == [(250,), (5,)]

    def test_a_look_up_becomes_a_join_inside_an_aggregate_too(self) -> None:
        rates = Table("rates", key=Type(TEXT), value=number(0, 5), rows={"Acme": 5}, default=1)
        most = Aggregate(MAX, Lookup(rates, BRAND, rates.value), None, number(0, 5, absent=True))
        with duckdb.connect() as database:
            database.execute('create table rates as select \'Acme\' as "key", 5 as "value"')
            database.execute("create table lines as select 'Acme' as brand from range(3)")
            query = f"select {sql.render(most, sql.Names())} from lines as l"
            assert database.execute(query).fetchone() == (5,)
            plan = str(database.execute(f"explain {query}").fetchall())
        assert "Hash Join" in plan
        assert "Nested Loop" not in plan


class TestClosure:
    def test_it_sees_nothing_but_the_event(self) -> None:
        closure = python.event_closure(AMOUNT)
        with pytest.raises(KeyError):
            closure({})
        assert python.Writer().names["__builtins__"] == {}

    def test_texts_and_names_stand_quoted(self) -> None:
        odd = "'] or __import__('os') #\\\n"
        node = Compare("=", Field(odd, Type(TEXT), line=False), Literal(odd, Type(TEXT)))
        assert python.event_closure(node)({odd: odd}) is True

    def test_a_line_is_read_beside_its_event(self) -> None:
        both = Arithmetic("+", PRICE, AMOUNT, number(-(10**15), 2 * 10**15, scale=2))
        assert python.line_closure(both)({"amount": 1}, {"price": 2}) == 3

    def test_the_last_of_several_may_be_absent_and_of_another_scale(self) -> None:
        fine = Field("fine", number(0, 9, scale=2, absent=True), line=False)
        node = IsAbsent(Coalesce([fine, TIP], number(0, 10**8, scale=2, absent=True)))
        closure = python.event_closure(node)
        assert closure({"fine": None, "tip": None}) is True
        assert closure({"fine": None, "tip": 3}) is False

    def test_a_value_that_is_never_absent_is_not_asked_about(self) -> None:
        assert python.event_closure(IsAbsent(whole(0)))({}) is False
        assert answer(IsAbsent(whole(0))) is False
