"""An event, its lines, and what expressions may read of it.

Invariants:
* The lines' shares of an order's discount and points add up to them exactly (S10).
* What rules read of a refund is the purchase as it is `left` after it, at the purchase's own instant (S4).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from guerdon.core.calendar import HOUR_US, Zone, civil, weekday
from guerdon.core.errors import Invalid
from guerdon.core.events.granted import Grant
from guerdon.core.events.lateness import Lateness
from guerdon.core.events.policy import ANY_TIME, ReturnPolicy
from guerdon.core.facts import EventType
from guerdon.core.slots import Eligible

Values = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a basket, in minor units: `amount` after its own discount, `net` after its share of the order's too.

    `own` is what `net` is in the currency that was paid, where that is another; with what things are worth in it, refunds add up.
    """

    id: str
    amount: int
    discount: int
    net: int
    points_paid: int
    attributes: Values
    own: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedLine:
    """What a refund says of one line: so many pieces of it, an amount of it, or all that is left (neither)."""

    id: str
    quantity: int | None
    amount: int | None
    own: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedProduct:
    """What a return that names no purchase says of one product: how many pieces came back, and for what amount; 0 is unsaid."""

    product: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """What a refund asks for: the purchase `of` a `source`, and its lines, an amount, or all that is left (neither).

    In another `currency` than the programme's amounts are what they are in that, as `own`, and what they are worth.
    """

    of: str
    source: str
    amount: int | None
    lines: tuple[ReturnedLine, ...]
    own: int | None = field(default=None, compare=False)
    currency: str = field(default="", compare=False)


# Never changed once it is made. It is not frozen, since every path makes one of each event, and a frozen one takes four times as long.
@dataclass(slots=True, kw_only=True)
class Event:
    """One thing that happened; `at` is in microseconds UTC, money in minor units of the programme's currency.

    `recorded_at` is when it was recorded, and `granted` what shared budgets granted it, where that is stated.

    What was paid in another `currency` than the programme's has its amount in that, as `own`.

    What happened `before_joining` is rated at the level with which everybody begins (S17).

    A refund that names its purchase has a `refund`; once that is found, the purchase as it is `left` after the refund, unless
    it came too `late`. What came back without a purchase's name is `unnamed`, where the programme looks for its purchase; where
    it takes the base rate instead, it is `valued` as a purchase of its own, and once that is told apart, what is `left` is that.
    """

    id: str
    source: str
    type: str
    kind: int
    member: str
    account: str
    at: int
    timed: bool
    returned: bool
    amounts: dict[str, int]
    attributes: Values
    lines: tuple[Line, ...]
    returned_lines: int = 0
    refund: Refund | None = None
    left: "Event | None" = None
    late: bool = False
    unnamed: tuple[ReturnedProduct, ...] = ()
    valued: "Event | None" = None
    recorded_at: int | None = None
    granted: tuple[Grant, ...] = ()
    before_joining: bool = False
    own: int | None = field(default=None, compare=False)
    currency: str = field(default="", compare=False)

    @property
    def names_no_purchase(self) -> bool:
        """Say whether this is what came back without its purchase, and is taken back at the base rate."""
        return self.left is not None and self.refund is None

    @property
    def purchase(self) -> "Event | None":
        """Return the purchase as it is left, of a refund whose purchase is there."""
        return None if self.refund is None else self.left


class Terms:
    """What reading an event needs to know of a programme."""

    def __init__(  # noqa: PLR0913 - a programme tells this much
        self,
        *,
        currency: str,
        rates: dict[str, str],
        zone: Zone,
        event_types: dict[str, EventType],
        eligible: Eligible,
        returns: ReturnPolicy = ANY_TIME,
        lateness: Lateness | None = None,
    ) -> None:
        self.currency: Final = currency
        self.rates: Final = rates
        self.zone: Final = zone
        self.event_types: Final = event_types
        self.eligible: Final = eligible
        self.returns: Final = returns
        self.lateness: Final = lateness or Lateness(zone)


def values_of(event: Event, terms: Terms) -> Values:
    """Return what expressions may read of an event; "lines" holds the same for each line."""
    if event.left is not None:
        return values_of(event.left, terms)
    amounts = event.amounts
    day = terms.zone.day_of(event.at)
    year, month, of_month = civil(day)
    values: Values = {
        "type": event.type,
        **amounts,
        "net": amounts["amount"],
        "gross": amounts["amount"] + amounts["discount"] + sum(line.discount for line in event.lines),
        "hour": (event.at + terms.zone.offset_at(event.at)) // HOUR_US % 24 if event.timed else None,
        "weekday": weekday(day),
        "day": of_month,
        "month": month,
        "year": year,
        **event.attributes,
    }
    values["lines"] = [_line_values(line) for line in event.lines]
    terms.eligible.fill(values)
    return values


def in_order(events: Sequence[Event]) -> list[Event]:
    """Return events account by account, each in the order of S3: instant, kind, source, id."""
    return sorted(events, key=lambda event: (event.account, event.at, event.kind, event.source, event.id))


def without_repeats(events: Sequence[Event]) -> list[Event]:
    """Return each event once; the same id with other content is Invalid."""
    seen: dict[tuple[str, str], Event] = {}
    for event in events:
        before = seen.setdefault((event.source, event.id), event)
        if before != event:
            message = f"the event {event.id} came before with other content; give each event an id of its own"
            raise Invalid(message)
    return list(seen.values())


def _line_values(line: Line) -> Values:
    return {
        "id": line.id,
        "amount": line.amount,
        "discount": line.discount,
        "gross": line.amount + line.discount,
        "net": line.net,
        "points_paid": line.points_paid,
        **line.attributes,
    }
