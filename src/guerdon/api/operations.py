"""Operations: what a route offers, declared beside it: whom it lets in, what it takes, and everything it may answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from guerdon.api.callers import Visit
from guerdon.api.door import VISIT
from guerdon.api.problems import Refusing

Asked = Request[Any, Any, Any]
Route = Callable[[Asked], Awaitable[Response[bytes]]]
OPERATION: Final = "operation"

ALWAYS: Final = ("version_unknown", "parameter_invalid", "internal", "busy")
"""What every operation may answer."""

KEYED: Final = (
    "key_missing", "key_unknown", "key_expired", "key_revoked", "scope_missing", "too_many_requests",
)  # fmt: skip
"""What every operation may answer that asks for a key."""

TAKING: Final = ("malformed_json", "body_invalid", "body_too_large")
"""What every operation may answer that takes a body."""

BODY_BYTES: Final = 1 << 20
LARGE_BYTES: Final = 8 << 20
"""How large a body may be, and one of many events or of a programme."""

NAMED: Final = ("idempotency_key_invalid", "idempotency_key_reused", "request_running")
"""What every operation may answer that can be named by an Idempotency-Key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the address, in its path or after its question mark."""

    name: str
    where: str
    about: str
    example: str | int | bool
    kind: str = "string"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of a status: what it means, what it is made of, and an example; `media` says what it is written in."""

    about: str
    kind: Any = None
    example: Any = None
    media: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Everything that callers should know of a route; `codes` are the problems of its own."""

    id: str
    summary: str
    answers: Mapping[int, Answer]
    scope: str = ""
    body: Any = None
    body_example: Any = None
    codes: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    named: bool = False
    large: bool = False
    tag: str = field(default="service")

    def every_code(self) -> tuple[str, ...]:
        """Return all problems that the route may answer with."""
        codes = [*ALWAYS, *self.codes]
        codes += KEYED if self.scope else ()
        codes += TAKING if self.body is not None else ()
        codes += NAMED if self.named else ()
        return tuple(dict.fromkeys(codes))

    def query(self) -> frozenset[str]:
        """Return the names of what may stand after the question mark."""
        return frozenset(one.name for one in self.parameters if one.where == "query")


def offer(path: str, operation: Operation) -> Callable[[Route], HTTPRouteHandler]:
    """Return what makes a function the route of an operation: one that takes a body, or has none to give, is a POST."""
    method = post if operation.body is not None else get
    made: Callable[[Route], HTTPRouteHandler] = method(
        path,
        name=operation.id,
        guards=[_let_in],
        opt={OPERATION: operation},
        include_in_schema=False,
        request_max_body_size=LARGE_BYTES if operation.large else BODY_BYTES,
    )
    return made


async def _let_in(connection: "ASGIConnection[Any, Any, Any, Any]", handler: BaseRouteHandler) -> None:
    """Refuse whoever may not ask for an operation, and parameters that it does not know."""
    operation: Operation = handler.opt[OPERATION]
    if operation.scope:
        visit: Visit = connection.scope[VISIT]  # type: ignore[literal-required]  # ours, among those of the protocol
        if visit.caller is None:
            raise Refusing(visit.refusal)
        if not visit.caller.may(operation.scope):
            raise Refusing("scope_missing", f"the key {visit.caller.id} is not good for {operation.scope}")
    if connection.scope["query_string"]:
        unknown = [name for name in connection.query_params if name not in operation.query()]
        if unknown:
            raise Refusing("parameter_invalid", f"there is no parameter {unknown[0]!r:.60} here")
