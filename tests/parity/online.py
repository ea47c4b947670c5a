"""A history for a shipped programme, made of the events of its worked examples, and where its accounts stand after it."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from guerdon.definition.check import Checked

Made = dict[str, Any]

BEGINS: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS: Final = 500
GROUP: Final = 50
"""So many events are recorded at a time."""

EVENTS_EACH: Final = 40
"""So many events a member has, about."""

NAMED: Final = frozenset({"refund_of", "reservation", "purchase", "account"})
"""What refers to others is made anew, or left out."""

SHARE_REFUNDED, SHARE_LATE, SHARE_AGAIN = 1 / 10, 1 / 20, 1 / 50


@dataclass(frozen=True)
class Group:
    """Events that are recorded together at an instant."""

    at: datetime
    records: list[Made]


def history(checked: Checked, seed: int, count: int) -> list[Group]:
    """Return what chance makes of a programme's examples, in the order in which it is recorded: some events come late, or again."""
    chance = random.Random(seed)  # noqa: S311 - a seed is no secret
    records = sorted(_records(checked, chance, count), key=lambda one: (one["at"], one["id"]))
    groups = [records[start : start + GROUP] for start in range(0, len(records), GROUP)]
    for here, following in pairwise(groups):
        late = [one for one in here if chance.random() < SHARE_LATE]
        here[:] = [one for one in here if one not in late]
        following.extend(late + [one for one in here if chance.random() < SHARE_AGAIN])
    found, at = [], BEGINS
    for group in groups:
        at = max(at, datetime.fromisoformat(max(one["at"] for one in group))) + timedelta(minutes=1)
        found.append(Group(at, sorted(group, key=lambda one: (one["at"], one["id"]))))
    return found


def _records(checked: Checked, chance: random.Random, count: int) -> Iterator[Made]:
    assert checked.spec is not None
    given = [event for example in checked.spec.examples for event in example.given]
    patterns = [json.loads(json.dumps(one, default=str)) for one in given if not one.keys() & NAMED]
    for number in range(count):
        at = BEGINS + timedelta(minutes=chance.randrange(DAYS * 24 * 60))
        told = {"id": f"e{number:05}", "source": "till", "member": f"m{chance.randrange(max(count // EVENTS_EACH, 1))}"}
        pattern = chance.choice(patterns)
        one = {**pattern, **told, "at": at.isoformat()}
        if pattern.get("type", "purchase") == "purchase" and "lines" not in pattern:
            one["amount"] = f"{chance.randrange(1, 40_000) / 100:.2f}"
        yield one
        if pattern.get("type", "purchase") == "purchase" and chance.random() < SHARE_REFUNDED:
            yield _refund(one, at, chance)


def _refund(bought: Made, at: datetime, chance: random.Random) -> Made:
    """Return a refund of a purchase: whole, or where it has no lines perhaps half of it."""
    told = {name: bought[name] for name in ("source", "member")}
    when = at + timedelta(hours=chance.randrange(1, 24 * 20))
    refund = {**told, "id": f"{bought['id']}-back", "type": "refund", "refund_of": bought["id"], "at": when.isoformat()}
    if "lines" not in bought and chance.random() < 1 / 2:
        refund["amount"] = f"{Decimal(str(bought['amount'])) / 2:.2f}"
    return refund


@dataclass(frozen=True)
class Account:
    """Where an account stands: balances by unit, levels by ladder, and lots, each as often as it is there."""

    balances: dict[str, Made]
    levels: dict[str, Made]
    lots: Counter[tuple[Any, ...]]


BALANCE: Final = ("available", "pending", "held", "debt", "total")
"""What a balance says."""

SPLIT: Final = ("original", "remaining", "spent", "expired", "reversed")
"""What became of a lot."""


def told_by_files(rows: dict[str, list[Made]]) -> dict[str, Account]:
    """Return where accounts stand by the ledger that a batch wrote."""
    found: dict[str, Account] = {}
    for row in rows["standings"]:
        account = found.setdefault(row["account"], Account({}, {}, Counter()))
        account.balances[row["unit"]] = {word: Decimal(row[word]) for word in BALANCE}
    for row in rows["levels"]:
        account = found.setdefault(row["account"], Account({}, {}, Counter()))
        account.levels[row["ladder"]] = {word: row[word] for word in ("level", "since", "until")}
    for row in rows["lots"]:
        numbers = [Decimal(row[word]) for word in SPLIT]
        found[row["account"]].lots[(row["unit"], row["rule"], row["event"], *numbers)] += 1
    return found
