"""Guests: events under an identity that nobody has, kept until somebody joins with it.

Invariants:
* The id of a guest's event is claimed like any other, of no account and with the number 0.
* Once it is somebody's, `account` and `number` say which of their events it became, for ever.
* Who keeps one, and who joins, holds the identity's row first (`identities.hold`), so that none is left behind.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.events import Claim, Name
from guerdon.store.identities import Value
from guerdon.store.tables import guest_events

NO_ACCOUNT: Final = ""
NO_NUMBER: Final = 0
"""What the claim of a guest's event says instead of an account and a number there."""

FORGOTTEN: Final = b""
"""The hash of an identity that was forgotten."""


class GuestEvent(NamedTuple):
    """A guest's event: under which identity, what was said of it as JSON, and what became of it."""

    source: str
    id: str
    kind: str
    value_hash: bytes
    at: int
    recorded_at: int
    body: str
    content: bytes
    account: str | None = None
    number: int | None = None


def add(work: Work, programme: int, rows: Sequence[GuestEvent]) -> None:
    """Keep events of guests; their ids have been claimed."""
    ordinary.add(work, guest_events, [{"programme": programme, **row._asdict()} for row in rows])


def find(view: View, programme: int, names: Iterable[Name]) -> dict[Name, GuestEvent]:
    """Return the events of guests that have some names."""
    rows = ordinary.found(view, guest_events, GuestEvent._fields, {"programme": programme}, ["source", "id"], names)
    return {(row[0], row[1]): _made(row) for row in rows}


def of_identities(view: View, programme: int, values: Iterable[Value]) -> list[GuestEvent]:
    """Return everything that was kept under identities, whatever became of it."""
    key = ["kind", "value_hash"]
    rows = ordinary.found(view, guest_events, GuestEvent._fields, {"programme": programme}, key, values)
    return [_made(row) for row in rows]


def of_content(view: View, programme: int, content: bytes) -> GuestEvent | None:
    """Return the event of a guest that says something, by its hash, which its id is part of; None when there is none."""
    rows = ordinary.found(view, guest_events, GuestEvent._fields, {"programme": programme}, ["content"], [content])
    return _made(rows[0]) if rows else None


def forget_of(work: Work, programme: int, values: Iterable[Value]) -> None:
    """Forget under which identities events were kept, and what was said of them; what they became stays."""
    for kind, value in values:
        key = {"programme": programme, "kind": kind, "value_hash": value}
        ordinary.change(work, guest_events, key, {"value_hash": FORGOTTEN, "body": "{}"})


def settle(work: Work, programme: int, claims: Iterable[Claim]) -> None:
    """Write which events of accounts became of events of guests."""
    for one in claims:
        key = {"programme": programme, "source": one.source, "id": one.id}
        ordinary.change(work, guest_events, key, {"account": one.account, "number": one.number})


def settled(view: View, programme: int, claims: dict[Name, Claim]) -> dict[Name, Claim]:
    """Return claims with the account and number that events of guests have by now; those that have none stay as they are."""
    names = [name for name, claim in claims.items() if claim.number == NO_NUMBER]
    if not names:
        return claims
    found = find(view, programme, names)
    return {name: _now(claim, found.get(name)) for name, claim in claims.items()}


def _now(claim: Claim, kept: GuestEvent | None) -> Claim:
    if kept is None or kept.account is None or kept.number is None:
        return claim
    return claim._replace(account=kept.account, number=kept.number)


def _made(row: tuple[object, ...]) -> GuestEvent:
    made = GuestEvent(*row)  # type: ignore[arg-type]  # as the table has them
    return made._replace(value_hash=bytes(made.value_hash), content=bytes(made.content))
