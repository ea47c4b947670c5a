"""What enrolling and changing a member have in common: attributes and dates that may be, and identities that are free.

Invariant: whoever loses a race for an identity is told to try again, and is then refused because it is taken.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from guerdon.core.errors import Conflict, Invalid
from guerdon.definition.zones import unknown_zone, zone_names
from guerdon.services.answers import Refusal
from guerdon.services.facts import moment
from guerdon.services.members.find import Scalar
from guerdon.services.published import Published
from guerdon.store import identities
from guerdon.store.database import Work
from guerdon.store.identities import Identity, Value

ATTRIBUTES_MAX: Final = 50
"""So many attributes a member has at most."""

_OLDEST: Final = 150


def kept_attributes(stated: Mapping[str, Scalar]) -> str:
    """Return attributes as they are kept; Invalid when there are too many. One without a value is none."""
    found = {name: value for name, value in stated.items() if value is not None}
    if len(found) > ATTRIBUTES_MAX:
        message = f"the member would have {len(found)} attributes; {ATTRIBUTES_MAX} is the most"
        raise Invalid(message)
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def kept_birthday(born_on: date | None, at: int) -> str | None:
    """Return a day of birth as it is kept; Invalid when nobody who joins at an instant can be born on it."""
    if born_on is None:
        return None
    today = moment(at).date()
    # In a zone to the east a new day may have begun.
    if (born_on - today).days > 1 or today.year - born_on.year > _OLDEST:
        message = f"born_on {born_on.isoformat()} cannot be; write the day of birth like 1990-02-28"
        raise Invalid(message)
    return born_on.isoformat()


def kept_zone(zone: str | None) -> str | None:
    """Return a member's zone as it is kept; Invalid when there is none of that name."""
    if zone is not None and zone not in zone_names():
        raise Invalid(unknown_zone(zone))
    return zone


def refusal_of(work: Work, published: Published, member: str, wanted: Sequence[Value]) -> Refusal | None:
    """Return why a member cannot have identities: one of them is another's; None when all are free."""
    owners = identities.find(work, published.id, wanted)
    taken = sorted({kind for (kind, _), owner in owners.items() if owner != member})
    if not taken:
        return None
    detail = f"the {' and the '.join(taken)} belong to another member; find them by it, or leave it out"
    return Refusal(code="identity_taken", detail=detail)


def claim(work: Work, published: Published, member: str, wanted: Sequence[Value], *, at: int) -> None:
    """Give a member identities that were free; Conflict when somebody was faster."""
    before = identities.add(work, published.id, [Identity(kind, value, member, at) for kind, value in wanted])
    if any(owner != member for owner in before.values()):
        message = "an identity was given to another member at the same moment; send it again"
        raise Conflict(message)
