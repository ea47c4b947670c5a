"""What a programme file says of pending points, expiry, caps and rewards: every mistake is told at its place."""

import pytest

from guerdon.definition.check import check_text
from guerdon.definition.issues import render

HEAD = "format: 1\nprogramme: p\nzone: UTC\ncurrency: USD\n"
RULES = "rules: [{id: base, unit: points, give: 1}]\n"


def mistakes(body: str) -> list[str]:
    """Return what is wrong, without the file's name."""
    return [render(issue).removeprefix("programme.yaml:") for issue in check_text(HEAD + body, examples=False).issues]


def unit(terms: str, rest: str = "") -> list[str]:
    return mistakes(f"units: {{points: {{{terms}}}}}\n{RULES}{rest}")


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ("expiry: sometimes", "expiry is not a policy; Try: write never, or {after: 12 months, to: month_end}."),
        ("expiry: {after: 12}", "after is not a length of time; Try: write it like 12 months, or"),
        ("expiry: {after: 12 moons}", "after is not a length of time; Try: write it like 12 months, or"),
        ("expiry: {after: 1 month, idle: 1 month}", "points expire some time after they were earned, or after"),
        ("expiry: {after: 1 month, activities: [earn]}", "activities go with idle. Try: write idle: 12 months."),
        ("expiry: {idle: 1 month, activities: [eran]}", "there is no type of event 'eran'. Try: did you mean 'earn'?"),
        ("expiry: {extended_by: 1 month, to: month_end}", "only a time after earning is extended. Try: write {after: 6"),
        ("expiry: {after: 1 month, extended_each: month}", "only a time after earning is extended. Try: write {after: 6"),
        ("expiry: {after: 1 month, policies: {gold: never}}", "policies go with a ladder. Try: write by: level."),
        ("expiry: {by: level, policies: {gold: never}}", "there is no ladder 'level'. Try: there is none."),
        ("expiry: {on: 02-30}", "02-30 is not a day of the year. Try: write month and day, like 12-31."),
        ("expiry: {on: 13-01}", "13-01 is not a day of the year."),
        ("expiry: {aftr: 1 month}", "'aftr' is not a key here. Try: did you mean 'after'?"),
        ("pending: {}", "points are pending for a time, or until an event. Try: write {for: 14 days} or"),
        ("pending: {for: 1 day, until: purchase}", "points are pending for a time, or until an event."),
        ("pending: {until: activatd}", "there is no type of event 'activatd'. Try: there is purchase, refund,"),
        ("pending: {from: delivered}", "points are pending for a time, or until an event."),
        ("pending: {until: purchase, from: refund}", "`from` goes with a time. Try: write for: 14 days."),
        ("pending: {for: 1 day, from: purchase}", "'purchase' is no type of event that tells of orders. Try: declare it"),
        ("cap: 1.5", "1.5 has more decimals than its unit. Try: write fewer."),
        ("over_cap: pending", "`over_cap` goes with a cap. Try: write cap: 100000."),
    ],
)  # fmt: skip
def test_how_points_are_kept(terms: str, told: str) -> None:
    (found,) = unit(terms)
    assert told.replace("; Try:", ". Try:") in found.replace("; Try:", ". Try:")


LADDER = """
metrics: {spend: {sum: amount, within: year}}
ladders: [{id: tier, by: metrics.spend, levels: [{id: member, from: 0}, {id: gold, from: 9}]}]
"""


@pytest.mark.parametrize(
    ("expiry", "told"),
    [
        ("by: level, policies: {member: never}", "there is no policy for the level gold. Try: write gold: never, or"),
        ("by: tier.level, policies: {member: never, gold: never, golden: never}", "there is no level 'golden'."),
        (
            "by: teer.level, policies: {member: never, gold: never}",
            "there is no ladder 'teer.level'. Try: did you mean",
        ),
        ("by: level, after: 1 day, policies: {member: never, gold: never}", "each level has a policy of its own. Try:"),
        ("by: level, policies: {member: {idle: 1 day}, gold: never}", "what an account does counts for all its points"),
        ("by: level, policies: {member: {on: 02-30}, gold: never}", "02-30 is not a day of the year."),
        (
            "by: level, policies: {member: {afta: 1 day}, gold: never}",
            "'afta' is not a key here. Try: did you mean 'after'?",
        ),
        (
            "by: level, activities: [eran], policies: {member: {after: 1 day, extended_by: 1 day}, gold: never}",
            "did you mean 'earn'?",
        ),
    ],
)
def test_how_points_are_kept_by_level(expiry: str, told: str) -> None:
    (found,) = unit(f"expiry: {{{expiry}}}", LADDER)
    assert told in found


