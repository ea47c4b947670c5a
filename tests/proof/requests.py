"""A request for every operation of the reference that takes a body: its example, or what is said here of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from guerdon.api.app import document
from guerdon.api.openapi import PREFIX
from tests.api.serving import Served
from tests.services.shop import GIFTS, REASONS, VOUCHERS

Json = dict[str, Any]

TEXT: Final = VOUCHERS + REASONS + GIFTS + "enrolment: {closing: {restore: 60 days}}\n"
"""A programme in which every operation has something to do."""

DOUBLE: Final = TEXT.replace("floor(eligible)", "floor(eligible * 2)")
CODE: Final = "7Q2M-K9ZX-41TB-8CWD-E5FG"

NAMES: Final = ("id", "source")
"""Fields by which something is another thing, not the same one with other content."""

EVENT: Final = "#/components/schemas/Event"


@dataclass(frozen=True)
class Sent:
    """A request that is good, and one that is the same in name only."""

    operation: str
    path: str
    body: Json
    other_path: str
    other: Json
    keyed: bool
    writes: bool

    def to(self, served: Served, *, key: str = "", caller: str = "") -> Any:  # noqa: ANN401 - httpx has no types for tests
        """Send it, named by an Idempotency-Key where there is one."""
        return self._send(served, self.path, self.body, key, caller)

    def other_to(self, served: Served, *, key: str = "") -> Any:  # noqa: ANN401 - httpx has no types for tests
        """Send what is the same in name only."""
        return self._send(served, self.other_path, self.other, key, "")

    def _send(self, served: Served, path: str, body: Json, key: str, caller: str) -> Any:  # noqa: ANN401 - httpx has no types for tests
        named = {"Idempotency-Key": key} if self.keyed and key else {}
        return served.call("POST", path, key=caller or None, headers=named, content=json.dumps(body).encode())


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


def gone(served: Served) -> None:
    """Ana was a member, and has left."""
    enrolled(served)
    assert served.post("/members/ana/closing", {}).json()["status"] == "closed"


def taken(served: Served) -> None:
    """Ana has taken a coffee."""
    served.earn(400)
    assert served.post("/members/ana/redemptions", {"id": "r-1", "reward": "coffee"}).status_code == 201


def handed_out(served: Served) -> None:
    """Ana has a code."""
    served.earn(400)
    assert served.post("/codes", {"reward": "cinema", "codes": [CODE]}).is_success
    assert served.post("/members/ana/redemptions", {"id": "r-1", "reward": "cinema"}).json()["code"] == CODE


def waiting(served: Served) -> None:
    """An adjustment waits for a second person."""
    served.earn(400)
    _, other = served.new_key("admin")
    asked = {"id": "a-1", "reason": "goodwill", "points": 200}
    assert served.post("/members/ana/adjustments", asked, key=other).status_code == 202


def befriended(served: Served) -> None:
    """Ana has points, and ben is a member, too."""
    served.earn(400)
    assert served.post("/members", {"member": "ben"}).status_code == 201


def sending(served: Served) -> None:
    """A transfer waits for a second person."""
    befriended(served)
    _, other = served.new_key("admin")
    asked = {"id": "t-1", "transfer": "gift", "receiver": "ben", "points": 250}
    assert served.post("/members/ana/transfers", asked, key=other).status_code == 202


def sent(served: Served) -> None:
    """Ana has given points to ben."""
    befriended(served)
    asked = {"id": "t-1", "transfer": "gift", "receiver": "ben", "points": 50}
    assert served.post("/members/ana/transfers", asked).status_code == 201


def published_again(served: Served) -> None:
    """There is a second revision, and the first can be gone back to."""
    assert served.post("/programme/revisions", {"text": DOUBLE}).status_code == 201


BEFORE: Final[dict[str, Callable[[Served], None]]] = {
    "updateMember": enrolled,
    "closeMember": enrolled,
    "keepMember": enrolled,
    "rejoinMember": gone,
    "eraseMember": enrolled,
    "redeem": earned,
    "confirmRedemption": reserved,
    "cancelRedemption": reserved,
    "fulfilRedemption": taken,
    "checkCode": handed_out,
    "useCode": handed_out,
    "adjustPoints": earned,
    "approveAdjustment": waiting,
    "declineAdjustment": waiting,
    "transferPoints": befriended,
    "approveTransfer": sending,
    "declineTransfer": sending,
    "reverseTransfer": sent,
    "rollBack": published_again,
}
"""What has happened before an operation's example can be done."""

BODIES: Final[dict[str, Json]] = {
    "publishRevision": {"text": DOUBLE},
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
    other_path = path
    for one in operation["parameters"]:
        path = path.replace(f"{{{one['name']}}}", str(one["example"]))
        other_path = other_path.replace(f"{{{one['name']}}}", f"{one['example']}0")
    parameters = {one["name"] for one in operation["parameters"]}
    content = operation["requestBody"]["content"]["application/json"]
    body = BODIES.get(name) or content["examples"]["example"]["value"]
    other = OTHERS.get(name) or _other(content["schema"], body)
    return Sent(
        operation=name,
        path=path,
        body=body,
        other_path=other_path if other == body else path,
        other=other,
        keyed="Idempotency-Key" in parameters,
        writes="Idempotency-Key" in parameters or list(_fields(content["schema"]))[:1] in (["id"], ["events"]),
    )


def _other(schema: Json, body: Json) -> Json:
    """Return the body with another content: a field more, or another value; as it is where there is nothing to say."""
    fields = _fields(schema)
    if list(fields) == ["events"]:
        return {"events": [_other({"$ref": EVENT}, one) for one in body["events"]]}
    free = [name for name, kind in fields.items() if name not in NAMES and _takes_text(kind)]
    return {**body, min(free, key=lambda one: one in body): "7"} if free else body


def _fields(schema: Json) -> Json:
    name = schema["$ref"].rpartition("/")[2]
    found: Json = document()["components"]["schemas"][name]["properties"]
    return found


def _takes_text(kind: Json) -> bool:
    kinds = [kind, *kind.get("anyOf", [])]
    return any(one.get("type") == "string" or "string" in list(one.get("type", [])) for one in kinds)
