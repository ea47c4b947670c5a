"""Health: whether the service can answer."""

from msgspec import Struct

from guerdon.api import asking, examples
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.replies import Reply, shown


class Health(Struct, kw_only=True):
    """The service can answer: by which programme, and which revision of it."""

    status: str
    programme: str
    revision: int


@offer(
    "/health",
    Operation(
        id="health",
        summary="Whether the service can answer",
        answers={200: Answer(about="It can.", kind=Health, example=examples.HEALTH)},
    ),
)
async def health(request: Asked) -> Reply:
    """Ask the database, and say that all is well; no key is needed."""
    return shown(
        await asking.read(
            request,
            lambda _view, published, _at: Health(
                status="ok", programme=published.programme.name, revision=published.revision
            ),
        )
    )
