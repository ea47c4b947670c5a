"""A batch over programmes with rewards, sweeps and expiry by level: what they take makes room under a cap."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.definition.check import check_text
from tests.parity.test_batch import in_batch, lay_down, one_by_one

Made = dict[str, Any]

PROGRAMME = """
format: 1
programme: p
zone: Europe/Paris
currency: EUR
units:
  points:
    cap: 150
    expiry:
      by: level
      activities: [redeem]
      policies: {green: {after: 20 days, extended_by: 10 days, extended_each: week}, gold: {after: 3 months}}
metrics: {spend: {sum: eligible, within: month}}
ladders:
  - {id: status, by: metrics.spend, keep: {until: period_end}, levels: [{id: green, from: 0}, {id: gold, from: 100}]}
rules: [{id: base, give: floor(eligible)}]
rewards:
  - {id: coffee, price: "case level when 'gold' then 8 else 10 end", stock: 3, limits: [{times: 2, every: month}]}
  - {id: dinner, price: any, min: 20, step: 10, when: level = 'gold', money: 5}
  - {id: ten, price: 60, sweep: {on: [02-10, 03-10, 04-10], most: 1}}
redemptions: {hold_for: 10 days, restore: original_date}
"""
START = datetime(2024, 1, 29, 12, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return events of one account, an hour apart or more."""
    made: list[Made] = []
    at = START
    for number in range(draw(st.integers(1, 12))):
        at += timedelta(hours=draw(st.sampled_from((1, 11, 24, 24 * 9, 24 * 31))))
        record: Made = {"id": f"e{number:02d}", "at": at.isoformat(), "amount": 0, "reward": None, "points": None}
        record |= {"step": None, "reservation": None, "paid": None, "type": "purchase"}
        what = draw(st.sampled_from(("buy", "buy", "both", "reserve", "confirm", "cancel")))
        if what == "buy":
            record["amount"] = draw(st.sampled_from((0, 10, 90, 100)))
        else:
            record |= {"type": "redemption", "step": what}
            record["reward"] = draw(st.sampled_from((None, "coffee", "dinner", "tea")))
            record["points"] = draw(st.sampled_from((None, 5, 20)))
            record["paid"] = draw(st.sampled_from((None, "5.00")))
        if what in ("confirm", "cancel"):
            record["reservation"] = f"e{draw(st.integers(0, number)):02d}"
        made.append(record)
    return made


def _of(member: str, record: Made) -> Made:
    named = {**record, "member": member, "id": f"{member}-{record['id']}"}
    if record["reservation"] is not None:
        named["reservation"] = f"{member}-{record['reservation']}"
    return named


@settings(max_examples=8, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(history=histories(), other=histories())
def test_a_fold_over_files_earns_what_values_earn(
    history: list[Made], other: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    checked = check_text(PROGRAMME)
    assert checked.programme is not None
    path: Path = tmp_path_factory.mktemp("history") / "shop.jsonl"
    records = [_of("ana", record) for record in history] + [_of("ben", record) for record in other]
    lay_down(path, records)
    expected = one_by_one(checked.programme, [{**record, "source": "shop"} for record in records])
    folded, engine = in_batch(checked.programme, checked.files, path, force_fold=False)
    assert engine == "fold"
    assert folded == expected
