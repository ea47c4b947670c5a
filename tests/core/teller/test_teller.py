"""What a teller serves, in stories: versions that take effect, reservations that lapse, points that wait, programmes without lots."""

import pytest

from guerdon.core.effects import Effects
from guerdon.core.events import values_of
from guerdon.core.history import facts_of
from guerdon.core.limits import PLENTY
from guerdon.core.rating import Fold
from guerdon.core.teller import Posted, Standing, Teller
from guerdon.core.teller.saving import load, save
from tests.core.lots.journals import Record, at, buys, kept, spends
from tests.core.tables import event, programme
from tests.core.teller.serving import folded, numbered, served
from tests.core.teller.test_laws import assert_served_as_folded
from tests.core.versions.timelines import happened, timeline

TIERS = """
units: {points: {expiry: {after: 12 months}}}
redemptions: {}
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: member, from: 0}, {id: gold, from: 1000}]}]
rules: [{id: spend, give: floor(eligible)}]
"""
PASSED_ON = "\ntransfers: [{id: pass}]"
LIMITED = (
    "\nredemptions: {hold_for: 1 day}\nrewards: [{id: mug, price: 10, limits: [{per: member, times: 1, every: year}]}]"
)


def test_versions_that_take_effect_between_two_events() -> None:
    made = timeline({
        "2026-01-01": TIERS,
        "2026-07-01": TIERS.replace("1000", "900"),
        "2027-03-01": TIERS.replace("1000", "800"),
    })
    days = ["2026-06-01", "2026-08-01", "2026-08-02", "2027-02-01", "2027-04-01", "2027-05-01"]
    assert_served_as_folded(made, happened(made, *[{"at": day, "amount": 450} for day in days]))


def test_a_reservation_that_lapsed_counts_until_it_is_asked_for() -> None:
    body = kept("expiry: {after: 12 months}", LIMITED)
    made = programme(body)
    records = [
        buys("2026-01-01", 40),
        spends("2026-01-02", 10, step="reserve", reward="mug"),
        buys("2026-02-01", 1),
        spends("2026-03-01", 10, reward="mug"),
        spends("2026-03-02", 10, reward="mug"),
    ]
    assert_served_as_folded(made, [event(body, one, number) for number, one in enumerate(records, start=1)])


def test_points_that_wait_for_an_event_have_no_end_yet() -> None:
    body = (
        "events: {visit: {}}\nunits: {points: {pending: {until: visit, expires_from: usable}, "
        "expiry: {after: 6 months, extended_by: 1 month}}}\nrules: [{id: base, give: floor(amount)}]"
    )
    made = programme(body)
    records = [
        buys("2026-01-01", 40),
        buys("2026-01-02", 5),
        {"at": "2026-02-01", "type": "visit"},
        buys("2026-03-01", 7),
    ]
    assert_served_as_folded(made, [event(body, one, number) for number, one in enumerate(records, start=1)])


def test_what_is_owed_is_written_off_after_its_time_wherever_it_was_saved() -> None:
    body = kept("expiry: {after: 12 months}, debt: {after: 3 months}")
    made = programme(body)
    records = [
        buys("2026-01-01", 40), spends("2026-01-02", 35), {"at": "2026-01-03", "type": "refund", "refund_of": "e01"},
        spends("2026-01-04", 10), buys("2026-06-01", 7),
    ]  # fmt: skip
    assert_served_as_folded(made, [event(body, one, number) for number, one in enumerate(records, start=1)])


def test_a_teller_says_what_falls_due_next_and_what_a_reservation_lacks() -> None:
    body = kept(
        "expiry: {after: 12 months}",
        "\nredemptions: {hold_for: 1 day}\nmetrics: {spend: {sum: eligible, within: year}}",
    )
    made = programme(body)
    own = numbered(
        made, [event(body, buys("2026-01-01", 5), 1), event(body, spends("2026-01-02", 9, step="reserve"), 2)]
    )["ana"]
    teller = Teller(made)
    assert teller.next_due() == 2**60
    teller.refold(own)
    assert teller.short_of(2) == 4
    assert teller.next_due() == own[1].event.at + 24 * 3_600_000_000
    assert teller.pockets()[0].held == 5
    assert (teller.takes().event, teller.draws().event) == ([], [])


