"""The reference as OpenAPI 3.1: read off the routes, so that what is told is what is there."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from guerdon.api.bodies import BasketRecord, EventsBody, Record
from guerdon.api.door import VERSIONS
from guerdon.api.examples import BASKET, PURCHASE
from guerdon.api.links import links_of
from guerdon.api.operations import Answer, Operation, Parameter
from guerdon.api.problems import KINDS, MEDIA_TYPE, Problem, problem
from guerdon.core.errors import invariant
from guerdon.services import identities
from guerdon.services.keys.make import SCOPES

Json = dict[str, Any]

PREFIX: Final = "/v1"
_REF: Final = "#/components/schemas/{name}"
_HEADERS: Final = {
    "X-Request-Id": "The request's id: the one it came with, or a new one.",
    "Guerdon-Version": "The dated version of the interface that answered.",
    "RateLimit-Policy": "How often the key may ask: q requests in w seconds.",
    "RateLimit": "How many requests are left (r), and in how many seconds there are all again (t).",
    "Retry-After": "In how many seconds to ask again.",
    "Idempotency-Replayed": "true where this answer was given before.",
}
_EVENT: Final[Json] = {
    "type": "object",
    "title": "Event",
    "description": "One event, with the attributes that the programme declares for its type. Amounts are exact: text, or numbers "
    "without an exponent.",
    "required": ["id", "at"],
    "properties": {
        "id": {"type": "string", "maxLength": 200, "description": "Its id at its source; it names the event for ever."},
        "source": {"type": "string", "maxLength": 200, "description": "Which system says so."},
        "type": {"type": "string", "description": "A type of the programme; purchase unless stated."},
        "member": {"type": "string", "maxLength": 200, "description": "Whose it is; else `identity` says so."},
        "identity": {
            "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
            "properties": {kind: {"type": "string", "maxLength": identities.VALUE_MAX} for kind in identities.KINDS},
            "description": "By what the member is recognised: only a hash of it is kept.",
        },
        "account": {"type": "string", "maxLength": 200, "description": "Else the member's."},
        "at": {"type": "string", "description": "When it happened: a day, or a time; without an offset in the programme's zone."},
        "amount": {"type": ["string", "number"], "description": "What was paid, in all."},
        "currency": {"type": "string", "description": "An ISO 4217 code; else the programme's."},
        "refund_of": {"type": "string", "description": "The purchase that a refund is of."},
        "lines": {"type": "array", "items": {"type": "object"}, "description": "Lines, each with an amount."},
    },
    "additionalProperties": True,
    "examples": [PURCHASE],
}  # fmt: skip
_BASKET: Final[Json] = {
    **_EVENT,
    "title": "Basket",
    "description": "What may be bought, written as a purchase is.",
    "required": [],
    "properties": {
        name: about for name, about in _EVENT["properties"].items() if name not in ("id", "type", "at", "refund_of")
    },
    "examples": [BASKET],
}
_FREE: Final[Mapping[object, str]] = {Record: "Event", BasketRecord: "Basket"}
"""Bodies whose fields the programme declares, by the names of their schemas."""

_DESCRIPTION: Final = """\
Post what members did; ask what they have. Every refusal is a problem document (RFC 9457) with a `code` that stays the same.

