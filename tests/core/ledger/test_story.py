"""Stories account for every balance: sentences add up to it, and so do the lots that are left and a page's months."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given

from guerdon.core.events import Event, read_event
from guerdon.core.explain import explain, left_lines, pages_of, sentences, stories_of
from guerdon.core.explain.movements import WORDS, Movement, change_of
from guerdon.core.explain.page import MonthRow
from guerdon.core.explain.story import Happening, Story
from guerdon.core.history import keep_ledger, rate_events
from guerdon.core.ledger.books import TABLE, WRITTEN_OFF_BOOK
from guerdon.core.programme import Programme
from tests.core.generated import compiled, events_of
from tests.core.ledger.histories import Made, kept, lives
from tests.core.ledger.test_laws import law
from tests.core.lots.journals import kept as keeping
from tests.core.tables import programme

Record = dict[str, Any]

NUMBER = r"(-?[\d,]+(?:\.\d+)?) \w+"
PHRASES = [
    (re.compile("^" + words.format(NUMBER) + r"(?:, usable from.*|, of .*|: .*)?$"), change_of(moved))
    for (source, into), words in WORDS.items()
    for moved in [Movement(unit=0, source=source, into=into, points=1, lots=())]
]
WAITING = re.compile(f"^{NUMBER} (?:earned|given), usable from ")
GIVEN = re.compile(f"^{NUMBER} given$")
BY_TRANSFER = re.compile("^gift(?: to ben)?: ")


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def told(said: str) -> Decimal:
    """Return what a sentence says of a balance: more, less, or nothing."""
    said = BY_TRANSFER.sub("", said)
    if found := WAITING.match(said) or GIVEN.match(said):
        return number(found[1])
    found, change = next((match, change) for phrase, change in PHRASES if (match := phrase.match(said)))
    assert found is not None
    return number(found[1]) * change


def counted(one: Happening | MonthRow) -> Decimal:
    """Return what the kinds of change add up to."""
    return one.earned + one.spent + one.expired + one.taken_back + one.written_off + one.transferred


def test_every_movement_that_can_be_posted_has_words() -> None:
    posted = {(row[2], row[3]) for row in TABLE}
    assert posted <= set(WORDS)
    assert {source for source, _ in set(WORDS) - posted} == {WRITTEN_OFF_BOOK}


@law
@given(kept(), lives())
def test_the_numbers_of_the_sentences_add_up_to_the_balance(stated: Made, history: list[Made]) -> None:
    made = compiled(stated)
    for story in stories_of(made, keep_ledger(made, events_of(made, history))):
        for balance in story.balances:
            own = [one for one in story.happenings if one.unit == balance.unit]
            assert sum(told(said) for one in own for said in one.said) == balance.total
            assert sum(one.change for one in own) == balance.total
            for one in own:
                assert one.change == counted(one)
            assert sum(lot.remaining for lot in balance.lots) - balance.debt == balance.total
            assert balance.pending + balance.available + balance.held - balance.debt == balance.total


@law
@given(kept(), lives())
def test_an_explanation_tells_every_happening_once_and_a_page_adds_up(stated: Made, history: list[Made]) -> None:
    made = compiled(stated)
    events = events_of(made, history)
    stories = stories_of(made, keep_ledger(made, events))
    lines = sentences(explain(made, rate_events(made, events)), stories=stories)
    due = [said for story in stories for one in story.happenings if not one.event for said in one.said]
    assert sorted(line.split("  ", 1)[1] for line in lines if re.match(r"\d{4}-\d\d-\d\d  \d", line)) == sorted(due)
    assert all(left_lines(made.zone, story) for story in stories)
    for page in pages_of(made, events):
        for unit in page.units:
            assert sum(counted(one) for one in unit.months) == unit.balance.total
            assert sum(line.change for line in unit.history) == unit.balance.total
            ending = sum(one.points for one in unit.ending) + unit.endless
            assert ending + unit.balance.held == unit.balance.total + unit.balance.debt


def events(made: Programme, records: Sequence[Record]) -> list[Event]:
    return [
        read_event(made.terms, {"member": "ana", "amount": 0} | record, default_id=str(place))
        for place, record in enumerate(records, start=1)
    ]


def story_of(body: str, *records: Record, at: str | None = None) -> Story:
    made = programme(body)
    instant = None if at is None else events(made, [{"at": at}])[0].at
    (story,) = stories_of(made, keep_ledger(made, events(made, records), instant))
    return story


def buys(when: str, amount: object) -> Record:
    return {"at": when, "amount": amount}


def spends(when: str, points: int) -> Record:
    return {"at": when, "type": "redemption", "points": points}


def test_of_many_purchases_three_are_named_and_the_rest_counted() -> None:
    bought = [buys(f"2017-01-0{day}", 10) for day in range(1, 7)]
    story = story_of(keeping("expiry: {after: 12 months}"), *bought, spends("2017-02-01", 55))
    assert story.happenings[-1].said == (
        "55 points spent: 10 of purchase 1, 10 of purchase 2, 10 of purchase 3, 25 of 3 others",
    )
    assert left_lines(programme(keeping("expiry: {after: 12 months}")).zone, story)[1:] == [
        "  5 points",
        "    5 of 10 from purchase 6, until 2018-01-05",
    ]


def test_what_is_left_is_told_with_what_waits_what_is_set_aside_and_what_is_owed() -> None:
    body = keeping("pending: {for: 14 days}")
    made = programme(body)
    story = story_of(
        body,
        buys("2017-01-01", 100),
        {**spends("2017-02-01", 30), "step": "reserve"},
        buys("2017-02-02", 20),
        buys("2017-02-03", 1),
    )
    assert left_lines(made.zone, story) == [
        "left, ana, 2017-02-03 00:00",
        "  121 points: 70 to use, 21 not usable yet, 30 set aside",
        "    100 from purchase 1, 30 set aside",
        "    20 from purchase 3, usable from 2017-02-16",
        "    1 from purchase 4, usable from 2017-02-17",
    ]
    owing = story_of(keeping("expiry: {after: 12 months}"), buys("2017-01-01", 10), spends("2017-02-01", 30))
    assert left_lines(made.zone, owing)[1:] == [
        "  -20 points: less 20 owed",
        "    -20 owed, paid by the next earnings",
    ]


def test_points_that_wait_for_an_event_are_told_so_and_lots_of_one_purchase_stand_together() -> None:
    body = """
