"""The ledger and a member's page from Python: the same from records and from files, as of the day that is asked for."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import guerdon

CLUB = """
format: 1
programme: club
zone: Europe/Vienna
currency: EUR
units: {points: {expiry: {after: 12 months}}, stars: {decimals: 2}}
metrics: {spend: {sum: amount, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: base, from: 0}, {id: gold, from: 150}]}]
rules: [{id: spend, unit: points, give: floor(amount)}, {id: half, unit: stars, give: amount * 0.5}]
redemptions: {}
"""
LIFE: list[dict[str, Any]] = [
    {"id": "1", "member": "ana", "at": "2025-01-10", "amount": "100.50", "type": "purchase", "points": None},
    {"id": "2", "member": "ana", "at": "2025-06-01", "amount": None, "type": "redemption", "points": 80},
    {"id": "3", "member": "ben", "at": "2025-06-02", "amount": "60", "type": "purchase", "points": None},
    {"id": "4", "member": "ana", "at": "2026-02-01", "amount": "7", "type": "purchase", "points": None},
]


def whole(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in record.items() if value is not None} | {"source": "life"} for record in history
    ]


def test_records_and_files_give_the_same_ledger(tmp_path: Path) -> None:
    path = tmp_path / "life.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in LIFE))
    programme = guerdon.loads(CLUB)
    for as_of in (None, "2025-12-31", date(2026, 1, 31)):
        of_files = guerdon.ledger(programme, path, as_of=as_of)
        of_records = guerdon.ledger(programme, whole(LIFE), as_of=as_of)
        assert list(of_files) == list(of_records)
        for name in of_files:
            assert of_files[name].to_pylist() == of_records[name].to_pylist()


def test_a_ledger_is_as_of_the_end_of_a_day() -> None:
    programme = guerdon.loads(CLUB)
    before = guerdon.ledger(programme, whole(LIFE), as_of="2026-01-09")["standings"].to_pylist()
    after = guerdon.ledger(programme, whole(LIFE), as_of="2026-01-10")["standings"].to_pylist()
    assert [row["total"] for row in before if row["account"] == "ana" and row["unit"] == "points"] == [20]
    assert [row["total"] for row in after if row["account"] == "ana" and row["unit"] == "points"] == [0]
    assert "5 journals" in repr(guerdon.ledger(programme, whole(LIFE)))


def test_whole_numbers_of_accounts_stay_whole_numbers() -> None:
    numbered = [record | {"member": 7} for record in whole(LIFE)]
    assert set(guerdon.ledger(guerdon.loads(CLUB), numbered)["lots"].column("account").to_pylist()) == {7}


def test_a_table_that_there_is_not_is_told_with_those_that_are() -> None:
    with pytest.raises(guerdon.NotFound, match="no table 'balances'; it has journals, postings, lots"):
        guerdon.ledger(guerdon.loads(CLUB), whole(LIFE))["balances"]


def test_a_member_s_page_is_the_same_from_records_and_files(tmp_path: Path) -> None:
    path = tmp_path / "life.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in LIFE))
    programme = guerdon.loads(CLUB)
    page = guerdon.page(programme, whole(LIFE), "ana", as_of="2025-12-31")
    assert page == guerdon.page(programme, str(path), "ana", as_of="2025-12-31")
    assert [int(unit.balance.total) for unit in page.units if unit.unit == "points"] == [20]
    assert [level.level for level in page.levels] == ["base"]
    with pytest.raises(guerdon.NotFound, match="no event is of member zoe"):
        guerdon.page(programme, whole(LIFE), "zoe")


def test_whoever_is_on_the_highest_level_is_told_of_none_above_it() -> None:
    history = [{**whole(LIFE)[0], "amount": amount} for amount in ("100.50", "160")]
    pages = [guerdon.page(guerdon.loads(CLUB), [one], "ana", as_of="2025-02-01").levels[0] for one in history]
    assert [page.level for page in pages] == ["base", "gold"]
    assert ["to become" in " ".join(page.said) for page in pages] == [True, False]
