"""What a programme says of birthdays and anniversaries, and what becomes of it from one version to the next."""

import pytest

from guerdon.core.celebrations import BORN, JOINED
from guerdon.definition.check import check_text, load_text
from guerdon.definition.diff import compare
from guerdon.definition.issues import render
from guerdon.definition.versions import load_version_text
from tests.core.versions.timelines import timeline, wrong
from tests.definition.test_late import BODY, read

TIERS = "metrics: {spend: {sum: eligible, within: year}}\nladders:\n  - {id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 9}]}\n"
OTHER = "  - {id: club, by: spend, levels: [{id: out, from: 0}, {id: in, from: 9}]}\n"
BIRTHDAY = "celebrations: {birthday: {of: born_on}}\n"


def days(said: str) -> str:
    return TIERS + f"celebrations: {{birthday: {{of: born_on, {said}}}}}\n"


def test_what_is_celebrated() -> None:
    both = BODY + days("by: level, days: {blue: 1, gold: 7}") + "  # and\n"
    (birthday,) = load_text(both).celebrations
    assert (birthday.name, birthday.of, birthday.instead) == ("birthday", BORN, (2, 28))
    assert (birthday.ladder, birthday.days) == ("tier", {"blue": 1, "gold": 7})
    (joined,) = load_text(BODY + "celebrations: {anniversary: {of: joined, leap_day: 03-01, days: 3}}\n").celebrations
    assert (joined.of, joined.instead, joined.ladder, joined.days) == (JOINED, (3, 1), "", {"": 3})
    assert load_text(BODY + BIRTHDAY).celebrations[0].days == {"": 1}
    said = [load_text(BODY + days(f"zone: {zone}")) for zone in ("programme", "member")]
    assert [(one.celebrations[0].is_local, one.is_local("birthday")) for one in said] == [(False, False), (True, True)]
    assert not said[1].is_local("anniversary")
    named = load_text(BODY + days("by: tier.level, days: {blue: 1, gold: 7}").replace("celeb", OTHER + "celeb"))
    assert named.celebrations[0].ladder == "tier"


def test_its_events_say_until_when_it_is_open() -> None:
    made = load_text(BODY + "celebrations: {birthday: {of: born_on}, anniversary: {of: joined}}\n").event_types
    carried = {name: [one.name for one in made[name].attributes] for name in ("birthday", "anniversary")}
    assert carried == {"birthday": ["until"], "anniversary": ["until", "years"]}
    more = "events: {birthday: {attributes: {choice: {type: text, optional: true}, until: date}}}\n"
    assert [one.name for one in load_text(BODY + BIRTHDAY + more).event_types["birthday"].attributes] == [
        "choice",
        "until",
    ]


