"""What expressions may name: attributes with their defaults, constants, and tables from the programme or from CSV files."""

from pathlib import Path

import pytest

from guerdon.definition.check import check, load
from guerdon.definition.compilation import tables
from guerdon.definition.issues import render
from tests.definition.programmes import HEAD, RULE, granted, told


def told_one(body: str) -> str:
    found = told(f"{HEAD}{body}\n{RULE}")
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    "name", ["amount", "at", "month", "sum", "line", "level", "date", "case", "when", "and", "null", "true"]
)
def test_what_has_a_meaning_is_no_name(name: str) -> None:
    taken = f"'{name}' already has a meaning in expressions. Try: choose another name, like my_{name}."
    assert (
        told_one(f"constants: {{{name}: 5}}" if name not in ("null", "true") else f'constants: {{"{name}": 5}}')
        == f"6:13: {taken}"
    )
    quoted = f'"{name}"' if name in ("null", "true") else name
    assert told_one(f"events: {{visit: {{attributes: {{{quoted}: text}}}}}}") == f"6:31: {taken}"


def test_a_line_and_an_event_may_have_attributes_of_one_name() -> None:
    assert (
        told(
            HEAD
            + "events: {purchase: {attributes: {shop: text, tip: money}, lines: {shop: text, tax: money}}}\n"
            + RULE
        )
        == []
    )
    assert told_one("events: {purchase: {lines: {net: money}}}").startswith("6:29: 'net' already has a meaning")


def test_a_constant_is_not_an_attribute_too() -> None:
    assert told_one("constants: {shop: x}\nevents: {visit: {attributes: {shop: text}}}").startswith(
        "6:13: 'shop' already has"
    )


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("{type: text, default: 5}", "the default '5' is not a text. Try: write one, or leave it out."),
        ("{type: boolean, default: 'yes'}", "the default 'yes' is not a boolean. Try: write one, or leave it out."),
        ("{type: number, default: true}", "the default 'True' is not a number. Try: write one, or leave it out."),
        ("{type: number, default: 1.5}", "the default 1.5 has more than 0 decimals. Try: write fewer."),
        ("{type: money, default: 1.555}", "the default 1.555 has more than 2 decimals. Try: write fewer."),
        ("{type: number, decimals: 3, default: 1000000000.001}", "the default 1000000000.001 is larger than any number may be. Try: write a smaller one."),
        ("{type: money, default: 10000000000000.01}", "the default 10000000000000.01 is larger than any money may be. Try: write a smaller one."),
        ("{type: date, default: soon}", "'soon' is not a date. Try: write it like 2017-07-04."),
    ],
)  # fmt: skip
def test_a_default_is_of_its_kind(attribute: str, expected: str) -> None:
    assert told_one(f"events: {{purchase: {{attributes: {{a: {attribute}}}}}}}").split(": ", 1)[1] == expected


def test_defaults_stand_in_for_what_an_event_does_not_say() -> None:
    text = """\
events:
  purchase:
    attributes:
      shop: {type: text, default: home}
      visits: {type: number, decimals: 1, default: 2.5}
      tip: {type: money, default: 0.50}
      app: {type: boolean, default: true}
      born: {type: date, default: 2000-02-29}
      note: {type: text, optional: true}
      age: {type: number, optional: true, default: 7}
constants: {home_bonus: 5, home: home, open: true}
rules:
  - id: a
    give: case when shop = home and app and open and born = date '2000-02-29' then home_bonus + visits * 2 + tip * 2 + age else 0 end
  - {id: b, give: case when note is null then 100 else 0 end}
"""
    given = "{given: [{at: 2017-01-01, amount: 1}, {at: 2017-01-01, amount: 1, shop: x, note: y}], expect: {events: {e1: 118, e2: 0}}}"
    assert granted(HEAD + text, given) == []  # 5 + 2.5 x 2 + 0.50 x 2 + 7 = 18, and 100


# Tables


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("{}", "6:13: a table has either rows or a file. Try: write rows: {...}, or file: with key: and value:."),
        ("{rows: {a: 1}, file: x.csv}", "6:13: a table has either rows or a file. Try: write rows: {...}, or file: with key: and value:."),
        ("{rows: {}}", "6:20: a table has 1 to 200,000 rows. Try: correct it."),
        ("{rows: {a: 1, b: x, c: true}}", "6:13: the table mixes boolean and number and text values. Try: put quotes around every text and none around numbers."),
        ("{rows: {a: 1}, default: x}", "6:13: the table mixes number and text values. Try: put quotes around every text and none around numbers."),
        ("{keys: number, rows: {a: 1}}", "6:20: the key 'a' is not a number. Try: write keys: text."),
        ("{keys: number, rows: {1: 1, 1.0: 2}}", "6:20: a key is there twice, or is too long to be one. Try: write each number once, with few digits."),
        ("{keys: number, rows: {9999999999999: 1}}", "6:20: a key is there twice, or is too long to be one. Try: write each number once, with few digits."),
        ("{file: ../x.csv}", "6:20: '../x.csv' is outside the programme's folder. Try: name a file in the programme's folder, like brands.csv."),
        ("{file: /x.csv}", "6:20: '/x.csv' is an absolute name. Try: name a file in the programme's folder, like brands.csv."),
        ("{file: nowhere/there-is-none.csv}", "6:20: there is no file 'there-is-none.csv'. Try: check the name and the folder."),
    ],
)  # fmt: skip
def test_what_a_table_may_not_say(table: str, expected: str) -> None:
    assert told_one(f"tables: {{t: {table}}}") == expected


