"""Metrics, ladders and benefits: what changes for members, in both directions."""

import pytest

from guerdon.definition.diff.compare import SECTIONS
from guerdon.definition.spec import ProgrammeSpec
from tests.definition.diff.versions import SPEND, changes, told, version

EVENTS = (
    "events: {visit: {}, invited: {kind: membership, attributes: {tier: text, last: {type: date, optional: true}}}}\n"
)
METRIC = "sum: eligible, within: year"
LEVELS = "[{id: member, from: 0}, {id: silver, from: 100}, {id: gold, from: 500}]"
_PAIRS = {"better": "worse", "worse": "better", "different": "different", "keeping": "keeping"}


def metric(terms: str, *, rule: str = SPEND, by: str = "spend", more: str = "") -> str:
    """Return a programme whose levels are reached by a metric."""
    return f"{EVENTS}metrics: {{spend: {{{terms}}}{more}}}\nladders: [{{id: tier, by: {by}, keep: {{for: 1 year}}, levels: {LEVELS}}}]\nrules: [{rule}]\n"


def ladder(terms: str = "", *, levels: str = LEVELS, within: str = "year") -> str:
    """Return a programme with a ladder of three levels."""
    more = f", {terms}" if terms else ""
    return f"{EVENTS}metrics: {{spend: {{sum: eligible, within: {within}}}}}\nladders: [{{id: tier, by: spend, levels: {levels}{more}}}]\nrules: [{SPEND}]\n"


def levels(gold: str) -> str:
    """Return a programme whose highest level says something."""
    return ladder(levels=f"[{{id: member, from: 0}}, {{id: gold, {gold}}}]")


def granting(terms: str) -> str:
    """Return a programme in which an event gives a level."""
    return ladder(f"grants: [{{id: guest, on: invited, {terms}}}]")


PLAIN = f"{EVENTS}rules: [{SPEND}]\n"


@pytest.mark.parametrize(
    ("old", "new", "forth", "back"),
    [
        (metric(METRIC), metric("sum: eligible + 1, within: year"), "better: metric spend: sum eligible + 1, was eligible", "worse: metric spend: sum eligible, was eligible + 1"),
        (metric(METRIC), metric("within: year"), "different: metric spend: sum events, was eligible", "different: metric spend: sum eligible, was events"),
        (metric(METRIC), metric("sum: eligible, within: ever"), "better: metric spend: within ever, was year", "worse: metric spend: within year, was ever"),
        (metric(METRIC), metric("sum: eligible, within: week"), "different: metric spend: within week, was year", "different: metric spend: within year, was week"),
        (metric(METRIC), metric("sum: eligible, within: {year_from: 04-01}"), "different: metric spend: within a year from 04-01, was year", "different: metric spend: within year, was a year from 04-01"),
        (metric("within: {rolling_days: 30}"), metric("within: {rolling_days: 60}"), "better: metric spend: within 60 days, was 30 days", "worse: metric spend: within 30 days, was 60 days"),
        (metric("within: {rolling_months: 2}"), metric("within: {rolling_months: 1}"), "worse: metric spend: within 1 months, was 2 months", "better: metric spend: within 2 months, was 1 months"),
        (metric("within: year"), metric("on: [purchase, visit], within: year"), "better: metric spend: also counts visit", "worse: metric spend: no longer counts visit"),
        (metric(f"{METRIC}, when: net > 10"), metric(METRIC), "better: metric spend: when always, was net > 10", "worse: metric spend: when net > 10, was always"),
        (metric("earned: points, within: year"), metric("within: year"), "different: metric spend: earned events, was points", "different: metric spend: earned points, was events"),
        (metric(METRIC), metric(METRIC, more=", visits: {on: visit, within: year}"), "keeping: metric visits: new", "keeping: metric visits: is not counted any more"),
        (ladder(), ladder("crossing: after"), "better: ladder tier: what reaches a level is rated after, was before", "worse: ladder tier: what reaches a level is rated before, was after"),
        (ladder(), ladder("down: one"), "better: ladder tier: a level that is not kept goes down to one, was earned", "worse: ladder tier: a level that is not kept goes down to earned, was one"),
        (ladder(), ladder("grace: 30 days"), "better: ladder tier: a level that is not kept is held for another 30 days, was no time", "worse: ladder tier: a level that is not kept is held for another no time, was 30 days"),
        (ladder(), ladder("excess: carry"), "better: ladder tier: what lies above the level reached is carry, was reset", "worse: ladder tier: what lies above the level reached is reset, was carry"),
        (ladder(), ladder("on_refund: keep_until_due"), "better: ladder tier: a level whose credit comes back is keep_until_due, was recheck", "worse: ladder tier: a level whose credit comes back is recheck, was keep_until_due"),
        (ladder(), ladder("credit: {after: 30 days}"), "worse: ladder tier: an event counts after 30 days, was at_once", "better: ladder tier: an event counts at_once, was after 30 days"),
        (ladder("credit: {after: 30 days}"), ladder("credit: {after: 14 days}"), "better: ladder tier: an event counts after 14 days, was 30 days", "worse: ladder tier: an event counts after 30 days, was 14 days"),
        (ladder("credit: {after: 30 days}"), ladder("credit: next_period"), "different: ladder tier: an event counts next_period, was after 30 days", "different: ladder tier: an event counts after 30 days, was next_period"),
        (ladder(), ladder("keep: period_end"), "worse: ladder tier: a level is kept to period_end, was to next_period_end", "better: ladder tier: a level is kept to next_period_end, was to period_end"),
        (ladder(), ladder("keep: ever"), "better: ladder tier: a level is kept for ever, was to next_period_end", "worse: ladder tier: a level is kept to next_period_end, was for ever"),
        (ladder(), ladder("keep: {for: 24 months}"), "different: ladder tier: a level is kept for 24 months, was to next_period_end", "different: ladder tier: a level is kept to next_period_end, was for 24 months"),
        (ladder("keep: {for: 24 months}"), ladder("keep: {for: 12 months}"), "worse: ladder tier: a level is kept for 12 months, was for 24 months", "better: ladder tier: a level is kept for 24 months, was for 12 months"),
        (ladder("keep: {for: 30 days}"), ladder("keep: {for: 1 month}"), "different: ladder tier: a level is kept for 1 months, was for 30 days", "different: ladder tier: a level is kept for 30 days, was for 1 months"),
        (levels("from: 500"), levels("from: 600"), "worse: level gold: from 600, was from 500: it applies from the next period on", "better: level gold: from 500, was from 600"),
        (levels("from: 500"), levels("from: 500, title: Gold"), "keeping: level gold: title Gold, was nothing", "keeping: level gold: title nothing, was Gold"),
        (levels("from: 500"), levels("from: 500, by: spend * 2"), "different: level gold: by spend * 2, was as the ladder", "different: level gold: by as the ladder, was spend * 2"),
        (levels("from: 500"), levels("from: 500, benefits: {codes: 2}"), "better: level gold: brings codes: 2", "worse: level gold: no longer brings codes: 2"),
        (levels("from: 500, benefits: {codes: 1.5}"), levels("from: 500, benefits: {codes: 2}"), "better: level gold: codes is 2, was 1.5", "worse: level gold: codes is 1.5, was 2"),
        (levels("from: 500, benefits: {returns: 60 days}"), levels("from: 500, benefits: {returns: 90 days}"), "different: level gold: returns is 90 days, was 60 days", "different: level gold: returns is 60 days, was 90 days"),
        (levels("from: 500, benefits: {adviser: false}"), levels("from: 500, benefits: {adviser: true}"), "better: level gold: brings adviser", "worse: level gold: no longer brings adviser"),
        (PLAIN, f"benefits: {{adviser: true}}\n{PLAIN}", "better: benefits: brings adviser", "worse: benefits: no longer brings adviser"),
        (granting("level: gold"), granting("level: gold, for: 6 months"), "worse: grant guest: is held for 6 months, was no end", "better: grant guest: is held for no end, was 6 months"),
        (granting("level: gold"), granting("level: silver"), "worse: grant guest: gives the level silver, was gold", "better: grant guest: gives the level gold, was silver"),
        (granting("level: gold"), granting("level: gold, until: last"), "different: grant guest: until last, was no end", "different: grant guest: until no end, was last"),
        (ladder(), granting("level: gold"), "better: grant guest: new: invited gives gold", "worse: grant guest: is gone"),
    ],
)  # fmt: skip
def test_what_levels_say_is_told_both_ways(old: str, new: str, forth: str, back: str) -> None:
    assert told(old, new) == [forth]
    assert told(new, old) == [back]
    assert _PAIRS[forth.partition(":")[0]] == back.partition(":")[0]


