"""The demo: a year of real groceries, and every household's points of that year explained."""

import csv
import fcntl
import json
import os
from collections import Counter
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, history_of_member
from guerdon.cli import groceries
from guerdon.cli.main import commands
from guerdon.core.amounts import read_end
from guerdon.core.explain import explain
from guerdon.core.history import rate_events
from guerdon.definition.check import check
from guerdon.definition.shipped import find_programme
from guerdon.definition.zones import load_zone
from guerdon.services.accounts.stand import stand
from guerdon.services.published import take_up
from guerdon.store import open_database
from tests.proof.sizes import sized

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(groceries.missing()), reason="the extra `demo` is not installed"),
]

HOUSEHOLDS = 2_469

PARTS = 12
"""Households are explained in so many parts: one of them on a push, as the books of the year say the same of all of them."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the demo's folder and what it printed; of several processes that test, the first one shows it, for all."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, told = shared / "demo" / "year", shared / "demo.txt"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            done = CliRunner().invoke(commands, ["demo", "--once", "--into", str(folder)])
            assert done.exit_code == 0, done.output
            told.write_text(done.stdout, encoding="utf-8")
    return folder, told.read_text(encoding="utf-8")


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


def section(text: str, title: str) -> list[list[str]]:
    """Return the rows of the table under a title, word by word."""
    table = text.partition(title)[2].partition("\n\n")[0]
    return [line.replace(",", "").split() for line in table.splitlines()[2:]]


def test_every_household_is_at_a_level_at_the_end_of_each_quarter(shown: tuple[Path, str]) -> None:
    rows = section(shown[1], "Households at each level")
    assert [row[0] for row in rows] == ["2017-03", "2017-06", "2017-09", "2017-12"]
    assert [sum(map(int, row[1:])) for row in rows] == [HOUSEHOLDS] * 4
    assert all(int(number) > 0 for row in rows for number in row[1:])


def test_what_was_earned_has_expired_or_is_left_and_then_expires(shown: tuple[Path, str]) -> None:
    folder, text = shown
    months = section(text, "Points of all households under grocery")
    earned = {row[0]: int(row[1]) for row in months}
    points = statement(folder / "grocery.csv")
    assert earned == {month: sum(of for (_, at), of in points.items() if at == month) for month in earned}
    # January's points can be used until the end of July, and expire when August begins
    by_month = list(earned.values())
    assert [int(row[2]) for row in months] == [0] * 7 + by_month[:5]
    assert int(months[-1][3]) == sum(by_month[5:])
    later = section(text, "points that are left can be used")
    assert [int(row[1]) for row in later] == by_month[5:]
    assert [row[0] for row in later] == ["2017-12", *(f"2018-{month:02d}" for month in range(1, 7))]


def test_one_households_year_is_that_of_its_statement(shown: tuple[Path, str]) -> None:
    folder, text = shown
    points = statement(folder / "grocery.csv")
    rows = [
        row for row in section(text, "The year of household 47") if row[0] in {f"2017-{n:02d}" for n in range(1, 13)}
    ]
    assert {row[0]: int(row[2]) for row in rows} == {
        month: earned for (member, month), earned in points.items() if member == "47" and month != "total"
    }
    assert [row[1] for row in rows] == ["neighbour"] * 5 + ["regular"] * 4 + ["neighbour"] * 3
    assert "2017-06-21: neighbour to regular, with $528.72 spent in the quarter" in text


def test_rewards_are_in_reach_of_those_who_may_have_them(shown: tuple[Path, str]) -> None:
    folder, text = shown
    with duckdb.connect() as con:
        tables = [con.read_parquet(str(folder / "ledger" / name / "*.parquet")) for name in ("standings", "levels")]
        joined = (
            tables[0].join(tables[1], "account").aggregate("level, count(*) FILTER (WHERE available >= 2000)", "level")
        )
        enough = dict(joined.fetchall())
    hamper = next(row for row in section(text, "Households that could have a reward") if row[:2] == ["A", "hamper"])
    assert hamper[-3:] == ["2000", str(enough["friend"]), str(enough["friend"])]


def test_the_service_says_of_every_household_what_the_ledger_says(shown: tuple[Path, str]) -> None:
    folder, text = shown
    assert "155,848 events recorded, 0 there before" in text
    with duckdb.connect() as con:
        standings = con.read_parquet(str(folder / "ledger" / "standings" / "*.parquet"))
        expected = {
            str(account): available for account, available in standings.project("account, available").fetchall()
        }
    with closing(open_database(f"sqlite:///{folder / 'grocery.db'}")) as database, database.view() as view:
        published = take_up(view, 1)
        at = read_end("2017-12-31", published.programme.zone, "--as-of")
        found = {name: stand(view, published, name, at=at).balances[0].available for name in expected}
    assert found == expected


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
    parts = parted(shown[0] / "purchases.parquet", tmp_path)[: sized(push=1, release=PARTS)]
    for part in parts:
        inputs = Inputs(paths=(str(part),), mapping=dict(mapping), zone=load_zone(groceries.ZONE))
        history = history_of_member(Run(programme=checked.programme, files=checked.files, inputs=inputs), None)
        explanation = explain(checked.programme, rate_events(checked.programme, history))
        explained |= {(row.member, row.month): int(row.points) for row in explanation.sums}
    assert explained == {key: earned for key, earned in expected.items() if int(key[0]) % PARTS < len(parts)}


def parted(purchases: Path, folder: Path) -> list[Path]:
    """Return the purchases as a few files, each with all of some households."""
    with duckdb.connect() as con:
        lines = con.read_parquet(str(purchases)).project(f"*, household_id % {PARTS} AS part")
        lines.write_parquet(str(folder / "parts"), partition_by=["part"])
    return sorted(folder.rglob("*.parquet"), key=lambda file: int(file.parent.name.partition("=")[2]))
