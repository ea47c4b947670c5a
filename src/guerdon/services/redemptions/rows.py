"""Rows of redemptions: what became of each, as those see it who asked for it."""

import json
from typing import Final

from guerdon.core.lots.rewards import Reward
from guerdon.services.answers import Recorded
from guerdon.services.published import Published
from guerdon.store.redemptions import CANCELLED, CONFIRMED, FULFILLED, RESERVED, RedemptionRow

CONFIRM: Final = "confirm"
CANCEL: Final = "cancel"


def reward_named(published: Published, name: str, at: int) -> Reward | None:
    """Return the reward of a name that there is at an instant."""
    terms = published.programme.redeeming_at(at)
    return next((one for one in ([] if terms is None else terms.rewards) if one.name == name), None)


def begun(  # noqa: PLR0913 - who asked for what, when
    published: Published, id_: str, member: str, reward: str, outcome: Recorded, *, reserved: bool, at: int
) -> RedemptionRow:
    """Return the row of a redemption that has just been made."""
    terms = published.programme.redeeming_at(at)
    lasts = None if terms is None or not reserved else terms.hold_for
    return RedemptionRow(
        id_, outcome.account, member, reward, outcome.number, RESERVED if reserved else CONFIRMED,
        json.dumps([outcome.number]), reserved_at=at if reserved else None, confirmed_at=None if reserved else at,
        lapses_at=None if lasts is None else lasts.after(at),
    )  # fmt: skip


def after_step(row: RedemptionRow, step: str, number: int, at: int) -> RedemptionRow:
    """Return a redemption that was confirmed or cancelled by the event of a number."""
    row = row._replace(steps=json.dumps([*json.loads(row.steps), number]))
    if step == CANCEL:
        return row._replace(state=CANCELLED, cancelled_at=at)
    return row if row.state in (CONFIRMED, FULFILLED) else row._replace(state=CONFIRMED, confirmed_at=at)
