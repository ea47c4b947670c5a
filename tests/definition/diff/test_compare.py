"""Whole versions compared: nothing is passed over, and what is past is nothing to members."""

from collections.abc import Iterator

import pytest

from guerdon.definition.diff import compare
from guerdon.definition.diff.changes import Change, Spot, each_term
from guerdon.definition.diff.compare import SECTIONS
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.readings import Both
from guerdon.definition.spec import ProgrammeSpec, UnitSpec
from tests.definition.diff.versions import EVENTS, SPEND, changes, rule, told, version
from tests.definition.programmes import HEAD, TWO_UNITS

JULY = "from: 2026-07-01, until: 2026-07-31"


def test_a_version_that_says_the_same_changes_nothing() -> None:
    body = f"{EVENTS}constants: {{minimum: 5}}\nrules: [{{id: r, when: net > minimum, give: 5}}]\n"
    assert compare(version(body), version(f"# a comment\n{body}", day="2027-01-01")) == ()


def test_several_terms_are_told_in_the_order_of_the_file() -> None:
    old = f"rules: [{SPEND}, {{id: big, when: net >= 50, give: 5}}]\n"
    new = "title: Shop\nrules: [{id: spend, give: floor(eligible * 2)}, {id: big, when: net >= 60, give: 6}]\n"
    assert told(old, new) == [
        "keeping: title Shop, was nothing",
        "better: spend: give floor(eligible * 2), was floor(eligible)",
        "worse: big: when net >= 60, was net >= 50",
        "better: big: give 6, was 5",
    ]


def test_long_texts_stand_beside_the_sentence() -> None:
    long = " + ".join(["floor(eligible)"] * 5)
    assert told(rule("give: 5"), rule(f"give: {long}")) == [f"different: r: give reads differently | 5 | {long}"]


def test_a_band_table_is_told_part_by_part() -> None:
    old = rule("bands: [{above: 0, rate: 1}, {above: 50, rate: 2}, {above: 100, rate: 3}]")
    new = rule("bands: [{above: 0, rate: 2}, {above: 75, rate: 1}, {above: 100, rate: 3}, {above: 200, rate: 4}]")
    assert told(old, new) == [
        "better: r: up to $50: 2 points a dollar, was 1",
        "worse: r: from $75 to $100: 1 point a dollar, was 2",
        "better: r: above $200: 4 points a dollar, was 3",
    ]


def test_neighbouring_parts_that_change_alike_are_one() -> None:
    old = rule("bands: [{above: 10, rate: 1}, {above: 20, rate: 2}, {above: 30, rate: 1}]")
    assert told(old, rule("bands: [{above: 10, rate: 2}]")) == [
        "better: r: from $10 to $20: 2 points a dollar, was 1",
        "better: r: above $30: 2 points a dollar, was 1",
    ]
    split = rule("bands: [{above: 10, rate: 1}, {above: 15, rate: 1}]")
    assert told(split, rule("bands: [{above: 10, rate: 2}]")) == ["better: r: above $10: 2 points a dollar, was 1"]


# what is past


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"campaigns: [{{id: c, {JULY}, rules: [{SPEND}]}}]\n", f"rules: [{SPEND[:-1]}, {JULY}}}]\n"),
        (f"campaigns: [{{id: c, {JULY}, rules: [{SPEND}]}}]\n", "campaigns: []\n"),
        (f"campaigns: [{{id: c, {JULY}, rules: [{SPEND}]}}]\n", f"campaigns: [{{id: c, {JULY}, rules: [{{id: spend, give: 1}}]}}]\n"),
        (f"campaigns: [{{id: c, {JULY}, rules: [{SPEND}]}}]\n", "campaigns: [{id: c, from: 2026-07-01, until: 2026-07-20}]\n"),
        (f"rules: [{{id: r, give: 5, {JULY}}}]\n", "rules: []\n"),
        (f"rules: [{{id: r, give: 5, {JULY}}}]\n", f"rules: [{{id: r, give: 1, {JULY}}}]\n"),
        (f"rules: [{{id: r, give: 5, {JULY}}}]\n", "rules: [{id: r, give: 5, from: 2026-07-05, until: 2026-07-20}]\n"),
        ("rules: [{id: r, give: 5, from: 2026-07-01}]\n", "rules: [{id: r, give: 5}]\n"),
    ],
)  # fmt: skip
def test_what_ended_before_the_new_version_is_nothing_to_members(old: str, new: str) -> None:
    for before, after in ((old, new), (new, old)):
        assert {line.split(":")[0] for line in told(before, after, on="2026-08-01")} == {"keeping"}
        assert {line.split(":")[0] for line in told(before, after, on="2026-07-20")} != {
            "keeping"
        } or "from: 2026-07-01}]" in old