def test_expiry_by_level_with_several_ladders_names_one() -> None:
    second = LADDER.replace("ladders: [", "ladders: [{id: other, by: metrics.spend, levels: [{id: a, from: 0}]}, ")
    policies = "policies: {member: never, gold: never}"
    assert unit(f"expiry: {{by: tier.level, {policies}}}", second) == []
    (found,) = unit(f"expiry: {{by: level, {policies}}}", second)
    assert "there is no ladder 'level'." in found


def test_spent_points_come_back_in_ways_that_are_known() -> None:
    assert [unit("", f"redemptions: {{restore: {how}}}\n") for how in ("new_lot", "original_date", "3 days")] == [
        []
    ] * 3
    (found,) = unit("", "redemptions: {restore: grace}\n")
    assert "restore is not a way to come back" in found


def test_without_units_there_is_nothing_to_redeem() -> None:
    (found,) = mistakes("events: {joined: {kind: redemption}}\nbenefits: {returns: 30}\n")
    assert "there are no points to redeem. Try: write units: {points: {}}, or leave it out." in found


@pytest.mark.parametrize(
    ("rewards", "told"),
    [
        ("[{id: a}]", "'price' is missing."),
        ("[{id: a, price: amont}]", "there is no field amont. Try: did you mean amount?"),
        ("[{id: a, price: 1.5}]", "the price has 1 decimals, and points have 0. Try: write floor(...) around it."),
        ("[{id: a, price: floor(amount) * 1000000}]", "this could cost more than 2^62 points. Try: bound it"),
        ("[{id: a, price: 1, min: 2}]", "`min` goes with price: any. Try: leave it out, or write price: any."),
        ("[{id: a, price: any, step: 2.5}]", "2.5 has more decimals than its unit. Try: write fewer."),
        ("[{id: a, price: any, unit: stars}]", "there is no unit 'stars'. Try: there is points."),
        ("[{id: a, price: 1, when: amount}]", "amount"),
        ("[{id: base, price: 1}]", "'base' is already the name of something"),
        ("[{id: a, price: 1, treatment: gift}]", "'gift' is not one of discount, tender, free_good."),
        (
            "[{id: a, price: 1, money: 1.005}]",
            "the money has 3 decimals, and USD has 2. Try: write round(..., 2) around it.",
        ),
        ("[{id: a, price: 1, from: 2026-02-01, until: 2026-01-01}]", "the end 2026-01-01 is not after the start"),
        (
            "[{id: a, price: 1, limits: [{times: 1}]}]",
            "a limit counts points or times, in a period or over rolling days.",
        ),
        (
            "[{id: a, price: 1, limits: [{points: 1.5, every: day}]}]",
            "1.5 has more decimals than its unit. Try: write fewer.",
        ),
        ("[{id: a, price: 1, limits: [{times: 1, every: day, per: campaign}]}]", "this stands in no campaign."),
        ("[{id: a, price: 1, when: reward in ('a')}]", "reward"),
        ("[{id: a, price: 1, sweep: {on: []}}]", "on is empty. Try: write at least one, or leave the key out."),
        (
            "[{id: a, price: 1, sweep: {on: [02-30]}}]",
            "02-30 is not a day of the year. Try: write month and day, like 12-31.",
        ),
        (
            "[{id: a, price: any, sweep: {on: [02-28]}}]",
            "what is issued by itself has a price that is the same for everybody.",
        ),
        (
            "[{id: a, price: floor(amount), sweep: {on: [02-28]}}]",
            "what is issued by itself has a price that is the same",
        ),
        (
            "[{id: a, price: 0, sweep: {on: [02-28]}}]",
            "what is issued by itself has a price that is the same for everybody.",
        ),
        (
            "[{id: a, price: 5, stock: 3, sweep: {on: [02-28]}}]",
            "`stock` is asked of redemptions, and this is issued by itself.",
        ),
        ("[{id: a, price: 5, code: made, sweep: {on: [02-28]}}]", "`code` is asked of redemptions, and this"),
        ("[{id: a, price: 5, code: mad}]", "'mad' is not one of made, uploaded"),
        ("[{id: a, price: 5, from: 2026-01-01, sweep: {on: [02-28]}}]", "`from` is asked of redemptions, and this"),
        ("[{id: a, price: 5, sweep: {on: [02-28], mots: 3}}]", "'mots' is not a key here. Try: did you mean 'most'?"),
        ("[{id: a, price: 5, valid_for: long}]", "valid_for is not a length of time; Try: write it like 12 months"),
    ],
)
def test_what_is_on_offer(rewards: str, told: str) -> None:
    (found,) = unit("", f"rewards: {rewards}\n")
    assert told.replace("; Try:", ". Try:") in found.replace("; Try:", ". Try:")


