"""Facts: what kinds of event there are, what they carry, and columns of events as the fold reads them.

Invariants:
* Events of one account are ordered by instant, kind, source, id (S3); columns arrive in that order.
* An instant is an `int`: microseconds since 1970-01-01 UTC. Money is minor units of the programme's currency.
* A negative amount never reaches a rule: returns are told apart before rating (S6).
"""

from typing import Final

from guerdon.core.columns import Column, constant

MEMBERSHIP: Final = 0
PURCHASE: Final = 1
ENGAGEMENT: Final = 2
REFUND: Final = 3
REDEMPTION: Final = 4
ADJUSTMENT: Final = 5
POINTS_SENT: Final = 6
POINTS_RECEIVED: Final = 7
CLOSING: Final = 8
FULFILMENT: Final = 9

KINDS: Final = {
    "membership": MEMBERSHIP,
    "purchase": PURCHASE,
    "engagement": ENGAGEMENT,
    "refund": REFUND,
    "redemption": REDEMPTION,
    "adjustment": ADJUSTMENT,
    "points_sent": POINTS_SENT,
    "points_received": POINTS_RECEIVED,
    "closing": CLOSING,
    "fulfilment": FULFILMENT,
}
"""The kinds of event, in the order in which they apply at one instant (S3)."""

TEXT: Final = "text"
NUMBER: Final = "number"
MONEY: Final = "money"
BOOLEAN: Final = "boolean"
DATE: Final = "date"

ORDER_AMOUNTS: Final = ("discount", "points_paid", "stored_value_paid", "tax", "shipping")
"""Money a purchase may carry beside its `amount`, each 0 unless stated (S10)."""

COLUMNS: Final = (
    "id", "source", "type", "member", "account", "at", "recorded_at", "amount", "currency", "rate", "refund_of",
    "refund_source", "granted",
    "lines", *ORDER_AMOUNTS,
)  # fmt: skip
"""The canonical columns of a file of events; declared attributes come beside them."""

CALENDAR_FIELDS: Final = ("hour", "weekday", "day", "month", "year")
"""Local calendar values an expression may read; the hour is absent when the event has a date alone."""


class Attribute:
    """One typed attribute of an event or of a line; `decimals` is the power-of-ten scale of a number."""

    def __init__(
        self,
        name: str,
        kind: str,
        *,
        decimals: int = 0,
        optional: bool = False,
        default: int | str | bool | None = None,
    ) -> None:
        self.name: Final = name
        self.kind: Final = kind
        self.decimals: Final = decimals
        self.optional: Final = optional
        self.default: Final = default


class EventType:
    """What a type of event is called, when it applies at an instant, and what it carries."""

    def __init__(
        self,
        name: str,
        kind: int,
        attributes: tuple[Attribute, ...] = (),
        line_attributes: tuple[Attribute, ...] = (),
    ) -> None:
        self.name: Final = name
        self.kind: Final = kind
        self.attributes: Final = attributes
        self.line_attributes: Final = line_attributes


class Facts:
    """A run of events as columns, sorted by account and then as S3 says.

    `ordinal` numbers the events of a run; `slots` hold what the programme's expressions gave for each event
    (or, for a slot of line level, for each line: event `i` owns the lines from `first_line[i]` to `first_line[i + 1]`).
    `member` may be the same column as `account`. `kind` is what kind of event each is. `refers` is the ordinal of the earlier
    event that one is about (a refund's purchase, a cancelled reservation, a delivered order), else -1. `returned` is 1 for a return, which is
    counted and does not earn. `named` is 1 for each event that a refund of the same history names, in this run or a later one:
    for the others nothing is kept to rate them anew; where it is not said, any event may be named. `quotas` hold what each of
    the programme's budgets leaves each event; without them there is plenty. `early` is 1 for what happened before its member
    joined.
    """

    def __init__(  # noqa: PLR0913 - facts have this many columns
        self,
        count: int,
        *,
        ordinal: Column,
        account: Column,
        member: Column,
        at: Column,
        kind: Column,
        refers: Column,
        returned: Column,
        slots: list[Column],
        first_line: Column,
        named: Column | None = None,
        quotas: list[Column] | None = None,
        early: Column | None = None,
    ) -> None:
        self.count: Final = count
        self.ordinal: Final = ordinal
        self.account: Final = account
        self.member: Final = member
        self.at: Final = at
        self.kind: Final = kind
        self.refers: Final = refers
        self.returned: Final = returned
        self.slots: Final = slots
        self.first_line: Final = first_line
        self.named: Final[Column] = constant(1) if named is None else named
        self.quotas: Final[list[Column]] = [] if quotas is None else quotas
        self.early: Final[Column] = constant(0) if early is None else early

    def with_quotas(self, quotas: list[Column]) -> "Facts":
        """Return the same events with what budgets leave them."""
        return Facts(
            self.count,
            ordinal=self.ordinal,
            account=self.account,
            member=self.member,
            at=self.at,
            kind=self.kind,
            refers=self.refers,
            returned=self.returned,
            slots=self.slots,
            first_line=self.first_line,
            named=self.named,
            quotas=quotas,
            early=self.early,
        )
