"""Birthdays and anniversaries on the local day of each member's own zone (S14, `zone: member`).

Worked by hand: 20 June begins in Tokyo at 17:00 of the 19th in Paris, in New York at 06:00 of the 20th. Kiritimati is 25 hours ahead of
Pago Pago: as the 21st begins there, it is 23:00 of the 19th in Pago Pago. What is kept, wherever members move and whoever works:
* A year has one birthday, at the beginning of its day where the member is, or as they come to where it has begun.
* Nobody loses one by a day that they never had.
"""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from guerdon.core.errors import Invalid
from guerdon.definition.zones import read_zone
from guerdon.services.answers import Refusal
from guerdon.services.celebrations import standing
from guerdon.services.members.erase import EraseMember, erase_member
from guerdon.services.members.find import Profile
from guerdon.store import Database, jobs, open_database
from guerdon.worker.loop import Worker
from tests.proof.sizes import sized
from tests.services.shop import HEAD, Shop
from tests.services.test_celebrations import BORN, assert_right, recorded, work_at

TEXT = (
    HEAD
    + """
units: {points: {}}
enrolment: {closing: {}}
ladders:
  - id: birthday
    levels: [{id: closed, from: 0}, {id: open}]
    grants: [{id: birthday, on: birthday, level: open, until: until}]
celebrations:
  birthday: {of: born_on, zone: member}
  anniversary: {of: joined, zone: member}
rules: [{id: gift, on: birthday, give: 250}, {id: years, on: anniversary, give: 10 * years}]
"""
)
TOKYO, PARIS, NEW_YORK = "Asia/Tokyo", "Europe/Paris", "America/New_York"
KIRITIMATI, PAGO = "Pacific/Kiritimati", "Pacific/Pago_Pago"
STORIES = sized(push=3, release=200)


def shop_of(database: Database, now: str = "2026-06-01T12:00:00+02:00", text: str = TEXT) -> Shop:
    shop = Shop(database, text, now)
    work_at(shop, now)
    return shop


def places(shop: Shop, name: str = "birthday") -> dict[str, object]:
    """Return at which day the work on a celebration stands in each zone."""
    with shop.database.view() as view:
        job = jobs.standing(view, 1, name)
        assert job is not None
        found = standing.read(shop.publishing.current(view), job.done_to)
    return {zone: place[0] for zone, place in found.zones.items()}


def test_a_birthday_begins_where_the_member_is(database: Database) -> None:
    shop = shop_of(database)
    for name, zone in (("tao", TOKYO), ("noa", NEW_YORK), ("ana", None), ("pia", PARIS)):
        shop.enrol(name, born_on=BORN, zone=zone)
    for when, count in (
        ("2026-06-19T16:59:59+02:00", 0), ("2026-06-19T17:00:00+02:00", 1), ("2026-06-20T00:00:00+02:00", 2),
        ("2026-06-20T05:59:59+02:00", 0), ("2026-06-20T06:00:00+02:00", 1),
    ):  # fmt: skip
        assert work_at(shop, when) == count
    assert {name: recorded(shop, name)[0][1] for name in ("tao", "ana", "pia", "noa")} == {
        "tao": "2026-06-19T17:00:00+02:00", "ana": "2026-06-20T00:00:00+02:00", "pia": "2026-06-20T00:00:00+02:00",
        "noa": "2026-06-20T06:00:00+02:00",
    }  # fmt: skip
    assert_right(shop)


def test_it_is_open_to_the_end_of_the_day_where_the_member_is(database: Database) -> None:
    """Of New York it ends at 06:00 of the 21st in Paris, so that it is open to the end of that day; nobody has less than a day."""
    shop = shop_of(database)
    for name, zone in (("tao", TOKYO), ("noa", NEW_YORK)):
        shop.enrol(name, born_on=BORN, zone=zone)
    work_at(shop, "2026-06-20T12:00:00+02:00")
    for name, last in (("tao", "2026-06-20T23:59:59+02:00"), ("noa", "2026-06-21T23:59:59+02:00")):
        moment = datetime.fromisoformat(last)
        found = [shop.stand(name, one.isoformat()).levels[0].level for one in (moment, moment + timedelta(seconds=1))]
        assert found == ["open", "closed"]
    assert_right(shop)


