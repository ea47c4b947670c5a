"""Asking: what a route needs of the request, and how it asks for one thing and renders the answer."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, TypeVar, cast

import msgspec

from guerdon.api.callers import visit_in
from guerdon.api.door import WAITING
from guerdon.api.operations import Asked
from guerdon.api.problems import MEDIA_TYPE, Problem, Refusing, problem
from guerdon.api.replies import JSON, OK, Reply
from guerdon.api.waiting import Waiting
from guerdon.app.service import Guerdon
from guerdon.core.amounts import read_end
from guerdon.core.errors import Invalid
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import By
from guerdon.services.once import Answered, Asking, once
from guerdon.services.published import Published
from guerdon.store.database import View, Work

T = TypeVar("T")
Do = Callable[[Work, Published, int], Answered]

BODY_BYTES: Final = 1 << 20
LARGE_BYTES: Final = 8 << 20
"""How large a body may be, and one of many events or of a programme."""

CREATED: Final = 201
_WRONG: Final = 400
_BOOLEANS: Final = {"true": True, "false": False}
_CURSOR_DIGITS: Final = 9
_IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def guerdon_of(request: Asked) -> Guerdon:
    """Return what is asked."""
    found: Guerdon = request.app.state.guerdon
    return found


def waiting_of(request: Asked) -> Waiting:
    """Return how to wait for other threads."""
    found: Waiting = cast("dict[str, Any]", request.scope)[WAITING]
    return found


async def body_of(request: Asked, *, most: int = BODY_BYTES) -> bytes:
    """Return what was sent, as far as it is no more than `most` bytes."""
    parts: list[bytes] = []
    size, goes_on = 0, True
    while goes_on:
        message = await request.receive()
        if message["type"] != "http.request":
            raise Refusing(code="malformed_json", detail="the caller went away before all was sent")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise Refusing(code="body_too_large", detail=f"the body has more than {most:,} bytes")
        goes_on = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


# What stands in the address.


def asks_for_more(request: Asked) -> bool:
    """Say whether anything stands after the question mark."""
    return bool(request.scope["query_string"])


def is_dry(request: Asked) -> bool:
    """Say whether nothing is to be kept."""
    stated = request.query_params.get("dry_run", "false")
    if stated not in _BOOLEANS:
        raise Refusing(code="parameter_invalid", detail=f"dry_run is {stated!r:.40}; write true or false")
    if "at" in request.query_params and not _BOOLEANS[stated]:
        raise Refusing(code="at_needs_dry_run")
    return _BOOLEANS[stated]


def number(request: Asked, name: str, *, otherwise: int, most: int) -> int:
    """Return a whole number from 1 to `most`."""
    stated = request.query_params.get(name)
    if stated is None:
        return otherwise
    if not (stated.isascii() and stated.isdigit() and len(stated) < len("1000000") and 1 <= int(stated) <= most):
        raise Refusing(
            code="parameter_invalid", detail=f"{name} is {stated!r:.40}; write a whole number from 1 to {most}"
        )
    return int(stated)


def before(request: Asked) -> int | None:
    """Return the number that a page ends before, as the `next` of the page before says it; None for the first page."""
    stated = request.query_params.get("cursor")
    if stated is None:
        return None
    try:
        text = urlsafe_b64decode(stated + "=" * (-len(stated) % 4)).decode("ascii")
    except (Error, ValueError):
        text = ""
    if not text.isdigit() or len(text) > _CURSOR_DIGITS:
        raise Refusing(code="parameter_invalid", detail="cursor is none of ours; take the `next` of the page before")
    return int(text)


def cursor(number: int) -> str:
    """Return what a caller names a number by, to be told what is before it."""
    return urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def named(request: Asked, name: str) -> str:
    """Return what the path names."""
    found = str(request.path_params[name])
    # Nothing that is kept holds a NUL, and a database may not even be asked for it.
    return found.replace("\x00", "\ufffd")


def instant(request: Asked) -> Callable[[Published, int], int]:
    """Return how to find the instant that is asked about: now, unless `at` says another."""
    stated = request.query_params.get("at") if asks_for_more(request) else None

    def found(published: Published, now: int) -> int:
        if stated is None:
            return now
        try:
            return read_end(stated, published.programme.zone, "at")
        except Invalid as invalid:
            raise Refusing(code="parameter_invalid", detail=str(invalid)) from None

    return found


# Answers.


def of_outcome(outcome: Recorded | Refusal) -> tuple[int, Recorded | Problem]:
    """Return the status and the content of what became of an event or a command."""
    if isinstance(outcome, Refusal):
        told = problem(outcome.code, outcome.detail, id_=outcome.id)
        return told.status, told
    return OK if outcome.repeated else CREATED, outcome


def answered(outcome: Recorded | Refusal) -> Answered:
    """Return what became of a command, as it is kept to be given again."""
    status, content = of_outcome(outcome)
    return kept(content, status)


def kept(content: object, status: int) -> Answered:
    """Return an answer as it is kept to be given again."""
    return Answered(status=status, body=msgspec.json.encode(content).decode())


def given(found: Answered) -> Reply:
    """Return an answer that may have been kept."""
    media = JSON if found.status < _WRONG else MEDIA_TYPE
    headers = [(b"content-type", media.encode())]
    headers += [(b"idempotency-replayed", b"true")] if found.repeated else []
    return Reply((found.shown or found.body).encode(), found.status, tuple(headers))


# Asking.


async def read(request: Asked, do: Callable[[View, Published, int], T]) -> T:
    """Ask what there is at an instant."""
    guerdon, at = guerdon_of(request), instant(request)
    return await waiting_of(request).on(
        guerdon.read(lambda view, published: do(view, published, at(published, guerdon.clock())))
    )


def is_plain(request: Asked) -> bool:
    """Say whether something is asked for now, for good, and without a key that would name it."""
    return not asks_for_more(request) and "idempotency-key" not in request.headers


async def command(request: Asked, body: bytes, do: Do) -> Reply:
    """Ask for something to be done: once, where an Idempotency-Key names it; not at all in a dry run."""
    dry = asks_for_more(request) and is_dry(request)
    key = _key(request)
    if dry or key is None:
        at = instant(request)
        return given(
            await _write(request, lambda work, published, now: do(work, published, at(published, now)), dry=dry)
        )
    asking = Asking(actor=by(request).actor, key=key, asked=_hash(request, body))
    running: set[tuple[str, str]] = request.app.state.running
    if (asking.actor, key) in running:
        raise Refusing(code="request_running")
    running.add((asking.actor, key))
    try:
        return given(await _write(request, _once(asking, do)))
    finally:
        running.discard((asking.actor, key))


async def _write(request: Asked, do: Do, *, dry: bool = False) -> Answered:
    return await waiting_of(request).on(guerdon_of(request).write(do, dry=dry))


def _once(asking: Asking, do: Do) -> Do:
    return lambda work, published, now: once(work, published.id, asking, lambda: do(work, published, now), at=now)


def _key(request: Asked) -> str | None:
    stated = request.headers.get("idempotency-key")
    if stated is None:
        return None
    # The draft writes it as a string in quotes; most callers leave them out.
    key = stated[1:-1] if len(stated) > 1 and stated[0] == stated[-1] == '"' else stated
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Refusing(code="idempotency_key_invalid")
    return key


def by(request: Asked) -> By:
    """Return who asks."""
    visit = visit_in(request.scope)
    if visit.caller is None:
        return By(actor="", request_id=visit.request_id)
    return By(actor=visit.caller.id, name=visit.caller.name, request_id=visit.request_id)


def _hash(request: Asked, body: bytes) -> bytes:
    head = f"{request.method} {request.url.path}?{request.scope['query_string'].decode('latin-1')}\n"
    return sha256(head.encode() + body).digest()
