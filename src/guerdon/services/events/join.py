"""Join: what was kept of guests becomes events of the member who joins with their identity in time (S17).

Invariants:
* A purchase is rated as of its own instant, by the version in force then, and before joining at the level of whoever begins.
* A refund goes with its purchase: it is the member's if the purchase is, and stays where it is if that does.
"""

from collections.abc import Mapping, Sequence

import msgspec

from guerdon.core.events import Event
from guerdon.services.events.guests import as_fact
from guerdon.services.events.record import Recording
from guerdon.services.facts import Fact
from guerdon.services.published import Published
from guerdon.services.serving import place_of
from guerdon.store import guests
from guerdon.store.database import Work
from guerdon.store.events import Name
from guerdon.store.guests import GuestEvent
from guerdon.store.identities import Value
from guerdon.store.members import MemberRow


def take_over(
    work: Work, published: Published, member: MemberRow, values: Sequence[Value], *, joined_at: int, at: int
) -> None:
    """Record what was kept under identities, which are held, as events of the member who has them from an instant on."""
    if not values or published.programme.joining.claim is None:
        return
    kept = {(one.source, one.id): one for one in guests.of_identities(work, published.id, values)}
    facts = {name: fact for name, one in kept.items() if (fact := _fact(published, one, member)) is not None}
    taken = [
        fact
        for name, fact in facts.items()
        if kept[name].account is None and _is_claimed(published, fact.event, facts, kept, joined_at=joined_at)
    ]
    if taken:
        Recording(work, published, at).take_over(sorted(taken, key=lambda fact: place_of(fact.event)))


def _is_claimed(
    published: Published, event: Event, facts: Mapping[Name, Fact], kept: Mapping[Name, GuestEvent], *, joined_at: int
) -> bool:
    """Say whether an event is the member's: by when it happened, or, of a refund, with its purchase."""
    if event.refund is None:
        return published.programme.joining.claims(event.at, joined_at)
    name = (event.refund.source, event.refund.of)
    if name not in facts:
        return False
    return kept[name].account is not None or published.programme.joining.claims(facts[name].event.at, joined_at)


def _fact(published: Published, kept: GuestEvent, member: MemberRow) -> Fact | None:
    """Return what was kept as an event of a member; None when the programme does not know such an event any more."""
    body = msgspec.json.decode(kept.body)
    if "identity" in body:
        # A refund that named its purchase's buyer some other way says what it said.
        body |= {"member": member.member, "before_joining": kept.at < member.enrolled_at}
    return as_fact(published.programme.terms, kept, body, member.account)