def test_an_anniversary_is_of_the_day_on_which_they_joined_in_the_programme(database: Database) -> None:
    """It was 1 June in Paris and 2 June in Tokyo; wherever Tao lives, it is 1 June, as it begins there."""
    shop = shop_of(database, "2026-06-01T18:00:00+02:00")
    shop.enrol("tao", zone=TOKYO)
    work_at(shop, "2027-05-31T16:59:59+02:00")
    assert recorded(shop, "tao") == []
    work_at(shop, "2027-05-31T17:00:00+02:00")
    assert recorded(shop, "tao") == [("anniversary-2027-tao", "2027-05-31T17:00:00+02:00")]
    assert shop.points("tao") == 10
    assert_right(shop)


def test_who_joins_or_says_where_they_live_while_it_is_open_there_has_it_at_once(database: Database) -> None:
    shop = shop_of(database, "2026-06-19T18:00:00+02:00")
    shop.enrol("tao", born_on=BORN, zone=TOKYO)
    shop.enrol("ana", born_on=BORN)
    assert (len(recorded(shop, "tao")), len(recorded(shop, "ana"))) == (1, 0)
    shop.update("ana", zone=TOKYO)
    work_at(shop, shop.now)
    assert len(recorded(shop, "ana")) == 1
    shop.update("ana", zone=None)
    work_at(shop, "2026-06-20T12:00:00+02:00")
    assert len(recorded(shop, "ana")) == 1
    assert_right(shop)


@pytest.mark.parametrize("other", [KIRITIMATI, PAGO, "nobody"])
def test_a_day_that_a_member_never_had_is_not_lost(database: Database, other: str) -> None:
    """At 12:30 in Paris it is 23:30 of the 19th in Pago Pago, and 00:30 of the 21st in Kiritimati, where somebody lives or nobody."""
    shop = shop_of(database)
    shop.enrol("ana", born_on=BORN, zone=PAGO)
    if other != "nobody":
        shop.enrol("bo", born_on=date(1990, 1, 1), zone=other)
    work_at(shop, "2026-06-20T12:29:00+02:00")
    shop.now = "2026-06-20T12:30:00+02:00"
    shop.update("ana", zone=KIRITIMATI)
    work_at(shop, "2026-06-20T12:31:00+02:00")
    assert [id_ for id_, _ in recorded(shop)] == ["birthday-2026-ana"]
    work_at(shop, "2026-06-25T12:00:00+02:00")
    assert len(recorded(shop)) == 1
    assert_right(shop)


def test_who_moves_back_over_the_new_year_has_no_second_one(database: Database) -> None:
    """Born on 1 January: at 17:00 of the 31st in Paris it is 2027 in Tokyo, and in New York the 31st still."""
    shop = shop_of(database)
    shop.enrol("ana", born_on=date(1990, 1, 1), zone=TOKYO)
    assert work_at(shop, "2026-12-31T17:00:00+01:00") == 1
    shop.update("ana", zone=NEW_YORK)
    work_at(shop, "2027-01-02T12:00:00+01:00")
    assert [id_ for id_, _ in recorded(shop)] == ["birthday-2027-ana"]
    assert_right(shop)


def test_what_was_missed_is_made_up_for_where_they_live_now(database: Database) -> None:
    """Nobody worked from 1 to 30 June; Ana moved on the 25th, Bo came to a zone in which nobody lived before."""
    shop = shop_of(database)
    shop.enrol("ana", born_on=BORN, zone=NEW_YORK)
    shop.now = "2026-06-18T12:00:00+02:00"
    shop.enrol("bo", born_on=BORN, zone=PAGO)
    shop.now = "2026-06-25T12:00:00+02:00"
    shop.update("ana", zone=TOKYO)
    assert work_at(shop, "2026-06-30T12:00:00+02:00") == 2
    assert recorded(shop) == [("birthday-2026-ana", "2026-06-19T17:00:00+02:00")]
    assert recorded(shop, "bo") == [("birthday-2026-bo", "2026-06-20T13:00:00+02:00")]
    assert_right(shop)


def test_a_celebration_that_nobody_worked_on_yet_is_nobody_s(database: Database) -> None:
    shop = Shop(database, TEXT, "2026-06-25T12:00:00+02:00")
    shop.enrol("ana", born_on=BORN, zone=NEW_YORK)
    shop.update("ana", zone=TOKYO)
    assert work_at(shop, shop.now) == 0
    assert recorded(shop) == []
    assert_right(shop)


