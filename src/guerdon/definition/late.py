"""The shape of what a programme file says of events that are recorded late."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from guerdon.definition.written import Length, Part


def _way(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    return {"way": value} if isinstance(value, str) else value


class _OrWay:
    """Tells editors which words alone may stand where it is said what becomes of late events."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own hook
        return {"anyOf": [{"enum": ["refold", "refuse", "as_of_now"]}, handler(schema)]}


class LateSpec(Part):
    """What becomes of an event that is recorded after it happened."""

    way: Literal["refold", "refuse", "as_of_now"] = Field(
        "refold", description="It counts as of when it happened, is refused, or counts as of when it was recorded"
    )
    accept: Length | None = Field(
        None,
        description="With refuse and as_of_now: so late it still counts as of when it happened; else on its day alone",
    )
    loss: Literal["adjust", "waive"] = Field(
        "adjust", description="Whether others lose what they were granted and a late event had needed, or keep it"
    )


Late = Annotated[LateSpec, BeforeValidator(_way), _OrWay()]
