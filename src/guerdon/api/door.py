"""The door: every request gets an id, who asks is found out, how often is counted, and every answer carries the headers of it.

What is asked for is the business of the routes behind it.
"""

import asyncio
import itertools
import re
import secrets
import time
from typing import Any, Final, cast

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.types import Message, Receive, Scope, Send

from guerdon.api.buckets import Buckets, Header
from guerdon.api.callers import VISIT, Callers, Visit
from guerdon.api.problems import Refusing
from guerdon.api.replies import Reply, refusal
from guerdon.api.straight import Straight
from guerdon.api.waiting import Waiting
from guerdon.app.service import Guerdon

VERSIONS: Final = ("2026-12-01",)
"""Dated versions of the interface, the newest first; whoever names none gets the newest."""

WAITING: Final = "guerdon_waiting"
"""Where a request's scope keeps what its loop waits for."""

_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_PROCESS: Final = secrets.token_hex(6)
_NUMBERS: Final = itertools.count(1)
_WANTED: Final = frozenset({b"authorization", b"guerdon-version", b"x-request-id"})


class Door:
    """What stands before the routes."""

    def __init__(self, routes: Litestar, straight: Straight, guerdon: Guerdon) -> None:
        self._routes: Final = routes
        self._straight: Final = straight
        self._callers: Final = Callers(guerdon)
        self._buckets: Final = Buckets(guerdon.settings.burst, guerdon.settings.burst_seconds)
        self._waiting: Waiting | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != ScopeType.HTTP:
            await self._routes(scope, receive, send)
            return
        said = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _WANTED}
        request_id = _request_id(said.get(b"x-request-id", ""))
        headers = [(b"x-request-id", request_id.encode()), (b"guerdon-version", VERSIONS[0].encode())]
        answering = _Answering(send, headers)
        kept = cast("dict[str, Any]", scope)
        kept[VISIT] = Visit(request_id, None, "key_missing")
        try:
            await self._enter(kept, said, headers, request_id)
            await self._pass_on(scope, receive, answering.send)
        except Exception as failure:
            if answering.begun:
                raise
            await refusal(failure, scope)(scope, receive, answering.send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer that a request asks for."""
        kept = cast("dict[str, Any]", scope)
        found = self._straight.find(kept["method"], scope["path"])
        if found is None:
            methods = self._straight.methods(scope["path"]) if kept["method"] == "OPTIONS" else []
            # The framework would tell the methods of one of its routes, where an address may have several.
            told = (
                Reply(b"", headers=((b"allow", ", ".join([*methods, "OPTIONS"]).encode()),))
                if methods
                else self._routes
            )
            await told(scope, receive, send)
            return
        route, kept["path_params"] = found
        scope["litestar_app"] = self._routes
        answer = await route(Request(scope, receive, send))
        await answer(scope, receive, send)

    async def _enter(
        self, kept: dict[str, Any], said: dict[bytes, str], headers: list[Header], request_id: str
    ) -> None:
        """Find out who asks; Refusing when the request cannot be let in, whatever it asks for."""
        version = said.get(b"guerdon-version", VERSIONS[0])
        if version not in VERSIONS:
            raise Refusing(
                code="version_unknown", detail=f"there is no version {version!r:.40}; there is {', '.join(VERSIONS)}"
            )
        if self._waiting is None:
            self._waiting = Waiting(asyncio.get_running_loop())
        at = time.monotonic()
        caller, refusal = await self._callers.find(said.get(b"authorization", ""), self._waiting, at)
        kept[WAITING] = self._waiting
        kept[VISIT] = Visit(request_id, caller, refusal)
        if caller is None:
            return
        wait, limits = self._buckets.take(caller.id, at)
        headers += limits
        if wait:
            raise Refusing(
                code="too_many_requests", detail=f"the key asks too often; ask again in {wait} seconds", wait=wait
            )


class _Answering:
    """Sends an answer with the headers that every answer has."""

    __slots__ = ("_headers", "_send", "begun")

    def __init__(self, send: Send, headers: list[Header]) -> None:
        self._send = send
        self._headers = headers
        self.begun = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.begun = True
            message["headers"] = [*message.get("headers", ()), *self._headers]
        await self._send(message)


def _request_id(stated: str) -> str:
    """Return the id that a request came with, or one that no other request has."""
    return stated if stated and _REQUEST_ID.fullmatch(stated) else f"{_PROCESS}-{next(_NUMBERS):x}"
