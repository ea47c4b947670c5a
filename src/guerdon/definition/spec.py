"""The shape of a programme file: what may stand where, and what each key means.

The published JSON Schema is made from these classes, so a description here is what an editor shows.
Scalars arrive exact (int, Decimal, bool, text) from `source`; expressions stay text until `expressions` reads them.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from guerdon.definition.keeping import (
    NEVER,
    AdjustmentSpec,
    OwedSpec,
    PendingSpec,
    Policy,
    RedemptionsSpec,
    ReturnsSpec,
    RewardSpec,
    TransferSpec,
)
from guerdon.definition.keeping import LimitSpec as LimitSpec  # noqa: PLC0414 - what rules and campaigns have, too
from guerdon.definition.late import Late
from guerdon.definition.levels import LEVELS_MAX, Benefits, CelebrationSpec, LadderSpec, MetricSpec
from guerdon.definition.written import Expression, FieldName, FundedBy, Length, Moment, Name, Number, Scalar
from guerdon.definition.written import Part as Part  # noqa: PLC0414 - what everything here is, for whoever reads it

RULES_MAX: Final = 1_000
"""A programme has at most this many rules and multipliers in all, and as many campaigns and shared limits."""

NAMES_MAX: Final = 200
"""A programme has at most this many units, constants, tables, types of event, and each of these as many attributes."""


def _listed(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    return [value] if isinstance(value, str) else value


def _short_attribute(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    return {"type": value} if isinstance(value, str) else value


class AttributeSpec(Part):
    """What an event or a line carries under one name."""

    type: Literal["text", "number", "money", "boolean", "date"] = Field(description="What kind of value it is")
    decimals: int = Field(0, ge=0, le=9, description="Decimals of a number: 3 for kilogrammes to the gramme")
    optional: bool = Field(default=False, description="It may be absent; expressions then say what to do without it")
    default: Scalar | None = Field(None, description="What it is when the event does not say")


class _OrKind:
    """Tells editors that the kind alone may stand where an attribute is described."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own hook
        return {"anyOf": [{"enum": ["text", "number", "money", "boolean", "date"]}, handler(schema)]}


Attribute = Annotated[AttributeSpec, BeforeValidator(_short_attribute), _OrKind()]


class EventSpec(Part):
    """A type of event, and what it carries beside the columns that every event has."""

    kind: Literal["membership", "purchase", "engagement", "refund", "redemption", "fulfilment"] | None = Field(
        None, description="When it applies among events of one instant; engagement unless stated"
    )
    attributes: dict[FieldName, Attribute] = Field(
        default_factory=dict, max_length=NAMES_MAX, description="What it carries, by name"
    )
    lines: dict[FieldName, Attribute] = Field(
        default_factory=dict, max_length=NAMES_MAX, description="What each line of its basket carries"
    )


class UnitSpec(Part):
    """A kind of points."""

    decimals: int = Field(0, ge=0, le=6, description="Decimals a member sees: 0 for whole points")
    round: Literal["floor", "ceil", "half_up", "half_even"] = Field(
        "floor", description="How its rules round unless they say"
    )
    round_at: Literal["rule", "order"] = Field(
        "rule", description="Round each rule of an event by itself, or all rules of the unit together"
    )
    cost: Number | None = Field(None, ge=0, description="What one point costs, in the programme's currency")
    expiry: Policy = Field(NEVER, description="When points are gone; never unless stated")
    pending: PendingSpec | None = Field(None, description="When they can be used; at once unless stated")
    cap: Number | None = Field(None, ge=0, description="The most that an account may hold")
    over_cap: Literal["lost", "pending"] = Field(
        "lost", description="Whether what is beyond the cap is not granted, or waits until there is room"
    )
    debt: OwedSpec | None = Field(
        None, description="When what is owed is written off; never unless stated: the next points earned pay it"
    )
    value: Number | None = Field(None, gt=0, description="What one point is worth to a member, in the currency")
    expected_redemption: Number = Field(
        Decimal(1), ge=0, le=1, description="Which part of what is earned will be spent, like 0.8"
    )