def test_a_campaign_that_is_over_is_said_to_be() -> None:
    old = f"rules: [{SPEND}]\ncampaigns: [{{id: c, {JULY}}}]\n"
    assert told(old, f"rules: [{SPEND}]\n", on="2026-08-01") == [
        "keeping: c: the campaign, 2026-07-01 to 2026-07-31, is gone; it has ended"
    ]
    assert told(old, f"rules: [{SPEND}]\n", on="2026-07-31") == [
        "worse: c: the campaign, 2026-07-01 to 2026-07-31, is gone"
    ]


def test_a_campaign_that_runs_already_does_not_start_earlier() -> None:
    old, new = (
        f"rules: [{SPEND}]\ncampaigns: [{{id: c, from: {day}, until: 2026-07-31}}]\n"
        for day in ("2026-07-01", "2026-06-01")
    )
    assert told(old, new, on="2026-07-15") == ["keeping: c: starts 2026-06-01, was 2026-07-01"]


# where rules stand


def test_a_rule_that_moves_into_a_campaign_is_told_with_where_it_was() -> None:
    top = f"rules: [{SPEND}]\ncampaigns: [{{id: c, {JULY}}}, {{id: d, {JULY}}}]\n"
    in_c = f"campaigns: [{{id: c, {JULY}, rules: [{SPEND}]}}, {{id: d, {JULY}}}]\n"
    in_d = f"campaigns: [{{id: c, {JULY}}}, {{id: d, {JULY}, rules: [{SPEND}]}}]\n"
    assert told(top, in_c) == ["worse: spend: is of the campaign c, was of no campaign"]
    assert told(in_c, top) == ["better: spend: is of no campaign, was of the campaign c"]
    assert told(in_c, in_d) == ["different: spend: is of the campaign d, was of the campaign c"]


def test_rules_of_a_campaign_that_stays_are_told_one_by_one() -> None:
    old = f"rules: [{SPEND}]\ncampaigns: [{{id: c, {JULY}, rules: [{{id: a, give: 1}}]}}]\n"
    new = f"rules: [{SPEND}]\ncampaigns: [{{id: c, {JULY}, rules: [{{id: b, give: 2}}]}}]\n"
    assert told(old, new) == ["better: b: new, gives 2 points", "worse: a: is gone; it gave 1 points"]


def test_a_new_campaign_may_take_up_a_rule_that_was_there() -> None:
    new = f"campaigns: [{{id: c, {JULY}, rules: [{SPEND}], multipliers: [{{id: m, of: spend, by: 2}}]}}]\n"
    assert told(f"rules: [{SPEND}]\n", new) == [
        "worse: spend: is of the campaign c, was of no campaign",
        "better: c: new campaign, 2026-07-01 to 2026-07-31, with spend and m",
    ]


