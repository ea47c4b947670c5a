"""The shape of what a programme file says of an account's past: what is counted, and the levels reached by it.

And of the days that come once a year, which may be open for as long as a level says.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from guerdon.core.celebrations import ANY_LEVEL
from guerdon.definition.written import Expression, FieldName, Length, Name, Number, Part, Scalar

LEVELS_MAX = 100
"""A ladder has at most this many levels, and as many ways to be given one; a level as many benefits."""

DAYS_MAX: Final = 365
"""A celebration is open for so many days at most: until it comes again."""

Benefits = Annotated[dict[Name, Scalar], Field(max_length=LEVELS_MAX)]
"""What somebody gets beside points, by name: a text, a number, or whether they do."""


def _month_day(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if not isinstance(value, str) or not re.fullmatch(r"\d{2}-\d{2}", value):
        message = "is not a day of the year; write month and day like 04-01"
        raise ValueError(message)
    return value


def _listed(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    return [value] if isinstance(value, str) else value


def _keyed(key: str) -> Callable[[Any], Any]:
    """Return what lets a word alone stand for a mapping with that word under one key."""
    return lambda value: {key: value} if isinstance(value, str) else value


class _OrWord:
    """Tells editors which words alone may stand where something is described."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own hook
        return {"anyOf": [{"enum": list(self.words)}, handler(schema)]}


