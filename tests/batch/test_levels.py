"""Levels in a batch: purchases split at a threshold, credit that waits until points can be used, refunds of both, as values have them."""

import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from guerdon.core.calendar import MONTH, month_name
from guerdon.core.events import read_event
from guerdon.core.history import rate_events
from guerdon.definition.check import load_text
from tests.batch.statements import lay, points

HEAD = "format: 1\nprogramme: shop\nzone: America/New_York\ncurrency: USD\n"
LEVELS = "levels: [{id: member, from: 0}, {id: silver, from: 100}, {id: gold, from: 500}]"
RULES = """
rules: [{id: base, give: floor(eligible)}]
multipliers: [{id: loyal, of: base, by: case level when 'gold' then 2 when 'silver' then 1.5 else 1 end}]
"""
SPLIT = f"{HEAD}units: {{points: {{}}}}\nmetrics: {{spend: {{sum: eligible, within: year}}}}\nladders: [{{id: tier, by: spend, crossing: split, {LEVELS}}}]\n{RULES}"
USABLE = f"{HEAD}units: {{points: {{pending: {{for: 14 days}}}}}}\nmetrics: {{got: {{earned: points, within: year}}}}\nladders: [{{id: tier, by: got, credit: when_usable, {LEVELS}}}]\n{RULES}"
COLUMNS: Final = ("id", "member", "at", "amount", "type", "refund_of")


def history(size: int = 400) -> list[dict[str, str]]:
    """Return purchases of ten members over two years, of which some come back."""
    chance = random.Random(7)  # noqa: S311 - the same purchases every time
    found: list[dict[str, str]] = []
    for number in range(size):
        day = f"20{chance.choice((17, 18))}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        cents = chance.choice((999, 5000, 9950, 20000, 60000))
        bought = {
            "id": f"p{number}",
            "member": f"m{chance.randint(0, 9)}",
            "at": f"{day}T12:00",
            "amount": f"{cents // 100}.{cents % 100:02d}",
        }
        found.append(bought | {"type": "purchase", "refund_of": ""})
        if chance.random() < 0.1:
            back = {"id": f"r{number}", "at": f"2018-12-{chance.randint(28, 31)}T12:00", "amount": "", "type": "refund"}
            found.append(bought | back | {"refund_of": f"p{number}"})
    return found


@pytest.mark.parametrize("text", [SPLIT, USABLE], ids=["split", "usable"])
def test_a_batch_gives_what_values_give(text: str, tmp_path: Path) -> None:
    records = history()
    programme = load_text(text)
    events = [
        read_event(programme.terms, {key: value for key, value in one.items() if value}, default_id="")
        for one in records
    ]
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for answer in rate_events(programme, events):
        month = month_name(int(programme.zone.period_of(MONTH, answer.event.at)))
        for key in (month, "total"):
            expected[answer.event.member, key] += answer.points(0)
    lines = [",".join(one[column] for column in COLUMNS) for one in records]
    path = lay(tmp_path / "sales.csv", *lines, header=",".join(COLUMNS))
    assert points(text, path) == dict(expected)