def test_a_strategy_is_compared_by_its_name_and_settings() -> None:
    """A strategy is code: nobody can tell what another one, or other settings, mean to members."""
    old, new = version(f"rules: [{SPEND}]\n"), version(f"rules: [{SPEND}]\n")
    spec = {"id": "spend", "strategy": "lottery", "with": {"most": 5}}
    rules = [type(new.spec.rules[0]).model_validate({**spec, "with": {"most": most}}) for most in (5, 6)]
    coded = [one.spec.model_copy(update={"rules": [made]}) for one, made in zip((old, new), rules, strict=True)]
    both = [type(old)(one, old.source, old.programme) for one in coded]
    assert changes(*both) == ["different: spend: with most 6, was 5"]
    assert changes(old, both[0]) == [
        "different: spend: gives points by the strategy lottery, was floor(eligible) points",
        "different: spend: with most 5, was not there",
    ]
    other = type(rules[0]).model_validate({**spec, "strategy": "raffle"})
    raffle = type(old)(new.spec.model_copy(update={"rules": [other]}), old.source, old.programme)
    assert changes(both[0], raffle) == ["different: spend: strategy raffle, was lottery"]


# limits


def test_limits_without_names_are_matched_by_what_they_count() -> None:
    old = rule("give: 5, limits: [{points: 10, every: day}, {points: 90, every: month}, {times: 3, every: week}]")
    new = rule(
        "give: 5, limits: [{points: 80, every: month}, {times: 3, every: week}, {points: 99, every: year}, {points: 20, every: day}]"
    )
    assert told(old, new) == [
        "better: r: at most 20 points per member and day, was 10 points",
        "worse: r: at most 80 points per member and month, was 90 points",
        "worse: r: new limit: 99 points per member and year",
    ]


def test_points_and_times_are_not_the_same_limit() -> None:
    old, new = (rule(f"give: 5, limits: [{one}]") for one in ("{points: 10, every: day}", "{times: 2, every: day}"))
    assert told(old, new) == [
        "worse: r: new limit: 2 times per member and day",
        "better: r: no longer limited to 10 points per member and day",
    ]


def test_a_shared_limit_that_counts_something_else_is_different() -> None:
    old, new = (f"rules: [{SPEND}]\nlimits: [{{id: all, {one}, every: day}}]\n" for one in ("points: 5", "times: 5"))
    assert told(old, new) == ["different: all: at most 5 times per member and day, was 5 points per member and day"]
    rolling = f"rules: [{SPEND}]\nlimits: [{{id: all, points: 5, rolling_days: 7}}]\n"
    assert told(old, rolling) == [
        "different: all: at most 5 points per member in 7 days, was 5 points per member and day"
    ]


def test_a_limit_that_binds_a_new_rule_too_takes_nothing_away() -> None:
    old = f"rules: [{SPEND}]\nlimits: [{{id: all, points: 50, every: day}}]\n"
    new = f"rules: [{SPEND}, {{id: more, give: 1}}]\nlimits: [{{id: all, points: 50, every: day}}]\n"
    assert told(old, new) == ["better: more: new, gives 1 points"]
    assert told(new, old) == ["worse: more: is gone; it gave 1 points"]


# units


@pytest.mark.parametrize(
    ("old", "new", "forth", "back"),
    [
        ("{round: floor}", "{round: half_even}", "better: unit points: rounding half_even, was floor", "worse: unit points: rounding floor, was half_even"),
        ("{}", "{round_at: order}", "better: unit points: rounded once for each order, was rule", "worse: unit points: rounded once for each rule, was order"),
        ("{round: ceil}", "{round: ceil, round_at: order}", "worse: unit points: rounded once for each order, was rule", "better: unit points: rounded once for each rule, was order"),
        ("{round: half_up}", "{round: half_up, round_at: order}", "different: unit points: rounded once for each order, was rule", "different: unit points: rounded once for each rule, was order"),
        ("{}", "{decimals: 2}", "different: unit points: decimals 2, was 0", "different: unit points: decimals 0, was 2"),
        ("{}", "{cost: 0.01}", "keeping: unit points: cost 0.01, was not said", "keeping: unit points: cost not said, was 0.01"),
    ],
)  # fmt: skip
def test_how_points_are_counted(old: str, new: str, forth: str, back: str) -> None:
    before, after = (
        version(f"rules: [{SPEND}]\n", head=HEAD.replace("{points: {}}", f"{{points: {one}}}")) for one in (old, new)
    )
    assert changes(before, after) == [forth]
    assert changes(after, before) == [back]


