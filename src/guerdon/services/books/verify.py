"""Verify: derive everything from the events anew, and compare it with what is kept.

What it looks at: each account's books against a fold of its events, its saved standing against that fold, the numbers of its
events and journals, that every event has its claim, and the chain of seals. What it does not: what was never recorded, and
whether a record that somebody changed together with everything derived from it, before it was sealed, was another one.

Invariant: an account is held against the revision under which its books were last written; a newer one changes them when
something happens to it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guerdon.core.errors import NotFound
from guerdon.core.teller import FORMAT
from guerdon.services.entries import said_of
from guerdon.services.facts import contents_of, history_of
from guerdon.services.published import Published, take_up
from guerdon.services.serving import entries_of, granted_of
from guerdon.services.states import standing_of, unpacked
from guerdon.store import accounts, events, journals, seals
from guerdon.store.accounts import Account
from guerdon.store.database import View
from guerdon.store.events import EventRow

COVERED: Final = (
    "books against a fold of the events", "standings", "numbers of events and journals", "claims of event ids", "the chain of seals",
)  # fmt: skip
NOT_COVERED: Final = (
    "what was never recorded",
    "journals that are not sealed yet, against a change of an event together with all that follows from it",
    "members, keys and other rows that are no books",
)
PAGE: Final = 500


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
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    revisions = {0: published, published.revision: published}
    for row in _accounts(view, published.id):
        counts["accounts"] += 1
        counts["events"] += row.events
        counts["journals"] += row.journals
        try:
            if row.revision not in revisions:
                revisions[row.revision] = take_up(view, published.id, row.revision)
        except NotFound:
            findings.append(
                Finding(account=row.name, what=f"it was written under revision {row.revision}, which there is not")
            )
            continue
        under = revisions[row.revision]
        findings += [Finding(account=row.name, what=what) for what in verify_account(view, under, row, at=at)]
    chain = seals.verify_chain(view, published.id)
    findings += [Finding(account=one.account, what=f"seal {one.seal}: {one.what}") for one in chain.breaks]
    return Verified(
        accounts=counts["accounts"],
        events=counts["events"],
        journals=counts["journals"],
        seals=chain.seals,
        unsealed=seals.unsealed(view, published.id)[0],
        findings=tuple(findings),
    )


def verify_account(view: View, published: Published, row: Account, *, at: int) -> Iterator[str]:
    """Tell what of an account does not agree."""
    kept = events.of_account(view, published.id, row.name)
    if [one.number for one in kept] != list(range(1, row.events + 1)):
        yield f"events are numbered {[one.number for one in kept][:5]}..., not 1 to {row.events}"
    yield from _unclaimed(view, published, kept)
    numbers = sorted({entry.journal for entry in journals.entries_after(view, published.id, row.name)})
    if numbers and numbers[-1] > row.journals:
        yield f"there are entries of journal {numbers[-1]}, and {row.journals} journals"
    if not kept:
        return
    state = unpacked(row.state)
    history, _, _ = history_of(published.programme.terms, kept)
    teller = published.teller
    rows = teller.refold(history, granted_of(published.programme, history))
    rows += teller.fall_due(state.due_at)
    told = +entries_of(view, published, row.name)
    derived = Counter(said_of(published, rows))
    if told != derived:
        extra, missing = told - derived, derived - told
        yield f"the books say {sum(extra.values())} entries that no event does, and lack {sum(missing.values())}"
    teller.fall_due(at)
    folded = teller.save()
    if state.layout == FORMAT and state.revision == published.revision:
        teller.open(standing_of(state))
        teller.fall_due(at)
        if teller.save() != folded:
            yield "the saved standing is not what a fold of the events comes to"


def _unclaimed(view: View, published: Published, kept: list[EventRow]) -> Iterator[str]:
    claims = events.find(view, published.id, [(one.source, one.id) for one in kept])
    for one in kept:
        claim = claims.get((one.source, one.id))
        if claim is None or (claim.account, claim.number) != (one.account, one.number):
            yield f"event {one.number} is not the one that its id {one.id!r} was claimed for"
        elif claim.content not in contents_of(one.body):
            yield f"event {one.number} does not say what it said when its id {one.id!r} was claimed"


def _accounts(view: View, programme: int) -> Iterator[Account]:
    last = ""
    while rows := accounts.page(view, programme, last, PAGE):
        yield from rows
        last = rows[-1].name
