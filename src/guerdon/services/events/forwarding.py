"""Forwarding: a refund that waits in one account, and whose purchase turns out to be another's.

A refund is its purchase's, whoever brings it. One that comes before its purchase is recorded for the member it names; when the purchase comes for
another one, it is recorded once more, for that account: both orders end the same. A waiting refund says so by a claim in the purchase's
name, which is found where the purchase's own claim is looked for.

Invariants:
* A refund is forwarded once, and where it was recorded first it stays without effect.
* Of several refunds that wait for one purchase each has a claim of its own, numbered from 1 on without gaps.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import msgspec

from guerdon.services.facts import Fact, read_fact
from guerdon.services.published import Published
from guerdon.store.events import Claim, EventRow, Name

_WAITS: Final = "\x1fawaited by "

Find = Callable[[list[Name]], Mapping[Name, Claim]]


def awaited(source: str, id_: str, count: int = 1) -> Name:
    """Return the name that the refund of a number has which waits for a purchase."""
    return source, f"{id_}{_WAITS}{count}"


def waiting_for(source: str, id_: str, known: Mapping[Name, Claim], find: Find) -> list[Claim]:
    """Return what refunds that wait for a purchase claimed, in their order; the first is among those that are known, if there is any."""
    found: list[Claim] = []
    name = awaited(source, id_)
    claim = known.get(name)
    while claim is not None:
        found.append(claim)
        name = awaited(source, id_, len(found) + 1)
        claim = known.get(name) or find([name]).get(name)
    return found


def forwarded(published: Published, row: EventRow, account: str) -> Fact:
    """Return a refund that was recorded for another account as one of its purchase's, from the same source."""
    body = msgspec.json.decode(row.body)
    record = {**body, "id": f"{row.id}#forwarded", "source": row.source, "account": account}
    fact = read_fact(published.programme.terms, record, row.recorded_at, decided=True)
    return replace(fact, event=replace(fact.event, recorded_at=row.recorded_at))