def test_a_unit_that_goes_takes_what_members_hold() -> None:
    body = "rules: [{id: spend, unit: points, give: 1}]\n"
    two, one = version(body, head=TWO_UNITS), version(body)
    assert changes(one, two) == ["keeping: unit stars: new"]
    assert changes(two, one) == ["worse: unit stars: is gone, with what members hold of it"]


def test_a_rule_that_gives_another_unit_is_different() -> None:
    old, new = (version(f"rules: [{{id: r, unit: {one}, give: 1}}]\n", head=TWO_UNITS) for one in ("points", "stars"))
    assert changes(old, new) == ["different: r: unit stars, was points"]


def test_zone_and_currency_change_everything() -> None:
    old = version(f"rules: [{SPEND}]\n")
    new = version(f"rules: [{SPEND}]\n", head=HEAD.replace("UTC", "Asia/Tokyo").replace("USD", "JPY"))
    assert changes(old, new) == [
        "different: days, months and years are those of Asia/Tokyo, were those of UTC",
        "different: amounts are in JPY, were in USD",
    ]


def promised(notice: str) -> str:
    return f"changes: {{notice: {notice}}}\nrules: [{SPEND}]\n" if notice else f"rules: [{SPEND}]\n"


@pytest.mark.parametrize(
    ("old", "new", "forth", "back"),
    [
        ("30 days", "6 weeks", "better", "worse"),
        ("30 days", "", "worse", "better"),
        ("1 year", "12 months", "keeping", "keeping"),
        ("3 months", "2 years", "better", "worse"),
        ("30 days", "2 months", "better", "worse"),
        ("30 days", "1 month", "different", "different"),
    ],
)
def test_longer_notice_is_better(old: str, new: str, forth: str, back: str) -> None:
    told_of = "notice before something is taken away"
    assert told(promised(old), promised(new)) == [f"{forth}: {told_of}: {new or 'none'}, was {old}"]
    assert told(promised(new), promised(old)) == [f"{back}: {told_of}: {old}, was {new or 'none'}"]


# constants and tables


def constant(terms: str) -> str:
    return f"constants: {{{terms}}}\n"


def test_a_constant_is_told_by_what_reads_it() -> None:
    reading = f"{EVENTS}rules: [{{id: r, when: net >= minimum, give: 5}}]\n"
    assert told(constant("minimum: 50") + reading, constant("minimum: 40") + reading) == [
        "better: r: when net >= minimum, where minimum is 40, was 50"
    ]
    assert told(
        constant("minimum: 50") + reading, f"{constant('minimum: 60')}{reading.replace('give: 5', 'give: 4')}"
    ) == [
        "worse: r: when net >= minimum, where minimum is 60, was 50",
        "worse: r: give 4, was 5",
    ]


def test_a_constant_that_nothing_reads_is_nothing_to_members() -> None:
    body = f"rules: [{SPEND}]\n"
    assert told(constant("minimum: 50") + body, constant("minimum: 40") + body) == [
        "keeping: constant minimum: is 40, was 50"
    ]
    assert told(body, constant("minimum: 40") + body) == ["keeping: constant minimum: is new"]
    assert told(constant("minimum: 40") + body, body) == ["keeping: constant minimum: is gone"]


def test_a_constant_that_something_else_may_name_is_different() -> None:
    """Nobody can tell what a section without a describer makes of it."""
    body = "rules: [{id: r, give: 5, title: Above the minimum}]\n"
    assert told(constant("minimum: 50") + body, constant("minimum: 40") + body) == [
        "different: constant minimum: is 40, was 50"
    ]


def table(rows: str) -> str:
    return f"{EVENTS}tables: {{rate: {{rows: {{{rows}}}, default: 0}}}}\n"


