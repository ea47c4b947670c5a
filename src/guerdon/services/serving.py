"""One account in one transaction: where it stands, what becomes of it, and what is to be written.

Invariants:
* What was posted so far, with what is taken off it, is what a fold of every event so far posts.
* An event in its place goes on from the saved standing; one that looks back or comes late folds the account anew, and only the
  difference is posted: what other events no longer do is taken off, never changed (S1).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from guerdon.core.calendar import EARLIEST
from guerdon.core.effects import HELD, RELEASED, SPENT, Effect
from guerdon.core.errors import Refused
from guerdon.core.events import Event
from guerdon.core.facts import CLOSING, REFUND
from guerdon.core.ledger import NOWHERE
from guerdon.core.ledger.said import Said
from guerdon.core.limits import PLENTY, and_more
from guerdon.core.lots.keeping import CANCEL, STEPS
from guerdon.core.lots.left import Left
from guerdon.core.programme import Programme
from guerdon.core.recorded import quotas_of
from guerdon.core.teller import FORMAT, Posted, Standing
from guerdon.services.entries import ADJUSTED, DUE, POSTED, RATED, TAKEN_OFF, WAITED, entry_rows, net_of, said_of
from guerdon.services.facts import history_of
from guerdon.services.published import Published
from guerdon.services.states import State, packed, standing_of, unpacked
from guerdon.services.waiving import lost_to
from guerdon.store import accounts, events, journals
from guerdon.store.accounts import Account
from guerdon.store.database import View, Work
from guerdon.store.events import EventRow
from guerdon.store.journals import EntryRow, JournalRow

Place = tuple[int, str]
"""Where an event stands in its account: its instant, then kind, source and id (S3)."""


def place_of(event: Event) -> Place:
    """Return where an event stands in its account."""
    return event.at, f"{event.kind}\x1f{event.source}\x1f{event.id}"


def last_place(history: Sequence[Posted]) -> Place:
    """Return where the last event of an account stands; before all others where there is none."""
    last = max([one.event.at for one in history], default=EARLIEST)
    return max([place_of(one.event) for one in history if one.event.at == last], default=(EARLIEST, ""))


class Mark(NamedTuple):
    """Where an account stood in the middle of a transaction."""

    standing: Standing
    number: int
    journal: int
    place: Place
    waiters: Collection[int]
    due_at: int
    events: int
    journals: int
    entries: int
    said: int


class Serving:
    """An account that was locked; `journals`, `entries` and `events` are what is to be written of it."""

    def __init__(self, view: View, published: Published, account: Account, recorded_at: int) -> None:
        self.view: Final = view
        self.published: Final = published
        self.account: Final = account
        self.recorded_at: Final = recorded_at
        self.state = unpacked(account.state)
        self.count = account.events
        self.journal = account.journals
        self.place: Place = (account.placed_at, account.placed)
        self.waiters: Collection[int] = self.state.waiters
        self.due_at = self.state.due_at
        self.rated = 0
        # What others lost to the event that was recorded last, by units, where the programme waives that.
        self.lost: dict[int, int] = {}
        self.events: list[EventRow] = []
        self.journals: list[JournalRow] = []
        self.entries: list[EntryRow] = []
        self.said: list[tuple[int, Said]] = []

    # What is asked.

    def open(self) -> None:
        """Let the teller take the account up where it stands."""
        state = self.state
        if self.count and (state.layout != FORMAT or state.revision != self.published.revision):
            self._fold_anew(None, NOWHERE)
            self.state = self._state()
        else:
            self.published.teller.open(standing_of(state))

    def fall_due(self, at: int) -> None:
        """Post what falls due at or before an instant, a journal for each instant."""
        rows = self.published.teller.fall_due(at)
        for due, own in groupby(sorted(rows, key=_at), key=_at):
            self._post(DUE, None, due, said_of(self.published, own))
            self.due_at = max(self.due_at, due)

    def record(self, row: EventRow, posted: Posted, quotas: Sequence[int] = ()) -> list[Said]:
        """Post what an event does, and return it; Refused says why it cannot be, and leaves everything as it was."""
        mark = self.mark() if posted.event.kind == REFUND or posted.event.unnamed else None
        try:
            return self._record(row, posted, quotas)
        except Refused:
            if mark is not None:
                self.back_to(mark)
            raise

    def mark(self) -> Mark:
        """Return where the account stands now, to come back to."""
        return Mark(
            self.published.teller.save(), self.count, self.journal, self.place, self.waiters, self.due_at,
            len(self.events), len(self.journals), len(self.entries), len(self.said),
        )  # fmt: skip

    def back_to(self, mark: Mark) -> None:
        """Forget everything since a mark was made."""
        self.published.teller.open(mark.standing)
        self.count, self.journal, self.place = mark.number, mark.journal, mark.place
        self.waiters, self.due_at = mark.waiters, mark.due_at
        del self.events[mark.events :], self.journals[mark.journals :], self.entries[mark.entries :]
        del self.said[mark.said :]

    def taken_from_others(self, mark: Mark, number: int) -> int:
        """Return how many points other redemptions no longer have since a mark, because of an event that stands before them."""
        changes = [
            sign * said[3]
            for sign, said in self.said[mark.said :]
            if said[0] in (SPENT, HELD) and said[_EVENT] > 0 and said[_EVENT] != number
        ]
        lost = -sum(changes)
        return max(int(lost), 0)

    def _record(self, row: EventRow, posted: Posted, quotas: Sequence[int]) -> list[Said]:
        self.count = row.number
        self.events.append(row)
        teller, event = self.published.teller, posted.event
        late = place_of(event) < self.place or event.at < self.due_at
        self.lost = {}
        if not late:
            self.fall_due(event.at)
        if late or self.waiters or teller.looks_back(posted) or _is_astray(posted):
            said, others = self._fold_anew(row, row.number, quotas)
            if late and self.published.programme.terms.lateness.waive:
                self.lost = lost_to(others, self.published.terms.units, row.number)
        else:
            self.place = place_of(event)
            said = said_of(self.published, teller.rate(posted, quotas))
            self._post(RATED, row.number, event.at, said)
        return said

    def left(self) -> list[Left]:
        """Return what the account has of each unit now."""
        return self.published.teller.left()

    def waits(self, number: int) -> bool:
        """Say whether the event of a number waits for what it refers to."""
        return number in self.waiters

    def is_closed_to(self, event: Event) -> bool:
        """Say whether an event comes after the account was closed, and is none that a closed one still takes."""
        if event.at < self.published.teller.closes_at() or event.kind in (REFUND, CLOSING):
            return False
        return event.attributes.get("step") != STEPS[CANCEL]

    def close(self) -> None:
        """Save where the account stands now in its row."""
        self.state = self._state()
        account = self.account
        account.events, account.journals = self.count, self.journal
        account.placed_at, account.placed = self.place
        account.revision = self.published.revision
        account.next_due = self.published.teller.next_due()
        account.state = packed(self.state)

    def lapsed(self) -> list[int]:
        """Return the numbers of the reservations that lapsed, one for each lot that they held."""
        due = {journal.number for journal in self.journals if journal.kind == DUE}
        return list(
            dict.fromkeys([entry.event for entry in self.entries if entry.journal in due and entry.kind == RELEASED])
        )

    # What it takes.

    def _state(self) -> State:
        standing = self.published.teller.save()
        return State(
            FORMAT, self.published.revision, self.due_at, tuple(self.waiters), standing.members, list(standing.cells)
        )

    def _fold_anew(
        self, row: EventRow | None, late: int, quotas: Sequence[int] = ()
    ) -> tuple[list[Said], list[tuple[int, Said]]]:
        """Fold the whole life of the account, and post what that changes; return what the event itself does, and what others do otherwise."""
        published = self.published
        stored = events.of_account(self.view, published.id, self.account.name)
        history, self.waiters, refused = history_of(published.programme.terms, [*stored, *self.events])
        if row is not None and refused:
            self._check_refused(row, refused, stored)
        rows = published.teller.refold(history, self._granted(history, late, quotas))
        rows += published.teller.fall_due(self.due_at)
        self.place = last_place(history)
        now = Counter(said_of(published, rows))
        now.subtract(self._posted())
        own, other = _told_apart(now, late)
        if row is not None:
            at = next((one.event.at for one in history if one.number == row.number), row.at)
            self._post(RATED, row.number, at, own)
        self._adjust(late, other)
        return own, other

    def _check_refused(self, row: EventRow, refused: Mapping[int, str], stored: Sequence[EventRow]) -> None:
        """Refuse what is refused itself, and a refund that would leave nothing for one that was recorded before it."""
        if row.number in refused:
            raise Refused(refused[row.number])
        if row.kind == REFUND:
            _, _, before = history_of(self.published.programme.terms, [*stored, *self.events[:-1]])
            for number in refused.keys() - before.keys():
                message = f"with refund {row.id} before it, {refused[number]}"
                raise Refused(message)

    def _granted(self, history: Sequence[Posted], late: int, quotas: Sequence[int]) -> list[list[int]]:
        """Return what was recorded of budgets for each event, and to the new one what there is of them now."""
        columns = recorded_quotas(self.published.programme, history)
        for place, one in enumerate(history if quotas else ()):
            if one.number == late:
                for column, quota in zip(columns, quotas, strict=True):
                    column[place] = quota
        return columns

    def _posted(self) -> Counter[Said]:
        """Return what the books say of the account so far, less what was taken off."""
        found = net_of(journals.entries_after(self.view, self.published.id, self.account.name))
        for sign, said in self.said:
            found[said] += sign
        return found

    def _adjust(self, late: int, changes: Iterable[tuple[int, Said]]) -> None:
        """Post what a late event, or another revision, changes of what was posted."""
        told = list(changes)
        if told:
            self._begin(ADJUSTED, None, self.recorded_at, late=None if late == NOWHERE else late)
            for position, (sign, said) in enumerate(told):
                self._add(sign, said, after=position)

    def _post(self, kind: int, event: int | None, at: int, said: Sequence[Said]) -> None:
        """Post one cause: an event, even one that does nothing, or what fell due at an instant."""
        self._begin(WAITED if event in self.waiters else kind, event, at)
        self.rated = self.rated if event is None else self.journal
        for position, one in enumerate(said):
            self._add(POSTED, one, after=position)

    def _begin(self, kind: int, event: int | None, at: int, *, late: int | None = None) -> None:
        self.journal += 1
        self.journals.append(JournalRow(self.account.name, self.journal, event, kind, at, self.recorded_at, late))

    def _add(self, sign: int, said: Said, *, after: int) -> None:
        self.said.append((sign, said))
        self.entries += entry_rows(self.account.name, self.journal, [said], sign=sign, after=after)


def recorded_quotas(programme: Programme, history: Sequence[Posted], otherwise: int = and_more(0)) -> list[list[int]]:
    """Return what budgets granted each event, as it was recorded; stocks leave what was drawn.

    Of a budget that is not named nothing was granted, and it cut nothing, unless it leaves something `otherwise`.
    """
    columns = [[otherwise for _ in history] for _ in programme.budgets]
    columns += [[PLENTY for _ in history] for _ in programme.stocks]
    for place, one in enumerate(history if programme.budgets else ()):
        for budget, quota in quotas_of(programme, one.event.id, one.event.granted).items():
            columns[budget][place] = quota
    return columns


def write(work: Work, published: Published, served: Sequence[Serving]) -> None:
    """Write what became of accounts, a statement for each table."""
    events.add(work, published.id, [row for one in served for row in one.events])
    journals.add(
        work,
        published.id,
        [row for one in served for row in one.journals],
        [row for one in served for row in one.entries],
    )
    accounts.save(work, published.id, [one.account for one in served])


def _told_apart(changes: Counter[Said], event: int) -> tuple[list[Said], list[tuple[int, Said]]]:
    """Return what the event itself does, and what it changes of what was there: so many times more, or taken off."""
    own: list[Said] = []
    other: list[tuple[int, Said]] = []
    for said, count in changes.items():
        if count > 0 and said[_EVENT] == event and event != NOWHERE:
            own += [said] * count
        else:
            other += [(POSTED if count > 0 else TAKEN_OFF, said)] * abs(count)
    return own, other


_EVENT: Final = 6
"""Where an entry says which event did it."""


def _is_astray(posted: Posted) -> bool:
    """Say whether an event names a reservation that was not found by its source: another one may have made it."""
    return posted.refers == NOWHERE and posted.event.attributes.get("reservation") is not None


def _at(row: Effect) -> int:
    return row.at
