"""Points passed on from one member to another: within what the programme allows, by two persons where it says so.

What it keeps:
* What one account sends another receives, lot by lot with the same dates, in one transaction or not at all.
* However often points are passed to and fro, they end no later; fresh dates are given once.
"""

import pytest

from guerdon.core.errors import NotFound, Refused
from guerdon.services.accounts.tell import statement
from guerdon.services.answers import Recorded
from guerdon.services.transfers.transferred import Transferred
from guerdon.store import Database, accounts, members
from guerdon.store.members import CLOSED
from tests.services.counter import PASSED_ON, Passing, state
from tests.services.shop import Shop


@pytest.fixture
def counter(database: Database) -> Passing:
    made = Passing(database, PASSED_ON)
    made.one(id="b1", member="ana", at="2026-04-10", amount=100)
    made.one(id="b2", member="ana", at="2026-05-10", amount=60)
    made.one(id="b3", member="ben", at="2026-05-20", amount=5)
    return made


def test_what_one_sends_the_other_has_with_the_same_dates(counter: Passing) -> None:
    sent = counter.transfer(130)
    assert isinstance(sent, Transferred)
    assert isinstance(sent.recorded, Recorded)
    assert (sent.state, sent.points, sent.recorded.account, sent.recorded.balances[0].available) == (
        "done",
        130,
        "ana",
        30,
    )
    assert (counter.points("ana"), counter.points("ben")) == (30, 135)
    assert counter.ends("ana") == [("2027-05-09", 30)]
    assert counter.ends("ben") == [("2027-04-09", 100), ("2027-05-09", 30), ("2027-05-19", 5)]
    assert counter.deeds() == [("k_app", "transfer", "transfer t1")]
    counter.is_right()


def test_passed_to_and_fro_points_end_no_later(counter: Passing) -> None:
    for number in range(3):
        counter.now = f"2026-07-{number + 1:02d}T12:00:00+02:00"
        assert state(counter.transfer(160, id_=f"to{number}")) == "done"
        assert state(counter.transfer(160, id_=f"fro{number}", sender="ben", receiver="ana")) == "done"
    assert counter.ends("ana") == [("2027-04-09", 100), ("2027-05-09", 60)]
    counter.is_right()


def test_fresh_dates_are_given_once(counter: Passing) -> None:
    assert state(counter.transfer(100, by_="renew")) == "done"
    assert counter.ends("ben") == [("2027-05-19", 5), ("2027-06-01", 100)]
    counter.now = "2026-08-01T12:00:00+02:00"
    assert state(counter.transfer(105, by_="renew", id_="t2", sender="ben", receiver="cid")) == "receiver_unknown"
    assert state(counter.transfer(105, by_="renew", id_="t3", sender="ben", receiver="ana")) == "done"
    assert counter.ends("ana") == [("2027-05-09", 60), ("2027-06-01", 100), ("2027-08-01", 5)]
    counter.is_right()


def test_above_the_threshold_it_waits_for_a_second_person(counter: Passing) -> None:
    counter.one(id="b4", member="ana", at="2026-05-11", amount=300)
    assert state(counter.transfer(201, by_="gift", message="For your birthday")) == "pending"
    assert (counter.points("ana"), counter.points("ben")) == (460, 5)
    assert state(counter.decide(who="app")) == "second_person_needed"
    for own in ("ana", "ben"):
        assert state(counter.decide(who=own)) == "own_account"
    approved = counter.decide()
    assert isinstance(approved, Transferred)
    assert (approved.state, approved.message, approved.decided_by) == ("done", "For your birthday", "k_lead")
    assert (counter.points("ana"), counter.points("ben")) == (259, 206)
    assert state(counter.decide()) == "done"
    assert state(counter.decide(who="boss")) == "transfer_decided"
    assert counter.deeds() == [("k_app", "ask", "transfer t1"), ("k_lead", "approve", "transfer t1")]
    counter.is_right()


def test_what_is_declined_does_nothing(counter: Passing) -> None:
    counter.transfer(201, by_="gift")
    assert state(counter.decide(approves=False)) == "declined"
    assert state(counter.decide(who="boss")) == "transfer_decided"
    assert counter.points("ana") == 160
    assert counter.deeds()[-1] == ("k_lead", "decline", "transfer t1")


def test_what_the_books_refuse_goes_on_waiting(counter: Passing) -> None:
    assert state(counter.transfer(201, by_="gift")) == "pending"
    assert state(counter.decide()) == "not_enough_points"
    counter.one(id="b4", member="ana", at="2026-05-11", amount=300)
    assert state(counter.decide()) == "done"
    counter.is_right()


