"""Adjustments over files earn what they earn as values: the same points, levels and limits."""

from datetime import UTC, datetime, timedelta
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
  points: {cap: 150, expiry: {after: 40 days}}
  stars: {decimals: 1, expiry: {idle: 20 days}}
metrics: {got: {earned: points, within: year}}
ladders: [{id: status, by: got, levels: [{id: green, from: 0}, {id: gold, from: 60}]}]
rules:
  - {id: base, unit: points, give: "case level when 'gold' then 2 * floor(eligible) else floor(eligible) end"}
  - {id: star, unit: stars, give: 1}
limits: [{id: most, unit: points, points: 40, every: month}]
adjustments:
  - {id: goodwill, unit: points, funded_by: {shop: 1, brand: 2}}
  - {id: missing, unit: points, qualifies: true}
  - {id: shine, unit: stars}
"""
START = datetime(2024, 1, 29, 12, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return purchases, adjustments and redemptions of one account, an hour apart or more."""
    made: list[Made] = []
    at = START
    for number in range(draw(st.integers(1, 12))):
        at += timedelta(hours=draw(st.sampled_from((1, 11, 24, 24 * 9, 24 * 31))))
        record: Made = {"id": f"e{number:02d}", "at": at.isoformat(), "amount": 0, "points": None, "reason": None}
        what = draw(st.sampled_from(("purchase", "adjustment", "adjustment", "redemption")))
        record["type"] = what
        if what == "purchase":
            record["amount"] = draw(st.sampled_from((0, 10, 50)))
        elif what == "redemption":
            record["points"] = draw(st.sampled_from((5, 20)))
        else:
            record["reason"] = draw(st.sampled_from(("goodwill", "missing", "shine", "whim")))
            record["points"] = draw(st.sampled_from((-30, -1, 0, 7, 60, "0.5", "-2.5")))
        made.append(record)
    return made


@settings(max_examples=8, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(history=histories(), other=histories())
def test_a_fold_over_files_earns_what_values_earn(
    history: list[Made], other: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    checked = check_text(PROGRAMME)
    assert checked.programme is not None, checked.issues
    path = tmp_path_factory.mktemp("history") / "shop.jsonl"
    records = [
        {**record, "member": member, "id": f"{member}-{record['id']}"}
        for member, own in (("ana", history), ("ben", other))
        for record in own
    ]
    lay_down(path, records)
    expected = one_by_one(checked.programme, [{**record, "source": "shop"} for record in records])
    folded, engine = in_batch(checked.programme, checked.files, path, force_fold=False)
    assert engine == "fold"
    assert folded == expected