units: {points: {pending: {until: opened}}}
events: {opened: {}}
rules: [{id: base, give: floor(amount)}, {id: extra, give: 5}]
redemptions: {}
"""
    story = story_of(body, buys("2017-01-01", 10))
    assert story.happenings[0].said == ("15 points earned, not usable yet",)
    assert left_lines(programme(body).zone, story)[1:] == [
        "  15 points: 15 not usable yet",
        "    15 from purchase 1, not usable before an event opened",
    ]
    opened = story_of(body, buys("2017-01-01", 10), {"at": "2017-01-02", "type": "opened"})
    assert opened.happenings[1].said == ("15 points can be used from now on, of purchase 1",)


def test_part_of_a_lot_may_wait_for_room_under_a_cap() -> None:
    story = story_of(keeping("cap: 60, over_cap: pending"), buys("2017-01-01", 100))
    assert left_lines(programme(keeping("cap: 60")).zone, story)[1:] == [
        "  100 points: 60 to use, 40 not usable yet",
        "    100 from purchase 1, 40 usable from 2017-01-01",
    ]


def test_a_page_says_what_a_member_would_ask() -> None:
    made = programme("""
units: {points: {expiry: {after: 12 months}, pending: {for: 14 days}}}
metrics: {spend: {sum: amount, within: year}, visits: {title: visits, within: {rolling_days: 30}}, won: {earned: points, within: ever}}
ladders:
  - {id: tier, title: Club level, by: spend, levels: [{id: base, title: Friend, from: 0}, {id: gold, title: Gold, from: 60}, {id: top, from: 500}]}
  - {id: guest, by: visits, levels: [{id: none, from: 0}, {id: regular, from: 3}]}
  - {id: saver, by: won, levels: [{id: low, from: 0}, {id: high, from: 5000}]}
  - {id: both, keep: {for: 1 month}, by: metrics.visits + metrics.won, levels: [{id: a, from: 0}, {id: b, from: 9000}]}
