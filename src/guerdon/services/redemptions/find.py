"""Find a redemption by its id: who made it."""

from guerdon.core.errors import NotFound
from guerdon.services.facts import SOURCE
from guerdon.services.published import Published
from guerdon.store import events
from guerdon.store.database import View


def redeemer(view: View, published: Published, id_: str) -> str:
    """Return the member who made a redemption; NotFound when there is none of this id."""
    claim = events.find(view, published.id, [(SOURCE, id_)]).get((SOURCE, id_))
    row = None if claim is None else events.one(view, published.id, claim.account, claim.number)
    if row is None:
        message = f"there is no redemption {id_!r}; redemptions are named by the id they were answered with"
        raise NotFound(message, code="redemption_unknown")
    return row.member
