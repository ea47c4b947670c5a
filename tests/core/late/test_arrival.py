"""Late events: the same facts give the same balances and levels in whatever order they arrive (S1)."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guerdon.core.calendar import DAY_US
from guerdon.core.effects import EARNED, EXPIRED, KINDS, SPENT
from guerdon.core.events import Event
from guerdon.core.history import keep_ledger
from guerdon.core.late import Adjustment, Entry, Posted, refold
from tests.core.tables import event, programme

SETS = 500 if os.environ.get("GUERDON_PROOF") else 20

LIMITED = "rules: [{id: base, give: floor(amount), limits: [{points: 100, every: month}]}]"

WHOLE_LIFE = """
units: {points: {expiry: {after: 2 months, to: month_end}}}
events:
  purchase: {lines: {quantity: {type: number, decimals: 3, default: 1}}}
  visit: {}
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: member, from: 0}, {id: gold, from: 150}]}]
rules:
  - {id: base, give: floor(amount), limits: [{points: 200, every: month}]}
  - {id: visit, on: visit, give: 5}
multipliers: [{id: extra, of: base, by: "case level when 'gold' then 1.5 else 1 end"}]
"""


def happened(body: str, *records: Mapping[str, Any]) -> list[Event]:
    """Return events as they are read, each with an id by its number."""
    return [event(body, record, number) for number, record in enumerate(records, start=1)]


def arriving(body: str, events: Sequence[Event], *, waive: bool = False) -> tuple[Posted, list[list[Adjustment]]]:
    """Let events arrive one by one, each at the last instant, and post what each re-fold changes."""
    posted, made, at = Posted(), [], end(events)
    for count, one in enumerate(events, start=1):
        folded = refold(programme(body), events[:count], at)
        made.append(posted.adjust(folded, (one.source, one.id), waive=waive))
    return posted, made


def end(events: Sequence[Event]) -> int:
    """Return an instant after all events, and after some of their lots have expired."""
    return max([one.at for one in events], default=0) + 40 * DAY_US


def told(adjustments: Sequence[Adjustment]) -> list[tuple[str, str, int]]:
    """Say what kind of entry of which event is changed, and by how many points."""
    return [(KINDS[one.entry.kind], one.entry.cause[1], one.points) for one in adjustments]


def test_a_late_purchase_uses_the_room_that_a_later_one_had() -> None:
    """A limit of 100 a month: 80 arrive first, then the 50 of the day before: the 80 were granted 30 too many."""
    second, first = happened(LIMITED, {"at": "2017-03-10", "amount": 80}, {"at": "2017-03-09", "amount": 50})
    _, (once, late) = arriving(LIMITED, [second, first])
    assert told(once) == [("earned", "e01", 80)]
    assert told(late) == [("earned", "e02", 50), ("earned", "e01", -30)]
    assert {one.late for one in late} == {("", "e02")}


def test_a_late_purchase_is_what_an_earlier_redemption_draws_on_and_its_debt_is_gone() -> None:
    body = "units: {points: {expiry: {after: 12 months}}}\nrules: [{id: base, give: floor(amount)}]\nrewards: [{id: cup, price: 60}]"
    bought, spent, late = happened(
        body,
        {"at": "2017-03-02", "amount": 50},
        {"at": "2017-03-05", "type": "redemption", "reward": "cup"},
        {"at": "2017-03-01", "amount": 40},
    )
    _, (_, redeemed, changed) = arriving(body, [bought, spent, late])
    assert told(redeemed) == [("spent", "e02", 50), ("indebted", "e02", 10), ("redeemed", "e02", 1)]
    # The older lot is drawn on first: 40 of it and 20 of the other; nothing is owed.
    assert told(changed) == [
        ("earned", "e03", 40),
        ("spent", "e02", -30),
        ("spent", "e02", 40),
        ("indebted", "e02", -10),
    ]


def test_what_a_late_event_does_not_change_is_not_adjusted() -> None:
    (_, (_, late)) = arriving(
        LIMITED, happened(LIMITED, {"at": "2017-03-10", "amount": 40}, {"at": "2017-03-09", "amount": 50})
    )
    assert told(late) == [("earned", "e02", 50)]


def test_where_losses_are_waived_others_keep_what_they_were_granted() -> None:
    """... and the same loss is not posted with the next event either."""
    events = happened(
        LIMITED,
        {"at": "2017-03-10", "amount": 80}, {"at": "2017-03-09", "amount": 50}, {"at": "2017-03-11", "amount": 5},
    )  # fmt: skip
    posted, (_, late, last) = arriving(LIMITED, events, waive=True)
    assert told(late) == [("earned", "e02", 50)]
    assert told(last) == []
    assert sum(posted.entries.values()) == 130
    assert sorted(posted.waived.values()) == [-30]


def test_what_others_spend_and_lose_by_a_late_event_is_a_loss_as_well() -> None:
    """Forty late points expire before the redemption that would have drawn on them; nobody's other points are fewer."""
    body = "units: {points: {expiry: {after: 2 months}}}\nrules: [{id: base, give: floor(amount)}]\nrewards: [{id: cup, price: 60}]"
    bought, spent, late = happened(
        body,
        {"at": "2017-03-02", "amount": 50},
        {"at": "2017-03-05", "type": "redemption", "reward": "cup"},
        {"at": "2017-03-01", "amount": 40},
    )
    posted, (_, _, changed) = arriving(body, [bought, spent, late], waive=True)
    assert ("indebted", "e02", -10) in told(changed)
    assert not posted.waived


