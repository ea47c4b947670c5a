"""One account by itself: what it takes to fold it anew with all its effects, and what an event costs among many lots.

Run as a command it measures the engine it imports.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guerdon.core.currencies import DECIMALS
from guerdon.core.effects import Effects
from guerdon.core.events import read_event, resolve, values_of
from guerdon.core.facts import Facts
from guerdon.core.history import facts_of
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from guerdon.definition.check import load_text

LOTS = """
format: 1
programme: lots
zone: America/New_York
currency: USD
units: {points: {expiry: {after: 120 months}}}
rules: [{id: spend, give: floor(amount)}]
rewards: [{id: any, price: any}]
"""

RUNS = 7
BEGINS = datetime(2017, 1, 2, tzinfo=UTC)


def facts(programme: Programme, records: Sequence[Mapping[str, object]]) -> Facts:
    """Return events, given as records, as the fold reads them."""
    events = [read_event(programme.terms, record, default_id="") for record in records]
    ordered = resolve(events, decimals=DECIMALS[programme.currency], policy=programme.terms.returns).events
    return facts_of(programme, ordered, [values_of(event, programme.terms) for event in ordered])


def history(events: int) -> list[dict[str, object]]:
    """Return one account's events over three years: of a hundred, 10 redeem and 3 take a purchase back."""
    step = timedelta(days=3 * 365) / events
    found: list[dict[str, object]] = []
    for number in range(events):
        record: dict[str, object] = {"id": f"e{number}", "member": "ana", "at": BEGINS + number * step}
        place = number % 100
        if place % 10 == 9:
            record |= {"type": "redemption", "points": 50 + number % 100}
        elif place in (20, 50, 80):
            record |= {"type": "refund", "refund_of": f"e{number - 3}"}
        else:
            record |= {"type": "purchase", "amount": 5 + number * 37 % 150}
        found.append(record)
    return found


def hoards(accounts: int, lots: int) -> list[dict[str, object]]:
    """Return accounts that earn a lot at a time, and spend a point after each: nearly all lots stay open."""
    found: list[dict[str, object]] = []
    for account in range(accounts):
        for number in range(lots):
            at = BEGINS + number * timedelta(hours=4)
            earned: dict[str, object] = {"id": f"p{number}", "source": f"s{account}", "member": f"m{account}", "at": at}
            spent = earned | {"id": f"r{number}", "type": "redemption", "points": 1, "at": at + timedelta(hours=1)}
            found += [earned | {"type": "purchase", "amount": 100}, spent]
    return found


def measure(programme: Programme, given: Facts, *, keep_effects: bool) -> float:
    """Return seconds of one core to fold events in memory, through effects as columns: the best of some runs."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        effects = Effects()
        Fold(programme, effects).run(given, Statement(programme.zone, len(programme.units)), keep_effects=keep_effects)
        effects.columns()
        times.append(time.process_time() - began)
    return min(times)


def refold(events: int) -> float:
    """Return the milliseconds in which one account of a full programme is folded anew."""
    programme = load_text((Path(__file__).parent / "full.yaml").read_text(encoding="utf-8"))
    return measure(programme, facts(programme, history(events)), keep_effects=True) * 1e3


def many_lots(few: int, many: int) -> float:
    """Return how much more an event costs in an account of many lots than in accounts of few."""
    programme = load_text(LOTS)
    among_few = measure(programme, facts(programme, hoards(many // few, few)), keep_effects=False)
    return measure(programme, facts(programme, hoards(1, many)), keep_effects=False) / among_few


if __name__ == "__main__":
    print(refold(int(sys.argv[2])) if sys.argv[1] == "refold" else many_lots(int(sys.argv[2]), int(sys.argv[3])))
