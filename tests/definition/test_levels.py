"""Mistakes in metrics, ladders and expressions that read the past: each is told at its place, with what to try."""

import pytest

from guerdon.core.strategies import Fact, Strategy
from guerdon.definition.check import check_text
from guerdon.definition.issues import render

HEAD = """format: 1
programme: shop
zone: UTC
currency: EUR
units: {points: {}, stars: {decimals: 1}}
events: {invited: {kind: membership, attributes: {tier: text, maybe: {type: text, optional: true}, last: {type: date, optional: true}, dated: date}}}
"""
METRICS = "metrics: {spend: {sum: eligible, within: year}, visits: {within: {rolling_days: 30}}, all: {within: ever}, got: {earned: points, within: year}}\n"
LEVELS = "levels: [{id: member, from: 0}, {id: gold, from: 100}]"
RULE = "rules: [{id: base, unit: points, give: 1}]\n"


def told(text: str) -> list[str]:
    """Return what is told of a programme, without the name of its file."""
    return [render(issue).removeprefix("programme.yaml:") for issue in check_text(text, examples=False).issues]


def of(body: str) -> list[str]:
    """Return what is told of the parts that are not the usual ones."""
    return told(HEAD + body)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("{within: {}}", "a metric counts within one stretch of time"),
        ("{within: {rolling_days: 3, period: year}}", "a metric counts within one stretch of time"),
        ("{within: yaer}", "'yaer' is not one of day, week, month, quarter, year, ever, anniversary. Try: did you mean 'year'?"),
        ("{within: {year_from: 02-30}}", "there is no 02-30 in a year. Try: write month and day like 04-01."),
        ("{within: {year_from: 13-01}}", "there is no 13-01 in a year"),
        ("{within: {year_from: April}}", "year_from is not a day of the year; write month and day like 04-01"),
        ("{sum: eligible}", "'within' is missing. Try: write within: year."),
        ("{on: vsit, within: year}", "there is no type of event 'vsit'"),
        ("{sum: elegible, within: year}", "there is no field elegible. Try: did you mean eligible?"),
        ("{when: amount, within: year}", "amount is a number, not true or false"),
        ("{on: [purchase, invited], when: tier = 'a', within: year}", "there is no field tier"),
        ("{earned: point, within: year}", "there is no unit 'point'. Try: did you mean 'points'?"),
        ("{earned: points, sum: amount, within: year}", "`sum` does not go with earned. Try: leave it out, or leave out earned."),
        ("{sum: level, within: year}", "there is no field level. Try: declare ladders, and name one: write tier.level."),
    ],
)  # fmt: skip
def test_a_mistake_in_a_metric(metric: str, expected: str) -> None:
    found = of(f"metrics: {{m: {metric}}}\n{RULE}")
    assert len(found) == 1
    assert expected.split("; ", maxsplit=1)[0] in found[0]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (f"{LEVELS}", "this does not say what its levels are reached by. Try: write by: a metric."),
        (f"by: spned, {LEVELS}", "there is no field spned. Try: did you mean spend?"),
        (f"by: level, {LEVELS}", "there is no field level"),
        (f"by: metrics.spned, {LEVELS}", "there is no metric spned. Try: did you mean metrics.spend?"),
        ("levels: []", "levels is empty"),
        ("levels: [{id: a}, {id: b}]", "nobody comes to 'b': it is not reached from an amount, and no event gives levels. Try: write from: 100, or grants."),
        ("by: spend, levels: [{id: a, from: 1}, {id: b, from: 2}]", "the first level begins at 1, and everybody has a level. Try: write from: 0."),
        ("by: spend, levels: [{id: a, from: 0}, {id: b, from: 2}, {id: c, from: 2}]", "this level begins at 2, and the one before it at 2"),
        ("by: spend, levels: [{id: a, from: 0}, {id: a, from: 2}]", "there are two levels 'a'. Try: rename one."),
        (f"by: spend + visits, keep: ever, crossing: split, {LEVELS}", "only where all levels are reached by one metric is there a place in a purchase at which one begins. Try: write crossing: before, or after."),
        (f"by: spend, crossing: split, credit: {{after: 30 days}}, {LEVELS}", "a purchase that counts later reaches no level by itself, so that there is nothing to split"),
        (f"by: got, crossing: split, {LEVELS}", "points earned by a purchase are known when it is rated"),
        (f"by: got, crossing: after, {LEVELS}", "points earned by a purchase are known when it is rated"),
        (f"by: visits, excess: carry, {LEVELS}", "only a single metric within a period has something to carry"),
        (f"by: spend + 1, excess: carry, {LEVELS}", "only a single metric within a period has something to carry"),
        (f"by: visits, credit: next_period, {LEVELS}", "what its levels are reached by is not counted in periods, so that there is no next one"),
        (f"by: spend, credit: when_usable, {LEVELS}", "only points that were earned become usable, and its levels are reached by something else"),
        (f"by: spend, credit: {{}}, {LEVELS}", "an event counts at once, later, or from the next period on"),
        (f"by: spend, credit: {{after: 36 hours}}, {LEVELS}", "36 hours is no length in days"),
        (f"by: spend, credit: {{after: 1 month}}, {LEVELS}", "1 month is not counted in days. Try: write it in days, like 30 days."),
        (f"by: spend, grace: 1 year, {LEVELS}", "1 year is not counted in days"),
        (f"by: spend, keep: {{}}, {LEVELS}", "a level is kept until something, or for some time. Try: write keep: ever, or {for: 12 months}."),
        (f"by: spend, keep: {{for: 5 hours}}, {LEVELS}", "5 hours is no length in days"),
        (f"by: visits, keep: period_end, {LEVELS}", "what its levels are reached by is not counted in periods"),
        (f"by: spend + visits, {LEVELS}", "this does not say how long a level is kept, and its metrics count over different times"),
        (f"by: floor(spend / visits), {LEVELS}", "this divides by what may be zero, and is then absent"),
        (f"by: 'coalesce(floor(5 / metrics.all), 1)', {LEVELS}", "a division by what may be zero cannot depend on levels and metrics"),
        ("by: spend, levels: [{id: a, from: 0}, {id: b, from: 2, by: vsits}]", "there is no field vsits. Try: did you mean visits?"),
        (f"by: spend, {LEVELS}, grants: [{{id: g, on: invitd, level: gold}}]", "there is no type of event 'invitd'. Try: did you mean 'invited'?"),
        (f"by: spend, {LEVELS}, grants: [{{id: g, on: invited, level: glod}}]", "'glod' is neither a level nor a text that a invited always has. Try: did you mean 'gold'?"),
        (f"by: spend, {LEVELS}, grants: [{{id: g, on: invited, level: maybe}}]", "'maybe' is neither a level nor a text"),
        (f"by: spend, {LEVELS}, grants: [{{id: g, on: invited, level: gold, until: lsat}}]", "there is no date 'lsat'. Try: did you mean 'last'?"),
        (f"by: spend, {LEVELS}, grants: [{{id: g, on: invited, level: gold, for: 5 hours}}]", "5 hours is no length in days"),
        (f"by: spend, {LEVELS}, grants: [{{id: g, on: invited, level: gold, when: tier}}]", "tier is text, not true or false"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_ladder(terms: str, expected: str) -> None:
    found = of(f"{METRICS}ladders: [{{id: tier, {terms}}}]\n{RULE}")
    assert len(found) == 1, found
    assert expected in found[0]


def test_two_ladders_of_one_name() -> None:
    one = f"{{id: tier, by: spend, {LEVELS}}}"
    assert any(
        "'tier' already means something else" in line for line in of(f"{METRICS}ladders: [{one}, {one}]\n{RULE}")
    )


class Twice(Strategy):
    """Gives two points for each euro."""

    def points(self, purchase: Fact) -> int:
        """Return them."""
        return 2 * int(purchase.amount)


SPLIT = f"{METRICS}ladders: [{{id: tier, by: spend, crossing: split, {LEVELS}}}]\n"


@pytest.mark.parametrize(
    ("rule", "told_of_it"),
    [
        ("per: item, give: 1, when: level = 'gold'", "an item is one piece, and it asks for the level of 'tier', which splits a purchase. Try: write per: line, or let the ladder say crossing: before."),
        ("give: 100, when: level = 'gold'", "'r' gives the same for every amount, of which no part belongs to a level, and it asks for the level of 'tier'"),
        ("give: case level when 'gold' then 2 else 1 end", "'r' gives the same for every amount"),
        ("give: \"least(metrics.spend, 9)\", when: level = 'gold'", "'r' gives the same for every amount"),
        ("strategy: twice, when: level = 'gold'", "code sees a purchase as a whole, and it asks for the level of 'tier'"),
    ],
)  # fmt: skip
def test_what_a_split_purchase_has_no_pieces_for(rule: str, told_of_it: str) -> None:
    brand = "events: {purchase: {lines: {quantity: number}}}\n"
    head = HEAD[: HEAD.index("events:")] + brand
    text = f"{head}{SPLIT}rules: [{{id: r, unit: points, {rule}}}]\n"
    found = [render(issue) for issue in check_text(text, examples=False, strategies={"twice": Twice}).issues]
    assert len(found) == 1, found
    assert told_of_it in found[0]


def test_one_ladder_alone_splits_purchases() -> None:
    both = SPLIT.replace("ladders: [", f"ladders: [{{id: rank, by: spend, crossing: split, {LEVELS}}}, ")
    found = of(f"{both}{RULE}")
    assert len(found) == 1
    assert "'rank' splits purchases already, and a purchase is split by one ladder" in found[0]


LIVE = f"{METRICS}ladders: [{{id: tier, by: spend, {LEVELS}}}]\n"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("give: 1, where: level = 'gold'", "level is of the account's past, and this reads the event alone"),
        ("give: count(*) filter (where level = 'gold')", "level is of the account's past, and this reads the event alone"),
        ("give: 1, when: level = 'glod'", "level is never 'glod'. Try: did you mean gold?"),
        ("give: 1, when: tier.level in ('glod')", "tier.level is never 'glod'"),
        ("give: 1, when: levle = 'gold'", "there is no field levle. Try: did you mean level?"),
        ("give: metrics.spend", "this could give more than 2^62 points"),
        ("give: 1, when: metrics.spned > 1", "there is no metric spned. Try: did you mean metrics.spend?"),
        ("give: 1, when: 'starts_with(level, ''g'')'", "starts_with, lookup or a text cannot depend on levels and metrics"),
        ("give: 1, when: case level when 'gold' then 'a' else 'b' end = type", "what is compared with a level cannot depend on levels and metrics"),
        ("give: 1, when: level = type", "what is compared with a level cannot depend on levels and metrics"),
        ("give: 1, when: 'coalesce(level = ''gold'', true)'", "coalesce of conditions cannot depend on levels and metrics"),
        ("give: 'coalesce(floor(5 / metrics.all), 1)'", "a division by what may be zero cannot depend on levels and metrics"),
        ("give: 1, when: level = type or level = type", "what is compared with a level cannot depend on levels and metrics"),
        ("give: 1, when: level > 'gold'", "> puts numbers and dates in order, nothing else"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_is_asked_of_the_past(rule: str, expected: str) -> None:
    found = of(f"{LIVE}rules: [{{id: base, unit: points, {rule}}}]\n")
    assert len(found) == 1, found
    assert expected in found[0]


def test_what_is_eligible_does_not_depend_on_the_past() -> None:
    found = of(f"{LIVE}eligible: {{exclude: level = 'gold'}}\n{RULE}")
    assert len(found) == 1
    assert "there is no field level" in found[0]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("5", "levels is not a mapping. Try: write levels: {tier: gold}."),
        ("{teir: gold}", "there is no ladder 'teir'. Try: did you mean 'tier'?"),
        ("{tier: glod}", "'glod' is not a level of tier. Try: did you mean 'gold'?"),
        ("{tier: member}", "the example expects the level member of tier, and it is gold."),
        ("{member: {tier: member}}", "the example expects the level member of tier, and it is gold."),
        ("{membre: {tier: gold}}", "no event is of 'membre'. Try: did you mean 'member'?"),
    ],
)
def test_the_level_that_an_example_expects(levels: str, expected: str) -> None:
    example = f"examples: [{{given: [{{at: 2026-01-05, amount: 100}}], expect: {{levels: {levels}}}}}]\n"
    issues = [render(issue) for issue in check_text(HEAD + LIVE + RULE + example).issues]
    assert len(issues) == 1
    assert expected in issues[0]


