"""The shape of what a programme file says of adjustments: for which reasons points are given or taken off by hand."""

from pydantic import Field

from guerdon.definition.written import FundedBy, Name, Number, Part


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
