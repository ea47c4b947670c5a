"""A programme file becomes plain data with places; every mistake is told where it stands, and nothing hostile is expanded."""

import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.definition import composer, files
from guerdon.definition.files import File
from guerdon.definition.issues import Issue, Place, Unreadable, quote, render, suggest, warning
from guerdon.definition.nodes import Data, Room
from guerdon.definition.source import FILES_MAX, Source, read, read_text, rebuild


def source(text: str) -> Source:
    return read_text(text, file="p.yaml")


def data(text: str) -> Data:
    found = source(text)
    assert found.issues == []
    return found.data


def told(text: str) -> list[str]:
    return [render(issue).removeprefix("p.yaml:") for issue in source(text).issues]


def place(line: int, column: int, file: str = "p.yaml") -> Place:
    return Place(file, line, column)


def folder(tmp_path: Path, texts: dict[str, str | bytes]) -> Path:
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path / "p.yaml"


def whats(found: Source) -> list[str]:
    return [
        f"{Path(issue.place.file).name}:{issue.place.line}:{issue.place.column} {issue.what}" for issue in found.issues
    ]


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
    began = time.process_time()
    lines = told(text)
    assert time.process_time() - began < 5
    assert any(line.startswith(message) for line in lines)
    assert len(lines) <= composer.ISSUES_MAX + 1


def test_too_many_mistakes_end_the_reading() -> None:
    assert "more than 100 mistakes" in told("a: 1\n" * 200)[-1]


# Places

PROGRAMME = """\
format: 1
rules:
  - name: "base"
    when: 'amount >= 50 and brand = ''Acme'''
    give: floor(amount)
      + 1
  - name: &n extra
    copy: *n
    note: !!str
      late
    literal: |
      sum(line.amount)

        > 5
    folded: >-
      sum(line.amount)
      > 5

    double: "a\\u00e9\\tb\\
       c
       d

       e"
    flow: [x, {y: z}]
    empty:
    end: 1
"""


@pytest.mark.parametrize(
    ("loc", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("format",), (1, 9), (1, 1)),
        (("rules",), (3, 3), (2, 1)),
        (("rules", 0), (3, 5), (3, 5)),
        (("rules", 0, "name"), (3, 11), (3, 5)),
        (("rules", 1, "name"), (7, 14), (7, 5)),
        (("rules", 1, "copy"), (7, 14), (8, 5)),
        (("rules", 1, "note"), (10, 7), (9, 5)),
        (("rules", 1, "flow", 1, "y"), (24, 19), (24, 16)),
        (("rules", 1, "missing"), (7, 5), (7, 5)),
        (("rules", 7, "name"), (3, 3), (2, 1)),
        (("rules", "name"), (3, 3), (2, 1)),
        (("format", "deeper"), (1, 9), (1, 1)),
    ],
)
def test_every_value_and_key_has_a_place(
    loc: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    found = source(PROGRAMME)
    assert found.issues == []
    assert found.place(loc) == place(*value)
    assert found.place(loc, key=True) == place(*key)


def at_word(loc: tuple[str | int, ...], word: str) -> Place:
    found = source(PROGRAMME)
    value: Data = found.data
    for part in loc:
        value = value[part]  # type: ignore[index]
    assert isinstance(value, str)
    return found.text_place(loc, value.index(word))


@pytest.mark.parametrize(
    ("loc", "word", "where"),
    [
        (("rules", 0, "name"), "se", (3, 14)),
        (("rules", 0, "when"), "50", (4, 22)),
        (("rules", 0, "when"), "Acme", (4, 39)),
        (("rules", 0, "give"), "amount", (5, 17)),
        (("rules", 0, "give"), "+", (6, 7)),
        (("rules", 0, "give"), "1", (6, 9)),
        (("rules", 1, "copy"), "tra", (7, 16)),
        (("rules", 1, "literal"), "line", (12, 11)),
        (("rules", 1, "literal"), "\n\n", (12, 23)),
        (("rules", 1, "literal"), "> 5", (14, 9)),
        (("rules", 1, "folded"), "amount", (16, 16)),
        (("rules", 1, "folded"), "5", (17, 9)),
        (("rules", 1, "double"), "\u00e9", (19, 15)),
        (("rules", 1, "double"), "b", (19, 23)),
        (("rules", 1, "double"), "c", (20, 8)),
        (("rules", 1, "double"), "d", (21, 8)),
        (("rules", 1, "double"), "e", (23, 8)),
    ],
)
def test_a_character_of_a_text_has_a_place(loc: tuple[str | int, ...], word: str, where: tuple[int, int]) -> None:
    assert at_word(loc, word) == place(*where)


def test_an_offset_past_a_text_is_at_its_end() -> None:
    found = source("a: 'bc'\nd: [e]\nf: g")
    assert found.text_place(("a",), 99) == place(1, 7)
    assert found.text_place(("a",), -1) == place(1, 5)
    assert found.text_place(("d",), 2) == found.place(("d",))
    assert found.text_place(("a", "b"), 2) == found.place(("a",))
    assert found.text_place(("f",), 1) == place(3, 5)


@pytest.mark.parametrize(
    ("text", "offset", "where"),
    [
        ("a: |\n\n", 0, (2, 1)),
        ("a: >\n", 0, (2, 1)),
        ("a: |", 0, (1, 5)),
        ("a: >\n  b\n", 2, (3, 1)),
        ("a: >", 0, (1, 5)),
    ],
)
def test_empty_blocks_have_places_too(text: str, offset: int, where: tuple[int, int]) -> None:
    assert source(text).text_place(("a",), offset) == place(*where)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"),
    max_size=20,
)


