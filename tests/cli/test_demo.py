"""The demo: a year of real groceries, and every household's points of that year explained."""

import csv
import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, history_of_member
from guerdon.cli import groceries
from guerdon.cli.main import commands
from guerdon.core.explain import explain
from guerdon.core.history import rate_events
from guerdon.definition.check import check
from guerdon.definition.shipped import find_programme
from guerdon.definition.zones import load_zone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(groceries.missing()), reason="the extra `demo` is not installed"),
]

HOUSEHOLDS = 2_469

PARTS = 12


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the demo's folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "year"
    done = CliRunner().invoke(commands, ["demo", "--into", str(folder)])
    assert done.exit_code == 0, done.output
    return folder, done.stdout


def statement(file: Path) -> dict[tuple[str, str], int]:
    with file.open(encoding="utf-8", newline="") as rows:
        return {(row["member"], row["month"]): int(row["points"]) for row in csv.DictReader(rows)}


@pytest.mark.parametrize("name", ["three-month-exercise", "grocery"])
def test_every_household_has_a_row_for_each_month_and_a_total(shown: tuple[Path, str], name: str) -> None:
    points = statement(shown[0] / f"{name}.csv")
    totals: Counter[str] = Counter()
    for (member, month), earned in points.items():
        totals[member] += earned if month != "total" else 0
    assert len(totals) == HOUSEHOLDS
    assert totals == {member: earned for (member, month), earned in points.items() if month == "total"}


def test_what_is_shown_is_what_was_written(shown: tuple[Path, str]) -> None:
    folder, text = shown
    exercise, grocery = (statement(folder / f"{name}.csv") for name in ("three-month-exercise", "grocery"))
    for month in ("2017-01", "2017-12"):
        sums = [sum(earned for (_, at), earned in points.items() if at == month) for points in (exercise, grocery)]
        row = next(line for line in text.splitlines() if line.strip().startswith(month))
        assert row.split() == [month, *(f"{earned:,}" for earned in sums)]
    assert f"2017-07{grocery['47', '2017-07']:>12,} points" in text


def test_the_chart_is_drawn(shown: tuple[Path, str]) -> None:
    assert (shown[0] / "points-per-month.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (shown[0] / "points-per-month.png").read_bytes().startswith(b"\x89PNG")


def test_the_commands_that_are_shown_do_what_they_say(shown: tuple[Path, str]) -> None:
    folder, text = shown
    command = text.partition("The whole year:")[2].partition("\n\n")[0].replace("\\\n", " ").split()
    done = CliRunner().invoke(commands, [*command[1:], "--json", "--no-progress"])
    assert done.exit_code == 0, done.output
    sums = {(row["member"], row["month"]): row["points"] for row in json.loads(done.stdout)["sums"]}
    assert sums == {key: earned for key, earned in statement(folder / "grocery.csv").items() if key[0] == "47"}


@pytest.mark.parametrize(
    ("name", "mapping"), [("three-month-exercise", groceries.EVENTS), ("grocery", groceries.BASKETS)]
)
def test_what_is_explained_of_every_household_sums_to_its_statement(
    shown: tuple[Path, str], tmp_path: Path, name: str, mapping: dict[str, str]
) -> None:
    checked = check(find_programme(name))
    assert checked.programme is not None
    expected = statement(shown[0] / f"{name}.csv")
    explained: dict[tuple[str, str], int] = {}
    for part in parted(shown[0] / "purchases.parquet", tmp_path):
        inputs = Inputs(paths=(str(part),), mapping=dict(mapping), zone=load_zone(groceries.ZONE))
        history = history_of_member(Run(programme=checked.programme, files=checked.files, inputs=inputs), None)
        explanation = explain(checked.programme, rate_events(checked.programme, history))
        explained |= {(row.member, row.month): int(row.points) for row in explanation.sums}
    assert explained == expected


def parted(purchases: Path, folder: Path) -> list[Path]:
    """Return the purchases as a few files, each with all of some households."""
    with duckdb.connect() as con:
        lines = con.read_parquet(str(purchases)).project(f"*, household_id % {PARTS} AS part")
        lines.write_parquet(str(folder / "parts"), partition_by=["part"])
    return sorted(folder.rglob("*.parquet"))
