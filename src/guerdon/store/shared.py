"""What accounts share: how much of a budget, a limit of the whole programme, or a stock is used, and who has leased a part.

Invariants:
* `used` never goes beyond what there is (`most`), whatever runs at once. What is leased counts as used there, until it is given
  back; whoever reads how much is used is told of what is used, not of what is only leased.
* Rows are locked after accounts. Who draws from a lease locks the lease and waits for nobody; who collects leases locks what is
  shared first, and waits for those who draw from them.
* Of several budgets, rows are locked in the order of their terms and periods.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, func, select, tuple_

from guerdon.core.errors import invariant
from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.tables import leases, shared

_UNUSED: Final = leases.c.granted - leases.c.used


class Budget(NamedTuple):
    """What is shared: the term of a limit, a reward's stock or a budget, in one of its periods."""

    term: int
    period: int


def used(view: View, programme: int, budgets: Iterable[Budget]) -> dict[Budget, int]:
    """Return how much is used of budgets; 0 where nothing ever was."""
    wanted = list(budgets)
    rows = ordinary.rows_of(view, _using(programme).where(tuple_(shared.c.term, shared.c.period).in_(wanted)))
    return dict.fromkeys(wanted, 0) | {Budget(row[0], row[1]): int(row[2]) for row in rows}


def every(view: View, programme: int) -> dict[Budget, int]:
    """Return how much is used of every budget of a programme."""
    return {Budget(row[0], row[1]): int(row[2]) for row in ordinary.rows_of(view, _using(programme))}


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


def lease(work: Work, programme: int, budget: Budget, holder: str, *, most: int, parts: int) -> int:
    """Lease one of so many `parts` of what is left of a budget, and return how much that is; 0 where that is hardly anything."""
    taken = _locked(work, programme, budget)
    part = (most - taken) // parts
    if part < parts:
        return 0
    ordinary.change(work, shared, _key(programme, budget), {"used": taken + part})
    key = {**_key(programme, budget), "process": holder}
    ordinary.add_if_new(work, leases, {**key, "granted": 0, "used": 0})
    ordinary.change(work, leases, key, {"granted": leases.c.granted + part})
    return part


def hold(work: Work, programme: int, holder: str, budgets: Iterable[Budget]) -> dict[Budget, int]:
    """Lock what a holder has leased of budgets, and return how much of it is left; what is just being collected is leased no more."""
    own = ordinary.matches(leases, _held(programme, holder)) & tuple_(leases.c.term, leases.c.period).in_(list(budgets))
    query = select(leases.c.term, leases.c.period, _UNUSED).where(own).order_by(leases.c.term, leases.c.period)
    return {
        Budget(row[0], row[1]): int(row[2]) for row in ordinary.rows_of(work, query.with_for_update(skip_locked=True))
    }


def draw(work: Work, programme: int, holder: str, drawn: Mapping[Budget, int]) -> None:
    """Count what was drawn from leases that are held."""
    for budget, amount in sorted(drawn.items()):
        key = {**_key(programme, budget), "process": holder}
        ordinary.change(work, leases, key, {"used": leases.c.used + amount})


def collect(work: Work, programme: int, budget: Budget, holder: str | None = None) -> int:
    """Lock a budget, give back what was leased of it and not used, by one holder or by all, and return how much is used or leased."""
    taken = _locked(work, programme, budget)
    key = _key(programme, budget) | ({} if holder is None else {"process": holder})
    query = select(_UNUSED).where(ordinary.matches(leases, key)).order_by(leases.c.process)
    unused = sum(int(row[0]) for row in ordinary.rows_of(work, query.with_for_update()))
    if ordinary.take_away(work, leases, key):
        ordinary.change(work, shared, _key(programme, budget), {"used": taken - unused})
    return taken - unused


def release(work: Work, programme: int, holder: str) -> None:
    """Give back what a holder has leased and not used, as it does when it ends."""
    query = ordinary.chosen(leases, ("term", "period")).where(ordinary.matches(leases, _held(programme, holder)))
    for term, period in sorted(ordinary.rows_of(work, query)):
        collect(work, programme, Budget(term, period), holder)


def _using(programme: int) -> Select[Any]:
    """Begin a query for what is used of budgets: what was taken of them, without what is only leased."""
    same = and_(*[leases.c[name] == shared.c[name] for name in ("programme", "term", "period")])
    unused = select(func.coalesce(func.sum(_UNUSED), 0)).where(same).scalar_subquery()
    return select(shared.c.term, shared.c.period, shared.c.used - unused).where(shared.c.programme == programme)


def _locked(work: Work, programme: int, budget: Budget) -> int:
    """Lock a budget's row, and return how much is used or leased."""
    key = _key(programme, budget)
    ordinary.add_if_new(work, shared, {**key, "used": 0})
    query = select(shared.c.used).where(ordinary.matches(shared, key)).with_for_update()
    return int(work.connection.execute(query).scalar_one())


def _held(programme: int, holder: str) -> dict[str, object]:
    return {"programme": programme, "process": holder}


def _key(programme: int, budget: Budget) -> dict[str, object]:
    return {"programme": programme, "term": budget.term, "period": budget.period}
