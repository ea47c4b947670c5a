"""The shape of what a programme file says of points that an account has: pending, expiry, a cap, rewards, reservations, adjustments, returns.

Limits stand here because rewards have them as rules do.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from guerdon.definition.written import Expression, FieldName, FundedBy, Length, Moment, Name, Number, Part, is_length


def _policy(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if isinstance(value, str):
        if value != "never":
            message = "is not a policy; write never, or {after: 12 months, to: month_end}"
            raise ValueError(message)
        return {}
    return value


class ExpirySpec(Part):
    """When points are gone: some time after they were earned, on a fixed day, or when the account was idle for long."""

    after: Length | None = Field(None, description="So long after they were earned")
    to: Literal["month_end", "quarter_end", "year_end"] | None = Field(
        None, description="Not before the end of that month, quarter or year"
    )
    on: Annotated[str, StringConstraints(pattern=r"^\d{2}-\d{2}$")] | None = Field(
        None, description="At the end of the next such day of a year, like 12-31"
    )
    idle: Length | None = Field(None, description="All of them, so long after the account's last activity")
    activities: list[FieldName] = Field(
        default_factory=list,
        description="What counts as activity: earn, redeem, or types of event; earn and redeem unless stated",
    )
    extended_by: Length | None = Field(None, description="With after: so much longer whenever the account was active")
    extended_each: Literal["day", "week", "month", "quarter", "year"] | None = Field(
        None, description="Extended at most once in each of these; month unless stated"
    )
    by: str | None = Field(None, description="The ladder by whose levels it differs: level, or status.level")
    policies: dict[Name, "Policy"] = Field(
        default_factory=dict, max_length=100, description="With by: a policy for each level"
    )


class _OrNever:
    """Tells editors that `never` may stand where a policy is described."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own hook
        return {"anyOf": [{"enum": ["never"]}, handler(schema)]}


Policy = Annotated[ExpirySpec, BeforeValidator(_policy), _OrNever()]

ExpirySpec.model_rebuild()

NEVER: Final = ExpirySpec.model_validate({})
"""The policy of points that do not expire."""


class PendingSpec(Part):
    """When points can be used that cannot be used at once."""

    for_: Length | None = Field(None, alias="for", description="So long after they were earned")
    until: FieldName | None = Field(None, description="When an event of this type activates them")
    from_: FieldName | None = Field(
        None, alias="from", description="Whose time runs from when an event of this type tells of their order"
    )
    expires_from: Literal["earning", "usable"] = Field(
        "earning", description="Whether their time runs from earning or from when they can be used"
    )


class OwedSpec(Part):
    """When what an account owes is not owed any more."""

    after: Length = Field(description="So long after it was owed, whatever of it is still open is written off")


class LimitSpec(Part):
    """At most so many points, or times, in a period; what is beyond is cut off and said."""

    points: Number | None = Field(None, ge=0, description="At most so many points")
    times: int | None = Field(None, ge=0, description="At most so many times")
    per: Literal["member", "account", "campaign", "programme"] = Field("member", description="For whom it counts")
    every: Literal["day", "week", "month", "quarter", "year", "ever"] | None = Field(
        None, description="The period, in the programme's zone"
    )
    rolling_days: int | None = Field(None, ge=1, le=3660, description="The last so many days, today included")


Day = Annotated[str, StringConstraints(pattern=r"^\d{2}-\d{2}$")]
"""A day of each year, like 12-31."""


class SweepSpec(Part):
    """Points become rewards by themselves, on some days of each year, as many as there are points for."""

    on: list[Day] = Field(
        min_length=1, max_length=366, description="The days, at whose first instant it happens: 04-01"
    )
    most: int | None = Field(None, ge=1, description="At most so many rewards each time")
    most_per_year: int | None = Field(None, ge=1, description="At most so many rewards in a calendar year")


class RewardSpec(Part):
    """Something on offer for points."""

    id: Name = Field(description="Its name, as redemption events say it")
    title: str = Field(default="", description="What people read")
    unit: Name | None = Field(None, description="What it costs; needed with several units")
    price: Expression = Field(
        description="Its price in points, as a number or an expression; any for as many as the event says"
    )
    kind: Literal[
        "voucher", "discount", "product", "gift_card", "shipping", "experience", "early_access", "service", "donation",
        "sweepstake", "gift_choice", "partner",
    ] = Field("voucher", description="What kind of reward it is")  # fmt: skip
    treatment: Literal["discount", "tender", "free_good"] = Field(
        "discount", description="How the books see it: a discount, a means of payment, or goods given away"
    )
    min: Number | None = Field(None, ge=0, description="With price: any, the fewest points")
    step: Number | None = Field(None, gt=0, description="With price: any, points come in multiples of this")
    money: Expression | None = Field(None, description="The money that is paid beside the points, in the currency")
    when: Expression | None = Field(None, description="Who may have it, and when")
    limits: list[LimitSpec] = Field(default_factory=list, description="At most so many times, or points, in a period")
    stock: int | None = Field(None, ge=0, description="How many there are, for all accounts together")
    sweep: SweepSpec | None = Field(None, description="It is issued by itself for points that there are")
    code: Literal["made", "uploaded"] | None = Field(
        None, description="Whoever redeems it gets a code: one that is made, or the next of those that were uploaded"
    )
    valid_for: Length | None = Field(None, description="What is issued can be used for so long; for ever unless stated")
    from_: Moment | None = Field(None, alias="from", description="The start; a date alone is its first instant")
    until: Moment | None = Field(None, description="The end; a date alone includes that day")


