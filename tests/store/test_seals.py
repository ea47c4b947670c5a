"""Journals are numbered and chained after commit, in an order that no running transaction can change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.store import Database, Work, accounts, events, journals, seals
from guerdon.store.journals import EntryRow
from tests.store.books import PROGRAMME, claim, entry, event, journal


def _post(work: Work, *names: str) -> None:
    """Post one event, with its journal and two entries, to each account."""
    found = accounts.lock(work, PROGRAMME, names)
    for name, account in found.items():
        account.events += 1
        account.journals += 1
        number = account.journals
        events.claim(work, PROGRAMME, [claim(f"{name}-{number}", name, number, bytes([number]) * 16)])
        events.add(work, PROGRAMME, [event(account.events, name)])
        rows = [entry(number, place, name, event=number) for place in range(2)]
        journals.add(work, PROGRAMME, [journal(number, name, account.events)], rows)
    accounts.save(work, PROGRAMME, found.values())


def _seal(database: Database, limit: int = 100) -> int:
    with database.work() as work:
        return seals.seal(work, PROGRAMME, limit)


def _order(database: Database) -> list[tuple[int, str, int]]:
    with database.view() as view:
        return [row[:3] for row in seals.after(view, PROGRAMME)]


def _chain(database: Database) -> seals.Chain:
    with database.view() as view:
        return seals.verify_chain(view, PROGRAMME, page=2)


def test_seals_number_journals_without_gaps(database: Database) -> None:
    for names in (["bo", "ana"], ["ana"], ["cy", "bo"]):
        with database.work() as work:
            _post(work, *names)
    assert [_seal(database, 3), _seal(database, 3), _seal(database, 3)] == [3, 2, 0]
    assert _order(database) == [(1, "ana", 1), (2, "bo", 1), (3, "ana", 2), (4, "bo", 2), (5, "cy", 1)]
    chain = _chain(database)
    with database.view() as view:
        assert seals.head(view, PROGRAMME)[::2] == (5, chain.hash)
        assert seals.unsealed(view, PROGRAMME) == (0, None)
    assert (chain.seals, chain.breaks) == (5, ())


def test_what_is_sealed_once_stays_and_what_comes_is_sealed_after_it(database: Database) -> None:
    with database.work() as work:
        _post(work, "ana", "bo")
    _seal(database)
    before = _order(database)
    with database.work() as work:
        _post(work, "ana")
    with database.view() as view:
        assert seals.unsealed(view, PROGRAMME) == (1, 102)
    _seal(database)
    assert _order(database) == [*before, (3, "ana", 2)]


def test_nothing_is_sealed_that_a_running_transaction_could_come_before(database: Database) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has one writer")
    with database.work() as slow:
        accounts.lock(slow, PROGRAMME, ["bo"])
        with database.work() as work:
            _post(work, "ana")
        assert _seal(database) == 0
        _post(slow, "bo")
        slow.wait()
        assert _seal(database) == 0
    assert _seal(database) == 2
    assert [row[1] for row in _order(database)] == ["bo", "ana"]


def test_an_account_is_sealed_in_the_order_of_its_journals(database: Database) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has one writer")
    with database.work() as early:
        accounts.lock(early, PROGRAMME, ["zoe"])
        with database.work() as later:
            _post(later, "ana")
        _post(early, "ana")
        assert early.batches[PROGRAMME, "ana"] > early.batch
    assert _seal(database) == 2
    assert _order(database) == [(1, "ana", 1), (2, "ana", 2)]


TAMPERED = {
    "an entry": "update entries set points = points + 1 where account = 'bo' and position = 1",
    "an entry gone": "delete from entries where account = 'bo' and position = 1",
    "an entry more": "insert into entries select programme, account, journal, 9, sign, kind, at, unit, points, source_book, into_book, "
    "event, made, line, rule, version, source, band, desired, limit_, period, lot, residue, payer, reason "
    "from entries where account = 'bo' and position = 1",
    "a journal": "update journals set at = at + 1 where account = 'bo'",
    "a journal gone": "delete from journals where account = 'bo'",
    "an event's content": "update event_ids set content = {none} where account = 'bo'",
    "an event gone": "delete from events where account = 'bo'",
    "a seal": "update seals set hash = {none} where account = 'bo'",
    "a seal gone": "delete from seals where account = 'bo'",
    "the last seal gone": "delete from seals where account = 'cy'",
    "the head": "update sealer set seal = seal - 1",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_tampered_with_is_found(database: Database, what: str) -> None:
    with database.work() as work:
        _post(work, "ana", "bo", "cy")
    _seal(database)
    assert _chain(database).breaks == ()
    with database.work() as work:
        _unprotect(work)
        none = "'\\x00'::bytea" if database.is_postgresql else "x'00'"
        work.connection.exec_driver_sql(TAMPERED[what].replace("{none}", none))
    assert _chain(database).breaks != ()


def _unprotect(work: Work) -> None:
    if work.is_postgresql:
        work.connection.exec_driver_sql("set local session_replication_role = replica")
        return
    rows = work.connection.exec_driver_sql("select name from sqlite_master where type = 'trigger'").fetchall()
    for row in rows:
        work.connection.exec_driver_sql(f"drop trigger {row[0]}")


def test_readers_of_the_outbox_have_cursors_of_their_own(database: Database) -> None:
    with database.work() as work:
        _post(work, "ana", "bo", "cy")
    _seal(database)
    with database.work() as work:
        assert seals.cursor(work, PROGRAMME, "webhooks") == 0
        read = seals.after(work, PROGRAMME, 0, 2)
        seals.move_cursor(work, PROGRAMME, "webhooks", read[-1].seal)
        seals.move_cursor(work, PROGRAMME, "webhooks", read[-1].seal)
    with database.view() as view:
        rest = seals.after(view, PROGRAMME, seals.cursor(view, PROGRAMME, "webhooks"))
        assert [one.account for one in (*read, *rest)] == ["ana", "bo", "cy"]
        assert seals.cursor(view, PROGRAMME, "messages") == 0


@given(st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62))
def test_different_entries_have_different_hashes(one: int, other: int) -> None:
    row = (*journal(1), None)
    made = [seals.hash_of(seals.GENESIS, row, [_points(points)]) for points in (one, other)]
    assert (made[0] == made[1]) is (one == other)


def _points(points: int) -> EntryRow:
    return entry(1, points=points)
