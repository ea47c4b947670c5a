"""The summary of a run over files tells which redemptions contradict their rewards' terms, stocks of all accounts among them."""

import json
from pathlib import Path
from typing import Any

import pytest

import guerdon.batch.passes
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


def outside(body: str, history: list[dict[str, Any]], folder: Path) -> dict[str, int]:
    """Return what a summary tells, which is what the same events tell one by one."""
    path = folder / "shop.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in history))
    checked = check_text(body, examples=False)
    assert checked.programme is not None
    run = Run(programme=checked.programme, files=checked.files, inputs=Inputs(paths=(str(path),)))
    with rating(run) as rated:
        found = rated.outside
    events = [read_event(checked.programme.terms, {**one, "source": "shop"}, default_id="") for one in history]
    told = [
        OUTSIDE[row.reason]
        for one in rate_events(checked.programme, events)
        for row in one.effects
        if row.kind == REDEEMED
    ]
    assert {term: told.count(term) for term in told if term} == found
    return found


def test_a_summary_counts_what_contradicts_a_reward_s_terms(tmp_path: Path) -> None:
    assert outside(PROGRAMME, HISTORY, tmp_path) == {"unknown": 1, "price": 1, "limit": 1, "stock": 3}


def test_a_redemption_beyond_a_stock_that_contradicts_another_term_too_counts_once(tmp_path: Path) -> None:
    history = [
        takes("ana", "2026-01-02", "coffee"),
        takes("ben", "2026-01-03", "coffee", points=9),  # the wrong price, and it takes the second of two
        takes("zoe", "2026-01-04", "coffee", points=9),  # the wrong price, of which nothing is left
        takes("ana", "2026-01-05", "coffee"),
    ]
    assert outside(PROGRAMME, history, tmp_path) == {"price": 2, "stock": 1}


RACE = PROGRAMME.replace("rewards:", "metrics: {got: {earned: points, within: year}}\n"
    "ladders: [{id: tier, by: metrics.got, levels: [{id: green, from: 0}, {id: gold, from: 80}]}]\nrewards:").replace(
    "give: floor(amount)", "give: floor(amount), limits: [{points: 100, per: programme, every: year}]"
).replace("id: coffee, price: 10", "id: coffee, price: case level when 'gold' then 8 else 10 end")  # fmt: skip


def test_a_stock_is_drawn_in_the_order_of_recording_at_what_budgets_left(tmp_path: Path) -> None:
    """Ana has 80 of the 100 points and is gold; Ben has the other 20 and is not, and pays too little."""
    recorded = "2026-01-10T12:00:00+01:00"
    history = [
        takes("ana", "2026-01-01", None, type="purchase", amount=80, recorded_at=None),
        takes("ben", "2026-01-02", None, type="purchase", amount=80, recorded_at=None),
        takes("ana", "2026-01-03", "coffee", points=8, recorded_at=recorded),  # recorded last: nothing is left
        takes("ben", "2026-01-04", "coffee", points=8, recorded_at=None),
        takes("ben", "2026-01-05", "coffee", points=10, recorded_at=None),
    ]
    assert outside(RACE, history, tmp_path) == {"price": 1, "stock": 1}


@pytest.mark.slow
def test_stocks_are_counted_alike_however_many_processes_fold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty pay 8 for one of two coffees, which is its price for gold. Twelve bought for 8, and the budget makes nine gold."""
    body = RACE.replace("from: 80", "from: 8").replace("points: 100, per", "points: 76, per")
    path = tmp_path / "shop.jsonl"
    bought = [takes(f"m{n:02}", f"2026-01-01T{n:02}:00", None, type="purchase", amount=8) for n in range(12)]
    taken = [takes(f"m{n:02}", f"2026-01-02T00:{n:02}", "coffee", points=8) for n in range(40)]
    path.write_text("\n".join(json.dumps(record) for record in bought + taken))
    checked = check_text(body, examples=False)
    assert checked.programme is not None
    monkeypatch.setattr(guerdon.batch.passes, "SMALL", 0)
    for processes in (1, 2):
        inputs = Inputs(paths=(str(path),))
        run = Run(programme=checked.programme, files=checked.files, inputs=inputs, processes=processes)
        with rating(run) as rated:
            # nine are gold, of whom the first two have what there is; thirty-one pay too little
            assert rated.outside == {"price": 31, "stock": 7}


@pytest.mark.parametrize("rewards", ["", "rewards: [{id: coffee, price: 10}]\n"])
def test_a_run_without_contradictions_tells_none(rewards: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in HISTORY[:3]))
    body = PROGRAMME[: PROGRAMME.index("rewards:")] + rewards
    checked = check_text(body, examples=False)
    assert checked.programme is not None
    with rating(Run(programme=checked.programme, files=checked.files, inputs=Inputs(paths=(str(path),)))) as rated:
        assert rated.outside == {}
