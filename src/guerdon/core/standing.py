"""A standing: where one account stands between two events.

The fold keeps one working standing, moves it on in place and clears it when the next account begins.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.limits import Counter, Limit


class Standing:
    """What the rules need to know of an account's past: how much of each limit is used, and by whom."""

    def __init__(self, limits: list[Limit]) -> None:
        self.limits: Final = limits
        self.account: i64 = -1
        self.member: i64 = -1
        self.counters: Final = [Counter(limit) for limit in limits]
        self.others: dict[int, list[Counter]] = {}

    def open(self, account: i64, member: i64) -> None:
        """Begin with `account`, whose first event is `member`'s."""
        self.account = account
        self.member = member
        for counter in self.counters:
            counter.clear()
        if self.others:
            self.others = {}

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
