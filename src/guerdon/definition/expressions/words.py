"""The first look at an expression: its words and signs one by one, before any grammar.

Invariants:
* Only words, numbers, single-quoted texts, double-quoted names and the listed signs pass.
* What passes is nested so little that reading it cannot exhaust the stack.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from guerdon.definition.expressions.scope import Problem, nearest

DEPTH_MAX: Final = 20
"""Parentheses, cases and signs inside one another; the grammar's reader needs some 35 calls for each."""

FUNCTIONS: Final = (
    *("abs", "any", "ceil", "ceiling", "coalesce", "count", "floor", "greatest", "least"),
    *("lookup", "max", "min", "round", "starts_with", "sum"),
)

_KEYWORDS: Final = frozenset((
    "and",
    "or",
    "not",
    "in",
    "is",
    "null",
    "between",
    "case",
    "when",
    "then",
    "else",
    "end",
    "distinct",
    "filter",
    "where",
))

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*+')
    |(?P<name>"(?:[^"]|"")*+")
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?P<tail>\w*))
    |(?P<word>[^\W\d]\w*)
    |(?P<sign>--|/\*|==|&&|\|\||//|\*\*|::|->|<>|!=|<=|>=|=<|=>|.)""",
    re.VERBOSE | re.DOTALL,
)

_SIGNS: Final = frozenset(["(", ")", ",", ".", "+", "-", "*", "/", "=", "<>", "!=", "<", "<=", ">", ">="])

_REFUSED: Final = {
    "==": "write one = to compare",
    "&&": "write and",
    "&": "write and",
    "||": "write or; texts cannot be joined",
    "|": "write or",
    "!": "write not, or <> for is different",
    "//": "write floor(a / b)",
    "%": "a percentage is written as a number: 5 % of amount is amount * 0.05",
    "^": "multiply instead",
    "**": "multiply instead",
    "::": "values keep the kind they have; nothing needs converting",
    "--": "notes belong outside the expression; for two minus signs put a space between them",
    "/*": "notes belong outside the expression",
    "=<": "write <=",
    "=>": "write >=",
    ";": "write one expression, without a semicolon",
    "[": "write a list in parentheses: channel in ('store', 'online')",
    "{": "write a list in parentheses: channel in ('store', 'online')",
    "'": "close the text with a single quote; a quote inside a text is written twice: 'it''s'",
    '"': "close the quote; text stands in single quotes: 'store'",
    "`": "names need no quotes",
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write <>",
    "\N{MULTIPLICATION SIGN}": "write *",
    "÷": "write /, inside floor, ceil or round",
    "\N{MINUS SIGN}": "write - (the minus on the keyboard)",
    "\N{EN DASH}": "write - (the minus on the keyboard)",
    **dict.fromkeys("\u2018\u2019\u201c\u201d\u00ab\u00bb\u201e", "text stands in straight single quotes: 'store'"),
}

