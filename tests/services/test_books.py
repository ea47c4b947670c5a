"""The books as a whole: what falls due is posted once, journals are sealed, and what was changed is found."""

import pytest

from guerdon.app.verifying import verify_books
from guerdon.core.ledger.books import BREAKAGE_BOOK
from guerdon.definition.check import check_text
from guerdon.services.audit import By
from guerdon.services.books.verify import Verified
from guerdon.services.programmes.publish import publish
from guerdon.store import Database, journals, open_database
from guerdon.store.drivers import postgresql
from tests.databases.fixtures import Engine
from tests.services.shop import PROGRAMME, Shop


def busy(database: Database) -> Shop:
    """Return a shop in which something of everything has happened."""
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-01-10", amount=300)
    shop.one(id="2", member="ana", at="2026-01-12", amount=300)
    shop.one(id="3", type="refund", member="ana", at="2026-01-13", refund_of="1", amount=100)
    shop.one(id="4", member="ben", at="2026-01-11", amount=80)
    shop.redeem(id="r1", member="ana", reward="coffee")
    shop.redeem(id="r2", member="ben", reward="coffee", reserve=True)
    shop.one(id="5", member="ana", at="2026-01-09", amount=250)
    for number, member in (("6", "ana"), ("7", "ben")):
        shop.one(id=number, type="refund", member=member, at="2026-01-14", refund_of="later", amount=10)
    return shop


def test_what_fell_due_is_posted_once_with_its_instant(database: Database) -> None:
    shop = busy(database)
    shop.now = "2027-02-01T00:00:00+01:00"
    assert shop.post_due() == 2
    assert shop.post_due() == 0
    with database.view() as view:
        gone = [entry for entry in journals.entries_after(view, 1, "ana") if entry.into_book == BREAKAGE_BOOK]
    assert {entry.at for entry in gone} <= {shop.at(f"2027-01-{day:02}T00:00:00+01:00") for day in (9, 10, 12)}
    assert shop.points("ana") == 0
    assert not shop.verify().findings


def test_an_event_from_before_what_was_posted_comes_into_its_place(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-01-10", amount=100)
    shop.now = "2027-01-20T00:00:00+01:00"
    shop.post_due()
    assert shop.points("ana") == 0
    shop.one(id="2", type="redemption", member="ana", at="2026-06-01", points=30)
    shop.one(id="3", member="ana", at="2026-06-02", amount=5)
    assert shop.points("ana") == 5
    assert not shop.verify().findings


def test_everything_is_derived_anew_and_agrees(database: Database) -> None:
    shop = busy(database)
    assert shop.seal() > 0
    assert shop.seal() == 0
    found = shop.verify()
    assert (found.accounts, found.findings, found.unsealed) == (2, (), 0)
    assert found.seals == found.journals


def changed(database: Database, statement: str) -> Verified:
    """Return what is found after somebody changed a row behind the books' back."""
    shop = busy(database)
    shop.seal()
    with database.work() as work:
        for table in ("events", "journals", "entries", "event_ids"):
            if work.is_postgresql:
                work.connection.exec_driver_sql(f"alter table {table} disable trigger all")
            else:
                work.connection.exec_driver_sql(f"drop trigger {table}_update")
        assert work.connection.exec_driver_sql(statement).rowcount > 0
    return shop.verify()


def test_points_that_somebody_changed_are_found(database: Database) -> None:
    assert changed(
        database, "update entries set points = points + 1, desired = desired + 1 where account = 'ben' and kind = 0"
    ).findings


def test_a_journal_that_somebody_changed_is_found(database: Database) -> None:
    assert changed(database, "update journals set recorded_at = recorded_at + 1 where account = 'ben'").findings


def test_a_standing_that_somebody_changed_is_found(database: Database) -> None:
    statement = (
        "update accounts set state = (select state from accounts as a where a.account = 'ana') where account = 'ben'"
    )
    assert changed(database, statement).findings


OF_ANOTHER = "content = (select content from event_ids as o where o.id = '5')"


@pytest.mark.parametrize("change", ["id = 'x'", "source = 'x'", "account = 'x'", "number = number + 1", OF_ANOTHER])
@pytest.mark.parametrize("count", [1, 2])
def test_a_refund_that_nothing_says_to_wait_any_more_is_found(database: Database, count: int, change: str) -> None:
    """Its purchase would not find it; nor the second one, when the first is gone."""
    told = f"substr(id, 1, 5) = 'later' and substr(id, length(id)) = '{count}'"
    assert changed(database, f"update event_ids set {change} where {told}").findings


def test_an_event_that_somebody_changed_is_found(database: Database) -> None:
    statement = "update events set body = replace(body, '80', '81') where account = 'ben' and kind = 1"
    assert changed(database, statement).findings


def test_an_event_whose_words_somebody_changed_is_found_even_if_nothing_follows(database: Database) -> None:
    statement = (
        "update events set body = replace(body, '\"amount\":80', '\"amount\":80.5') where account = 'ben' and kind = 1"
    )
    assert changed(database, statement).findings


def test_books_are_held_against_the_revision_under_which_they_were_written(database: Database) -> None:
    shop = busy(database)
    later = check_text(PROGRAMME.replace("floor(eligible)", "floor(eligible / 2)"), examples=False)
    with database.work() as work:
        publish(work, "shop", later.files, (), by=By(actor="tests"), at=shop.at())
    assert shop.verify().findings == ()
    shop.one(id="9", member="ben", at=shop.now, amount=10)
    assert shop.verify().findings == ()


def test_several_processes_find_what_one_finds(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = busy(database)
    shop.seal()
    monkeypatch.setattr("guerdon.app.verifying.FEW", 1)
    with database.work() as work:
        work.connection.exec_driver_sql("update accounts set events = events + 1 where account = 'ben'")
    found = verify_books(database, 1, at=shop.at(), processes=2)
    assert found == shop.verify()
    assert [finding.account for finding in found.findings] == ["ben"]


def test_verifying_holds_no_transaction_while_its_processes_work(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends one that nothing is asked of for a minute; here, for a second."""
    monkeypatch.setattr("guerdon.app.verifying.FEW", 1)
    monkeypatch.setattr(postgresql, "SETTINGS", postgresql.SETTINGS.replace("timeout=60s", "timeout=1s"))
    database = open_database(engine.url)
    shop = busy(database)
    assert verify_books(database, 1, at=shop.at(), processes=2) == shop.verify()
    database.close()
