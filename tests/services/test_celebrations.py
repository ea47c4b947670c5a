"""Birthdays and anniversaries (S14): recorded on their local day, once in their year.

What is kept, whatever members and workers do:
* A year has one birthday, on the day that counted at its beginning or was the first to be known.
* Who joins, or says when they were born, while it is open, has it at once; nobody who has left has any.
* What a worker did not do is made up for at its own instant, and books agree with a fold of the events.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from guerdon.core.calendar import day_name
from guerdon.core.celebrations import BORN as BORN_ON
from guerdon.core.celebrations import Celebration
from guerdon.definition.zones import load_zone
from guerdon.services.answers import Refusal
from guerdon.services.celebrations.dates import born_again, day_of
from guerdon.services.celebrations.record import AT_ONCE, record_due
from guerdon.services.members.close import CloseMember, RejoinMember, close_member, rejoin_member
from guerdon.services.members.erase import EraseMember, erase_member
from guerdon.store import Database, events
from guerdon.store.members import MemberRow
from guerdon.worker.loop import Worker
from tests.services.shop import HEAD, Shop

CELEBRATIONS = (
    HEAD
    + """
units: {points: {}}
enrolment: {closing: {restore: 60 days}}
metrics: {spend: {sum: eligible, within: year}}
ladders:
  - {id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 500}]}
  - id: birthday
    levels: [{id: closed, from: 0}, {id: open, benefits: {treat: true}}]
    grants: [{id: birthday, on: birthday, level: open, until: until}]
celebrations:
  birthday: {of: born_on, by: tier.level, days: {blue: 1, gold: 7}}
  anniversary: {of: joined}
rules:
  - {id: spend, give: floor(eligible)}
  - {id: gift, on: birthday, give: 250}
  - {id: years, on: anniversary, give: 10 * years}
rewards:
  - {id: treat, price: 0, treatment: free_good, when: birthday.level = 'open', limits: [{times: 1, every: year}]}
"""
)
BORN = date(1990, 6, 20)


def shop_of(database: Database, now: str = "2026-06-01T12:00:00+02:00") -> Shop:
    """Return a shop in whose first days a worker was there."""
    shop = Shop(database, CELEBRATIONS, now)
    work_at(shop, now)
    return shop


def work_at(shop: Shop, when: str) -> int:
    """Let a worker do what there is to do at a moment; return how many celebrations it recorded."""
    shop.now = when
    return Worker(shop.database, 1, shop.at).round().celebrations


def recorded(shop: Shop, account: str = "ana") -> list[tuple[str, str]]:
    """Return an account's celebrations: their ids, and when they are in its books."""
    with shop.database.view() as view:
        rows = events.of_account(view, 1, account)
    return [(row.id, shop.told(row.at)) for row in rows if row.type in ("birthday", "anniversary")]


def assert_right(shop: Shop) -> None:
    assert work_at(shop, shop.now) == 0
    assert shop.verify().findings == ()


def test_a_birthday_is_recorded_once_at_the_beginning_of_its_day(database: Database) -> None:
    shop = shop_of(database)
    shop.enrol("ana", born_on=BORN)
    assert work_at(shop, "2026-06-19T23:59:59+02:00") == 0
    assert [work_at(shop, "2026-06-20T00:00:00+02:00") for _ in range(2)] == [1, 0]
    assert recorded(shop) == [("birthday-2026-ana", "2026-06-20T00:00:00+02:00")]
    assert shop.points("ana") == 250
    assert work_at(shop, "2027-06-20T08:00:00+02:00") == 2  # one made up for, of the first of June
    assert recorded(shop)[1:] == [
        ("anniversary-2027-ana", "2027-06-01T00:00:00+02:00"), ("birthday-2027-ana", "2027-06-20T00:00:00+02:00"),
    ]  # fmt: skip
    assert shop.points("ana") == 510
    assert_right(shop)


