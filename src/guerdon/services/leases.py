"""Leases: what one thread of a service has leased of budgets, so that no two threads wait for each other at one row.

A lease is made in a transaction of its own, which is over at once. What was leased is drawn from until it runs out; of a budget of
which not much is left nothing is leased any more, and who draws on it waits for the others.

Invariants:
* Nobody is granted less for want of a lease: what a lease cut is undone, and done again with all that there is.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from guerdon.core.errors import Conflict
from guerdon.store import shared
from guerdon.store.database import Database, Work
from guerdon.store.drivers.failures import BUSY
from guerdon.store.shared import Budget

T = TypeVar("T")

_PARTS: Final = 16
_LOW: Final = 4


class Short(Conflict):
    """A lease ran out in the middle of something, which is undone: it is tried again once more is leased."""

    def __init__(self, budgets: Mapping[Budget, int]) -> None:
        """Begin with the budgets, and how much there is of each."""
        super().__init__("what was leased of a budget ran out: try again", code=BUSY)
        self.budgets: Final = budgets


class Leases:
    """The leases of one thread, under a name that no other has."""

    def __init__(self, holder: str) -> None:
        self.holder: Final = holder
        # Of these not much is left: whoever draws on them has them alone.
        self._scarce: Final[set[Budget]] = set()
        # These ran out under what is tried again now.
        self._cut: Final[set[Budget]] = set()
        self._parts: Final[dict[Budget, int]] = {}
        self._wanted: dict[Budget, int] = {}

    def serves(self, budget: Budget) -> bool:
        """Say whether a budget is drawn on by lease now."""
        return budget not in self._scarce and budget not in self._cut

    def cut(self, budgets: Mapping[Budget, int]) -> Short:
        """Note that leases were not enough for what is done now: it has these budgets alone when it is tried again."""
        self._cut.update(budgets)
        return Short(budgets)

    def note_left(self, budget: Budget, left: int, most: int) -> None:
        """Note what is left of a lease: when that is not much, more is wanted."""
        if left * _LOW < self._parts.get(budget, 0):
            self._wanted[budget] = most

    def done(self) -> dict[Budget, int]:
        """Note that what was tried is done, and return the budgets of which more is to be leased, and how much there is of each."""
        self._cut.clear()
        wanted, self._wanted = self._wanted, {}
        return wanted

    def lease(self, work: Work, programme: int, budgets: Mapping[Budget, int]) -> None:
        """Lease a part of budgets, of which there is so much each."""
        for budget, most in sorted(budgets.items()):
            part = shared.lease(work, programme, budget, self.holder, most=most, parts=_PARTS)
            self._parts[budget] = part
            if not part:
                self._scarce.add(budget)

    def release(self, work: Work, programme: int) -> None:
        """Give back what was leased and not used."""
        shared.release(work, programme, self.holder)


def leasing(database: Database, programme: int, leases: Leases | None, do: Callable[[], T]) -> T:
    """Do what draws on budgets in transactions, and lease what was short, or soon will be, in transactions of their own."""
    if leases is None:
        return do()
    try:
        found = do()
        wanted: Mapping[Budget, int] = leases.done()
    except Short as short:
        _lease(database, programme, leases, short.budgets)
        raise
    _lease(database, programme, leases, wanted)
    return found


def _lease(database: Database, programme: int, leases: Leases, budgets: Mapping[Budget, int]) -> None:
    if budgets:
        with database.work() as work:
            leases.lease(work, programme, budgets)
