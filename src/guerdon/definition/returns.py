"""The shape of what a programme file says of goods that come back: until when, what is taken back, and what is not."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from guerdon.definition.written import FieldName, Length, Number, Part


def _way(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    return {"way": value} if isinstance(value, str) else value


class _OrWay:
    """Tells editors which words alone may stand where it is said what becomes of a return without its purchase."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own hook
        return {"anyOf": [{"enum": ["list", "refuse"]}, handler(schema)]}


class WriteOffSpec(Part):
    """The most that may be written off of what a member's refunds could not take back; beyond it there is debt."""

    most: Number = Field(ge=0, description="At most so many points of a unit")
    every: Literal["day", "week", "month", "quarter", "year", "ever"] = Field(description="In which period")


class UnlinkedSpec(Part):
    """What becomes of a return that names no purchase."""

    way: Literal["list", "refuse"] | None = Field(None, description="It is listed and without effect, or refused")
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
