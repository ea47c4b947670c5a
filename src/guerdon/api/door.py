"""The door: every request gets an id, who asks is found out, how often is counted, and every answer carries the headers of it.

What is asked for is the business of the routes behind it.
"""

import asyncio
import logging
import re
import secrets
import time
from typing import Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from guerdon.api.buckets import Buckets, Header
from guerdon.api.callers import Callers, Visit
from guerdon.api.problems import MEDIA_TYPE, RETRY, Problem, Refusing, problem_of
from guerdon.api.waiting import Waiting
from guerdon.app.service import Guerdon

VERSIONS: Final = ("2026-12-01",)
"""Dated versions of the interface, the newest first; whoever names none gets the newest."""

VISIT: Final = "guerdon_visit"
WAITING: Final = "guerdon_waiting"
"""Where a request's scope keeps its visit, and what its loop waits for."""

_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_ID_BYTES: Final = 12
_WANTED: Final = frozenset({b"authorization", b"guerdon-version", b"x-request-id"})
_log: Final = logging.getLogger("guerdon")


class Door:
    """What stands before the routes."""

    def __init__(self, routes: ASGIApp, guerdon: Guerdon) -> None:
        self._routes: Final = routes
        self._callers: Final = Callers(guerdon)
        self._buckets: Final = Buckets(guerdon.settings.burst, guerdon.settings.burst_seconds)
        self._waiting: Waiting | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            await self._routes(scope, receive, send)
            return
        said = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _WANTED}
        request_id = _request_id(said.get(b"x-request-id", ""))
        headers = [(b"x-request-id", request_id.encode()), (b"guerdon-version", VERSIONS[0].encode())]
        answering = _Answering(send, headers)
        try:
            await self._enter(scope, said, headers, request_id)
            await self._routes(scope, receive, answering.send)
        except Exception as failure:
            if not isinstance(failure, Refusing):
                _log.exception("request %s", request_id)
            if answering.begun:
                raise
            await _refuse(answering, problem_of(failure), failure)

    async def _enter(self, scope: Scope, said: dict[bytes, str], headers: list[Header], request_id: str) -> None:
        """Find out who asks; Refusing when the request cannot be let in, whatever it asks for."""
        version = said.get(b"guerdon-version", VERSIONS[0])
        if version not in VERSIONS:
            raise Refusing("version_unknown", f"there is no version {version!r:.40}; there is {', '.join(VERSIONS)}")
        if self._waiting is None:
            self._waiting = Waiting(asyncio.get_running_loop())
        at = time.monotonic()
        caller, refusal = await self._callers.find(said.get(b"authorization", ""), self._waiting, at)
        scope[WAITING] = self._waiting  # type: ignore[literal-required]  # ours, among those of the protocol
        scope[VISIT] = Visit(request_id, caller, refusal)  # type: ignore[literal-required]
        if caller is None:
            return
        wait, limits = self._buckets.take(caller.id, at)
        headers += limits
        if wait:
            headers.append((b"retry-after", b"%d" % wait))
            raise Refusing("too_many_requests", f"the key asks too often; ask again in {wait} seconds")


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


async def _refuse(answering: _Answering, problem: Problem, failure: Exception) -> None:
    """Answer with a problem, for what did not come as far as the routes."""
    body = msgspec.json.encode(problem)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
    if problem.code in RETRY and not isinstance(failure, Refusing):
        headers.append((b"retry-after", b"%d" % RETRY[problem.code]))
    await answering.send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await answering.send({"type": "http.response.body", "body": body, "more_body": False})


def _request_id(stated: str) -> str:
    return stated if stated and _REQUEST_ID.fullmatch(stated) else secrets.token_hex(_ID_BYTES)
