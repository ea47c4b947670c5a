"""Guests: purchases under an identity that nobody has, kept until somebody joins with it (S17).

Invariants:
* What is kept earns nothing, draws on nothing and is in no book; its id is claimed for ever like any other.
* Whoever keeps something holds its identity, so that nobody joins with it at the same moment and leaves it behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from guerdon.core.errors import Conflict, Invalid
from guerdon.core.events import Event, Terms, read_event
from guerdon.core.facts import PURCHASE, REFUND
from guerdon.services.answers import KEPT, Recorded, Refusal
from guerdon.services.facts import Fact
from guerdon.services.identities import UNKNOWN, nobody
from guerdon.services.published import Published
from guerdon.store import guests, identities
from guerdon.store.database import Work
from guerdon.store.events import Claim, Name
from guerdon.store.guests import NO_ACCOUNT, NO_NUMBER, GuestEvent
from guerdon.store.identities import NOBODY, Known, Value

Home = tuple[str, Value | None]
"""Whose an event is: an account, or a guest."""


class Guests:
    """What one transaction keeps of guests."""

    def __init__(self, work: Work, published: Published, recorded_at: int) -> None:
        self.work: Final = work
        self.published: Final = published
        self.recorded_at: Final = recorded_at
        self.rows: Final[list[GuestEvent]] = []
        self.made: Final[set[Value]] = set()

    def refusal_of(self, fact: Fact, *, account: object) -> Refusal | None:
        """Return why nothing is kept of an event that names an identity of nobody; None where the programme lets it be claimed."""
        event, guest = fact.event, fact.guest
        if guest is None:
            return None
        claimed = self.published.programme.joining.claim is not None and account is None
        if claimed and event.kind in (PURCHASE, REFUND):
            return None
        return Refusal(code=UNKNOWN, detail=nobody(guest[0]), id=event.id)

    def holding(self) -> Callable[[list[Value]], dict[Value, Known]] | None:
        """Return what makes identities known that nobody has, where the programme keeps what is bought under them."""
        return None if self.published.programme.joining.claim is None else self._make_known

    def _make_known(self, values: list[Value]) -> dict[Value, Known]:
        found = identities.hold(self.work, self.published.id, values, at=self.recorded_at)
        # Since they were looked up somebody may have joined with one, or another guest bought under it.
        self.made.update(value for value, one in found.items() if one.is_new)
        return found

    def forget_unused(self) -> None:
        """Forget identities that were made known and under which nothing is kept after all."""
        for kind, value in sorted(self.made.difference((row.kind, row.value_hash) for row in self.rows)):
            identities.remove(self.work, self.published.id, kind, value)

    def hold(self, facts: Sequence[Fact]) -> None:
        """Hold the identities of guests; Conflict when somebody joined with one since it was looked up."""
        kept = [(fact.guest, fact.event) for fact in facts if fact.guest is not None]
        if not kept:
            return
        held = identities.hold(self.work, self.published.id, [guest for guest, _ in kept], at=self.recorded_at)
        purchases = guests.find(self.work, self.published.id, [_purchase_of(event) for _, event in kept])
        for guest, event in kept:
            purchase = purchases.get(_purchase_of(event))
            is_left = held[guest].member == NOBODY if purchase is None else purchase.account is None
            if not is_left:
                message = "somebody joined with the identity of an event at the same moment; send it again"
                raise Conflict(message)

    def homes(self, claims: dict[Name, Claim]) -> dict[Name, Home]:
        """Return whose events are that have been recorded, or kept."""
        kept = [name for name, claim in claims.items() if claim.number == NO_NUMBER]
        found = {
            name: (row.kind, row.value_hash) for name, row in guests.find(self.work, self.published.id, kept).items()
        }
        return {name: (claim.account, found.get(name)) for name, claim in claims.items()}

    def keep(self, fact: Fact) -> tuple[Claim, Recorded]:
        """Keep a guest's event, and return the claim of its id, and what is answered."""
        event, guest = fact.event, fact.guest or ("", b"")
        row = GuestEvent(event.source, event.id, *guest, event.at, self.recorded_at, fact.body, fact.content)
        self.rows.append(row)
        return Claim(event.source, event.id, NO_ACCOUNT, NO_NUMBER, fact.content), kept(event.source, event.id)

    def save(self) -> None:
        """Write what is kept."""
        guests.add(self.work, self.published.id, self.rows)


def as_fact(terms: Terms, kept: GuestEvent, body: dict[str, Any], account: str) -> Fact | None:
    """Return what was kept as an event of an account; None when the programme does not know such an event any more, or it is forgotten."""
    try:
        event = read_event(terms, body, default_id=kept.id, recorded_at=kept.recorded_at)
    except Invalid:
        return None
    return Fact(event=replace(event, account=account), body=msgspec.json.encode(body).decode(), content=kept.content)


def kept(source: str, id_: str, *, repeated: bool = False) -> Recorded:
    """Return what is answered to an event that is kept."""
    return Recorded(
        id=id_, source=source, account=NO_ACCOUNT, number=NO_NUMBER, journal=NO_NUMBER, status=KEPT, points={}, limited=(),
        moves=(), balances=(), repeated=repeated,
    )  # fmt: skip


def _purchase_of(event: Event) -> Name:
    """Return the name of the purchase that an event is a refund of; that of any other is nobody's."""
    return ("", "") if event.refund is None else (event.refund.source, event.refund.of)
