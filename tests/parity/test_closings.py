"""Accounts that are closed, kept and opened again over files are what they are as values."""

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
  points: {expiry: {after: 3 months}}
  stars: {pending: {for: 10 days}}
metrics: {got: {earned: points, within: year}}
ladders: [{id: status, by: got, levels: [{id: green, from: 0}, {id: gold, from: 60}]}]
rules:
  - {id: base, unit: points, give: "case level when 'gold' then 2 * floor(eligible) else floor(eligible) end"}
  - {id: star, unit: stars, give: 1}
redemptions: {hold_for: 20 days}
rewards: [{id: mug, unit: points, price: 20, stock: 2}]
enrolment: {closing: {notice: 30 days, restore: 60 days}}
"""
START = datetime(2024, 1, 29, 12, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return what an account does, and how it is closed and opened in between, an hour apart or more."""
    made: list[Made] = []
    at = START
    for number in range(draw(st.integers(1, 12))):
        at += timedelta(hours=draw(st.sampled_from((1, 11, 24, 24 * 9, 24 * 31))))
        what = draw(
            st.sampled_from(("purchase", "purchase", "redemption", "reserve", "close", "close", "stay", "rejoin"))
        )
        record: Made = {"id": f"e{number:02d}", "at": at.isoformat(), "amount": 0, "type": what}
        record |= {"points": None, "reward": None, "step": None, "closing": None, "notice_days": None}
        if what == "purchase":
            record["amount"] = draw(st.sampled_from((0, 10, 50)))
        elif what in ("redemption", "reserve"):
            record |= {"type": "redemption", "reward": "mug", "step": "reserve" if what == "reserve" else None}
        else:
            record |= {"type": "closing", "closing": what}
            record["notice_days"] = draw(st.sampled_from((None, 0, 30))) if what == "close" else None
        made.append(record)
    return made


@settings(max_examples=8, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(history=histories(), other=histories())
def test_a_fold_over_files_closes_what_values_close(
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
