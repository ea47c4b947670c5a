"""Entries as rows of the store: what an effect says (`core/ledger/said.py`), of which account and journal, posted or taken off."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from guerdon.core.effects import Effect
from guerdon.core.ledger.said import Said, said_by
from guerdon.services.published import Published
from guerdon.store.journals import EntryRow
from guerdon.store.statements import Row

RATED: Final = 0
DUE: Final = 1
ADJUSTED: Final = 2
WAITED: Final = 3
"""Kinds of journal: an event, what fell due at an instant, what a late event changed, an event that waits for another."""

POSTED: Final = 1
TAKEN_OFF: Final = -1
"""The sign of an entry that takes an earlier one back: a late event made it untrue."""

_SIGN: Final = EntryRow._fields.index("sign")
SAID: Final = _SIGN + 1
"""From where on a row of an entry has what it says."""

KIND, LIMIT, CAUSE = [EntryRow._fields.index(name) - SAID for name in ("kind", "limit_", "reason")]
"""Where in what an entry says its kind, the limit and the cause of what it says stand."""


def said_of(published: Published, rows: Iterable[Effect]) -> list[Said]:
    """Return what the books say of effects, in their order."""
    return said_by(published.terms, rows, [pocket.keeping.waits for pocket in published.teller.pockets()])


def net_of(rows: Iterable[Row]) -> Counter[Said]:
    """Return what rows of entries say, each as often as it was posted, less how often it was taken off."""
    found: Counter[Said] = Counter()
    taken_off = []
    for row in rows:
        if row[_SIGN] == POSTED:
            found[row[SAID:]] += 1
        else:
            taken_off.append(row[SAID:])
    for said in taken_off:
        found[said] -= 1
        if not found[said]:
            del found[said]
    return found


def entry_rows(
    account: str, journal: int, said: Sequence[Said], *, sign: int = POSTED, after: int = 0
) -> list[EntryRow]:
    """Return entries of one journal, as the store keeps them."""
    return [EntryRow(account, journal, position, sign, *one) for position, one in enumerate(said, start=after)]