def test_an_account_of_which_nothing_happened_has_nothing_due() -> None:
    made = programme("metrics: {spend: {sum: eligible, within: year}}\nrules: [{id: base, give: 1}]")
    teller = Teller(made)
    teller.open(Standing())
    assert teller.fall_due(2**50) == []
    assert teller.draws().event == []


def test_a_fold_without_lots_and_levels_is_saved_too() -> None:
    made = programme("rules: [{id: base, give: floor(amount), limits: [{per: member, points: 100, every: year}]}]")
    own = [event("rules: [{id: base, give: 1}]", {"at": f"2026-01-0{day}", "amount": 70}, day) for day in (1, 2)]
    whole, half = Fold(made, Effects()), Fold(made, Effects())
    whole.run(facts_of(made, own, [values_of(one, made.terms) for one in own]), None, keep_effects=True)
    half.run(facts_of(made, own[:1], [values_of(own[0], made.terms)]), None, keep_effects=True)
    other = Fold(made, Effects())
    load(other, save(half))
    assert other.standing.counters[0].used == half.standing.counters[0].used == 70
    assert (
        served(made, [Posted(event=one, number=number) for number, one in enumerate(own, start=1)], own[1].at)[0]
        == (folded(made, [Posted(event=one, number=number) for number, one in enumerate(own, start=1)], own[1].at)[0])
    )


def test_what_one_account_drew_from_a_stock_is_not_said_of_the_next() -> None:
    body = kept("expiry: never", "\nrewards: [{id: mug, price: 5, treatment: free_good, stock: 2}]")
    made = programme(body)
    own = numbered(
        made,
        [event(body, buys("2026-01-01", 5), 1), event(body, {**spends("2026-01-02", 5), "reward": "mug"}, 2)],
    )["ana"]
    teller = Teller(made)
    teller.refold(own, [[PLENTY, PLENTY]])
    assert teller.draws().amount == [1]
    teller.open(None)
    assert teller.draws().amount == []


def test_days_that_a_rolling_limit_counts_are_saved() -> None:
    body = "units: {points: {expiry: {after: 12 months}}}\nrules: [{id: base, give: floor(amount), limits: [{per: member, points: 100, rolling_days: 7}]}]"
    records = [buys("2026-01-01", 60), buys("2026-01-03", 60), buys("2026-01-08", 60)]
    assert_served_as_folded(programme(body), [event(body, one, number) for number, one in enumerate(records, start=1)])


def test_a_reservation_that_stands_is_confirmed_without_looking_back() -> None:
    body = kept("expiry: {after: 12 months}", "\nredemptions: {hold_for: 1 day}")
    made = programme(body)
    records = [
        buys("2026-01-01", 40),
        spends("2026-01-02", 9, step="reserve"),
        spends("2026-01-02T10:00:00Z", 9, step="confirm", reservation="e02"),
    ]
    own = numbered(made, [event(body, one, number) for number, one in enumerate(records, start=1)])["ana"]
    teller = Teller(made)
    teller.refold(own[:2])
    assert not teller.looks_back(own[2])
    teller.refold(own)
    assert teller.looks_back(own[2])


def sent(body: str, *records: Record) -> Teller:
    """Return a teller that served records of what was bought, sent and received."""
    made = programme(body)
    (posted,) = numbered(made, [event(body, one, number) for number, one in enumerate(records, start=1)]).values()
    teller = Teller(made)
    teller.open(None)
    for one in posted:
        teller.fall_due(one.event.at)
        teller.rate(one)
    return teller


