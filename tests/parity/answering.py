"""Answers cases in a process of its own: cases come as JSON on standard input, answers leave as JSON, a line for each.

A case is a programme's text and records; its answer is every effect, every row of the statement and why rules gave nothing.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from guerdon.core.effects import Effects
from guerdon.core.errors import Invalid
from guerdon.core.events import in_order, read_event, values_of, without_repeats
from guerdon.core.history import facts_of, rate_events
from guerdon.core.rating import Fold, fold
from guerdon.core.reasons import why_nothing
from guerdon.core.statement import Statement
from guerdon.definition.check import load_text


def answer(text: str, records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return everything that the core says of one case."""
    programme = load_text(text)
    try:
        events = [read_event(programme.terms, record, default_id="") for record in records]
    except Invalid as invalid:
        return {"invalid": str(invalid)}
    ordered = in_order(without_repeats(events))
    facts = facts_of(programme, ordered, [values_of(event, programme.terms) for event in ordered])
    effects, statement = Effects(capacity=1), Statement(programme.zone, len(programme.units), capacity=1)
    Fold(programme, effects).run(facts, statement, keep_effects=True)
    statement.close()
    rules = range(len(programme.rules))
    return {
        "effects": [astuple(row) for row in effects.rows()],
        "statement": {name: list(column) for name, column in statement.columns().items()},
        "refusals": [[why_nothing(programme, one, rule) for rule in rules] for one in rate_events(programme, events)],
    }


def main() -> None:
    """Answer every case on standard input."""
    sys.stdout.write(f"{'uncompiled' if fold.__file__.endswith('.py') else 'compiled'}\n")
    for text, records in json.load(sys.stdin):
        sys.stdout.write(json.dumps(answer(text, records)) + "\n")


if __name__ == "__main__":
    main()
