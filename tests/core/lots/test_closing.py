"""Closing an account, worked out by hand: what is left at its end is forfeited, and comes back to who comes back (S17).

What closing keeps:
* At the instant of its closing, and of whatever happens later, an account has nothing and owes nothing.
* Until then everything is as ever, and who stays keeps everything.
* Who comes back has what was forfeited, less what a refund took meanwhile and what has expired.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.calendar import LATEST
from guerdon.core.events.joining import Joining
from guerdon.core.explain import explain, sentences, stories_of
from guerdon.core.history import keep_ledger, take_stock
from guerdon.core.ledger.books import BOOKS
from guerdon.core.lots.closing import AT_ONCE, Closing
from guerdon.core.metrics import Length
from guerdon.core.teller import Teller
from guerdon.definition.zones import load_zone
from tests.core.lots.journals import LATER, Record, assert_adds_up, at, buys, kept, spends, told
from tests.core.tables import answers, event, points, programme
from tests.core.teller.serving import numbered
from tests.core.teller.test_laws import assert_served_as_folded

LEAVES = "\nenrolment: {closing: {notice: 30 days, restore: 60 days}}\n"
YEAR = kept("expiry: {after: 12 months}", LEAVES)
ENDS = "2017-03-12"


def closes(when: str = "2017-02-09T10:00", days: int | None = 30) -> Record:
    """Say that an account is closed: at the end of 11 March, unless it is said otherwise."""
    return {"at": when, "type": "closing", "closing": "close", "notice_days": days}


def says(step: str, when: str) -> Record:
    return {"at": when, "type": "closing", "closing": step}


def left(body: str, *records: Record, when: str) -> tuple[int, int, int, int]:
    """Return what is pending, available, held and owed of the first unit."""
    events = [event(body, one, place) for place, one in enumerate(records, 1)]
    (stock,) = take_stock(programme(body), events, at(when))
    assert_adds_up(stock.left)
    return stock.left.pending, stock.left.available, stock.left.held, stock.left.debt


def test_an_account_that_was_closed_closes_no_other() -> None:
    """Ana's 100 go at the end of her notice; Ben's 60, folded after hers, stay."""
    ana = [{**one, "member": "ana"} for one in (buys("2017-01-01", 100), closes())]
    ben = [{**one, "member": "ben"} for one in (buys("2017-01-01", 60), buys("2017-06-01", 1))]
    events = [event(YEAR, one, place) for place, one in enumerate([*ana, *ben], 1)]
    stocks = take_stock(programme(YEAR), events, at("2017-07-01"))
    assert [(one.left.available, one.left.debt) for one in stocks] == [(0, 0), (61, 0)]


def test_what_is_left_at_the_end_of_the_notice_is_forfeited() -> None:
    """100 earned, 30 of them spent within the notice: 70 go as breakage, with the payer of their lot."""
    history = [buys("2017-01-01", 100), closes(), spends("2017-03-01", 30)]
    assert left(YEAR, *history, when="2017-03-11T23:59") == (0, 70, 0, 0)
    assert left(YEAR, *history, when=ENDS) == (0, 0, 0, 0)
    assert told(YEAR, *history, LATER) == [("spent", at("2017-03-01"), 1, 30), ("expired", at(ENDS), 1, 70)]
    books = keep_ledger(programme(YEAR), [event(YEAR, one, place) for place, one in enumerate(history, 1)], at(ENDS))
    last = books.ledger.postings.rows()[-2:]
    assert [(BOOKS[row["book"]], row["points"], row["payer"]) for row in last] == [
        ("available", -70, 0),
        ("breakage", 70, 0),
    ]


def test_without_notice_it_is_forfeited_at_once() -> None:
    history = [buys("2017-01-01", 100), closes("2017-02-09T10:00", None)]
    assert left(YEAR, *history, when="2017-02-09T10:00") == (0, 0, 0, 0)
    assert told(YEAR, *history, LATER) == [("expired", at("2017-02-09T10:00"), 1, 100)]


def test_who_stays_keeps_everything() -> None:
    history = [buys("2017-01-01", 100), closes(), says("stay", "2017-03-11")]
    assert left(YEAR, *history, when=ENDS) == (0, 100, 0, 0)
    assert left(YEAR, *history[:2], says("stay", ENDS), when=ENDS) == (0, 0, 0, 0)


def test_who_comes_back_before_leaving_or_stays_after_it_changes_nothing() -> None:
    early = [buys("2017-01-01", 100), closes(), says("rejoin", "2017-03-01")]
    assert [left(YEAR, *early, when=when)[1] for when in ("2017-03-11", ENDS)] == [100, 0]
    assert points(YEAR, closes(days=None), says("stay", "2017-03-01"), buys("2017-03-02", 100)) == [0, 0, 0]


def test_who_says_so_twice_leaves_by_what_was_said_last() -> None:
    """Sooner or later, as long as the first closing has not taken effect."""
    later = [buys("2017-01-01", 100), closes(), closes("2017-02-10", 60)]
    assert [left(YEAR, *later, when=when)[1] for when in (ENDS, "2017-04-11T23:59", "2017-04-12")] == [100, 100, 0]
    closed = [buys("2017-01-01", 100), closes(), closes(ENDS, 60)]
    assert left(YEAR, *closed, when=ENDS) == (0, 0, 0, 0)


def test_a_closed_account_earns_nothing() -> None:
    assert points(YEAR, closes(days=None), buys("2017-02-10", 100)) == [0, 0]


def test_a_closing_event_that_says_nothing_does_nothing() -> None:
    history = [buys("2017-01-01", 100), {"at": "2017-02-01", "type": "closing"}, says("rejoin", "2017-02-02")]
    assert left(YEAR, *history, when="2017-02-03") == (0, 100, 0, 0)


def test_who_comes_back_has_what_was_forfeited_with_its_dates() -> None:
    """30 had expired in the meantime; 70 expire on their day, as they would have without leaving."""
    history = [buys("2016-04-01", 30), buys("2017-01-01", 70), closes(), says("rejoin", "2017-05-01")]
    assert left(YEAR, *history, when="2017-05-01") == (0, 70, 0, 0)
    assert told(YEAR, *history, LATER) == [
        ("expired", at(ENDS), 1, 30),
        ("expired", at(ENDS), 2, 70),
        ("restored", at("2017-05-01"), 1, 30),
        ("expired", at("2017-05-01"), 1, 30),
        ("restored", at("2017-05-01"), 2, 70),
        ("expired", at("2018-01-01"), 2, 70),
    ]
    assert points(YEAR, *history, buys("2017-05-02", 5)) == [30, 70, 0, 0, 5]


def test_of_one_point_that_was_forfeited_one_comes_back() -> None:
    history = [buys("2017-01-01", 1), closes(), says("rejoin", "2017-05-01")]
    assert left(YEAR, *history, when="2017-05-01") == (0, 1, 0, 0)


def test_what_came_back_of_a_purchase_meanwhile_does_not_come_back() -> None:
    """A refund of 60 finds them forfeited: nothing is owed, and 40 come back."""
    refund = {"at": "2017-04-01", "type": "refund", "refund_of": "e01", "amount": 60}
    whole = {**refund, "amount": None}
    history = [buys("2017-01-01", 100), closes()]
    assert left(YEAR, *history, refund, when="2017-04-02") == (0, 0, 0, 0)
    assert left(YEAR, *history, refund, says("rejoin", "2017-05-01"), when="2017-05-02") == (0, 40, 0, 0)
    assert left(YEAR, *history, whole, says("rejoin", "2017-05-01"), when="2017-05-02") == (0, 0, 0, 0)


def test_what_is_owed_is_written_off() -> None:
    owes = [
        buys("2017-01-01", 50),
        spends("2017-01-02", 30),
        {"at": "2017-01-03", "type": "refund", "refund_of": "e01", "amount": None},
        closes(),
    ]
    assert [left(YEAR, *owes, when=when)[3] for when in ("2017-03-11", ENDS)] == [30, 0]


def test_what_comes_back_to_a_closed_account_is_forfeited_then() -> None:
    """40 spent, and given back after the closing: they are there for no moment."""
    given_back = {"at": "2017-04-01", "type": "redemption", "step": "cancel", "reservation": "e02"}
    history = [buys("2017-01-01", 100), spends("2017-01-02", 40), closes(), given_back]
    assert left(YEAR, *history, when="2017-04-01") == (0, 0, 0, 0)
    assert told(YEAR, *history, LATER)[-2:] == [
        ("restored", at("2017-04-01"), 1, 40),
        ("expired", at("2017-04-01"), 1, 40),
    ]


@pytest.mark.parametrize(("hold_for", "lapses"), [("1 day", "2017-03-01"), ("90 days", ENDS), ("", ENDS)])
def test_reservations_lapse_with_the_account(hold_for: str, lapses: str) -> None:
    """Reserved before the notice began or within it; what lapses before is there again, and all of it is forfeited."""
    terms = f"\nredemptions: {{hold_for: {hold_for}}}\n" if hold_for else ""
    body = kept("expiry: {after: 12 months}", LEAVES + terms)
    before = spends("2017-02-28", 10, step="reserve")
    history = [buys("2017-01-01", 100), closes("2017-02-09T10:00"), before]
    assert left(body, *history, when="2017-02-28T12:00") == (0, 90, 10, 0)
    assert ("released", at(lapses), 1, 10) in told(body, *history, LATER)
    assert left(body, *history, when=ENDS) == (0, 0, 0, 0)
    earlier = [buys("2017-01-01", 100), spends("2017-02-08", 10, step="reserve"), closes("2017-02-09T10:00", 30)]
    assert left(body, *earlier, when=ENDS) == (0, 0, 0, 0)


def test_who_stays_has_their_reservations_as_long_as_ever() -> None:
    body = kept("", LEAVES + "redemptions: {hold_for: 90 days}\n")
    history = [buys("2017-01-01", 100), spends("2017-02-01", 10, step="reserve"), closes(), says("stay", "2017-03-01")]
    assert [left(body, *history, when=when)[2] for when in (ENDS, "2017-05-01", "2017-05-03")] == [10, 10, 0]


def test_stock_comes_back_when_a_reservation_lapses_with_the_account() -> None:
    """One of two mugs is reserved: it is drawn on 1 February, and back at the end of the account."""
    body = kept(
        "", LEAVES + "rewards: [{id: mug, price: 10, stock: 2, limits: [{per: member, times: 1, every: ever}]}]\n"
    )
    reserves = {"at": "2017-02-01", "type": "redemption", "reward": "mug", "step": "reserve"}
    history = [event(body, one, place) for place, one in enumerate([buys("2017-01-01", 100), reserves, closes()], 1)]
    teller = Teller(programme(body))
    teller.refold(numbered(programme(body), history)["ana"])
    draws = teller.draws()
    assert list(zip(draws.at, draws.amount, strict=True)) == [(at("2017-02-01"), 1), (at(ENDS), -1)]


def test_points_that_were_not_usable_yet_are_forfeited_too_and_come_back_usable() -> None:
    for terms in (
        "pending: {for: 90 days}, expiry: {after: 12 months}",
        "pending: {until: login}",
        "pending: {until: login, expires_from: usable}, expiry: {after: 12 months}",
    ):
        body = kept(terms, LEAVES + "events: {login: {}}\n") if "login" in terms else kept(terms, LEAVES)
        history = [buys("2017-01-01", 100), closes()]
        assert left(body, *history, when="2017-03-11") == (100, 0, 0, 0)
        assert left(body, *history, when=ENDS) == (0, 0, 0, 0)
        assert left(body, *history, says("rejoin", "2017-03-20"), when="2017-03-20") == (0, 100, 0, 0)


def test_reservations_of_a_programme_whose_accounts_do_not_end_are_no_concern_of_closing() -> None:
    body = kept("", "\nevents: {closing: {}}\nredemptions: {}\n")
    assert left(body, buys("2017-01-01", 100), {"at": "2017-02-01", "type": "closing"}, when=ENDS) == (0, 100, 0, 0)


def test_notice_and_the_time_to_come_back_are_counted_in_days_of_the_zone() -> None:
    zone = load_zone("America/New_York")
    asked = at("2017-02-09T10:00")
    terms = Closing(zone, step_slot=0, days_slot=0, notice=Length(days=30), restore=Length(months=1))
    assert terms.closes_at(asked, terms.days(asked)) == at(ENDS)
    assert terms.restores_until(at(ENDS)) == at("2017-04-13")
    none = Closing(zone, step_slot=0, days_slot=0)
    assert (none.days(asked), none.closes_at(asked, AT_ONCE), none.restores_until(asked)) == (AT_ONCE, asked, asked)
    assert not Joining(zone).claims(asked, asked)
    assert asked < LATEST


def test_an_explanation_says_until_when_the_account_is_there() -> None:
    steps = [closes(), says("stay", "2017-02-10"), closes("2017-02-11T10:00", None), says("rejoin", "2017-02-12")]
    history = [buys("2017-01-01", 100), *steps, {"at": "2017-02-13", "type": "closing"}]
    events = [event(YEAR, one, place) for place, one in enumerate(history, 1)]
    stories = stories_of(programme(YEAR), keep_ledger(programme(YEAR), events))
    lines = sentences(explain(programme(YEAR), answers(YEAR, *history), at=at("2017-05-01")), stories=stories)
    assert lines[4:22] == [
        "2017-02-09 10:00  closing e02",
        "  the account is closed from 2017-03-12 on: what is left then is forfeited",
        "",
        "2017-02-10  closing e03",
        "  the account stays open",
        "",
        "2017-02-11  100 points expired, of purchase e01",
        "",
        "2017-02-11 10:00  closing e04",
        "  the account is closed: what is left then is forfeited",
        "",
        "2017-02-12  closing e05",
        "  the account is open again",
        "  100 points that were forfeited come back",
        "",
        "2017-02-13  closing e06",
        "  without effect",
        "",
    ]


WHATS = ("buy", "spend", "reserve", "refund", "cancel", "close", "at once", "stay", "rejoin")


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return what one account does, and how it leaves and comes back, in between and again."""
    made: list[dict[str, Any]] = []
    bought, taken = [], []
    for number in range(draw(st.integers(2, 10))):
        month, day = divmod(number * draw(st.integers(1, 40)), 28)
        record: dict[str, Any] = {"id": f"e{number}", "at": f"2017-{1 + month % 12:02}-{1 + day:02}T12:00"}
        what = draw(st.sampled_from(WHATS))
        if what == "buy":
            record["amount"] = draw(st.integers(1, 100))
            bought.append(record["id"])
        elif what in ("spend", "reserve"):
            record |= {"type": "redemption", "points": draw(st.integers(1, 80))}
            record |= {"step": "reserve"} if what == "reserve" else {}
            taken.append(record["id"])
        elif what == "refund" and bought:
            record |= {"type": "refund", "refund_of": bought.pop(), "amount": None}
        elif what == "cancel" and taken:
            record |= {"type": "redemption", "step": "cancel", "reservation": taken.pop()}
        elif what == "close":
            record |= {"type": "closing", "closing": "close", "notice_days": draw(st.integers(0, 60))}
        elif what in ("at once", "stay", "rejoin"):
            record |= {"type": "closing", "closing": "close" if what == "at once" else what}
        else:
            continue
        made.append(record)
    return made


@given(
    histories(),
    st.sampled_from(["expiry: {after: 3 months}", "expiry: {idle: 2 months}", "pending: {for: 20 days}", ""]),
)
def test_served_one_by_one_or_folded_at_once_it_is_the_same(history: list[dict[str, Any]], terms: str) -> None:
    body = kept(terms, LEAVES + "redemptions: {hold_for: 20 days}\n")
    made = [event(body, one) for one in history]
    if made:
        assert_served_as_folded(programme(body), made)


@given(histories())
def test_once_it_is_closed_an_account_has_nothing_and_owes_nothing(history: list[dict[str, Any]]) -> None:
    body = kept("expiry: {after: 3 months}", LEAVES + "redemptions: {hold_for: 20 days}\n")
    last = max((record["at"] for record in history), default="2017-01-01")
    ends = {"id": "zz", "at": f"{last[:10]}T13:00", "type": "closing", "closing": "close"}
    later = [event(body, one) for one in [{"id": "z", "at": "2016-12-31", "amount": 9}, *history, ends]]
    (stock,) = take_stock(programme(body), later, at("2018-12-31"))
    assert (stock.left.pending, stock.left.available, stock.left.held, stock.left.debt) == (0, 0, 0, 0)
