"""The whole life of an account at once: its books, its standing and the claims of its ids, as if each event had been recorded.

Invariants:
* What is posted is what one fold of all events posts, each in the journal of its cause: an event, or an instant at which something
  fell due. Nothing was posted before, so nothing is taken off.
* Events are numbered in the order of S3: they count as recorded in the order in which they happened.
* Of budgets an event gets no more than was decided before, where that was, and what it takes is written on it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from guerdon.core.calendar import EARLIEST
from guerdon.core.effects import EARNED, LIMITED, Effect
from guerdon.core.facts import CLOSING
from guerdon.core.limits import PLENTY
from guerdon.core.teller import FORMAT, Posted
from guerdon.services.decision import without_terms
from guerdon.services.entries import DUE, POSTED, RATED, WAITED, said_of
from guerdon.services.facts import Fact, at_account, history_in, row_of
from guerdon.services.published import Published
from guerdon.services.serving import last_place, recorded_quotas
from guerdon.services.shared import granted_as
from guerdon.services.states import State, packed
from guerdon.store.accounts import Account
from guerdon.store.events import EventRow, Name
from guerdon.store.statements import Row


@dataclass(slots=True)
class Life:
    """An account with everything that is to be written of it, as plain rows: of journals the batch is left open.

    Its refunds have `named` events of others; it is some member's `own` account where it has that member's name. `drawn` is what it
    takes of budgets, each the position of its limit in a period.
    """

    account: Account
    events: list[Row]
    claims: list[Row]
    journals: list[Row]
    entries: list[Row]
    named: list[Name]
    own: bool
    drawn: Counter[tuple[int, int]]


def life_of(published: Published, name: str, facts: Sequence[Fact], *, at: int) -> Life | None:
    """Return the life of an account up to an instant, of all its facts in the order of S3.

    None where one of them cannot be, or may be refused because the account was closed, nothing is known of its reason, or a refund
    waits for a purchase that may be another's: they are better asked about one by one.
    """
    rows = [
        row_of(fact, number, account=name, revision=published.revision, recorded_at=fact.event.at)
        for number, fact in enumerate(facts, start=1)
    ]
    history, waiters, refused = history_in(
        published.programme.terms, rows, [at_account(fact.event, name) for fact in facts]
    )
    if refused or any(fact.event.kind == CLOSING or without_terms(published, fact.event) for fact in facts):
        return None
    if any(facts[number - 1].event.refund is not None for number in waiters):
        return None
    teller = published.teller
    effects = teller.refold(history, recorded_quotas(published.programme, history, PLENTY))
    falls_due = teller.next_due() <= at
    due = teller.fall_due(at) if falls_due else []
    drawn = _drawn(published, rows, effects)
    told = _Telling(published, name, waiters, at)
    told.tell(history, [*effects, *due])
    standing = teller.save()
    state = State(
        FORMAT,
        published.revision,
        # The standing was brought to this instant: an event from before it is folded in its place.
        at if falls_due else EARLIEST,
        waiters,
        standing.members,
        list(standing.cells),
    )
    placed_at, placed = last_place(history)
    account = Account(
        name, len(rows), len(told.journals), placed_at, placed, published.revision, teller.next_due(), 0, packed(state)
    )
    claims: list[Row] = [
        (row.source, row.id, name, row.number, fact.content) for row, fact in zip(rows, facts, strict=True)
    ]
    own = any(row.member == name for row in rows)
    return Life(account, [tuple(row) for row in rows], claims, told.journals, told.entries, _named(facts), own, drawn)


def _drawn(published: Published, rows: list[EventRow], effects: Iterable[Effect]) -> Counter[tuple[int, int]]:
    """Write on events what they took of budgets, and return what that comes to, by limits and periods."""
    programme, drawn = published.programme, Counter[tuple[int, int]]()
    if not programme.budgets:
        return drawn
    taken: dict[int, dict[int, int]] = {row.number: {} for row in rows}
    cut: dict[int, set[int]] = {row.number: set() for row in rows}
    for number, budget, period, amount in zip(*published.teller.takes().columns().values(), strict=True):
        taken[number][budget] = amount
        drawn[programme.budgets[budget], period] += amount
    for effect in effects:
        if effect.kind == EARNED and effect.reason == LIMITED and effect.limit in programme.budgets:
            cut[effect.event].add(programme.budgets.index(effect.limit))
    rows[:] = [row._replace(granted=granted_as(programme, taken[row.number], cut[row.number])) for row in rows]
    return drawn


def _named(facts: Sequence[Fact]) -> list[Name]:
    """Return the purchases that refunds name and that are not among an account's own events."""
    named = [(fact.event.refund.source, fact.event.refund.of) for fact in facts if fact.event.refund is not None]
    own = {(fact.event.source, fact.event.id) for fact in facts} if named else set()
    return [name for name in named if name not in own]


class _Telling:
    """Puts what a fold did into journals: one for each event, and one for each instant at which something fell due."""

    def __init__(self, published: Published, name: str, waiters: Sequence[int], recorded_at: int) -> None:
        self.published: Final = published
        self.name: Final = name
        self.waiters: Final = frozenset(waiters)
        self.recorded_at: Final = recorded_at
        self.journals: Final[list[Row]] = []
        self.entries: Final[list[Row]] = []

    def tell(self, history: Sequence[Posted], effects: Iterable[Effect]) -> None:
        """Make the journals, in the order of time; what fell due at an instant stands before the events of it."""
        instants = {posted.number: posted.event.at for posted in history}
        rated: dict[int, list[Effect]] = {number: [] for number in instants}
        due: list[Effect] = []
        for row in effects:
            # What an event does has its instant; what it only made, and time did, has another.
            (rated[row.event] if instants.get(row.event) == row.at else due).append(row)
        waiting = iter(sorted(instants, key=lambda number: instants[number]))
        number = next(waiting, None)
        for at, own in groupby(sorted(due, key=_at), key=_at):
            while number is not None and instants[number] < at:
                self._add(number, instants[number], rated[number])
                number = next(waiting, None)
            self._add(None, at, list(own))
        while number is not None:
            self._add(number, instants[number], rated[number])
            number = next(waiting, None)

    def _add(self, event: int | None, at: int, rows: Sequence[Effect]) -> None:
        kind = DUE if event is None else WAITED if event in self.waiters else RATED
        number = len(self.journals) + 1
        self.journals.append((self.name, number, event, kind, at, self.recorded_at, None))
        if rows:
            self.entries.extend([
                (self.name, number, position, POSTED, *said)
                for position, said in enumerate(said_of(self.published, rows))
            ])


def _at(row: Effect) -> int:
    return row.at
