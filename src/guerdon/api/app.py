"""The routes put together, behind the door."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from guerdon.api import openapi
from guerdon.api.buckets import Buckets
from guerdon.api.door import Door
from guerdon.api.openapi import PREFIX, Json
from guerdon.api.operations import OPERATION
from guerdon.api.page import STYLE, page
from guerdon.api.problems import MEDIA_TYPE, problem
from guerdon.api.replies import refusal, refused
from guerdon.api.routes import (
    accounts,
    adjustments,
    audit,
    baskets,
    codes,
    events,
    health,
    programme,
    redemptions,
    revisions,
    transfers,
)
from guerdon.api.routes.members import leaving, profiles, standings
from guerdon.api.straight import Straight
from guerdon.app.service import Guerdon

ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    events.record_event,
    events.record_many,
    baskets.ask_basket,
    accounts.account_standing,
    accounts.account_journals,
    profiles.enrol,
    profiles.find,
    profiles.update,
    profiles.member_profile,
    leaving.close,
    leaving.keep,
    leaving.rejoin,
    leaving.erase,
    standings.member_standing,
    standings.member_statement,
    standings.member_explanation,
    redemptions.redeem,
    redemptions.confirm,
    redemptions.cancel,
    redemptions.fulfil,
    codes.check,
    codes.use,
    codes.upload,
    adjustments.adjust,
    adjustments.approve,
    adjustments.decline,
    adjustments.list_adjustments,
    transfers.transfer,
    transfers.approve,
    transfers.decline,
    transfers.reverse,
    transfers.list_transfers,
    transfers.list_transfers_of_member,
    programme.show_programme,
    revisions.list_revisions,
    revisions.publish_revision,
    revisions.roll_back_to,
    audit.audited,
    health.health,
)
"""Every route, in the order in which the reference has them."""

_CODES: Final = {404: "not_found", 405: "method_not_allowed", 500: "internal"}
_POLICY: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
}


def make_app(guerdon: Guerdon) -> ASGIApp:
    """Return what a server runs; when it stops, what was accepted has been answered."""

    @asynccontextmanager
    async def serving(_app: Litestar) -> AsyncIterator[None]:
        yield
        guerdon.close()

    routes = Litestar(
        route_handlers=[Router(PREFIX, route_handlers=list(ROUTES)), show_openapi, show_docs, show_style],
        exception_handlers={Exception: _tell},
        lifespan=[serving],
        openapi_config=None,
        logging_config=None,
        state=State({
            "guerdon": guerdon,
            "running": set(),
            "attempts": Buckets(guerdon.settings.attempts, guerdon.settings.attempts_seconds),
        }),
    )
    return Door(routes, Straight(PREFIX, ROUTES), guerdon)


def _tell(request: "Request[Any, Any, Any]", failure: Exception) -> Response[bytes]:
    """Answer what came to no route, or went wrong outside of one."""
    code = _CODES.get(failure.status_code, "parameter_invalid") if isinstance(failure, HTTPException) else ""
    reply = refused(problem(code)) if code else refusal(failure, request.scope)
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    if code and isinstance(failure, HTTPException):
        # Which methods there are: whoever answers 405 says so (RFC 9110, 15.5.6).
        headers |= failure.headers or {}
    return Response(reply.body, status_code=reply.status, headers=headers, media_type=MEDIA_TYPE)


@cache
def document() -> Json:
    """Return the reference of all routes."""
    return openapi.document([
        (PREFIX + path, route.opt[OPERATION], _text(route)) for route in ROUTES for path in sorted(route.paths)
    ])


def _text(route: HTTPRouteHandler) -> str:
    told: Callable[..., Any] = route.fn
    return told.__doc__ or ""


@get("/openapi.json", include_in_schema=False)
async def show_openapi() -> Response[bytes]:
    """Answer with the reference as a file."""
    return Response(msgspec.json.encode(document()), media_type=MediaType.JSON)


@get("/docs", include_in_schema=False)
async def show_docs() -> Response[str]:
    """Answer with the reference as a page."""
    return Response(page(document()), media_type=MediaType.HTML, headers=_POLICY)


@get("/docs.css", include_in_schema=False)
async def show_style() -> Response[str]:
    """Answer with what the page looks like."""
    return Response(STYLE, media_type=MediaType.CSS, headers=_POLICY)