def test_what_cannot_be_leaves_nothing_behind(counter: Passing) -> None:
    assert state(counter.transfer(161)) == "not_enough_points"
    assert state(counter.transfer(5, sender="dan")) == "not_enough_points"
    assert state(counter.transfer(9, by_="gift")) == "transfer_outside"
    assert state(counter.transfer(501, by_="gift")) == "transfer_outside"
    assert state(counter.transfer(5, by_="whim")) == "transfer_kind_unknown"
    assert state(counter.transfer(5, receiver="ana")) == "same_account"
    assert state(counter.transfer(5, receiver="nobody")) == "receiver_unknown"
    assert state(counter.transfer(5, message="Hello")) == "message_not_allowed"
    assert (counter.points("ana"), counter.points("ben"), counter.deeds()) == (160, 5, [])
    with counter.database.view() as view:
        assert [row.name for row in accounts.page(view, 1)] == ["ana", "ben"]
    counter.is_right()


@pytest.mark.parametrize("points", [0, -5, "0.5", "many", "NaN", "1e40"])
def test_points_are_a_number_of_the_unit_above_none(counter: Passing, points: int | str) -> None:
    assert state(counter.transfer(points)) == "points_invalid"


def test_whoever_is_no_member_any_more_neither_sends_nor_receives(counter: Passing) -> None:
    counter.enrol("ana")
    counter.enrol("ben")
    with counter.database.work() as work:
        row = members.read(work, 1, ["ben"])["ben"]
        members.save(work, 1, row._replace(status=CLOSED, closed_at=counter.at()))
    assert state(counter.transfer(5)) == "member_closed"
    assert state(counter.transfer(5, sender="ben", receiver="ana")) == "member_closed"


def test_somebody_who_just_joined_can_receive(counter: Passing) -> None:
    counter.enrol("eva")
    assert state(counter.transfer(5, receiver="eva")) == "done"
    assert counter.points("eva") == 5
    counter.is_right()


def test_limits_count_what_one_account_sends_in_a_period(counter: Passing) -> None:
    counter.one(id="b4", member="ana", at="2026-05-11", amount=500)
    assert state(counter.transfer(200, by_="gift")) == "done"
    assert state(counter.transfer(101, by_="gift", id_="t2")) == "transfer_limit_reached"
    assert state(counter.transfer(100, by_="gift", id_="t3")) == "done"
    assert [state(counter.transfer(1, id_=f"p{number}")) for number in range(4)] == [
        "done",
        "done",
        "done",
        "transfer_limit_reached",
    ]
    counter.now = "2026-07-01T00:00:00+02:00"
    assert state(counter.transfer(200, by_="gift", id_="t4")) == "done"
    assert state(counter.transfer(1, id_="p4")) == "done"
    counter.is_right()


def test_a_transfer_asked_for_again_is_the_same(counter: Passing) -> None:
    first, again = counter.transfer(40), counter.transfer("40")
    assert isinstance(first, Transferred)
    assert isinstance(again, Transferred)
    assert (first.repeated, again.repeated, again.recorded is not None) == (False, True, True)
    assert state(counter.transfer(41)) == "event_conflict"
    assert state(counter.transfer(40, receiver="ana")) == "event_conflict"
    counter.transfer(201, by_="gift", id_="t2")
    assert state(counter.transfer(201, by_="gift", id_="t2")) == "pending"
    assert counter.points("ana") == 120


def test_an_id_that_is_taken_keeps_both_accounts_as_they_were(counter: Passing) -> None:
    counter.redeem(id="t1", member="ana", reward="coffee")
    assert state(counter.transfer(10)) == "event_conflict"
    counter.redeem(id="t2/received", member="ana", reward="coffee")
    with pytest.raises(Refused, match="give each transfer an id of its own"):
        counter.transfer(10, id_="t2")
    assert (counter.points("ana"), counter.points("ben")) == (60, 5)
    counter.is_right()


def test_a_transfer_that_nobody_asked_for_is_not_found(counter: Passing) -> None:
    with pytest.raises(NotFound, match="there is no transfer 't9'"):
        counter.decide(id_="t9")


