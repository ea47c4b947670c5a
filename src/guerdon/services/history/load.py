"""Load accounts into the books, many in one transaction: those that are new at once, the others event by event.

Invariants:
* An account is written whole only while nothing is recorded of it, of its ids or of its members elsewhere; that is seen under
  its lock. Everything else is recorded as a caller's event would be: once, in its place, or refused with its reason.
* Accounts that are written whole take of budgets what they were granted, under lock, or none of them is written whole: somebody
  else may have taken some meanwhile. What is recorded event by event takes what is left then, in the order of recording.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from guerdon.core.facts import REDEMPTION
from guerdon.core.recorded import order_of
from guerdon.services.answers import Refusal
from guerdon.services.events.record import Outcome, Recording
from guerdon.services.facts import Fact
from guerdon.services.history.life import Life
from guerdon.services.published import Published
from guerdon.services.shared import take_together
from guerdon.store import accounts, events, journals, members
from guerdon.store.accounts import Account
from guerdon.store.database import Work
from guerdon.store.events import Name


@dataclass(slots=True)
class Loaded:
    """How many events were recorded, how many were there before, and why some were refused."""

    recorded: int = 0
    repeated: int = 0
    refused: dict[Name, str] = field(default_factory=dict)


def load(
    work: Work,
    published: Published,
    lives: Sequence[Life],
    names: Iterable[str],
    facts_of: Callable[[Collection[str]], list[Fact]],
    *,
    at: int,
) -> Loaded:
    """Load accounts of some names: whole `lives`, and events of the rest, which `facts_of` reads."""
    wanted = list(names)
    locked = accounts.lock(work, published.id, wanted)
    known = _elsewhere(work, published, lives)
    whole = [life for life in lives if _is_new(locked[life.account.name], work) and life.account.name not in known]
    if not _take(work, published, whole):
        whole = []
    loaded = Loaded(recorded=sum(len(life.events) for life in whole))
    _write(work, published.id, whole)
    left = set(wanted).difference(life.account.name for life in whole)
    if left:
        facts = facts_of(left)
        for group in _groups(published, facts):
            _count(loaded, group, Recording(work, published, at).record(group))
    return loaded


def _take(work: Work, published: Published, lives: Sequence[Life]) -> bool:
    """Take what accounts draw from budgets; False, and nothing is taken, where there is not so much left."""
    drawn = Counter[tuple[int, int]]()
    for life in lives:
        drawn.update(life.drawn)
    return take_together(work, published, drawn)


def _elsewhere(work: Work, published: Published, lives: Sequence[Life]) -> set[str]:
    """Return the accounts of which something is recorded elsewhere: an id, a refund's purchase, a member's other account."""
    named = {(claim[0], claim[1]): life.account.name for life in lives for claim in life.claims}
    named |= {name: life.account.name for life in lives for name in life.named}
    found = {named[name] for name in events.find(work, published.id, named)}
    homes = members.read(work, published.id, [life.account.name for life in lives if life.own])
    return found | {name for name, row in homes.items() if row.account != name}


def _is_new(account: Account, work: Work) -> bool:
    """Say whether nothing was ever recorded of an account, so that it is of the work's own batch."""
    return account.events == 0 and account.journals == 0 and account.batch == work.batch


def _write(work: Work, programme: int, lives: Sequence[Life]) -> None:
    for life in lives:
        life.account.batch = work.batch
    events.add_new(
        work, programme, [row for life in lives for row in life.claims], [row for life in lives for row in life.events]
    )
    journals.add_new(
        work,
        programme,
        [(*row, work.batch) for life in lives for row in life.journals],
        [row for life in lives for row in life.entries],
    )
    accounts.save(work, programme, [life.account for life in lives])


def _groups(published: Published, facts: Sequence[Fact]) -> list[list[Fact]]:
    """Return events, in the order of recording, in groups of which one event at most draws on what accounts share: a group is granted account by account."""
    programme = published.programme
    groups: list[list[Fact]] = [[]]
    places = order_of([fact.event for fact in facts])
    for _, fact in sorted(zip(places, facts, strict=True), key=itemgetter(0)):
        # What comes before the next one that draws may stand beside this one.
        if groups[-1] and (programme.budgets or (programme.stocks and fact.event.kind == REDEMPTION)):
            groups.append([])
        groups[-1].append(fact)
    return groups


def _count(loaded: Loaded, facts: Sequence[Fact], outcomes: Sequence[Outcome]) -> None:
    for fact, outcome in zip(facts, outcomes, strict=True):
        if isinstance(outcome, Refusal):
            loaded.refused[fact.event.source, fact.event.id] = outcome.detail
        elif outcome.repeated:
            loaded.repeated += 1
        else:
            loaded.recorded += 1
