"""What a programme file says of transfers: every mistake at its place, and what is told of a change."""

import pytest

from guerdon.core.calendar import MONTH, YEAR
from guerdon.core.facts import POINTS_RECEIVED, POINTS_SENT
from guerdon.definition.check import check_text, load_text
from guerdon.definition.diff import compare
from guerdon.definition.issues import render
from guerdon.definition.versions import load_version_text

HEAD = "format: 1\nprogramme: p\nzone: UTC\ncurrency: USD\nunits: {points: {}, stars: {decimals: 1}}\n"
ONE = "format: 1\nprogramme: p\nversion: 2026-01-01\nzone: UTC\ncurrency: USD\nunits: {points: {}}\n"


def mistakes(body: str) -> list[str]:
    return [render(issue).removeprefix("programme.yaml:") for issue in check_text(HEAD + body, examples=False).issues]


@pytest.mark.parametrize(
    ("transfer", "what"),
    [
        ("{id: a}", "6:13: error: the programme has several units. Try: write unit: points."),
        ("{id: a, unit: point}", "6:27: error: there is no unit 'point'. Try: did you mean 'points'?"),
        ("{id: a, unit: points, max: 0.5}", "6:40: error: 0.5 has more decimals than points. Try: write fewer."),
        ("{id: a, unit: points, min: 9, max: 5}", "6:40: error: min is 9 and max is 5. Try: write at most 5."),
        ("{id: a, unit: points, max: 0}", "max is 0"),
        ("{id: a, unit: points, limits: [{points: 5}]}", "'every' is missing"),
        (
            "{id: a, unit: points, limits: [{every: day}]}",
            "6:44: error: a limit of a transfer counts points or times. Try: write {points: 5000, every: month}.",
        ),
        ("{id: a, unit: points, limits: [{points: 5, times: 1, every: day}]}", "counts points or times"),
        ("{id: a, unit: stars, limits: [{points: 0.25, every: day}]}", "0.25 has more decimals than stars"),
        ("{id: a, unit: points, fresh_date: true}", "did you mean 'fresh_dates'?"),
        ("{unit: points}", "'id' is missing"),
    ],
)
def test_every_mistake_is_told(transfer: str, what: str) -> None:
    (found,) = mistakes(f"transfers: [{transfer}]\n")
    assert what in found


def test_a_transfer_has_a_name_of_its_own() -> None:
    body = "rules: [{id: a, unit: points, give: 1}]\ntransfers: [{id: a, unit: points}]\n"
    (found,) = mistakes(body)
    assert "'a' is already the name of something" in found


@pytest.mark.parametrize(
    ("carried", "what"),
    [
        ("attributes: {transfer: number}", "'transfer' is what a transfer carries, a text of 0 decimals"),
        ("lines: {points: text}", "'points' is what a part of a transfer carries, a number of 1 decimals"),
    ],
)
def test_what_a_transfer_carries_is_one_kind_of_thing(carried: str, what: str) -> None:
    (found,) = mistakes(f"events: {{purchase: {{{carried}}}}}\ntransfers: [{{id: a, unit: points}}]\n")
    assert what in found


def test_without_points_there_is_nothing_to_pass_on() -> None:
    text = HEAD.replace("units: {points: {}, stars: {decimals: 1}}\n", "") + "transfers: [{id: a}]\n"
    assert check_text(text, examples=False).programme is None


def test_what_a_transfer_says_is_in_the_smallest_part_of_its_unit() -> None:
    programme = load_text(
        HEAD
        + """
events: {points_sent: {attributes: {channel: {type: text, optional: true}}}}
transfers:
  - {id: a, unit: stars, min: 0.5, max: 2.5, approve_above: 1, limits: [{points: 7.5, every: month}, {times: 3, every: year}]}
"""
    )
    types = programme.event_types
    assert (types["points_sent"].kind, types["points_received"].kind) == (POINTS_SENT, POINTS_RECEIVED)
    assert [one.name for one in types["points_sent"].attributes] == ["channel", "points", "transfer", "receiver"]
    assert programme.redeeming is not None
    assert programme.redeeming.transferring is not None
    (one,) = programme.redeeming.transferring.transfers
    assert (one.least, one.most, one.approve_above, one.unit) == (5, 25, 10, 1)
    assert [(limit.points, limit.times, limit.every) for limit in one.limits] == [(75, None, MONTH), (None, 3, YEAR)]


def test_a_programme_without_transfers_knows_none() -> None:
    assert {"points_sent", "points_received"}.isdisjoint(load_text(HEAD).event_types)


def test_another_transfer_is_told() -> None:
    old = load_version_text(ONE + "transfers: [{id: a}]\n")
    new = load_version_text(ONE.replace("2026", "2027") + "transfers: [{id: a, max: 5}]\n")
    (change,) = compare(old, new)
    assert change.verdict == "different"
    assert "max" in change.sentence()