def test_what_a_refund_that_waited_takes_back_is_no_loss() -> None:
    events = happened(
        LIMITED,
        {"id": "r", "at": "2017-03-10", "type": "refund", "refund_of": "p", "amount": 40},
        {"id": "p", "at": "2017-03-09", "amount": 50},
    )  # fmt: skip
    posted, _ = arriving(LIMITED, events, waive=True)
    assert sorted(posted.entries.values()) == [40, 50]
    assert not posted.waived


def test_gains_are_posted_where_losses_are_waived() -> None:
    """A late purchase of 150 reaches gold, and lifts what was bought after it."""
    events = happened(WHOLE_LIFE, {"at": "2017-03-10", "amount": 20}, {"at": "2017-03-09", "amount": 160})
    posted, (_, late) = arriving(WHOLE_LIFE, events, waive=True)
    assert ("earned", "e01", 10) in told(late)
    assert not posted.waived


MOMENTS = (
    "2017-01-30",
    "2017-01-31T23:59",
    "2017-02-01",
    "2017-02-01",
    "2017-03-31",
    "2017-06-01",
    "2017-12-31",
    "2018-01-01",
)

PURCHASES = st.builds(
    lambda at, amount: {"at": at, "amount": amount, "lines": [{"amount": amount}]},
    st.sampled_from(MOMENTS), st.sampled_from([0, 20, 60, 149, 150, 300]),
)  # fmt: skip
VISITS = st.builds(lambda at: {"at": at, "type": "visit"}, st.sampled_from(MOMENTS))
REDEMPTIONS = st.builds(
    lambda at, points: {"at": at, "type": "redemption", "points": points},
    st.sampled_from(MOMENTS), st.sampled_from([1, 50, 400]),
)  # fmt: skip


@st.composite
def lives(draw: st.DrawFn, body: str = WHOLE_LIFE) -> list[Event]:
    """Return up to five events of one account, of which some may be refunds of its purchases, recorded whenever `body` asks."""
    records = draw(st.lists(PURCHASES | VISITS | REDEMPTIONS, min_size=2, max_size=4))
    bought = [number for number, record in enumerate(records, start=1) if "amount" in record]
    for number in draw(st.lists(st.sampled_from(bought), max_size=1)) if bought else []:
        amount: dict[str, Any] = draw(st.sampled_from([{}, {"amount": 0}]))
        records.append({
            "at": draw(st.sampled_from(MOMENTS)),
            "type": "refund",
            "refund_of": f"e{number:02d}",
            **amount,
        })
    if body is not WHOLE_LIFE:
        records = [recorded(record, draw(st.sampled_from((0, 30, 90, 91)))) for record in records]
    return happened(body, *records)