def test_what_the_receiver_still_has_of_a_transfer_comes_back(counter: Passing) -> None:
    """Of 130 points that ben got, and 5 of his own that end later, he spends 50: 80 of ana's lots come back to her."""
    counter.transfer(130)
    counter.redeem(id="r", member="ben", reward="coffee")
    back = counter.reverse()
    assert isinstance(back, Transferred)
    assert isinstance(back.recorded, Recorded)
    assert (back.reversed_points, back.reversed_by, back.recorded.account) == (80, "k_lead", "ben")
    assert counter.ends("ana") == [("2027-04-09", 50), ("2027-05-09", 60)]
    assert counter.ends("ben") == [("2027-05-19", 5)]
    again = counter.reverse()
    assert isinstance(again, Transferred)
    assert (again.repeated, again.recorded and again.recorded.id) == (True, "t1/reversal")
    assert state(counter.reverse(who="boss")) == "transfer_decided"
    assert counter.deeds()[-1] == ("k_lead", "reverse", "transfer t1")
    counter.is_right()


def test_what_cannot_be_reversed_stays(counter: Passing) -> None:
    assert state(counter.transfer(201, by_="gift")) == "pending"
    assert state(counter.reverse()) == "transfer_not_done"
    with pytest.raises(NotFound, match="there is no transfer 't9'"):
        counter.reverse(id_="t9")
    counter.transfer(50, id_="t2")
    assert state(counter.reverse(id_="t2", who="ana")) == "own_account"
    counter.redeem(id="r", member="ben", reward="coffee")
    assert state(counter.reverse(id_="t2")) == "not_enough_points"
    counter.transfer(50, id_="t3")
    counter.publishing = Shop(counter.database, PASSED_ON.replace("id: pass", "id: other")).publishing
    assert state(counter.reverse(id_="t3")) == "transfer_kind_unknown"


def test_verify_tells_of_a_transfer_that_is_not_what_its_events_say(counter: Passing) -> None:
    counter.transfer(50)
    counter.reverse()
    counter.transfer(20, id_="t2")
    counter.is_right()
    with counter.database.work() as work:
        work.connection.exec_driver_sql("update transfers set reversed_points = 49 where id = 't1'")
        work.connection.exec_driver_sql("update transfers set id = 't3' where id = 't2'")
    assert [(finding.account, finding.what) for finding in counter.verify().findings] == [
        ("ben", "transfer t1/reversal is of 49 points, and its event points_sent of 50"),
        ("ana", "transfer t1/reversal is of 49 points, and its event points_received of 50"),
        ("", "transfer t3 is done, and its event points_sent is missing"),
        ("", "transfer t3 is done, and its event points_received is missing"),
    ]


def test_what_was_sent_stays_whatever_comes_late(counter: Passing) -> None:
    """A purchase of 2025 that comes late is what ana would have sent; ben keeps what he was given."""
    counter.transfer(60)
    counter.one(id="early", member="ana", at="2025-12-01", amount=50)
    assert (counter.points("ana"), counter.points("ben")) == (150, 65)
    assert counter.ends("ana") == [("2027-04-09", 90), ("2027-05-09", 60)]
    assert counter.ends("ben") == [("2027-04-09", 60), ("2027-05-19", 5)]
    counter.is_right()


def test_a_purchase_that_comes_back_is_owed_by_who_passed_its_points_on(counter: Passing) -> None:
    counter.transfer(160)
    counter.one(id="back", type="refund", member="ana", at="2026-06-02", refund_of="b1")
    assert counter.stand("ana", "2026-06-03T00:00:00+02:00").balances[0].debt == 100
    assert counter.points("ben") == 165
    counter.now = "2026-06-03T12:00:00+02:00"
    assert state(counter.transfer(50, id_="t2", sender="ben", receiver="ana")) == "done"
    assert counter.stand("ana").balances[0].debt == 50
    counter.is_right()


def test_points_that_were_passed_on_expire_with_the_receiver(counter: Passing) -> None:
    counter.transfer(100)
    counter.now = "2027-04-10T12:00:00+02:00"
    assert counter.post_due() > 0
    assert (counter.points("ana"), counter.points("ben")) == (60, 5)
    counter.is_right()


def test_each_side_is_told_of_the_other_by_name_alone(counter: Passing) -> None:
    counter.enrol("ben", attributes={"language": "fr"})
    counter.transfer(30, by_="gift", message="From your secret friend")
    told = {}
    with counter.database.view() as view:
        for account in ("ana", "ben"):
            page = statement(view, counter.publishing.current(view), account, at=counter.at() + 1_000_000)
            told[account] = page.units[0].history[-1].said
    assert told == {
        "ana": ("A gift to ben: 30 points sent, of purchase b1",),
        "ben": ("A gift from ana: 30 points received",),
    }
