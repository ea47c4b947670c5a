"""What a programme says of events that are recorded late, and of purchases before joining, and what becomes of them."""

from typing import Any

import pytest

from guerdon.core.errors import Invalid
from guerdon.core.events import Event, read_event
from guerdon.definition.check import check_text, load_text
from guerdon.definition.diff import compare
from guerdon.definition.issues import render
from guerdon.definition.versions import load_version_text

BODY = """\
format: 1
programme: shop
zone: America/New_York
currency: USD
units: {points: {}}
rules: [{id: spend, give: floor(eligible)}]
"""
HAPPENED = "2017-03-10T23:00:00-05:00"
SAME_DAY = "2017-03-10T23:59:59-05:00"
NEXT_DAY = "2017-03-11T00:00:00-05:00"


def read(late: str, **record: Any) -> Event:  # noqa: ANN401 - whatever an event says
    return read_event(
        load_text(BODY + late).terms, {"member": "ana", "at": HAPPENED, "amount": 5, **record}, default_id="e"
    )


@pytest.mark.parametrize("late", ["", "late: refold", "late: {loss: waive}", "late: {way: refuse, accept: 30 years}"])
def test_a_late_event_counts_as_of_when_it_happened(late: str) -> None:
    event = read(late, recorded_at="2027-01-01T00:00:00Z")
    assert (event.at, event.recorded_at) == (read("").at, 1_798_761_600_000_000)


def test_a_late_event_may_be_refused() -> None:
    assert read("late: refuse", recorded_at=SAME_DAY).at == read("late: refuse").at
    with pytest.raises(Invalid, match=r"recorded later than the programme accepts \(on the day\)"):
        read("late: refuse", recorded_at=NEXT_DAY)
    with pytest.raises(Invalid, match=r"\(3 days\)"):
        read("late: {way: refuse, accept: 3 days}", recorded_at="2017-03-14T00:00:00-04:00")


def test_a_late_event_may_count_as_of_when_it_was_recorded() -> None:
    late = read("late: as_of_now", at="2017-03-10", recorded_at=NEXT_DAY)
    assert (late.at, late.timed) == (late.recorded_at, True)
    assert not read("late: as_of_now", at="2017-03-10", recorded_at=SAME_DAY).timed


def test_what_was_bought_before_joining_is_claimed_where_the_programme_says_so() -> None:
    bought, joined = read("").at, read("", at="2017-04-09").at
    for enrolment, claimed in (("", False), ("enrolment: {}", False), ("enrolment: {claim: 30 days}", True)):
        assert load_text(BODY + enrolment).joining.claims(bought, joined) is claimed


def test_whether_losses_are_waived_is_known() -> None:
    assert [load_text(BODY + late).terms.lateness.waive for late in ("", "late: {loss: waive}", "late: refuse")] == [
        False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ("late: never", "7:7: 'never' is not one of"),
        ("late: {accept: 3 days}", "7:16: error: an event counts as of when it happened, however late it is. Try: write way: refuse, or leave accept out."),
        ("late: {way: refuse, accept: 3 hours}", "7:29: error: 3 hours is no length in days. Try: write days, weeks, months or years."),
        ("late: {way: refuse, acept: 3 days}", "'acept' is not a key here. Try: did you mean 'accept'?"),
        ("enrolment: {claim: 30 hours}", "7:20: error: 30 hours is no length in days. Try: write days, weeks, months or years."),
        ("enrolment: {claims: 30 days}", "'claims' is not a key here. Try: did you mean 'claim'?"),
    ],
)  # fmt: skip
def test_mistakes_are_told(late: str, said: str) -> None:
    found = [render(issue) for issue in check_text(BODY + late).errors]
    assert len(found) == 1
    assert said.removeprefix("7:7: ") in found[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "late: refuse\n", "worse: late: way refuse, was refold"),
        ("late: refuse\n", "late: as_of_now\n", "better: late: way as_of_now, was refuse"),
        ("late: refuse\n", "late: {way: refuse, accept: 3 days}\n", "better: late: events count as of when they happened for 3 days, was their day"),
        ("", "late: {loss: waive}\n", "better: late: loss waive, was adjust"),
        ("", "enrolment: {claim: 30 days}\n", "better: enrolment: purchases count that were made before joining for 30 days, was no time"),
        ("enrolment: {claim: 30 days}\n", "enrolment: {claim: 2 weeks}\n", "worse: enrolment: purchases count that were made before joining for 2 weeks, was 30 days"),
    ],
)  # fmt: skip
def test_changes_are_told(old: str, new: str, said: str) -> None:
    versions = [load_version_text(BODY + late) for late in (old, new)]
    (change,) = compare(*versions)
    assert f"{change.verdict}: {change.sentence()}" == said