def test_with_several_units_a_reward_says_which_it_costs() -> None:
    (found,) = mistakes(f"units: {{points: {{}}, stars: {{}}}}\n{RULES}rewards: [{{id: a, price: 1}}]\n")
    assert "the programme has several units. Try: write unit: points." in found


def test_what_a_redemption_carries_has_one_meaning() -> None:
    body = "events: {purchase: {attributes: {points: text}}}\n"
    (found,) = unit("expiry: {after: 1 year}", body)
    assert "'points' is what a redemption carries, a number of 0 decimals." in found
    assert not unit("", body)


@pytest.mark.parametrize(
    ("terms", "known"),
    [
        ("", False),
        ("expiry: never", False),
        ("value: 0.01", False),
        ("expiry: {to: year_end}", True),
        ("pending: {for: 1 day}", True),
        ("cap: 5", True),
        ("debt: {after: 24 months}", True),
    ],
)
def test_lots_are_kept_only_where_something_reads_them(terms: str, *, known: bool) -> None:
    programme = check_text(f"{HEAD}units: {{points: {{{terms}}}}}\n{RULES}", examples=False).programme
    assert programme is not None
    assert (programme.keeps_lots, "redemption" in programme.event_types) == (known, known)


def example(expect: str, terms: str = "expiry: {after: 12 months}", more: str = "") -> list[str]:
    given = "[{at: 2026-01-05, amount: 9}, {at: 2026-02-05, type: redemption, points: 1}]"
    body = f"{HEAD}units: {{points: {{{terms}}}{more}}}\n{RULES}examples:\n  - given: {given}\n    expect: {expect}\n"
    return [render(issue).removeprefix("programme.yaml:") for issue in check_text(body).issues]


@pytest.mark.parametrize(
    "expect",
    [
        "{balance: 0, spent: 1, expired: 0, debt: 0, available: 0, pending: 0, held: 0}",
        "{as_of: 2026-01-31, balance: 1, spent: 0}",
        '{as_of: "2027-01-04T23:59", points: 1, balance: {points: 0}}',
    ],
)
def test_an_example_says_what_accounts_have(expect: str) -> None:
    assert example(expect) == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{balance: 1}", "the example expects balance 1 points, and it is 0."),
        ("{spent: many}", "'many' is not a number of points."),
        ("{spent: {stars: 1}}", "there is no unit 'stars'."),
        ("{spent: 1, as_of: tomorrow}", "as_of 'tomorrow' is not a time."),
        ("{spnt: 1}", "'spnt' is not something to expect. Try: did you mean 'spent'?"),
    ],
)
def test_what_accounts_have_is_compared_at_its_place(expect: str, told: str) -> None:
    (found,) = example(expect)
    assert told in found


def test_with_several_units_what_accounts_have_is_said_by_unit() -> None:
    (found,) = example("{spent: 1}", more=", stars: {}")
    assert "the programme has several units. Try: write spent by unit: {points: 1}." in found


def test_a_programme_without_lots_has_no_balances() -> None:
    given = "[{at: 2026-01-05, amount: 9}]"
    body = f"{HEAD}units: {{points: {{}}}}\n{RULES}examples: [{{given: {given}, expect: {{balance: 1}}}}]\n"
    (found,) = [render(issue) for issue in check_text(body).issues]
    assert "this programme says nothing of what becomes of points" in found


def test_a_redemption_may_carry_more_and_a_reward_may_ask_for_it() -> None:
    events = "events: {redemption: {attributes: {full: money}}}\n"
    assert unit("", f"{events}rewards: [{{id: pay, price: any, when: full >= 5}}]\n") == []


def test_what_tells_of_an_order_names_its_purchase_by_itself() -> None:
    events = "events: {sent: {kind: fulfilment, attributes: {purchase: text, van: text}}}"
    (found,) = unit("pending: {for: 1 day, from: sent}", events)
    assert "'purchase' is what every event of the kind fulfilment carries. Try: leave it out." in found
    (named,) = unit("pending: {for: 1 day, from: snet}", "events: {sent: {kind: fulfilment, attributes: {van: text}}}")
    assert "'snet' is no type of event that tells of orders. Try: did you mean 'sent'?" in named
