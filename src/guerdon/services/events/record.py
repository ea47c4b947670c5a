"""Record events: each is answered by itself, once and for ever; what one cannot be leaves its neighbours alone.

Invariants:
* One (source, id) has one outcome: the same content is answered as before, other content is refused and does nothing.
* Accounts are locked in the order of their names, before anything is read of them that is written here; then what they share.
* Events of one account are recorded in the order in which they are given.
* A refund that waits, and its purchase in another account, never miss each other: whoever comes second finds the first.
* What is refused leaves nothing behind, not even the empty account that it asked about.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from guerdon.core.calendar import EARLIEST
from guerdon.core.errors import Conflict, Invalid, Refused
from guerdon.core.events import Event
from guerdon.core.facts import PURCHASE, REFUND
from guerdon.core.ledger import NOWHERE
from guerdon.core.teller import Posted
from guerdon.services.answers import (
    RECORDED,
    WAITING,
    Recorded,
    Refusal,
    balances_of,
    limited_by,
    moves_of,
    points_of,
)
from guerdon.services.decision import closed, refusal_of, without_terms
from guerdon.services.events.again import answered_before
from guerdon.services.events.forwarding import awaited, forwarded, waiting_for
from guerdon.services.events.guests import Guests, Home, as_fact, kept
from guerdon.services.facts import Fact, Record, at_another_time, read_fact, row_of, says_the_same
from guerdon.services.identities import Recognised, recognise
from guerdon.services.published import Published
from guerdon.services.serving import Serving, write
from guerdon.services.shared import Shared
from guerdon.services.waiving import waiver
from guerdon.store import accounts, events, guests, members
from guerdon.store.accounts import Account
from guerdon.store.database import Work
from guerdon.store.events import Claim, EventRow
from guerdon.store.guests import NO_NUMBER

Name = tuple[str, str]
Outcome = Recorded | Refusal

_TIE: Final = 1_000_000

AT_MOST: Final = 1_000
"""So many events are recorded together at most."""


def record_events(work: Work, published: Published, records: Sequence[Record], *, recorded_at: int) -> list[Outcome]:
    """Record events, and return what became of each, in the order given. Conflict when another transaction was faster."""
    if len(records) > AT_MOST:
        message = f"{len(records)} events came at once; send {AT_MOST} at most"
        raise Invalid(message)
    return Recording(work, published, recorded_at).run(records)


class Recording:
    """One group of events in one transaction; where it `decides`, a redemption that may not be is refused."""

    def __init__(self, work: Work, published: Published, recorded_at: int, *, decides: bool = False) -> None:
        self.work: Final = work
        self.published: Final = published
        self.recorded_at: Final = recorded_at
        self.decides: Final = decides
        self.shared: Final = Shared(work, published)
        self.guests: Final = Guests(work, published, recorded_at)
        self.known: dict[Name, Claim] = {}
        self.claims: dict[Name, Claim] = {}
        # What we record ourselves, and what refunds that wait for purchases claim.
        self.ours: Final[list[Claim]] = []
        self.awaiting: Final[dict[Name, Claim]] = {}
        # What was kept of guests and is taken over now, and refunds of guests whose purchase has come.
        self.taking: Final[set[Name]] = set()
        self.settled: Final[list[Claim]] = []
        # Purchases that refunds name, and that were not there when it was decided whose the refunds are.
        self.missing: set[Name] = set()
        self.outcomes: dict[Name, Outcome] = {}
        # From when on accounts are their members' who began anew.
        self.begins: dict[str, int] = {}
        self.served: list[Serving] = []

    def run(self, records: Sequence[Record]) -> list[Outcome]:
        """Record everything, and write it."""
        read = [self._read(one) for one in recognise(self.work, self.published.id, records, self.guests.holding())]
        answers = iter(self.record([one for one in read if isinstance(one, Fact)]))
        self.guests.forget_unused()
        return [next(answers) if isinstance(one, Fact) else one for one in read]

    def record(self, read: Sequence[Fact]) -> list[Outcome]:
        """Record what was read, and write it."""
        facts = self._at_home(read)
        self.guests.hold(facts)
        owned = [fact for fact in facts if fact.guest is None]
        rows = accounts.lock(self.work, self.published.id, sorted({fact.event.account for fact in owned}))
        self._guard(facts)
        self.known = self._find(_names_of(facts))
        self._check_missing(facts)
        self.shared.lock([fact.event for fact in owned if _name(fact) not in self.known])
        by_account: dict[str, list[int]] = {}
        found: dict[int, Outcome] = {}
        for place, fact in enumerate(facts):
            if fact.guest is None:
                by_account.setdefault(fact.event.account, []).append(place)
            else:
                found[place] = self._answer(None, fact)
        for account in sorted(by_account):
            serving = self._opened(rows[account])
            for place in by_account[account]:
                found[place] = self._answer(serving, facts[place])
            self._close(serving)
        self._write()
        accounts.forget_new(self.work, self.published.id, rows.keys() - {one.account.name for one in self.served})
        return [found[place] for place in range(len(facts))]

    def take_over(self, facts: Sequence[Fact]) -> None:
        """Record, in their order, what was kept of guests as events of one account; what cannot be recorded stays kept."""
        account = facts[0].event.account
        self.taking.update(map(_name, facts))
        rows = accounts.lock(self.work, self.published.id, [account])
        self._guard(facts)
        self.shared.lock([fact.event for fact in facts])
        self.known = events.find(self.work, self.published.id, [awaited(*_name(fact)) for fact in facts])
        serving = self._opened(rows[account])
        for fact in facts:
            self._record(serving, fact)
        self._close(serving)
        guests.settle(self.work, self.published.id, [*self.claims.values(), *self.settled])
        events.claim(self.work, self.published.id, self._our_claims())
        write(self.work, self.published, self.served)
        self.shared.save()

    def _read(self, one: Recognised | Refusal) -> Fact | Refusal:
        if isinstance(one, Refusal):
            return one
        record = one.record
        try:
            fact = read_fact(self.published.programme.terms, record, self.recorded_at, decided=self.decides)
        except Invalid as invalid:
            return Refusal(code="invalid_event", detail=str(invalid), id=str(record.get("id") or ""))
        fact = replace(fact, guest=one.guest) if one.guest is not None else fact
        return self.guests.refusal_of(fact, account=record.get("account")) or fact

    def _find(self, names: Sequence[Name]) -> dict[Name, Claim]:
        """Return the claims that there are of ids; those of guests who joined since are of their accounts now."""
        programme = self.published.id
        return guests.settled(self.work, programme, events.find(self.work, programme, names))

    def _at_home(self, facts: Sequence[Fact]) -> list[Fact]:
        """Return facts with the account that each is of: its purchase's, its own, or its member's."""
        named = [one.event.member for one in facts if one.event.account == one.event.member]
        known = members.read(self.work, self.published.id, sorted(set(named)))
        homes = {name: row.account for name, row in known.items()}
        self.begins |= {row.account: row.enrolled_at for row in known.values() if row.account != row.member}
        given = {_name(one): (one.event.account, one.guest) for one in facts if one.event.kind != REFUND}
        named_ = [(one.event.refund.source, one.event.refund.of) for one in facts if one.event.refund is not None]
        purchases = given | self.guests.homes(self._find(named_))
        self.missing = set(named_).difference(purchases)
        return [_at(one, homes, purchases) for one in facts]

    def _guard(self, facts: Sequence[Fact]) -> None:
        """Let no purchase and no refund that awaits it be recorded by somebody else meanwhile who looked before we write."""
        bought = [_name(one) for one in facts if one.event.kind == PURCHASE]
        events.guard(self.work, self.published.id, bought, self.missing)

    def _check_missing(self, facts: Sequence[Fact]) -> None:
        """Raise a Conflict where a purchase was recorded for somebody else since it was missing: tried again, the refund is theirs."""
        for fact in facts:
            refund = fact.event.refund
            name = None if refund is None else (refund.source, refund.of)
            claim = self.known.get(name) if name in self.missing else None
            if claim is not None and (fact.guest is not None or claim.account != fact.event.account):
                message = f"the purchase {claim.id!r} was recorded at the same moment as its refund; send it again"
                raise Conflict(message)

    def _opened(self, row: Account) -> Serving:
        serving = Serving(self.work, self.published, row, self.recorded_at)
        serving.open()
        return serving

    def _answer(self, serving: Serving | None, fact: Fact) -> Outcome:
        """Return what became of an event: what it was answered before, if it was, else what it does now."""
        name = _name(fact)
        before = self.known.get(name) or self.claims.get(name)
        if before is None:
            found = self._keep(fact) if serving is None else self._record(serving, fact)
            self.outcomes[name] = found
            return found
        if before.content != fact.content and not self._says_the_same(before, fact):
            detail = f"event {name[1]} of source {name[0]!r} was recorded before with other content; give each event an id of its own"
            return Refusal(code="event_conflict", detail=detail, id=name[1])
        if name in self.outcomes:
            return _repeated(self.outcomes[name])
        if before.number == NO_NUMBER:
            return kept(*name, repeated=True)
        return answered_before(self.work, self.published, before, name)

    def _keep(self, fact: Fact) -> Recorded:
        claim, found = self.guests.keep(fact)
        self.claims[_name(fact)] = claim
        refund = fact.event.refund
        if refund is not None and (refund.source, refund.of) in self.missing:
            self._await((refund.source, refund.of), claim)
        return found

    def _says_the_same(self, before: Claim, fact: Fact) -> bool:
        """Say whether an event states what its record of then does, in other words: a file's, or another caller's."""
        row = events.one(self.work, self.published.id, before.account, before.number)
        return row is not None and says_the_same(self.published.programme.terms, row.body, fact.body)

    def _record(self, serving: Serving, fact: Fact) -> Outcome:
        if self.decides and serving.place[0] - _TIE <= fact.event.at <= serving.place[0]:
            # What is decided now stands after everything that was recorded at this moment.
            fact = at_another_time(fact, serving.place[0] + 1)
        event, number = fact.event, serving.count + 1
        if event.at < self.begins.get(event.account, EARLIEST) or serving.is_closed_to(event):
            return closed(event.id)
        refused = without_terms(self.published, event)
        if refused is not None:
            return refused
        row = self._row(fact, number)
        mark = serving.mark() if self.decides else None
        try:
            posted = Posted(event=event, number=number, refers=self._refers(fact))
            said = serving.record(row, posted, self.shared.quotas(event))
        except Refused as failure:
            return Refusal(code="refund_refused", detail=str(failure), id=event.id)
        if mark is not None:
            short = self.published.teller.short_of(number) + serving.taken_from_others(mark, number)
            refusal = refusal_of(said, short, event.id)
            if refusal is not None:
                self.shared.refuse_cut(event, said)
                serving.back_to(mark)
                self.shared.forget()
                return refusal
        granted = self.shared.take(number, event, said)
        if granted is not None:
            serving.events[-1] = serving.events[-1]._replace(granted=granted)
        self.claims[_name(fact)] = Claim(event.source, event.id, event.account, number, fact.content)
        journal = serving.rated
        self._give_again(serving, event)
        self._forward(serving, event, self.claims[_name(fact)])
        return Recorded(
            id=event.id,
            source=event.source,
            account=event.account,
            number=number,
            journal=journal,
            status=WAITING if serving.waits(number) else RECORDED,
            points=points_of(self.published, said),
            limited=limited_by(self.published, said),
            moves=moves_of(self.published, said),
            balances=balances_of(self.published, serving.left()),
        )

    def _row(self, fact: Fact, number: int) -> EventRow:
        revision = self.published.revision
        return row_of(fact, number, account=fact.event.account, revision=revision, recorded_at=self.recorded_at)

    def _give_again(self, serving: Serving, late: Event) -> None:
        """Record, after a late event, the adjustments that give again what others lost to it, where that is waived."""
        for unit, points in serving.lost.items():
            at = max(self.recorded_at, serving.place[0] + 1, serving.due_at)
            fact = waiver(self.published, late, unit, points, at=at, recorded_at=self.recorded_at)
            if not serving.is_closed_to(fact.event):
                self._record_ours(serving, fact)

    def _forward(self, serving: Serving, event: Event, claim: Claim) -> None:
        """Note that a refund waits, or record those that wait for a purchase in other accounts."""
        refund = event.refund
        if refund is not None and serving.waits(claim.number):
            self._await((refund.source, refund.of), claim)
        elif event.kind == PURCHASE:
            for one in self._waiting_for(_name_of(event)):
                if one.number == NO_NUMBER:
                    self._take_up(serving, one)
                    continue
                row = events.one(self.work, self.published.id, one.account, one.number)
                if row is not None and one.account != event.account:
                    self._record_ours(serving, forwarded(self.published, row, event.account))

    def _await(self, purchase: Name, claim: Claim) -> None:
        """Note that what was claimed waits for a purchase."""
        self.awaiting[awaited(*purchase, len(self._waiting_for(purchase)) + 1)] = claim

    def _take_up(self, serving: Serving, waiting: Claim) -> None:
        """Record the refund of a guest as one of its purchase's account, unless it is somebody's by now, or is about to be."""
        kept = guests.of_content(self.work, self.published.id, waiting.content)
        if kept is None or kept.account is not None or (kept.source, kept.id) in self.taking:
            return
        body = msgspec.json.decode(kept.body)
        fact = as_fact(self.published.programme.terms, kept, body, serving.account.name)
        if fact is not None:
            self.settled.extend(self._recorded_quietly(serving, fact))

    def _our_claims(self) -> list[Claim]:
        return [*self.ours, *[one._replace(source=name[0], id=name[1]) for name, one in self.awaiting.items()]]

    def _waiting_for(self, purchase: Name) -> list[Claim]:
        known = {**self.known, **self.awaiting}
        return waiting_for(*purchase, known, lambda names: events.find(self.work, self.published.id, names))

    def _record_ours(self, serving: Serving, fact: Fact) -> None:
        """Record an event that nobody sent; one that would be refused does nothing."""
        self.ours.extend(self._recorded_quietly(serving, fact))

    def _recorded_quietly(self, serving: Serving, fact: Fact) -> list[Claim]:
        """Record an event of which nobody is told, and return the claim of its id; none when it is refused."""
        number = serving.count + 1
        try:
            serving.record(self._row(fact, number), Posted(event=fact.event, number=number))
        except Refused:
            return []
        return [Claim(*_name(fact), fact.event.account, number, fact.content)]

    def _refers(self, fact: Fact) -> int:
        """Return the number of the reservation, or the purchase paid for, that an event names in its account."""
        attributes = fact.event.attributes
        named = attributes.get("reservation") or attributes.get("purchase")
        name = (fact.event.source, str(named))
        found = self.known.get(name) or self.claims.get(name)
        return found.number if found is not None and found.account == fact.event.account else NOWHERE

    def _close(self, serving: Serving) -> None:
        self.shared.give_back_lapsed(serving)
        if serving.journals:
            serving.close()
            self.served.append(serving)

    def _write(self) -> None:
        """Write everything at once; the work ends as a Conflict when another one has claimed one of the ids meanwhile."""
        events.claim(self.work, self.published.id, [*self.claims.values(), *self._our_claims()])
        self.guests.save()
        guests.settle(self.work, self.published.id, self.settled)
        write(self.work, self.published, self.served)
        self.shared.save()


def _name(fact: Fact) -> Name:
    return _name_of(fact.event)


def _name_of(event: Event) -> Name:
    return event.source, event.id


def _names_of(facts: Sequence[Fact]) -> list[Name]:
    """Return the names of events, of what they refer to, and of refunds that wait for them, or as they do."""
    found = [_name(fact) for fact in facts]
    for fact in facts:
        refund = fact.event.refund
        if refund is not None:
            found += [(refund.source, refund.of), awaited(refund.source, refund.of)]
        elif fact.event.kind == PURCHASE:
            found.append(awaited(*_name(fact)))
        named = fact.event.attributes.get("reservation") or fact.event.attributes.get("purchase")
        if named is not None:
            found.append((fact.event.source, str(named)))
    return list(dict.fromkeys(found))


def _at(fact: Fact, homes: dict[str, str], purchases: dict[Name, Home]) -> Fact:
    event = fact.event
    purchase = None if event.refund is None else purchases.get((event.refund.source, event.refund.of))
    if purchase is not None:
        return replace(fact, event=replace(event, account=purchase[0]), guest=purchase[1])
    if event.account == event.member and event.member in homes:
        return replace(fact, event=replace(event, account=homes[event.member]))
    return fact


def _repeated(outcome: Outcome) -> Outcome:
    return replace(outcome, repeated=True) if isinstance(outcome, Recorded) else outcome
