"""What a programme file says of goods that come back: every mistake at its place, and how versions differ."""

import re
from pathlib import Path

import pytest

from guerdon.core.earning import KEEP, PRO_RATA, REPLAY
from guerdon.core.limits import POINTS
from guerdon.core.lots.recovery import PENDING_ONLY
from guerdon.definition.check import check_text, load_text
from guerdon.definition.issues import render
from tests.definition.diff.versions import EVENTS, SPEND, told

HEAD = "format: 1\nprogramme: p\nzone: UTC\ncurrency: USD\nunits: {points: {}, stars: {decimals: 1}}\n"
LINES = "events: {purchase: {lines: {sku: {type: text}, quantity: number}}}\n"
RULES = "rules: [{id: base, unit: points, give: floor(eligible)}]\n"


def mistakes(body: str) -> list[str]:
    """Return what is wrong, without the file's name."""
    return [render(issue).removeprefix("programme.yaml:") for issue in check_text(HEAD + body, examples=False).issues]


@pytest.mark.parametrize(
    ("terms", "what"),
    [
        ("window: 30", "7:19: error: window is not a length of time. Try: write it like 12 months, or"),
        ("window: 36 hours", "7:19: error: 36 hours is no length in days. Try: write days, weeks, months or years."),
        ("shortfall: forgive", "'forgive' is not one of debt, within_balance, pending_only."),
        ("refund_tender: cash_first", "'cash_first' is not one of proportional, points_first, money_first."),
        ("write_off: {most: 5, every: year}", "7:22: error: nothing is written off: what cannot be taken back is debt. Try: write shortfall: within_balance, or leave it out."),
        ("shortfall: pending_only, write_off: {most: 0.5, every: year}", "0.5 has more decimals than points. Try: write fewer."),
        ("shortfall: pending_only, write_off: {most: 5}", "'every' is missing."),
        ("shortfal: debt", "'shortfal' is not a key here. Try: did you mean 'shortfall'?"),
        ("unlinked: guess", "'guess' is not one of list, refuse, base_rate"),
        ("unlinked: {match_latest: skew}", "there is no attribute of lines 'skew'. Try: there is sku, quantity."),
        ("unlinked: {within: 5 days}", "`within` goes with match_latest. Try: write match_latest: sku."),
        ("unlinked: {way: refuse, match_latest: sku}", "a return is listed, refused, matched or taken back at the base rate. Try: write one of them."),
    ],
)  # fmt: skip
def test_every_mistake_is_told(terms: str, what: str) -> None:
    (found,) = mistakes(f"{LINES}returns: {{{terms}}}\n{RULES}")
    assert what in found


def test_rules_of_a_group_do_the_same_when_goods_come_back() -> None:
    stack = "stack: {group: g, take: best}"
    body = (
        f"rules: [{{id: a, unit: points, give: 1, {stack}}}, {{id: b, unit: points, give: 2, refund: keep, {stack}}}]\n"
    )
    (found,) = mistakes(body)
    assert "the rules of group 'g' differ in what a refund does. Try: write refund: replay." in found


def test_what_is_said_of_rules_reaches_them() -> None:
    body = """\
returns: {window: 30 days, shortfall: pending_only, write_off: {most: 5, every: month}}
rules:
  - {id: a, unit: points, give: 1}
  - {id: b, unit: points, give: 2, refund: pro_rata}
  - {id: c, unit: points, where: line.sku = 'mug', give: 2, refund: pro_rata}
  - {id: d, unit: stars, give: 3, refund: keep}
"""
    made = load_text(HEAD + LINES + body)
    assert [rule.way for rule in made.rules] == [REPLAY, PRO_RATA, PRO_RATA, KEEP]
    assert [rule.share_slot >= 0 for rule in made.rules] == [False, True, True, False]
    assert not made.replays
    assert made.keeps_state()
    assert made.recovery is not None
    assert made.recovery.shortfall == PENDING_ONLY
    limits = [made.limits[position] for position in made.recovery.write_offs]
    assert [(one.kind, one.most, one.per_member, one.text) for one in limits] == [
        (POINTS, 5, True, "5 points written off per member and month"),
        (POINTS, 50, True, "5 stars written off per member and month"),
    ]


def test_a_programme_that_says_nothing_of_returns_needs_nothing_for_them() -> None:
    made = load_text(HEAD + RULES)
    assert made.recovery is None
    assert made.replays
    assert not made.keeps_lots


def test_lines_of_returns_may_name_their_product_unless_they_do_already() -> None:
    unlinked = "returns: {unlinked: {match_latest: sku}}\n"
    made = load_text(HEAD + LINES + unlinked + RULES)
    (sku,) = [one for one in made.event_types["refund"].line_attributes if one.name == "sku"]
    assert sku.optional
    own = LINES.replace("events: {", "events: {refund: {lines: {sku: {type: text, default: none}}}, ")
    made = load_text(HEAD + own + unlinked + RULES)
    (sku,) = [one for one in made.event_types["refund"].line_attributes if one.name == "sku"]
    assert sku.default == "none"


def test_a_base_rate_needs_a_rule_that_gives_everybody_by_value() -> None:
    body = "returns: {unlinked: base_rate}\nrules: [{id: a, unit: points, give: 5}, {id: b, unit: points, when: net > 5, give: net}]\n"
    (found,) = mistakes(body)
    assert found == (
        "6:21: error: no rule gives everybody points by value, so there is no base rate. "
        "Try: write a rule over purchases without `when`, or unlinked: list."
    )