@given(WORDS, st.sampled_from("'|"))
def test_the_place_of_every_character_is_where_it_stands(word: str, style: str) -> None:
    body = "'" + word.replace("'", "''") + "'" if style == "'" else "|-\n  " + "x" + word
    text = f"k: {body}\n"
    found = source(text)
    if not found.issues and isinstance(found.data, dict):
        value = found.data["k"]
        assert isinstance(value, str)
        lines = text.split("\n")
        for offset, character in enumerate(value):
            where = found.text_place(("k",), offset)
            assert lines[where.line - 1][where.column - 1] == character


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
    "text",
    [
        PROGRAMME.replace("    empty:\n", ""),
        "[1, [2]]",
        "a: |+\n\n  x\n\n",
        "? a\n: b\n",
        "é: 'ü'\nb: {c: &d [1], e: *d}\n",
    ],
)
def test_the_fast_parser_and_the_slow_one_agree(text: str) -> None:
    trees = [composer.compose("p.yaml", text, room=Room(0), pure=pure) for pure in (True, False)]
    assert trees[0] == trees[1]


@pytest.mark.parametrize(
    ("text", "line"), [('a: 1\nb: "\\UFFFFFFFF"\n', 2), ("- a\nb: 1\n", 2), ('a: "\\uD800"', 1), ("a:\n\tb: 1\n", 2)]
)
def test_the_slow_parser_raises_nothing_either(text: str, line: int) -> None:
    _, issues = composer.compose("p.yaml", text, room=Room(0), pure=True)
    assert [issue.place.line for issue in issues] == [line]


# Files


def test_windows_files_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    path = folder(tmp_path, {"p.yaml": b"\xef\xbb\xbfa: 1\r\nb:\r  - x\r\n"})
    found = read(path)
    assert found.data == {"a": 1, "b": ["x"]}
    assert found.place(("b", 0)) == Place(path.as_posix(), 3, 5)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff\xfea\0", "1:1 the file is written in UTF-16"),
        (b"a: 1\r\nb: caf\xe9\n", "2:7 the byte 0xe9 is not UTF-8"),
    ],
)
def test_other_encodings_are_told(tmp_path: Path, raw: bytes, message: str) -> None:
    assert whats(read(folder(tmp_path, {"p.yaml": raw}))) == [f"p.yaml:{message}"]


