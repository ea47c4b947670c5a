"""The guide to the ledger says what is written: every column with its type, and both worked examples row by row."""

import re
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from guerdon.batch.ledger import TABLES
from guerdon.cli.main import commands
from guerdon.core.ladders import CAUSES
from guerdon.core.ledger.books import BOOKS

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "ledger.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(?:yaml|csv) (\S+)\n(.*?)```", re.DOTALL)
VIENNA = ZoneInfo("Europe/Vienna")
HEADING = re.compile(r"^##+ (.*)$", re.MULTILINE)


def section(title: str) -> str:
    ends = [*[found.span() for found in HEADING.finditer(GUIDE)], (len(GUIDE), len(GUIDE))]
    return next(
        GUIDE[end:after] for (start, end), (after, _) in pairwise(ends) if GUIDE[start:end].endswith(f"# {title}")
    )


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ledger that the guide's command writes."""
    folder = tmp_path_factory.mktemp("guide")
    for name, text in BLOCK.findall(GUIDE):
        (folder / name).write_text(text, encoding="utf-8")
    words = ["rate", str(folder / "books.yaml"), str(folder / "life.csv"), "--ledger", str(folder / "books")]
    ran = CliRunner().invoke(commands, [*words, "--as-of", "2026-01-31"])
    assert ran.exit_code == 0, ran.output
    return folder / "books"


def told(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "instant"
    return "text" if pa.types.is_string(kind) else "number"


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_told_with_its_type(table: str, books: Path) -> None:
    schema = pq.read_schema(next((books / table).iterdir()))
    assert [cells[:2] for cells in rows(table)] == [
        [field.name, told_as] for field in schema if (told_as := _shown(table, field.name, field.type))
    ]


def _shown(table: str, name: str, kind: pa.DataType) -> str:
    column = next(one for one in TABLES[table] if one.name == name)
    return "whole number" if column.kind in ("number", "journal") else told(kind)


def test_every_book_and_cause_is_told() -> None:
    assert [cells[0] for cells in rows("Books")] == list(BOOKS)
    assert all(f"`{cause}`" in section("level_history") for cause in CAUSES)


@pytest.mark.parametrize(
    ("title", "account"),
    [
        ("Earn 100, spend 80, let the rest expire", "ana"),
        ("A purchase comes back whose points were spent", "ben"),
    ],
)
def test_the_worked_journals_are_those_that_are_written(title: str, account: str, books: Path) -> None:
    journals = {
        row["journal"]: row for row in pq.read_table(books / "journals").to_pylist() if row["account"] == account
    }
    found = [
        [
            str(row["journal"]),
            f"{journals[row['journal']]['at'].astimezone(VIENNA):%Y-%m-%d}",
            journals[row["journal"]]["cause"],
            journals[row["journal"]]["event"] or "",
            row["book"],
            str(row["points"]),
        ]
        for row in pq.read_table(books / "postings").to_pylist()
        if row["account"] == account
    ]
    assert found == rows(title)
