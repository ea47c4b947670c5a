"""A version that replaces another: what it takes away needs notice, to the day; what is better does not."""

import pytest

from guerdon.core.calendar import day_name, parse_date
from guerdon.definition.issues import render
from guerdon.definition.notice import check_replacement, check_timelines, earliest
from guerdon.definition.versions import Version, load_version_text
from tests.definition.programmes import told

HEAD = """\
format: 1
programme: {name}
version: {day}
zone: UTC
currency: USD
units: {{points: {{}}}}
"""
RULES = "rules:\n  - {id: spend, give: floor(eligible)}\n  - {id: big, when: net >= 50, give: 5}\n"
BOTH = "a version with both is two changes"


def version(body: str, day: str = "2026-01-01", *, name: str = "shop", file: str = "old.yaml") -> Version:
    return load_version_text(HEAD.format(day=day, name=name) + body, file=file)


def old(notice: str = "30 days") -> Version:
    return version(f"changes: {{notice: {notice}}}\n{RULES}")


def replaced(body: str, day: str, *, on: str = "2026-06-01", notice: str = "30 days") -> list[str]:
    """Return what keeps a version of a day, published on a day, from replacing the old one."""
    new = version(f"changes: {{notice: {notice}}}\n{body}", day, file="new.yaml")
    return [render(issue) for issue in check_replacement(new, old(notice), on=parse_date(on))]


WORSE = RULES.replace("net >= 50", "net >= 60")
BETTER = RULES.replace("give: 5", "give: 6")


def test_an_improvement_may_take_effect_at_once() -> None:
    assert replaced(BETTER, "2026-06-01") == []
    assert replaced(f"title: The shop\n{RULES}", "2026-06-01") == []


def test_what_takes_something_away_waits_for_the_notice_to_the_day() -> None:
    assert replaced(WORSE, "2026-07-01") == []
    [told_of] = replaced(WORSE, "2026-06-30")
    assert told_of == (
        "new.yaml:10:21: error: this takes something away from members on 2026-06-30, too soon: "
        "big: when net >= 60, was net >= 50. Try: it may from 2026-07-01 on, 30 days after 2026-06-01."
    )


def test_a_version_with_both_is_two_changes() -> None:
    [line] = replaced(WORSE.replace("give: 5", "give: 6"), "2026-06-30")
    assert line.endswith(f"; what is better may come at once, in a version of its own: {BOTH}.")


def test_what_nobody_can_tell_to_be_better_needs_notice_too() -> None:
    long = "net >= 50 and day > 1 and month > 1 and year > 2020 and weekday > 1 or net >= 500"
    [first, second] = replaced(RULES.replace("net >= 50", long).replace("floor(eligible)", "weekday"), "2026-06-30")
    assert first.startswith(
        "new.yaml:9:23: error: nobody can tell that this is better for members on 2026-06-30, too soon: "
        "spend: give weekday, was floor(eligible). Try: "
    )
    assert f"big: when reads differently (was: net >= 50; now: {long})." in second


def test_everything_that_is_taken_away_is_told() -> None:
    told_of = replaced("rules: [{id: spend, give: floor(eligible * 0.5)}]\n", "2026-06-30")
    assert [line.split("too soon: ")[1].split(". Try")[0] for line in told_of] == [
        "spend: give floor(eligible * 0.5), was floor(eligible)",
        "big: is gone; it gave 5 points, when net >= 50",
    ]


@pytest.mark.parametrize(
    ("notice", "on", "first"),
    [
        ("1 day", "2026-06-01", "2026-06-02"),
        ("30 days", "2026-02-01", "2026-03-03"),
        ("2 weeks", "2026-06-01", "2026-06-15"),
        ("1 month", "2026-01-31", "2026-02-28"),
        ("3 months", "2026-01-31", "2026-04-30"),
        ("1 year", "2028-02-29", "2029-02-28"),
    ],
)
def test_the_first_day_on_which_something_may_be_taken_away(notice: str, on: str, first: str) -> None:
    day = earliest(old(notice), on=parse_date(on))
    assert day_name(day) == first
    assert replaced(WORSE, first, on=on, notice=notice) == []
    assert replaced(WORSE, day_name(day - 1), on=on, notice=notice) != []


def test_without_a_promise_nothing_is_taken_away_from_the_past() -> None:
    was = version(RULES)
    new = version(WORSE, "2026-06-01", file="new.yaml")
    assert check_replacement(new, was, on=parse_date("2026-06-01")) == []
    [issue] = check_replacement(new, was, on=parse_date("2026-06-02"))
    assert issue.try_this == "it may from 2026-06-02 on, not in the past"


def test_the_notice_is_that_of_the_version_that_is_replaced() -> None:
    """A version cannot shorten the notice by which it comes itself."""
    new = version(f"changes: {{notice: 1 day}}\n{WORSE}", "2026-06-10", file="new.yaml")
    issues = check_replacement(new, old("30 days"), on=parse_date("2026-06-01"))
    assert [issue.what.split("too soon: ")[1] for issue in issues] == [
        "big: when net >= 60, was net >= 50",
        "notice before something is taken away: 1 day, was 30 days",
    ]


