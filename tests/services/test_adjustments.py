"""Points given and taken off by hand: within what reasons allow, by two persons where they say so, once.

What it keeps:
* Nothing above a reason's threshold is in the books before a second person agreed, and then once, however many agree at once.
* Nobody adjusts their own points, and nobody decides about what they asked for.
* Who did it stands in the audit whenever the points stand in the books, and only then.
"""

import os
from collections import Counter

import pytest

from guerdon.core.errors import NotFound
from guerdon.services.adjustments.adjust import AdjustPoints, adjust_points
from guerdon.services.adjustments.adjusted import Adjusted
from guerdon.services.adjustments.decide import DecideAdjustment, decide_adjustment
from guerdon.services.answers import Recorded, Refusal
from guerdon.store import Database, audit, open_database
from tests.databases.fixtures import Engine
from tests.services.racing import Asked, raced
from tests.services.shop import PROGRAMME, REASONS, Shop, by
from tests.services.test_races import assert_books_are_right

ADJUSTED = PROGRAMME + REASONS
ROUNDS = 60 if os.environ.get("GUERDON_PROOF") == "1" else 6
AT = "2026-06-01T12:00:00+02:00"


class Desk(Shop):
    """A shop at whose desk points are adjusted."""

    def adjust(
        self, points: int | str, *, reason: str = "goodwill", id_: str = "a1", who: str = "desk", member: str = "ana"
    ) -> Adjusted | Refusal:
        command = AdjustPoints(id=id_, member=member, reason=reason, points=points, note="", by=by(who))
        with self.database.work() as work:
            return adjust_points(command, work, self.publishing.current(work), at=self.at())

    def decide(self, *, approves: bool = True, id_: str = "a1", who: str = "lead") -> Adjusted | Refusal:
        command = DecideAdjustment(id=id_, approves=approves, by=by(who))
        with self.database.work() as work:
            return decide_adjustment(command, work, self.publishing.current(work), at=self.at())

    def deeds(self) -> list[tuple[str, str, str]]:
        with self.database.view() as view:
            deeds = reversed(audit.page(view, 1, limit=10_000))
        return [(deed.actor, deed.verb, deed.subject) for deed in deeds if deed.verb != "publish"]


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database, ADJUSTED)
    made.one(id="b", member="ana", at="2026-05-10", amount=120)
    return made


def state(outcome: Adjusted | Refusal) -> str:
    return outcome.state if isinstance(outcome, Adjusted) else outcome.code


def test_what_one_person_may_do_is_done_at_once(desk: Desk) -> None:
    given = desk.adjust(100)
    assert isinstance(given, Adjusted)
    assert isinstance(given.recorded, Recorded)
    assert (given.state, given.recorded.points, given.asked_by, given.decided_by) == (
        "done",
        {"points": 100},
        "k_desk",
        None,
    )
    assert state(desk.adjust(-50, id_="a2")) == "done"
    assert desk.points("ana") == 170
    assert desk.deeds() == [("k_desk", "adjust", "adjustment a1"), ("k_desk", "adjust", "adjustment a2")]


def test_above_the_threshold_it_waits_for_a_second_person(desk: Desk) -> None:
    assert state(desk.adjust(101)) == "pending"
    assert desk.points("ana") == 120
    assert state(desk.decide(who="desk")) == "second_person_needed"
    assert state(desk.decide()) == "done"
    assert desk.points("ana") == 221
    assert desk.deeds() == [("k_desk", "ask", "adjustment a1"), ("k_lead", "approve", "adjustment a1")]


def test_what_is_declined_does_nothing(desk: Desk) -> None:
    desk.adjust(101)
    assert state(desk.decide(approves=False, who="desk")) == "second_person_needed"
    assert state(desk.decide(approves=False)) == "declined"
    assert state(desk.decide(who="boss")) == "adjustment_decided"
    assert desk.points("ana") == 120
    assert desk.deeds()[-1] == ("k_lead", "decline", "adjustment a1")


def test_a_reason_is_held_to_its_most_either_way(desk: Desk) -> None:
    for points in (501, -501):
        assert state(desk.adjust(points)) == "adjustment_too_large"
    assert state(desk.adjust(-10_000, reason="correction")) == "not_enough_points"
    assert state(desk.adjust(1, reason="whim")) == "reason_unknown"
    assert (desk.points("ana"), desk.deeds()) == (120, [])


