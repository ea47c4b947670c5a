"""Bad rows: told with their place and reason, or set aside."""

import csv
import json
from pathlib import Path

import duckdb
import pytest

from guerdon.batch.intake import Inputs, open_history
from guerdon.core.errors import Invalid
from tests.batch.intake_reader import SHAPE, read, write, write_parquet

HEADER = "id,member,at,amount\n"


def set_aside(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_bad_rows_stop_the_run_with_their_places_reasons_and_what_to_do(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-07-04,5\n2,,2017-07-04,5\n3,ana,2017-07-04,x\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file)
    assert str(told.value).splitlines() == [
        "2 bad rows; correct them, or set them aside with --bad-rows FILE and go on without them:",
        f"{file}:3: member is missing; every event needs one",
        f"{file}:4: amount 'x' is not a plain number; write digits with a point, like 12.50",
    ]


def test_only_the_first_twenty_are_told_and_the_others_counted(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "".join(f"{i},ana,2017-07-04,x\n" for i in range(1_234)))
    with pytest.raises(Invalid) as told:
        read(tmp_path, file)
    lines = str(told.value).splitlines()
    assert lines[0].startswith("1,234 bad rows")
    assert len(lines) == 22
    assert lines[-1] == "(and 1,214 more)"


def test_bad_rows_are_set_aside_as_they_stood(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-07-04,5\n2,,2017-07-04,5\n3,ana,2017-07-04,x\n")
    found = read(tmp_path, file, bad_rows=tmp_path / "bad.csv")
    assert found.column("id") == ["1"]
    assert found.history.summary.bad_rows == 2
    told = set_aside(tmp_path / "bad.csv")
    assert [(row["file"], row["line"]) for row in told] == [(str(file), "3"), (str(file), "4")]
    assert json.loads(told[1]["row"]) == {"id": "3", "member": "ana", "at": "2017-07-04", "amount": "x"}


def test_a_run_without_bad_rows_leaves_an_empty_list(tmp_path: Path) -> None:
    for name, file in {
        "text": write(tmp_path, HEADER + "1,ana,2017-07-04,5\n"),
        "typed": write_parquet(tmp_path, "select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", 1 as amount"),
    }.items():
        read(tmp_path, file, bad_rows=tmp_path / f"{name}.csv")
        assert set_aside(tmp_path / f"{name}.csv") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,ana,2017-07-04", "the line has 3 values where the header has 4"),
        ("1,ana,2017-07-04,5,6", "the line has 5 values where the header has 4"),
        ('1,"ana"x,2017-07-04,5', "the line's quotes are broken"),
        ('1,"ana,2017-07-04,5', "the line's quotes are broken"),
    ],
)
def test_a_malformed_line_spoils_itself_alone(tmp_path: Path, line: str, reason: str) -> None:
    file = write(tmp_path, HEADER + f'7,"a\nb",2017-07-04,5\n{line}\n8,"c",2017-07-04,6\n9,"d",2017-07-04,x\n')
    found = read(tmp_path, file, bad_rows=tmp_path / "bad.csv")
    assert found.column("id") == ["7", "8"]
    told = set_aside(tmp_path / "bad.csv")
    assert [row["line"] for row in told] == ["4", "6"]
    assert reason in told[0]["reason"]
    assert json.loads(told[0]["row"])["text"].strip() == line


def test_a_quote_that_is_never_closed_does_not_swallow_a_long_file(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + '1,"ana,2017-07-04,5\n' + "2,bob,2017-07-04,5\n" * 3_000)
    found = read(tmp_path, file, bad_rows=tmp_path / "bad.csv")
    assert found.history.summary.bad_rows == 1
    assert found.history.summary.duplicates == 2_999


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": 1', "the line is not JSON"),
        ("17", "the line is not a JSON object"),
        ('{"id": 1} {"id": 2}', "the line is not JSON"),
        ('{"id": 1, "id": 2}', "'id' stands twice"),
        ('{"amount": NaN}', "NaN is not a number"),
        ('{"member": "\\ud800"}', "the line is not JSON"),
        ("[" * 100_000, "the line is not JSON"),
    ],
)
def test_a_malformed_json_line_is_a_bad_row(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"id": 7, "member": "ana", "at": "2017-07-04", "amount": 5}'
    found = read(tmp_path, write(tmp_path, f"{good}\n\n{line}\n", "sales.jsonl"), bad_rows=tmp_path / "bad.csv")
    assert found.column("id") == ["7"]
    (told,) = set_aside(tmp_path / "bad.csv")
    assert told["line"] == "3"
    assert reason in told["reason"]


def test_numbers_in_json_keep_their_text(tmp_path: Path) -> None:
    rows = ['{"id": 12345678901234567890, "member": 1.10, "at": "2017-07-04", "amount": 1.10}']
    rows += ['{"id": 2, "member": "a", "at": "2017-07-04", "amount": 12.3400000000000000001}']
    file = write(tmp_path, "\n".join(rows), "sales.jsonl")
    found = read(tmp_path, file, bad_rows=tmp_path / "bad.csv")
    assert [(e["id"], e["member"], e["amount"]) for e in found.events] == [("12345678901234567890", "1.10", 110)]
    (told,) = set_aside(tmp_path / "bad.csv")
    assert "has more decimals than USD has" in told["reason"]
    assert told["row"] == rows[1]


def test_bad_rows_of_typed_files_are_named_by_their_row(tmp_path: Path) -> None:
    query = "select range as id, nullif(range, 2) as member, date '2017-07-04' as \"at\", 1.5::decimal(9, 2) as amount from range(4)"
    file = write_parquet(tmp_path, query)
    with pytest.raises(Invalid, match=r"sales.parquet:3: member is missing"):
        read(tmp_path, file)
    found = read(tmp_path, file, bad_rows=tmp_path / "bad.csv")
    assert found.history.direct
    assert found.column("id") == ["0", "1", "3"]
    (told,) = set_aside(tmp_path / "bad.csv")
    assert json.loads(told["row"]) == {"id": 2, "member": None, "at": "2017-07-04", "amount": 1.5}


def test_problems_of_a_direct_history_can_be_asked_for_before_anything_is_settled(tmp_path: Path) -> None:
    query = "select 1 as id, 'ana' as member, date '1901-07-04' as \"at\", 1.5::decimal(9, 2) as amount"
    file = write_parquet(tmp_path, query)
    with duckdb.connect() as con:
        history = open_history(con, SHAPE, Inputs((str(file),)), scratch=tmp_path)
        (problem,) = history.problems(con)
    assert str(problem) == f"{file}:1: at '1901-07-04' is outside the years 1970 to 2099"


def test_long_values_are_shortened_in_reasons(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + f"1,ana,2017-07-04,{'x' * 500}\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file)
    assert f"amount '{'x' * 40}…' is not a plain number" in str(told.value)


def test_quotes_in_names_and_values_are_only_text(tmp_path: Path) -> None:
    file = write(
        tmp_path, "id,who's \"it\",at,amount\n1,o'neil; drop table x,2017-07-04,5\n2,,2017-07-04,'\n", "it's.csv"
    )
    found = read(tmp_path, file, mapping={"member": 'who\'s "it"'}, bad_rows=tmp_path / "bad's.csv")
    assert [(e["source"], e["member"]) for e in found.events] == [("it's", "o'neil; drop table x")]
