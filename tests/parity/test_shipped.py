"""Every shipped programme: a batch over the events of all its worked examples, as one history, is what values give."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from guerdon.batch.intake import Inputs
from guerdon.batch.ledger import TABLES, tables_of
from guerdon.batch.rate import Run, rate
from guerdon.core.events import read_event
from guerdon.core.history import keep_ledger
from guerdon.definition.check import check
from guerdon.definition.shipped import shipped
from tests.parity.test_batch import one_by_one

NAMES = ("id", "refund_of", "reservation", "purchase")
"""What names an event, and so is told apart between examples."""


def records_of(examples: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the events of all examples; each example has members, accounts and events of its own."""
    found = []
    for number, given in enumerate(examples):
        for position, event in enumerate(given, start=1):
            told = {"member": "member", "id": f"e{position}", **event}
            own = {key: f"{number}-{told[key]}" for key in (*NAMES, "member", "account") if key in told}
            found.append({**json.loads(json.dumps(told, default=str)), **own, "source": "shop"})
    return found


@pytest.mark.parametrize("name", [one.name for one in shipped()])
def test_a_batch_gives_what_values_give(name: str, tmp_path: Path) -> None:
    checked = check(next(one.path for one in shipped() if one.name == name))
    programme, spec = checked.programme, checked.spec
    assert programme is not None
    assert spec is not None
    records = records_of([example.given for example in spec.examples])
    columns = {key: None for record in records for key in record}
    (tmp_path / "shop.jsonl").write_text("".join(json.dumps(columns | record) + "\n" for record in records))
    run = Run(
        programme=programme, files=checked.files, inputs=Inputs((str(tmp_path / "shop.jsonl"),)),
        out=tmp_path / "statement.parquet", ledger=tmp_path / "ledger", processes=1,
    )  # fmt: skip
    rate(run)
    statement = pq.read_table(tmp_path / "statement.parquet").to_pylist()
    points = {(row["member"], row["month"], row["unit"]): row["points"] for row in statement}
    assert points == one_by_one(programme, records)
    kept = keep_ledger(programme, [read_event(programme.terms, one, default_id="") for one in records])
    for table, rows in tables_of(programme, kept).items():
        assert pq.read_table(tmp_path / "ledger" / table).to_pylist() == rows.to_pylist(), table
    assert set(TABLES) == set(tables_of(programme, kept))


BARE = (
    {"id": "1", "member": "ana", "at": "2026-03-02", "amount": "820.00", "source": "shop"},
    {"id": "2", "member": "ana", "at": "2026-08-05", "amount": "10.00", "source": "shop"},
    {"id": "3", "member": "ben", "at": "2027-01-03", "amount": "20.00", "source": "shop"},
)


@pytest.mark.parametrize("name", [one.name for one in shipped()])
def test_a_file_of_nothing_but_purchases_is_rated(name: str, tmp_path: Path) -> None:
    """No column says anything of attributes and baskets, and none of the other types of event happened."""
    checked = check(next(one.path for one in shipped() if one.name == name), examples=False)
    assert checked.programme is not None
    rows = [",".join([record[column] for column in ("id", "member", "at", "amount")]) + ",purchase" for record in BARE]
    (tmp_path / "shop.csv").write_text("\n".join(["id,member,at,amount,type", *rows]) + "\n")
    inputs = Inputs((str(tmp_path / "shop.csv"),))
    rate(Run(programme=checked.programme, files=checked.files, inputs=inputs, out=tmp_path / "statement.parquet"))
    statement = pq.read_table(tmp_path / "statement.parquet").to_pylist()
    points = {(row["member"], row["month"], row["unit"]): row["points"] for row in statement}
    assert points == one_by_one(checked.programme, list(BARE))
