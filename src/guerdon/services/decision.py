"""Whether a redemption may be: what the fold did of it, held against the reward's terms and what the account has.

The engine decides: it does what is asked, says what contradicts the terms and what there was not, and is taken back for a "no".
"""

from collections.abc import Sequence
from typing import Final

from guerdon.core.effects import INDEBTED, REDEEMED
from guerdon.core.events import Event
from guerdon.core.facts import ADJUSTMENT
from guerdon.core.ledger.said import Said
from guerdon.core.lots.rewards import OUTSIDE, WITHIN
from guerdon.services.answers import Refusal
from guerdon.services.entries import CAUSE, KIND
from guerdon.services.published import Published

NOT_ENOUGH: Final = "not_enough_points"
CLOSED: Final = "member_closed"

_CODES: Final = {
    "unknown": ("reward_unknown", "there is no such reward; see the programme's rewards for their names"),
    "reservation": (
        "reservation_unknown",
        "there is no such reservation; a reservation is confirmed or cancelled by its id",
    ),
    "window": ("reward_closed", "the reward is not on offer now"),
    "when": ("reward_not_for_member", "the reward is not for this member, as its conditions say"),
    "price": ("price_differs", "the reward costs another number of points now; ask for the member's rewards again"),
    "min": ("points_too_few", "the redemption needs more points; state at least the reward's minimum"),
    "step": ("points_off_step", "the points are not in the reward's steps; state a multiple of its step"),
    "money": ("money_differs", "the money beside the points is not what the reward asks for"),
    "limit": ("limit_reached", "the member has had the reward as often as is allowed for now"),
    "stock": ("out_of_stock", "nothing is left of the reward"),
}


def refusal_of(said: Sequence[Said], short: int, id_: str) -> Refusal | None:
    """Return why a redemption is refused, by its entries and by how many points it is `short` of; None when it may be."""
    for one in said:
        if one[KIND] == REDEEMED and one[CAUSE] != WITHIN:
            code, detail = _CODES[OUTSIDE[one[CAUSE]]]
            return Refusal(code=code, detail=detail, id=id_)
    owed = sum(one[3] for one in said if one[0] == INDEBTED)
    if owed or short:
        return Refusal(code=NOT_ENOUGH, detail="the account has not enough points to use for this", id=id_)
    return None


def closed(id_: str) -> Refusal:
    """Return the "no" to what comes after an account was closed."""
    detail = "the account was closed; whoever wants to take part again rejoins first"
    return Refusal(code=CLOSED, detail=detail, id=id_)


def without_terms(published: Published, event: Event) -> Refusal | None:
    """Return the "no" to an adjustment for a reason that there is not at its instant, which would do nothing."""
    if event.kind != ADJUSTMENT:
        return None
    terms = published.programme.redeeming_at(event.at)
    reasons = [] if terms is None or terms.adjusting is None else [one.name for one in terms.adjusting.reasons]
    stated = str(event.attributes.get("reason"))
    if stated in reasons:
        return None
    detail = f"there is no reason {stated!r:.80} for an adjustment; write one of {', '.join(reasons)}"
    return Refusal(code="invalid_event", detail=detail, id=event.id)
