"""No text makes the reading of expressions raise or take long, and the guide holds what it says."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.expr import python, sql
from guerdon.core.expr.tree import BOOLEAN, NUMBER
from guerdon.definition.expressions import TEXT_MAX, Parsed, parse
from tests.definition.calls import CALLS_IN_A_SECOND, calls_of
from tests.definition.shop import SCOPE

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "expressions.md"


class TestLimits:
    """What keeps every expression small and quick, whoever wrote it."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("1" + " " * TEXT_MAX, "this is 2001 characters long, more than 2000"),
            ("(" * 21 + "1" + ")" * 21, "this is nested more than 20 deep"),
            ("- " * 21 + "1", "this is nested more than 20 deep"),
            ("case when true then " * 21 + "1" + " else 1 end" * 21, "this is nested more than 20 deep"),
            ("abs(- " * 12 + "1" + ")" * 12, "this is nested more than 20 deep"),
            ("+".join(["1"] * 65), "this chain has more than 64 steps"),
            ("visits in (" + ",".join(["1"] * 500) + ")", "this has more than 500 parts"),
            ("ceil(1 / " * 8 + "(visits + 1)" + ")" * 8, "this repeats long parts too often"),
        ],
    )
    def test_too_much_is_refused(self, text: str, said: str) -> None:
        assert said in "\n".join(problem.what for problem in parse(text, SCOPE).problems)

    @pytest.mark.parametrize(
        "text",
        [
            *("(" * 20 + "1" + ")" * 20, "- " * 19 + "1", "+".join(["1"] * 64)),
            "abs(coalesce(tip, " * 9 + "1" + "))" * 9,
            "case when true then " * 20 + "1" + " else 1 end" * 20,
            "case when " + " or ".join(["visits = 1"] * 120) + " then 1 else 2 end",
            "floor(" + "ceil(1 / " * 2 + "(visits + 1)" + ")" * 3,
        ],
    )
    def test_what_stays_within_them_can_be_evaluated(self, text: str) -> None:
        node = parse(text, SCOPE).node
        assert node is not None
        assert sql.render(node, sql.Names())
        assert isinstance(python.event_closure(node)({"visits": 3, "tip": None}), int)

    def test_a_deep_stack_is_a_problem_and_no_crash(self) -> None:
        def deep(levels: int) -> Parsed:
            return deep(levels - 1) if levels else parse("(" * 20 + "1" + ")" * 20, SCOPE)

        room = sys.getrecursionlimit() - 450
        assert [problem.what for problem in deep(room).problems] == ["this is nested too deeply to be read here"]

    HOSTILE = (
        *("(" * 2000, "(" * 20, "floor(" * 20 + "1", "case " * 20, "not " * 500, "- " * 999, "'" * 1999, '"' * 1999),
        *("a in (" * 20, "1," * 999, "(" + "1," * 999 + "1)", "a." * 999 + "a", "and " * 400, "1 between " * 190),
        *("x is " * 399, "case when true then 1 else " * 20 + "1" + " end" * 20, "+" * 2000, "date " * 390, "." * 2000),
        *("visits = 1 or " * 140 + "true", "a(" * 20 + ")" * 20, "\n" * 1999 + "x", "if" * 1000, "\x00" * 2000),
        *("any(" * 20 + "true" + ")" * 20, "sum(" * 20 + "1" + ")" * 20, "lookup(a," * 20 + "1" + ")" * 20),
        *("in(" * 20 + ")" * 20, "not(" * 10 + "true" + ")" * 10, "filter (where " * 20, "count(distinct " * 20),
    )

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_text_ends_at_once(self, text: str) -> None:
        parse("1", SCOPE)
        assert calls_of(lambda: parse(text, SCOPE)) < CALLS_IN_A_SECOND // 20


PIECES = (
    *("amount", "tip", "line.amount", "line.brand", "channel", "'store'", "'", '"', "1", "0.5", "1e5", "null", "true"),
    *("(", ")", ",", "+", "-", "*", "/", "=", "<>", "<", "==", ".", ";", "%", " ", "\n", "--", "[", "{", "$", "@", "é"),
    *("and", "or", "not", "in", "is", "between", "case", "when", "then", "else", "end", "date", "filter (where"),
    *("floor(", "round(", "sum(", "count(", "any(", "coalesce(", "lookup(rates,", "distinct", "select", "interval"),
    *("from", "as", "over", "cast(", "x::int", "array", "struct", "exists", "like", "escape", "collate", "at", "for"),
)


class TestFuzz:
    """No text makes it raise; what it accepts can be evaluated and written."""

    @given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
    def test_any_text(self, text: str) -> None:
        self.check(text)

    @given(st.data())
    def test_a_right_text_with_a_slip_in_it(self, data: st.DataObject) -> None:
        text = data.draw(st.sampled_from(guide_examples()))
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 5)))
        self.check(text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[stop:])

    def check(self, text: str) -> None:
        for want in (NUMBER, BOOLEAN):
            parsed = parse(text, SCOPE, want=want)
            assert (parsed.node is None) == bool(parsed.problems)
            assert all(0 <= problem.offset <= len(text) for problem in parsed.problems)
            if parsed.node is not None:
                python.event_closure(parsed.node)


def guide_examples() -> list[str]:
    """List the examples of the guide: the blocks that are marked as SQL, one expression in each paragraph."""
    blocks = GUIDE.read_text(encoding="utf-8").split("```sql\n")[1:]
    return [text.strip() for block in blocks for text in block.split("```")[0].split("\n\n")]


class TestGuide:
    """The guide holds what it says."""

    @pytest.mark.parametrize("text", guide_examples())
    def test_every_example_is_an_expression(self, text: str) -> None:
        kinds = [want for want in (NUMBER, BOOLEAN) if not parse(text, SCOPE, want=want, per_line=False).problems]
        lines = [want for want in (NUMBER, BOOLEAN) if not parse(text, SCOPE, want=want, per_line=True).problems]
        assert kinds or lines

    def test_every_refusal_in_the_guide_is_one(self) -> None:
        rows = [row for row in GUIDE.read_text(encoding="utf-8").splitlines() if row.startswith("| `")]
        refusals = [row.split("`")[1] for row in rows if "refused" in row or "Write" in row]
        assert len(refusals) > 5
        for text in refusals:
            assert all(parse(text, SCOPE, want=want).problems for want in (NUMBER, BOOLEAN)), text


def test_sqlglot_is_imported_with_the_first_expression_and_not_before() -> None:
    code = (
        "import sys; from guerdon.definition.expressions import Scope, parse; "
        "assert 'sqlglot' not in sys.modules; parse('1 +', Scope(fields={})); assert 'sqlglot' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
