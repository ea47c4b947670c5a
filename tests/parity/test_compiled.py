"""The compiled core says what the uncompiled one says, to the last part, on any programme and at any size permitted."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.core.generated import histories, programmes, written

ROOT = Path(__file__).parents[2]
ANSWERING = Path(__file__).with_name("answering.py")
PROOF = os.environ.get("GUERDON_PROOF") == "1"
CASES = 20_000 if PROOF else 150
HASH_SEEDS = range(10) if PROOF else (0, 7)

Case = tuple[str, list[dict[str, Any]]]


def generated(count: int) -> list[Case]:
    """Return cases, always the same."""
    cases: list[Case] = []

    @seed(20171003)
    @settings(max_examples=count, database=None, suppress_health_check=list(HealthCheck))
    @given(programmes(), histories())
    def collect(programme: dict[str, Any], history: list[dict[str, Any]]) -> None:
        cases.append((written(programme), history))

    collect()
    return cases


def answers(cases: Sequence[Case], source: Path, *, hash_seed: int = 0) -> list[str]:
    """Return what the core under `source` says of each case; the first line says whether it is compiled."""
    done = subprocess.run(
        [sys.executable, "-P", ANSWERING],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(source), "PYTHONHASHSEED": str(hash_seed), "PATH": os.environ["PATH"]},
    )
    return done.stdout.splitlines()


LARGEST = """
format: 1
programme: largest
zone: UTC
currency: USD
units: {points: {decimals: 6}, stars: {round: half_even}}
rules:
  - {id: most, unit: points, give: amount * 0.4}
  - {id: fine, unit: stars, give: amount * 0.12345678}
  - {id: banded, unit: stars, of: amount * 0.001, bands: [{above: 0.0001, rate: 0.000001}, {above: 5000000000, rate: 3.999999}]}
  - {id: shared, unit: stars, give: amount * 0.333, funded_by: {Acme: 3, Bolt: 4}, limits: [{points: 5000000000000, every: month}]}
multipliers:
  - {id: m1, of: [fine, banded], by: 1.01}
  - {id: m2, of: [fine, banded], by: 1.001, stack: compound}
  - {id: m3, of: [fine, banded], by: 1.1, stack: compound}
  - {id: m4, of: fine, by: 1.7, stack: compound}
"""


def largest() -> list[Case]:
    """Return cases at the largest amounts that are let in, whose totals are beyond a machine integer."""
    amounts = (
        "10000000000000.00",
        "9999999999999.99",
        "0.01",
        "10000000000000.00",
        "5000000000000.00",
        "9999999999999.97",
    )
    history = [
        {"id": f"e{number}", "member": "ana", "at": f"2024-0{1 + number // 3}-05", "amount": amount}
        for number, amount in enumerate(amounts)
    ]
    return [(LARGEST, history), (LARGEST, [history[0] | {"amount": "10000000000000.01"}])]


@pytest.fixture
def compiled() -> Path:
    """Return the folder that the compiled package is installed in."""
    found = importlib.util.find_spec("guerdon.core.values")
    if found is None or found.origin is None or found.origin.endswith(".py"):
        pytest.skip("the core under test is not compiled, so there is nothing to compare")
    return Path(found.origin).parents[2]


def _first_difference(cases: Sequence[Case], one: Sequence[str], other: Sequence[str]) -> str:
    for case, mine, theirs in zip(cases, one, other, strict=True):
        if mine != theirs:
            return f"{case[0]}\n{json.dumps(case[1])}\n{mine}\n{theirs}"
    return ""


@pytest.mark.slow
def test_the_compiled_core_answers_as_the_uncompiled_one(compiled: Path) -> None:
    cases = [*largest(), *generated(CASES)]
    how, *fast = answers(cases, compiled)
    slow_how, *slow = answers(cases, ROOT / "src")
    assert (how, slow_how) == ("compiled", "uncompiled")
    assert _first_difference(cases, fast, slow) == ""


def test_the_largest_amounts_are_answered_exactly() -> None:
    _, whole, refused = answers(largest(), ROOT / "src")
    statement = json.loads(whole)["statement"]
    units = zip(*(statement[name] for name in ("month", "unit", "points", "points_high")), strict=True)
    points = next((high << 62) + low for month, unit, low, high in units if month == 1 << 40 and unit == 0)
    # 10^13 + (10^13 - 0.01) + 0.01 + 10^13 + 5 x 10^12 + (10^13 - 0.03) = 4.5 x 10^13 - 0.03 dollars; each gives 400,000 millionths
    assert points == 45 * 10**12 * 400_000 - 12_000
    assert points > 2**63
    assert "beyond" in json.loads(refused)["invalid"]


def test_how_texts_are_hashed_changes_nothing() -> None:
    cases = generated(20)
    first, *others = [answers(cases, ROOT / "src", hash_seed=hash_seed) for hash_seed in HASH_SEEDS]
    assert all(other == first for other in others)
