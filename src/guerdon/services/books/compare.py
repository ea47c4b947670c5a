"""Compare one account with its events: its books and standing with a fold of them, its rows with what its events say.

Invariant: whatever is wrong is told, and nothing that can be wrong ends the comparison of the other accounts.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from guerdon.core.calendar import EARLIEST
from guerdon.core.errors import GuerdonError
from guerdon.core.events import Event, Terms
from guerdon.core.teller import FORMAT, Posted, Standing, Teller
from guerdon.services.entries import DUE, RATED, WAITED, net_of, said_of
from guerdon.services.events.forwarding import awaited, waiting_for
from guerdon.services.facts import can_say, history_in, reread
from guerdon.services.published import Published
from guerdon.services.serving import last_place, recorded_quotas
from guerdon.services.states import State, standing_of, unpacked
from guerdon.store.accounts import Account
from guerdon.store.events import Claim, EventRow, Name
from guerdon.store.journals import JournalRow
from guerdon.store.shared import Budget
from guerdon.store.statements import Row


class Kept(NamedTuple):
    """All that is kept of an account; among the claims of ids there may be others', and `find` looks for more of them."""

    events: list[EventRow]
    claims: Mapping[Name, Claim]
    journals: list[JournalRow]
    entries: list[Row]
    find: Callable[[list[Name]], Mapping[Name, Claim]]


def differences(published: Published, row: Account, account: Kept, *, at: int, drawn: Counter[Budget]) -> Iterator[str]:
    """Tell what of an account does not agree, as of an instant; count in `drawn` what it drew from stocks and budgets."""
    kept = account.events
    if [one.number for one in kept] != list(range(1, row.events + 1)):
        yield f"events are numbered {[one.number for one in kept][:5]}..., not 1 to {row.events}"
    terms = published.programme.terms
    read = [_read(terms, one) for one in kept]
    misread = [what for one, event in zip(kept, read, strict=True) for what in _misread(published, row, one, event)]
    yield from misread
    if misread:
        return
    yield from _unclaimed(account)
    yield from _unawaited(account, [event for event in read if isinstance(event, Event)])
    yield from _misnumbered(row, account)
    if not kept:
        return
    try:
        state = unpacked(row.state)
        history, _, _ = history_in(terms, kept, [event for event in read if isinstance(event, Event)])
        yield from _misplaced(published, row, state, history)
        yield from _undue(state, account.journals)
        yield from _unfolded(published, state, history, account.entries)
        _count(published, history, max(state.due_at, row.placed_at), drawn)
        yield from _misfit(published, row, state, at)
    except (GuerdonError, msgspec.DecodeError) as failure:
        yield f"its events or its saved standing cannot be read: {failure}"


def _read(terms: Terms, row: EventRow) -> Event | str:
    """Return the event that a row keeps, or why it cannot be read."""
    try:
        return reread(terms, row)
    except (GuerdonError, msgspec.DecodeError) as failure:
        return f"event {row.number} cannot be read: {failure}"


def _misread(published: Published, row: Account, one: EventRow, event: Event | str) -> Iterator[str]:
    """Tell where an event's row does not say what its record says; under another revision that may be read otherwise."""
    if isinstance(event, str):
        yield event
        return
    if not 1 <= one.revision <= row.revision:
        yield f"event {one.number} was recorded under revision {one.revision}, and the account knows {row.revision}"
    said = (event.source, event.id, event.type, event.kind, event.member, event.at)
    if one.revision == published.revision and said != (one.source, one.id, one.type, one.kind, one.member, one.at):
        yield f"event {one.number} is not what its record says"


def _unclaimed(account: Kept) -> Iterator[str]:
    for one in account.events:
        claim = account.claims.get((one.source, one.id))
        if claim is None or (claim.account, claim.number) != (one.account, one.number):
            yield f"event {one.number} is not the one that its id {one.id!r} was claimed for"
        elif not can_say(one.body, claim.content):
            yield f"event {one.number} does not say what it said when its id {one.id!r} was claimed"


def _unawaited(account: Kept, read: Sequence[Event]) -> Iterator[str]:
    """Tell of refunds that waited for a purchase without a claim that says so: when it comes, nobody would find them."""
    waited = {one.event for one in account.journals if one.kind == WAITED}
    for row, event in zip(account.events, read, strict=True):
        if event.refund is None or row.number not in waited:
            continue
        purchase = (event.refund.source, event.refund.of)
        own = account.claims.get((row.source, row.id))
        claims = waiting_for(*purchase, account.find([awaited(*purchase)]), account.find)
        if own is None or own[2:] not in [one[2:] for one in claims]:
            yield f"event {row.number} waited for the purchase {event.refund.of!r}, and no claim of that says so"


