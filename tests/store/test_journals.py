"""Journals and their entries are written as sets and read page by page; postings and lots are read off the entries."""

import time

import pytest
from sqlalchemy import Table

from guerdon.core.errors import InvariantBroken
from guerdon.store import Database, accounts, events, journals, tables
from guerdon.store.events import Claim, EventRow
from guerdon.store.journals import EntryRow, JournalRow
from tests.store.books import PROGRAMME, claim, entry, event, journal

EARNED, SPENT, EXPIRED, REVERSED, RESTORED, INDEBTED, SETTLED = 0, 1, 2, 3, 7, 8, 9
AVAILABLE, DEBT, ISSUED, REDEEMED, BREAKAGE, TAKEN_BACK = 1, 3, 4, 5, 6, 7


@pytest.mark.parametrize(
    ("row", "table"),
    [(EventRow, tables.events), (EntryRow, tables.entries), (JournalRow, tables.journals), (Claim, tables.event_ids)],
)
def test_a_row_has_the_columns_of_its_table_in_order(row: type[EventRow], table: Table) -> None:
    assert ["programme", *row._fields] == [column.name for column in table.columns]


def _post(database: Database, *entries: EntryRow) -> None:
    with database.work() as work:
        accounts.lock(work, PROGRAMME, [one.account for one in entries])
        numbers = {(one.account, one.journal): one.event for one in entries}
        journals.add(
            work, PROGRAMME, [journal(number, account, of) for (account, number), of in numbers.items()], entries
        )


def test_journals_are_read_newest_first_and_entries_in_order(database: Database) -> None:
    _post(database, *[entry(number, position) for number in range(1, 6) for position in (1, 0)], entry(1, 0, "bo"))
    with database.view() as view:
        assert [one.number for one in journals.of_account(view, PROGRAMME, "ana", limit=2)] == [5, 4]
        assert [one.number for one in journals.of_account(view, PROGRAMME, "ana", before=4)] == [3, 2, 1]
        found = journals.entries_of(view, PROGRAMME, "ana", [4, 2])
        assert [(one.journal, one.position) for one in found] == [(2, 0), (2, 1), (4, 0), (4, 1)]
        assert found[0] == entry(2, 0)
        assert journals.entries_after(view, PROGRAMME, "ana", 4) == [entry(5, 0), entry(5, 1)]
        assert journals.entries_of_events(view, PROGRAMME, "bo", [1]) == [entry(1, 0, "bo")]


def test_a_journal_has_the_batch_of_the_work_that_wrote_it(database: Database) -> None:
    with database.work() as work:
        accounts.lock(work, PROGRAMME, ["ana"])
        journals.add(work, PROGRAMME, [journal(1, event=None)], [])
        batch = work.batch
    with database.view() as view:
        assert journals.of_account(view, PROGRAMME, "ana") == [journal(1, event=None)._replace(batch=batch)]


def test_an_account_that_is_not_locked_gets_no_journals(database: Database) -> None:
    with pytest.raises(InvariantBroken), database.work() as work:
        journals.add(work, PROGRAMME, [journal(1)], [])


def test_postings_show_both_sides_of_what_moved(database: Database) -> None:
    moved_nothing = entry(1, 1, kind=10, points=0, source_book=None, into_book=None)
    _post(database, entry(1), moved_nothing)
    with database.view() as view:
        rows = view.connection.exec_driver_sql("select book, points from postings order by book").fetchall()
    assert [tuple(row) for row in rows] == [(AVAILABLE, 10), (ISSUED, -10)]


def _lots(database: Database) -> dict[int, tuple[int, ...]]:
    query = "select made, original, spent, expired, reversed, remaining from lots order by made"
    with database.view() as view:
        rows = view.connection.exec_driver_sql(query).fetchall()
    return {int(row[0]): tuple(map(int, row[1:])) for row in rows}


