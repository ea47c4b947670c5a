"""A batch lets points wait for their orders as values do: of each order, for all of its lines, wherever in its files they are told."""

import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.core.lots.test_orders import WAITS, Made, histories
from tests.core.tables import HEAD
from tests.parity.test_ledger import as_values, in_batch

COLUMNS = ("id", "member", "at", "type", "lines", "purchase", "line_count", "refund_of")


@settings(max_examples=6, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(history=histories())
def test_a_batch_keeps_the_ledger_that_values_keep(
    history: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    path = folder / "shop.jsonl"
    last = {"id": "z", "member": "ana", "at": "2024-07-01", "lines": [{"sku": "a", "amount": 1}]}
    back = [
        {"id": f"r-{one['id']}", "member": "ana", "at": "2024-02-20", "type": "refund", "refund_of": one["id"]}
        for one in history
        if len(one.get("lines", ())) == 1
    ]
    records = [{"type": "purchase", **one} for one in [*history, *back, last]]
    path.write_text("".join(json.dumps(dict.fromkeys(COLUMNS) | one) + "\n" for one in records))
    named = [{**one, "source": "shop"} for one in records]
    assert in_batch(HEAD + WAITS, path, folder / "books") == as_values(HEAD + WAITS, named)
