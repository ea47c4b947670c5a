"""Whatever the planner believed of a table when it was empty, what is asked for by its key is found by its key."""

from sqlalchemy.event import listen

from guerdon.store import Work, accounts, events, journals, members, open_database
from guerdon.store.asked import transfers
from guerdon.store.events import Claim, EventRow
from guerdon.store.journals import EntryRow, JournalRow
from guerdon.store.members import Stretch
from tests.databases.fixtures import Engine
from tests.store.books import PROGRAMME


def record(work: Work, number: int) -> None:
    """Write what recording an event of Ana's writes."""
    (ana,) = accounts.lock(work, PROGRAMME, ["ana"]).values()
    events.find(work, PROGRAMME, [("till", str(number))])
    events.claim(work, PROGRAMME, [Claim("till", str(number), "ana", number, b"what")])
    row = EventRow("ana", number, "till", str(number), "purchase", 0, "ana", 5, 5, "{}", None, 1)
    events.add(work, PROGRAMME, [row])
    entry = EntryRow("ana", number, 0, 1, *[0] * (len(EntryRow._fields) - 4))
    journals.add(work, PROGRAMME, [JournalRow("ana", number, number, 0, 5, 5)], [entry])
    ana.events = ana.journals = number
    accounts.save(work, PROGRAMME, [ana])


def plans(work: Work) -> dict[str, str]:
    """Return how the database does what this connection has asked it to prepare."""
    work.wait()
    known = work.driver.execute(
        "select name, statement, cardinality(parameter_types) from pg_prepared_statements"
    ).fetchall()
    found = {}
    for name, statement, count in known:
        given = f"({', '.join(['null'] * count)})" if count else ""
        lines = work.driver.execute(f'explain execute "{name}"{given}').fetchall()
        found[statement] = "\n".join(line for (line,) in lines)
    return found


def test_what_was_planned_while_a_table_was_empty_reads_what_it_is_asked_for_alone(engine: Engine) -> None:
    """A join that compares every row of a table was planned once, and read all accounts for every group of events."""
    if engine.kind != "postgresql":
        return
    database = open_database(engine.url, writers=1)
    with database.work() as work:
        record(work, 1)
        found = plans(work)
    database.close()
    assert len(found) > len(["accounts", "events", "event_ids", "journals", "entries"])
    for statement, plan in found.items():
        assert "Join Filter" not in plan, (statement, plan)
        assert "Seq Scan" not in plan, (statement, plan)


def test_text_is_kept_as_it_was_whatever_signs_are_in_it(engine: Engine) -> None:
    odd = ['"', "\\", '\\"', "{", "}", ",", "null", "NULL", "", " ", "\\x41", "'", "\n", "ünal", "{1,2}", "%b"]
    database = open_database(engine.url)
    with database.work() as work:
        accounts.lock(work, PROGRAMME, ["ana"])
        rows = [
            EventRow("ana", number, text, text, text, 0, text, 5, 5, text, text if number % 2 else None, 1)
            for number, text in enumerate(odd, start=1)
        ]
        events.add(work, PROGRAMME, rows)
        claims = [Claim("till", text, text, number, text.encode()) for number, text in enumerate(odd, start=1)]
        events.claim(work, PROGRAMME, claims)
    with database.view() as view:
        assert events.of_account(view, PROGRAMME, "ana") == rows
        assert set(events.find(view, PROGRAMME, [("till", text) for text in odd]).values()) == set(claims)
    database.close()


def test_who_has_a_birthday_and_who_sent_what_is_found_by_an_index(engine: Engine) -> None:
    """Once a day among all members, and at each look at a member's transfers."""
    if engine.kind != "sqlite":
        return
    database = open_database(engine.url)
    told: list[tuple[str, tuple[object, ...]]] = []
    with database.work() as work:
        connection = work.connection
        listen(connection, "before_cursor_execute", lambda *said: told.append((said[2], said[3])))
        for stretch in (
            ("born_on", "05-04", "05-04~"),
            ("born_on", "05-04", "05-04~", "Asia/Tokyo"),
            ("born_before", "05-04", "05-04~"),
            ("enrolled_at", 5, 9),
        ):
            members.lock_stretch(work, PROGRAMME, Stretch(*stretch), after=(stretch[1], "bo"), limit=2)
        transfers.of_member(work, PROGRAMME, "ana", limit=2)
        found = [list(connection.exec_driver_sql(f"explain query plan {one}", given)) for one, given in told.copy()]
    database.close()
    assert [[row[-1].partition(" INDEX ")[2].partition(" ")[0] for row in rows] for rows in found] == [
        ["members_born"], ["members_born"], ["members_born_before"], ["members_enrolled"], ["transfers_sender"], ["transfers_receiver"],
    ]  # fmt: skip
