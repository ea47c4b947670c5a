"""Refunds one by one in Python and whole files of them in SQL leave the same of every purchase, and refuse the same."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.batch.intake import Inputs, check_ids, open_history, survey
from guerdon.batch.rate import shape_of
from guerdon.batch.values import events_where
from guerdon.core.events import Event, read_event, resolve
from guerdon.core.programme import Programme
from guerdon.definition.check import load_text

EXAMPLES = 500 if os.environ.get("GUERDON_PROOF") else 10

SHOP = """
format: 1
programme: shop
zone: America/New_York
currency: USD
rates: {EUR: 1.1337, JPY: 0.00671}
units: {points: {}}
events:
  purchase:
    attributes: {channel: {type: text, default: shop}}
    lines:
      brand: {type: text, optional: true}
      quantity: {type: number, decimals: 1, optional: true}
rules: [{id: spend, give: floor(eligible)}]
"""

Record = Mapping[str, Any]


def cents(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda amount: f"{amount // 100}.{amount % 100:02}")


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return purchases and refunds of them, in any order; some refunds are of nothing, or of too much."""
    count = draw(st.integers(1, 4))
    purchases = [draw(_purchase(f"p{number}")) for number in range(count)]
    refunds = [
        draw(_refund(f"r{number}", draw(st.sampled_from([*purchases, *purchases, {"id": "q"}]))))
        for number in range(draw(st.integers(1, 10)))
    ]
    records: list[dict[str, Any]] = draw(st.permutations([*purchases, *refunds]))
    return records


@st.composite
def _purchase(draw: st.DrawFn, name: str) -> dict[str, Any]:
    record: dict[str, Any] = {"id": name, "at": draw(st.sampled_from(["2024-05-05", "2024-05-06T12:00"]))}
    record |= {"member": draw(st.sampled_from(["ana", "ben"])), "tax": draw(st.sampled_from(["0", "1.23"]))}
    record["channel"] = draw(st.sampled_from(["", "app"]))
    record["currency"] = draw(st.sampled_from(["USD", "USD", "EUR"]))
    if draw(st.integers(0, 2)) == 0:
        return record | {"amount": draw(cents(0, 3_000)), "stored_value_paid": "0.50"}
    lines = draw(st.lists(_line(), min_size=1, max_size=4))
    worth = sum(int(line["amount"].replace(".", "")) for line in lines if not line["amount"].startswith("-"))
    off = draw(st.integers(0, worth // 2))
    paid = draw(st.integers(0, worth - off))
    shares = {"discount": f"{off / 100:.2f}", "points_paid": f"{paid / 100:.2f}", "shipping": "4.99"}
    return record | {"lines": lines} | (shares if draw(st.booleans()) else {})


@st.composite
def _line(draw: st.DrawFn) -> dict[str, Any]:
    line = {"amount": draw(st.one_of(cents(0, 3_000), st.sampled_from(["0", "1.00", "-1.00"])))}
    given_too = {
        "quantity": st.sampled_from(["0", "1", "2", "2.5", "7"]),
        "discount": st.just("0.31"),
        "brand": st.sampled_from(["Acme", "Bolt"]),
    }
    return line | {word: draw(values) for word, values in given_too.items() if draw(st.booleans())}


@st.composite
def _refund(draw: st.DrawFn, name: str, purchase: Record) -> dict[str, Any]:
    record: dict[str, Any] = {"id": name, "type": "refund", "member": "zoë", "refund_of": purchase["id"]}
    record["at"] = draw(st.sampled_from(["2024-05-01", "2024-05-05", "2024-05-09", "2024-06-01T10:00"]))
    record["currency"] = draw(st.sampled_from([purchase.get("currency", "USD"), "USD", "EUR"]))
    way = draw(st.integers(0, 6))
    if way == 6:
        del record["refund_of"]
        if draw(st.booleans()):
            return record | {"amount": draw(cents(0, 900))}
        lines = draw(st.lists(_line(), min_size=1, max_size=2))
        return record | {"member": draw(st.sampled_from(["ana", "ben"])), "lines": lines}
    if way == 0:
        return record
    if way == 1 or "lines" not in purchase:
        return record | {"amount": draw(st.one_of(cents(0, 900), st.just("-1.00")))}
    numbers = st.lists(st.integers(1, len(purchase["lines"]) + (way == 2)), min_size=1, max_size=3, unique=True)
    said = st.sampled_from([
        {},
        {},
        {"quantity": "1"},
        {"quantity": "0.5"},
        {"amount": "0.99"},
        {"quantity": "1", "amount": "2"},
    ])
    return record | {"lines": [{"id": str(number), **draw(said)} for number in draw(numbers)]}


RETURNS = (
    "{refund_tender: proportional}",
    "{refund_tender: points_first, window: 3 days}",
    "{refund_tender: money_first, unlinked: refuse}",
    "{window: 1 month, unlinked: list}",
    "{unlinked: {match_latest: brand, within: 5 days}}",
    "{unlinked: base_rate, window: 3 days}",
)


@pytest.fixture(scope="module", params=RETURNS)
def shop(request: pytest.FixtureRequest) -> Programme:
    return load_text(f"{SHOP}returns: {request.param}\n")


def plain(event: Event) -> Event:
    """Return an event without what files do not keep of it."""
    if event.left is None:
        return replace(event, returned_lines=0, refund=None, late=False, unnamed=(), valued=None)
    left = replace(event.left, returned_lines=0, unnamed=(), valued=None)
    if event.refund is None:
        left = replace(left, id=event.id)
    return replace(event, returned_lines=0, timed=True, attributes={}, refund=None, left=left, valued=None)


def in_python(programme: Programme, records: list[dict[str, Any]]) -> tuple[list[Event], set[str], list[int]]:
    events = [read_event(programme.terms, {**record, "source": "shop"}, default_id="") for record in records]
    found = resolve(events, decimals=2, policy=programme.terms.returns)
    unnamed = [event for event in found.events if event.returned and event.refund is None]
    counts = [len(found.waiting), len(found.late), len(unnamed)]
    return [plain(event) for event in found.events], {event.id for event, _ in found.refused}, counts


def in_sql(
    programme: Programme, records: list[dict[str, Any]], folder: Path
) -> tuple[list[Event], set[str], list[int]]:
    file = folder / "shop.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        shape = shape_of(programme)
        history = open_history(con, shape, Inputs((str(file),)), scratch=folder, bad_rows=folder / "bad.csv")
        history = check_ids(con, survey(con, history))
        bad = {json.loads(row.row)["id"] for row in history.problems(con, 100)}
    with duckdb.connect() as con:
        for statement in history.setup:
            con.execute(statement)
        found = [event for account in events_where(con, programme, history, "true") for event in account]
    assert history.summary.refunds == sum(event.left is not None for event in found)
    summary = history.summary
    return [plain(event) for event in found], bad, [summary.waiting, summary.late, summary.returns or 0]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(records=histories())
def test_one_by_one_and_by_file_purchases_are_left_the_same(
    shop: Programme, records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    one_by_one = in_python(shop, records)
    by_file = in_sql(shop, records, tmp_path_factory.mktemp("refunds"))
    assert by_file[1:] == one_by_one[1:]
    assert by_file[0] == one_by_one[0]
