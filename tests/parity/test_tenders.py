"""Orders that points paid for, in files of every kind and as values: what goes back as points, to which lots, until when (S6b)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from guerdon.batch.intake import Inputs
from guerdon.batch.ledger import TABLES, tables_of
from guerdon.batch.rate import Run, rate
from guerdon.core.history import keep_ledger
from guerdon.definition.check import check_text
from tests.core.generated import events_of

Record = Mapping[str, Any]

PROGRAMME = """
format: 1
programme: shop
zone: Europe/Paris
currency: EUR
units: {points: {expiry: {after: 2 months}}}
rules: [{id: base, give: floor(eligible)}]
"""

COLUMNS = ("id", "member", "type", "at", "amount", "points_paid", "points", "purchase", "refund_of")


def told(name: str, at: str, **more: object) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {"id": name, "member": "ana", "type": "purchase", "at": at} | more


def of(member: str, *records: Record) -> list[dict[str, Any]]:
    """Return records as another member's, of purchases and redemptions of their own."""
    return [
        {
            **record,
            "member": member,
            **{
                word: f"{member}-{record[word]}" for word in ("id", "purchase", "refund_of") if record[word] is not None
            },
        }
        for record in records
    ]


EARNED = told("before", "2026-01-05T10:00:00+01:00", amount="500.00")
BOUGHT = told("p", "2026-01-20T12:00:00+01:00", amount="100.00", points_paid="40.00")
PAID = told("pay", "2026-01-20T12:01:00+01:00", type="redemption", points=400, purchase="p")
HALF = told("r", "2026-02-01T09:00:00+01:00", type="refund", refund_of="p", amount="50.00")
REST = told("s", "2026-03-20T09:00:00+01:00", type="refund", refund_of="p")
LATER = told("z", "2026-04-18T12:00:00+02:00", amount="0.00")
GONE = told("zz", "2026-04-20T12:00:00+02:00", amount="0.00")
"""The first lot ends on 5 March: what comes back on 20 March stays thirty days longer, and is there on 18 April."""

ODD = [
    told("w", "2026-01-21T12:00:00+01:00", amount="33.34", points_paid="9.99"),
    told("one", "2026-01-21T12:01:00+01:00", type="redemption", points=77, purchase="w"),
    told("two", "2026-01-21T12:02:00+01:00", type="redemption", points=23, purchase="w"),
    told("x", "2026-01-22T12:00:00+01:00", type="refund", refund_of="w", amount="11.11"),
    told("y", "2026-01-23T12:00:00+01:00", type="refund", refund_of="w", amount="0.01"),
]

HISTORY = [
    *of("ana", EARNED, BOUGHT, PAID, HALF, REST, LATER, GONE),
    *of("ben", EARNED, BOUGHT, PAID, REST),
    *of("cleo", EARNED, *ODD, LATER),
    *of("dora", BOUGHT, PAID, HALF),  # paid with points that were not there
]

Rows = dict[str, list[dict[str, Any]]]


def as_values(text: str) -> Rows:
    programme = check_text(text).programme
    assert programme is not None
    events = events_of(programme, [{**record, "source": "shop"} for record in HISTORY])
    return {name: table.to_pylist() for name, table in tables_of(programme, keep_ledger(programme, events)).items()}


def lay_down(form: str, folder: Path) -> Path:
    """Write the history as text, or as typed columns."""
    path, plain = folder / f"shop.{form}", folder / "plain.jsonl"
    plain.write_text("".join(json.dumps(record) + "\n" for record in HISTORY))
    money = ", ".join(f"CAST({word} AS DECIMAL(12, 2)) AS {word}" for word in ("amount", "points_paid"))
    others = 'id, member, "type", CAST(points AS BIGINT) AS points, purchase, refund_of'
    at = '"at"' if form == "csv" else 'CAST("at" AS TIMESTAMPTZ) AS "at"'
    texts = ", ".join(f"'{word}': 'VARCHAR'" for word in COLUMNS)
    with duckdb.connect() as con:
        source = f"read_json('{plain}', columns = {{{texts}}})"
        con.execute(f"COPY (SELECT {others}, {at}, {money} FROM {source}) TO '{path}'")
    return path


def in_batch(text: str, path: Path, folder: Path) -> Rows:
    checked = check_text(text)
    assert checked.programme is not None
    rate(Run(programme=checked.programme, files=checked.files, inputs=Inputs((str(path),)), ledger=folder))
    return {table: pq.read_table(folder / table).to_pylist() for table in TABLES}


def available(rows: Rows, member: str) -> int:
    (standing,) = [row for row in rows["standings"] if row["account"] == member]
    return int(standing["available"]) - int(standing["debt"])


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("tender", ["proportional", "points_first", "money_first"])
@pytest.mark.parametrize(
    "restore", ["", "redemptions: {restore: original_date}\n", "redemptions: {restore: new_lot}\n"]
)
def test_a_batch_keeps_the_books_of_points_that_paid_as_values_do(
    form: str, tender: str, restore: str, tmp_path: Path
) -> None:
    text = f"{PROGRAMME}{restore}returns: {{refund_tender: {tender}}}\n"
    assert in_batch(text, lay_down(form, tmp_path), tmp_path / "books") == as_values(text)


@pytest.mark.parametrize(
    ("tender", "ana"),
    [
        # 400 points of the first lot paid 40 of the 100. Whatever came back on 1 February went to that lot and ended with it
        # on 5 March; the rest came back on 20 March and was there for thirty days, until 19 April.
        ("proportional", 200),
        ("points_first", 0),
        ("money_first", 400),
    ],
)
def test_what_comes_back_after_its_lot_has_ended_stays_for_thirty_days(tender: str, ana: int, tmp_path: Path) -> None:
    text = f"{PROGRAMME}returns: {{refund_tender: {tender}}}\n"
    checked = check_text(text)
    assert checked.programme is not None
    path = lay_down("parquet", tmp_path)
    for until, expected in (("2026-04-18T12:00:00", ana), ("2026-04-20T12:00:00", 0)):
        folder = tmp_path / until[:10]
        programme = checked.programme
        at = int(duckdb.execute(f"SELECT epoch_us(TIMESTAMPTZ '{until}+02:00')").fetchall()[0][0])
        rate(Run(programme=programme, files=checked.files, inputs=Inputs((str(path),)), ledger=folder, as_of=at))
        rows = {table: pq.read_table(folder / table).to_pylist() for table in TABLES}
        assert available(rows, "ana") == expected
