"""What a programme file says of adjustments: every mistake at its place, and what is told of a change."""

import pytest

from guerdon.core.facts import ADJUSTMENT
from guerdon.definition.check import check_text, load_text
from guerdon.definition.diff import compare
from guerdon.definition.issues import render
from guerdon.definition.versions import load_version_text

HEAD = "format: 1\nprogramme: p\nzone: UTC\ncurrency: USD\nunits: {points: {}, stars: {decimals: 1}}\n"
ONE = "format: 1\nprogramme: p\nversion: 2026-01-01\nzone: UTC\ncurrency: USD\nunits: {points: {}}\n"


def mistakes(body: str) -> list[str]:
    return [render(issue).removeprefix("programme.yaml:") for issue in check_text(HEAD + body, examples=False).issues]


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("{id: a}", "6:15: error: the programme has several units. Try: write unit: points."),
        ("{id: a, unit: point}", "6:29: error: there is no unit 'point'. Try: did you mean 'points'?"),
        ("{id: a, unit: points, max: 0.5}", "0.5 has more decimals than points. Try: write fewer."),
        ("{id: a, unit: points, max: 0}", "max"),
        ("{id: a, unit: points, aprove_above: 5}", "did you mean 'approve_above'?"),
        ("{unit: points}", "'id' is missing"),
    ],
)
def test_every_mistake_is_told(reason: str, what: str) -> None:
    (found,) = mistakes(f"adjustments: [{reason}]\n")
    assert what in found


def test_a_reason_has_a_name_of_its_own() -> None:
    body = "rules: [{id: a, unit: points, give: 1}]\nadjustments: [{id: a, unit: points}]\n"
    (found,) = mistakes(body)
    assert "'a' is already the name of something" in found


def test_what_an_adjustment_carries_is_one_kind_of_thing() -> None:
    body = "events: {purchase: {attributes: {reason: number}}}\nadjustments: [{id: a, unit: points}]\n"
    (found,) = mistakes(body)
    assert "'reason' is what an adjustment carries, a text of 0 decimals" in found
    assert "choose another name, like my_reason" in found


def test_without_points_there_is_nothing_to_adjust() -> None:
    text = HEAD.replace("units: {points: {}, stars: {decimals: 1}}\n", "") + "adjustments: [{id: a}]\n"
    assert check_text(text, examples=False).programme is None


def test_adjustment_events_may_carry_more() -> None:
    body = "events: {adjustment: {attributes: {ticket: {type: text, optional: true}, points: {type: number, decimals: 1}}}}\n"
    programme = load_text(HEAD + body + "adjustments: [{id: a, unit: stars, max: 2.5, approve_above: 1}]\n")
    declared = programme.event_types["adjustment"]
    assert (declared.kind, [one.name for one in declared.attributes]) == (ADJUSTMENT, ["ticket", "points", "reason"])
    assert programme.redeeming is not None
    assert programme.redeeming.adjusting is not None
    (reason,) = programme.redeeming.adjusting.reasons
    assert (reason.most, reason.approve_above, reason.unit) == (25, 10, 1)


def test_a_programme_without_reasons_knows_no_adjustment() -> None:
    assert "adjustment" not in load_text(HEAD).event_types


def test_other_reasons_take_nothing_from_members() -> None:
    old = load_version_text(ONE + "adjustments: [{id: a}]\n")
    new = load_version_text(ONE.replace("2026", "2027") + "adjustments: [{id: a, max: 5}]\n")
    (change,) = compare(old, new)
    assert (change.verdict, change.sentence()) == ("keeping", "adjustments changed")


def test_an_example_may_be_about_an_adjustment() -> None:
    body = """\
adjustments: [{id: a, max: 5}]
examples:
  - given:
      - {at: 2026-01-01, type: adjustment, points: 7, reason: a}
      - {at: 2026-01-02, type: adjustment, points: -3, reason: a}
    expect: {points: 7, balance: 4, spent: 3}
"""
    assert check_text(ONE + body).programme is not None