rules: [{id: base, give: floor(amount)}]
redemptions: {}
""")
    (page,) = pages_of(
        made, events(made, [buys("2017-01-31", 100), spends("2017-03-01", 30), buys("2017-03-02T12:00", 20)])
    )
    assert (page.programme, page.account, page.as_of) == ("table", "ana", "2 March 2017")
    (unit,) = page.units
    assert [(int(one.points), one.day) for one in unit.waiting] == [(20, "16 March 2017")]
    assert [(int(one.points), one.day) for one in unit.ending] == [(70, "30 January 2018"), (20, "2 March 2018")]
    assert [line.day for line in unit.history] == [
        "31 January 2017",
        "14 February 2017",
        "1 March 2017",
        "2 March 2017",
    ]
    assert unit.history[0].said == ("100 points earned, usable from 14 February 2017",)
    assert [(level.ladder, level.level, level.said) for level in page.levels] == [
        (
            "Club level",
            "Gold",
            ("since 31 January 2017, until 31 December 2018", "$60 more to spend by 31 December 2018 to keep Gold",
             "$380 more to spend to become top", "if nothing more happens: Friend from 1 January 2019 on"),
        ),
        ("Level", "none", ("2 more (visits) to become regular",)),
        ("Level", "low", ("4,880 more points to earn to become high",)),
        ("Level", "a", ("8,879 more (metrics.visits + metrics.won) to become b",)),
    ]  # fmt: skip


def test_a_page_is_of_the_day_that_is_asked_for() -> None:
    made = programme(keeping("expiry: {after: 12 months}"))
    records = events(made, [buys("2017-01-01", 10), buys("2017-06-01", 5)])
    (early,) = pages_of(made, records, records[0].at)
    assert early.units[0].balance.total == 10
    assert early.levels == ()
    (late,) = pages_of(made, records, records[0].at + 366 * 86_400_000_000)
    assert late.units[0].balance.total == 5
    assert [month.expired for month in late.units[0].months] == [0, 0, -10]


def returned(when: str, of: str) -> Record:
    return {"at": when, "type": "refund", "refund_of": of, "amount": None}


def test_points_of_two_purchases_are_told_apart() -> None:
    story = story_of(
        keeping("expiry: {after: 12 months}"), buys("2017-01-01", 20), buys("2017-01-02", 60), spends("2017-02-01", 50)
    )
    assert story.happenings[-1].said == ("50 points spent: 20 of purchase 1, 30 of purchase 2",)


def test_what_could_not_be_taken_back_is_written_off() -> None:
    body = keeping("expiry: {after: 12 months}", "\nreturns: {shortfall: within_balance}")
    story = story_of(body, buys("2017-01-01", 50), spends("2017-01-05", 30), returned("2017-01-10", "1"))
    assert story.happenings[-1].said == (
        "20 points taken back",
        "30 points could not be taken back and are written off",
    )
    assert [one.total for one in story.balances] == [0]


def test_an_explanation_of_some_events_tells_what_fell_due_before_them() -> None:
    body = keeping("expiry: {after: 1 month}")
    made = programme(body)
    records = events(
        made, [buys("2017-01-01", 50), spends("2017-01-05", 30), buys("2017-03-01", 5), returned("2017-03-02", "3")]
    )
    answers = rate_events(made, records)
    stories = stories_of(made, keep_ledger(made, records, records[-1].at + 90 * 86_400_000_000))
    lines = sentences(explain(made, [answers[2]]), stories=stories)
    assert [line for line in lines if line.startswith("2017-")] == [
        "2017-02-01  20 points expired, of purchase 1",
        "2017-03-01  purchase 3, $5.00: 5 points",
    ]
    every = sentences(explain(made, answers), stories=stories)
    assert "2017-01-05  redemption 2" in every
    assert "  30 points spent, of purchase 1" in every
    assert every.count("2017-02-01  20 points expired, of purchase 1") == 1


def test_what_falls_due_after_the_last_event_is_told_in_the_end() -> None:
    made = programme(keeping("expiry: {after: 1 month}"))
    records = events(made, [buys("2017-01-01", 50)])
    stories = stories_of(made, keep_ledger(made, records, records[0].at + 90 * 86_400_000_000))
    lines = sentences(explain(made, rate_events(made, records)), stories=stories)
    assert "2017-02-01  50 points expired, of purchase 1" in lines


def test_a_reward_that_was_issued_by_itself_is_named_and_counted() -> None:
    body = keeping(
        "expiry: {after: 12 months}",
        '\nrewards: [{id: ten, title: Ten dollars, price: 100, sweep: {"on": [04-01], most: 5}}]',
    )
    story = story_of(body, buys("2017-01-31", 350), buys("2017-06-01", 1))
    assert story.happenings[1].said == ("Ten dollars, 3 times: 300 points spent, of purchase 1",)
    assert story.happenings[1].event == ""


COFFEE = "\nrewards: [{id: coffee, title: A coffee, price: 50}, {id: cake, price: 80}]\nredemptions: {}"


def test_what_points_were_spent_on_is_named() -> None:
    story = story_of(
        keeping("expiry: {after: 12 months}", COFFEE),
        buys("2017-01-01", 60),
        {"at": "2017-02-01", "type": "redemption", "reward": "coffee"},
        {"at": "2017-02-02", "type": "redemption", "reward": "cake"},
    )
    assert [happening.said for happening in story.happenings[1:]] == [
        ("A coffee: 50 points spent, of purchase 1",),
        ("cake: 10 points spent, of purchase 1", "cake: 70 points spent that were not there: they are owed"),
    ]


def test_what_points_were_set_aside_for_and_given_back_from_is_named() -> None:
    story = story_of(
        keeping("expiry: {after: 12 months}", COFFEE),
        buys("2017-01-01", 60),
        {"at": "2017-02-01", "type": "redemption", "reward": "coffee", "step": "reserve"},
        {"at": "2017-02-02", "type": "redemption", "reservation": "2", "step": "confirm"},
        {"at": "2017-02-03", "type": "redemption", "reservation": "2", "step": "cancel"},
    )
    assert [happening.said for happening in story.happenings[1:]] == [
        ("A coffee: 50 points set aside, of purchase 1",),
        ("A coffee: 50 points spent that were set aside, of purchase 1",),
        ("A coffee: 50 points given back, of purchase 1",),
    ]
