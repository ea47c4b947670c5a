"""The summary of a run over files tells which redemptions contradict their rewards' terms, stocks of all accounts among them."""

import json
from pathlib import Path
from typing import Any

import pytest

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, rating
from guerdon.core.effects import REDEEMED
from guerdon.core.events import read_event
from guerdon.core.history import rate_events
from guerdon.core.lots.rewards import OUTSIDE
from guerdon.definition.check import check_text

PROGRAMME = """
format: 1
programme: p
zone: Europe/Paris
currency: EUR
units: {points: {cap: 1000}}
rules: [{id: base, give: floor(amount)}]
rewards:
  - {id: coffee, price: 10, stock: 2}
  - {id: tea, price: 5, limits: [{times: 1, every: month}]}
redemptions: {hold_for: 2 days}
"""


def takes(member: str, when: str, reward: str | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a record states
    return {
        "id": f"{member}-{when}", "type": "redemption", "member": member, "at": when, "amount": 0, "reward": reward,
        "points": None, "step": None, "reservation": None, **more,
    }  # fmt: skip


HISTORY = [
    *[takes(member, "2026-01-01", None, type="purchase", amount=100) for member in ("ana", "ben", "zoe")],
    takes("ana", "2026-01-02", "coffee", step="reserve"),  # lapses on the 4th
    takes("ben", "2026-01-03", "coffee"),
    takes("zoe", "2026-01-03T12:00", "coffee"),  # the third of two
    takes("ben", "2026-01-04", "coffee"),  # Ana's has come back: but Zoe has what Ben could have
    takes("zoe", "2026-01-05", None, step="cancel", reservation="zoe-2026-01-03T12:00"),
    takes("zoe", "2026-01-06", "coffee"),
    takes("zoe", "2026-01-07", "tea", points=4),
    takes("zoe", "2026-01-08", "tea"),
    takes("zoe", "2026-01-09", "milk"),
]


def test_a_summary_counts_what_contradicts_a_reward_s_terms(tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in HISTORY))
    checked = check_text(PROGRAMME, examples=False)
    assert checked.programme is not None
    run = Run(programme=checked.programme, files=checked.files, inputs=Inputs(paths=(str(path),)))
    with rating(run) as rated:
        assert rated.outside == {"unknown": 1, "price": 1, "limit": 1, "stock": 3}
    events = [read_event(checked.programme.terms, {**one, "source": "shop"}, default_id="") for one in HISTORY]
    told = [
        OUTSIDE[row.reason]
        for one in rate_events(checked.programme, events)
        for row in one.effects
        if row.kind == REDEEMED
    ]
    assert {term: told.count(term) for term in told if term} == rated.outside


@pytest.mark.parametrize("rewards", ["", "rewards: [{id: coffee, price: 10}]\n"])
def test_a_run_without_contradictions_tells_none(rewards: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in HISTORY[:3]))
    body = PROGRAMME[: PROGRAMME.index("rewards:")] + rewards
    checked = check_text(body, examples=False)
    assert checked.programme is not None
    with rating(Run(programme=checked.programme, files=checked.files, inputs=Inputs(paths=(str(path),)))) as rated:
        assert rated.outside == {}
