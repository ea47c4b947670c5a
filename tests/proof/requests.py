"""A request for every operation of the reference that takes a body: its example, or what is said here of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from guerdon.api.app import document
from guerdon.api.openapi import PREFIX
from tests.api.serving import Served
from tests.services.shop import PROGRAMME

Json = dict[str, Any]

NAMES: Final = ("id", "source")
"""Fields by which something is another thing, not the same one with other content."""

EVENT: Final = "#/components/schemas/Event"


@dataclass(frozen=True)
class Sent:
    """A request that is good, and one that is the same in name only."""

    operation: str
    path: str
    body: Json
    other: Json
    keyed: bool
    writes: bool

    def to(self, served: Served, *, key: str = "", body: Json | None = None, caller: str = "") -> Any:  # noqa: ANN401 - httpx has no types for tests
        """Send it, named by an Idempotency-Key where there is one."""
        named = {"Idempotency-Key": key} if self.keyed and key else {}
        content = json.dumps(self.body if body is None else body).encode()
        return served.call("POST", self.path, key=caller or None, headers=named, content=content)


def earned(served: Served) -> None:
    """Ana has points."""
    served.earn(400)


def reserved(served: Served) -> None:
    """Ana has points, and a coffee is set aside for her."""
    served.earn(400)
    answer = served.post("/members/ana/redemptions", {"id": "r-1", "reward": "coffee", "reserve": True})
    assert answer.status_code == 201, answer.text


def enrolled(served: Served) -> None:
    """Ana is a member."""
    answer = served.post("/members", {"member": "ana", "identities": [{"phone": "+33612345678"}]})
    assert answer.status_code == 201, answer.text


BEFORE: Final[dict[str, Callable[[Served], None]]] = {
    "updateMember": enrolled,
    "redeem": earned,
    "confirmRedemption": reserved,
    "cancelRedemption": reserved,
}
"""What has happened before an operation's example can be done."""

BODIES: Final[dict[str, Json]] = {
    "publishRevision": {"text": PROGRAMME.replace("floor(eligible)", "floor(eligible * 2)")},
}
"""Bodies of operations whose example in the reference is no more than a sketch."""

OTHERS: Final[dict[str, Json]] = {
    "updateMember": {"attributes": {"language": "it"}},
}
"""Bodies that say something else, where no field of them is free text."""


def requests() -> list[Sent]:
    """Return a request for each operation that takes a body."""
    return [
        _sent(path.removeprefix(PREFIX), methods["post"])
        for path, methods in document()["paths"].items()
        if "post" in methods
    ]


def _sent(path: str, operation: Json) -> Sent:
    name = operation["operationId"]
    for one in operation["parameters"]:
        path = path.replace(f"{{{one['name']}}}", str(one["example"]))
    content = operation["requestBody"]["content"]["application/json"]
    body = BODIES.get(name) or content["examples"]["example"]["value"]
    return Sent(
        operation=name,
        path=path,
        body=body,
        other=OTHERS.get(name) or _other(content["schema"], body),
        keyed="Idempotency-Key" in {one["name"] for one in operation["parameters"]},
        writes="dry_run" in {one["name"] for one in operation["parameters"]},
    )


def _other(schema: Json, body: Json) -> Json:
    """Return the body with another content: a field more, or another value."""
    fields = _fields(schema)
    if list(fields) == ["events"]:
        return {"events": [_other({"$ref": EVENT}, one) for one in body["events"]]}
    free = [name for name, kind in fields.items() if name not in NAMES and _takes_text(kind)]
    name = min(free, key=lambda one: one in body)
    return {**body, name: "7"}


def _fields(schema: Json) -> Json:
    name = schema["$ref"].rpartition("/")[2]
    found: Json = document()["components"]["schemas"][name]["properties"]
    return found


def _takes_text(kind: Json) -> bool:
    kinds = [kind, *kind.get("anyOf", [])]
    return any(one.get("type") == "string" or "string" in list(one.get("type", [])) for one in kinds)
