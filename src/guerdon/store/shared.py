"""What accounts share: how much of a budget, a limit of the whole programme, or a stock is used, and who has leased a part.

Invariants:
* `used` never goes beyond what there is (`most`), whatever runs at once. What is leased counts as used.
* A process draws from its lease; when that is used up it leases another portion; when nothing is left to lease, it takes what
  other processes have leased and not used. Nobody is told that there is nothing left while there is.
* Rows are locked after accounts, event ids and books: first a process's lease, then what is shared, then, without waiting, the
  leases of others. Of several budgets, in the order of their terms and periods.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import func, select

from guerdon.core.errors import Conflict, invariant
from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.drivers.failures import BUSY
from guerdon.store.tables import leases, shared

PORTION: Final = 1000


class Budget(NamedTuple):
    """What is shared: the term of a limit, a reward's stock or a budget, in one of its periods."""

    term: int
    period: int


class Lease(NamedTuple):
    """What a process has leased of a budget, and how much of that it has used."""

    budget: Budget
    process: str
    granted: int
    used: int


def used(view: View, programme: int, budgets: Iterable[Budget]) -> dict[Budget, int]:
    """Return how much is used of budgets, or leased; 0 where nothing ever was."""
    wanted = list(budgets)
    fields = ("term", "period", "used")
    rows = ordinary.found(view, shared, fields, {"programme": programme}, ["term", "period"], wanted)
    return dict.fromkeys(wanted, 0) | {Budget(row[0], row[1]): row[2] for row in rows}


def every(view: View, programme: int) -> dict[Budget, int]:
    """Return how much is used of every budget of a programme, or leased."""
    query = ordinary.chosen(shared, ("term", "period", "used")).where(shared.c.programme == programme)
    return {Budget(row[0], row[1]): row[2] for row in ordinary.rows_of(view, query)}


def take(work: Work, programme: int, budget: Budget, amount: int, *, most: int) -> int:
    """Take from a budget, and return how much there was: `amount`, or what is left of `most`."""
    taken = _locked(work, programme, budget)
    granted = max(min(amount, most - taken), 0)
    if granted > 0:
        ordinary.change(work, shared, _key(programme, budget), {"used": taken + granted})
    return granted


def give_back(work: Work, programme: int, budget: Budget, amount: int) -> None:
    """Give back to a budget what was taken, under the same lock."""
    taken = _locked(work, programme, budget)
    invariant(0 <= amount <= taken, "no more is given back than was taken")
    ordinary.change(work, shared, _key(programme, budget), {"used": taken - amount})


def draw(  # noqa: PLR0913 - a budget, who asks, and for how much
    work: Work, programme: int, budget: Budget, process: str, amount: int, *, most: int, portion: int = PORTION
) -> int:
    """Draw from what a process has leased, leasing more when it has to; return how much there was."""
    lease = _leased(work, programme, budget, process)
    short = lease.used + amount - lease.granted
    more = 0
    if short > 0:
        more = take(work, programme, budget, max(short, portion), most=most)
    if more < short:
        more += _reclaim(work, programme, lease, short - more)
    granted = min(amount, lease.granted + more - lease.used)
    values = {"granted": lease.granted + more, "used": lease.used + granted}
    ordinary.change(work, leases, {**_key(programme, budget), "process": process}, values)
    return granted


def release(work: Work, programme: int, process: str) -> None:
    """Give back what a process has leased and not used, as it does when it ends."""
    for lease in leased(work, programme, process):
        now = _leased(work, programme, lease.budget, process)
        give_back(work, programme, lease.budget, now.granted - now.used)
        ordinary.take_away(work, leases, {**_key(programme, lease.budget), "process": process})


def leased(view: View, programme: int, process: str) -> list[Lease]:
    """Return the leases of a process, in the order of budgets."""
    query = select(leases.c.term, leases.c.period, leases.c.granted, leases.c.used)
    query = query.where(ordinary.matches(leases, {"programme": programme, "process": process}))
    rows = ordinary.rows_of(view, query.order_by(leases.c.term, leases.c.period))
    return [Lease(Budget(row[0], row[1]), process, row[2], row[3]) for row in rows]


def _locked(work: Work, programme: int, budget: Budget) -> int:
    """Lock a budget's row, and return how much is used."""
    key = _key(programme, budget)
    ordinary.add_if_new(work, shared, {**key, "used": 0})
    query = select(shared.c.used).where(ordinary.matches(shared, key)).with_for_update()
    return int(work.connection.execute(query).scalar_one())


def _leased(work: Work, programme: int, budget: Budget, process: str) -> Lease:
    """Lock what a process has leased of a budget."""
    key = {**_key(programme, budget), "process": process}
    ordinary.add_if_new(work, leases, {**key, "granted": 0, "used": 0})
    query = select(leases.c.granted, leases.c.used).where(ordinary.matches(leases, key)).with_for_update()
    row = work.connection.execute(query).one()
    return Lease(budget, process, row[0], row[1])


def _reclaim(work: Work, programme: int, lease: Lease, amount: int) -> int:
    """Take over what others have leased and not used; who is at it just now is waited for by trying again."""
    others = ordinary.matches(leases, _key(programme, lease.budget)) & (leases.c.process != lease.process)
    unused = leases.c.granted - leases.c.used
    query = select(leases.c.process, leases.c.granted, unused).where(others, unused > 0).order_by(leases.c.process)
    got = 0
    for process, granted, rest in ordinary.rows_of(work, query.with_for_update(skip_locked=True)):
        part = min(rest, amount - got)
        key = {**_key(programme, lease.budget), "process": process}
        ordinary.change(work, leases, key, {"granted": granted - part})
        got += part
    left = work.connection.execute(select(func.coalesce(func.sum(unused), 0)).where(others)).scalar_one()
    if got < amount and left > 0:
        message = "what is left of a budget is leased by a process that is using it: try again"
        raise Conflict(message, code=BUSY)
    return got


def _key(programme: int, budget: Budget) -> dict[str, object]:
    return {"programme": programme, "term": budget.term, "period": budget.period}
