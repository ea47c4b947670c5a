"""Operations: what a route offers, declared beside it: whom it lets in, what it takes, and everything it may answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from guerdon.api.callers import visit_in
from guerdon.api.problems import Refusing
from guerdon.api.replies import Reply, refusal

Asked = Request[Any, Any, Any]
Route = Callable[[Asked], Awaitable[Reply]]
OPERATION: Final = "operation"

ALWAYS: Final = ("version_unknown", "parameter_invalid", "too_many_requests", "internal", "busy", "storage_failed")
"""What every operation may answer."""

KEYED: Final = (
    "key_missing", "key_unknown", "key_expired", "key_revoked", "scope_missing",
)  # fmt: skip
"""What every operation may answer that asks for a key."""

TAKING: Final = ("malformed_json", "body_invalid", "body_too_large")
"""What every operation may answer that takes a body."""

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
    """Return what makes a function the route of an operation: one that takes a body is a POST, any other a GET."""

    def made(route: Route) -> HTTPRouteHandler:
        @wraps(route)
        async def entered(request: Asked) -> ASGIApp:
            try:
                _let_in(request, operation)
                return await route(request)
            except Exception as failure:  # noqa: BLE001 - told as a problem, whatever it is
                return refusal(failure, request.scope)

        entered.__annotations__ = {"request": Asked, "return": ASGIApp}
        method = get if operation.body is None else post
        found: HTTPRouteHandler = method(path, name=operation.id, opt={OPERATION: operation}, include_in_schema=False)(
            entered
        )
        return found

    return made


def _let_in(request: Asked, operation: Operation) -> None:
    """Refuse whoever may not ask for an operation, and parameters that it does not know."""
    if operation.scope:
        visit = visit_in(request.scope)
        if visit.caller is None:
            raise Refusing(code=visit.refusal)
        if not visit.caller.may(operation.scope):
            raise Refusing(code="scope_missing", detail=f"the key {visit.caller.id} is not good for {operation.scope}")
    if request.scope["query_string"]:
        unknown = [name for name in request.query_params if name not in operation.query()]
        if unknown:
            raise Refusing(code="parameter_invalid", detail=f"there is no parameter {unknown[0]!r:.60} here")