def recorded(record: Mapping[str, Any], days: int) -> dict[str, Any]:
    """Return an event recorded so many days after its own, in the last minute of the day."""
    return {**record, "recorded_at": f"{date.fromisoformat(record['at'][:10]) + timedelta(days)}T23:59"}


def whole(body: str, events: Sequence[Event]) -> tuple[object, ...]:
    """Return what accounts have in the end: every lot, balance and level."""
    kept = keep_ledger(programme(body), events, end(events))
    return tuple(tuple(map(tuple, table.columns().values())) for table in (kept.ledger.standings, kept.ledger.levels))


@settings(max_examples=SETS, deadline=None)
@given(lives())
def test_the_same_facts_in_any_order_give_the_same_in_the_end(events: list[Event]) -> None:
    everything = refold(programme(WHOLE_LIFE), events, end(events))
    found = whole(WHOLE_LIFE, events)
    for order in permutations(events):
        posted, _ = arriving(WHOLE_LIFE, order)
        assert posted.entries == everything
        assert whole(WHOLE_LIFE, order) == found


NINETY = WHOLE_LIFE + "late: {way: as_of_now, accept: 90 days}\n"


def test_an_event_of_ninety_days_ago_counts_as_of_then_and_an_older_one_as_of_now() -> None:
    bought = {"at": "2017-01-30", "amount": 20, "lines": [{"amount": 20}]}
    on_time, late = happened(NINETY, recorded(bought, 90), recorded(bought, 91))
    assert (on_time.at, late.at) == (happened(NINETY, bought)[0].at, late.recorded_at)


@settings(max_examples=SETS, deadline=None)
@given(lives(NINETY))
def test_where_only_ninety_days_are_accepted_the_order_of_arrival_changes_nothing_either(events: list[Event]) -> None:
    everything, found = refold(programme(NINETY), events, end(events)), whole(NINETY, events)
    for order in permutations(events):
        posted, _ = arriving(NINETY, order)
        assert posted.entries == everything
        assert whole(NINETY, order) == found


@settings(max_examples=SETS, deadline=None)
@given(lives(), st.booleans())
def test_what_was_posted_and_every_adjustment_add_up_to_the_fold_of_everything(
    events: list[Event],
    waive: bool,  # noqa: FBT001 - drawn
) -> None:
    posted, made = arriving(WHOLE_LIFE, events[::-1], waive=waive)
    sums: dict[Entry, int] = {}
    for one in [one for adjustments in made for one in adjustments]:
        sums[one.entry] = sums.get(one.entry, 0) + one.points
    assert {entry: points for entry, points in sums.items() if points} == posted.entries
    together = {
        entry: points
        for entry in {*posted.entries, *posted.waived}
        if (points := posted.entries.get(entry, 0) + posted.waived.get(entry, 0))
    }
    assert together == refold(programme(WHOLE_LIFE), events, end(events))
    assert waive or not posted.waived


@pytest.mark.parametrize("kind", [EARNED, EXPIRED, SPENT])
def test_entries_say_what_kinds_of_effect_there_are(kind: int) -> None:
    events = happened(
        WHOLE_LIFE, {"at": "2017-01-01", "amount": 60}, {"at": "2017-01-02", "type": "redemption", "points": 10},
        {"at": "2017-05-01", "amount": 1},
    )  # fmt: skip
    folded = refold(programme(WHOLE_LIFE), events, end(events))
    assert any(entry.kind == kind for entry in folded)


def test_the_guide_s_loop_posts_what_the_guide_says() -> None:
    """A limit of 100 a month: the 50 of 9 March arrive after the 80 of 10 March."""
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "late-events.md").read_text(encoding="utf-8")
    code = guide.partition("```python\n")[2].partition("```")[0].replace("...  #", "made.append(adjustment)  #")
    events = happened(LIMITED, {"at": "2017-03-10", "amount": 80}, {"at": "2017-03-09", "amount": 50})
    made: list[Adjustment] = []
    names = {"arrivals": events, "programme": programme(LIMITED), "now": end(events), "made": made}
    exec(code, names)  # noqa: S102 - the guide's own words
    assert told(made) == [("earned", "e01", 80), ("earned", "e02", 50), ("earned", "e01", -30)]