@pytest.mark.parametrize(
    "reading",
    [
        {"rule": "{id: r, give: 1, when: metrics.spend < 100}"},
        {"by": "'100000 - least(spend, 100000)'"},
    ],
)
def test_more_of_a_metric_is_only_different_where_something_else_reads_it(reading: dict[str, str]) -> None:
    assert told(metric(METRIC, **reading), metric("sum: eligible + 1, within: year", **reading)) == [
        "different: metric spend: sum eligible + 1, was eligible"
    ]


def test_a_number_written_otherwise_is_no_change() -> None:
    assert told(levels("from: 500, benefits: {codes: 2}"), levels("from: 500, benefits: {codes: 2.0}")) == []


def test_levels_and_ladders_come_and_go() -> None:
    more = ladder(levels=f"{LEVELS[:-1]}, {{id: black, from: 900}}]")
    assert told(ladder(), more) == ["better: level black: new level, from 900"]
    assert told(more, ladder()) == ["worse: level black: the level is gone"]
    assert told(PLAIN, ladder()) == [
        "keeping: metric spend: new",
        "better: ladder tier: new, with the levels member, silver and gold",
    ]
    assert told(ladder(), PLAIN) == [
        "keeping: metric spend: is not counted any more",
        "worse: ladder tier: is gone, with its levels member, silver and gold",
    ]


def test_a_level_that_is_no_longer_reached_by_anything() -> None:
    grants = "grants: [{id: guest, on: invited, level: gold}]"
    given = ladder(grants, levels=LEVELS.replace(", from: 500", ""))
    assert told(ladder(grants), given) == [
        "worse: level gold: only given, was from 500: it applies from the next period on"
    ]
    assert told(given, ladder(grants)) == ["better: level gold: from 500, was only given"]


def test_levels_in_another_order_are_only_different() -> None:
    other = "[{id: member, from: 0}, {id: gold, from: 100}, {id: silver, from: 500}]"
    assert told(ladder(), ladder(levels=other))[0] == "different: ladder tier: the levels stand in another order"


def test_a_better_factor_by_level_is_better() -> None:
    before, after = (
        version(f"{ladder()}multipliers: [{{id: m, of: spend, by: case level when 'gold' then {gold} else 1 end}}]\n")
        for gold in ("1.25", "1.5")
    )
    assert [one.split(":")[0] for one in changes(before, after)] == ["better"]
    assert [one.split(":")[0] for one in changes(after, before)] == ["worse"]


def test_every_section_has_a_describer() -> None:
    assert set(ProgrammeSpec.model_fields) == set(SECTIONS)
