"""The ledger of a batch holds what the ledger of the same events as values holds, however many processes wrote it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import guerdon.batch.passes
from guerdon.batch.intake import Inputs
from guerdon.batch.ledger import TABLES, tables_of
from guerdon.batch.rate import Run, rate
from guerdon.core.explain import stories_of
from guerdon.core.history import keep_ledger
from guerdon.definition.check import check_text
from tests.core.generated import events_of, written
from tests.core.ledger.histories import Made, kept, lives

Rows = dict[str, list[dict[str, Any]]]


def in_batch(text: str, path: Path, folder: Path, *, processes: int = 1, as_of: int | None = None) -> Rows:
    """Return the ledger that a batch writes."""
    checked = check_text(text)
    assert checked.programme is not None
    run = Run(
        programme=checked.programme, files=checked.files, inputs=Inputs((str(path),)), ledger=folder, as_of=as_of,
        processes=processes,
    )  # fmt: skip
    rate(run)
    return {table: pq.read_table(folder / table).to_pylist() for table in TABLES}


def as_values(text: str, records: list[Made], as_of: int | None = None) -> Rows:
    """Return the ledger of the same records as values."""
    programme = check_text(text).programme
    assert programme is not None
    ledger = keep_ledger(programme, events_of(programme, records), as_of)
    return {name: table.to_pylist() for name, table in tables_of(programme, ledger).items()}


@settings(max_examples=10, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(programme=kept(), history=lives())
def test_a_batch_keeps_the_ledger_that_values_keep(
    programme: Made, history: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    path = folder / "shop.jsonl"
    columns = {key: None for record in history for key in record}
    path.write_text("".join(json.dumps(columns | record) + "\n" for record in history))
    text = written(programme)
    records = [{**record, "source": "shop"} for record in history]
    assert in_batch(text, path, folder / "books") == as_values(text, records)


@settings(max_examples=6, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(stated=kept(), history=lives())
def test_a_statement_s_further_columns_are_what_the_stories_of_accounts_say(
    stated: Made, history: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("moved") / "shop.jsonl"
    columns = {key: None for record in history for key in record}
    path.write_text("".join(json.dumps(columns | record) + "\n" for record in history))
    checked = check_text(written(stated))
    assert checked.programme is not None
    inputs = Inputs((str(path),))
    run = Run(programme=checked.programme, files=checked.files, inputs=inputs, extras=("spent", "expired"))
    plain = list(rate(Run(programme=checked.programme, files=checked.files, inputs=inputs)).all_rows())
    rows = [tuple(row) for row in rate(run).all_rows()]
    expected = dict.fromkeys([tuple(row[:3]) for row in plain], (Decimal(0), Decimal(0)))
    events = events_of(checked.programme, [{**record, "source": "shop"} for record in history])
    for story in stories_of(checked.programme, keep_ledger(checked.programme, events)):
        for one in story.happenings:
            for month in (one.month, "total"):
                key = (story.account, month, one.unit)
                spent, expired = expected.get(key, (Decimal(0), Decimal(0)))
                if one.spent or one.expired or key in expected:
                    expected[key] = (spent - one.spent, expired - one.expired)
    assert {row[:3]: row[4:] for row in rows if row[:3] in expected} == expected
    assert {row[:3]: row[3] for row in rows if row[3]} == {tuple(row[:3]): row[3] for row in plain if row[3]}
    assert [row[:2] for row in rows] == sorted(row[:2] for row in rows)


CARD = """
format: 1
programme: card
zone: Europe/Vienna
currency: EUR
units: {points: {expiry: {after: 1 month}}, stars: {decimals: 2}}
metrics: {spend: {sum: amount, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: base, from: 0}, {id: gold, from: 30}]}]
rules:
  - {id: spend, unit: points, give: floor(amount), limits: [{points: 50, every: month}]}
  - {id: half, unit: stars, give: amount * 0.5, funded_by: {Acme: 1, Bolt: 2}}
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", [str, int])
def test_one_process_and_two_write_the_same_ledger(kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shop.jsonl"
    records = [
        {"id": str(number), "member": kind(number * 7 % 41), "at": f"2026-0{number % 5 + 1}-03", "amount": number % 23}
        for number in range(600)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    alone = in_batch(CARD, path, tmp_path / "alone")
    monkeypatch.setattr(guerdon.batch.passes, "SMALL", 0)
    assert in_batch(CARD, path, tmp_path / "shared", processes=2) == alone
    assert len(list((tmp_path / "shared" / "journals").iterdir())) == 2