def test_zones_are_gone_through_as_long_as_somebody_lives_there(database: Database) -> None:
    shop = shop_of(database)
    assert list(places(shop)) == [""]
    shop.enrol("ana", born_on=BORN, zone=TOKYO)
    work_at(shop, "2026-06-02T12:00:00+02:00")
    assert list(places(shop)) == ["", TOKYO]
    assert isinstance(shop.leave(erase_member, EraseMember(member="ana")), Profile)
    refused = shop.update("ana", zone=PARIS)
    assert isinstance(refused, Refusal)
    assert refused.code == "member_closed"
    work_at(shop, "2026-06-20T12:00:00+02:00")
    assert list(places(shop)) == [""]
    assert recorded(shop) == []
    assert_right(shop)


@pytest.mark.parametrize("zone", ["Europe/Pariss", "paris", " ", "../etc/passwd"])
def test_a_zone_that_there_is_not_is_told(database: Database, zone: str) -> None:
    shop = shop_of(database)
    with pytest.raises(Invalid, match="there is no time zone"):
        shop.enrol("ana", zone=zone)
    shop.enrol("ben")
    with pytest.raises(Invalid, match="there is no time zone"):
        shop.update("ben", zone=zone)


@pytest.mark.parametrize("zone", [TOKYO, NEW_YORK, KIRITIMATI, PAGO])
@pytest.mark.parametrize("hour", [12, 23, 25, 40])
@pytest.mark.parametrize("begins", ["programme", "member"])
def test_a_revision_that_says_another_zone_leaves_nobody_out(begins: str, hour: int, zone: str) -> None:
    """It is published so many hours after the 19th began in Paris, when the 20th has begun in one of the zones, or in both."""
    texts = [TEXT.replace("zone: member", f"zone: {one}") for one in ("programme", "member")]
    first, then = texts if begins == "programme" else texts[::-1]
    database = open_database(":memory:")
    try:
        database.migrate()
        shop = shop_of(database, "2026-06-01T12:00:00+02:00", first)
        shop.enrol("ana", born_on=BORN, zone=zone)
        published = datetime.fromisoformat("2026-06-19T00:00:00+02:00") + timedelta(hours=hour)
        work_at(shop, published.isoformat())
        Shop(database, then, published.isoformat())
        for hours in range(30):
            work_at(shop, (published + timedelta(hours=2 * hours)).isoformat())
        assert [id_ for id_, _ in recorded(shop)] == ["birthday-2026-ana"]
        assert_right(shop)
    finally:
        database.close()


@pytest.mark.parametrize("seed", range(STORIES))
def test_each_has_one_a_year_wherever_they_move_and_whoever_works(seed: int) -> None:
    """Over three days around a birthday, or New Year, two members move where chance says, and workers look when it says so."""
    chance = random.Random(seed)  # noqa: S311 - chance is no secret
    day = chance.choice([date(2026, 6, 20), date(2026, 12, 31), date(2027, 1, 1)])
    database = open_database(":memory:")
    try:
        database.migrate()
        now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2, minutes=chance.randrange(60))
        shop = shop_of(database, now.isoformat())
        lives = {name: chance.choice([None, TOKYO, PAGO]) for name in ("ana", "bo")}
        for name, zone in lives.items():
            shop.enrol(name, born_on=day.replace(year=1990), zone=zone)
        while now < datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=3):
            now += timedelta(minutes=chance.choice([1, 59, 180, 600, 1500]))
            shop.now = now.isoformat()
            if chance.random() < 2 / 3:
                Worker(database, 1, shop.at).round()
            if chance.random() < 1 / 3:
                name = chance.choice(["ana", "bo"])
                lives[name] = chance.choice([None, TOKYO, NEW_YORK, KIRITIMATI, PAGO, "Etc/GMT+12"])
                shop.update(name, zone=lives[name])
            Worker(database, 1, shop.at).round()
            for name, zone in lives.items():
                has_begun = now.astimezone(read_zone(zone or PARIS)).date() >= day
                assert len(recorded(shop, name)) >= has_begun
                assert [id_ for id_, _ in recorded(shop, name)] in ([], [f"birthday-{day.year}-{name}"])
        assert_right(shop)
    finally:
        database.close()
