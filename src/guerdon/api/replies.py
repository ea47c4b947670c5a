"""Replies: what is answered, and how a failure is; as little as HTTP needs."""

import logging
from typing import Any, Final

import msgspec
from litestar.types import Receive, Scope, Send

from guerdon.api.callers import visit_in
from guerdon.api.problems import MEDIA_TYPE, RETRY, UNEXPECTED, Problem, problem_of

JSON: Final = "application/json"
OK: Final = 200
_UNAUTHORISED: Final = 401
_JSON_HEADER: Final = (b"content-type", JSON.encode())
_log: Final = logging.getLogger("guerdon")

Headers = tuple[tuple[bytes, bytes], ...]


class Reply:
    """An answer: its status, its body, and headers of its own."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: bytes, status: int = OK, headers: Headers = (_JSON_HEADER,)) -> None:
        self.body: Final = body
        self.status: Final = status
        self.headers: Final = headers

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        headers = [(b"content-length", b"%d" % len(self.body)), *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def shown(content: Any, status: int = OK) -> Reply:  # noqa: ANN401 - whatever msgspec can write
    """Return an answer in JSON."""
    return Reply(msgspec.json.encode(content), status)


def refused(told: Problem) -> Reply:
    """Return a problem as an answer."""
    headers = [(b"content-type", MEDIA_TYPE.encode())]
    if told.code in RETRY:
        headers.append((b"retry-after", b"%d" % (told.retry_after or RETRY[told.code])))
    if told.status == _UNAUTHORISED:
        headers.append((b"www-authenticate", b"Bearer"))
    return Reply(msgspec.json.encode(told), told.status, tuple(headers))


def refusal(failure: Exception, scope: Scope) -> Reply:
    """Return how a failure is answered; what nobody foresaw is logged under the request's id."""
    told = problem_of(failure)
    if told.code == UNEXPECTED:
        _log.error("request %s", visit_in(scope).request_id, exc_info=failure)
    return refused(told)
