"""What a programme says of members who leave, and what becomes of it from one version to the next."""

import pytest

from guerdon.core.lots.closing import Closing
from guerdon.core.metrics import Length
from guerdon.definition.check import check_text, load_text
from guerdon.definition.diff import compare
from guerdon.definition.issues import render
from guerdon.definition.versions import load_version_text
from tests.definition.test_late import BODY

LEAVES = "enrolment: {closing: {notice: 30 days, restore: 2 months}}\n"


def closing(text: str) -> Closing | None:
    redeeming = load_text(BODY + text).redeeming
    return None if redeeming is None else redeeming.closing


def test_how_members_leave() -> None:
    assert closing("") is None
    assert closing("enrolment: {claim: 30 days}\nredemptions: {}\n") is None
    at_once, told = closing("enrolment: {closing: {}}\n"), closing(LEAVES)
    assert at_once is not None
    assert told is not None
    assert (at_once.notice, at_once.restore) == (None, None)
    assert told.notice is not None
    assert (told.notice.days, told.restore and told.restore.months) == (Length(days=30).days, 2)


def test_a_closing_may_carry_more() -> None:
    made = load_text(BODY + LEAVES + "events: {closing: {attributes: {why: {type: text, optional: true}}}}\n")
    assert [one.name for one in made.event_types["closing"].attributes] == ["why", "closing", "notice_days"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("enrolment: {closing: {notice: 30 hours}}", "30 hours is no length in days. Try: write days, weeks, months or years."),
        ("enrolment: {closing: {notices: 30 days}}", "'notices' is not a key here. Try: did you mean 'notice'?"),
        (LEAVES + "events: {closing: {kind: purchase}}", "a closing is of the kind closing. Try: leave kind out, or declare a type of your own."),
        (
            LEAVES + "events: {visit: {attributes: {notice_days: {type: text}}}}",
            "'notice_days' is what a closing carries, a number of 0 decimals. Try: declare it as that, or choose another name, like my_notice_days.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(text: str, said: str) -> None:
    told = [render(issue) for issue in check_text(BODY + text).errors]
    assert [line.split(": error: ")[1] for line in told] == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "enrolment: {closing: {}}\n", ["better: enrolment: members can leave"]),
        ("enrolment: {closing: {}}\n", "", ["worse: enrolment: members can leave no more"]),
        (
            "enrolment: {closing: {notice: 1 week}}\n", LEAVES,
            [
                "better: closing: whoever leaves keeps their points for 30 days, was 1 week",
                "better: closing: whoever comes back has their points again for 2 months, was no time",
            ],
        ),
        (LEAVES, LEAVES, []),
    ],
)  # fmt: skip
def test_what_changes_for_members_is_told(old: str, new: str, said: list[str]) -> None:
    before, after = (load_version_text(BODY + one) for one in (old, new))
    assert [f"{one.verdict}: {one.sentence()}" for one in compare(before, after)] == said