def test_how_long_it_is_open_goes_by_the_level_at_its_start(database: Database) -> None:
    """Ana is Gold as it begins, and Ben becomes so on the day itself."""
    shop = shop_of(database)
    for name in ("ana", "ben"):
        shop.enrol(name, born_on=BORN)
    shop.one(id="1", member="ana", at="2026-06-10", amount=500)
    work_at(shop, "2026-06-20T06:00:00+02:00")
    shop.one(id="2", member="ben", at="2026-06-20T05:00:00+02:00", amount=500)
    found = {
        name: [held.level for when in ("2026-06-20T23:59:59+02:00", "2026-06-21", "2026-06-26T23:59:59+02:00", "2026-06-27")
               for held in shop.stand(name, when + ("" if "T" in when else "T00:00:00+02:00")).levels if held.ladder == "birthday"]
        for name in ("ana", "ben")
    }  # fmt: skip
    assert found == {"ana": ["open", "open", "open", "closed"], "ben": ["open", "closed", "closed", "closed"]}
    shop.now = "2026-06-26T12:00:00+02:00"
    assert not isinstance(shop.redeem(id="r1", member="ana", reward="treat"), Refusal)
    for id_, name, code in (("r2", "ana", "limit_reached"), ("r3", "ben", "reward_not_for_member")):
        refused = shop.redeem(id=id_, member=name, reward="treat")
        assert isinstance(refused, Refusal)
        assert refused.code == code
    assert_right(shop)


@pytest.mark.parametrize(("born", "day"), [(date(1990, 6, 20), True), (date(1990, 6, 19), False)])
def test_who_joins_or_says_when_they_were_born_while_it_is_open_has_it_at_once(
    database: Database, born: date, *, day: bool
) -> None:
    shop = shop_of(database, "2026-06-20T15:00:00+02:00")
    shop.enrol("ana", born_on=born)
    shop.enrol("ben")
    shop.update("ben", born_on=born)
    for name in ("ana", "ben"):
        there = [(f"birthday-2026-{name}", "2026-06-20T15:00:00+02:00")]
        assert recorded(shop, name) == (there if day else [])
    assert_right(shop)


def test_of_a_window_that_is_open_longer_a_joiner_has_the_rest(database: Database) -> None:
    """Bought 500 before they were known: Gold on 20 June, so that it is open until the 26th."""
    shop = shop_of(database)
    shop.one(id="1", member="ana", at="2026-06-10", amount=500)
    for when, name in (("2026-06-27T00:00:00+02:00", "ben"), ("2026-06-26T23:59:59+02:00", "ana")):
        shop.now = when
        shop.enrol(name, born_on=BORN)
    assert (recorded(shop), recorded(shop, "ben")) == ([("birthday-2026-ana", "2026-06-26T23:59:59+02:00")], [])
    assert shop.stand("ana", "2026-06-27T00:00:00+02:00").levels[1].level == "closed"
    assert_right(shop)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        # What was there counts to the end of the year, whatever is said in its stead.
        (["1990-08-01"], ["2026-06-20", "2027-08-01"]),
        (["1990-06-05"], ["2026-06-20", "2027-06-05"]),
        (["1990-08-01", "1990-09-01"], ["2026-06-20", "2027-09-01"]),
        (["1990-08-01", "1990-06-20"], ["2026-06-20", "2027-06-20"]),
        (["1990-06-20"], ["2026-06-20", "2027-06-20"]),
        # Who takes it away has none, until next year if they say another.
        ([None], []),
        ([None, "1990-08-01"], ["2027-08-01"]),
        (["1990-08-01", None, "1990-09-01"], ["2027-09-01"]),
    ],
)
def test_of_changes_in_one_year_the_last_counts_from_the_next(changes: list[str | None], days: list[str]) -> None:
    zone = load_zone("Europe/Paris")
    birthday = Celebration(name="birthday", of=BORN_ON, instead=(2, 28), days={"": 1})
    row = MemberRow("ana", "ana", "enrolled", 0, None, "1990-06-20", "{}", 0)
    for born_on in changes:
        row = born_again(row, born_on, year=2026)
    found = [day_of(row, birthday, zone, year=year) for year in (2026, 2027)]
    assert [day_name(day) for day in found if day is not None] == days


def test_a_changed_day_of_birth_counts_from_next_year(database: Database) -> None:
    shop = shop_of(database, "2026-12-01T12:00:00+01:00")
    shop.enrol("ana", born_on=date(1990, 12, 20))
    shop.update("ana", born_on=date(1990, 1, 10))
    work_at(shop, "2026-12-31T12:00:00+01:00")
    work_at(shop, "2027-01-20T12:00:00+01:00")
    assert [at[:10] for _, at in recorded(shop)] == ["2026-12-20", "2027-01-10"]
    assert_right(shop)


def test_a_day_that_is_said_for_the_first_time_counts_the_same_year(database: Database) -> None:
    shop = shop_of(database)
    shop.enrol("ana")
    shop.update("ana", born_on=BORN)
    assert work_at(shop, "2026-06-20T00:00:00+02:00") == 1
    shop.update("ana", attributes={"language": "fr"})
    assert_right(shop)


