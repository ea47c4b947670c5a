"""Requests that Schemathesis makes of the reference, sent to the application in this process, and what is wrong with an answer.

Every operation is asked with its examples, with each bound of its schema kept and broken, and with values of chance; then along the
links of the reference, where each step takes what the one before answered.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from schemathesis import Case, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from guerdon.api.app import make_app
from tests.api.serving import Served

Json = dict[str, Any]

MEMBERS: Final = ["eve", "ida"]
ERASED: Final = "zoe"
"""Members with points, whom nobody erases, and one who was erased."""

REWARD: Final = "coffee"
LEAVING: Final = ["closeMember", "eraseMember"]
KNOWN: Final[dict[str, list[str | int]]] = {
    "member": [*MEMBERS * 3, ERASED],
    "account": [*MEMBERS * 3, ERASED],
    "receiver": [*MEMBERS * 3, ERASED],
    "leaver": [ERASED, "bob"],
    "reward": ["coffee", "ten", "coffee", "ten", "mug", "yacht"],
    "reason": ["goodwill", "correction", "fresh"],
    "transfer": ["gift", "pass", "renew"],
    "type": ["purchase", "refund"],
    "at": ["2026-06-01", "2026-05-31T10:00:00+02:00", "2027-07-01"],
    "amount": ["120.50", "40"],
    "currency": ["EUR"],
    "points": [10, 50],
}
"""Values that mean something to the shop, by the names of the fields that they stand in."""

PLACES: Final = (
    "path.member", "path.account", "query.at", "body.member", "body.account", "body.receiver", "body.reward", "body.reason",
    "body.transfer", "body.type", "body.at", "body.amount", "body.currency", "body.points",
)  # fmt: skip
KNOWN_OF_ALL: Final = 0.8
"""Where such values stand, and how often."""

EVENTS: Final = ["recordEvent", "recordEvents", "askBasket"]
"""What takes events as files write them (null is unstated, a number can be a name), or answers each of many by itself."""

PROFILES: Final = {
    "enrol", "findMember", "updateMember", "memberProfile", "closeMember", "keepMember", "rejoinMember", "eraseMember",
}  # fmt: skip
PERSONAL: Final = ("born_on", "attributes", "identities")
"""What answers with a profile, and what of it is gone once its member is erased."""

STEPS_MAX: Final = 8
_GOOD: Final = range(200, 300)


@dataclass
class Asked:
    """How many requests were answered, by operation and status, what each check was asked of, and what was wrong.

    `seed` is what chance began with, `followed` how often a link led to a good answer, `erased` who was forgotten.
    """

    seed: int
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    followed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    erased: set[str] = field(default_factory=lambda: {ERASED})


def ask(served: Served, *, examples: int, walks: int, seed: int | None = None) -> Asked:
    """Ask a shop for everything: so many values of chance for each operation, and so many walks along the links."""
    _prepare(served)
    config = _config(served.key, examples, walks)
    config.update(seed=seed, max_failures=None)
    schema = schemathesis.openapi.from_asgi("/openapi.json", _requests_alone(make_app(served.guerdon)), config=config)
    schema.hook(map_query)
    schema.hook(map_body)
    asked = Asked(config.seed)
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(asked, event.recorder)
        elif isinstance(event, events.NonFatalError):
            asked.wrong.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return asked


def _prepare(served: Served) -> None:
    for member in MEMBERS:
        served.earn(900, member, f"earned-{member}")
        assert served.post("/members", {"member": member}).status_code == 201
    assert served.post("/members", {"member": ERASED, "identities": [{"shop": ERASED}]}).status_code == 201
    assert served.post(f"/members/{ERASED}/erasure", {}).json()["status"] == "erased"


def map_query(context: schemathesis.HookContext, query: Json | None) -> Json | None:
    """Leave out the time of a dry run that is none: nearly every request would be refused for it."""
    dry = (query or {}).get("dry_run")
    takes_dry = context.operation is not None and "dry_run" in context.operation.query
    if not query or not takes_dry or dry in (True, "true"):
        return query
    return {name: value for name, value in query.items() if name != "at"}


def map_body(context: schemathesis.HookContext, body: object) -> object:
    """Ask for a reward with a price of its own where a redemption says of none: the schema allows it, no programme does."""
    redeems = context.operation is not None and context.operation.path.endswith("/redemptions")
    if not redeems or not isinstance(body, dict) or "points" in body:
        return body
    return {**body, "reward": body.get("reward") or REWARD}


def _requests_alone(app: ASGIApp) -> ASGIApp:
    """Return an application that is neither started nor stopped: whoever serves the shop does that."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await app(scope, receive, send)

    return asked


def _config(key: str, examples: int, walks: int) -> SchemathesisConfig:
    bindings = {place: {"dictionary": place.partition(".")[2], "probability": KNOWN_OF_ALL} for place in PLACES}
    return SchemathesisConfig.from_dict({
        "headers": {"Authorization": f"Bearer {key}"},
        "continue-on-failure": True,
        "dictionaries": {name: {"values": values} for name, values in KNOWN.items()},
        "parameters": bindings,
        # What the schema allows, the state of an account or the programme may still refuse.
        "checks": {"positive_data_acceptance": {"enabled": False}},
        "operations": [
            {"include-operation-id": EVENTS, "checks": {"negative_data_rejection": {"enabled": False}}},
            {
                "include-operation-id": LEAVING,
                "parameters": {"path.member": {"dictionary": "leaver", "probability": KNOWN_OF_ALL}},
            },
        ],
        "generation": {"max-examples": examples, "database": "none"},
        "phases": {
            "stateful": {
                "max-steps": STEPS_MAX,
                # Along the links that the reference declares, not those that could be guessed.
                "inference": {"algorithms": []},
                "generation": {"max-examples": walks},
            },
        },
    })


def _note(asked: Asked, recorder: ScenarioRecorder) -> None:
    for id_, interaction in recorder.interactions.items():
        step, response = recorder.cases[id_], interaction.response
        case = step.value
        name = str(case.operation.definition.raw["operationId"])
        if response is None:
            asked.wrong.append(f"{name} was not answered")
            continue
        asked.answers[name, response.status_code] += 1
        its_own = interaction.request.method.lower() == case.operation.method.lower()
        if step.transition is not None and response.status_code in _GOOD:
            asked.followed[step.transition.id] += 1
        if its_own and response.status_code in _GOOD and not _is_dry(case):
            _note_erased(asked, name, case, response)
    for nodes in recorder.checks.values():
        for node in nodes:
            asked.checks[node.name] += 1
            if node.failure_info is not None:
                told = node.failure_info.failure
                asked.wrong.append(f"{told.operation}: {told.title}: {told.message}\n{node.failure_info.code_sample}")


def _is_dry(case: Case[Any]) -> bool:
    return str(case.query.get("dry_run")).lower() == "true"


def _note_erased(asked: Asked, name: str, case: Case[Any], response: Response) -> None:
    """Note who was forgotten, and whatever is told of them later: the check for it of Schemathesis knows DELETE alone."""
    member = str(case.path_parameters.get("member", ""))
    if name == "eraseMember":
        asked.erased.add(member)
    if name in PROFILES and response.json()["member"] in asked.erased:
        told = response.json()
        kept = [field for field in PERSONAL if told[field]]
        if told["status"] != "erased" or kept:
            asked.wrong.append(f"{name} tells of {member!r}, who was erased: {told['status']}, {kept}")