Names = Annotated[
    list[Name],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""A name, or a list of them."""

MonthDay = Annotated[
    str,
    BeforeValidator(_month_day),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}-\d{2}$", "examples": ["04-01"]}),
]
"""A month and its day: 04-01 for 1 April."""

_PERIODS = ("day", "week", "month", "quarter", "year", "ever", "anniversary")


class WithinSpec(Part):
    """Over which stretch of time a metric counts: a period by its name, or one of these."""

    period: Literal["day", "week", "month", "quarter", "year", "ever", "anniversary"] | None = Field(
        None, description="A period of the calendar, or the years since the account's first event"
    )
    rolling_days: int | None = Field(None, ge=1, le=3660, description="The last so many days, today included")
    rolling_months: int | None = Field(None, ge=1, le=120, description="The last so many months, today included")
    year_from: MonthDay | None = Field(None, description="A year that begins on this day, like 04-01")


Within = Annotated[WithinSpec, BeforeValidator(_keyed("period")), _OrWord(*_PERIODS)]


class MetricSpec(Part):
    """What is counted of an account's past."""

    title: str = Field(default="", description="What people read")
    on: Names | None = Field(None, description="The types of event it counts; purchases unless stated")
    sum: Expression | None = Field(None, description="What of each event it adds up; events are counted unless stated")
    when: Expression | None = Field(None, description="Which events count")
    earned: Name | None = Field(None, description="A unit: the points earned in it are counted instead")
    within: Within = Field(
        description="Over which stretch of time it counts: year, {rolling_days: 365}, {year_from: 04-01}"
    )


class LevelSpec(Part):
    """One level of a ladder."""

    id: Name = Field(description="Its name")
    title: str = Field(default="", description="What people read")
    from_: Number | None = Field(
        None,
        alias="from",
        ge=0,
        description="From how much it is reached; exactly on it counts. Without it, it is only given",
    )
    by: Expression | None = Field(None, description="What it is reached by, unless as the ladder says")
    benefits: Benefits = Field(
        default_factory=dict,
        description="What it brings, beside what the levels below it do: {free-shipping: true, codes: 2}",
    )


class GrantSpec(Part):
    """A level that an event gives: an invitation, a match, a purchase of it."""

    id: Name = Field(description="Its name: where the level comes from")
    on: Name = Field(description="The type of event that gives it")
    when: Expression | None = Field(None, description="Which of these events")
    level: str = Field(description="A level, or the attribute of the event that names one")
    for_: Length | None = Field(None, alias="for", description="How long it is held: 12 months")
    until: FieldName | None = Field(None, description="The attribute of the event that holds its last day")


class KeepSpec(Part):
    """How long a level is held once it is reached."""

    until: Literal["period_end", "next_period_end", "ever"] | None = Field(None, description="Until when")
    for_: Length | None = Field(None, alias="for", description="For how long: 12 months")


class CreditSpec(Part):
    """From when on what an event counts for can raise a level."""

    start: Literal["at_once", "next_period", "when_usable"] | None = Field(
        None, description="At once, from the next period on, or once the points that were earned can be used"
    )
    after: Length | None = Field(None, description="After so many days: when returns are over")


Keep = Annotated[KeepSpec, BeforeValidator(_keyed("until")), _OrWord("period_end", "next_period_end", "ever")]
Credit = Annotated[CreditSpec, BeforeValidator(_keyed("start")), _OrWord("at_once", "next_period", "when_usable")]


class LadderSpec(Part):
    """A set of levels in rising order."""

    id: FieldName = Field(description="Its name")
    title: str = Field(default="", description="What people read")
    by: Expression | None = Field(
        None, description="What its levels are reached by: a metric's name, or an expression over metrics"
    )
    levels: list[LevelSpec] = Field(min_length=1, max_length=LEVELS_MAX, description="Its levels, the first from 0")
    credit: Credit = Field(
        default_factory=lambda: CreditSpec(start="at_once", after=None),
        description="From when on an event counts: at_once (unless stated), next_period, when_usable, {after: 30 days}",
    )
    crossing: Literal["before", "after", "split"] = Field(
        "before",
        description="A purchase that reaches a level is rated at the level before it, after it, or split at the threshold",
    )
    keep: Keep | None = Field(
        None, description="How long a level is held: next_period_end, period_end, ever, {for: 12 months}"
    )
    down: Literal["earned", "one", "none"] = Field(
        "earned", description="Where a level goes that is not kept: to what was earned, one down, or nowhere"
    )
    grace: Length | None = Field(None, description="How much longer a level is held that is not kept, like 30 days")
    excess: Literal["reset", "carry"] = Field(
        "reset", description="Whether what lies above the level reached is carried into the next period"
    )
    on_refund: Literal["recheck", "keep_until_due"] = Field(
        "recheck", description="Whether a level is looked at again when a refund takes away what it was reached with"
    )
    grants: list[GrantSpec] = Field(default_factory=list, max_length=LEVELS_MAX, description="Levels that events give")


def _for_any_level(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if isinstance(value, int) and not 1 <= value <= DAYS_MAX:
        message = f"is not a number of days from 1 to {DAYS_MAX}; write 7, or with by {{gold: 7}}"
        raise ValueError(message)
    return {ANY_LEVEL: value} if isinstance(value, int) else value


OpenDays = Annotated[
    dict[str, Annotated[int, Field(ge=1, le=DAYS_MAX)]],
    BeforeValidator(_for_any_level),
    Field(min_length=1, max_length=LEVELS_MAX),
    WithJsonSchema({
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": DAYS_MAX},
            {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": DAYS_MAX}},
        ]
    }),
]
"""So many days, or so many for each level."""


class CelebrationSpec(Part):
    """A day that is a member's own and comes once a year: on it an event of the celebration's name is recorded."""

    of: Literal["born_on", "joined"] = Field(description="What it is counted from: the day of birth, or of joining")
    leap_day: Literal["02-28", "03-01"] = Field(
        "02-28", description="On which day it is, in common years, for somebody of 29 February"
    )
    days: OpenDays = Field(
        default_factory=lambda: {ANY_LEVEL: 1}, description="For how many days it is open: 7, or with by {gold: 7}"
    )
    by: str | None = Field(None, description="The ladder by whose levels its days differ: level, or status.level")
    zone: Literal["programme", "member"] = Field(
        "programme",
        description="Whose local day it is: the programme's, or that of each member's own zone, if it is known",
    )
