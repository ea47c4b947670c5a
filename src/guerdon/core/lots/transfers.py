"""Transfers: in which ways points go from one account to another.

Two events record each: what the sender lost, and what the receiver got, part by part with the dates of the lots that they
left. So each account is folded by itself, and what was received stands whatever becomes of the sender's history (S1).
"""

from typing import Final

NO_PAYER: Final = -1
"""The payer of points whose record names one that the programme does not know."""

NO_TRANSFER: Final = 0
"""What the slot of which transfer says of an event that names none, or one that there is not."""

ENDLESS: Final = 0
"""The end that is recorded of points that never expire."""

UNSAID: Final = 0
"""When points were earned of which nobody says it."""


class TransferLimit:
    """At most so many points, or times, in each period of a kind, sent by one account; None where nothing says."""

    def __init__(self, *, points: int | None, times: int | None, every: int) -> None:
        self.points: Final = points
        self.times: Final = times
        self.every: Final = every


class Transfer:
    """One way in which points of a `unit` go to another account; points are in the unit's smallest part, None where nothing says.

    Lots that are made of them are named by a `rule` and, where their own payer is unknown, paid by a `payer`. Of more than
    `approve_above` a second person approves. With `fresh_dates` points get new dates, once.
    """

    def __init__(  # noqa: PLR0913 - a transfer has this many terms
        self,
        *,
        name: str,
        title: str,
        unit: int,
        rule: int,
        payer: int,
        least: int | None,
        most: int | None,
        limits: list[TransferLimit],
        approve_above: int | None,
        fresh_dates: bool,
        message: bool,
    ) -> None:
        self.name: Final = name
        self.title: Final = title
        self.unit: Final = unit
        self.rule: Final = rule
        self.payer: Final = payer
        self.least: Final = least
        self.most: Final = most
        self.limits: Final = limits
        self.approve_above: Final = approve_above
        self.fresh_dates: Final = fresh_dates
        self.message: Final = message


class Transferring:
    """The transfers of a programme, and where events say what they move.

    `which_slot` holds which transfer, counted from 1; `points_slot` how many points leave the sender. Of each part, a line, that
    is received the others hold how many points it is, when they were earned and end, and their payer. Points have the
    decimals of the finest unit.
    """

    def __init__(  # noqa: PLR0913 - an event says this much
        self,
        transfers: list[Transfer],
        *,
        which_slot: int,
        points_slot: int,
        part_slot: int,
        earned_slot: int,
        ends_slot: int,
        payer_slot: int,
    ) -> None:
        self.transfers: Final = transfers
        self.which_slot: Final = which_slot
        self.points_slot: Final = points_slot
        self.part_slot: Final = part_slot
        self.earned_slot: Final = earned_slot
        self.ends_slot: Final = ends_slot
        self.payer_slot: Final = payer_slot