@pytest.mark.parametrize("day", ["2026-01-01", "2025-12-31"])
def test_a_version_comes_after_the_one_it_replaces(day: str) -> None:
    assert replaced(BETTER, day) == [
        f"new.yaml:3:10: error: the version {day} does not come after 2026-01-01, which it replaces. Try: write a later day."
    ]


def test_versions_are_of_one_programme_and_say_their_days() -> None:
    other = version(RULES, "2026-06-01", name="other", file="new.yaml")
    undated = load_version_text(
        HEAD.format(day="2026-01-01", name="shop").replace("version: 2026-01-01\n", "") + RULES, file="u"
    )
    assert [render(issue) for issue in check_replacement(other, old(), on=0)] == [
        "new.yaml:2:12: error: this is the programme 'other', and old.yaml is 'shop'. Try: write programme: shop."
    ]
    says = (
        "a version that replaces another, or is replaced, says the day it takes effect. Try: write version: 2027-01-01."
    )
    assert [render(issue) for issue in check_replacement(undated, undated, on=0)] == [f"u:1:1: error: {says}"] * 2


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("{notice: soon}", "6:19: notice is not a number of days, weeks, months or years. Try: write it like 30 days."),
        ("{notice: 0 days}", "6:19: notice is not a number of days, weeks, months or years"),
        ("{notice: 30}", "6:19: notice is not a number of days, weeks, months or years"),
        ("{}", "6:10: 'notice' is missing"),
        ("{notcie: 30 days}", "6:11: 'notcie' is not a key here. Try: did you mean 'notice'?"),
    ],
)
def test_a_promise_that_says_nothing_is_a_mistake(stated: str, expected: str) -> None:
    head = "format: 1\nprogramme: test\nzone: UTC\ncurrency: USD\nunits: {points: {}}\n"
    lines = told(f"{head}changes: {stated}\nrules: [{{id: a, give: 1}}]\n")
    assert any(line.startswith(expected) for line in lines), lines


def versions(*bodies: tuple[str, str], name: str = "shop") -> list[Version]:
    """Return versions that promise 30 days, by their days, in files called so."""
    return [
        version(f"changes: {{notice: 30 days}}\n{body}", day, name=name, file=f"{day}.yaml") for day, body in bodies
    ]


def between(new: list[Version], old: list[Version], *, on: str = "2026-06-01") -> list[tuple[str, str]]:
    """Return where and what keeps versions from replacing others."""
    found = check_timelines(new, old, on=parse_date(on))
    return [
        (issue.place.file, issue.what.removeprefix("this takes something away from members on ")) for issue in found
    ]


FIRST = ("2026-01-01", RULES)
LOST = "big: when net >= 60, was net >= 50"


def test_the_same_versions_take_nothing_away() -> None:
    """... though the second took something away when it came, which was told then."""
    both = versions(FIRST, ("2026-05-01", WORSE))
    assert between(both, both) == []
    assert between(both, versions(FIRST, ("2026-05-01", WORSE))) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-06-30", [("2026-06-30.yaml", f"2026-06-30, too soon: {LOST}")]), ("2026-07-01", [])],
)
def test_a_version_that_is_added_leaves_members_notice(day: str, expected: list[tuple[str, str]]) -> None:
    assert between(versions(FIRST, (day, WORSE)), versions(FIRST)) == expected


def test_what_one_version_gives_the_next_does_not_take_back_at_once() -> None:
    """Six points from 5 June on are better than before; on 20 June five again are less than members had by then."""
    new = versions(FIRST, ("2026-06-05", BETTER), ("2026-06-20", RULES))
    assert between(new, versions(FIRST)) == [("2026-06-20.yaml", "2026-06-20, too soon: big: give 5, was 6")]


def test_what_was_announced_is_not_taken_back_at_once() -> None:
    """A better version of 10 June is dropped on 1 June: what members were told for that day is gone."""
    old = versions(FIRST, ("2026-06-10", BETTER))
    assert between(versions(FIRST), old) == [("2026-01-01.yaml", "2026-06-10, too soon: big: give 5, was 6")]
    assert between(versions(FIRST), old, on="2026-05-11") == []


def test_a_version_of_the_past_is_not_made_worse() -> None:
    new = versions(("2026-01-01", WORSE), ("2026-03-01", RULES))
    old = versions(FIRST, ("2026-03-01", RULES))
    assert between(new, old) == [("2026-01-01.yaml", f"2026-01-01, too soon: {LOST}")]
    assert between(versions(("2026-01-01", BETTER), ("2026-03-01", BETTER)), old) == []


def test_folders_are_of_one_programme_and_their_versions_say_their_days() -> None:
    undated = load_version_text(
        HEAD.format(day="2026-01-01", name="shop").replace("version: 2026-01-01\n", "") + RULES, file="u"
    )
    says = "a version that replaces another, or is replaced, says the day it takes effect"
    assert between([undated], versions(FIRST)) == [("u", says)]
    other = versions(FIRST, name="other")
    assert between(other, versions(FIRST)) == [
        ("2026-01-01.yaml", "this is the programme 'other', and 2026-01-01.yaml is 'shop'")
    ]