@pytest.mark.parametrize("points", [0, "0.5", "many", "NaN", "Infinity", "1e40", 10**13])
def test_points_are_a_number_of_the_unit(desk: Desk, points: int | str) -> None:
    assert state(desk.adjust(points, reason="correction")) == "points_invalid"


@pytest.mark.parametrize("own", ["ana", "k_desk"])
def test_nobody_adjusts_points_of_their_own(desk: Desk, own: str) -> None:
    who = "ana" if own == "ana" else "desk"
    assert state(desk.adjust(10, who=who, member=own)) == "own_account"
    desk.adjust(10, reason="fresh", id_="f", who="desk")
    assert state(desk.decide(id_="f", who="ana")) == "own_account"
    assert state(desk.decide(id_="f", who="ana", approves=False)) == "own_account"


def test_an_adjustment_asked_for_again_is_the_same(desk: Desk) -> None:
    first = desk.adjust(40)
    again = desk.adjust("40")
    assert isinstance(first, Adjusted)
    assert isinstance(again, Adjusted)
    assert (again.repeated, again.id, again.recorded and again.recorded.points) == (True, "a1", {"points": 40})
    assert state(desk.adjust(41)) == "event_conflict"
    desk.adjust(300, id_="a2")
    assert state(desk.adjust(300, id_="a2")) == "pending"
    desk.decide(id_="a2")
    approved = desk.decide(id_="a2")
    assert isinstance(approved, Adjusted)
    assert (approved.repeated, approved.state) == (True, "done")
    assert state(desk.adjust(300, id_="a2")) == "done"
    assert desk.points("ana") == 460


def test_what_the_books_refuse_goes_on_waiting(desk: Desk) -> None:
    desk.adjust(-110)
    desk.redeem(id="r", member="ana", reward="coffee")
    assert state(desk.decide()) == "not_enough_points"
    desk.step(id="c", member="ana", redemption="r", step="cancel")
    assert state(desk.decide()) == "done"
    assert desk.points("ana") == 10


def test_an_adjustment_that_nobody_asked_for_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="there is no adjustment 'a9'"):
        desk.decide(id_="a9")


def test_what_was_recorded_as_a_fact_is_owed_where_it_is_not_there(desk: Desk) -> None:
    desk.one(id="x", type="adjustment", member="ana", at="2026-05-20", points=-150, reason="correction")
    assert desk.stand("ana").balances[0].debt == 30
    desk.seal()
    assert desk.verify().findings == ()


def test_a_late_purchase_before_an_adjustment_changes_which_lots_it_took(desk: Desk) -> None:
    desk.adjust(-60, reason="correction")
    desk.one(id="early", member="ana", at="2025-12-01", amount=50)
    assert desk.points("ana") == 110
    assert desk.points("ana", "2026-12-02T00:00:00+01:00") == 110
    while desk.seal():
        pass
    assert desk.verify().findings == ()


def test_however_many_agree_at_once_it_is_done_once(engine: Engine) -> None:
    desk = Desk(open_database(engine.url), ADJUSTED)
    desk.one(id="b", member="ana", at="2026-05-10", amount=1)
    for number in range(ROUNDS):
        desk.adjust(200, id_=f"a{number}")
    rounds: list[list[Asked]] = [
        [("decide", {"id": f"a{n}", "approves": k % 4 != 3, "by": by(f"lead{k}")}) for k in range(8)]
        for n in range(ROUNDS)
    ]
    for told in raced(engine.url, rounds, AT):
        assert Counter(told) == {"done": 1, "adjustment_decided": 7}, told
    verbs = Counter(verb for _, verb, _ in desk.deeds())
    done = verbs["approve"]
    assert (verbs["ask"], done + verbs["decline"]) == (ROUNDS, ROUNDS)
    assert desk.stand("ana").balances[0].available == 1 + 200 * done
    assert_books_are_right(desk)


def test_however_often_one_is_asked_for_at_once_it_is_one(engine: Engine) -> None:
    desk = Desk(open_database(engine.url), ADJUSTED)
    asked = {"id": "a", "member": "ana", "reason": "goodwill", "points": 70, "note": "", "by": by("desk")}
    assert Counter(raced(engine.url, [[("adjust", asked)] * 8], AT)[0]) == {"done": 1, "again": 7}
    assert desk.points("ana") == 70
    assert desk.deeds() == [("k_desk", "adjust", "adjustment a")]
    assert_books_are_right(desk)
