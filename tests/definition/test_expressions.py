"""Reading an expression: what it accepts, and that what it refuses is said with its place and a way out."""

import pytest

from guerdon.core.expr import python, tree
from guerdon.core.expr.tree import BOOLEAN, DATE, NUMBER, TEXT, Node, number
from guerdon.definition.expressions import Scope, parse
from tests.definition.shop import EVENT, MAX, SCOPE


def read(text: str, want: str = NUMBER, *, per_line: bool = False) -> Node:
    """Read what is right."""
    parsed = parse(text, SCOPE, want=want, per_line=per_line)
    assert parsed.problems == ()
    assert parsed.node is not None
    return parsed.node


def refused(text: str, want: str = NUMBER, *, scope: Scope = SCOPE) -> list[str]:
    """Read what is wrong; each problem as the text where it is, what it is, and what to try."""
    parsed = parse(text, scope, want=want)
    assert parsed.node is None
    assert parsed.problems
    return [f"{text[found.offset :]} | {found.what} | {found.try_this}" for found in parsed.problems]


class TestValues:
    """What an expression says of one event."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("amount - shipping * 2", 12_050 - 990),
            ("floor(amount - shipping * 2)", 110),
            ("2 + 3 * 4", 14),
            ("(2 + 3) * 4", 20),
            ("10 - 3 - 2", 5),
            ("- 2 * - 3 + +1", 7),
            ("1.50 * 2.10", 315),
            ("floor(amount / 50)", 2),
            ("FLOOR((amount) / 50)", 2),
            ("ceil(amount / 50)", 3),
            ("ceiling(amount)", 121),
            ("round(amount)", 121),
            ("round(amount, 1)", 1205),
            ("round(amount / 7, 2)", 1721),
            ("round((amount / 7), 2)", 1721),
            ("round(amount, 6)", 12_050),
            ("round(-2.5)", -3),
            ("floor(-0.5)", -1),
            ("base * 2", 300),
            ("coalesce(tip, 1)", 100),
            ("coalesce(floor(amount / no), 7)", 7),
            ("least(amount, 50, 60)", 5000),
            ("greatest(amount, 50)", 12_050),
            ("abs(-3)", 3),
            ("case level when 'gold' then 1.25 else 1 end", 125),
            ("case when visits > 5 then 3 when visits > 2 then 2 else 1 end", 2),
            ("lookup(bonus, 'Acme')", 50),
            ("lookup(bonus, level)", 0),
            ("coalesce(lookup(steps, visits - 2), 0)", 9),
            ("sum(line.amount)", 12_050),
            ("sum(line.amount * line.quantity) filter (where line.brand = 'Acme')", 20_000),
            ("count(*)", 2),
            ("count(*) filter (where line.quantity > 1)", 1),
            ("count(line.sku)", 1),
            ("count(distinct line.brand)", 2),
            ("coalesce(max(line.price), 0)", 100),
            ("coalesce(min(line.price) filter (where line.price > 500), 0)", 0),
            ('"order" + order', 4),
            ("000000000000000000000000012", 12),
            (".5 + 5.", 55),
        ],
    )
    def test_numbers(self, text: str, value: int) -> None:
        assert python.event_closure(read(text))(EVENT) == value

    @pytest.mark.parametrize(
        "text",
        [
            "amount = 120.5 and not channel <> 'store'",
            "true or false and false",
            "not false or true",
            "amount >= 120.50",
            "amount between 100 and 200",
            "amount not between 1 and 2",
            "visits in (1, 2, 3)",
            "visits + 0.5 in (3.5)",
            "channel not in ('online')",
            "tip is null",
            "coupon is null and not coupon is not null",
            "level != 'silver'",
            "subscriber",
            "subscriber = true",
            "day = date '2017-07-04'",
            "day between DATE '2017-01-01' and date '2017-12-31'",
            "day > date'2017-01-01'",
            "starts_with(level, 'go')",
            "any(line.brand = 'Acme' and line.quantity >= 2)",
            "not any(line.category = spring)",
            "coalesce(max(line.made), date '1970-01-01') = date '1970-01-03'",
            "least(day, date '2030-01-01') = day",
            "case channel when 'store' then subscriber else false end",
            "channel = 'store'\n  and amount > 3",
        ],
    )
    def test_conditions(self, text: str) -> None:
        assert python.event_closure(read(text, BOOLEAN))(EVENT) is True

    def test_texts_and_dates(self) -> None:
        assert python.event_closure(read("coalesce(coupon, 'it''s')", TEXT))(EVENT) == "it's"
        assert python.event_closure(read("date '1970-01-02'", DATE))(EVENT) == 1

    def test_lines(self) -> None:
        node = read("line.amount * line.quantity + count(*)", per_line=True)
        assert python.line_closure(node)(EVENT, {"amount": 50, "quantity": 3}) == 350
        scope = Scope(fields={}, line_fields=SCOPE.line_fields, per_line=True)
        assert parse("line.quantity", scope).problems == ()


class TestBounds:
    """What a caller can prove before any data is seen."""

    @pytest.mark.parametrize(
        ("text", "low", "high", "scale"),
        [
            ("case level when 'gold' then 1.25 else 1 end", 100, 125, 2),
            ("sum(line.amount)", 0, MAX, 2),
            ("sum(line.amount) filter (where line.brand = 'Acme')", 0, MAX, 2),
            ("sum(line.price)", -MAX * tree.LINES_MAX, MAX * tree.LINES_MAX, 2),
            ("sum(line.quantity + 0)", 0, 1000 * tree.LINES_MAX, 0),
            ("count(distinct line.brand)", 0, tree.LINES_MAX, 0),
            ("coalesce(max(line.quantity), 0)", 0, 1000, 0),
            ("greatest(amount, 0)", 0, MAX, 2),
            ("least(visits, 5)", 0, 5, 0),
            ("abs(amount)", 0, MAX, 2),
            ("visits - 3", -3, 9_997, 0),
            ("-visits", -10_000, 0, 0),
            ("floor(shipping / 50)", 0, MAX // 5000, 0),
            ("coalesce(round(visits / visits), 0)", 0, 10_000, 0),
            ("coalesce(lookup(rates, level), 1)", 0, 500, 2),
        ],
    )
    def test_lowest_and_highest_value(self, text: str, low: int, high: int, scale: int) -> None:
        kind = read(text).type
        assert (kind.low, kind.high, kind.scale, kind.absent) == (low, high, scale, False)


class TestRefusals:
    """Each says what happened, where, and what to do."""

    @pytest.mark.parametrize(
        ("text", "want", "said"),
        [
            ("+", NUMBER, "this does not come to one value"),
            ("amount else 2", NUMBER, "else 2 | this else belongs to no case"),
            (
                "case when subscriber and (then 1) else 2 end",
                NUMBER,
                "then 1) else 2 end | this then belongs to no case",
            ),
            ("if subscriber then 1", NUMBER, "there is no if"),
            ("", NUMBER, " | nothing is written here | write an expression such as amount >= 50"),
            (
                "amount / 3",
                NUMBER,
                "amount / 3 | a division must be rounded where it is made | write floor(amount / 3)",
            ),
            ("(amount + 1) / (visits + 1)", NUMBER, "write floor(a / b)"),
            ("floor(amount / 0)", NUMBER, "this divides by zero"),
            ("floor(amount / visits)", NUMBER, "divides by what may be zero"),
            ("tip > 3", BOOLEAN, "tip > 3 | tip may be absent | use coalesce(tip, ...) or tip is null"),
            ("coalesce(tip, tip)", NUMBER, "this value may be absent | give coalesce a last value"),
            ("lookup(rates, level)", NUMBER, "a key that is not in rates has no value | use coalesce(lookup(rates"),
            ("max(line.amount)", NUMBER, "max(line.amount) | max over no lines is absent | use coalesce(max(...), 0)"),
            ("lookup(rates, coupon)", NUMBER, "coupon may be absent"),
            ("sum(coalesce(tip, 0) + line.price) > min(line.price)", BOOLEAN, "min over no lines"),
            ("any(line.sku = 'A')", BOOLEAN, "line.sku may be absent | use coalesce(line.sku, ...)"),
            ("amount > '5'", BOOLEAN, "a text stands in single quotes, a number does not"),
            ("subscriber = 'yes'", BOOLEAN, "true or false stands with text here | compare it with something"),
            ("day > 5", BOOLEAN, "a date stands with a number here | write date '2017-07-04'"),
            ("channel < 'store'", BOOLEAN, "< puts numbers and dates in order, nothing else | compare with = or <>"),
            ("level between 'a' and 'b'", BOOLEAN, ">= puts numbers and dates in order"),
            ("amount between 1 and 'b'", BOOLEAN, "a number stands with text"),
            ("chanel = 'store'", BOOLEAN, "chanel = 'store' | there is no field chanel | did you mean channel?"),
            ("Amount > 3", BOOLEAN, "did you mean amount?"),
            ("zzz", NUMBER, "there is no field zzz | there is amount, base, channel, coupon"),
            ("brand = 'Acme'", BOOLEAN, "there is no field brand | brand belongs to a line: write line.brand"),
            ("rates = 5", BOOLEAN, "rates is a table: write lookup(rates, key)"),
            ("any(line.brnd = 'A')", BOOLEAN, "a line has no field brnd | did you mean line.brand?"),
            ("event.amount", NUMBER, "event.amount is not known | write the field's name alone"),
            ("a.b.c", NUMBER, "a name has two parts at most"),
            (
                "line.amount > 3",
                BOOLEAN,
                "line.amount is of one line, and this looks at the whole basket | write sum(line",
            ),
            ("line.brand = 'Acme'", BOOLEAN, "| write any(line.brand = ...)"),
            ("channel = 'stroe'", BOOLEAN, "channel is never 'stroe' | did you mean store?"),
            ("'stroe' = channel", BOOLEAN, "channel is never 'stroe' | did you mean store?"),
            ("channel in ('store', 'shop')", BOOLEAN, "channel is never 'shop' | there is online, store"),
            ("case channel when 'stre' then 1 else 0 end", NUMBER, "channel is never 'stre'"),
            ("any(line.brand = 'acme')", BOOLEAN, "line.brand is never 'acme' | did you mean Acme?"),
            ('level = "gold"', BOOLEAN, "\"gold\" | there is no field gold | text stands in single quotes: 'gold'"),
            ("amount == 5", BOOLEAN, "== 5 | == is not used in expressions | write one = to compare"),
            ("subscriber && subscriber", BOOLEAN, "write and"),
            ("visits % 2", NUMBER, "5 % of amount is amount * 0.05"),
            ("level = \N{LEFT SINGLE QUOTATION MARK}gold\N{RIGHT SINGLE QUOTATION MARK}", BOOLEAN, "straight single"),
            ("amount \\ 2", NUMBER, "\\ 2 | \\ is not used in expressions | leave it out"),
            ("amount::int", NUMBER, "values keep the kind they have"),
            ("level = 'gold", BOOLEAN, "'gold | ' is not used in expressions | close the text with a single quote"),
            ("amount -- more", NUMBER, "notes belong outside the expression"),
            ("flor(amount)", NUMBER, "flor(amount) | there is no function flor | did you mean floor?"),
            ("xyzzy(amount)", NUMBER, "there is no function xyzzy | there is abs, any, ceil"),
            ("if(subscriber, 1, 2)", NUMBER, "there is no if | write case when"),
            ("amount > 1e5", BOOLEAN, "1e5 is not a number as it is written here | write digits with a point"),
            ("\N{ARABIC-INDIC DIGIT FOUR} + 1", NUMBER, "is not a number as it is written here"),
            ("1234567890123456789", NUMBER, "has more than 18 digits | write a shorter number"),
            ("amount > 5 and", BOOLEAN, "and | something is missing beside and | write a value on both sides"),
            ("amount 5", NUMBER, "5 | this cannot be read from 5 on"),
            ("amount\n  visits", NUMBER, "visits | this cannot be read from visits on"),
            (")", NUMBER, ") | this ) closes nothing"),
            ("(amount", NUMBER, "(amount | this ( is never closed | add the missing )"),
            ("case when subscriber then 1 else 2", NUMBER, "this case is never closed | add the missing end"),
            ("(case when subscriber then 1 else 2)", NUMBER, ") | this ) closes nothing"),
            ("case when subscriber then 1 end", NUMBER, "this case does not say what holds otherwise | add else"),
            ("case when amount then 1 else 2 end", NUMBER, "amount is a number, not true or false | compare it"),
            ("case when subscriber then 1 else 'a' end", NUMBER, "a number stands with text here"),
            ("case amount when 'a' then 1 else 2 end", NUMBER, "a number stands with text here"),
            ("case nothing when 'a' then 1 else 2 end", NUMBER, "there is no field nothing"),
            ("subscriber + 1", NUMBER, "subscriber is true or false, not a number | write case when"),
            ("amount", BOOLEAN, "amount is a number, not true or false | compare it with something"),
            ("subscriber", NUMBER, "subscriber is true or false, not a number"),
            ("amount", TEXT, "amount is a number, not text | write a text field"),
            ("amount = null", BOOLEAN, "null stands only after is and is not"),
            ("subscriber is true", BOOLEAN, "is stands only before null and not null"),
            ("nothing is null", BOOLEAN, "there is no field nothing"),
            ("coalesce(tip)", NUMBER, "coalesce needs what to use instead"),
            ("coalesce(tip, 'a')", NUMBER, "a number stands with text here"),
            ("visits in (amount, 2)", BOOLEAN, "the list of in holds only written values"),
            ("visits in ()", BOOLEAN, ") | something is missing before this )"),
            ("visits in ('a')", BOOLEAN, "a number stands with text here"),
            ("visits in (nothing)", BOOLEAN, "there is no field nothing"),
            ("visits in order", BOOLEAN, "in is followed by a list in parentheses"),
            ("visits in (select 1)", BOOLEAN, "an expression cannot hold a query"),
            ("(select 1)", NUMBER, "an expression cannot hold a query"),
            ("level like 'g'", BOOLEAN, "like is not part of the language | texts are compared with =, <>"),
            ("starts_with(level, channel)", BOOLEAN, "the beginning is a written text"),
            ("starts_with(amount, 'a')", BOOLEAN, "amount is a number, not text"),
            ("'a' 'b'", TEXT, "two texts stand side by side"),
            ("E'a'", TEXT, "E stands directly before a quote"),
            ("level = 'a\0'", BOOLEAN, "a character that cannot be stored"),
            ("level = '\ud800'", BOOLEAN, "a character that cannot be stored"),
            ("timestamp '2017-07-04' > day", BOOLEAN, "2017-07-04 is not a date as it is written here"),
            ("date '2017-7-4' > day", BOOLEAN, "2017-7-4 is not a date as it is written here"),
            ("date '20170704' > day", BOOLEAN, "20170704 is not a date as it is written here"),
            ("lookup(rats, level)", NUMBER, "there is no table rats | did you mean rates?"),
            ("lookup(rates)", NUMBER, "lookup needs the name of a table and a key"),
            ("lookup('rates', level)", NUMBER, "lookup needs the name of a table and a key"),
            ("lookup(rates, amount)", NUMBER, "amount is a number, not text"),
            ("lookup(steps, amount)", NUMBER, "the keys of steps have fewer decimals than this | round it"),
            (
                "sum(amount)",
                NUMBER,
                "sum looks at lines, and amount is the same on each of them | write sum(line.amount)",
            ),
            ("sum(visits)", NUMBER, "visits is the same on each of them | name a field of the line"),
            ("sum(sum(line.amount))", NUMBER, "one basket function stands inside another"),
            ("sum(line.brand)", NUMBER, "line.brand is text, not a number"),
            ("max(line.brand)", NUMBER, "line.brand is text, not a number"),
            ("max(nothing)", NUMBER, "there is no field nothing"),
            ("any(line.quantity)", BOOLEAN, "line.quantity is a number, not true or false"),
            ("sum(line.amount) filter (where line.quantity)", NUMBER, "line.quantity is a number, not true or false"),
            ("abs(amount) filter (where true)", NUMBER, "filter belongs to sum, count, min, max or any"),
            ("sum(distinct line.amount)", NUMBER, "distinct stands only in count"),
            ("count(distinct line.sku, line.brand)", NUMBER, "distinct stands only in count, with one value"),
            ("count()", NUMBER, ") | something is missing before this ) | write a value"),
            ("least(1,,visits)", NUMBER, ",visits) | something is missing before this ,"),
            ("visits in (1, 2,)", BOOLEAN, "something is missing before this )"),
            ("max(visits, 2)", NUMBER, "take the largest of several values with greatest(a, b)"),
            ("least(visits)", NUMBER, "one value has no least or greatest"),
            ("least(level, channel)", NUMBER, "level is text, not a number"),
            ("least(level, 1)", NUMBER, "text stands with a number"),
            ("floor(amount, 2)", NUMBER, "floor has one value | keep decimals with round(value, 2)"),
            ("round(amount, visits)", NUMBER, "the decimals of round are a whole number from 0 to 12"),
            ("round(amount, 99)", NUMBER, "the decimals of round are a whole number"),
            ("round(nothing, 1)", NUMBER, "there is no field nothing"),
            ("floor(nothing / 2)", NUMBER, "there is no field nothing"),
            ("-nothing", NUMBER, "there is no field nothing"),
            ("abs(nothing)", NUMBER, "there is no field nothing"),
            ("not nothing", BOOLEAN, "there is no field nothing"),
            ("(amount, 2)", NUMBER, "a list stands only after in"),
            ("interval '1 day'", NUMBER, "intervals are not part of the language"),
            ("amount * amount * amount", NUMBER, "could have more than 36 digits | multiply less"),
            ("amount * amount > 0.00000000000001", BOOLEAN, "could have more than 36 digits"),
            ("amount * amount + 0.00000000000001", NUMBER, "could have more than 36 digits"),
            ("floor(amount * amount / 0.00000000000001)", NUMBER, "could have more than 36 digits"),
            ("lookup(rates, date '2017-07-04')", NUMBER, "is a date, not text"),
            ("0 * 0.0000000000001 * 0.0000000000001 * 0.00000000000001", NUMBER, "this has more than 36 decimals"),
            ("amount > . 9.5", BOOLEAN, ". 9.5 | this point joins no names | write line.amount"),
            (". amount", NUMBER, "this point joins no names"),
            ("amount.", NUMBER, "this point joins no names"),
            ("nothing between 1 and 2", BOOLEAN, "there is no field nothing"),
            ("abs(all amount)", NUMBER, "all amount) | all is not understood here | leave it out"),
            ("floor(all)", NUMBER, "there is nothing to round here"),
            ("count(all)", NUMBER, "count needs something to look at"),
            ("tip isnull", BOOLEAN, "isnull | isnull is not understood here"),
            ("1 filter where 2", NUMBER, "cannot be read"),
            ("current_date", DATE, "this uses something that is not part of the language"),
        ],
    )
    def test_it_says_where_and_what_to_do(self, text: str, want: str, said: str) -> None:
        assert said in "\n".join(refused(text, want))

    def test_every_problem_is_found_at_once(self) -> None:
        text = "chanel = 'store' and amont > 5 and tip > 3 and floor(lookup(rats, levl)) / 2 > 1"
        found = refused(text, BOOLEAN)
        assert [problem.split(" | ")[1].removeprefix("there is no ") for problem in found] == [
            *("field chanel", "field amont", "tip may be absent"),
            *("a division must be rounded where it is made", "table rats", "field levl"),
        ]
        assert len(refused("iff(amount == 5, 1e5, ;)")) == 4

    def test_a_scope_without_lines_or_tables_says_so(self) -> None:
        scope = Scope(fields={"amount": number(0, 5)})
        assert "there is none to choose from here" in refused("sum(line.amount)", scope=scope)[0]
        assert "there is none to choose from here" in refused("lookup(rates, amount)", scope=scope)[0]