def test_a_table_is_told_by_what_reads_it() -> None:
    reading = "rules: [{id: r, give: 'lookup(rate, channel)'}]\n"
    assert told(table("app: 1") + reading, table("app: 2") + reading) == [
        "better: r: give lookup(rate, channel), where rate has other rows"
    ]
    assert told(table("app: 2, web: 1") + reading, table("app: 1, web: 2") + reading) == [
        "different: r: give lookup(rate, channel), where rate has other rows"
    ]
    assert told(table("app: 1") + reading, table("app: 1.0") + reading) == []


def test_a_table_that_nothing_reads_is_nothing_to_members() -> None:
    assert told(f"{table('app: 1')}rules: [{SPEND}]\n", f"{table('app: 2')}rules: [{SPEND}]\n") == [
        "keeping: table rate: has other rows"
    ]


def test_rates_that_stay_are_not_told() -> None:
    assert told(f"rates: {{EUR: 1, GBP: 2}}\nrules: [{SPEND}]\n", f"rates: {{EUR: 1, GBP: 1}}\nrules: [{SPEND}]\n") == [
        "worse: rates GBP 1, was 2"
    ]


# what has no describer


def shelf(decimals: int) -> UnitSpec:
    """Return a part of the file as a section of a later release may hold it."""
    return UnitSpec.model_validate({"decimals": decimals})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (5, 5, []),
        (5, 6, ["different: later 6, was 5"]),
        ({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}}, ["different: later b c 3, was 2"]),
        ({"a": 1}, {"b": 1}, ["different: later b 1, was not there", "different: later a gone, was 1"]),
        ([{"id": "a", "at": 1}], [{"id": "b"}, {"id": "a", "at": 2}], ["different: later b {id: b}, was not there", "different: later a at 2, was 1"]),
        ([{"id": "a"}, {"id": "b"}], [{"id": "b"}, {"id": "a"}], ["different: later stands in another order"]),
        ([1, 2], [2, 1], ["different: later 2, 1, was 1, 2"]),
        ([{"id": "a"}], ["a"], ["different: later a, was {id: a}"]),
        ([True], [False], ["different: later false, was true"]),
        (None, {"a": True}, ["different: later {a: true}, was not said"]),
        (shelf(0), shelf(2), ["different: later decimals 2, was not there"]),
        ([shelf(0)], [shelf(1)], ["different: later {decimals: 1}, was {}"]),
    ],
)  # fmt: skip
def test_what_has_no_describer_is_said_to_differ_at_each_place(old: object, new: object, expected: list[str]) -> None:
    one = version(f"rules: [{SPEND}]\n")
    spot = Spot(both=Both(one, one), subject="", loc=("later",), old=None, new=None)
    assert [f"{change.verdict}: {change.sentence()}" for change in differs("later", old, new, spot)] == expected


def test_a_section_without_a_describer_is_compared_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(SECTIONS, "rates")
    assert told(f"rates: {{EUR: 1}}\nrules: [{SPEND}]\n", f"rates: {{EUR: 2}}\nrules: [{SPEND}]\n") == [
        "different: rates EUR 2, was 1"
    ]


def test_every_key_of_a_part_is_looked_at() -> None:
    seen: list[str] = []

    def noted(key: str, _old: object, _new: object, _spot: Spot) -> Iterator[Change]:
        seen.append(key)
        return iter(())

    one = version(f"rules: [{SPEND}]\n")
    spot = Spot(both=Both(one, one), subject="", loc=(), old=one.spec, new=one.spec)
    assert list(each_term({}, noted, spot)) == []
    assert set(seen) == set(ProgrammeSpec.model_fields)


def test_a_change_is_told_where_the_new_file_says_it() -> None:
    old = version(f"rules: [{SPEND}, {{id: b, give: 1}}]\n")
    new = version(f"rules:\n  - {SPEND}\n  - id: c\n    give: 2\nrates: {{EUR: 1}}\n")
    places = {change.sentence(): str(new.place(change.loc)) for change in compare(old, new)}
    assert places == {
        "EUR is taken, at 1": "p.yaml:10:14",
        "c: new, gives 2 points": "p.yaml:8:5",
        "b: is gone; it gave 1 points": "p.yaml:7:3",
    }
