"""The reference: right as OpenAPI, complete, with examples that are what they are examples of."""

import json
import re
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from guerdon.api.app import document
from guerdon.api.links import LINKS
from guerdon.api.problems import KINDS
from guerdon.cli.main import commands
from tests.api.serving import Served, check_schema

OPERATIONS = [(path, method, one) for path, methods in document()["paths"].items() for method, one in methods.items()]
IDS = [one["operationId"] for _, _, one in OPERATIONS]


def _refs(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for one in value.values() for ref in _refs(one)]
    return [ref for one in value for ref in _refs(one)] if isinstance(value, list) else []


def test_everything_that_is_referred_to_is_there() -> None:
    found = document()
    for ref in _refs(found):
        place: Any = found
        for part in ref.removeprefix("#/").split("/"):
            place = place[part]
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=IDS)
def test_an_operation_is_declared_in_full(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert {one["name"] for one in operation["parameters"] if one["in"] == "path"} == set(
        re.findall(r"\{(\w+)\}", path)
    )
    assert ("requestBody" in operation) == (method == "post")
    sent = [operation["requestBody"]] if "requestBody" in operation else []
    for said in [*sent, *operation["responses"].values()]:
        for content in said["content"].values():
            assert content["examples"]
            for example in content["examples"].values():
                check_schema(content["schema"], example["value"])
    keyed = {"401", "403"} if "security" in operation else set()
    assert keyed | {"400", "429", "500", "503"} <= operation["responses"].keys()


def test_links_lead_to_operations_and_say_what_each_is_of() -> None:
    placed = {
        one["operationId"]: {named["name"] for named in one["parameters"] if named["in"] == "path"}
        for _, _, one in OPERATIONS
    }
    links = [
        link
        for _, _, operation in OPERATIONS
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert links
    assert all(link.get("parameters", {}).keys() == placed[link["operationId"]] for link in links)
    assert LINKS.keys() <= placed.keys()


def test_a_body_is_required_where_something_must_be_said() -> None:
    needed = {
        name: one["requestBody"]["required"]
        for _, _, one in OPERATIONS
        if "requestBody" in one
        for name in [one["operationId"]]
    }
    assert {"recordEvent", "recordEvents", "askBasket", "adjustPoints"} <= {
        name for name, must in needed.items() if must
    }
    assert not any(needed[name] for name in ("enrol", "rollBack", "confirmRedemption", "closeMember"))


def test_every_code_is_declared_somewhere() -> None:
    told = json.dumps(document())
    bare = {"not_found", "method_not_allowed"}
    assert [code for code in KINDS if f"`{code}`" not in told and code not in bare] == []


def test_the_command_prints_the_reference() -> None:
    assert json.loads(CliRunner().invoke(commands, ["openapi"]).output) == json.loads(json.dumps(document()))


def test_the_reference_is_served_as_a_file_and_as_a_page_without_anything_from_elsewhere(served: Served) -> None:
    file, page, style = [httpx.get(f"{served.address}/{name}") for name in ("openapi.json", "docs", "docs.css")]
    assert file.json()["openapi"] == "3.1.0"
    assert {file.status_code, page.status_code, style.status_code} == {200}
    assert page.headers["content-type"].startswith("text/html")
    assert "script" not in page.text
    assert re.findall(r'(?:src|href)="(?!#|/docs\.css|/openapi\.json)', page.text) == []
    assert all(f'id="{one}"' in page.text for one in [*IDS, *KINDS])
    assert set(re.findall('href="#(\\w+)"', page.text)) <= {"main", *IDS}
    assert 'next: <a href="#confirmRedemption">' in page.text
    assert page.text.count("<h1") == 1