def test_an_example_of_several_accounts_says_whose_level_it_expects() -> None:
    given = "given: [{at: 2026-01-05, amount: 100}, {at: 2026-01-05, amount: 5, member: ben}]"
    right = f"examples: [{{{given}, expect: {{levels: {{member: {{tier: gold}}, ben: {{tier: member}}}}}}}}]\n"
    assert check_text(HEAD + LIVE + RULE + right).issues == ()
    wrong = f"examples: [{{{given}, expect: {{levels: {{tier: gold}}}}}}]\n"
    assert "the example has several accounts" in render(check_text(HEAD + LIVE + RULE + wrong).issues[0])


def test_a_multiplier_asks_of_the_past_what_a_rule_may() -> None:
    found = of(f"{LIVE}{RULE}multipliers: [{{id: m, of: base, by: 2, when: level = type}}]\n")
    assert len(found) == 1
    assert "what is compared with a level cannot depend on levels and metrics" in found[0]


def test_a_level_given_until_a_day_that_is_always_there() -> None:
    grants = "grants: [{id: g, on: invited, level: gold, until: dated}]"
    example = "examples: [{given: [{type: invited, at: 2026-01-05, tier: gold, dated: 2026-02-01}], expect: {levels: {tier: gold}}}]\n"
    text = f"{HEAD}{METRICS}ladders: [{{id: tier, by: spend, {LEVELS}, {grants}}}]\n{RULE}{example}"
    assert [render(issue) for issue in check_text(text).issues] == []


def test_one_of_several_levels() -> None:
    rule = "rules: [{id: base, unit: points, give: 1, when: level in ('gold')}]\n"
    assert of(f"{LIVE}{rule}") == []