def test_rules_and_levels_read_its_events() -> None:
    text = (
        BODY
        + """
celebrations: {birthday: {of: born_on}, anniversary: {of: joined}}
ladders:
  - id: birthday
    levels: [{id: closed, from: 0}, {id: open, benefits: {treat: true}}]
    grants: [{id: birthday, on: birthday, level: open, until: until}]
examples:
  - given:
      - {id: day, at: 2026-05-04, type: birthday, until: 2026-05-10}
      - {id: years, at: 2026-05-10, type: anniversary, years: 3}
    expect: {events: {day: 50, years: 30}, levels: {birthday: open}, benefits: {treat: true}}
  - given:
      - {id: silent, at: 2026-05-04, type: birthday}
      - {id: last, at: 2026-05-04, type: anniversary}
    expect: {events: {silent: 50, last: 0}, levels: {birthday: closed}}
"""
    )
    rules = "rules:\n  - {id: spend, give: floor(eligible)}\n  - {id: day, on: birthday, give: 50}\n"
    text = text.replace(
        "rules: [{id: spend, give: floor(eligible)}]\n", rules + "  - {id: year, on: anniversary, give: 10 * years}\n"
    )
    checked = check_text(text)
    assert (checked.issues, checked.examples) == ((), 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (days("days: {blue: 1, gold: 7}"), "days by level go with a ladder. Try: write by: level."),
        (days("by: status, days: {blue: 1, gold: 7}"), "there is no ladder 'status'. Try: there is tier.level, level."),
        (days("by: level, days: 7"), "with a ladder each level has its days. Try: write {blue: 7, gold: 7}."),
        (days("by: level, days: {blue: 1}"), "there is no number of days for the level gold. Try: write gold: 1."),
        (days("by: level, days: {blue: 1, gold: 7, golden: 9}"), "there is no level 'golden'. Try: did you mean 'gold'?"),
        (days("days: 400"), "days is not a number of days from 1 to 365. Try: write 7, or with by {gold: 7}."),
        (days("days: 0"), "days is not a number of days from 1 to 365. Try: write 7, or with by {gold: 7}."),
        (days("zone: Europe/Paris"), "'Europe/Paris' is not one of programme, member. Try: write one of them."),
        ("celebrations: {birthday: {of: born}}\n", "'born' is not one of born_on, joined. Try: write one of them."),
        ("celebrations: {refund: {of: born_on}}\n", "'refund' is a type of event that is no engagement. Try: choose another name, like birthday."),
        (BIRTHDAY + "events: {birthday: {attributes: {choice: text}}}\n", "nobody says 'choice' when the celebration is recorded. Try: write optional: true, or give it a default."),
        (
            BIRTHDAY + "events: {birthday: {attributes: {until: {type: text, optional: true}}}}\n",
            "'until' is what a celebration carries, a date. Try: leave it out, or choose another name, like my_until.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(text: str, said: str) -> None:
    told = [render(issue) for issue in check_text(BODY + text).errors]
    assert [line.split(": error: ")[1] for line in told] == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (TIERS, days("days: 7"), ["better: celebration birthday: new, open for 7 days"]),
        (BIRTHDAY, "", ["worse: celebration birthday: is gone"]),
        (days("days: 1"), days("days: 7"), ["better: celebration birthday: open for 7 days, was 1 day"]),
        (
            days("days: 7"), days("by: level, days: {blue: 1, gold: 7}"),
            [
                "worse: celebration birthday: open for so many days: blue 1, gold 7, was 7 days",
                "different: celebration birthday: by level, was no ladder",
            ],
        ),
        (
            days("by: level, days: {blue: 1, gold: 7}"), days("by: level, days: {blue: 2, gold: 6}"),
            ["different: celebration birthday: open for so many days: blue 2, gold 6, was so many days: blue 1, gold 7"],
        ),
        (days("leap_day: 02-28"), days("leap_day: 03-01"), ["different: celebration birthday: 29 February is celebrated on 03-01, was 02-28"]),
        (days("days: 1"), days("zone: member"), ["different: celebration birthday: whose local day it is: member, was programme"]),
        (BIRTHDAY, BIRTHDAY, []),
    ],
)  # fmt: skip
def test_what_changes_for_members_is_told(old: str, new: str, said: list[str]) -> None:
    before, after = (load_version_text(BODY + one) for one in (old, new))
    assert [f"{one.verdict}: {one.sentence()}" for one in compare(before, after)] == said


def test_each_version_has_its_own_and_events_of_all_are_read() -> None:
    rules = "rules: [{id: spend, give: floor(eligible)}]\n"
    silent, said = rules, rules + BIRTHDAY
    made = timeline({"2026-01-01": silent, "2026-07-01": said, "2027-01-01": silent})
    days_ = ("2026-06-30T23:59:59-04:00", "2026-07-01T00:00:00-04:00", "2027-01-01T00:00:00-05:00")
    at = [read("", at=day).at for day in days_]
    assert [[one.name for one in made.celebrations_at(one)] for one in at] == [[], ["birthday"], []]
    assert made.celebration_names() == ["birthday"]
    assert [one.name for one in made.event_types["birthday"].attributes] == ["until"]
    alone = timeline({"2026-01-01": said})
    assert [one.name for one in alone.celebrations_at(at[0])] == alone.celebration_names() == ["birthday"]


def test_versions_agree_on_what_it_is_counted_from() -> None:
    rules = "rules: [{id: spend, give: floor(eligible)}]\n"
    found = wrong({"2026-01-01": rules + BIRTHDAY, "2026-07-01": rules + BIRTHDAY.replace("born_on", "joined")})
    assert [one.partition("error: ")[2] for one in found] == [
        "the celebration 'birthday' is counted from another date than in 2026-01-01.yaml. Try: keep it, or give the celebration a name of its own."
    ]


def test_versions_agree_on_whose_local_day_it_is() -> None:
    rules = "rules: [{id: spend, give: floor(eligible)}]\n"
    local = rules + BIRTHDAY.replace("born_on", "born_on, zone: member")
    found = wrong({"2026-01-01": rules + BIRTHDAY, "2026-07-01": local})
    assert [one.partition("error: ")[2] for one in found] == [
        "the celebration 'birthday' has its days in other zones than in 2026-01-01.yaml. Try: keep it, or give the celebration a name of its own."
    ]
    made = timeline({"2026-01-01": local, "2026-07-01": local})
    assert made.is_local("birthday")
