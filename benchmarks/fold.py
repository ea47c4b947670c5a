"""The fold alone, over columns in memory: nanoseconds an event. Run as a command it measures the engine it imports."""

import array
import sys
import time

from guerdon.core.columns import column, constant
from guerdon.core.effects import Effects
from guerdon.core.facts import PURCHASE, Facts
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from guerdon.definition.check import load_text

PROGRAMME = """
format: 1
programme: measured
zone: America/New_York
currency: USD
units: {points: {}}
rules:
  - id: spend
    give: floor(amount)
    limits: [{points: 500, per: member, every: month}]
"""

EACH = 25


def facts(events: int) -> Facts:
    """Return purchases of accounts with 25 events each over three years."""
    accounts = array.array("q", [number // EACH for number in range(events)])
    instants = array.array("q", [1_483_246_800_000_000 + number % EACH * 3_784_320_000_000 for number in range(events)])
    points = array.array("q", [number * 7919 % 200 for number in range(events)])
    account = column(memoryview(accounts))
    return Facts(
        events,
        ordinal=account,
        account=account,
        member=account,
        at=column(memoryview(instants)),
        kind=constant(PURCHASE),
        refers=constant(-1),
        returned=constant(0),
        slots=[column(memoryview(points))],
        first_line=constant(0),
    )


def measure(events: int) -> float:
    """Return nanoseconds an event, the best of three runs."""
    programme = load_text(PROGRAMME)
    given = facts(events)
    times = []
    for _ in range(3):
        fold = Fold(programme, Effects())
        began = time.perf_counter()
        fold.run(given, Statement(programme.zone, 1), keep_effects=False)
        times.append(time.perf_counter() - began)
    return min(times) / events * 1e9


if __name__ == "__main__":
    print(measure(int(sys.argv[1])))
