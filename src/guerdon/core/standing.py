"""A standing: where one account stands between two events.

The fold keeps one working standing, moves it on in place and clears it when the next account begins.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.limits import Counter, Limit
from guerdon.core.lots.purse import Purse
from guerdon.core.past import Past


class Standing:
    """What the rules need to know of an account's past: how much of each limit is used, which lots there are, which levels.

    `next_due` is the next instant at which something happens by itself; LATEST when nothing will. At `changes_at` a later version
    of the programme takes effect.
    """

    def __init__(self, limits: list[Limit], purse: Purse | None = None, past: Past | None = None) -> None:
        self.limits: list[Limit] = limits
        self.account: i64 = -1
        self.member: i64 = -1
        self.counters: Final = [Counter(limit) for limit in limits]
        self.others: dict[int, list[Counter]] = {}
        self.purse: Final = purse
        self.past: Final = past
        self.next_due: i64 = LATEST
        self.changes_at: i64 = LATEST

    def open(self, account: i64, member: i64) -> None:
        """Begin with `account`, whose first event is `member`'s."""
        self.account = account
        self.member = member
        for counter in self.counters:
            counter.clear()
        if self.others:
            self.others = {}
        self.next_due = self.changes_at
        if self.purse is not None:
            self.purse.clear()
        if self.past is not None:
            self.past.open()

    def look_ahead(self) -> None:
        """See when something happens by itself next."""
        self.next_due = self.changes_at if self.purse is None else min(self.purse.next_due(), self.changes_at)
        if self.past is not None and self.purse is not None and self.purse.by_level:
            self.next_due = min(self.next_due, self.past.next_due)

    def take_terms(self, limits: list[Limit]) -> None:
        """Let limits go on with other numbers; what a budget leaves is asked for each event."""
        self.limits = limits
        for counters in [self.counters, *self.others.values()]:
            for position in range(len(limits)):
                if not limits[position].budget:
                    counters[position].most = limits[position].most

    def counter(self, position: int, member: i64) -> Counter:
        """Return the counter of a limit: the account's own, or inside a pooled account the contributor's (E6)."""
        if member == self.member or not self.limits[position].per_member:
            return self.counters[position]
        key = int(member)
        counters = self.others.get(key)
        if counters is None:
            counters = [Counter(limit) for limit in self.limits]
            self.others[key] = counters
        return counters[position]
