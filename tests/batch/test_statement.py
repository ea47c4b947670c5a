"""Statements: what they are grouped by, how points are written, and the files they come in."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from guerdon.batch.rate import rating
from guerdon.core.errors import Invalid, NotFound
from tests.batch.statements import CAPPED, PLAIN, TWO_UNITS, lay, rated, rows, run_of

SALES = (
    "1,ben,2026-01-05,10",
    "2,ana,2026-02-05,20.50",
    "3,ana,2026-01-31,5",
    "4,ben,2026-01-06,1.99",
)


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    return lay(tmp_path / "sales.csv", *SALES)


@pytest.mark.parametrize("force_fold", [False, True])
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            ("member", "month"),
            [
                ("ana", "2026-01", "points", 5),
                ("ana", "2026-02", "points", 20),
                ("ana", "total", "points", 25),
                ("ben", "2026-01", "points", 11),
                ("ben", "total", "points", 11),
            ],
        ),
        (("member",), [("ana", "points", 25), ("ben", "points", 11)]),
        (("month",), [("2026-01", "points", 16), ("2026-02", "points", 20)]),
        ((), [("points", 36)]),
    ],
)
def test_a_statement_is_grouped_as_asked(
    sales: Path,
    by: tuple[str, ...],
    expected: list[tuple[Any, ...]],
    force_fold: bool,  # noqa: FBT001
) -> None:
    found = rated(PLAIN, sales, by=by, force_fold=force_fold)
    assert found.columns == (*by, "unit", "points")
    assert [tuple(row) for row in found.all_rows()] == expected
    assert found.rows == len(expected)
    assert found.totals == {"points": 36}
    assert (found.members, found.months) == (2, 2)


def test_a_statement_is_not_grouped_by_anything_else(sales: Path) -> None:
    with pytest.raises(Invalid, match="not grouped by month,member; choose member,month or member or month"):
        rated(PLAIN, sales, by=("month", "member"))


@pytest.mark.parametrize("force_fold", [False, True])
def test_units_stand_in_the_programme_s_order_with_all_their_decimals(
    sales: Path,
    force_fold: bool,  # noqa: FBT001
) -> None:
    found = rows(TWO_UNITS, sales, force_fold=force_fold)
    assert found[:4] == [
        ("ana", "2026-01", "zebras", Decimal("5.00")),
        ("ana", "2026-01", "apples", Decimal("2.50")),  # half of 5
        ("ana", "2026-02", "zebras", Decimal("20.00")),
        ("ana", "2026-02", "apples", Decimal("10.25")),  # half of 20.50
    ]
    assert rows(TWO_UNITS, sales, by=(), force_fold=force_fold) == [
        ("zebras", Decimal("36.00")),
        ("apples", Decimal("18.74")),  # 5 + 10.25 + 2.50 + 0.99; half of 1.99 is 0.995, rounded down
    ]


@pytest.mark.parametrize("force_fold", [False, True])
@pytest.mark.parametrize("by", [("member", "month"), ("member",), ("month",), ()])
def test_one_unit_alone_is_that_part_of_the_whole_statement(
    sales: Path,
    by: tuple[str, ...],
    force_fold: bool,  # noqa: FBT001
) -> None:
    whole = rows(TWO_UNITS, sales, by=by, force_fold=force_fold)
    for unit in ("zebras", "apples"):
        alone = rated(TWO_UNITS, sales, by=by, unit=unit, force_fold=force_fold)
        assert [tuple(row) for row in alone.all_rows()] == [row for row in whole if row[-2] == unit]
        assert list(alone.totals) == [unit]


def test_a_whole_unit_alone_is_written_in_whole_numbers(sales: Path) -> None:
    assert {type(row[-1]) for row in rows(TWO_UNITS, sales, unit="zebras")} == {int}


def test_an_unknown_unit_is_told_with_those_there_are(sales: Path) -> None:
    with pytest.raises(NotFound, match="there is no unit stars; the programme counts zebras, apples"):
        rated(TWO_UNITS, sales, unit="stars")


@pytest.mark.parametrize("name", ["points.csv", "POINTS.CSV"])
def test_csv_has_every_decimal_and_a_total_after_the_months(sales: Path, tmp_path: Path, name: str) -> None:
    found = rated(TWO_UNITS, sales, out=tmp_path / name, unit="apples")
    with (tmp_path / name).open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["member", "month", "unit", "points"],
            ["ana", "2026-01", "apples", "2.50"],
            ["ana", "2026-02", "apples", "10.25"],
            ["ana", "total", "apples", "12.75"],
            ["ben", "2026-01", "apples", "5.99"],
            ["ben", "total", "apples", "5.99"],
        ]
    assert found.rows == 5


@pytest.mark.parametrize("ending", ["jsonl", "ndjson", "json"])
def test_json_lines_are_an_object_a_row(sales: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"points.{ending}"
    rated(CAPPED, sales, out=out)
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert found[0] == {"member": "ana", "month": "2026-01", "unit": "points", "points": 5}
    assert [row["month"] for row in found] == ["2026-01", "2026-02", "total", "2026-01", "total"]


@pytest.mark.parametrize(("programme", "kind"), [(PLAIN, "BIGINT"), (CAPPED, "BIGINT"), (TWO_UNITS, "DECIMAL(38,2)")])
def test_parquet_has_exact_points(sales: Path, tmp_path: Path, programme: str, kind: str) -> None:
    out = tmp_path / "points.parquet"
    found = rated(programme, sales, out=out)
    with duckdb.connect() as con:
        relation = con.sql(f"FROM '{out}'")
        assert (relation.columns, str(relation.types[-1])) == (["member", "month", "unit", "points"], kind)
        assert relation.fetchall() == rows(programme, sales)
        assert len(relation) == found.rows


def test_an_unknown_ending_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(
        Invalid, match=r"points.xlsx has no ending .*; end it with .csv, .json, .jsonl, .ndjson, .parquet"
    ):
        rated(PLAIN, tmp_path / "nothing-there.csv", out=tmp_path / "points.xlsx")


def test_a_path_that_cannot_be_written_is_told(sales: Path, tmp_path: Path) -> None:
    out = tmp_path / "no such folder" / "points.csv"
    with pytest.raises(Invalid, match=r"points.csv cannot be written"):
        rated(PLAIN, sales, out=out)
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(Invalid, match=r"folder.csv cannot be written"):
        rated(PLAIN, sales, out=folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "sales.csv"]


def test_a_file_that_exists_is_replaced_when_all_is_written_and_otherwise_left(sales: Path, tmp_path: Path) -> None:
    out = tmp_path / "points.csv"
    out.write_text("what was there before\n")
    with pytest.raises(Invalid, match="bad row"):
        rated(PLAIN, lay(tmp_path / "wrong.csv", "1,ana,soon,5"), out=out)
    assert out.read_text() == "what was there before\n"
    rated(PLAIN, sales, out=out)
    assert out.read_text().startswith("member,month,unit,points\nana,2026-01,points,5\n")
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("programme", [PLAIN, CAPPED])
def test_a_file_without_events_gives_a_statement_without_rows(tmp_path: Path, programme: str) -> None:
    out = tmp_path / "points.csv"
    found = rated(programme, lay(tmp_path / "none.csv"), out=out)
    assert (found.rows, found.members, found.months, found.totals) == (0, 0, 0, {"points": Decimal(0)})
    assert out.read_text() == "member,month,unit,points\n"
    assert rows(programme, tmp_path / "none.csv", by=("member",)) == []


def test_the_rows_can_be_read_while_the_rating_is_open_and_its_first_are_at_hand(sales: Path) -> None:
    with rating(run_of(PLAIN, sales)) as found:
        assert [tuple(row) for row in found.all_rows()] == found.head
        assert len(list(found.all_rows())) == found.rows


HUGE = """
format: 1
programme: shop
zone: UTC
currency: USD
units: {points: {decimals: 5}}
rules: [{id: spend, give: eligible}]
"""


@pytest.mark.parametrize("by", [("member", "month"), ("member",), ("month",), ()])
@pytest.mark.parametrize("force_fold", [False, True])
def test_totals_beyond_what_a_machine_integer_holds_are_printed_exactly(
    tmp_path: Path,
    by: tuple[str, ...],
    force_fold: bool,  # noqa: FBT001
) -> None:
    """Each amount is 10**13 dollars, 10**18 smallest parts of a unit with 5 decimals; 2**63 is less than ten of them."""
    sales = lay(tmp_path / "sales.csv", *(f"{i},ana,2026-01-{i:02},9999999999999.99" for i in range(1, 31)))
    out = tmp_path / "points.csv"
    exact = "299999999999999.70000"  # 30 x 9999999999999.99
    found = rated(HUGE, sales, by=by, force_fold=force_fold, out=out)
    assert found.totals == {"points": Decimal(exact)}
    lines = out.read_text().splitlines()[1:]
    assert lines
    assert {line.split(",")[-1] for line in lines} == {exact}
    assert {row[-1] for row in rows(HUGE, sales, by=by, force_fold=force_fold)} == {Decimal(exact)}


WHOLE_AND_HUGE = """
format: 1
programme: shop
zone: UTC
currency: JPY
units: {points: {}}
rules: [{id: spend, give: eligible * 1000}]
"""


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("force_fold", [False, True])
def test_whole_points_beyond_what_a_machine_integer_holds_are_exact_in_every_format(
    tmp_path: Path,
    ending: str,
    force_fold: bool,  # noqa: FBT001
) -> None:
    sales = lay(tmp_path / "sales.csv", *(f"{i},ana,2026-01-{i:02},1000000000000000" for i in range(1, 31)))
    out = tmp_path / f"points.{ending}"
    rated(WHOLE_AND_HUGE, sales, force_fold=force_fold, out=out, by=())
    exact = 30 * 10**18  # 2**63 is less than ten of them
    if ending == "parquet":
        with duckdb.connect() as con:
            assert con.sql(f"SELECT points FROM '{out}'").fetchall() == [(Decimal(exact),)]
    else:
        assert str(exact) in out.read_text()