def test_who_has_left_or_is_forgotten_has_none(database: Database) -> None:
    shop = shop_of(database)
    for name in ("ana", "ben", "cleo"):
        shop.enrol(name, born_on=BORN)
    shop.leave(close_member, CloseMember(member="ana"))
    shop.leave(erase_member, EraseMember(member="ben"))
    assert work_at(shop, "2026-06-20T00:00:00+02:00") == 1
    assert [recorded(shop, name) for name in ("ana", "ben")] == [[], []]
    assert_right(shop)


def test_who_comes_back_while_it_is_open_has_it_and_not_twice(database: Database) -> None:
    shop = shop_of(database)
    for name in ("ana", "ben"):
        shop.enrol(name, born_on=BORN)
    shop.leave(close_member, CloseMember(member="ana"))
    assert work_at(shop, "2026-06-20T00:00:00+02:00") == 1
    shop.now = "2026-06-20T12:00:00+02:00"
    shop.leave(close_member, CloseMember(member="ben"))
    for name in ("ana", "ben"):
        shop.leave(rejoin_member, RejoinMember(member=name))
        assert [id_ for id_, _ in recorded(shop, name)] == [f"birthday-2026-{name}"]
    assert_right(shop)


def test_what_was_missed_is_made_up_for_at_its_own_instant(database: Database) -> None:
    """Nobody was there from 1 to 30 June; Ben joined on the 25th, after his day."""
    shop = shop_of(database)
    shop.enrol("ana", born_on=BORN)
    shop.now = "2026-06-25T12:00:00+02:00"
    shop.enrol("ben", born_on=BORN)
    shop.one(id="1", member="ana", at="2026-06-25T12:00:00+02:00", amount=100)
    assert work_at(shop, "2026-06-30T12:00:00+02:00") == 1
    assert recorded(shop) == [("birthday-2026-ana", "2026-06-20T00:00:00+02:00")]
    assert shop.points("ana") == 350
    assert_right(shop)


def test_a_year_of_days_is_made_up_for_and_no_more(database: Database) -> None:
    """Nobody was there from June 2026 to June 2029: of Ana's three birthdays the last one is made up for."""
    alone = CELEBRATIONS.replace("  anniversary: {of: joined}\n", "").partition("  - {id: years")
    shop = Shop(database, alone[0] + "rewards:" + alone[2].partition("rewards:")[2], "2026-06-01T12:00:00+02:00")
    shop.enrol("ana", born_on=BORN)
    work_at(shop, "2026-06-01T12:00:00+02:00")
    assert work_at(shop, "2029-06-10T12:00:00+02:00") == 1
    assert recorded(shop) == [("birthday-2028-ana", "2028-06-20T00:00:00+02:00")]
    assert_right(shop)


def test_a_worker_that_is_at_it_is_let_go_on_until_its_lease_ends(database: Database) -> None:
    """More than a page of members: the first worker does one, and dies."""
    shop = shop_of(database)
    for number in range(AT_ONCE + 1):
        shop.enrol(f"m{number:03}", born_on=BORN)
    shop.now = "2026-06-20T00:00:01+02:00"
    with database.work() as work:
        published = shop.publishing.current(work)
        assert record_due(work, published, "birthday", owner="first", at=shop.at()) == AT_ONCE
        assert record_due(work, published, "birthday", owner="second", at=shop.at()) == 0
    assert work_at(shop, "2026-06-20T00:01:00+02:00") == 0
    assert work_at(shop, "2026-06-20T00:01:01+02:00") == 1
    assert_right(shop)


def test_a_day_that_came_from_elsewhere_is_not_recorded_again(database: Database) -> None:
    shop = shop_of(database)
    shop.enrol("ana", born_on=BORN)
    known = {"id": "birthday-2026-ana", "source": "guerdon", "type": "birthday", "member": "ana", "until": "2026-06-20"}
    shop.one(**known, at="2026-06-20T00:00:00+02:00")
    assert work_at(shop, "2026-06-20T12:00:00+02:00") == 0
    assert shop.points("ana") == 250
    assert_right(shop)


def test_many_workers_record_each_celebration_once(database: Database) -> None:
    shop = shop_of(database)
    for number in range(60):
        shop.enrol(f"m{number:03}", born_on=BORN)
    shop.now = "2026-06-20T00:00:01+02:00"
    workers = [Worker(database, 1, shop.at) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda one: one.round().celebrations, workers))
    assert sum(done) == 60
    assert workers[0].round().celebrations == 0
    assert_right(shop)