def test_a_lot_is_what_its_entries_make_of_it(database: Database) -> None:
    _post(
        database,
        entry(1, points=100),
        entry(2, kind=SPENT, event=2, points=70, source_book=AVAILABLE, into_book=REDEEMED),
        entry(3, kind=RESTORED, event=3, points=20, band=2, source_book=REDEEMED, into_book=AVAILABLE),
        entry(4, kind=REVERSED, event=4, points=15, source_book=AVAILABLE, into_book=TAKEN_BACK),
        entry(5, kind=EXPIRED, event=1, points=35, source_book=AVAILABLE, into_book=BREAKAGE),
    )
    assert _lots(database) == {1: (100, 50, 35, 15, 0)}


def test_what_a_late_event_made_untrue_is_taken_off(database: Database) -> None:
    _post(database, entry(1, points=100), entry(2, sign=-1, points=100), entry(2, 1, points=80))
    assert _lots(database) == {1: (80, 0, 0, 0, 80)}
    with database.view() as view:
        rows = view.connection.exec_driver_sql(
            "select book, sum(points) from postings group by book order by book"
        ).fetchall()
    assert [tuple(map(int, row)) for row in rows] == [(AVAILABLE, 80), (ISSUED, -80)]


def test_the_journal_of_an_event_is_found(database: Database) -> None:
    _post(database, entry(1), entry(2, event=2))
    with database.view() as view:
        found = journals.of_event(view, PROGRAMME, "ana", 2)
        assert found is not None
        assert found.number == 2
        assert journals.of_event(view, PROGRAMME, "ana", 3) is None


def test_what_a_refund_makes_debt_is_reversed_in_the_lot_that_pays_it(database: Database) -> None:
    _post(
        database,
        entry(1, points=100),
        entry(2, kind=SPENT, event=2, points=100, source_book=AVAILABLE, into_book=REDEEMED),
        entry(3, kind=INDEBTED, event=3, points=100, source_book=DEBT, into_book=AVAILABLE),
        entry(3, 1, kind=REVERSED, event=3, points=100, source_book=AVAILABLE, into_book=TAKEN_BACK),
        entry(4, event=4, made=4, points=60),
        entry(4, 1, kind=SETTLED, event=4, made=4, points=60, source_book=AVAILABLE, into_book=DEBT),
    )
    assert _lots(database) == {1: (100, 100, 0, 0, 0), 4: (60, 0, 0, 60, 0)}


def test_points_that_come_back_after_their_time_are_a_lot_of_their_own(database: Database) -> None:
    _post(
        database,
        entry(1, points=100),
        entry(2, kind=SPENT, event=2, points=100, source_book=AVAILABLE, into_book=REDEEMED),
        entry(3, kind=RESTORED, event=3, made=3, points=100, band=2, source_book=REDEEMED, into_book=AVAILABLE),
    )
    assert _lots(database) == {1: (100, 100, 0, 0, 0), 3: (100, 0, 0, 0, 100)}


def test_a_thousand_events_are_written_at_once(database: Database) -> None:
    names = [f"account {number}" for number in range(1000)]
    before = time.monotonic()
    with database.work() as work:
        with work.pipeline():
            locked = accounts.locking(work, PROGRAMME, names)
            found = events.finding(work, PROGRAMME, [("till", name) for name in names])
            assert found() == {}
            rows = locked()
        events.claim(work, PROGRAMME, [claim(name, name) for name in names])
        events.add(work, PROGRAMME, [event(1, name) for name in names])
        journals.add(
            work,
            PROGRAMME,
            [journal(1, name) for name in names],
            [entry(1, position, name) for name in names for position in range(4)],
        )
        for row in rows.values():
            row.events = row.journals = 1
            row.state = b"s" * 800
        accounts.save(work, PROGRAMME, rows.values())
    taken = time.monotonic() - before
    assert taken < 5, f"{taken:.3f} s"
    with database.view() as view:
        assert len(journals.entries_of(view, PROGRAMME, names[-1], [1])) == 4
        assert len(events.find(view, PROGRAMME, [("till", name) for name in names])) == 1000