def test_a_missing_file_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    folder(tmp_path, {"programme.yaml": "a: 1", "notes.txt": ""})
    found = read(tmp_path / "program.yaml")
    assert (found.data, found.files[0].text, found.place(("a",)).line) == (None, "", 1)
    assert found.issues[0].try_this == "did you mean 'programme.yaml'?"
    assert "check the name" in read(tmp_path / "nowhere" / "p.yaml").issues[0].try_this


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert "is not a file" in read(tmp_path).issues[0].what


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").symlink_to("p.yaml")
    assert "cannot be read: its links go round in a circle" in read(tmp_path / "p.yaml").issues[0].what


def test_a_name_that_the_system_refuses_is_told(tmp_path: Path) -> None:
    assert "cannot be read: File name too long" in read(tmp_path / ("x" * 5000)).issues[0].what


# Includes


def test_included_lists_are_joined_and_mappings_merged(tmp_path: Path) -> None:
    path = folder(tmp_path, {
        "p.yaml": "include: [parts/rules.yaml, more.yaml]\nunits: {points: {decimals: 0}}\nrules: [a]\n",
        "parts/rules.yaml": "include: [deep/er.yaml]\nrules: [b]\nunits: {stars: {decimals: 2}}\n",
        "parts/deep/er.yaml": "rules:\n  - c\n",
        "more.yaml": "rules: [d]\n",
    })  # fmt: skip
    found = read(path)
    assert found.issues == []
    assert found.data == {"units": {"points": {"decimals": 0}, "stars": {"decimals": 2}}, "rules": ["a", "b", "c", "d"]}
    assert found.place(("rules", 2)) == Place((tmp_path / "parts/deep/er.yaml").as_posix(), 2, 5)
    assert found.text_place(("rules", 2), 0) == found.text_place(("rules", 2), 0) == found.place(("rules", 2))
    again = rebuild(found.files)
    assert (again.data, again.issues, again.place(("rules", 2))) == (found.data, [], found.place(("rules", 2)))


def test_a_programme_is_read_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path, {"p.yaml": "include: [r/a.yaml]\n", "r/a.yaml": "include: [../b.yaml]\n", "b.yaml": "x: 1\n"})
    monkeypatch.chdir(tmp_path)
    found = read(Path("p.yaml"))
    assert (found.data, [file.name for file in found.files]) == ({"x": 1}, ["p.yaml", "r/a.yaml", "b.yaml"])


def test_what_is_given_twice_is_told_at_both_places(tmp_path: Path) -> None:
    path = folder(
        tmp_path, {"p.yaml": "include: [b.yaml]\nzone: UTC\nrules: [a]\n", "b.yaml": "zone: UTC\nrules: {a: 1}\n"}
    )
    found = read(path)
    assert whats(found) == [
        f"b.yaml:1:1 'zone' is given twice; first at {path.as_posix()}:2:1",
        f"b.yaml:2:1 'rules' is given twice; first at {path.as_posix()}:3:1",
    ]


