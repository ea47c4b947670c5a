"""Members who leave, stay after all, and come back (S17).

What leaving keeps:
* Within the notice everything is as ever; at its end what is left is forfeited as breakage, posted or not.
* From then on nothing is earned and nothing redeemed, and whoever comes back in time has what was forfeited.
* Books agree with a fold of the events at any moment of it.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guerdon.services.answers import Recorded, Refusal
from guerdon.services.members.close import (
    CloseMember,
    KeepMember,
    RejoinMember,
    close_member,
    keep_member,
    rejoin_member,
)
from guerdon.services.members.find import Profile
from guerdon.store import Database, audit, open_database
from tests.databases.fixtures import Engine
from tests.services.importing import imported, written
from tests.services.racing import Asked, raced
from tests.services.shop import PROGRAMME, REASONS, Shop
from tests.services.test_laws import law

LEAVING = PROGRAMME + "enrolment: {claim: 30 days, closing: {notice: 30 days, restore: 60 days}}\n"
AT_ONCE = PROGRAMME + "enrolment: {closing: {}}\n"
ENDED = "2026-07-02T00:00:00+02:00"
MAIL = {"email": "ana@example.org"}


def closes(shop: Shop, member: str = "ana") -> Profile | Refusal:
    return shop.leave(close_member, CloseMember(member=member))


def keeps(shop: Shop, member: str = "ana") -> Profile | Refusal:
    return shop.leave(keep_member, KeepMember(member=member))


def rejoins(shop: Shop, member: str = "ana") -> Profile | Refusal:
    return shop.leave(rejoin_member, RejoinMember(member=member))


def code(found: object) -> str:
    assert isinstance(found, Refusal), found
    return found.code


def joined(database: Database, text: str = LEAVING, amount: int = 300) -> Shop:
    """Let Ana join and buy."""
    shop = Shop(database, text)
    shop.enrol("ana", identities=[MAIL])
    shop.one(id="1", member="ana", at="2026-05-20", amount=amount)
    return shop


def assert_right(shop: Shop) -> None:
    while shop.post_due():
        pass
    while shop.seal():
        pass
    assert shop.verify().findings == ()


def test_at_the_end_of_the_notice_what_is_left_is_forfeited(database: Database) -> None:
    """300 earned, 50 of them spent within the notice; 250 are there to the end of 1 July."""
    shop = joined(database)
    found = closes(shop)
    assert isinstance(found, Profile)
    assert (found.status, found.closed_at) == ("leaving", shop.at(ENDED))
    assert isinstance(shop.redeem(id="r1", member="ana", reward="coffee"), Recorded)
    assert [shop.points("ana", when) for when in ("2026-07-01T23:59:59+02:00", ENDED)] == [250, 0]
    shop.now = "2026-07-03T12:00:00+02:00"
    assert_right(shop)
    assert shop.points("ana") == 0
    with database.view() as view:
        assert [one.verb for one in audit.page(view, 1, subject="member ana")] == ["close", "enrol"]


def test_a_closed_member_earns_nothing_and_redeems_nothing(database: Database) -> None:
    shop = joined(database, LEAVING + REASONS)
    shop.redeem(id="r1", member="ana", reward="mug", reserve=True)
    closes(shop)
    shop.now = ENDED
    for record in ({"member": "ana"}, {"identity": MAIL}):
        assert code(shop.record({"id": "2", "at": ENDED, "amount": 10, **record})[0]) == "member_closed"
    assert code(shop.redeem(id="r2", member="ana", reward="coffee")) == "member_closed"
    assert code(shop.step(id="s1", member="ana", redemption="r1", step="confirm")) == "member_closed"
    assert code(shop.update("ana", attributes={"language": "fr"})) == "member_closed"
    assert [code(do(shop)) for do in (closes, keeps)] == ["member_closed", "member_closed"]
    assert_right(shop)


def test_what_happened_before_the_end_counts_when_it_comes_late(database: Database) -> None:
    """A purchase of June that comes in August earned, and what it earned was forfeited in July."""
    shop = joined(database)
    closes(shop)
    shop.now = "2026-08-01T12:00:00+02:00"
    assert_right(shop)
    assert shop.one(id="2", member="ana", at="2026-06-10", amount=40).points == {"points": 40}
    assert [shop.points("ana", when) for when in ("2026-06-11", ENDED, "")] == [340, 0, 0]
    assert_right(shop)


def test_a_refund_after_the_end_is_recorded_and_owes_nothing(database: Database) -> None:
    shop = joined(database)
    closes(shop)
    shop.now = "2026-07-10T12:00:00+02:00"
    refund = shop.one(id="f", type="refund", refund_of="1", member="ana", at="2026-07-10", amount=100)
    assert refund.points == {"points": -100}
    assert shop.stand("ana").balances[0].debt == 0
    rejoins(shop)
    assert shop.points("ana") == 200
    assert_right(shop)


def test_who_stays_keeps_everything(database: Database) -> None:
    shop = joined(database)
    closes(shop)
    shop.now = "2026-07-01T12:00:00+02:00"
    found = keeps(shop)
    assert isinstance(found, Profile)
    assert (found.status, found.closed_at) == ("enrolled", None)
    assert keeps(shop) == found
    shop.now = "2026-07-03T12:00:00+02:00"
    assert_right(shop)
    assert shop.points("ana") == 300
    assert shop.one(id="2", member="ana", at="2026-07-03", amount=10).points == {"points": 10}


def test_asked_for_twice_it_is_one_closing(database: Database) -> None:
    shop = joined(database)
    first = closes(shop)
    shop.now = "2026-06-20T12:00:00+02:00"
    assert closes(shop) == first


def test_who_comes_back_in_time_has_what_was_forfeited(database: Database) -> None:
    """Forfeited on 2 July; up to the end of 31 August it comes back, with the dates that it had."""
    shop = joined(database)
    shop.redeem(id="r1", member="ana", reward="mug", reserve=True)
    closes(shop)
    shop.now = "2026-08-31T23:59:00+02:00"
    assert_right(shop)
    found = rejoins(shop)
    assert isinstance(found, Profile)
    assert (found.status, found.account, found.closed_at) == ("enrolled", "ana", None)
    assert shop.points("ana") == 300
    assert [one.at for one in shop.stand("ana").expiring] == [shop.at("2027-05-20T00:00:00+02:00")]
    shop.now = "2026-09-01T10:00:00+02:00"
    assert shop.one(id="2", member="ana", at=shop.now, amount=10).points == {"points": 10}
    assert code(rejoins(shop)) == "member_not_closed"
    assert_right(shop)


def test_who_comes_back_later_begins_anew(database: Database) -> None:
    """Gold before: in an account of its own there is nothing, at the first level; what was before stays where it was."""
    shop = joined(database, amount=600)
    closes(shop)
    shop.now = "2026-09-01T00:00:00+02:00"
    found = rejoins(shop)
    assert isinstance(found, Profile)
    assert (found.status, found.account, found.enrolled_at) == ("enrolled", "ana/2", shop.at())
    assert [one.level for one in shop.stand("ana/2").levels] == ["blue"]
    bought = shop.one(id="2", member="ana", at="2026-09-01T08:00:00+02:00", amount=10)
    assert (bought.account, bought.points) == ("ana/2", {"points": 10})
    assert shop.one(id="3", identity=MAIL, at="2026-09-01T09:00:00+02:00", amount=5).account == "ana/2"
    before = shop.record({"id": "4", "member": "ana", "at": "2026-06-10", "amount": 40})[0]
    assert code(before) == "member_closed"
    assert shop.one(id="f", type="refund", refund_of="1", member="ana", at="2026-09-01", amount=100).account == "ana"
    shop.now = "2026-09-01T12:00:00+02:00"
    assert [one.level for one in shop.stand("ana/2").levels] == ["blue"]
    closes(shop)
    shop.now = "2027-01-01T00:00:00+01:00"
    again = rejoins(shop)
    assert isinstance(again, Profile)
    assert again.account == "ana/3"
    assert_right(shop)


def test_without_notice_it_is_posted_at_once_and_reserved_stock_comes_back(database: Database) -> None:
    shop = joined(database, AT_ONCE)
    shop.enrol("ben")
    shop.one(id="b", member="ben", at="2026-05-20", amount=900)
    for number in ("r1", "r2"):
        shop.redeem(id=number, member="ben" if number == "r1" else "ana", reward="mug", reserve=True)
    assert code(shop.redeem(id="r3", member="ben", reward="mug")) == "out_of_stock"
    found = closes(shop)
    assert isinstance(found, Profile)
    assert (found.status, found.closed_at) == ("closed", shop.at())
    with database.view() as view:
        assert not view.connection.exec_driver_sql("select 1 from accounts where next_due < 1780000000000000").all()
    assert (shop.points("ana"), shop.stand("ana").balances[0].held) == (0, 0)
    shop.now = "2026-06-01T13:00:00+02:00"
    assert isinstance(shop.redeem(id="r4", member="ben", reward="mug"), Recorded)
    found = rejoins(shop)
    assert isinstance(found, Profile)
    assert found.account == "ana/2"
    assert_right(shop)


def test_a_programme_that_does_not_say_how_lets_nobody_leave(database: Database) -> None:
    shop = joined(database, PROGRAMME)
    assert [code(do(shop)) for do in (closes, rejoins)] == ["closing_unknown", "closing_unknown"]


def test_a_name_that_is_an_account_already_is_passed_over(database: Database) -> None:
    shop = joined(database, AT_ONCE)
    shop.one(id="x", member="ana/2", at="2026-05-20", amount=10)
    closes(shop)
    found = rejoins(shop)
    assert isinstance(found, Profile)
    assert found.account == "ana/3"


def test_history_of_who_left_is_imported_as_it_would_have_been_recorded(database: Database, tmp_path: Path) -> None:
    """Closed in February: a purchase of March is refused, one of January that was in the file too was forfeited."""
    shop = Shop(database, AT_ONCE)
    bought = {"member": "ana", "type": "purchase", "amount": 50, "closing": None}
    rows = [
        {**bought, "id": "1", "at": "2026-01-10T10:00:00+01:00"},
        {**bought, "id": "2", "at": "2026-02-01T10:00:00+01:00", "type": "closing", "closing": "close", "amount": None},
        {**bought, "id": "3", "at": "2026-03-10T10:00:00+01:00"},
    ]
    done = imported(shop, written(tmp_path, rows, "history.jsonl"), bad_rows=tmp_path / "bad.csv")
    assert (done.recorded, done.refused) == (2, 1)
    assert [shop.points("ana", when) for when in ("2026-01-11T10:00:00+01:00", "")] == [50, 0]
    assert_right(shop)


def test_whoever_asks_at_the_same_moment_there_is_one_closing(engine: Engine) -> None:
    """Two close the account at once, and two buy from it: whatever comes after the closing has nothing to spend."""
    shop = joined(open_database(engine.url), AT_ONCE)
    try:
        asked: list[Asked] = [
            ("close", {"member": "ana"}),
            ("redeem", {"id": "r1", "member": "ana", "reward": "coffee"}),
        ]
        (told,) = raced(engine.url, [[*asked, ("close", {"member": "ana"}), asked[1]]], shop.now)
        assert set(told) <= {"again", "done", "member_closed"}
        shop.now = "2026-06-01T12:00:02+02:00"
        with shop.database.view() as view:
            kinds = view.connection.exec_driver_sql(
                "select type from events where account = 'ana' order by number"
            ).all()
        assert [one[0] for one in kinds].count("closing") == 1
        assert shop.points("ana") == 0
        assert_right(shop)
    finally:
        shop.database.close()


WHATS = ("buy", "late", "redeem", "reserve", "close", "keep", "rejoin", "wait", "wait long", "post")


@law
@given(st.lists(st.tuples(st.sampled_from(WHATS), st.integers(1, 200)), min_size=3, max_size=14))
def test_whatever_happens_books_agree_and_a_closed_account_has_nothing(does: list[tuple[str, int]]) -> None:
    database = open_database(":memory:")
    database.migrate()
    shop = joined(database)
    try:
        for number, (what, size) in enumerate(does):
            _do(shop, what, size, str(number))
            profile = shop.stand("ana")
            with shop.database.view() as view:
                rows = view.connection.exec_driver_sql("select status, closed_at, account from members").all()
            if rows[0][0] == "closed" and rows[0][1] <= shop.at() and rows[0][2] == "ana":
                assert profile.balances[0].total == 0
        _wait(shop, 1)
        assert_right(shop)
    finally:
        shop.database.close()


def _do(shop: Shop, what: str, size: int, id_: str) -> None:
    commands: dict[str, Any] = {"close": closes, "keep": keeps, "rejoin": rejoins}
    if what in commands:
        commands[what](shop)
    elif what == "buy":
        shop.record({"id": f"b{id_}", "member": "ana", "at": shop.now, "amount": size})
    elif what == "late":
        shop.record({"id": f"l{id_}", "member": "ana", "at": "2026-06-10", "amount": size})
    elif what in ("redeem", "reserve"):
        shop.redeem(id=f"r{id_}", member="ana", reward="coffee", reserve=what == "reserve")
    elif what == "post":
        shop.post_due()
    _wait(shop, 50 if what == "wait long" else 10 if what == "wait" else 0)


def _wait(shop: Shop, days: int) -> None:
    shop.now = (datetime.fromisoformat(shop.now) + timedelta(days=days, seconds=2)).isoformat()
