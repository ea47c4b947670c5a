"""Whatever the planner believed of a table when it was empty, what is asked for by its key is found by its key."""

from guerdon.store import Work, accounts, events, journals, open_database
from guerdon.store.events import Claim, EventRow
from guerdon.store.journals import EntryRow, JournalRow
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
