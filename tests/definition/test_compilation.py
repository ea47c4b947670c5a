"""Rules, multipliers, limits and campaigns: what a programme may not say, and what it means when it is right."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from guerdon.core.strategies import Fact, Strategy
from guerdon.definition.check import check_text
from guerdon.definition.compilation.rules import DECIMALS_MAX
from tests.definition.programmes import HEAD, RULE, TWO_UNITS, granted, made, told

ITEMS = "events: {purchase: {lines: {quantity: number}}}\n"
BY_ORDER = HEAD.replace("{points: {}}", "{points: {round_at: order}}")
RULE_OF_MULTIPLIERS = "rules: [{id: a, give: 1}]\n"
CAMPAIGN = "campaigns: [{id: c, from: 2017-02-02, until: 2017-02-03, "


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("rules: [{id: a, unit: point, give: 1}]", "6:23: there is no unit 'point'. Try: did you mean 'points'?"),
        ("rules: [{id: a, on: purchas, give: 1}]", "6:21: there is no type of event 'purchas'. Try: did you mean 'purchase'?"),
        ("events: {visit: {}}\nrules: [{id: a, on: visit, per: line, give: 1}]", "7:33: 'visit' is not a purchase and has no line. Try: write per: event."),
        ("rules: [{id: a}]", "6:9: a rule has exactly one of give, bands and strategy. Try: write give: an expression, or bands: [{above: 0, rate: 1}]."),
        ("rules: [{id: a, give: 1, bands: [{rate: 1}]}]", "6:9: a rule has exactly one of give, bands and strategy. Try: write give: an expression, or bands: [{above: 0, rate: 1}]."),
        ("rules: [{id: a, give: 1, of: amount}]", "6:30: `of` goes with bands. Try: leave it out, or write bands."),
        ("rules: [{id: a, give: 1, band: whole}]", "6:32: `band` goes with bands. Try: leave it out, or write bands."),
        ("rules: [{id: a, give: 1, within: order}]", "6:34: `within` goes with bands. Try: leave it out, or write bands."),
        ("rules: [{id: a, give: 1, with: {x: 1}}]", "6:32: `with` goes with a strategy. Try: leave it out, or write strategy."),
        ("rules: [{id: a, bands: [{above: 5, rate: 1}, {above: 5, rate: 2}]}]", "6:46: this band begins at 5, and the one before it at 5. Try: write bands by rising `above`, each once."),
        ("rules: [{id: a, bands: [{rate: 1}], within: month}]", "6:45: bands within one month are not run by this release. Try: write within: order, or leave it out."),
        ("rules: [{id: a, bands: [{rate: 1}], within: contract year}]", "6:45: bands within one contract year are not run by this release. Try: write within: order, or leave it out."),
        ("rules: [{id: a, bands: [{rate: 1}], within: item}]", "6:45: bands within one item are not run by this release. Try: write within: order, or leave it out."),
        (ITEMS + "rules: [{id: a, per: item, bands: [{rate: 1}], within: order}]", "7:56: items of bands within an order are not run by this release. Try: write per: line, or leave it out."),
        ("rules: [{id: a, give: 1, round_at: period}]", "6:36: rounding once a period is not run by this release. Try: round at item, line or rule."),
        ("rules: [{id: a, give: 1, round_at: order}]", "6:36: all rules of a unit are rounded together. Try: write round_at: order at the unit."),
        ("rules: [{id: a, give: 1, round_at: line}]", "6:36: only a rule per line rounds each line. Try: write per: line, or leave it out."),
        ("rules: [{id: a, give: 1, per: line, round_at: item}]", "6:47: only a rule per item rounds each item. Try: write per: item, or leave it out."),
        ("rules: [{id: a, give: 1, per: item}]", "6:31: a rule per item needs to know how many items a line has. Try: declare events: {purchase: {lines: {quantity: number}}}."),
        (ITEMS.replace("number", "money") + "rules: [{id: a, give: 1, per: item}]", "7:31: a rule per item needs to know how many items a line has. Try: declare events: {purchase: {lines: {quantity: number}}}."),
        (ITEMS.replace("number", "{type: number, optional: true}") + "rules: [{id: a, give: 1, per: item}]", "7:31: the quantity may be absent. Try: give it a default, or do not make it optional."),
        ("rules: [{id: a, per: line, give: eligible * 2}]", "6:34: eligible is of the whole basket, and this is about some lines. Try: write line.eligible."),
        ("rules: [{id: a, where: line.amount > 5, of: floor(net), bands: [{rate: 1}]}]", "6:45: net is of the whole basket, and this is about some lines. Try: write sum(line.net) filter (where ...)."),
        ("rules: [{id: a, give: amount * 0.12345678901234567}]", f"6:9: the exact number would have {DECIMALS_MAX + 1} decimals. Try: round the amount, or write rates and factors with fewer decimals."),
        ("rules: [{id: a, give: amount * 1000000}]", "6:9: this could give more than 2^62 points. Try: bound it, like least(amount, 1000000) * 10."),
        (ITEMS + "rules: [{id: a, per: item, give: 1000}]", "7:9: this could give more than 2^62 points. Try: bound it, like least(amount, 1000000) * 10."),
        ("rules: [{id: a, give: 1, from: yesterday}]", "6:32: 'yesterday' is not a time. Try: write 2026-07-04 or 2026-07-04T18:00."),
        ("rules: [{id: a, give: 1, until: 2017-02-30}]", "6:33: '2017-02-30' is not a time. Try: write 2026-07-04 or 2026-07-04T18:00."),
        ("rules: [{id: a, give: 1, from: '2017-02-01T00:00Z'}]", "6:32: 2017-02-01T00:00Z has an offset. Try: write local time: the programme's zone says which."),
        ("rules: [{id: a, give: 1, from: 2017-02-02, until: 2017-02-01}]", "6:51: the end 2017-02-01 is not after the start 2017-02-02. Try: exchange them."),
        (CAMPAIGN + "rules: [{id: a, give: 1, from: 2017-02-04}]}]", "6:89: this is never open while its campaign runs. Try: choose days of the campaign."),
        (CAMPAIGN + "rules: [{id: a, give: 1, until: 2017-02-01}]}]", "6:90: this is never open while its campaign runs. Try: choose days of the campaign."),
        (CAMPAIGN.replace("02-02", "02-04") + "rules: [{id: a, give: 1, from: 2017-02-05}]}]", "6:46: the end 2017-02-03 is not after the start 2017-02-04. Try: exchange them."),
        (RULE_OF_MULTIPLIERS + "multipliers: [{id: m, of: [a, b], by: 2}]", "7:31: there is no rule 'b'. Try: there is a."),
        (RULE_OF_MULTIPLIERS + "multipliers: [{id: m, of: a, by: 0.5}]", "7:34: the factor could be 0.5, below 1. Try: write greatest(1, ...); to give less, change the rule."),
        (RULE_OF_MULTIPLIERS + "multipliers: [{id: m, of: a, by: 2, when: hour > 3}]", "7:43: hour may be absent. Try: use coalesce(hour, ...) or hour is null."),
        ("events: {visit: {}}\nrules: [{id: a, give: 1}, {id: v, on: visit, give: 1}]\nmultipliers: [{id: m, of: [a, v], by: 2}]", "8:27: these rules read different events: purchase, visit. Try: write one multiplier for each type of event."),
        ("rules: [{id: a, on: visit, give: 1}]\nmultipliers: [{id: m, of: a, by: 2}]", "6:21: there is no type of event 'visit'. Try: there is purchase, refund."),
        (RULE_OF_MULTIPLIERS + "multipliers: [{id: m, of: a, by: 2, limits: [{times: 1, every: day}]}]", "7:54: a multiplier is limited in points, not in times. Try: write points: 500."),
        (RULE_OF_MULTIPLIERS + CAMPAIGN + "multipliers: [{id: m, of: a, by: 2}], limits: [{times: 1, every: day}]}]", "7:113: a campaign with multipliers is limited in points: a multiplier has no times. Try: write points: 500, or limit its rules one by one."),
        (RULE_OF_MULTIPLIERS + CAMPAIGN + "rules: [{id: b, give: 1}], multipliers: [{id: m, of: a, by: 2}], limits: [{times: 1, every: day}]}]", "7:140: a campaign with multipliers is limited in points: a multiplier has no times. Try: write points: 500, or limit its rules one by one."),
        ("rules: [{id: a, give: 1, limits: [{points: 1, every: day, per: campaign}]}]", "6:64: this stands in no campaign. Try: write per: programme, or move it into a campaign."),
        (CAMPAIGN + "rules: [{id: a, give: 1}], limits: [{times: 1, rolling_days: 7, per: campaign}]}]", "6:119: a budget that all accounts share counts in periods. Try: write every: month, or limit each member or account."),
        *(
            (f"rules: [{{id: a, give: 1, limits: [{limit}]}}]", "6:35: a limit counts points or times, in a period or over rolling days. Try: write {points: 500, every: month} or {times: 1, rolling_days: 30}.")
            for limit in ("{every: day}", "{points: 1}", "{points: 1, times: 1, every: day}", "{points: 1, every: day, rolling_days: 3}")
        ),
        ("rules: [{id: a, give: 1, limits: [{points: 1.5, every: day}]}]", "6:44: 1.5 has more decimals than its unit. Try: write fewer."),
        (RULE + CAMPAIGN + "limits: [{points: 1, every: day}]}]", "7:67: this limit binds nothing. Try: name a rule that there is, or leave it out."),
        (RULE + "limits: [{id: l, rules: [b], points: 1, every: day}]", "7:26: there is no rule 'b'. Try: there is spend."),
        (RULE + "limits: [{id: l, unit: stars, points: 1, every: day}]", "7:24: there is no unit 'stars'. Try: there is points."),
        ("rules:\n  - {id: a, give: 1, stack: {group: g, take: best}}\n  - {id: b, give: 1, stack: {group: g, take: first}}", "8:46: the rules of group 'g' take differently. Try: write take: best."),
        ("eligible: {exclude: line.amount > 5 and sum(line.amount) > 6}\n" + RULE, "6:21: this asks about a line and about the whole basket at once. Try: ask about one of them."),
        ("rules: [{id: a, strategy: lucky}]", "6:27: there is no strategy handed in or installed (entry point group guerdon.strategies) 'lucky'. Try: "),
        ("rules: [{id: a, strategy: lucky, per: line}]", "6:9: a strategy answers for the whole order. Try: leave out per and where."),
        ("rules: [{id: a, strategy: lucky, where: line.amount > 5}]", "6:9: a strategy answers for the whole order. Try: leave out per and where."),
        ("eligible: {exclude: line.eligible > 5}\n" + RULE, "6:21: a line has no field eligible. Try: there is line.amount, line.discount, line.gross, line.id, line.net, line.points_paid."),
        ("events: {purchase: {lines: {sort: text}}, online: {kind: purchase}}\neligible: {exclude: line.sort = 'x'}\n" + RULE, "7:21: 'online' is a purchase without line.sort, which this asks about. Try: declare it for online too, with a default if need be."),
        ("events: {purchase: {kind: engagement}}\n" + RULE, "6:27: a purchase is of the kind purchase. Try: leave kind out, or declare a type of your own."),
        ("events: {redemption: {kind: engagement}}\n" + RULE, "6:29: a redemption is of the kind redemption. Try: leave kind out, or declare a type of your own."),
        ("rates: {EURO: 1}\n" + RULE, "6:9: 'EURO' is not a currency of ISO 4217. Try: did you mean 'EUR'?"),
        ("rates: {XQQ: 1}\n" + RULE, "6:9: 'XQQ' is not a currency of ISO 4217. Try: "),
        ("version: soon\n" + RULE, "6:10: the version 'soon' is not a day. Try: write the day it takes effect, like 2026-01-01."),
    ],
)  # fmt: skip
def test_what_a_programme_may_not_say(body: str, expected: str) -> None:
    found = told(f"{HEAD}{body}\n")
    assert len(found) == 1
    assert found[0].startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TWO_UNITS + "rules: [{id: a, give: 1}]", "6:9: the programme has several units. Try: write unit: points."),
        (TWO_UNITS + "rules: [{id: a, unit: points, give: 1}, {id: b, unit: stars, give: 1}]\nlimits: [{id: l, points: 5, every: day}]", "7:10: a limit in points is over rules of one unit. Try: write one limit for each unit."),
        (TWO_UNITS + "rules:\n  - {id: a, unit: points, give: 1, stack: {group: g, take: best}}\n  - {id: b, unit: stars, give: 1, stack: {group: g, take: best}}", "8:42: the rules of group 'g' give different units. Try: group rules of one unit."),
        (BY_ORDER + "rules: [{id: a, give: 1, round: ceil}]", "6:33: all rules of this unit are rounded together. Try: write round: at the unit."),
    ],
)  # fmt: skip
def test_what_depends_on_the_unit(text: str, expected: str) -> None:
    assert told(text + "\n") == [expected]


def test_every_mistake_of_one_rule_is_told() -> None:
    rule = "{id: a, when: amuont > 5, where: line.amt > 1, give: flor(amount), of: 1, round_at: period, from: soon, limits: [{}]}"
    assert [line.split(" Try:")[0] for line in told(f"{HEAD}rules: [{rule}]\n")] == [
        "6:23: there is no field amuont.",
        "6:42: a line has no field amt.",
        "6:62: there is no function flor.",
        "6:80: `of` goes with bands.",
        "6:93: rounding once a period is not run by this release.",
        "6:122: a limit counts points or times, in a period or over rolling days.",
    ]


def test_a_mistake_in_a_text_over_several_lines_is_told_where_it_is() -> None:
    assert told(HEAD + "rules:\n  - id: a\n    give: >-\n      floor(\n        amuont)\n") == [
        "10:9: there is no field amuont. Try: did you mean amount?"
    ]


def test_a_name_stands_for_one_thing() -> None:
    text = "rules: [{id: a, give: 1}, {id: a, give: 1}]\nmultipliers: [{id: a, of: a, by: 2}]\n"
    text += "campaigns: [{id: a, from: 2017-01-01, until: 2017-01-02}]\nlimits: [{id: a, points: 1, every: day}]\n"
    again = "'a' is already the name of something at p:6:14. Try: give each rule, multiplier, campaign and limit a name of its own."
    assert told(HEAD + text) == [f"6:32: {again}", f"7:20: {again}", f"8:18: {again}", f"9:15: {again}"]


# What a programme means


def one(body: str, purchase: str, points: str, head: str = HEAD) -> None:
    """Check that a purchase earns so many points."""
    assert (
        told(f"{head}{body}\nexamples: [{{given: [{{at: 2017-02-02, {purchase}}}], expect: {{points: {points}}}}}]\n")
        == []
    )


LINES = "lines: [{amount: 3.30}, {amount: 6.60}]"


@pytest.mark.parametrize(
    ("rule", "purchase", "points"),
    [
        ("give: eligible", "amount: 9.90", 9),  # floor is the rounding
        ("give: eligible, round: ceil", "amount: 9.10", 10),
        ("give: eligible, round: half_up", "amount: 9.50", 10),
        ("give: eligible, round: half_even", "amount: 8.50", 8),
        ("per: event, give: eligible", "amount: 9.90", 9),
        ("per: line, give: line.eligible", LINES, 9),  # 9.90, rounded once
        ("per: line, give: line.eligible, round_at: line", LINES, 9),  # 3 + 6
        ("per: line, give: line.eligible, round_at: line, round: ceil", LINES, 11),  # 4 + 7
        ("per: line, where: line.amount > 5, give: 10", LINES, 10),
        ("where: line.amount > 5, give: 10", LINES, 10),  # any such line
        ("where: line.amount > 7, give: 10", LINES, 0),
        ("when: amount > 5, where: line.amount > 5, give: 10", LINES, 10),
        ("when: amount > 50, where: line.amount > 5, give: 10", LINES, 0),
        ("where: line.amount > 5, bands: [{rate: 1}]", LINES, 6),  # 6.60 alone
        ("where: line.amount > 5, give: case when eligible > 5 then 2 else 1 end", LINES, 2),  # asking is no counting
        ("bands: [{rate: 1}]", "amount: 9.90", 9),
        ("per: line, bands: [{above: 3, rate: 10}]", LINES, 39),  # 10 x 0.30 + 10 x 3.60
        ("per: line, bands: [{above: 3, rate: 10}], within: order", LINES, 69),  # 10 x 0.30 + 10 x 6.60
        ("bands: [{above: 0.125, rate: 8}]", "amount: 1", 7),  # 8 x 0.875: thresholds may be finer than cents
        ("bands: [{above: 5, rate: 1}, {above: 8, rate: 2}], band: whole", "amount: 10", 20),  # the rate reached, for everything
        ("give: -5", "amount: 10", 0),
        ("give: 0.0000001 * amount * 10000000", "amount: 10", 10),
        ("give: 5, from: 2017-02-02, until: 2017-02-02", "amount: 1", 5),
        ("give: 5, until: 2017-02-01", "amount: 1", 0),
        ("give: 5, from: '2017-02-02T00:00:01'", "amount: 1", 0),
        ("give: 5, until: '2017-02-02T00:00:01'", "amount: 1", 5),
    ],
)  # fmt: skip
def test_what_a_rule_gives(rule: str, purchase: str, points: int) -> None:
    one(f"rules: [{{id: a, {rule}}}]", purchase, str(points))


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        ("per: item, give: 1.5", 7),  # 5 x 1.5 = 7.5
        ("per: item, give: 1.5, round_at: item", 5),  # 5 x 1
        ("per: item, give: 1.5, round_at: line", 7),  # 3 for two, 4 for three
        ("per: item, bands: [{above: 1, rate: 10}]", 49),  # 2 x 0.65 and 3 x 1.20, ten for each
    ],
)
def test_what_a_rule_gives_for_each_item(rule: str, points: int) -> None:
    one(
        ITEMS + f"rules: [{{id: a, {rule}}}]",
        "lines: [{amount: 3.30, quantity: 2}, {amount: 6.60, quantity: 3}]",
        str(points),
    )


@pytest.mark.parametrize(
    ("multipliers", "points"),
    [
        ("{id: m, of: a, by: 1.25}, {id: n, of: a, by: 2}", 22),  # 10 x 2.25 = 22.5
        ("{id: m, of: a, by: 1.25}, {id: n, of: a, by: 2, stack: compound}", 25),  # 10 x 1.25 x 2
        ("{id: n, of: a, by: 2, stack: compound}, {id: m, of: a, by: 1.25}", 25),  # compound ones come last
        ("{id: m, of: [a, a], by: 2}", 20),
        ("{id: m, of: a, by: 2, when: amount > 10}", 10),
        ("{id: m, of: a, by: 2, limits: [{points: 3, every: day}]}", 13),
        ("{id: m, of: a, by: 2, from: 2017-02-03}", 10),
    ],
)
def test_what_multipliers_add(multipliers: str, points: int) -> None:
    one(f"rules: [{{id: a, give: floor(amount)}}]\nmultipliers: [{multipliers}]", "amount: 10", str(points))


def test_a_multiplier_may_look_at_lines_when_its_rules_do() -> None:
    rules = "rules: [{id: a, per: line, give: line.amount}]\n"
    lines = "lines: [{amount: 4}, {amount: 6}]"
    one(rules + "multipliers: [{id: m, of: a, by: case when line.amount > 5 then 2 else 1 end}]", lines, "16")
    one(rules + "multipliers: [{id: m, of: a, by: 2, when: line.amount > 5}]", lines, "16")
    assert told(
        HEAD + "rules: [{id: a, give: amount}]\nmultipliers: [{id: m, of: a, by: 2, when: line.amount > 5}]\n"
    ) == ["7:43: line.amount is of one line, and this looks at the whole basket. Try: write sum(line.amount)."]


def test_rules_of_a_unit_that_is_rounded_per_order_are_rounded_together() -> None:
    """... although one of them is exact to a tenth and the other to a thousandth."""
    one("rules: [{id: a, give: 0.5}, {id: b, give: 0.625}]", "amount: 1", "1", BY_ORDER)
    one("rules: [{id: a, give: 0.5}, {id: b, give: 0.625}]", "amount: 1", "0")


def test_the_best_of_a_group_gives_or_the_first_that_can() -> None:
    best = "rules: [{id: a, give: 5, stack: {group: g, take: best}}, {id: b, give: 7, stack: {group: g, take: best}}]"
    one(best, "amount: 1", "7")
    first = best.replace("best", "first")
    one(first, "amount: 1", "5")
    one(first.replace("give: 7, stack: {", "give: 7, stack: {priority: -1, "), "amount: 1", "7")


def purchases(*days: str) -> str:
    return "given: [" + ", ".join(f"{{at: {day}, amount: 10}}" for day in days) + "]"


@pytest.mark.parametrize(
    ("limit", "points"),
    [
        ("{points: 15, every: day}", 25), ("{points: 15, every: week}", 25), ("{points: 15, every: month}", 15),
        ("{points: 15, every: quarter}", 15), ("{points: 15, every: year}", 15), ("{points: 15, every: ever}", 15),
        ("{times: 1, every: day}", 20), ("{points: 15, rolling_days: 7}", 25), ("{points: 15, rolling_days: 8}", 15),
    ],
)  # fmt: skip
def test_what_limits_leave(limit: str, points: int) -> None:
    """Two purchases of 10 on one Monday and one on the next."""
    days = purchases("2017-02-06", "2017-02-06", "2017-02-13")
    programme = f"{HEAD}rules: [{{id: a, give: floor(amount), limits: [{limit}]}}]\n"
    assert granted(programme, f"{{{days}, expect: {{points: {points}}}}}") == []


def test_a_limit_over_several_rules_binds_those_it_names() -> None:
    rules = "rules: [{id: a, unit: points, give: 4}, {id: b, unit: points, give: 4}, {id: c, unit: stars, give: 4}]\n"
    given = "examples: [{given: [{at: 2017-02-02, amount: 1}], expect: {points: {points: POINTS, stars: STARS}}}]\n"

    def left(limit: str, points: str, stars: str) -> None:
        expected = given.replace("POINTS", points).replace("STARS", stars)
        assert told(f"{TWO_UNITS}{rules}limits: [{{id: l, every: day, {limit}}}]\n{expected}") == []

    left("rules: [a, b], points: 5", "5", "4")
    left("rules: c, points: 1.5", "8", "1.5")
    left("unit: stars, points: 1.5", "8", "1.5")
    left("times: 1", "4", "0")


def test_a_campaign_opens_its_rules_and_limits_them_together() -> None:
    campaign = "campaigns: [{id: c, from: 2017-02-02, until: 2017-02-03, limits: [{points: 7, every: ever}], "
    campaign += "rules: [{id: b, give: 5}], multipliers: [{id: m, of: a, by: 2}]}]\n"
    programme = f"{HEAD}rules: [{{id: a, give: 4}}]\n{campaign}"
    assert granted(programme, f"{{{purchases('2017-02-01', '2017-02-04')}, expect: {{points: 8}}}}") == []
    assert granted(programme, f"{{{purchases('2017-02-02')}, expect: {{points: 11}}}}") == []  # 4, and 7 of 4 + 5


def test_what_is_excluded_is_not_asked_of_events_that_do_not_carry_it() -> None:
    text = "events: {purchase: {attributes: {channel: text}}, visit: {attributes: {shop: text}}}\n"
    text += "eligible: {exclude: channel = 'gift', include: [shipping, points_paid]}\n"
    text += "rules: [{id: a, give: eligible}, {id: v, on: visit, per: event, give: 3}]\n"
    given = "{given: [{at: 2017-02-02, channel: shop, amount: 10, shipping: 2, points_paid: 1}, {at: 2017-02-02, channel: gift, amount: 10}, "
    given += "{at: 2017-02-03, type: visit, shop: north}, {at: 2017-02-03, type: refund, amount: 3}], expect: {events: {e1: 12, e2: 0, e3: 3, e4: 0}}}"
    assert granted(HEAD + text, given) == []


def test_a_whole_basket_may_be_excluded_for_what_is_in_it() -> None:
    text = "eligible: {exclude: sum(line.amount) > 8 and count(*) > 1}\n" + RULE
    one(text, "lines: [{amount: 4}, {amount: 4}]", "8")
    one(text, "lines: [{amount: 4}, {amount: 5}]", "0")


class Doubling(Strategy):
    """Gives what its settings say for each dollar."""

    def points(self, transaction: Fact) -> int:
        """Return the points of a transaction."""
        return int(transaction.amount) * int(str(self.settings["each"]))


CODED = (
    HEAD
    + "rules: [{id: a, strategy: doubling, with: {each: 2}, when: amount >= 5, limits: [{points: 15, every: day}]}]\n"
)
CODED += f"examples: [{{{purchases('2017-02-02', '2017-02-03')}, expect: {{points: 30}}}}]\n"


def test_a_rule_may_ask_a_class_that_is_handed_in() -> None:
    assert check_text(CODED, strategies={"doubling": Doubling}).errors == []


def not_a_strategy(settings: Mapping[str, object]) -> Strategy:
    return settings  # type: ignore[return-value]  # the mistake under test


def test_what_is_wrong_with_a_class_is_told_at_the_rule() -> None:
    missing = CODED.replace(", with: {each: 2}", "")
    told_of = [
        check_text(text, strategies={"doubling": made}).errors
        for text, made in ((CODED, not_a_strategy), (missing, Doubling))
    ]
    assert [[(str(issue.place), issue.what) for issue in issues] for issues in told_of] == [
        [("programme.yaml:6:27", "'doubling' is not a strategy")],
        [("programme.yaml:7:20", "Doubling.points failed for Fact(type=purchase, amount=10.00) (KeyError: 'each')")],
    ]


def test_a_rule_may_ask_a_class_that_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """... offered by another distribution under our entry point group."""
    info = tmp_path / "lucky-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lucky\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[guerdon.strategies]\ndoubling = lucky_of_a_test:Doubling\nbroken = lucky_of_a_test:Nothing\n"
    )
    (tmp_path / "lucky_of_a_test.py").write_text(
        "from guerdon.core.strategies import Strategy\n"
        "class Doubling(Strategy):\n    def points(self, transaction):\n        return int(transaction.amount) * self.settings['each']\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert told(CODED) == []
    assert told(CODED.replace("doubling", "doublin")) == [
        "6:27: there is no strategy handed in or installed (entry point group guerdon.strategies) 'doublin'. Try: did you mean 'doubling'?"
    ]
    assert told(CODED.replace("doubling", "broken")) == [
        "6:27: 'broken' cannot be made: AttributeError: module 'lucky_of_a_test' has no attribute 'Nothing'. Try: correct `with`, or the class."
    ]


def test_amounts_in_other_currencies_are_converted_at_the_stated_rate() -> None:
    one("rates: {EUR: 1.10, JPY: 0.0065}\n" + RULE, "amount: 20, currency: EUR", "22")
    one("rates: {EUR: 1.10, JPY: 0.0065}\n" + RULE, "amount: 2000, currency: JPY", "13")


def test_a_programme_keeps_what_it_says_of_itself() -> None:
    text = (
        HEAD.replace("{points: {}}", "{points: {cost: 0.0000001, decimals: 2}}") + "version: 2026-01-01\ntitle: Ours\n"
    )
    text += "rates: {JPY: 0.0000001}\nrules: [{id: a, title: A rule, give: 1, when: amount > 5, where: line.amount > 1, funded_by: {Acme: 2, us: 1}}]\n"
    text += "multipliers: [{id: m, title: Twice, of: a, by: 2, funded_by: Acme}]\n"
    text += "campaigns: [{id: c, from: 2017-01-01, until: 2017-01-02, funded_by: Beta, rules: [{id: b, give: 1}]}]\n"
    programme = made(text)
    assert (programme.name, programme.title, programme.version) == ("test", "Ours", "2026-01-01")
    assert programme.units[0].cost == "0.0000001"
    assert programme.rates == {"JPY": "0.0000001"}
    assert programme.payers == ["Acme", "us", "Beta"]
    first, second = programme.rules
    assert (first.title, first.text, first.when_text, first.where_text) == (
        "A rule",
        "1",
        "amount > 5",
        "line.amount > 1",
    )
    assert [(payer.position, payer.share) for payer in first.payers] == [(0, 2), (1, 1)]
    assert [(payer.position, payer.share) for payer in second.payers] == [(2, 1)]
    assert second.campaign == "c"
    assert [(one.title, one.text, [payer.position for payer in one.payers]) for one in programme.multipliers] == [
        ("Twice", "2", [0])
    ]
    assert made(HEAD + RULE).payers == ["programme"]


def test_a_programme_keeps_state_only_for_limits() -> None:
    assert not made(HEAD + RULE).keeps_state()
    assert made(HEAD + "rules: [{id: a, give: 1, limits: [{points: 5, every: day}]}]\n").keeps_state()
