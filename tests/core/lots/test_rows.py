"""What a row has nothing to say of stands empty, in everything that the shipped programmes' worked examples give."""

import json
from typing import Final

import pytest

from guerdon.core.effects import EARNED, KINDS, MOVED, REDEEMED, Effect
from guerdon.core.events import read_event
from guerdon.core.history import rate_events
from guerdon.definition.check import check
from guerdon.definition.shipped import Shipped, shipped

SAYS: Final = {
    "line": (EARNED, MOVED),
    "source": (EARNED, MOVED),
    "limit": (EARNED, MOVED, REDEEMED),
    "period": (EARNED, MOVED, REDEEMED),
    "residue": (EARNED, REDEEMED),
    "reason": (EARNED, MOVED, REDEEMED),
}
"""Which kinds of row say something in a column; `effects.py` tells what."""

EMPTY: Final = {"line": -1, "source": -1, "limit": -1, "period": 0, "residue": 0, "reason": 0}


def rows_of(one: Shipped) -> list[Effect]:
    """Return the rows that a programme's worked examples give, each rated by itself."""
    checked = check(one.path, examples=False)
    assert checked.programme is not None
    assert checked.spec is not None
    found = []
    for example in checked.spec.examples:
        told = [{"member": "ana", **json.loads(json.dumps(event, default=str))} for event in example.given]
        events = [
            read_event(checked.programme.terms, event, default_id=f"e{number}")
            for number, event in enumerate(told, start=1)
        ]
        found += [row for answer in rate_events(checked.programme, events) for row in answer.effects]
    return found


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.name)
def test_a_column_is_empty_where_a_row_has_nothing_to_say(one: Shipped) -> None:
    for row in rows_of(one):
        for column, kinds in SAYS.items():
            if row.kind not in kinds:
                assert getattr(row, column) == EMPTY[column], (KINDS[row.kind], column)


def test_most_kinds_of_row_are_seen_in_some_programme() -> None:
    seen = {KINDS[row.kind] for one in shipped() for row in rows_of(one)}
    assert {"earned", "spent", "expired", "reversed", "moved", "redeemed"} <= seen