def _misnumbered(row: Account, account: Kept) -> Iterator[str]:
    """Tell which journals there should be and are not, and events that were not posted when they were recorded."""
    numbers = [one.number for one in account.journals]
    if numbers != list(range(1, row.journals + 1)):
        yield f"journals are numbered {numbers[:5]}..., not 1 to {row.journals}"
    recorded = {one.event: one.recorded_at for one in account.journals if one.kind in (RATED, WAITED)}
    for one in account.events:
        # What was imported, or kept of a guest, was recorded before it was posted.
        if recorded.get(one.number, EARLIEST) < one.recorded_at:
            yield f"event {one.number} has no journal since it was recorded"


def _misplaced(published: Published, row: Account, state: State, history: Sequence[Posted]) -> Iterator[str]:
    if last_place(history) != (row.placed_at, row.placed):
        yield "its last event is not the one that it says"
    if (state.layout, state.revision) == (FORMAT, published.revision) or state.layout != FORMAT:
        return
    yield f"its standing was saved under revision {state.revision}, and it says {row.revision}"


def _unfolded(published: Published, state: State, history: Sequence[Posted], entries: Sequence[Row]) -> Iterator[str]:
    """Fold an account anew, and tell what its books say otherwise."""
    teller = published.teller
    rows = teller.refold(history, recorded_quotas(published.programme, history))
    rows += teller.fall_due(state.due_at)
    told, derived = net_of(entries), Counter(said_of(published, rows))
    if dict(told) != dict(derived):  # as counters they would be compared one by one
        extra, missing = told - derived, derived - told
        yield f"the books say {sum(extra.values())} entries that no event does, and lack {sum(missing.values())}"


def _count(published: Published, history: Sequence[Posted], posted_to: int, drawn: Counter[Budget]) -> None:
    """Count what the account that was folded drew from stocks and budgets."""
    programme, terms, teller = published.programme, published.terms, published.teller
    draws = teller.draws()
    for stock, period, amount, at in zip(draws.stock, draws.period, draws.amount, draws.at, strict=True):
        # What a reservation drew comes back when it lapses: it is told of when it is made, and posted when that is due.
        if at <= posted_to:
            drawn[Budget(terms.limits[programme.stocks[stock]], period)] += amount
    instants = {one.number: one.event.at for one in history}
    takes = teller.takes()
    for event, budget, amount in zip(takes.event, takes.budget, takes.amount, strict=True):
        position = programme.budgets[budget]
        period = programme.periods[programme.limits[position].counts_by].of(instants[event])
        drawn[Budget(terms.limits[position], int(period))] += amount


def _misfit(published: Published, row: Account, state: State, at: int) -> Iterator[str]:
    """Tell whether the saved standing, brought to an instant, is what the fold comes to."""
    if state.layout != FORMAT:
        return
    teller = published.teller
    teller.fall_due(at)
    folded = teller.save()
    found = _taken_up(teller, standing_of(state), at)
    if found is None or found.whole != standing_of(state) or found.brought != folded:
        yield "the saved standing is not what a fold of the events comes to"
    if found is not None and found.next_due != row.next_due:
        yield "something falls due at another time than it says"


class _Found(NamedTuple):
    """A saved standing as it is taken up, when something falls due then, and what it has come to at an instant."""

    whole: Standing
    next_due: int
    brought: Standing


def _taken_up(teller: Teller, standing: Standing, at: int) -> _Found | None:
    """Let a teller take a saved standing up; None where it cannot be: whoever changed it may have made anything of it."""
    try:
        teller.open(standing)
        whole, next_due = teller.save(), teller.next_due()
        teller.fall_due(at)
        return _Found(whole, next_due, teller.save())
    except Exception:  # noqa: BLE001 - what cannot be taken up is told, and the other accounts are looked at
        return None


def _undue(state: State, kept: Sequence[JournalRow]) -> Iterator[str]:
    """Tell whether the instant to which an account was brought is none at which something of it fell due, or was recorded."""
    instants = {EARLIEST, *[one.at for one in kept if one.kind == DUE], *[one.recorded_at for one in kept]}
    if state.due_at not in instants:
        yield "nothing fell due at the instant to which its standing is said to be brought"
