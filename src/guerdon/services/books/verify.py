"""Verify: derive everything from the events anew, and compare it with what is kept.

What it looks at: each account (`compare.py`), what is used of stocks and budgets, both sides of transfers (`passed.py`), that no account is missing, and the chain of
seals. What it does not: what was never recorded, what is said once only, and whether a record that somebody changed together with
everything derived from it, before it was sealed, was another one.

Invariant: an account is held against the revision under which its books were last written; a newer one changes them when
something happens to it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from guerdon.core.errors import NotFound
from guerdon.core.teller import Teller
from guerdon.services.books.compare import Kept, differences
from guerdon.services.books.passed import unmatched
from guerdon.services.published import Published, take_up
from guerdon.store import accounts, events, guests, journals, seals, shared
from guerdon.store.accounts import Account
from guerdon.store.database import View
from guerdon.store.shared import Budget

SAID_ONCE: Final = {
    "programmes": ("id", "name", "created_at"),
    "revisions": ("published_at", "published_by", "note", "files", "replaces"),
    "terms": ("id", "kind", "name"),
    "accounts": ("batch",),
    "events": ("recorded_at",),
    "meta": ("name", "value"),
}
"""Columns of the books' tables that nothing else says: of files, terms and the moment of recording, what no entry comes from."""

COVERED: Final = (
    "books against a fold of the events", "standings", "numbers of events and journals", "claims of event ids, and of refunds that wait",
    "what is used of stocks and budgets", "both sides of transfers", "the chain of seals",
)  # fmt: skip
NOT_COVERED: Final = (
    "what was never recorded",
    "journals that are not sealed yet, against a change of an event together with all that follows from it",
    f"what is said once only: {', '.join(f'{name}.{column}' for name, columns in SAID_ONCE.items() for column in columns)}",
    "what of a saved standing time has overtaken by the instant at which it is verified: it changes nothing any more",
    "rows of shared that say that nothing is used: without them it is so, too",
    "members, guests, keys and other rows that are no books",
)
PAGE: Final = 500
EVENTS: Final = 20_000
"""So many accounts are looked at together at most, and about so many of their events."""

_UNKNOWN: Final = "it was written under a revision that there is not"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What was looked at of a range of accounts, what does not agree, and what they drew from stocks and budgets."""

    accounts: int
    events: int
    journals: int
    findings: tuple[Finding, ...]
    drawn: dict[Budget, int]


def verify(view: View, published: Published, *, at: int) -> Verified:
    """Verify a whole programme as of an instant, which is not before anything was posted; nothing is written."""
    return together(view, published, [verify_accounts(view, published, at=at)])


def verify_accounts(view: View, published: Published, *, at: int, after: str = "", until: str | None = None) -> Range:
    """Verify the accounts from after a name up to another one."""
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    drawn: Counter[Budget] = Counter()
    revisions = {published.revision: _with_own_teller(published)}
    for rows in _sets(view, published.id, after, until):
        kept = _kept(view, published.id, rows)
        for row, own in zip(rows, kept, strict=True):
            counts["accounts"] += 1
            counts["events"] += row.events
            counts["journals"] += row.journals
            under = _under(view, published, row, revisions)
            told = [_UNKNOWN] if under is None else list(differences(under, row, own, at=at, drawn=drawn))
            if under is not None and told:
                # Whatever a teller was made to take up, the next account is looked at by one that knows nothing of it.
                revisions[under.revision] = _with_own_teller(under)
            findings += [Finding(account=row.name, what=what) for what in told]
    return Range(
        accounts=counts["accounts"],
        events=counts["events"],
        journals=counts["journals"],
        findings=tuple(findings),
        drawn=dict(drawn),
    )


def together(
    view: View, published: Published, ranges: Sequence[Range], before: Mapping[Budget, int] | None = None
) -> Verified:
    """Verify what is of no account, and return it with what was found of ranges of accounts.

    Where these saw other states of the database than `view`, `before` says what was used of budgets when they began: of one
    that was used meanwhile nothing can be said.
    """
    chain = seals.verify_chain(view, published.id)
    unsealed = seals.unsealed(view, published.id)[0]
    missing = accounts.missing(view, published.id)
    findings = [finding for part in ranges for finding in part.findings]
    findings += [Finding(account=name, what="there are events or journals of it, and no account") for name in missing]
    if not findings:
        drawn = sum((Counter(part.drawn) for part in ranges), Counter[Budget]())
        used = shared.every(view, published.id)
        then = used if before is None else before
        busy = {budget for budget, now in used.items() if now != then.get(budget, 0)}
        findings += [Finding(account="", what=what) for what in _misused(published, used, drawn, busy)]
    findings += [Finding(account=account, what=what) for account, what in unmatched(view, published)]
    findings += [Finding(account=one.account, what=f"seal {one.seal}: {one.what}") for one in chain.breaks]
    return Verified(
        accounts=sum(part.accounts for part in ranges),
        events=sum(part.events for part in ranges),
        journals=sum(part.journals for part in ranges),
        seals=chain.seals,
        unsealed=unsealed,
        findings=tuple(findings),
    )


def _with_own_teller(published: Published) -> Published:
    return replace(published, teller=Teller(published.programme))


def _under(view: View, published: Published, row: Account, revisions: dict[int, Published]) -> Published | None:
    """Return the revision under which an account was written; None when there is none of its number."""
    if row.events == 0:
        return published
    if row.revision not in revisions:
        try:
            revisions[row.revision] = take_up(view, published.id, row.revision)
        except NotFound:
            return None
    return revisions[row.revision]


def _misused(
    published: Published, used: Mapping[Budget, int], drawn: Counter[Budget], busy: Collection[Budget]
) -> Iterator[str]:
    """Tell of which stocks and budgets not as much is used as accounts drew."""
    for budget in sorted(used.keys() | drawn.keys()):
        if used.get(budget, 0) != drawn[budget] and budget not in busy:
            name = published.terms.name(budget.term)
            yield f"{used.get(budget, 0)} of {name} are said to be used, and accounts drew {drawn[budget]}"


def _kept(view: View, programme: int, rows: Sequence[Account]) -> list[Kept]:
    """Return all that is kept of some accounts, in their order, each read together for all."""
    names = [row.name for row in rows]
    kept = events.of_accounts(view, programme, names)
    ids = [(one.source, one.id) for own in kept.values() for one in own]
    claims = guests.settled(view, programme, events.find(view, programme, ids))
    posted = journals.of_accounts(view, programme, names)
    entries = journals.entries_of_accounts(view, programme, names)
    find = partial(events.find, view, programme)
    return [Kept(kept.get(name, []), claims, posted.get(name, []), entries.get(name, []), find) for name in names]


def _sets(view: View, programme: int, after: str, until: str | None) -> Iterator[list[Account]]:
    """Yield accounts of a range, as many together as have about so many events."""
    last = after
    while rows := accounts.page(view, programme, last, PAGE):
        last = rows[-1].name
        some: list[Account] = []
        count = 0
        for row in rows:
            if until is not None and row.name > until:
                last = ""
                break
            some.append(row)
            count += row.events
            if count >= EVENTS:
                yield some
                some, count = [], 0
        if some:
            yield some
        if not last:
            return
