"""Verify: derive everything from the events anew, and compare it with what is kept.

What it looks at: each account's books against a fold of its events, its saved standing against that fold, the numbers of its
events and journals, that every event has its claim, and the chain of seals. What it does not: what was never recorded, and
whether a record that somebody changed together with everything derived from it, before it was sealed, was another one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guerdon.core.teller import FORMAT
from guerdon.services.entries import POSTED, Said, said_of
from guerdon.services.facts import can_say, history_of
from guerdon.services.published import Published
from guerdon.services.serving import granted_of
from guerdon.services.states import standing_of, unpacked
from guerdon.store import accounts, events, journals, seals
from guerdon.store.accounts import Account
from guerdon.store.database import View
from guerdon.store.events import Claim, EventRow, Name
from guerdon.store.journals import EntryRow
from guerdon.store.statements import Row

COVERED: Final = (
    "books against a fold of the events", "standings", "numbers of events and journals", "claims of event ids", "the chain of seals",
)  # fmt: skip
NOT_COVERED: Final = (
    "what was never recorded",
    "journals that are not sealed yet, against a change of an event together with all that follows from it",
    "members, keys and other rows that are no books",
)
PAGE: Final = 500
EVENTS: Final = 20_000
"""So many accounts are looked at together at most, and about so many of their events."""

_JOURNAL: Final = EntryRow._fields.index("journal")
_SIGN: Final = EntryRow._fields.index("sign")
_SAID: Final = _SIGN + 1
"""Where a row of an entry has the number of its journal, its sign, and what it says from there on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not agree, of one account or of the whole."""

    account: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was looked at, and everything that does not agree."""

    accounts: int
    events: int
    journals: int
    seals: int
    unsealed: int
    findings: tuple[Finding, ...]


def verify(view: View, published: Published, *, at: int) -> Verified:
    """Verify a whole programme as of an instant, which is not before anything was posted; nothing is written."""
    return together(view, published.id, [verify_accounts(view, published, at=at)])


def verify_accounts(
    view: View, published: Published, *, at: int, after: str = "", until: str | None = None
) -> Verified:
    """Verify the accounts from after a name up to another one, without the chain of seals."""
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    for rows in _sets(view, published.id, after, until):
        counts["accounts"] += len(rows)
        counts["events"] += sum(row.events for row in rows)
        counts["journals"] += sum(row.journals for row in rows)
        findings += _verify_set(view, published, rows, at=at)
    return Verified(
        accounts=counts["accounts"],
        events=counts["events"],
        journals=counts["journals"],
        seals=0,
        unsealed=0,
        findings=tuple(findings),
    )


def together(view: View, programme: int, parts: Iterable[Verified]) -> Verified:
    """Verify the chain of seals, and return it with what was found of ranges of accounts."""
    chain = seals.verify_chain(view, programme)
    unsealed = seals.unsealed(view, programme)[0]
    verified = list(parts)
    findings = [finding for part in verified for finding in part.findings]
    findings += [Finding(account=one.account, what=f"seal {one.seal}: {one.what}") for one in chain.breaks]
    return Verified(
        accounts=sum(part.accounts for part in verified),
        events=sum(part.events for part in verified),
        journals=sum(part.journals for part in verified),
        seals=chain.seals,
        unsealed=unsealed,
        findings=tuple(findings),
    )


def _verify_set(view: View, published: Published, rows: Sequence[Account], *, at: int) -> Iterator[Finding]:
    """Tell what of some accounts does not agree, of all that is read of them together."""
    names = [row.name for row in rows]
    kept = events.of_accounts(view, published.id, names)
    claims = events.find(view, published.id, [(one.source, one.id) for own in kept.values() for one in own])
    entries = journals.entries_of_accounts(view, published.id, names)
    for row in rows:
        account = _Account(published, row, kept.get(row.name, []), entries.get(row.name, []))
        for what in (*account.misnumbered(), *account.unclaimed(claims), *account.misposted(at)):
            yield Finding(account=row.name, what=what)


class _Account:
    """One account with all that is kept of it."""

    def __init__(self, published: Published, row: Account, kept: list[EventRow], entries: list[Row]) -> None:
        self.published: Final = published
        self.row: Final = row
        self.kept: Final = kept
        self.entries: Final = entries

    def misnumbered(self) -> Iterator[str]:
        """Tell which numbers are missing or too many."""
        numbers = [one.number for one in self.kept]
        if numbers != list(range(1, self.row.events + 1)):
            yield f"events are numbered {numbers[:5]}..., not 1 to {self.row.events}"
        if self.entries and self.entries[-1][_JOURNAL] > self.row.journals:
            yield f"there are entries of journal {self.entries[-1][_JOURNAL]}, and {self.row.journals} journals"

    def unclaimed(self, claims: Mapping[Name, Claim]) -> Iterator[str]:
        """Tell which events are not what their ids were claimed for."""
        for one in self.kept:
            claim = claims.get((one.source, one.id))
            if claim is None or (claim.account, claim.number) != (one.account, one.number):
                yield f"event {one.number} is not the one that its id {one.id!r} was claimed for"
            elif not can_say(one.body, claim.content):
                yield f"event {one.number} does not say what it said when its id {one.id!r} was claimed"

    def misposted(self, at: int) -> Iterator[str]:
        """Tell whether the books, and where the account stands, are not what a fold of its events comes to."""
        if not self.kept:
            return
        published, teller = self.published, self.published.teller
        state = unpacked(self.row.state)
        history, _, _ = history_of(published.programme.terms, self.kept)
        rows = teller.refold(history, granted_of(published.programme, history))
        rows += teller.fall_due(state.due_at)
        told, derived = self._told(), Counter(said_of(published, rows))
        if dict(told) != dict(derived):  # as counters they would be compared one by one
            extra, missing = told - derived, derived - told
            yield f"the books say {sum(extra.values())} entries that no event does, and lack {sum(missing.values())}"
        teller.fall_due(at)
        folded = teller.save()
        if state.layout == FORMAT and state.revision == published.revision:
            teller.open(standing_of(state))
            teller.fall_due(at)
            if teller.save() != folded:
                yield "the saved standing is not what a fold of the events comes to"

    def _told(self) -> Counter[Said]:
        """Return what the books say, each as often as it was posted, less how often it was taken off."""
        found = Counter([entry[_SAID:] for entry in self.entries if entry[_SIGN] == POSTED])
        taken_off = [entry[_SAID:] for entry in self.entries if entry[_SIGN] != POSTED]
        if not taken_off:
            return found
        found.subtract(taken_off)
        return +found


def _sets(view: View, programme: int, after: str, until: str | None) -> Iterator[list[Account]]:
    """Yield accounts of a range, as many together as have about so many events."""
    last = after
    while rows := accounts.page(view, programme, last, PAGE):
        last = rows[-1].name
        some: list[Account] = []
        for row in rows:
            if until is not None and row.name > until:
                last = ""
                break
            some.append(row)
            if sum(one.events for one in some) >= EVENTS:
                yield some
                some = []
        if some:
            yield some
        if not last:
            return
