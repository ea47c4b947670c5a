"""Every operation of the reference, with whatever its schema allows and now and then something else (T5).

No status that is not declared, no answer that is not as declared, no failure of ours; without a key nobody is let in.
"""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.api.app import document
from guerdon.api.openapi import PREFIX
from guerdon.services.books.verify import verify
from guerdon.services.published import take_up
from tests.api.serving import Served, instant, serving
from tests.databases.fixtures import Prepared
from tests.proof.schemas import values
from tests.proof.sizes import sized

ON_SQLITE = sized(push=200, release=8_000)
ON_POSTGRESQL = sized(push=30, release=8_000)
"""How many requests are sent."""

AFTERWARDS = "2038-01-01"
OPERATIONS = [
    (path.removeprefix(PREFIX), method, one)
    for path, methods in document()["paths"].items()
    for method, one in methods.items()
]
KEYED = [found for found in OPERATIONS if "security" in found[2]]
NOT_IN_A_PATH = ("/", ".", "..", "")
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)


def in_path(value: object) -> bool:
    return str(value) not in NOT_IN_A_PATH and "/" not in str(value) and str(value).isprintable()


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """Return a request: its method, its path, and what is sent along."""
    path, method, operation = draw(st.sampled_from(OPERATIONS))
    params: dict[str, str] = {}
    headers: dict[str, str] = {}
    for one in operation["parameters"]:
        if one["in"] == "path":
            named = draw(values({"type": "string"}, one["name"]).filter(in_path))
            path = path.replace(f"{{{one['name']}}}", quote(str(named), safe=""))
        elif one["in"] == "query" and draw(st.booleans()):
            params[one["name"]] = str(draw(values(one["schema"], one["name"])))
        elif one["in"] == "header" and draw(st.integers(0, 3)) == 0:
            headers[one["name"]] = draw(st.sampled_from([str(one["example"]), "k"]) | VISIBLE)
    sent: dict[str, Any] = {"params": params, "headers": headers}
    if "requestBody" in operation:
        body = draw(values(operation["requestBody"]["content"]["application/json"]["schema"]))
        sent["content"] = json.dumps(body).encode()
    return method.upper(), path, sent


def everything_is_answered_as_declared(url: str, examples: int) -> None:
    """Send requests one after the other to a shop in which something has happened."""
    with serving(url) as served:
        served.earn(400)
        served.post("/members/ana/redemptions", {"id": "r-1", "reward": "coffee", "reserve": True})

        @settings(
            max_examples=examples, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )
        @given(asked())
        def answered(request: tuple[str, str, dict[str, Any]]) -> None:
            method, path, sent = request
            answer = served.call(method, path, **sent)
            assert answer.status_code < 500, (request, answer.text)

        answered()
        with served.guerdon.database.view() as view:
            assert verify(view, take_up(view, 1), at=instant(AFTERWARDS)).findings == ()


@pytest.mark.slow
def test_whatever_is_sent_is_answered_as_declared() -> None:
    everything_is_answered_as_declared("sqlite:///:memory:", ON_SQLITE)


@pytest.mark.slow
def test_so_it_is_on_postgresql(prepared: Prepared) -> None:
    everything_is_answered_as_declared(prepared.postgresql().url, ON_POSTGRESQL)


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
