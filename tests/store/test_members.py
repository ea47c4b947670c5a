"""Members, and the identities by which they are recognised."""

import pytest

from guerdon.core.errors import Conflict
from guerdon.store import Database, guests, identities, members
from guerdon.store.events import Claim
from guerdon.store.guests import GuestEvent
from guerdon.store.identities import NOBODY, Identity, Known
from guerdon.store.members import CLOSED, ENROLLED, NOWHERE, MemberRow, Stretch
from tests.store.books import PROGRAMME


def _member(name: str, account: str = "family") -> MemberRow:
    return MemberRow(name, account, ENROLLED, 5, None, "2000-02-29", '{"city":"Köln"}', 5)


def test_members_are_read_by_name_by_account_and_page_by_page(database: Database) -> None:
    with database.work() as work:
        members.add(work, PROGRAMME, [_member("bo"), _member("ana"), _member("cy", "cy")])
    with database.view() as view:
        assert members.read(view, PROGRAMME, ["bo", "di"]) == {"bo": _member("bo")}
        assert [one.member for one in members.of_accounts(view, PROGRAMME, ["family"])] == ["ana", "bo"]
        assert [one.member for one in members.page(view, PROGRAMME, limit=2)] == ["ana", "bo"]
        assert [one.member for one in members.page(view, PROGRAMME, "bo")] == ["cy"]


def test_a_member_enrols_once(database: Database) -> None:
    with database.work() as work:
        assert members.enrol(work, PROGRAMME, _member("ana"))
        assert not members.enrol(work, PROGRAMME, _member("ana", "other"))
    with pytest.raises(Conflict) as conflict, database.work() as work:
        members.add(work, PROGRAMME, [_member("ana")])
    assert conflict.value.code == "taken"


def test_what_becomes_of_a_member_is_written(database: Database) -> None:
    with database.work() as work:
        members.enrol(work, PROGRAMME, _member("ana"))
        now = members.lock(work, PROGRAMME, "ana")
        assert now is not None
        assert members.save(work, PROGRAMME, now._replace(status=CLOSED, closed_at=9))
        assert not members.save(work, PROGRAMME, _member("bo"))
        assert members.lock(work, PROGRAMME, "bo") is None
        assert members.read(work, PROGRAMME, ["ana"])["ana"].closed_at == 9


def _named(found: list[MemberRow]) -> list[str]:
    return [one.member for one in found]


def test_members_are_found_by_the_month_and_day_of_a_date_a_page_at_a_time(database: Database) -> None:
    changed = _member("di")._replace(born_on="1990-05-01", born_before="1980-02-29", born_from=2027)
    unknown = _member("eve")._replace(born_on=None)
    with database.work() as work:
        members.add(work, PROGRAMME, [_member("bo"), _member("ana"), _member("cy"), changed, unknown])
        leap = Stretch("born_on", "02-29", "02-29~")
        first = members.lock_stretch(work, PROGRAMME, leap, after=("02-29", ""), limit=2)
        second = members.lock_stretch(work, PROGRAMME, leap, after=("02-29", "bo"), limit=2)
        assert (_named(first), _named(second)) == (["ana", "bo"], ["cy"])
        before = Stretch("born_before", "02-29", "02-29~")
        assert members.lock_stretch(work, PROGRAMME, before, after=("02-29", ""), limit=9) == [changed]
        none = Stretch("born_on", "03-01", "03-01~")
        assert members.lock_stretch(work, PROGRAMME, none, after=("03-01", ""), limit=9) == []


def test_members_are_found_by_when_they_joined_a_page_at_a_time(database: Database) -> None:
    joined = [("ana", 10), ("bo", 19), ("cy", 12), ("di", 12), ("eve", 20), ("flo", 9)]
    with database.work() as work:
        assert members.first_enrolled(work, PROGRAMME, otherwise=7) == 7
        members.add(work, PROGRAMME, [_member(name)._replace(enrolled_at=at) for name, at in joined])
        assert members.first_enrolled(work, PROGRAMME, otherwise=7) == 9
        stretch = Stretch("enrolled_at", 10, 20)
        first = members.lock_stretch(work, PROGRAMME, stretch, after=(10, ""), limit=2)
        second = members.lock_stretch(work, PROGRAMME, stretch, after=(12, "cy"), limit=2)
        third = members.lock_stretch(work, PROGRAMME, stretch, after=(19, "bo"), limit=2)
        assert [_named(one) for one in (first, second, third)] == [["ana", "cy"], ["di", "bo"], []]


def test_members_are_found_by_where_they_live(database: Database) -> None:
    with database.work() as work:
        assert members.zones(work, PROGRAMME) == []
        lives = [("ana", "Asia/Tokyo"), ("bo", None), ("cy", "Europe/Paris"), ("di", "Asia/Tokyo")]
        members.add(work, PROGRAMME, [_member(name)._replace(zone=zone) for name, zone in lives])
        members.add(work, PROGRAMME + 1, [_member("eve")._replace(zone="UTC")])
        assert members.zones(work, PROGRAMME) == ["Asia/Tokyo", "Europe/Paris"]
        leap = Stretch("born_on", "02-29", "02-29~")
        found = {
            zone: _named(members.lock_stretch(work, PROGRAMME, leap._replace(zone=zone), after=("02-29", ""), limit=9))
            for zone in ("Asia/Tokyo", NOWHERE, None)
        }
    assert found == {"Asia/Tokyo": ["ana", "di"], NOWHERE: ["bo"], None: ["ana", "bo", "cy", "di"]}


