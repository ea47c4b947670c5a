"""Revisions and terms of a programme are added to, and keep their numbers."""

from guerdon.store import Database, programmes, revisions, terms
from guerdon.store.terms import Term

FILES = {"coffee.yaml": "format: 1\nname: Käffchen\n", "2026.yaml": "x"}


def test_a_programme_is_made_once(database: Database) -> None:
    with database.work() as work:
        numbers = [programmes.make(work, name, at=5) for name in ("coffee", "tea", "coffee")]
    assert numbers == [1, 2, 1]
    with database.view() as view:
        assert programmes.names(view) == {1: "coffee", 2: "tea"}
        assert programmes.find(view, "milk") is None


def test_the_newest_revision_is_in_force(database: Database) -> None:
    with database.work() as work:
        programme = programmes.make(work, "coffee", at=5)
        assert revisions.newest(work, programme) is None
        assert revisions.publish(work, programme, FILES, at=10, by="eve") == 1
        assert revisions.publish(work, programme, {}, at=11, by="eve", note="a mistake", replaces=1) == 2
        first = revisions.one(work, programme, 1)
        assert first is not None
        assert revisions.publish(work, programme, first.files, at=12, by="eve") == 3
    with database.view() as view:
        assert revisions.newest(view, programme) == revisions.Revision(3, 12, "eve", "", FILES, None)
        assert [one.replaces for one in revisions.every(view, programme)] == [None, 1, None]
        assert revisions.newest_number(view, programme + 1) is None
        assert revisions.one(view, programme, 9) is None


def test_a_term_keeps_its_number(database: Database) -> None:
    rules = [Term("rule", "base"), Term("unit", "points"), Term("rule", "base")]
    with database.work() as work:
        programme = programmes.make(work, "coffee", at=5)
        first = terms.number(work, programme, rules)
    assert first == {Term("rule", "base"): 0, Term("unit", "points"): 1}
    with database.work() as work:
        assert terms.number(work, programme, [Term("rule", "bonus"), *rules]) == {**first, Term("rule", "bonus"): 2}
    with database.view() as view:
        assert terms.every(view, programme) == {0: rules[0], 1: rules[1], 2: Term("rule", "bonus")}