Events name themselves: the same id with the same content is answered as before. Other requests that write are done once where an
`Idempotency-Key` names them. `dry_run=true` says what would happen, at any instant, and keeps nothing."""


def document(operations: Iterable[tuple[str, Operation, str]]) -> Json:
    """Return the reference of operations: the path of each, what it declares and what its route says of itself."""
    listed = list(operations)
    schemas, components = _schemas([operation for _, operation, _ in listed])
    paths: dict[str, Json] = {}
    for path, operation, text in listed:
        method = "get" if operation.body is None else "post"
        paths.setdefault(path.replace(":str}", "}"), {})[method] = _operation(operation, text, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Guerdon",
            "version": VERSIONS[0],
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": {name: {"description": about, "schema": {"type": "string"}} for name, about in _HEADERS.items()},
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A key of `guerdon keys new`. Scopes: {', '.join(SCOPES)}.",
                }
            },
        },
    }


def _schemas(operations: Iterable[Operation]) -> tuple[dict[int, Json], Json]:
    """Return the schema of everything that is sent or answered, by its identity, and the named ones."""
    kinds: list[Any] = [Problem]
    for operation in operations:
        kinds += [] if operation.body is None else [operation.body]
        kinds += [answer.kind for answer in operation.answers.values() if answer.kind is not None]
    found, components = msgspec.json.schema_components(kinds, ref_template=_REF, schema_hook=_anything)
    components |= {"Event": _EVENT, "Basket": _BASKET}
    components[EventsBody.__name__]["properties"]["events"]["items"] = {"$ref": _REF.format(name="Event")}
    for name in list(components):
        components[name] = _without_places(components[name])
    return {id(kind): schema for kind, schema in zip(kinds, found, strict=True)}, components


def _without_places(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema whose lists say what any of their items may be, not which stands where: generators know no more."""
    if isinstance(schema, list):
        return [_without_places(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _without_places(one) for name, one in schema.items()}
    places = found.pop("prefixItems", None)
    return found if places is None else {**found, "items": {"anyOf": places}}


def _anything(kind: object) -> Json:
    """Return the schema of what can be anything; whatever else msgspec does not know is a mistake of ours."""
    invariant(kind is object, "the schema of every kind is known")
    return {"description": "Anything."}


def _operation(operation: Operation, text: str, schemas: Mapping[int, Json]) -> Json:
    found: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": _prose(operation, text),
        "tags": [operation.tag],
        "parameters": [_parameter(one) for one in operation.parameters] + _headers_of(operation),
        "responses": {
            **{str(status): _answer(one, schemas, operation) for status, one in operation.answers.items()},
            **_problems(operation, schemas),
        },
    }
    if operation.scope:
        found["security"] = [{"key": []}]
    if operation.body is not None:
        free = _FREE.get(operation.body)
        schema = schemas[id(operation.body)] if free is None else {"$ref": _REF.format(name=free)}
        found["requestBody"] = {
            "required": free is not None or _needs_fields(operation.body),
            "content": {
                "application/json": {"schema": schema, "examples": {"example": {"value": operation.body_example}}}
            },
        }
    return found


def _needs_fields(body: Any) -> bool:  # noqa: ANN401 - the kind of a body
    """Say whether nothing at all is too little: an empty body is read as an object without fields."""
    return any(one.required for one in msgspec.structs.fields(body))


def _prose(operation: Operation, text: str) -> str:
    needed = f"\n\nNeeds the scope `{operation.scope}`." if operation.scope else ""
    lines = [line.strip() for line in text.strip().splitlines()]
    return "\n".join(lines) + needed


def _parameter(one: Parameter) -> Json:
    return {
        "name": one.name, "in": one.where, "required": one.where == "path", "description": one.about,
        "schema": {"type": one.kind}, "example": one.example,
    }  # fmt: skip


def _headers_of(operation: Operation) -> list[Json]:
    """Return the headers that a caller may send along."""
    stated: dict[str, tuple[str, str, Json]] = {
        "X-Request-Id": ("An id for this request, to find it again.", "req-7", {}),
        "Guerdon-Version": ("The dated version to be answered in; else the newest.", VERSIONS[0], {"enum": list(VERSIONS)}),
    }  # fmt: skip
    if operation.named:
        about = "Names this request, so that it is done once: visible characters, at most 255."
        stated["Idempotency-Key"] = (about, "8e03978e-40d5-43dd", {"pattern": "^[!-~]{1,255}$"})
    return [
        {
            "name": name, "in": "header", "required": False, "description": about, "schema": {"type": "string", **of},
            "example": example,
        }
        for name, (about, example, of) in stated.items()
    ]  # fmt: skip


def _answer(answer: Answer, schemas: Mapping[int, Json], operation: Operation) -> Json:
    found: Json = {"description": answer.about, "headers": _refs(replayed=operation.named)}
    schema = {"type": "string"} if answer.kind is None else schemas[id(answer.kind)]
    content: Json = {"schema": schema}
    if answer.example is not None:
        content["examples"] = {"example": {"value": answer.example}}
    found["content"] = {answer.media: content}
    links = links_of(operation.id)
    return {**found, "links": links} if links else found


def _problems(operation: Operation, schemas: Mapping[int, Json]) -> Json:
    """Return the problems of an operation by their statuses, each with an example."""
    by_status: dict[int, list[str]] = {}
    for code in operation.every_code():
        by_status.setdefault(KINDS[code].status, []).append(code)
    return {
        str(status): {
            "description": "; ".join(f"`{code}`: {KINDS[code].title}" for code in codes),
            "headers": _refs(retry=status in {429, 503}),
            "content": {
                MEDIA_TYPE: {
                    "schema": schemas[id(Problem)],
                    "examples": {code: {"value": msgspec.to_builtins(problem(code))} for code in codes},
                }
            },
        }
        for status, codes in sorted(by_status.items())
    }


def _refs(*, retry: bool = False, replayed: bool = False) -> Json:
    names = ["X-Request-Id", "Guerdon-Version", "RateLimit-Policy", "RateLimit"]
    names += ["Retry-After"] if retry else []
    names += ["Idempotency-Replayed"] if replayed else []
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