@pytest.mark.parametrize(
    ("include", "message"),
    [
        ("b.yaml", "1:10 include is not a list of files"),
        ("[5]", "1:11 this is not the name of a file"),
        ("[{a: b}]", "1:11 this is not the name of a file"),
        ("['']", "1:11 '' is not the name of a file"),
        ('["a\\x01"]', "1:11 'a\\x01' is not the name of a file"),
        ("['a\\b.yaml']", "1:11 'a\\\\b.yaml' is not the name of a file"),
        ("[/etc/passwd]", "1:11 '/etc/passwd' is an absolute name"),
        ("['C:x.yaml']", "1:11 'C:x.yaml' is an absolute name"),
        ("[../x.yaml]", "1:11 '../x.yaml' is outside the programme's folder"),
        ("[a/../../x.yaml]", "1:11 'a/../../x.yaml' is outside the programme's folder"),
        ("[p.yaml]", "1:11 'p.yaml' is included a second time"),
        ("[list.yaml]", "list.yaml:1:1 an included file must be a mapping"),
        ("[secret.yaml]", "1:11 'secret.yaml' is a link that leads out of the programme's folder"),
        ("[out/secret.yaml]", "1:11 'secret.yaml' is a link that leads out of the programme's folder"),
        ("[.]", "is not a file"),
        ("[list.yaml/x.yaml]", "1:11 there is no file"),
        ("[broken.yaml]", "broken.yaml:1:4 the quote that opens here is not closed"),
    ],
)
def test_an_include_stays_in_the_folder_and_names_a_mapping(tmp_path: Path, include: str, message: str) -> None:
    folder(tmp_path, {"secret.yaml": "a: 1"})
    path = folder(tmp_path / "in", {"p.yaml": f"include: {include}\n", "list.yaml": "- 1\n", "broken.yaml": "a: 'b\n"})
    (tmp_path / "in" / "secret.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    (what,) = whats(read(path))
    assert message in what


def test_a_missing_include_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    path = folder(tmp_path, {"p.yaml": "include: [rule.yaml]\n", "rules.yaml": "a: 1\n"})
    issue = read(path).issues[0]
    assert issue.place == Place(path.as_posix(), 1, 11)
    assert issue.try_this == "did you mean 'rules.yaml'?"


def test_text_alone_has_no_folder() -> None:
    assert told("include: [b.yaml]\n") == [
        "1:11: error: there is no file 'b.yaml'. Try: check the name and the folder."
    ]


def test_includes_go_five_deep(tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {f"{n}.yaml": f"include: [{n + 1}.yaml]\n" for n in range(1, 7)}
    found = read(folder(tmp_path, texts | {"p.yaml": "include: [1.yaml]\n"}))
    assert whats(found) == ["5.yaml:1:11 a programme is at most 50 files, each included through at most 5"]


def test_a_programme_has_a_bounded_number_of_files() -> None:
    names = [f"{n}.yaml" for n in range(FILES_MAX)]
    found = rebuild([File("p.yaml", f"include: [{', '.join(names)}]"), *(File(name, "{}") for name in names)])
    assert [issue.place.column for issue in found.issues] == [
        len("include: [") + sum(len(name) + 2 for name in names[:-1]) + 1
    ]


def test_all_files_share_one_room(tmp_path: Path) -> None:
    half = "#" * (files.BYTES_MAX // 2)
    found = read(folder(tmp_path, {"p.yaml": f"include: [a.yaml]\n{half}", "a.yaml": half}))
    assert [issue.code for issue in found.issues] == ["too_large"]
    shared = [File("p.yaml", f"include: [a.yaml]\na: [{'x,' * 60_000}]"), File("a.yaml", f"b: [{'x,' * 60_000}]")]
    assert [issue.place.file for issue in rebuild(shared).issues] == ["a.yaml"]


# Issues


def test_an_issue_is_one_line_without_control_characters() -> None:
    issue = warning("odd", place(3, 4), f"{quote(chr(27) + '[31m')} is odd", "is it meant?")
    assert render(issue) == "p.yaml:3:4: warning: '\\x1b[31m' is odd. Try: is it meant?"
    assert render(Issue("error", "x", place(1, 1), "wrong")) == "p.yaml:1:1: error: wrong."
    assert len(quote("x" * 1000)) == 62
    assert str(Unreadable(issue)) == issue.what


@pytest.mark.parametrize(
    ("word", "choices", "hint"),
    [
        ("chanel", ["amount", "channel"], "did you mean 'channel'?"),
        ("Amount", ["amount", "channel"], "did you mean 'amount'?"),
        ("xyz", ["amount", "channel"], ""),
        ("x" * 61, ["x" * 60], ""),
        ("abcd", [f"{n:04}" for n in range(5000)] + ["abcde"], ""),
    ],
)
def test_the_closest_choice_is_suggested(word: str, choices: list[str], hint: str) -> None:
    assert suggest(word, choices) == hint