def test_what_was_sent_last_is_told_lot_by_lot() -> None:
    body = kept("expiry: {after: 12 months}", PASSED_ON)
    sends = {"at": "2026-02-01", "type": "points_sent", "points": 45, "transfer": "pass"}
    teller = sent(body, buys("2026-01-01", 40), buys("2026-01-02", 50), sends)
    assert [(one.points, one.ends_at, one.earned_at) for one in teller.sent(3)] == [
        (40, at("2027-01-01"), at("2026-01-01")),
        (5, at("2027-01-02"), at("2026-01-02")),
    ]
    assert teller.sent(2) == []
    assert Teller(programme("rules: [{id: a, give: 1}]")).sent(1) == []
    assert [one.points for one in teller.left_of(2)] == [45]
    assert teller.left_of(1) == []
    unsent = sent(body, buys("2026-01-01", 40), sends | {"points": 0})
    assert unsent.sent(2) == []


@pytest.mark.parametrize("more", ["", ", extended_by: 1 month"])
def test_what_would_be_earned_now_would_end_by_the_terms_of_now(more: str) -> None:
    body = kept(f"expiry: {{after: 3 months{more}}}", PASSED_ON)
    assert sent(body, buys("2026-01-01", 40)).would_end(0, at("2026-02-01")) == at("2026-05-01")


def test_a_teller_says_when_an_account_is_closed() -> None:
    body = kept("expiry: {after: 12 months}", "\nenrolment: {closing: {notice: 30 days}}")
    made = programme(body)
    closing = {"at": "2026-06-01", "type": "closing", "closing": "close", "notice_days": 30}
    own = numbered(made, [event(body, buys("2026-01-01", 5), 1), event(body, closing, 2)])["ana"]
    teller = Teller(made)
    teller.refold(own[:1])
    assert teller.closes_at() == 2**60
    teller.refold(own)
    assert teller.closes_at() == own[1].event.at + 31 * 24 * 3_600_000_000


EVERYTHING = """
units: {points: {pending: {for: 7 days}, expiry: {after: 2 months, extended_by: 1 month}, cap: 500, over_cap: pending}}
redemptions: {hold_for: 1 month}
rewards: [{id: ten, price: 100, sweep: {on: [04-01]}}]
metrics: {spend: {sum: eligible, within: year}, lately: {sum: eligible, within: {rolling_days: 30}}}
ladders:
  - {id: tier, by: spend, credit: {after: 3 days}, excess: carry, levels: [{id: member, from: 0}, {id: gold, from: 50}]}
  - {id: rank, by: lately, levels: [{id: new, from: 0}, {id: known, from: 60}]}
rules:
  - {id: base, give: floor(amount), limits: [{points: 400, every: month}, {points: 90, rolling_days: 3, per: account}]}
"""
ANA = [
    buys("2026-01-01", 80),
    buys("2026-01-02", 70),
    {"at": "2026-01-03", "type": "refund", "refund_of": "e01", "amount": 30},
    spends("2026-01-20", 9, step="reserve"),
    spends("2026-01-21", 300),
    buys("2026-01-22", 55),
]


def test_an_account_begins_where_nothing_has_happened_whether_or_not_another_came_before() -> None:
    made = programme(EVERYTHING)
    own = numbered(made, [event(EVERYTHING, one, number) for number, one in enumerate(ANA, start=1)])["ana"]
    first = numbered(made, [event(EVERYTHING, buys("2026-02-01", 5), 1)])["ana"]
    once, after = Teller(made), Teller(made)
    after.refold(own)
    for teller in (once, after):
        teller.refold(first)
    assert after.save() == once.save()
    assert [one.total() for one in after.left()] == [5]


def test_a_fold_to_which_nobody_came_stands_where_accounts_begin() -> None:
    made = programme(EVERYTHING)
    new, begun = Fold(made, Effects()), Fold(made, Effects())
    begun.begin(0, -1)
    assert save(new) == save(begun)