_INSTEAD: Final = {
    "if": "write case when ... then ... else ... end",
    "iff": "write case when ... then ... else ... end",
    "iif": "write case when ... then ... else ... end",
    "ifnull": "write coalesce(value, other)",
    "nvl": "write coalesce(value, other)",
    "isnull": "write value is null",
    "nullif": "write case when ... then ... else ... end",
    "avg": "write coalesce(round(sum(x) / count(*), 2), 0)",
    "average": "write coalesce(round(sum(x) / count(*), 2), 0)",
    "trunc": "write floor(value)",
    "int": "write floor(value)",
    "mod": "there is no remainder; floor(a / b) counts whole times",
    "date": "write date '2017-07-04'",
    "contains": "texts are compared with =, <>, in and starts_with",
    "like": "texts are compared with =, <>, in and starts_with",
    "lower": "texts are compared exactly; list every spelling with in",
    "upper": "texts are compared exactly; list every spelling with in",
    "exists": "write any(line.brand = 'Acme')",
    "all": "write not any(not ...)",
    "select": "an expression cannot hold a query",
    "len": "write count(*) for the number of lines",
    "now": "use a field of the event; there is no clock in a rule",
    "today": "use a field of the event; there is no clock in a rule",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign, of a kind, at a place."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> list[Token]:
    """Cut a text into its words and signs; every character ends up in one, save blanks."""
    return [
        Token(str(match.lastgroup if match["number"] is None else "number"), match[0], match.start())
        for match in _TOKEN.finditer(text)
        if match["space"] is None
    ]


def leaves(text: str) -> list[Token]:
    """List the names and the written values of a text, leaving out keywords, functions and what stands before a dot."""
    found = [Token("sign", "", 0), *tokens(text), Token("sign", "", len(text))]
    return [
        token
        for before, token, after in zip(found, found[1:], found[2:], strict=False)
        if token.kind in {"text", "name", "number"} or (token.kind == "word" and _is_name(before, token, after))
    ]


def _is_name(before: Token, token: Token, after: Token) -> bool:
    word = token.text.lower()
    if before.text == ".":
        return after.text != "."
    if after.text in {".", "("}:
        return False
    return word not in _KEYWORDS and word not in {"true", "false"} and not (word == "date" and after.kind == "text")


def screen(text: str) -> list[Problem]:
    """Find what no grammar is needed to refuse."""
    found = tokens(text)
    if not found:
        return [Problem(0, "nothing is written here", "write an expression such as amount >= 50")]
    problems = [problem for token in found if (problem := _strange(token)) is not None]
    problems += _unknown_functions(found) + _empty(found) + _lone_points(found)
    if not problems:
        problems = _unbalanced(found) or _prefixed(found)
    return sorted(problems, key=lambda problem: problem.offset)


def _strange(token: Token) -> Problem | None:
    if token.text.lower() == "if":
        return Problem(token.start, "there is no if", _INSTEAD["if"])
    if token.kind == "text" and ("\0" in token.text or _has_surrogate(token.text)):
        return Problem(token.start, "this text holds a character that cannot be stored", "type the text again")
    if token.kind == "number":
        return _strange_number(token)
    if token.kind != "sign" or token.text in _SIGNS:
        return None
    return Problem(token.start, f"{token.text} is not used in expressions", _REFUSED.get(token.text, "leave it out"))


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _strange_number(token: Token) -> Problem | None:
    digits = token.text.replace(".", "").lstrip("0")
    if not re.fullmatch("[0-9.]+", token.text):
        what = f"{token.text} is not a number as it is written here"
        return Problem(token.start, what, "write digits with a point at most, such as 1000 or 0.5")
    if len(digits) > 18:  # noqa: PLR2004 - said in the same breath
        return Problem(token.start, f"{token.text} has more than 18 digits", "write a shorter number")
    return None


def _unknown_functions(found: list[Token]) -> list[Problem]:
    problems = []
    for token, after in pairwise(found):
        word = token.text.lower()
        called = token.kind == "word" and after.text == "(" and word not in _KEYWORDS
        if called and word not in FUNCTIONS and word != "if":
            close = _INSTEAD.get(word) or _close_function(word)
            problems.append(Problem(token.start, f"there is no function {token.text}", close))
    return problems


def _empty(found: list[Token]) -> list[Problem]:
    """Refuse nothing between commas and parentheses, which the grammar's reader would pass over."""
    return [
        Problem(after.start, f"something is missing before this {after.text}", "write a value, or take the comma out")
        for token, after in pairwise(found)
        if token.text in {"(", ","} and after.text in {")", ","}
    ]


def _lone_points(found: list[Token]) -> list[Problem]:
    """Refuse a point that does not join two names, which the grammar's reader would join to a number."""
    edge = Token("sign", "", 0)
    around = zip([edge, *found[:-1]], found, [*found[1:], edge], strict=True)
    return [
        Problem(token.start, "this point joins no names", "write line.amount, or 0.5 without a blank")
        for before, token, after in around
        if token.text == "." and not {before.kind, after.kind} <= {"word", "name"}
    ]


def _close_function(word: str) -> str:
    close = nearest(word, FUNCTIONS)
    return f"did you mean {close}?" if close else f"there is {', '.join(FUNCTIONS)}"


def _unbalanced(found: list[Token]) -> list[Problem]:
    """Check parentheses and cases and their parts, and how deeply they stand inside one another."""
    opened: list[tuple[Token, int]] = []
    run = 0
    for token in found:
        word = token.text.lower() if token.kind == "word" else token.text
        if word in {"(", "case"}:
            opened.append((token, run + 1))
        elif word in {")", "end"}:
            if not opened or (opened[-1][0].text == "(") != (word == ")"):
                return [Problem(token.start, f"this {token.text} closes nothing", "leave it out, or open it before")]
            opened.pop()
        elif word in {"when", "then", "else"} and (not opened or opened[-1][0].text == "("):
            return [Problem(token.start, f"this {token.text} belongs to no case", _INSTEAD["if"])]
        run = _run(word, token.kind, run)
        if sum(depth for _, depth in opened) + run > DEPTH_MAX:
            return [Problem(token.start, f"this is nested more than {DEPTH_MAX} deep", "use fewer parentheses")]
    if opened:
        token = opened[-1][0]
        closing = ")" if token.text == "(" else "end"
        return [Problem(token.start, f"this {token.text} is never closed", f"add the missing {closing}")]
    return []


def _run(word: str, kind: str, run: int) -> int:
    """Count signs and nots in a row; a function's name between them and its parenthesis does not end the row."""
    if word in {"not", "-", "+"}:
        return run + 1
    return run if kind == "word" and word in FUNCTIONS else 0


def _prefixed(found: list[Token]) -> list[Problem]:
    """Refuse E'...', x'...' and the like, which the grammar's reader would take for other texts."""
    return [
        Problem(after.start, f"{token.text} stands directly before a quote", "put a space or an operator between them")
        for token, after in pairwise(found)
        if token.kind == "word"
        and after.kind in {"text", "name"}
        and token.start + len(token.text) == after.start
        and token.text.lower() != "date"
    ]
