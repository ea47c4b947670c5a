"""The audit: who did what to whom and what, page by page."""

import json

from msgspec import Struct

from guerdon.api import asking, examples
from guerdon.api.instants import to_api
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import CURSOR, LIMIT, PAGE, PAGE_MAX
from guerdon.api.replies import Reply, shown
from guerdon.services.keys.check import ADMIN
from guerdon.store import audit
from guerdon.store.audit import Deed


class DeedShown(Struct, kw_only=True):
    """What somebody did: `actor` is the id of a key, or "command"; `what` names what was changed of a person, not the values."""

    number: int
    at: str
    actor: str
    verb: str
    subject: str
    what: dict[str, object]
    request_id: str


class DeedPage(Struct, kw_only=True):
    """Deeds, the newest first; `next` is the cursor of the following page, null on the last."""

    deeds: list[DeedShown]
    next: str | None


@offer(
    "/audit",
    Operation(
        id="audit",
        summary="Who did what",
        tag="service",
        scope=ADMIN,
        answers={200: Answer(about="A page of deeds.", kind=DeedPage, example=examples.DEEDS)},
        parameters=(CURSOR, LIMIT),
    ),
)
async def audited(request: Asked) -> Reply:
    """Tell who enrolled and changed members, published revisions, made and revoked keys: the newest first.

    Events and redemptions are in the journals of their accounts.
    """
    before = asking.before(request)
    limit = asking.number(request, "limit", otherwise=PAGE, most=PAGE_MAX)
    # One more than is shown says whether there is a following page.
    found = await asking.read(
        request, lambda view, published, _: audit.page(view, published.id, before=before, limit=limit + 1)
    )
    more = len(found) > limit
    page = found[:limit]
    return shown(DeedPage(deeds=[_deed(one) for one in page], next=asking.cursor(page[-1].number) if more else None))


def _deed(one: Deed) -> DeedShown:
    return DeedShown(
        number=one.number, at=to_api(one.at), actor=one.actor, verb=one.verb, subject=one.subject,
        what=json.loads(one.body), request_id=one.request_id,
    )  # fmt: skip