RESTORES: Final = ("original_date", "new_lot")


def _restore(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if value not in RESTORES and (not isinstance(value, str) or not is_length(value)):
        message = "is not a way to come back; write original_date, new_lot, or how long they stay, like 30 days"
        raise ValueError(message)
    return value


Restore = Annotated[
    str,
    BeforeValidator(_restore),
    WithJsonSchema({"type": "string", "examples": ["30 days", *RESTORES]}),
]
"""What becomes of spent points that come back after their date: gone at once, a new lot, or there for a while."""


class RedemptionsSpec(Part):
    """How points are set aside for a reward until it is confirmed."""

    hold_for: Length | None = Field(None, description="A reservation lapses after so long; never unless stated")
    hold_grace: Length | None = Field(
        None, description="Points that come back after their date stay so long; not at all unless stated"
    )
    restore: Restore = Field(
        "30 days",
        description="Spent points that come back after their date: gone (original_date), a new_lot, or there for so long",
    )


class AdjustmentSpec(Part):
    """A reason for which points are given or taken off by hand."""

    id: Name = Field(description="Its name, as adjustment events say it")
    title: str = Field(default="", description="What people read")
    unit: Name | None = Field(None, description="What it gives or takes off; needed with several units")
    max: Number | None = Field(None, gt=0, description="At most so many points each, given or taken off")
    approve_above: Number | None = Field(
        None, ge=0, description="Of more points than these a second person approves; of none unless stated"
    )
    qualifies: bool = Field(default=False, description="What it gives counts towards levels, as points earned do")
    funded_by: FundedBy | None = Field(None, description="Who pays for what it gives")


class TransferLimitSpec(Part):
    """At most so many points, or times, that one account sends in a period."""

    points: Number | None = Field(None, ge=0, description="At most so many points")
    times: int | None = Field(None, ge=0, description="At most so many times")
    every: Literal["day", "week", "month", "quarter", "year", "ever"] = Field(
        description="The period, in the programme's zone"
    )


class TransferSpec(Part):
    """A way in which members pass points on to others."""

    id: Name = Field(description="Its name, as whoever transfers says it")
    title: str = Field(default="", description="What people read")
    unit: Name | None = Field(None, description="What is passed on; needed with several units")
    min: Number | None = Field(None, gt=0, description="At least so many points each time")
    max: Number | None = Field(None, gt=0, description="At most so many points each time")
    limits: list[TransferLimitSpec] = Field(
        default_factory=list, max_length=20, description="At most so many points, or times, in a period"
    )
    message: bool = Field(default=False, description="Some words may go with it")
    fresh_dates: bool = Field(
        default=False, description="Points get new dates with the receiver, once; else they keep those they had"
    )
    qualifies: bool = Field(default=False, description="What is received counts towards levels, as points earned do")
    approve_above: Number | None = Field(
        None, ge=0, description="Of more points than these a second person approves; of none unless stated"
    )


def _way(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    return {"way": value} if isinstance(value, str) else value


class _OrWay:
    """Tells editors which words alone may stand where it is said what becomes of a return without its purchase."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own hook
        return {"anyOf": [{"enum": ["list", "refuse", "base_rate"]}, handler(schema)]}


class WriteOffSpec(Part):
    """The most that may be written off of what a member's refunds could not take back; beyond it there is debt."""

    most: Number = Field(ge=0, description="At most so many points of a unit")
    every: Literal["day", "week", "month", "quarter", "year", "ever"] = Field(description="In which period")


class UnlinkedSpec(Part):
    """What becomes of a return that names no purchase."""

    way: Literal["list", "refuse", "base_rate"] | None = Field(
        None,
        description="It is listed and without effect, refused, or takes back what its value earns at the base rate",
    )
    match_latest: FieldName | None = Field(
        None, description="The attribute of lines that names a product: its latest purchase came back"
    )
    within: Length | None = Field(None, description="How long before the return that purchase may lie")


Unlinked = Annotated[UnlinkedSpec, BeforeValidator(_way), _OrWay()]


class ReturnsSpec(Part):
    """What is taken back when goods come back."""

    window: Length | None = Field(None, description="For how long after its purchase a refund takes points back")
    shortfall: Literal["debt", "within_balance", "pending_only"] = Field(
        "debt", description="What becomes of points that were spent before they are taken back"
    )
    write_off: WriteOffSpec | None = Field(None, description="How much of it may be written off; all unless stated")
    unlinked: Unlinked | None = Field(None, description="What becomes of a return that names no purchase")
    refund_tender: Literal["proportional", "points_first", "money_first"] = Field(
        "proportional", description="In which order a refund gives back money and points that a line was paid with"
    )