def test_nobody_can_state_or_read_goods() -> None:
    body = f"{LINES}returns: {{unlinked: base_rate}}\n{RULES}"
    made = load_text(HEAD + body)
    assert list(made.event_types) == ["purchase", "refund"]
    assert [(one.name, one.optional) for one in made.event_types["refund"].line_attributes] == [
        ("quantity", True),
        ("sku", True),
    ]
    assert made.terms.returns.told == ()
    assert made.keeps_state()
    (found,) = mistakes(body.replace("{id: base,", "{id: more, on: sale, unit: points, give: 1}, {id: base,"))
    assert found.endswith("there is no type of event 'sale'. Try: there is purchase, refund.")


def both(old: str, new: str) -> tuple[list[str], list[str]]:
    bodies = [f"{EVENTS}{f'returns: {{{terms}}}' if terms else ''}\nrules: [{SPEND}]\n" for terms in (old, new)]
    return told(bodies[0], bodies[1]), told(bodies[1], bodies[0])


@pytest.mark.parametrize(
    ("old", "new", "forth", "back"),
    [
        ("window: 30 days", "window: 60 days", "worse: returns: refunds take points back 60 days, was 30 days", "better: returns: refunds take points back 30 days, was 60 days"),
        ("", "window: 30 days", "better: returns: refunds take points back 30 days, was for ever", "worse: returns: refunds take points back for ever, was 30 days"),
        ("", "shortfall: within_balance", "better: returns: points that are spent are within_balance, was debt", "worse: returns: points that are spent are debt, was within_balance"),
        ("shortfall: pending_only", "shortfall: pending_only, write_off: {most: 5, every: year}", "worse: returns: written off at most 5 each year, was all of it", "better: returns: written off at most all of it, was 5 each year"),
        ("shortfall: pending_only, write_off: {most: 9, every: year}", "shortfall: pending_only, write_off: {most: 5, every: year}", "worse: returns: written off at most 5 each year, was 9 each year", "better: returns: written off at most 9 each year, was 5 each year"),
        ("shortfall: pending_only, write_off: {most: 9, every: month}", "shortfall: pending_only, write_off: {most: 9, every: year}", "different: returns: written off at most 9 each year, was 9 each month", "different: returns: written off at most 9 each month, was 9 each year"),
        ("unlinked: list", "unlinked: {match_latest: brand, within: 9 days}", "worse: returns: a return without its purchase is one of the latest purchase with its brand of the last 9 days, was listed", "better: returns: a return without its purchase is listed, was one of the latest purchase with its brand of the last 9 days"),
        ("unlinked: refuse", "unlinked: {match_latest: brand}", "different: returns: a return without its purchase is one of the latest purchase with its brand, was refused", "different: returns: a return without its purchase is refused, was one of the latest purchase with its brand"),
        ("unlinked: list", "unlinked: base_rate", "worse: returns: a return without its purchase is taken back at the base rate, was listed", "better: returns: a return without its purchase is listed, was taken back at the base rate"),
        ("", "refund_tender: points_first", "different: returns: refund_tender points_first, was proportional", "different: returns: refund_tender proportional, was points_first"),
    ],
)  # fmt: skip
def test_changes_are_told_both_ways(old: str, new: str, forth: str, back: str) -> None:
    assert both(old, new) == ([forth], [back])


def test_listing_what_is_not_matched_is_what_happens_unless_it_is_said() -> None:
    assert both("", "unlinked: list") == ([], [])


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ("events: {purchase: {lines: {price: number, sku: text}}}\nreturns: {window: 30 days}", "sku"),
        ("events: {purchase: {lines: {sku: text}}}\nreturns: {unlinked: list}", ""),
        ("events: {purchase: {lines: {sku: text}}}\nreturns: {unlinked: {match_latest: sku}}", ""),
        ("events: {purchase: {lines: {sku: text}}}", ""),
        ("events: {purchase: {lines: {price: number}}}\nreturns: {window: 30 days}", ""),
        ("events: {visit: {}}\nreturns: {window: 30 days}", ""),
    ],
)
def test_returns_of_which_nothing_is_said_are_warned_of_where_they_could_be_matched(body: str, warned: str) -> None:
    example = "\nexamples: [{given: [{at: 2026-01-05, amount: 5}], expect: {points: {points: 5}}}]"
    checked = check_text(HEAD + RULES + body + example)
    assert checked.programme is not None
    told = [f"{one.severity} {one.code} {one.try_this}" for one in checked.issues]
    advice = f"write unlinked: {{match_latest: {warned}, within: 60 days}}, or unlinked: list if that is meant"
    assert told == ([f"warning unlinked {advice}"] if warned else [])


def test_what_a_rules_points_do_is_told() -> None:
    keep = SPEND.replace("}", ", refund: keep}")
    assert told(f"{EVENTS}rules: [{SPEND}]\n", f"{EVENTS}rules: [{keep}]\n") == [
        "different: spend: refund keep, was replay"
    ]


PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "returns.md").read_text(encoding="utf-8")
REST = "format: 1\nprogramme: corner-shop\nzone: Europe/Paris\ncurrency: EUR\nunits: {points: {}}\n"


@pytest.mark.parametrize("part", re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_what_the_guide_to_returns_shows_comes_out(part: str) -> None:
    checked = check_text(REST + part)
    assert [render(issue) for issue in checked.issues] == []
    assert checked.examples > 0
