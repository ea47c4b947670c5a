"""Who was erased is in no table and in no file, and the books verify (T22).

Values are planted wherever a person can be named; after the erasure every cell of every table, and on SQLite every byte of its
files, is searched for them. PostgreSQL's files are its own: they keep bytes until it uses their place again.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guerdon.services.adjustments.adjust import AdjustPoints, adjust_points
from guerdon.services.answers import Refusal
from guerdon.services.identities import hashed
from guerdon.services.members.enrol import EnrolMember, enrol_member
from guerdon.services.members.erase import EraseMember, erase_member
from guerdon.services.members.find import Profile
from guerdon.services.once import Answered, Asking, once
from guerdon.services.transfers.transfer import TransferPoints, transfer_points
from guerdon.store import Database, jobs, open_database
from guerdon.worker.loop import Worker
from tests.databases.fixtures import Engine
from tests.proof.kept import kept
from tests.proof.sizes import sized
from tests.services.shop import GIFTS, PROGRAMME, REASONS, TESTS, Shop, by
from tests.services.test_leaving import assert_right, closes, code, rejoins

LEAVING = PROGRAMME + REASONS + GIFTS + "enrolment: {claim: 30 days, closing: {notice: 30 days, restore: 60 days}}\n"
SAID = (
    "Xanthippe",
    "xanthippe.k",
    "33698700123",
    "tok_xanthippe",
    "Zwiebelgasse",
    "1931-07-19",
    "Quokka",
    "Kathmandu",
    "note-of-her",
)
"""What is planted; the first words of each stand in no other text."""
IDENTITIES = [
    {"email": "Xanthippe.K@example.org"}, {"phone": "+33 698700123"}, {"card": "tok_xanthippe"}, {"shop": "Quokka-9"},
]  # fmt: skip


def plant(shop: Shop, member: str = "m1") -> None:
    """Let a member be named in every way there is: as a guest, in time and too early, who joins and asks again, buys, and is noted."""
    for number, day in enumerate(("2026-04-01", "2026-05-15")):
        shop.one(id=f"g{number}-{member}", identity=IDENTITIES[number], at=day, amount=10, customer="Xanthippe")
    asked = EnrolMember(
        member=member, identities=IDENTITIES, attributes={"name": "Xanthippe", "street": "Zwiebelgasse 7"},
    )  # fmt: skip
    with shop.database.work() as work:
        published = shop.publishing.current(work)

        def do() -> Answered:
            found = enrol_member(asked, work, published, by=TESTS, at=shop.at())
            assert isinstance(found, Profile)
            return Answered(status=201, body=json.dumps({"member": member, "attributes": found.attributes}))

        once(work, published.id, Asking(actor="till", key=f"k-{member}", asked=b"x"), do, at=shop.at())
    shop.update(member, identities_removed=IDENTITIES[3:])
    shop.update(member, identities=IDENTITIES[3:])
    shop.update(member, identities_removed=IDENTITIES[2:3])
    shop.update(member, attributes={"pet": "Quokka"}, born_on=date(1931, 7, 19), zone="Asia/Kathmandu")
    shop.one(
        id=f"a-{member}",
        identity=IDENTITIES[0],
        at="2026-05-20",
        amount=300,
        customer="Xanthippe",
        gift={"to": "Zwiebelgasse"},
    )
    shop.one(id=f"b-{member}", member=member, at="2026-05-21", lines=[{"amount": 20, "engraving": "Xanthippe"}])
    with shop.database.work() as work:
        noted = AdjustPoints(
            id=f"n-{member}", member=member, reason="goodwill", points=7, note="note-of-her: Xanthippe", by=by("desk")
        )
        assert not isinstance(adjust_points(noted, work, shop.publishing.current(work), at=shop.at()), Refusal)
    shop.one(id=f"o-{member}", member="other", at="2026-05-20", amount=5)
    for number, (sender, receiver) in enumerate(((member, "other"), ("other", member))):
        gift = TransferPoints(
            id=f"t{number}-{member}", sender=sender, receiver=receiver, transfer="gift", points=12 - number,
            message="note-of-her for Xanthippe", by=by("desk"),
        )  # fmt: skip
        with shop.database.work() as work:
            told = transfer_points(gift, work, shop.publishing.current(work), at=shop.at())
            assert not isinstance(told, Refusal), told


def erases(shop: Shop, member: str = "m1") -> Profile | Refusal:
    return shop.leave(erase_member, EraseMember(member=member))


def hashes(database: Database) -> set[bytes]:
    """Return the keyed hashes of what was planted: whoever has the key and the values could look for them."""
    with database.view() as view:
        return {value for _, value in hashed(view, IDENTITIES)}


def found_in(database: Database) -> set[str]:
    """Return which planted values, or hashes of them, stand in any cell of any table."""
    everything = json.dumps(kept(database), default=lambda one: bytes(one).hex()).casefold()
    with database.view() as view:
        everything += str(view.connection.exec_driver_sql("select * from meta").all()).casefold()
    found = {one for one in SAID if one.casefold() in everything}
    return found | {"a hash" for one in hashes(database) if one.hex() in everything}


def found_in_files(database: Database) -> set[str]:
    """Return which planted values, or hashes of them, stand in any of SQLite's files."""
    path = Path(database.url.removeprefix("sqlite:///"))
    files = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    found = {one for one in SAID if one.lower().encode() in files.lower()}
    return found | {"a hash" for one in hashes(database) if one in files or one.hex().encode() in files}


