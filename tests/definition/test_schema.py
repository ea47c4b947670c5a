"""The JSON Schema that editors read: it takes what `check` takes, and points out most of what it refuses."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from guerdon.definition.check import check_text
from guerdon.definition.schema import SCHEMA_ID, programme_schema
from guerdon.definition.source import read_text
from guerdon.definition.spec import LATER
from tests.definition.programmes import HEAD, RULE

VALIDATOR = Draft202012Validator(programme_schema())


def complaints(body: str, head: str = HEAD) -> list[str]:
    data: Any = read_text(head + body, file="p.yaml").data
    return [error.json_path for error in VALIDATOR.iter_errors(data)]


def test_it_is_a_schema_of_its_draft() -> None:
    Draft202012Validator.check_schema(programme_schema())
    assert programme_schema()["$id"] == SCHEMA_ID
    assert json.loads(json.dumps(programme_schema())) == programme_schema()


def undescribed(schema: dict[str, Any]) -> list[str]:
    """List the properties that do not say what they mean."""
    found = [name for name, one in schema.get("properties", {}).items() if "description" not in one]
    return found + [name for part in schema.get("$defs", {}).values() for name in undescribed(part)]


def test_editors_show_what_every_key_means() -> None:
    assert undescribed(programme_schema()) == []


@pytest.mark.parametrize(
    "body",
    [
        RULE,
        "rules: [{id: a, give: 5, from: 2017-01-01}, {id: b, bands: [{above: 5, rate: 0.5}], funded_by: {Acme: 2}}]\n",
        "rules: [{id: a, give: 5, funded_by: Acme, limits: [{points: 5, every: day}]}]\nmultipliers: [{id: m, of: a, by: 2}]\n",
        "rules: [{id: a, give: 5}]\nmultipliers: [{id: m, of: [a], by: 2}]\nlimits: [{id: l, rules: a, times: 5, rolling_days: 3}]\n",
        "events: {purchase: {attributes: {shop: text}, lines: {weight: {type: number, decimals: 3}}}}\nrates: {EUR: 1.1}\n"
        + RULE,
        "tables: {t: {rows: {a: 1}, default: 2}}\nconstants: {c: x, d: 1.5, e: true}\neligible: {exclude: false, include: [tax]}\n"
        + RULE,
        "include: []\n" + RULE,
    ],
)
def test_what_is_right_has_no_complaint(body: str) -> None:
    assert check_text(HEAD + body).errors == []
    assert complaints(body) == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("colour: red\n", "$"),
        ("rules: [{id: a, gvie: 1}]\n", "$.rules[0]"),
        ("rules: [{give: 1}]\n", "$.rules[0]"),
        ("rules: [{id: A, give: 1}]\n", "$.rules[0].id"),
        ("rules: [{id: a, give: [1]}]\n", "$.rules[0].give"),
        ("rules: [{id: a, per: lien, give: 1}]\n", "$.rules[0].per"),
        ("rules: [{id: a, give: 1, from: soon}]\n", "$.rules[0].from"),
        ("events: {purchase: {lines: {a: txt}}}\n", "$.events.purchase.lines.a"),
        ("multipliers: [{id: m, of: 5, by: 2}]\n", "$.multipliers[0].of"),
        ("constants: {a: [1]}\n", "$.constants.a"),
        ("limits: [{id: l, points: x, every: fortnight}]\n", "$.limits[0].points"),
        *((f"{section}: {{}}\n", f"$.{section}") for section in LATER),
    ],
)
def test_what_is_wrong_is_pointed_out_in_the_editor_too(body: str, path: str) -> None:
    assert path in complaints(body)
    assert check_text(HEAD + body).errors != []


def test_what_every_programme_says_is_asked_for() -> None:
    assert programme_schema()["required"] == ["format", "programme", "zone", "currency"]
