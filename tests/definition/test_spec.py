"""The shape of a programme file: what may stand where, in the types that everything else relies on."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from guerdon.definition.source import read_text
from guerdon.definition.spec import LATER, AttributeSpec, MultiplierSpec, Part, ProgrammeSpec, RuleSpec
from tests.definition.programmes import HEAD


def data(body: str) -> dict[str, Any]:
    found = read_text(HEAD + body, file="p.yaml").data
    assert isinstance(found, dict)
    return found


def spec(body: str) -> ProgrammeSpec:
    return ProgrammeSpec.model_validate(data(body))


@pytest.mark.parametrize(
    ("written", "text"),
    [("5", "5"), ("0.0000001", "0.0000001"), ("100000000000000000.5", "100000000000000000.5"), ("true", "true"), ("amount * 2", "amount * 2")],
)  # fmt: skip
def test_an_expression_is_text_whatever_it_was_written_as(written: str, text: str) -> None:
    assert spec(f"rules: [{{id: a, give: {written}}}]\n").rules[0].give == text


def test_numbers_are_exact() -> None:
    bands = (
        spec("rules: [{id: a, bands: [{above: 0.1, rate: 123456789012345678.123456789012345678}]}]\n").rules[0].bands
    )
    assert bands is not None
    assert (bands[0].above, bands[0].rate) == (Decimal("0.1"), Decimal("123456789012345678.123456789012345678"))


def test_an_attribute_may_be_its_kind_alone() -> None:
    events = spec("events: {purchase: {lines: {brand: text, weight: {type: number, decimals: 3}}}}\n").events
    assert events["purchase"].lines == {
        "brand": AttributeSpec(type="text", decimals=0, default=None),
        "weight": AttributeSpec(type="number", decimals=3, default=None),
    }


def test_one_rule_needs_no_list_and_one_payer_no_shares() -> None:
    found = spec("rules: [{id: a, give: 1, funded_by: Acme}]\nmultipliers: [{id: m, of: a, by: 2}]\n")
    assert found.rules[0].funded_by == {"Acme": 1}
    assert found.multipliers[0].of == ["a"]
    assert found.funded_by == {"programme": 1}


@pytest.mark.parametrize("model", [ProgrammeSpec, RuleSpec, MultiplierSpec])
def test_nothing_is_taken_for_something_else(model: type[Part]) -> None:
    with pytest.raises(ValidationError) as raised:
        model.model_validate({"id": 5, "programme": 5, "title": 5, "unheard_of": 1})
    assert {error["type"] for error in raised.value.errors()} >= {"string_type", "extra_forbidden"}


def test_there_is_room_for_what_later_releases_run() -> None:
    """... so that a programme written today is told about a section it knows of, and can never give it another meaning."""
    assert set(LATER).isdisjoint(ProgrammeSpec.model_fields)
    assert {"challenges", "referrals", "expiry", "messages"} <= set(LATER)