def test_a_value_belongs_to_one_member(database: Database) -> None:
    with database.view() as view:
        key = identities.key_of(view)
    mail, phone = (identities.hash_of(key, kind, "ana@example.org") for kind in ("email", "phone"))
    assert mail != phone
    with database.work() as work:
        assert identities.add(work, PROGRAMME, [Identity("email", mail, "ana", 5)]) == {}
        both = [Identity("phone", phone, "bo", 6), Identity("email", mail, "bo", 6)]
        assert identities.add(work, PROGRAMME, both) == {("email", mail): "ana"}
    with database.view() as view:
        wanted = [("email", mail), ("phone", phone), ("card", mail)]
        assert identities.find(view, PROGRAMME, wanted) == {("email", mail): "ana", ("phone", phone): "bo"}
        assert identities.of_member(view, PROGRAMME, "ana") == [Identity("email", mail, "ana", 5)]
    with database.work() as work:
        identities.release(work, PROGRAMME, "email", mail)
        assert identities.find(work, PROGRAMME, wanted) == {("phone", phone): "bo"}
        assert identities.forget_of(work, PROGRAMME, "bo") == [("phone", phone)]
        assert identities.forget_of(work, PROGRAMME, "ana") == [("email", mail)]
        assert identities.known(work, PROGRAMME, wanted) == {}


def test_an_identity_that_guests_use_is_nobody_s_until_somebody_takes_it(database: Database) -> None:
    mail, card = ("email", b"m" * 32), ("card", b"c" * 32)
    with database.work() as work:
        first = identities.hold(work, PROGRAMME, [mail, card, mail], at=5)
        assert {value: one.member for value, one in first.items()} == {mail: NOBODY, card: NOBODY}
        assert identities.find(work, PROGRAMME, [mail, card]) == {}
        assert identities.add(work, PROGRAMME, [Identity(*mail, "ana", 7)]) == {}
    with database.work() as work:
        again = identities.hold(work, PROGRAMME, [mail, card], at=9)
        assert {value: one.member for value, one in again.items()} == {mail: "ana", card: NOBODY}
        assert identities.of_member(work, PROGRAMME, "ana") == [Identity(*mail, "ana", 7)]
        assert identities.add(work, PROGRAMME, [Identity(*mail, "bo", 9)]) == {mail: "ana"}


def test_a_handle_stays_as_long_as_its_identity_whoever_has_that(database: Database) -> None:
    mail = ("email", b"m" * 32)
    with database.work() as work:
        handles = [identities.hold(work, PROGRAMME, [mail], at=5)[mail].handle]
        identities.add(work, PROGRAMME, [Identity(*mail, "ana", 7)])
        handles.append(identities.known(work, PROGRAMME, [mail])[mail].handle)
        identities.release(work, PROGRAMME, *mail)
        identities.add(work, PROGRAMME, [Identity(*mail, "bo", 8)])
        handles.append(identities.known(work, PROGRAMME, [mail])[mail].handle)
        assert identities.forget_of(work, PROGRAMME, "ana") == []
        assert len(set(handles)) == 1
        identities.remove(work, PROGRAMME, *mail)
        assert identities.hold(work, PROGRAMME, [mail], at=9)[mail].handle not in (*handles, mail[1])


def test_what_was_named_by_its_hash_before_there_were_handles_is_so_still(database: Database) -> None:
    mail = ("email", b"m" * 32)
    with database.work() as work:
        identities.add(work, PROGRAMME, [Identity(*mail, "ana", 7)])
        work.connection.exec_driver_sql("update identities set handle = null")
        assert identities.known(work, PROGRAMME, [mail])[mail] == Known("ana", mail[1])


def test_what_is_kept_of_guests_says_what_it_became(database: Database) -> None:
    rows = [GuestEvent("till", f"g{n}", "card", b"c" * 32, n, 9, "{}", b"h" * 16) for n in range(3)]
    claims = {("till", row.id): Claim("till", row.id, guests.NO_ACCOUNT, guests.NO_NUMBER, row.content) for row in rows}
    own = Claim("till", "own", "bo", 4, b"h" * 16)
    with database.work() as work:
        guests.add(work, PROGRAMME, rows)
        guests.settle(work, PROGRAMME, [claims["till", "g1"]._replace(account="ana", number=7)])
    with database.view() as view:
        assert guests.of_identities(view, PROGRAMME, [("card", b"c" * 32), ("email", b"c" * 32)]) == [
            rows[0], rows[1]._replace(account="ana", number=7), rows[2],
        ]  # fmt: skip
        assert guests.find(view, PROGRAMME, [("till", "g0"), ("web", "g1")]) == {("till", "g0"): rows[0]}
        found = guests.settled(view, PROGRAMME, {**claims, ("till", "own"): own})
        assert [(one.account, one.number) for one in found.values()] == [("", 0), ("ana", 7), ("", 0), ("bo", 4)]
        assert guests.settled(view, PROGRAMME, {("till", "own"): own}) == {("till", "own"): own}


def test_many_names_are_looked_for_at_once(database: Database) -> None:
    names = [f"m{number:04}" for number in range(1200)]
    with database.work() as work:
        members.add(work, PROGRAMME, [_member(name, name) for name in names])
        assert list(members.read(work, PROGRAMME, names[::-1])) == names
