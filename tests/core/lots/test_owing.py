"""What is owed too long is written off on the day that the programme states, by hand (S5b)."""

from guerdon.core.effects import WRITTEN_OFF
from guerdon.core.explain import pages_of, stories_of
from guerdon.core.history import keep_ledger, take_stock
from guerdon.core.programme import Programme
from tests.core.lots.journals import LATER, Record, at, buys, kept, spends, told
from tests.core.tables import answers as answered
from tests.core.tables import event, programme
from tests.core.versions.timelines import answers, timeline

OWES = "expiry: {after: 12 months}, debt: {after: 24 months}"
RETURNED = {"at": "2017-01-10", "type": "refund", "refund_of": "e01", "amount": None}
BACK = [buys("2017-01-01", 50), spends("2017-01-05", 30), RETURNED]
"""50 earned, 30 of them spent, and then all taken back: 30 are owed."""


def written_off(body: str, *records: Record) -> list[tuple[int, int]]:
    rows = [row for answer in answered(body, *records) for row in answer.effects if row.kind == WRITTEN_OFF]
    return sorted((row.at, row.granted) for row in rows)


def owed(body: str, when: str, *records: Record) -> int:
    (stock,) = take_stock(programme(body), [event(body, one, place) for place, one in enumerate(records, 1)], at(when))
    return stock.left.debt


def test_what_a_refund_left_owed_is_written_off_two_years_later() -> None:
    assert written_off(kept(OWES), *BACK, LATER) == [(at("2019-01-10"), 30)]
    assert [owed(kept(OWES), when, *BACK) for when in ("2019-01-09", "2019-01-10")] == [30, 0]


def test_what_earnings_paid_meanwhile_stays_paid() -> None:
    """10 are paid; 20 are written off, and points of the same instant are there to be used."""
    history = [*BACK, buys("2018-01-01", 10), buys("2019-01-10", 15)]
    assert written_off(kept(OWES), *history) == [(at("2019-01-10"), 20)]
    (stock,) = take_stock(
        programme(kept(OWES)), [event(kept(OWES), one, place) for place, one in enumerate(history, 1)]
    )
    assert (stock.left.available, stock.left.debt) == (15, 0)


def test_what_is_paid_in_full_is_never_written_off() -> None:
    assert written_off(kept(OWES), *BACK, buys("2018-01-01", 30), LATER) == []
    assert written_off(kept("expiry: {after: 12 months}"), *BACK, LATER) == []


def test_each_debt_has_its_own_day_and_the_shorter_month_may_come_first() -> None:
    """Of 30 January at noon a month is over on 28 February at noon, of the 31st in the morning that morning."""
    body = kept("debt: {after: 1 month}")
    history = [spends("2017-01-30T12:00:00", 5), spends("2017-01-31T08:00:00", 7), LATER]
    assert written_off(body, *history) == [(at("2017-02-28T08:00:00"), 7), (at("2017-02-28T12:00:00"), 5)]


def test_what_is_written_off_is_not_given_back_with_the_redemption() -> None:
    """60 asked of 50: 10 are owed and written off; the cancellation gives the 50 back."""
    body = kept("debt: {after: 24 months}", "\nredemptions: {}")
    cancelled = {"at": "2019-06-01", "type": "redemption", "reservation": "e02", "step": "cancel"}
    history = [buys("2017-01-01", 50), spends("2017-01-05", 60), cancelled]
    assert told(body, *history)[-2:] == [
        ("written_off", at("2019-01-05"), 0, 10),
        ("restored", at("2019-06-01"), 1, 50),
    ]
    assert owed(body, "2019-07-01", *history) == 0


def test_a_later_version_that_writes_off_sooner_does_so_for_what_is_owed_already() -> None:
    """Owed since 10 January 2017: for 24 months, from July on for 6, which are over on the 10th of that month."""
    made = timeline({"2017-01-01": kept(OWES), "2017-07-01": kept(OWES.replace("24", "6"))})
    rows = [row for answer in answers(made, *BACK, LATER) for row in answer.effects if row.kind == WRITTEN_OFF]
    assert [(row.at, row.granted) for row in rows] == [(at("2017-07-10"), 30)]


def test_story_and_page_tell_it_and_their_months_add_up() -> None:
    made: Programme = programme(kept(OWES))
    events = [event(kept(OWES), one, place) for place, one in enumerate(BACK, 1)]
    until = at("2019-02-01")
    (story,) = stories_of(made, keep_ledger(made, events, until))
    last = story.happenings[-1]
    assert (last.event, last.when) == ("", "2019-01-10")
    assert [last.change, last.balance] == [30, 0]
    assert last.said == ("30 points owed for too long are written off",)
    (page,) = pages_of(made, events, until)
    months = page.units[0].months
    assert [month.month for month in months] == ["2017-01", "2019-01"]
    assert [[month.taken_back, month.written_off, month.balance] for month in months] == [[-50, 0, -30], [0, 30, 0]]
