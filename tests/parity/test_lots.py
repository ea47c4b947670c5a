"""A batch over programmes that keep lots: what is earned under a cap depends on what was spent, expired or set aside."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.definition.check import check_text
from tests.core.generated import written
from tests.core.lots.test_laws import ZONES, histories, terms
from tests.parity.test_batch import in_batch, lay_down, one_by_one

Made = dict[str, Any]


def text_of(stated: Made, zone: str) -> str:
    unit: Made = {"cap": 60, "over_cap": "lost"}
    for key in ("after", "idle"):
        if key in stated:
            unit["expiry"] = {key: f"{stated[key][0]} {stated[key][1]}s"}
    if "pending" in stated:
        unit["pending"] = {"for": f"{stated['pending'][0]} {stated['pending'][1]}s"}
    return written({
        "format": 1, "programme": "p", "zone": zone, "currency": "USD", "units": {"points": unit},
        "rules": [{"id": "base", "give": "floor(amount)"}], "redemptions": {"hold_for": "10 days"},
    })  # fmt: skip


def _of(member: str, record: Made) -> Made:
    """Return a record as another member's: with ids of its own, and every column that the file has."""
    named = record | {"member": member, "id": f"{member}-{record['id']}"}
    if "reservation" in record:
        named["reservation"] = f"{member}-{record['reservation']}"
    return {"reservation": None, "points": None, "step": None, "amount": 0} | named


@settings(max_examples=8, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(stated=terms(), zone=st.sampled_from(ZONES), history=histories())
def test_a_fold_over_files_earns_what_values_earn(
    stated: Made, zone: str, history: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    checked = check_text(text_of(stated, zone))
    assert checked.programme is not None
    path: Path = tmp_path_factory.mktemp("history") / "shop.jsonl"
    records = [_of(member, record) for member in ("ana", "ben") for record in history]
    lay_down(path, records)
    expected = one_by_one(checked.programme, [{**record, "source": "shop"} for record in records])
    folded, engine = in_batch(checked.programme, checked.files, path, force_fold=False)
    assert engine == "fold"
    assert folded == expected
