"""Benefits: what members get beside points, level by level, in programmes that may count no points at all."""

import pytest

from guerdon.core.programme import Programme
from guerdon.definition.check import check_text, load_text
from guerdon.definition.issues import render

HEAD = "format: 1\nprogramme: club\nzone: UTC\ncurrency: EUR\n"
CLUB = f"""{HEAD}
events: {{subscribed: {{kind: membership, attributes: {{plan: text}}}}}}
benefits: {{free-shipping: true, returns: 60 days}}
metrics: {{spend: {{sum: net, within: year}}}}
ladders:
  - id: plan
    levels:
      - {{id: essential}}
      - {{id: studio, benefits: {{classes: unlimited, returns: 90 days, free-shipping: false}}}}
    grants: [{{id: paid, on: subscribed, level: plan}}]
  - id: tier
    by: spend
    levels:
      - {{id: member, from: 0, benefits: {{codes: 1}}}}
      - {{id: gold, from: 100, benefits: {{codes: 2.5}}}}
      - {{id: guest, benefits: {{adviser: true}}}}
      - {{id: black, from: 500}}
    grants: [{{id: asked, on: subscribed, level: guest, when: plan = 'guest'}}]
"""


def club() -> Programme:
    return load_text(CLUB)


@pytest.mark.parametrize(
    ("levels", "benefits"),
    [
        ([0, 0], {"free-shipping": True, "returns": "60 days", "codes": "1"}),
        ([1, 0], {"returns": "90 days", "codes": "1", "classes": "unlimited"}),
        ([0, 1], {"free-shipping": True, "returns": "60 days", "codes": "2.5"}),
        ([0, 3], {"free-shipping": True, "returns": "60 days", "codes": "2.5", "adviser": True}),
    ],
)
def test_a_level_has_its_own_benefits_those_below_it_and_every_members(
    levels: list[int], benefits: dict[str, object]
) -> None:
    found = club().benefits_of(levels)
    assert {name: value if value is True else str(value) for name, value in found.items()} == benefits


def expecting(expect: str, given: str = "{type: subscribed, plan: studio, at: 2026-01-05}") -> list[str]:
    text = f"{CLUB}\nexamples: [{{given: [{given}], expect: {expect}}}]"
    return [render(issue).partition("error: ")[2] for issue in check_text(text).issues]


@pytest.mark.parametrize(
    "expect",
    [
        "{benefits: {classes: unlimited, codes: 1, adviser: false, free-shipping: false}, levels: {plan: studio}}",
        "{benefits: {member: {returns: 90 days, codes: 1.0}}}",
    ],
)
def test_an_example_expects_benefits(expect: str) -> None:
    assert expecting(expect) == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{benefits: 5}", "benefits is not a mapping. Try: write benefits: {free-shipping: true}."),
        ("{benefits: {clases: true}}", "there is no benefit 'clases'. Try: did you mean 'classes'?"),
        (
            "{benefits: {returns: 60 days}}",
            "the example expects returns to be 60 days, and it is 90 days. Try: guerdon explain says why: then correct the rule or the example.",
        ),
        (
            "{benefits: {codes: true}}",
            "the example expects codes to be true, and it is 1. Try: guerdon explain says why: then correct the rule or the example.",
        ),
        ("{benefits: {membre: {codes: 1}}}", "no event is of 'membre'. Try: did you mean 'member'?"),
    ],
)
def test_a_benefit_that_does_not_come_out(expect: str, told: str) -> None:
    assert expecting(expect) == [told]


def test_of_several_accounts_an_example_says_whose_benefits() -> None:
    given = "{type: subscribed, plan: studio, at: 2026-01-05, member: ana}, {type: subscribed, plan: guest, at: 2026-01-05, member: ben}"
    assert expecting("{benefits: {ana: {adviser: false}, ben: {adviser: true}}}", given) == []
    assert expecting("{benefits: {adviser: true}}", given)[0].startswith("the example has several accounts")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "1:1: error: 'units' is missing. Try: write units: {points: {}}."),
        ("benefits: {a: true}\nrules: [{id: a, give: 1}]", "'units' is missing"),
        ("benefits: {a: true}\nunits: {}\nrewards: [{id: a, price: 1}]", "6:8: error: units is empty. Try: write units: {points: {}}."),
        ("benefits: {a: [1]}", "a is not a single value"),
    ],
)  # fmt: skip
def test_what_a_programme_without_units_cannot_say(body: str, told: str) -> None:
    issues = [render(issue) for issue in check_text(HEAD + body).issues if issue.severity == "error"]
    assert len(issues) == 1, issues
    assert told in issues[0]


def test_a_programme_may_have_benefits_alone() -> None:
    assert check_text(f"{HEAD}benefits: {{a: true}}").errors == []
