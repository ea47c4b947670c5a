"""Redeem: take a reward for points at once, or reserve it; then confirm or cancel what was reserved or taken."""

from dataclasses import dataclass
from typing import Any, Final

from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.record import Recording
from guerdon.services.facts import moment
from guerdon.services.published import Published
from guerdon.store.database import Work

SOURCE: Final = "guerdon"
"""The source of events that commands make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemReward:
    """A member asks for a reward, or for points off a price; `id` names the redemption for ever.

    With `reserve` the points are set aside until the redemption is confirmed, cancelled or lapses. `purchase` is the id of the
    order that is paid for, `paid` the money beside the points.
    """

    id: str
    member: str
    reward: str = ""
    points: int | str | None = None
    paid: str | None = None
    purchase: str = ""
    reserve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRedemption:
    """A redemption is confirmed or cancelled, by the id it was made with; `points` cancels so many of them."""

    id: str
    member: str
    redemption: str
    step: str
    points: int | str | None = None


def redeem_reward(command: RedeemReward, work: Work, published: Published, *, at: int) -> Recorded | Refusal:
    """Take a reward, or reserve it."""
    return _decide(
        work,
        published,
        {
            "id": command.id, "member": command.member, "reward": command.reward or None, "points": command.points,
            "paid": command.paid, "purchase": command.purchase or None, "step": "reserve" if command.reserve else None,
        },
        at,
    )  # fmt: skip


def step_redemption(command: StepRedemption, work: Work, published: Published, *, at: int) -> Recorded | Refusal:
    """Confirm or cancel a redemption; doing it again changes nothing."""
    return _decide(
        work,
        published,
        {
            "id": command.id, "member": command.member, "reservation": command.redemption, "step": command.step,
            "points": command.points,
        },
        at,
    )  # fmt: skip


def _decide(work: Work, published: Published, record: dict[str, Any], at: int) -> Recorded | Refusal:
    stated = {name: value for name, value in record.items() if value is not None}
    stated |= {"source": SOURCE, "type": "redemption", "at": moment(at).isoformat()}
    return Recording(work, published, at, decides=True).run([stated])[0]
