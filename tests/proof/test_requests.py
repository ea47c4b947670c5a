"""Every operation of the reference, asked for all that its schema allows and forbids, and along its links (T5).

No status that is not declared, no answer that is not as declared, no failure of ours, nothing that breaks the schema taken as if it
did not, nobody let in without a key, and nothing told of who was erased.
"""

import json
import random
from typing import Any

import pytest

from guerdon.api.app import document
from guerdon.api.links import LINKS
from guerdon.api.openapi import PREFIX
from guerdon.app.service import Settings
from guerdon.services.books.verify import verify
from guerdon.services.published import take_up
from tests.api.serving import Served, instant, serving
from tests.databases.fixtures import Prepared
from tests.proof.asked import ask
from tests.proof.requests import BEFORE, TEXT, Sent, requests
from tests.proof.sizes import RELEASE, sized

EXAMPLES = sized(push=3, release=180)
"""How many values of chance each operation is asked with, after its examples and the bounds of its schema."""

WALKS = sized(push=60, release=400)
"""How many walks there are along the links."""

SEED = sized(push=5, release=random.randrange(1 << 32))  # noqa: S311 - a seed is no secret
"""What chance begins with where nobody says it: a push is to take the same time and say the same each time."""

CASES = sized(push=2_900, release=8_500)
"""So many requests that is at least, each time."""

TIMES = range(sized(push=1, release=3))
"""Each database is asked so often, each time from another beginning: what chance still finds to ask takes ever longer to find."""

CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "negative_data_rejection", "ignored_auth", "use_after_free", "unsupported_method",
    "allow_header_conformance", "ensure_resource_availability",
}  # fmt: skip
"""What every answer is held against."""

UNLIMITED = Settings(burst=1_000_000_000, attempts=1_000_000_000)
AFTERWARDS = "2038-01-01"
OPERATIONS = [
    (path.removeprefix(PREFIX), method, one)
    for path, methods in document()["paths"].items()
    for method, one in methods.items()
]
NAMES = {one["operationId"] for _, _, one in OPERATIONS}
KEYED = [found for found in OPERATIONS if "security" in found[2]]


def everything_is_answered_as_declared(url: str, seed: str | None, time: int) -> None:
    with serving(url, text=TEXT, settings=UNLIMITED) as served:
        asked = ask(served, examples=EXAMPLES, walks=WALKS, seed=(int(seed) if seed else SEED) + time)
        assert asked.wrong == [], f"with --hypothesis-seed={asked.seed}: " + "\n\n".join(asked.wrong)
        assert {name for name, _ in asked.answers} == NAMES
        assert asked.checks.keys() >= CHECKS
        assert asked.followed
        assert asked.answers.total() >= CASES
        with served.guerdon.database.view() as view:
            assert verify(view, take_up(view, 1), at=instant(AFTERWARDS)).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("time", TIMES)
def test_whatever_is_asked_is_answered_as_declared(pytestconfig: pytest.Config, time: int) -> None:
    everything_is_answered_as_declared("sqlite:///:memory:", pytestconfig.getoption("hypothesis_seed"), time)


@pytest.mark.slow
@pytest.mark.skipif(not RELEASE, reason="a push asks on SQLite: set GUERDON_PROOF=1, or run make proof")
@pytest.mark.parametrize("time", TIMES)
def test_so_it_is_on_postgresql(prepared: Prepared, pytestconfig: pytest.Config, time: int) -> None:
    everything_is_answered_as_declared(prepared.postgresql().url, pytestconfig.getoption("hypothesis_seed"), time)


LINKING = [one for one in requests() if one.operation in LINKS]


def linked(sent: Sent, answer: Any, target: str) -> tuple[str, str, dict[str, Any]]:  # noqa: ANN401 - an answer of httpx
    """Return the method and path of an operation that an answer leads to, its parameters taken as the link says, and its body."""
    path, method, operation = next(found for found in OPERATIONS if found[2]["operationId"] == target)
    for name, taken in LINKS[sent.operation][target].items():
        of_body = taken.removeprefix("$response.body#/")
        value = answer.json()[of_body] if of_body != taken else sent.path.split("/")[2]
        path = path.replace(f"{{{name}}}", str(value))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return method.upper(), path, content["examples"]["example"]["value"] if content else {}


@pytest.mark.slow
@pytest.mark.parametrize("sent", LINKING, ids=[one.operation for one in LINKING])
def test_a_link_leads_to_what_is_there(sent: Sent) -> None:
    with serving("sqlite:///:memory:", text=TEXT) as served:
        if sent.operation in BEFORE:
            BEFORE[sent.operation](served)
        answer = sent.to(served)
        for target in LINKS[sent.operation]:
            method, path, body = linked(sent, answer, target)
            followed = served.call(method, path, content=json.dumps(body).encode())
            assert followed.status_code not in {400, 404}, (target, path, followed.text)


@pytest.fixture(scope="module")
def shop() -> Any:  # noqa: ANN401 - one that is served
    """Serve a shop for all operations."""
    with serving("sqlite:///:memory:") as served:
        yield served


@pytest.mark.parametrize(("path", "method", "operation"), KEYED, ids=[one[2]["operationId"] for one in KEYED])
def test_nobody_is_let_in_without_a_key_that_is_good_for_it(
    shop: Served, path: str, method: str, operation: dict[str, Any]
) -> None:
    for one in operation["parameters"]:
        path = path.replace(f"{{{one['name']}}}", str(one["example"]))
    for key in ("", "guerdon_unknown"):
        assert shop.call(method.upper(), path, key=key, content=b"{}").status_code == 401
    with_scopes = {"events:write", "members:read", "redemptions:write", "programme:write"}
    needed = {scope for scope in with_scopes if f"`{scope}`" in operation["description"]}
    _, other = shop.new_key(*sorted(with_scopes - needed))
    assert shop.call(method.upper(), path, key=other, content=b"{}").status_code == 403