def issued(shop: Shop) -> dict[str, int]:
    """Return what stands in each of the programme's books."""
    with shop.database.view() as view:
        rows = view.connection.exec_driver_sql(
            "select book, sum(points) from postings where book > 3 group by book"
        ).all()
    return {str(book): int(points) for book, points in rows}


def test_who_is_erased_is_in_no_table_and_in_no_file(engine: Engine) -> None:
    shop = Shop(open_database(engine.url), LEAVING)
    try:
        plant(shop)
        shop.one(id="c", member="m2", at="2026-05-20", amount=50)
        assert {"Xanthippe", "Zwiebelgasse", "1931-07-19", "Quokka", "note-of-her", "a hash"} <= found_in(shop.database)
        if engine.kind == "sqlite":
            assert {"Xanthippe", "Quokka", "note-of-her", "a hash"} <= found_in_files(shop.database)
        before = issued(shop)
        found = erases(shop)
        assert isinstance(found, Profile)
        assert (found.status, found.born_on, found.zone, found.attributes, found.identities) == (
            "erased",
            None,
            None,
            {},
            (),
        )
        assert found_in(shop.database) == set()
        assert issued(shop) == {**before, "6": 336}, "what was left is breakage, and nothing else moved"
        Worker(shop.database, 1, shop.at).round()
        if engine.kind == "sqlite":
            assert found_in_files(shop.database) == set()
            with shop.database.view() as view:
                assert jobs.purge_wanted(view) is None
        shop.now = "2026-06-01T12:00:02+02:00"
        assert_right(shop)
        assert shop.points("m1") == 0
    finally:
        shop.database.close()


def test_nobody_is_somebody_who_was_erased(database: Database) -> None:
    """Their identities are free, their name is not, and nothing is recorded of them any more."""
    shop = Shop(database, LEAVING)
    plant(shop)
    first = erases(shop)
    assert erases(shop) == first
    assert code(shop.enrol("m1")) == "member_taken"
    assert [code(do(shop, "m1")) for do in (closes, rejoins)] == ["member_closed", "member_closed"]
    assert code(shop.update("m1", attributes={"name": "Xanthippe"})) == "member_closed"
    assert (
        code(shop.record({"id": "z", "member": "m1", "at": "2026-06-01T13:00:00+02:00", "amount": 1})[0])
        == "member_closed"
    )
    assert isinstance(shop.enrol("m3", identities=IDENTITIES), Profile)
    shop.now = "2026-06-01T12:00:02+02:00"
    assert_right(shop)


def test_who_is_leaving_or_has_left_is_erased_too(database: Database) -> None:
    shop = Shop(database, LEAVING)
    plant(shop)
    closes(shop, "m1")
    assert isinstance(erases(shop), Profile)
    assert shop.points("m1") == 0
    shop.enrol("m2", attributes={"name": "Xanthippe"})
    closes(shop, "m2")
    shop.now = "2026-08-01T12:00:00+02:00"
    found = erases(shop, "m2")
    assert isinstance(found, Profile)
    assert (found.status, found.closed_at) == ("erased", shop.at("2026-07-02T00:00:00+02:00"))
    assert found_in(database) == set()
    assert_right(shop)


def test_without_closing_in_the_programme_nobody_is_erased(database: Database) -> None:
    shop = Shop(database)
    shop.enrol("m1")
    assert code(erases(shop)) == "closing_unknown"


WHATS = ("buy", "redeem", "reserve", "close", "guest", "other")


@settings(
    max_examples=sized(push=4, release=500),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(does=st.lists(st.tuples(st.sampled_from(WHATS), st.integers(1, 90)), max_size=10))
def test_whatever_they_did_nothing_of_them_is_left(does: list[tuple[str, int]], tmp_path_factory: Any) -> None:  # noqa: ANN401 - pytest's own
    folder = tmp_path_factory.mktemp("erased")
    database = open_database(f"sqlite:///{folder}/books.db")
    database.migrate()
    shop = Shop(database, LEAVING)
    try:
        plant(shop)
        for number, (what, size) in enumerate(does):
            said = {"id": f"e{number}", "at": "2026-05-28", "amount": size, "card": "Xanthippe"}
            if what in ("buy", "other"):
                shop.record({**said, "member": "m1" if what == "buy" else "m2"})
            elif what == "guest":
                shop.record({**said, "identity": {"shop": f"x{size}"}})
            elif what == "close":
                closes(shop, "m1")
            else:
                shop.redeem(id=f"r{number}", member="m1", reward="coffee", reserve=what == "reserve")
        assert isinstance(erases(shop), Profile)
        assert found_in(database) == set()
        Worker(database, 1, shop.at).round()
        assert found_in_files(database) == set()
        shop.now = "2026-06-01T12:00:05+02:00"
        assert_right(shop)
    finally:
        database.close()