class TableSpec(Part):
    """A table that `lookup(table, key)` reads: rows written here, or two columns of a CSV file beside the programme."""

    rows: dict[str, Scalar] | None = Field(None, description="Keys with their values")
    file: str | None = Field(None, description="A CSV file in the programme's folder")
    key: str | None = Field(None, description="The file's column of keys")
    value: str | None = Field(None, description="The file's column of values")
    keys: Literal["text", "number"] = Field("text", description="What the keys are")
    values: Literal["text", "number"] = Field(
        "text", description="What the values of a file are; rows say it by themselves"
    )
    default: Scalar | None = Field(
        None, description="The value of a key that has no row; without it the look-up is absent"
    )


class EligibleSpec(Part):
    """What of an amount earns unless a rule says otherwise."""

    exclude: Expression | None = Field(None, description="Lines (or events) that never earn, like gift cards")
    include: list[Literal["points_paid", "tax", "shipping"]] = Field(
        default_factory=list, description="Amounts that earn although they do not by themselves"
    )


class BandSpec(Part):
    """A rate for the part of an amount above a threshold."""

    above: Number = Field(Decimal(0), ge=0, description="The threshold: what is above it earns the rate")
    rate: Number = Field(ge=0, description="Points for each 1 of the amount")


RuleNames = Annotated[
    list[Name],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""The name of a rule, or a list of them."""


class SharedLimitSpec(LimitSpec):
    """A limit over several rules together."""

    id: Name = Field(description="Its name")
    unit: Name | None = Field(None, description="The unit whose rules it binds")
    rules: RuleNames | None = Field(None, description="The rules it binds; all rules of the unit unless stated")


class StackSpec(Part):
    """How rules of one group go together: one of them alone gives."""

    group: Name = Field(description="The name of the group")
    take: Literal["best", "first"] = Field(
        description="The one that gives most, or the first by priority that gives anything"
    )
    priority: int = Field(0, description="Lower goes first")


class RuleSpec(Part):
    """One way to earn."""

    id: Name = Field(description="Its name")
    title: str = Field(default="", description="What people read")
    on: Name = Field("purchase", description="The type of event it reads")
    unit: Name | None = Field(None, description="What it gives; needed with several units")
    per: Literal["order", "line", "item", "event"] | None = Field(None, description="What it counts by")
    when: Expression | None = Field(None, description="Which events earn")
    where: Expression | None = Field(None, description="Which lines earn")
    of: Expression | None = Field(None, description="The amount that bands read; what is eligible unless stated")
    give: Expression | None = Field(None, description="The points, as an expression")
    bands: list[BandSpec] | None = Field(None, min_length=1, description="A rate for each part of the amount")
    band: Literal["marginal", "whole"] = Field(
        "marginal", description="Each rate for its own part, like tax bands, or the rate reached for everything"
    )
    within: Literal["item", "line", "order", "day", "month", "quarter", "year", "contract year"] | None = Field(
        None, description="What the bands count over"
    )
    strategy: str | None = Field(None, description="A Python class under the entry point group guerdon.strategies")
    with_: dict[str, Scalar] = Field(default_factory=dict, alias="with", description="The settings of the strategy")
    round: Literal["floor", "ceil", "half_up", "half_even"] | None = Field(
        None, description="How its points are rounded; as its unit says unless stated"
    )
    round_at: Literal["item", "line", "rule", "order", "period"] | None = Field(
        None, description="Where its points are rounded"
    )
    limits: list[LimitSpec] = Field(default_factory=list, description="At most so many points, or times, in a period")
    stack: StackSpec | None = Field(None, description="Rules of which one alone gives")
    funded_by: FundedBy | None = Field(None, description="Who pays: a name, or names with their shares")
    refund: Literal["replay", "pro_rata", "keep"] = Field(
        "replay", description="When goods come back its points are worked out anew, go by value, or stay"
    )
    from_: Moment | None = Field(None, alias="from", description="The start; a date alone is its first instant")
    until: Moment | None = Field(None, description="The end; a date alone includes that day")


class MultiplierSpec(Part):
    """Times something, on named rules."""

    id: Name = Field(description="Its name")
    title: str = Field(default="", description="What people read")
    of: RuleNames = Field(description="The rules it multiplies")
    by: Expression = Field(description="The factor, at least 1: 2, or case level when 'gold' then 1.25 else 1 end")
    when: Expression | None = Field(None, description="Which events it multiplies")
    stack: Literal["add", "compound"] = Field("add", description="Add its extra to the base, or multiply what stands")
    funded_by: FundedBy | None = Field(None, description="Who pays for what it adds")
    limits: list[LimitSpec] = Field(default_factory=list, description="Limits, in points, on what it adds")
    from_: Moment | None = Field(None, alias="from", description="The start; a date alone is its first instant")
    until: Moment | None = Field(None, description="The end; a date alone includes that day")


class CampaignSpec(Part):
    """Rules and multipliers with a window."""

    id: Name = Field(description="Its name")
    title: str = Field(default="", description="What people read")
    from_: Moment = Field(alias="from", description="The start; a date alone is its first instant")
    until: Moment = Field(description="The end; a date alone includes that day")
    rules: list[RuleSpec] = Field(
        default_factory=list, max_length=RULES_MAX, description="Rules that run in its window"
    )
    multipliers: list[MultiplierSpec] = Field(
        default_factory=list, max_length=RULES_MAX, description="Multipliers that run in its window"
    )
    limits: list[LimitSpec] = Field(
        default_factory=list, description="Limits over all of the campaign, per member or account"
    )
    funded_by: FundedBy | None = Field(None, description="Who pays for its rules and multipliers")


_NOTICE: Final = re.compile(r"[1-9]\d{0,3} (day|week|month|year)s?")


def _notice(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if not isinstance(value, str) or _NOTICE.fullmatch(value) is None:
        message = "is not a number of days, weeks, months or years; write it like 30 days"
        raise ValueError(message)
    return value


Notice = Annotated[
    str,
    BeforeValidator(_notice),
    WithJsonSchema({"type": "string", "pattern": f"^{_NOTICE.pattern}$", "examples": ["30 days", "3 months"]}),
]
"""How long before something is taken away members are told of it."""


class ChangesSpec(Part):
    """What members are promised about changes of the programme."""

    notice: Notice = Field(description="How long before a later version may take something away: 30 days")


class ClosingSpec(Part):
    """How members leave, and come back."""

    notice: Length | None = Field(
        None,
        description="So long after a member asks for it the account is closed, and what is left forfeited; else at once",
    )
    restore: Length | None = Field(
        None, description="Who comes back within it has what was forfeited; later, or without it, members begin anew"
    )


class EnrolmentSpec(Part):
    """What joining brings, and how members leave."""

    claim: Length | None = Field(
        None, description="How long before joining purchases count that were kept under an e-mail or a card: 30 days"
    )
    closing: ClosingSpec | None = Field(None, description="How members leave; without it nobody does")


class ExampleSpec(Part):
    """A worked example: given these events, expect these points."""

    name: str = Field(default="", description="What it shows")
    given: list[dict[str, Any]] = Field(min_length=1, description="Events, with the columns of a file of events")
    expect: dict[str, Any] = Field(
        description="`points` in all, by unit or as one number; `months`, `members`, `events`; `refused` as event: {rule: reason}; `balance`, `available`, `pending`, `held`, `debt`, `spent`, `expired`, by unit or as one number, `as_of` a time"
    )


class ProgrammeSpec(Part):
    """A loyalty programme."""

    format: Literal[1] = Field(description="The format of this file")
    programme: Name = Field(description="Its name")
    version: str | None = Field(None, description="The day this version takes effect, like 2026-01-01")
    title: str = Field(default="", description="What people read")
    description: str = Field(default="", description="What it is, in one line")
    zone: str = Field(description="An IANA time zone, like Europe/Paris: days and months are counted in it")
    currency: str = Field(description="An ISO 4217 code, like EUR")
    rates: dict[str, Annotated[Number, Field(gt=0)]] = Field(
        default_factory=dict, max_length=NAMES_MAX, description="What one of a foreign currency is worth"
    )
    units: dict[Name, UnitSpec] = Field(
        default_factory=dict,
        max_length=NAMES_MAX,
        description="The kinds of points, by name; a programme may have none",
    )
    constants: dict[FieldName, Scalar] = Field(
        default_factory=dict, max_length=NAMES_MAX, description="Values that expressions may name"
    )
    tables: dict[FieldName, TableSpec] = Field(
        default_factory=dict, max_length=NAMES_MAX, description="What `lookup(table, key)` reads"
    )
    events: dict[FieldName, EventSpec] = Field(
        default_factory=dict, max_length=NAMES_MAX, description="Types of event, and what they carry"
    )
    eligible: EligibleSpec | None = Field(None, description="What of an amount earns unless a rule says otherwise")
    metrics: dict[FieldName, MetricSpec] = Field(
        default_factory=dict, max_length=NAMES_MAX, description="What is counted of an account's past, by name"
    )
    ladders: list[LadderSpec] = Field(
        default_factory=list, max_length=NAMES_MAX, description="Sets of levels, and how they are reached and kept"
    )
    benefits: Benefits = Field(
        default_factory=dict, description="What every member gets, beside what levels bring: {returns: 60 days}"
    )
    rules: list[RuleSpec] = Field(default_factory=list, max_length=RULES_MAX, description="The ways to earn")
    multipliers: list[MultiplierSpec] = Field(
        default_factory=list, max_length=RULES_MAX, description="Factors on what rules give"
    )
    campaigns: list[CampaignSpec] = Field(
        default_factory=list, max_length=RULES_MAX, description="Rules and multipliers with a window"
    )
    limits: list[SharedLimitSpec] = Field(
        default_factory=list, max_length=RULES_MAX, description="Limits over several rules"
    )
    rewards: list[RewardSpec] = Field(
        default_factory=list, max_length=RULES_MAX, description="What is on offer for points"
    )
    redemptions: RedemptionsSpec | None = Field(
        None, description="How points are set aside until a reward is confirmed"
    )
    adjustments: list[AdjustmentSpec] = Field(
        default_factory=list,
        max_length=NAMES_MAX,
        description="Reasons for which points are given or taken off by hand",
    )
    transfers: list[TransferSpec] = Field(
        default_factory=list, max_length=NAMES_MAX, description="Ways in which members pass points on to others"
    )
    returns: ReturnsSpec | None = Field(None, description="What is taken back when goods come back")
    late: Late | None = Field(None, description="What becomes of events that are recorded late")
    enrolment: EnrolmentSpec | None = Field(None, description="What joining brings, and how members leave")
    celebrations: dict[FieldName, CelebrationSpec] = Field(
        default_factory=dict, max_length=LEVELS_MAX, description="Birthdays and anniversaries of members, by name"
    )
    funded_by: FundedBy = Field({"programme": 1}, description="Who pays unless a rule says otherwise")
    changes: ChangesSpec | None = Field(None, description="What members are promised about later versions")
    assumptions: list[str] = Field(
        default_factory=list, description="What is not certain of these terms, for whoever reads them"
    )
    examples: list[ExampleSpec] = Field(default_factory=list, description="Worked examples, run by every check")


LATER = (
    "versions", "levels", "expiry", "challenges", "referrals", "plans", "partners",
    "segments", "messages", "surveys", "recognition", "households",
)  # fmt: skip
"""Sections that programmes will have and this release does not run: naming one is told apart from a slip of the pen."""
