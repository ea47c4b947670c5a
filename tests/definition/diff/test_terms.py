"""Each kind of term in both directions: what is better for members, what is worse, and in which words."""

import pytest

from tests.definition.diff.versions import EVENTS, SPEND, rule, told

MIRRORED = {"better": "worse", "worse": "better", "different": "different", "keeping": "keeping"}


def campaign(terms: str) -> str:
    return f"rules: [{SPEND}]\ncampaigns: [{{id: summer, {terms}, rules: [{{id: r, give: 5}}]}}]\n"


def multiplier(terms: str) -> str:
    return f"{EVENTS}rules: [{SPEND}, {{id: other, give: 1}}]\nmultipliers: [{{id: m, {terms}}}]\n"


def limited(terms: str) -> str:
    return rule(f"give: 5, limits: [{terms}]")


def shared(terms: str) -> str:
    return f"rules: [{SPEND}, {{id: other, give: 1}}]\nlimits: [{{id: all, {terms}}}]\n"


def unit(terms: str) -> str:
    return f"units: {{points: {{{terms}}}}}\nrules: [{SPEND}]\n"


@pytest.mark.parametrize(
    ("old", "new", "forth", "back"),
    [
        # what a rule gives
        (rule("give: 5"), rule("give: 6"), "better: r: give 6, was 5", "worse: r: give 5, was 6"),
        (rule("give: floor(eligible)"), rule("give: floor(eligible * 1.5)"), "better: r: give floor(eligible * 1.5), was floor(eligible)", "worse: r: give floor(eligible), was floor(eligible * 1.5)"),
        (rule("give: floor(eligible)"), rule("give: weekday"), "different: r: give weekday, was floor(eligible)", "different: r: give floor(eligible), was weekday"),
        (rule("give: 5"), rule("bands: [{above: 50, rate: 1}]"), "different: r: gives 1 point a dollar above $50, was 5 points", "different: r: gives 5 points, was 1 point a dollar above $50"),
        (rule("of: floor(eligible), bands: [{rate: 1}]"), rule("of: eligible, bands: [{rate: 1}]"), "different: r: of eligible, was floor(eligible)", "different: r: of floor(eligible), was eligible"),
        (rule("bands: [{rate: 1}]"), rule("of: eligible + tax, bands: [{rate: 1}]"), "better: r: of eligible + tax, was eligible", "worse: r: of eligible, was eligible + tax"),
        # bands
        (rule("bands: [{rate: 1}]"), rule("bands: [{rate: 2}]"), "better: r: on everything: 2 points a dollar, was 1", "worse: r: on everything: 1 point a dollar, was 2"),
        (rule("bands: [{above: 50, rate: 1}]"), rule("bands: [{above: 40, rate: 1}]"), "better: r: from $40 to $50: 1 point a dollar, was nothing", "worse: r: from $40 to $50: nothing, was 1 point a dollar"),
        (rule("bands: [{above: 50, rate: 1}]"), rule("bands: [{above: 50, rate: 1}, {above: 99.50, rate: 2}]"), "better: r: above $99.50: 2 points a dollar, was 1", "worse: r: above $99.50: 1 point a dollar, was 2"),
        (rule("bands: [{above: 9, rate: 1}], band: whole"), rule("bands: [{rate: 1}], band: whole"), "better: r: up to $9: 1 point a dollar of everything, was nothing", "worse: r: up to $9: nothing, was 1 point a dollar of everything"),
        (rule("of: weekday, bands: [{rate: 1}]"), rule("of: weekday, bands: [{rate: 1.5}]"), "better: r: on everything: 1.5 points for each 1, was 1", "worse: r: on everything: 1 point for each 1, was 1.5"),
        (rule("bands: [{rate: 1}, {above: 9, rate: 2}]"), rule("bands: [{rate: 1}, {above: 9, rate: 2}], band: whole"), "better: r: band whole, was marginal", "worse: r: band marginal, was whole"),
        (rule("bands: [{above: 5, rate: 1}]"), rule("bands: [{above: 5, rate: 1}], band: whole"), "different: r: band whole, was marginal", "different: r: band marginal, was whole"),
        (rule("per: line, bands: [{rate: 1}]"), rule("per: line, bands: [{rate: 1}], within: order"), "different: r: within order, was line", "different: r: within line, was order"),
        # which events and lines
        (rule("give: 5, when: net >= 50"), rule("give: 5, when: net >= 40"), "better: r: when net >= 40, was net >= 50", "worse: r: when net >= 50, was net >= 40"),
        (rule("give: 5, when: net >= 50"), rule("give: 5"), "better: r: when always, was net >= 50", "worse: r: when net >= 50, was always"),
        (rule("give: 5, when: net>=50"), rule("give: 5, when: net >= 50.0"), "keeping: r: when net >= 50.0, was net>=50", "keeping: r: when net>=50, was net >= 50.0"),
        (rule("give: 5, when: channel = 'app'"), rule("give: 5, when: channel = 'web'"), "different: r: when channel = 'web', was channel = 'app'", "different: r: when channel = 'app', was channel = 'web'"),
        (rule("give: 5, where: line.brand = 'A'"), rule("give: 5, where: \"line.brand in ('A', 'B')\""), "better: r: where line.brand in ('A', 'B'), was line.brand = 'A'", "worse: r: where line.brand = 'A', was line.brand in ('A', 'B')"),
        (rule("give: 5, where: line.brand = 'A'"), rule("give: 5"), "better: r: where every line, was line.brand = 'A'", "worse: r: where line.brand = 'A', was every line"),
        (rule("give: 5"), rule("give: 5, on: visit"), "different: r: on visit, was purchase", "different: r: on purchase, was visit"),
        (rule("give: 5, per: line"), rule("give: 5, per: item"), "different: r: per item, was line", "different: r: per line, was item"),
        (rule("give: 5, per: order"), rule("give: 5, per: event"), "keeping: r: per order, was order", "keeping: r: per order, was order"),
        # when it runs
        (rule("give: 5, from: 2026-07-01"), rule("give: 5, from: 2026-06-01"), "better: r: starts 2026-06-01, was 2026-07-01", "worse: r: starts 2026-07-01, was 2026-06-01"),
        (rule("give: 5, from: 2026-07-01"), rule("give: 5"), "better: r: starts at once, was 2026-07-01", "worse: r: starts 2026-07-01, was at once"),
        (rule("give: 5, until: 2026-07-01"), rule('give: 5, until: "2026-07-02T12:00"'), "better: r: ends 2026-07-02T12:00, was 2026-07-01", "worse: r: ends 2026-07-01, was 2026-07-02T12:00"),
        (rule("give: 5, until: 2026-07-01"), rule("give: 5"), "better: r: ends never, was 2026-07-01", "worse: r: ends 2026-07-01, was never"),
        (rule("give: 5, until: 2026-07-01"), rule('give: 5, until: "2026-07-02T00:00"'), "keeping: r: ends 2026-07-02T00:00, was 2026-07-01", "keeping: r: ends 2026-07-01, was 2026-07-02T00:00"),
        # how it is rounded, who pays, what it is called
        (rule("give: 5, round: floor"), rule("give: 5, round: half_up"), "better: r: rounding half_up, was floor", "worse: r: rounding floor, was half_up"),
        (rule("give: 5"), rule("give: 5, round: ceil"), "better: r: rounding ceil, was floor", "worse: r: rounding floor, was ceil"),
        (rule("give: 5"), rule("give: 5, round: floor"), "keeping: r: rounding floor, was floor", "keeping: r: rounding floor, was floor"),
        (rule("give: 5, per: line, round_at: line"), rule("give: 5, per: line"), "different: r: round_at rule, was line", "different: r: round_at line, was rule"),
        (rule("give: 5"), rule("give: 5, funded_by: Acme"), "keeping: r: funded_by {Acme: 1}, was not said", "keeping: r: funded_by not said, was {Acme: 1}"),
        (rule("give: 5, title: Old"), rule("give: 5, title: New"), "keeping: r: title New, was Old", "keeping: r: title Old, was New"),
        # which of several gives
        (rule("give: 5"), rule("give: 5, stack: {group: g, take: best}"), "worse: r: of the group g one alone gives now: the best", "better: r: gives beside the group g, of which one alone gave"),
        (rule("give: 5, stack: {group: g, take: first}"), rule("give: 5, stack: {group: g, take: best}"), "better: r: take best, was first", "worse: r: take first, was best"),
        (rule("give: 5, stack: {group: g, take: first}"), rule("give: 5, stack: {group: h, take: first}"), "different: r: group h, was g", "different: r: group g, was h"),
        # limits
        (limited("{points: 10, every: day}"), limited("{points: 20, every: day}"), "better: r: at most 20 points per member and day, was 10 points", "worse: r: at most 10 points per member and day, was 20 points"),
        (limited("{times: 1, every: day}"), limited("{times: 2, every: day}"), "better: r: at most 2 times per member and day, was once", "worse: r: at most once per member and day, was 2 times"),
        (limited("{points: 1, every: year}"), limited("{points: 1, every: month}"), "better: r: at most 1 point per member and month, was 1 point per member and year", "worse: r: at most 1 point per member and year, was 1 point per member and month"),
        (limited("{points: 1, every: week}"), limited("{points: 1, every: month}"), "different: r: at most 1 point per member and month, was 1 point per member and week", "different: r: at most 1 point per member and week, was 1 point per member and month"),
        (limited("{points: 1, every: year}"), limited("{points: 2, every: ever}"), "different: r: at most 2 points per member ever, was 1 point per member and year", "different: r: at most 1 point per member and year, was 2 points per member ever"),
        (limited("{points: 1, rolling_days: 30}"), limited("{points: 1, rolling_days: 7}"), "better: r: at most 1 point per member in 7 days, was 1 point per member in 30 days", "worse: r: at most 1 point per member in 30 days, was 1 point per member in 7 days"),
        (limited("{points: 1, every: day, per: account}"), limited("{points: 1, every: day}"), "better: r: at most 1 point per member and day, was 1 point per account and day", "worse: r: at most 1 point per account and day, was 1 point per member and day"),
        (limited("{points: 1, every: day}"), limited(""), "better: r: no longer limited to 1 point per member and day", "worse: r: new limit: 1 point per member and day"),
        # multipliers
        (multiplier("of: spend, by: 1.5"), multiplier("of: spend, by: 2"), "better: m: by 2, was 1.5", "worse: m: by 1.5, was 2"),
        (multiplier("of: spend, by: 2, when: weekday = 2"), multiplier("of: spend, by: 2"), "better: m: when always, was weekday = 2", "worse: m: when weekday = 2, was always"),
        (multiplier("of: spend, by: 2"), multiplier("of: [spend, other], by: 2"), "better: m: also multiplies other", "worse: m: no longer multiplies other"),
        (multiplier("of: spend, by: 2"), multiplier("of: spend, by: 2, stack: compound"), "better: m: stack compound, was add", "worse: m: stack add, was compound"),
        (multiplier("of: spend, by: 2, limits: [{points: 5, every: day}]"), multiplier("of: spend, by: 2"), "better: m: no longer limited to 5 points per member and day", "worse: m: new limit: 5 points per member and day"),
        (multiplier("of: spend, by: 2"), multiplier("of: spend, by: 2, from: 2026-01-01"), "worse: m: starts 2026-01-01, was at once", "better: m: starts at once, was 2026-01-01"),
        # campaigns
        (campaign("from: 2026-07-01, until: 2026-07-31"), campaign("from: 2026-06-15, until: 2026-07-31"), "better: summer: starts 2026-06-15, was 2026-07-01", "worse: summer: starts 2026-07-01, was 2026-06-15"),
        (campaign("from: 2026-07-01, until: 2026-07-31"), campaign("from: 2026-07-01, until: 2026-08-15"), "better: summer: ends 2026-08-15, was 2026-07-31", "worse: summer: ends 2026-07-31, was 2026-08-15"),
        (campaign("from: 2026-07-01, until: 2026-07-31"), campaign("from: 2026-07-01, until: 2026-07-31, limits: [{points: 5, every: week}]"), "worse: summer: new limit: 5 points per member and week", "better: summer: no longer limited to 5 points per member and week"),
        (f"rules: [{SPEND}]\n", campaign("from: 2026-07-01, until: 2026-07-31"), "better: summer: new campaign, 2026-07-01 to 2026-07-31, with r", "worse: summer: the campaign, 2026-07-01 to 2026-07-31, with r, is gone"),
        # limits over several rules
        (shared("points: 50, every: month"), shared("points: 90, every: month"), "better: all: at most 90 points per member and month, was 50 points", "worse: all: at most 50 points per member and month, was 90 points"),
        (shared("points: 50, every: month, rules: spend"), shared("points: 50, every: month"), "worse: all: also binds other", "better: all: no longer binds other"),
        (f"rules: [{SPEND}, {{id: other, give: 1}}]\n", shared("points: 50, every: month, rules: [spend, other]"), "worse: all: new limit: 50 points per member and month over spend and other", "better: all: no longer limited to 50 points per member and month over spend and other"),
        # what earns at all, and what money is worth
        (f"{EVENTS}rules: [{SPEND}]\n", f"{EVENTS}eligible: {{exclude: line.brand = 'A'}}\nrules: [{SPEND}]\n", "worse: eligible: exclude line.brand = 'A', was nothing", "better: eligible: exclude nothing, was line.brand = 'A'"),
        (f"eligible: {{include: [tax]}}\nrules: [{SPEND}]\n", f"eligible: {{include: [tax, shipping]}}\nrules: [{SPEND}]\n", "better: eligible: also earns on shipping", "worse: eligible: no longer earns on shipping"),
        (f"rates: {{EUR: 1.1}}\nrules: [{SPEND}]\n", f"rates: {{EUR: 1.2}}\nrules: [{SPEND}]\n", "better: rates EUR 1.2, was 1.1", "worse: rates EUR 1.1, was 1.2"),
        (f"rules: [{SPEND}]\n", f"rates: {{EUR: 1.2}}\nrules: [{SPEND}]\n", "better: EUR is taken, at 1.2", "worse: EUR is not taken any more"),
        # rules that come and go
        (rule("give: 5"), f"{rule('give: 5')[:-2]}, {{id: fresh, per: line, where: line.brand = 'A', when: net > 5, give: 2}}]\n", "better: fresh: new, gives 2 points, for each line, where line.brand = 'A', when net > 5", "worse: fresh: is gone; it gave 2 points, for each line, where line.brand = 'A', when net > 5"),
        (rule("give: 5"), f"{rule('give: 5')[:-2]}, {{id: visit, on: visit, give: 1}}]\n", "better: visit: new, gives 1 points, on visit", "worse: visit: is gone; it gave 1 points, on visit"),
        (rule("give: 5"), f"{rule('give: 5')[:-2]}, {{id: step, bands: [{{above: 5, rate: 1}}, {{above: 9, rate: 2}}], band: whole}}]\n", "better: step: new, gives 1 point a dollar of everything from $5 to $9 and 2 points a dollar of everything above $9", "worse: step: is gone; it gave 1 point a dollar of everything from $5 to $9 and 2 points a dollar of everything above $9"),
        (rule("give: 5"), f"{rule('give: 5')[:-2]}, {{id: first, give: 1, stack: {{group: g, take: first}}}}]\n", "different: first: new, gives 1 points", "different: first: is gone; it gave 1 points"),
        (f"rules: [{SPEND}]\n", f"rules: [{SPEND}]\nmultipliers: [{{id: m, of: spend, by: 2, when: weekday = 2}}]\n", "better: m: new, gives spend times 2 when weekday = 2", "worse: m: is gone; it gave spend times 2 when weekday = 2"),
        # the programme
        (f"title: Old\nrules: [{SPEND}]\n", f"title: New\nrules: [{SPEND}]\n", "keeping: title New, was Old", "keeping: title Old, was New"),
        (f"assumptions: [one]\nrules: [{SPEND}]\n", f"assumptions: [two]\nrules: [{SPEND}]\n", "keeping: assumptions changed", "keeping: assumptions changed"),
        (f"funded_by: Acme\nrules: [{SPEND}]\n", f"funded_by: Best\nrules: [{SPEND}]\n", "keeping: funded_by {Best: 1}, was {Acme: 1}", "keeping: funded_by {Acme: 1}, was {Best: 1}"),
        (f"rules: [{SPEND}, {{id: other, give: 1}}]\n", f"rules: [{{id: other, give: 1}}, {SPEND}]\n", "keeping: the rules stand in another order", "keeping: the rules stand in another order"),
        (f"rules: [{SPEND}, {{id: b, give: 1, stack: {{group: g, take: first}}}}]\n", f"rules: [{{id: b, give: 1, stack: {{group: g, take: first}}}}, {SPEND}]\n", "different: the rules stand in another order", "different: the rules stand in another order"),
        # types of event
        (f"rules: [{SPEND}]\n", f"events: {{visit: {{}}}}\nrules: [{SPEND}]\n", "keeping: event visit: new type of event", "keeping: event visit: is not read any more"),
        (f"events: {{visit: {{}}}}\nrules: [{SPEND}]\n", f"events: {{visit: {{attributes: {{shop: text}}}}}}\nrules: [{SPEND}]\n", "keeping: event visit: attributes shop is new", "keeping: event visit: attributes shop is not read any more"),
        (f"events: {{visit: {{lines: {{a: text}}}}}}\nrules: [{SPEND}]\n", f"events: {{visit: {{lines: {{a: number}}}}}}\nrules: [{SPEND}]\n", "different: event visit: lines a type number, was text", "different: event visit: lines a type text, was number"),
    ],
)  # fmt: skip
def test_a_term_that_changes_is_told_both_ways(old: str, new: str, forth: str, back: str) -> None:
    assert told(old, new) == [forth]
    assert told(new, old) == [back]
    assert back.startswith(MIRRORED[forth.split(":", maxsplit=1)[0]])
