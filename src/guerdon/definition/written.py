"""What stands in a programme file in many places: names, numbers, expressions, moments and lengths of time.

Scalars arrive exact (int, Decimal, bool, text) from `source`; expressions stay text until `expressions` reads them.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
"""Names rules, units, campaigns: small letters, digits, - and _, beginning with a letter."""

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""Names what an expression reads: small letters, digits and _."""


def _text(value: Any) -> Any:  # noqa: ANN401 - any scalar may stand where an expression is wanted
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, int) else value


def _exact(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        message = "is not a number; write digits with a point, like 1.25, without quotes"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueErrors
    return Decimal(value)


def _single(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if not isinstance(value, (str, int, Decimal)):
        message = "is not a single value; write a number, a text, true or false"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueErrors
    return value


Expression = Annotated[
    str,
    BeforeValidator(_text),
    StringConstraints(min_length=1),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
"""An expression as text, or a bare number or truth."""

Number = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number"})]
"""An exact decimal."""

Scalar = Annotated[Any, BeforeValidator(_single), WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""A number, a text or a truth."""

Moment = Annotated[
    str,
    WithJsonSchema({
        "type": "string",
        "pattern": r"^\d{4}-\d{2}-\d{2}",
        "examples": ["2026-07-04", "2026-07-04T18:00"],
    }),
]
"""A local date, or a local date and time, in the programme's zone."""


class Part(BaseModel):
    """A mapping of a programme file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_LENGTH: Final = re.compile(r"([1-9]\d{0,4}) (minute|hour|day|week|month|year)s?")


def is_length(text: str) -> bool:
    """Say whether a text is a length of time."""
    return _LENGTH.fullmatch(text) is not None


def _length(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    if not isinstance(value, str) or not is_length(value):
        message = "is not a length of time; write it like 12 months, or 14 days, 2 weeks, 1 year, 36 hours, 30 minutes"
        raise ValueError(message)
    return value


def length_of(text: str) -> tuple[int, str]:
    """Return how many of which unit of time a length says."""
    found = _LENGTH.fullmatch(text)
    return (int(found[1]), found[2]) if found is not None else (0, "day")


def _shares(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    return {value: 1} if isinstance(value, str) else value


Share = Annotated[int, Field(ge=1)]

FundedBy = Annotated[
    dict[str, Share],
    BeforeValidator(_shares),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "integer"}}]}),
]
"""Who pays: a name, or names with their shares as whole numbers."""


Length = Annotated[
    str,
    BeforeValidator(_length),
    WithJsonSchema({"type": "string", "pattern": f"^{_LENGTH.pattern}$", "examples": ["12 months", "14 days"]}),
]
"""A length of time: minutes and hours as they pass, or days, weeks, months and years by the calendar."""
