"""Post what fell due: points that expire or become usable, reservations that lapse, levels that are reviewed (S7c).

Reads count it from its instant on, posted or not; posting it makes it part of the books, with the instant at which it was due.

Invariants:
* What is due is posted once, however many workers are at it: each account is looked at again under its lock.
* A worker that stops in the middle has posted whole sets of accounts, and the rest is found again.
"""

from collections.abc import Sequence
from typing import Final

from guerdon.services.published import Published
from guerdon.services.serving import Serving, write
from guerdon.services.shared import Shared
from guerdon.store import accounts
from guerdon.store.accounts import Account
from guerdon.store.database import Work

AT_ONCE: Final = 200
"""So many accounts are posted together at most."""


def post_due(work: Work, published: Published, *, at: int, limit: int = AT_ONCE) -> int:
    """Post what is due by an instant for some accounts, those first that have waited longest; return how many they were."""
    names = [due.account for due in accounts.due(work, published.id, at, limit)]
    if not names:
        return 0
    rows = accounts.lock(work, published.id, names)
    served = posted(work, published, [rows[name] for name in sorted(rows) if rows[name].next_due <= at], at)
    write(work, published, served)
    return len(names)


def posted(work: Work, published: Published, rows: Sequence[Account], at: int) -> list[Serving]:
    """Serve accounts that are locked, and return them with what fell due of each."""
    shared = Shared(work, published)
    served = []
    for row in rows:
        serving = Serving(work, published, row, at)
        serving.open()
        serving.fall_due(at)
        shared.give_back_lapsed(serving)
        serving.close()
        served.append(serving)
    shared.save()
    return served
