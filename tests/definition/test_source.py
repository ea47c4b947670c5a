"""A programme's files become one source: data with places, includes that stay in the folder, issues that say what to do."""

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
