"""A shop for tests of the library: a programme with limits, decimals and lines, and one history in many forms."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import guerdon

PROGRAMME = """\
format: 1
programme: shop
zone: America/New_York
currency: USD
units:
  points: {}
  stars: {decimals: 2}
events:
  purchase:
    attributes:
      channel: {type: text, default: store}
rules:
  - id: spend
    unit: points
    bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]
    limits: [{points: 150, per: member, every: month}]
  - id: app
    when: channel = 'app'
    unit: stars
    give: eligible * 0.05
    round: half_even
  - id: visit
    unit: points
    give: 5
    limits: [{times: 1, per: member, every: day}]
"""

HISTORY: list[dict[str, Any]] = [
    {"id": "p1", "member": "ana", "at": "2026-01-05T10:00:00", "amount": "120.75", "channel": "app"},
    {"id": "p2", "member": "ana", "at": "2026-01-06T10:00:00", "amount": "149.99", "channel": "store"},
    {"id": "p3", "member": "ana", "at": "2026-02-01T04:59:59", "amount": "80.00", "channel": "app"},
    {"id": "p4", "member": "ben", "at": "2026-02-01T05:00:00", "amount": "12.10", "channel": "app"},
    {"id": "p4", "member": "ben", "at": "2026-02-01T05:00:00", "amount": "12.10", "channel": "app"},
    {"id": "p5", "member": "eve", "at": "2026-03-09T23:00:00", "amount": "-20.00", "channel": "store"},
]

TYPED = [record | {"amount": Decimal(record["amount"])} for record in HISTORY]

Form = Callable[[Path], Any]


def _csv(folder: Path) -> Path:
    path = folder / "history.csv"
    pd.DataFrame(HISTORY).to_csv(path, index=False)
    return path


def _parquet(folder: Path) -> str:
    pq.write_table(pa.Table.from_pylist(TYPED), folder / "history.parquet")
    return str(folder / "*.parquet")


def _transactions(_: Path) -> list[guerdon.Transaction]:
    return [
        guerdon.Transaction(one["id"], one["member"], one["at"], one["amount"], channel=one["channel"])
        for one in HISTORY
    ]


def _relation(folder: Path) -> duckdb.DuckDBPyRelation:
    return duckdb.read_csv(str(_csv(folder)), all_varchar=True)


FORMS: dict[str, Form] = {
    "mappings": lambda _: HISTORY,
    "a generator of mappings": lambda _: (one for one in TYPED),
    "transactions": _transactions,
    "csv": _csv,
    "parquet by a pattern": _parquet,
    "several paths": lambda folder: [_csv(folder)],
    "pandas": lambda _: pd.DataFrame(TYPED),
    "pandas categories": lambda _: pd.DataFrame(HISTORY).astype({"member": "category", "channel": "category"}),
    "polars": lambda _: pl.DataFrame(TYPED),
    "arrow table": lambda _: pa.Table.from_pylist(TYPED),
    "arrow batch": lambda _: pa.RecordBatch.from_pylist(TYPED),
    "arrow reader": lambda _: pa.Table.from_pylist(TYPED).to_reader(),
    "duckdb relation": _relation,
}

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
