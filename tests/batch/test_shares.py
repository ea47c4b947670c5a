"""Accounts are shared out between processes by ranges: nothing is lost, nothing counts twice, and the order stays."""

import json
from pathlib import Path

import duckdb
import pytest

import guerdon.batch.passes
from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, rate
from guerdon.batch.shares import connect, split_accounts
from guerdon.definition.check import check_text

CARD = """
format: 1
programme: card
zone: Europe/Vienna
currency: EUR
units: {points: {}}
rules:
  - {id: spend, give: floor(amount), limits: [{points: 50, every: month}]}
examples:
  - {given: [{at: 2026-01-05, amount: 70}], expect: {points: 50}}
"""


def _counted(con: duckdb.DuckDBPyConnection, ranges: list[str]) -> list[int]:
    return [len(con.table("events").set_alias("r").filter(one).fetchall()) for one in ranges]


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
@pytest.mark.parametrize("accounts", [[], ["a"], ["a"] * 50 + ["b"], [f"it's {number % 97}" for number in range(500)]])
def test_every_account_is_in_one_range(parts: int, accounts: list[str], tmp_path: Path) -> None:
    con = connect("500MB", 1, tmp_path)
    con.execute('CREATE TABLE "events" (account VARCHAR)')
    for account in accounts:
        con.execute('INSERT INTO "events" VALUES (?)', [account])
    ranges = split_accounts(con, parts, whole=False)
    assert 1 <= len(ranges) <= parts
    assert sum(_counted(con, ranges)) == len(accounts)


def test_ranges_hold_about_as_many_events(tmp_path: Path) -> None:
    con = connect("500MB", 1, tmp_path)
    con.execute('CREATE TABLE "events" AS SELECT CAST(sqrt(range) AS BIGINT) AS account FROM range(100000)')
    ranges = split_accounts(con, 4, whole=True)
    counts = _counted(con, ranges)
    assert len(counts) == 4
    assert all(20_000 < count < 30_000 for count in counts)


def _rows(path: Path, *, processes: int) -> list[tuple[object, ...]]:
    checked = check_text(CARD)
    assert checked.programme is not None
    run = Run(programme=checked.programme, files=checked.files, inputs=Inputs((str(path),)), processes=processes)
    return [tuple(row) for row in rate(run).all_rows()]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [str, int])
def test_one_process_and_two_give_the_same_statement(
    kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.jsonl"
    records = [
        # Several events of a member share an instant, so that their ids decide who is cut by the limit
        {
            "id": number,
            "member": kind(number * 7 % 41),
            "at": f"2026-0{number % 3 + 1}-05T10:00",
            "amount": str(number % 30),
        }
        for number in range(600)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    monkeypatch.setattr(guerdon.batch.passes, "SMALL", 0)
    alone, shared = _rows(path, processes=1), _rows(path, processes=2)
    assert alone == shared
    assert [row[:2] for row in shared] == sorted(row[:2] for row in shared)
    assert any(row[3] for row in shared)
