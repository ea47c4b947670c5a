"""Lists of what somebody asked for, a page at a time: adjustments, transfers."""

from collections.abc import Callable
from typing import TypeVar

from guerdon.api import asking
from guerdon.api.operations import Asked
from guerdon.api.parameters import PAGE, PAGE_MAX
from guerdon.api.problems import Refusing
from guerdon.services.published import Published
from guerdon.store.asked.table import PENDING, STATES, AskedRow, AskedTable
from guerdon.store.database import View

R = TypeVar("R", bound=AskedRow)
T = TypeVar("T")


async def listed(request: Asked, table: AskedTable[R], told: Callable[[Published, R], T]) -> tuple[list[T], str | None]:
    """Return those of the state that is asked about, the oldest first, and the cursor of the following page, if there is one."""
    state = request.query_params.get("state", PENDING)
    if state not in STATES:
        raise Refusing(code="parameter_invalid", detail=f"state is {state!r:.40}; write {', '.join(STATES)}")

    def page(view: View, published: Published, last: R | None, limit: int) -> list[R]:
        return table.page(view, published.id, state, after=last, limit=limit)

    return await paged(request, table, page, told)


async def paged(
    request: Asked,
    table: AskedTable[R],
    page: Callable[[View, Published, R | None, int], list[R]],
    told: Callable[[Published, R], T],
) -> tuple[list[T], str | None]:
    """Return a page of a list that goes on behind the last of the page before, and the cursor of the following one."""
    cursor = request.query_params.get("cursor")
    limit = asking.number(request, "limit", otherwise=PAGE, most=PAGE_MAX)

    def found(view: View, published: Published, _at: int) -> tuple[list[T], str | None]:
        last = None if cursor is None else table.one(view, published.id, cursor.replace("\x00", "\ufffd"))
        if cursor is not None and last is None:
            raise Refusing(
                code="parameter_invalid", detail="cursor is none of ours; take the `next` of the page before"
            )
        rows = page(view, published, last, limit)
        return [told(published, row) for row in rows], rows[-1].id if len(rows) == limit else None

    return await asking.read(request, found)
