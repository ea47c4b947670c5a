"""How a unit's points are kept: when they can be used, when their time ends, how many may be held, what one is worth."""

from typing import Final

from guerdon.core.lots.adjustments import Adjusting
from guerdon.core.lots.closing import Closing
from guerdon.core.lots.expiry import Expiry, Term
from guerdon.core.lots.moving import Moving
from guerdon.core.lots.rewards import Reward
from guerdon.core.lots.transfers import Transferring

NO_SLOT: Final = -1
"""The slot of what no event can do."""

NO_LADDER: Final = -1
"""The ladder of a unit that is kept alike at all levels."""

NO_CAP: Final = -1
"""The cap of a unit of which any number may be held."""

AT_ONCE: Final = 0
RESERVE: Final = 1
CONFIRM: Final = 2
CANCEL: Final = 3
SWEEP: Final = 4

NO_POINTS: Final = -(2**61)
"""The points of an event that states none."""


STEPS: Final = ("both", "reserve", "confirm", "cancel", "sweep")
"""What a redemption event does, by the number that its slot gives; a sweep needs no event."""

ISSUES: Final = (AT_ONCE, CONFIRM, SWEEP)
"""The steps at which a reward is issued, and can be used from then on."""


class Keeping:
    """The terms on which the lots of one unit are kept.

    A lot is kept under one of `policies`: the one for the level held on `ladder`, or the only one. Points are pending for the
    time that `pending` says, or, when `dormant`, until an event for which `activation_slot` is not 0. The time of a purchase with
    as many lines as `lines_slot` says runs from when `fulfilment_slot` told of all of them, where there is one; `awaits` is the
    type of event that is waited for. `cap` is on what is
    usable when `over_cap_pending`, else a limit of the programme cuts what is earned. What is owed is written off after `debt_lasts`. A point in the smallest part is worth
    `worth` out of `worth_one` minor units. Where points wait before they are usable, in any version, it is told when they are.
    """

    def __init__(  # noqa: PLR0913 - a unit's points are kept on this many terms
        self,
        *,
        unit: int,
        policies: list[Expiry],
        ladder: int = NO_LADDER,
        pending: Term | None = None,
        dormant: bool = False,
        activation_slot: int = NO_SLOT,
        fulfilment_slot: int = NO_SLOT,
        lines_slot: int = NO_SLOT,
        awaits: str = "",
        from_usable: bool = False,
        earning_is_activity: bool = False,
        redeeming_is_activity: bool = False,
        activity_slot: int = NO_SLOT,
        cap: int = NO_CAP,
        over_cap_pending: bool = False,
        cap_limit: int = -1,
        debt_lasts: Term | None = None,
        worth: int = 0,
        worth_one: int = 1,
    ) -> None:
        self.unit: Final = unit
        self.policies: Final = policies
        self.ladder: Final = ladder
        self.moves: Final = len(policies) > 1 or policies[0].extended_by is not None
        self.pending: Final = pending
        self.dormant: Final = dormant
        self.activation_slot: Final = activation_slot
        self.fulfilment_slot: Final = fulfilment_slot
        self.lines_slot: Final = lines_slot
        self.awaits: Final = awaits
        self.from_usable: Final = from_usable
        self.earning_is_activity: Final = earning_is_activity
        self.redeeming_is_activity: Final = redeeming_is_activity
        self.activity_slot: Final = activity_slot
        self.cap: Final = cap
        self.over_cap_pending: Final = over_cap_pending
        self.cap_limit: Final = cap_limit
        self.debt_lasts: Final = debt_lasts
        self.worth: Final = worth
        self.worth_one: Final = worth_one
        self.waits: bool = dormant or pending is not None or (over_cap_pending and cap != NO_CAP)

    def moving(self) -> Moving | None:
        """Return what moves the ends of one account's lots, if anything does."""
        return Moving(self.policies) if self.moves else None


class Redeeming:
    """What redemption events ask for, by the slots that say it; what adjustments take off, transfers move and closings close, where there are any.

    `reward_slot` holds which reward, counted from 1 (0: none, -1: one that there is not); `points_slot` the points stated, with
    the decimals of the finest unit, so that a unit's smallest part is `point_ones` of them, or NO_POINTS; `paid_slot` the money,
    where a reward asks for any; `step_slot` the step (at once, reserve, ...).
    A reservation lapses after `hold_for`; points that come back after their date stay for `hold_grace`, if there is one.
    What was spent and comes back after its date stays for `restore_grace`, if there is one, or is a new lot (`restores_anew`).
    """

    def __init__(  # noqa: PLR0913 - an event says this much
        self,
        *,
        reward_slot: int,
        points_slot: int,
        paid_slot: int,
        step_slot: int,
        point_ones: list[int],
        rewards: list[Reward],
        hold_for: Term | None = None,
        hold_grace: Term | None = None,
        restore_grace: Term | None = None,
        restores_anew: bool = False,
        adjusting: Adjusting | None = None,
        transferring: Transferring | None = None,
        closing: Closing | None = None,
    ) -> None:
        self.reward_slot: Final = reward_slot
        self.points_slot: Final = points_slot
        self.paid_slot: Final = paid_slot
        self.step_slot: Final = step_slot
        self.point_ones: Final = point_ones
        self.rewards: Final = rewards
        self.hold_for: Final = hold_for
        self.hold_grace: Final = hold_grace
        self.restore_grace: Final = restore_grace
        self.restores_anew: Final = restores_anew
        self.adjusting: Final = adjusting
        self.transferring: Final = transferring
        self.closing: Final = closing