@pytest.mark.parametrize(
    ("table", "give", "points"),
    [
        ("{rows: {purchase: 5}, default: 1}", "lookup(t, type)", "5"),
        ("{rows: {refund: 5}, default: 1}", "lookup(t, type)", "1"),
        ("{rows: {purchase: 5}}", "coalesce(lookup(t, type), 1)", "5"),
        ("{rows: {purchase: 0.5, refund: 1.25}, default: 3}", "lookup(t, type) * 10", "5"),
        ("{keys: number, rows: {1: 10, 2.55: 20}, default: 5}", "lookup(t, amount)", "20"),
        ("{keys: number, rows: {1: 10, 2.50: 20}, default: 5}", "lookup(t, weekday)", "5"),
        ("{rows: {purchase: shop}, default: x}", "case when lookup(t, type) = 'shop' then 3 else 0 end", "3"),
        ("{rows: {purchase: true}, default: false}", "case when lookup(t, type) then 3 else 0 end", "3"),
    ],
)
def test_what_a_table_holds(table: str, give: str, points: str) -> None:
    text = f'{HEAD}tables: {{t: {table}}}\nrules: [{{id: a, give: "{give}"}}]\n'
    assert granted(text, f"{{given: [{{at: 2017-01-08, amount: 2.55}}], expect: {{points: {points}}}}}") == []


def from_file(
    tmp_path: Path, content: str | bytes, table: str, give: str = "coalesce(lookup(t, type), 0)"
) -> list[str]:
    (tmp_path / "p.yaml").write_text(f'{HEAD}tables: {{t: {table}}}\nrules: [{{id: a, give: "{give}"}}]\n')
    (tmp_path / "values.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    issues = check(tmp_path / "p.yaml").errors
    return [render(issue).split("error: ")[1] for issue in issues]


GOOD = "type,points,colour\npurchase,12.50,red\n\nrefund,3,red\nrefund,3,blue\n"
NUMBERS = "{file: values.csv, key: type, value: points, values: number}"


def test_a_table_may_be_two_columns_of_a_file(tmp_path: Path) -> None:
    """... with blank lines, and rows that say the same thing twice."""
    assert from_file(tmp_path, GOOD, NUMBERS) == []
    assert from_file(tmp_path, "\ufeff" + GOOD.replace("\n", "\r\n"), NUMBERS) == []
    programme = load(tmp_path / "p.yaml")
    assert programme.rules[0].base_scale == 1
    colours = "{file: values.csv, key: type, value: points}"
    assert (
        from_file(tmp_path, GOOD, colours, "case when coalesce(lookup(t, type), '') = '12.50' then 1 else 0 end") == []
    )


@pytest.mark.parametrize(
    ("content", "table", "expected"),
    [
        (GOOD, "{file: valeus.csv}", "there is no file 'valeus.csv'. Try: did you mean 'values.csv'?"),
        (GOOD, "{file: values.csv}", "there is no column 'key'. Try: there is type, points, colour."),
        (GOOD, "{file: values.csv, key: tipe, value: points}", "there is no column 'tipe'. Try: did you mean 'type'?"),
        ("", "{file: values.csv}", "there is no column 'key'. Try: there is none."),
        ("key,value\n", "{file: values.csv}", "a table has 1 to 200,000 rows. Try: correct it."),
        ("key,value\na\n", "{file: values.csv}", "row 2 of 'values.csv' has too few columns. Try: write every column in every row."),
        ("key,value\na,b\nc,1e5\n", "{file: values.csv, values: number}", "row 2 of 'values.csv': 'b' is not a number. Try: write values: text."),
        ("key,value\na,true\n", "{file: values.csv, values: number}", "row 2 of 'values.csv': 'true' is not a number. Try: write values: text."),
        ("key,value\na,1\nb,1\na,2\n", "{file: values.csv}", "row 4 of 'values.csv': the key 'a' came before with another value. Try: keep one of them."),
        ('key,value\n"a"b,1\n', "{file: values.csv}", "'values.csv' is not CSV: ',' expected after '\"'. Try: save it as CSV with commas."),
        (b"key,value\na,\xff\n", "{file: values.csv}", "the byte 0xff is not UTF-8. Try: save the file as UTF-8."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, content: str | bytes, table: str, expected: str) -> None:
    assert from_file(tmp_path, content, table)[:1] == [expected]


def test_the_files_of_tables_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BYTES_MAX", 100)
    assert from_file(tmp_path, GOOD, NUMBERS) == []
    (tmp_path / "more.csv").write_text(GOOD)
    text = (
        (tmp_path / "p.yaml")
        .read_text()
        .replace("tables: {", f"tables: {{u: {NUMBERS.replace('values.csv', 'more.csv')}, ")
    )
    (tmp_path / "p.yaml").write_text(text)
    whats = [issue.what for issue in check(tmp_path / "p.yaml").errors]
    assert whats == ["the files of tables are larger than 0 MB in all"]


def test_two_tables_may_read_one_file(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(f"{HEAD}tables: {{t: {NUMBERS}, u: {NUMBERS}}}\n{RULE}")
    (tmp_path / "values.csv").write_text(GOOD)
    checked = check(tmp_path / "p.yaml")
    assert checked.errors == []
    assert [Path(file.name).name for file in checked.files] == ["p.yaml", "values.csv"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text(GOOD)
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "p.yaml").write_text(f"{HEAD}tables: {{t: {NUMBERS.replace('values.csv', 'link.csv')}}}\n{RULE}")
    assert [issue.what for issue in check(inside / "p.yaml").errors] == [
        "'link.csv' is a link that leads out of the programme's folder"
    ]
