"""Every mistake in a programme file is told where it stands, and nothing hostile is expanded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.definition import composer
from guerdon.definition.issues import render
from guerdon.definition.nodes import Data, Room
from guerdon.definition.source import Source, read_text
from tests.definition.calls import CALLS_IN_A_SECOND, calls_of


def source(text: str) -> Source:
    return read_text(text, file="p.yaml")


def data(text: str) -> Data:
    found = source(text)
    assert found.issues == []
    return found.data


def told(text: str) -> list[str]:
    return [render(issue).removeprefix("p.yaml:") for issue in source(text).issues]


# Values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("NULL", None), ("true", True), ("False", False),
        ("12", 12), ("-3", -3), ("+7", 7), ("0", 0), ("-0", 0), ("1.50", Decimal("1.50")), (".5", Decimal("0.5")), ("5.", Decimal(5)),
        ("123456789012345678.123456789012345678", Decimal("123456789012345678.123456789012345678")),
        ("on", "on"), ("yes", "yes"), ("No", "No"), ("2017-07-04", "2017-07-04"), ("12:30", "12:30"), ("1_000", "1_000"),
        ("1,000", "1,000"), ("nUll", "nUll"), ("-", None), ("--", "--"), ("+", "+"), ("0b1", "0b1"), ("1e", "1e"), ("e5", "e5"), (".", "."),
        ('"12"', "12"), ("'true'", "true"), ("!!str 12", "12"), ("! 12", "12"), ("!!int 12", 12), ("!!float 3", 3),
        ("!!null ~", None), ("!!bool true", True), ("!!seq [a]", ["a"]), ("!!map {a: b}", {"a": "b"}), ("! [a]", ["a"]),
        ("[1, {a: 2}]", [1, {"a": 2}]), ("&x [1]", [1]),
    ],
)  # fmt: skip
def test_unquoted_text_means_what_yaml_1_2_says(text: str, value: Data) -> None:
    expected = [None] if text == "-" else value
    found = data(f"k: {text}" if text != "-" else "k:\n  -")
    assert found == {"k": expected}
    assert isinstance(found, dict)
    assert type(found["k"]) is type(expected)


def test_a_negative_zero_is_zero() -> None:
    assert str(data("k: -0.0")) == "{'k': Decimal('0.0')}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("007", "'007' begins with a zero. Try: write 7, or '007' in quotes if it is text."),
        ("-00.5", "'-00.5' begins with a zero. Try: write -0.5, or '-00.5' in quotes if it is text."),
        ("1e3", "'1e3' is written with an exponent. Try: write 1000, or '1e3' in quotes if it is text."),
        ("15E-1", "'15E-1' is written with an exponent. Try: write 1.5, or '15E-1' in quotes if it is text."),
        (
            "1e999",
            "'1e999' is written with an exponent. Try: write all its digits, or '1e999' in quotes if it is text.",
        ),
        ("0x1F", "'0x1F' is not a decimal number. Try: write 31, or '0x1F' in quotes if it is text."),
        ("0o17", "'0o17' is not a decimal number. Try: write 15, or '0o17' in quotes if it is text."),
        ("0x" + "f" * 20, "Try: write it in decimal digits, or"),
        (".inf", ".inf is not a number to count with. Try: leave it out, or write '.inf' in quotes if it is text."),
        (".NaN", ".NaN is not a number to count with."),
        (
            "1" * 19,
            "has more than 18 digits before or after the point. Try: shorten it, or put it in quotes if it is text.",
        ),
        ("0." + "1" * 19, "has more than 18 digits before or after the point."),
    ],
)
def test_a_number_that_readers_disagree_about_is_refused(text: str, message: str) -> None:
    (line,) = told(f"k: {text}")
    assert line.startswith("1:4: error: ")
    assert message in line
    assert source(f"k: {text}").data == {"k": text}


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18) + 1, max_value=10**18 - 1, places=6))
def test_a_decimal_is_exact(number: Decimal) -> None:
    assert data(f"k: {number:f}") == {"k": number}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("k: !point 5", "1:11: error: the tag '!point' means nothing here. Try: delete it; put text in quotes."),
        (
            "k: !!python/object:os.system [x]",
            "1:30: error: the tag '!!python/object:os.system' does not fit this value.",
        ),
        ("k: !!int yes", "1:10: error: the tag '!!int' does not fit this value."),
        ("k: !!int true", "1:10: error: the tag '!!int' does not fit this value."),
        ("k: !!map [a]", "1:10: error: the tag '!!map' does not fit this value."),
        ("k: !!timestamp 2017-07-04", "1:16: error: the tag '!!timestamp' does not fit this value."),
        ('k: "a\\0"', "1:4: error: the character U+0000 cannot be kept in text. Try: leave it out."),
    ],
)
def test_only_plain_data_is_read(text: str, message: str) -> None:
    (line,) = told(text)
    assert line.startswith(message)


# Keys and aliases


def test_a_number_as_key_is_its_text() -> None:
    assert data("1: a\n2.50: b\n007: c\non: d\n") == {"1": "a", "2.50": "b", "007": "c", "on": "d"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\n'a': 3\n", "3:1: error: 'a' is given twice; first in line 1. Try: keep one of them."),
        ("1: a\n'1': b\n", "2:1: error: '1' is given twice; first in line 1."),
        ("? [a]\n: b\n", "1:3: error: a key must be text. Try: write a name before the colon."),
        (
            "true: b\n",
            '1:1: error: true is not text, so it cannot be a key. Try: write "true" in quotes if it is a name.',
        ),
        ("?\n: b\n", "1:2: error: a key is missing before this colon. Try: write the key, or delete the colon."),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "3:3: error: << does not merge mappings here."),
        ("&x a: 1\n*x : 2\n", "2:1: error: a key must be text."),
        ("a: *x\n", "1:4: error: *x names nothing. Try: mark a value before this with &x, or put the text in quotes."),
        ("a: &x [*x]\n", "1:8: error: *x stands inside what it names. Try: write out what is meant."),
    ],
)
def test_keys_are_text_and_stand_once(text: str, message: str) -> None:
    (line,) = told(text)
    assert line.startswith(message)


def test_the_first_of_two_equal_keys_is_kept() -> None:
    assert source("a: 1\na: {b: 2}\nc: 3\n").data == {"a": 1, "c": 3}


def test_aliases_give_values_of_their_own() -> None:
    found = data("a: &x [1]\nb: *x\n&k c: *k\n")
    assert found == {"a": [1], "b": [1], "c": "c"}
    assert isinstance(found, dict)
    assert found["a"] is not found["b"]


def test_all_mistakes_are_told_at_once() -> None:
    assert [line.partition(" ")[0] for line in told("a: 007\nb: !x y\na: 1\nc: *z\nd: 'open\n")] == [
        "1:4:", "2:7:", "3:1:", "4:4:", "5:4:",
    ]  # fmt: skip


# Syntax


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n\tb: 1\n", "2:1: error: a tab is used to indent. Try: indent with spaces."),
        ("a:\n  - b\n  \t- c: d: e\n", "3:3: error: a tab is used to indent."),
        ("a: b: c\n", "1:5: error: a colon stands where no key can be."),
        ("a: @x\n", "1:4: error: text cannot begin with this character. Try: put the text in quotes."),
        ("a: 'x\nb: 2\n", "1:4: error: the quote that opens here is not closed. Try: add the closing quote."),
        ("a: [1, 2\nb: 3\n", "1:4: error: this list or mapping in brackets is not closed, or lacks a comma."),
        ("a: [1,\n", "2:1: error: a value is missing here."),
        ("a:\n  - x\n b: 1\n", "3:2: error: this line does not fit the lines around it."),
        ("- a\nb: 1\n", "2:1: error: this line is not an entry of the list around it."),
        ("a: - x\n", "1:4: error: a list cannot begin on the line of its key."),
        ("a: 1\nb\nc: 2\n", "2:1: error: this line is neither a key with its colon nor part of a text."),
        ('a: "\\q"\n', "1:5: error: a backslash in double quotes begins an escape that does not exist."),
        ("a: 1\n---\nb: 2\n", "2:1: error: a second document begins here."),
        ("# x\n\n%YAML 1.1\n---\na: 1\n", "3:1: error: a programme file has no % directives. Try: delete this line."),
        ("a: b\0\n", "1:5: error: the character U+0000 cannot stand in a programme file."),
        ("a: b\u2028c\n", "1:5: error: the character U+2028 cannot stand in a programme file."),
        ("a: &! x\n", "1:5: error: & and * begin the name of a value. Try: put the text in quotes."),
        ("a: |x\n b\n", "1:5: error: text stands beside a | or >."),
        ("a: !% x\n", "1:5: error: the file is not YAML:"),
        ("", "1:1: error: the file says nothing. Try: begin with format: 1."),
        ("# nothing yet\n", "1:1: error: the file says nothing."),
        ("---\n", "1:1: error: the file says nothing."),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(text: str, message: str) -> None:
    (line,) = told(text)
    assert line.startswith(message)


def test_yaml_1_2_may_be_named() -> None:
    assert data("%YAML 1.2\n---\na: 1\n...\n") == {"a": 1}


def test_a_file_is_any_value() -> None:
    assert data("- 1\n- b\n") == [1, "b"]
    assert data("word") == "word"


# Hostile files


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "1:41: error: values are nested more than 40 deep. Try: nest less."),
        ("- " * 100_000, "1:81: error: values are nested more than 40 deep."),
        ("[" + "a," * 200_000, "1:200000: error: the programme has more than 100,000 values"),
        ("a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{n}: &a{n} [{','.join(['*a' + str(n - 1).replace('-1', '')] * 10)}]\n" for n in range(1, 30)).replace("*a0", "*a"), "5:38: error: the programme has more than 100,000 values"),
        ("- &a [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]\n- [[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]\n", "2:23: error: values are nested more than 40 deep."),
        ("a: 1\n" * 100_000, "101:1: error: 'a' is given twice; first in line 1."),
        ("x" * 1_000_001, "1:1: error: the programme's files are larger than 1,000,000 bytes in all."),
    ],
    ids=["brackets", "dashes", "many", "bomb", "deep alias", "mistakes", "large"],
)  # fmt: skip
def test_a_hostile_file_is_refused_before_it_costs_much(text: str, message: str) -> None:
    lines: list[str] = []
    assert calls_of(lambda: lines.extend(told(text))) < CALLS_IN_A_SECOND
    assert any(line.startswith(message) for line in lines)
    assert len(lines) <= composer.ISSUES_MAX + 1


def test_too_many_mistakes_end_the_reading() -> None:
    assert "more than 100 mistakes" in told("a: 1\n" * 200)[-1]


# The two parsers


FRAGMENTS = st.lists(
    st.sampled_from([
        "a", "b: ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", ": ", "'", '"', "#", " ", "&x ", "*x", "!", "!!str ", "|\n", ">\n",
        "1", "007", "? ", "---\n", "...\n", "\\", "\t", "~", "%", "@", "é", "\U0001f600", "<<: ", "|2-\n", "\\n", "\\x41", "''", "x y",
    ]),
    max_size=14,
).map("".join)  # fmt: skip


@given(FRAGMENTS)
def test_nothing_written_in_a_file_raises(text: str) -> None:
    found = source(text)
    assert found.issues or found.data is not None
    assert all(issue.place.line <= text.count("\n") + 1 for issue in found.issues)


@pytest.mark.parametrize(
    ("text", "line"), [('a: 1\nb: "\\UFFFFFFFF"\n', 2), ("- a\nb: 1\n", 2), ('a: "\\uD800"', 1), ("a:\n\tb: 1\n", 2)]
)
def test_the_slow_parser_raises_nothing_either(text: str, line: int) -> None:
    _, issues = composer.compose("p.yaml", text, room=Room(0), pure=True)
    assert [issue.place.line for issue in issues] == [line]
