"""Importing history: afterwards the service goes on as if every event had been recorded through it."""

from pathlib import Path

import pytest

from guerdon.core.errors import Conflict, Invalid
from guerdon.services.answers import Recorded, Refusal
from guerdon.store import Database
from tests.services.importing import Row, imported, net, passing, written
from tests.services.shop import HEAD, PROGRAMME, REASONS, Shop

YEAR: list[Row] = [
    {"id": "1", "member": "ana", "at": "2026-01-10", "amount": "300"},
    {"id": "2", "member": "ana", "at": "2026-01-12T10:00:00+01:00", "amount": "300.50"},
    {"id": "3", "type": "refund", "member": "ana", "at": "2026-01-13", "refund_of": "1", "amount": "100"},
    {"id": "4", "member": "ben", "at": "2026-01-11", "amount": "80"},
    {"id": "5", "member": "ana", "at": "2026-02-09", "amount": "250"},
    {"id": "6", "type": "redemption", "member": "ana", "at": "2026-03-01", "points": "100"},
    {"id": "7", "type": "refund", "member": "zoe", "at": "2026-03-02", "refund_of": "4", "amount": "30"},
    {"id": "8", "member": "cleo", "at": "2026-03-03", "amount": "60"},
]


ALONE = PROGRAMME.replace("  - {id: mug, price: 200, treatment: free_good, stock: 2}\n", "")
"""The shop without the mugs, of which there are two for everybody."""


@pytest.fixture(params=[ALONE, PROGRAMME], ids=["alone", "shared"])
def shop(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Shop:
    made = Shop(database, request.param)
    found = imported(made, written(tmp_path, YEAR))
    assert (found.recorded, found.repeated, found.refused) == (8, 0, 0)
    return made


def test_what_was_imported_is_what_would_have_been_recorded(shop: Shop) -> None:
    assert not shop.verify().findings
    with passing() as other:
        recording = Shop(other, shop.text)
        for row in sorted(YEAR, key=lambda one: str(one["at"])):
            recording.one(**{word: value for word, value in row.items() if value})
        for account in ("ana", "ben", "cleo"):
            assert shop.stand(account).balances == recording.stand(account).balances
            assert net(shop, account) == net(recording, account)


def test_the_next_event_is_rated_from_where_the_account_stands(shop: Shop) -> None:
    # 950.50 less 100 was spent: gold from 500 on, so 10 more earn 20
    assert shop.one(id="9", member="ana", at="2026-05-01", amount=10).points == {"points": 20}
    assert shop.points("ben") == 50
    assert not shop.verify().findings


def test_the_same_event_sent_again_is_a_repeat_in_whatever_words(shop: Shop) -> None:
    again: list[Row] = [
        {"id": "1", "member": "ana", "at": "2026-01-10", "amount": 300},
        {"id": "2", "member": "ana", "at": "2026-01-12T09:00:00Z", "amount": 300.5, "type": "purchase"},
        {"id": "7", "type": "refund", "member": "zoe", "at": "2026-03-02", "refund_of": "4", "amount": "30.00"},
    ]
    for one in shop.record(*again):
        assert isinstance(one, Recorded), one
        assert one.repeated
    assert not shop.verify().findings


def test_the_same_id_with_other_content_is_a_conflict(shop: Shop) -> None:
    (found,) = shop.record({"id": "1", "member": "ana", "at": "2026-01-10", "amount": 301})
    assert isinstance(found, Refusal)
    assert found.code == "event_conflict"


def test_a_refund_of_an_imported_purchase_takes_back_what_it_earned(shop: Shop) -> None:
    shop.one(id="9", type="refund", member="cleo", at="2026-05-01", refund_of="8")
    assert shop.points("cleo") == 0
    assert not shop.verify().findings


def test_an_imported_event_is_answered_as_it_would_have_been(shop: Shop) -> None:
    (again,) = shop.record({"id": "8", "member": "cleo", "at": "2026-03-03", "amount": 60})
    assert isinstance(again, Recorded)
    assert (again.points, again.number, again.journal) == ({"points": 60}, 1, 1)
    assert again.balances[0].available == 60


def test_files_that_were_imported_are_not_read_again(shop: Shop, tmp_path: Path) -> None:
    found = imported(shop, tmp_path / "history.csv")
    assert found.summary is None
    again = imported(shop, tmp_path / "history.csv", again=True)
    assert (again.recorded, again.repeated) == (0, 8)
    assert not shop.verify().findings


def test_what_was_recorded_before_counts_as_repeated_and_the_rest_comes_into_its_place(
    database: Database, tmp_path: Path
) -> None:
    shop = Shop(database, ALONE)
    shop.one(id="2", member="ana", at="2026-01-12T10:00:00+01:00", amount=300.5)
    shop.one(id="10", member="ana", at="2026-05-02", amount=10)
    found = imported(shop, written(tmp_path, YEAR))
    assert (found.recorded, found.repeated) == (7, 1)
    # the purchase of May was at level blue when it came, and is at level gold now
    assert shop.points("ana") == 200 + 300 + 500 - 100 + 20
    assert not shop.verify().findings


def test_other_content_under_an_id_that_is_there_is_told_by_row_and_reason(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, ALONE)
    shop.one(id="4", member="ben", at="2026-01-11", amount=81)
    path = written(tmp_path, YEAR)
    with pytest.raises(Invalid, match=r"history.csv:5: event 4 of source '' was recorded before with other content"):
        imported(shop, path)
    found = imported(shop, path, bad_rows=tmp_path / "bad.csv")
    assert (found.recorded, found.repeated, found.refused) == (7, 0, 1)
    told = (tmp_path / "bad.csv").read_text(encoding="utf-8").splitlines()
    assert told[0] == "file,line,reason,row"
    assert ":5," not in told[1]
    assert "history.csv,5,event 4 of source '' was recorded before" in told[1]


def test_rows_that_are_no_events_are_told_as_when_they_are_rated(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, ALONE)
    rows = [*YEAR, {"id": "9", "member": "ana", "at": "yesterday", "amount": "1"}]
    path = written(tmp_path, rows)
    with pytest.raises(Invalid, match="1 bad row"):
        imported(shop, path)
    assert imported(shop, path, bad_rows=tmp_path / "bad.csv").recorded == 8
    assert "yesterday" in (tmp_path / "bad.csv").read_text(encoding="utf-8")


def test_a_refund_of_more_than_is_left_is_told_and_the_others_count(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, ALONE)
    shop.one(id="0", member="ana", at="2026-01-01", amount=1)
    more = {"id": "9", "type": "refund", "member": "ana", "at": "2026-02-01", "refund_of": "0", "amount": "5"}
    found = imported(shop, written(tmp_path, [*YEAR, more]), bad_rows=tmp_path / "bad.csv")
    assert (found.recorded, found.refused) == (8, 1)
    assert "line,reason" in (tmp_path / "bad.csv").read_text(encoding="utf-8")
    assert not shop.verify().findings


class _Killed(Exception):
    """Stands for whatever ends a process in the middle."""


def test_an_import_that_was_killed_goes_on_where_it_stopped(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, ALONE)
    path = written(tmp_path, YEAR)

    def killing(stage: str, done: float | None) -> None:
        if stage == "recording" and done is not None and done > 0.5:
            raise _Killed

    with pytest.raises(_Killed):
        imported(shop, path, part=2, progress=killing)
    found = imported(shop, path, part=2)
    assert (found.before, found.recorded, found.repeated) == (5, 8, 0)
    assert not shop.verify().findings


def test_files_that_changed_since_their_import_stopped_are_refused(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, ALONE)
    path = written(tmp_path, YEAR)

    def killing(stage: str, _done: float | None) -> None:
        if stage == "recording":
            raise _Killed

    with pytest.raises(_Killed):
        imported(shop, path, part=2, progress=killing)
    written(tmp_path, YEAR[:-1])
    with pytest.raises(Conflict, match="the files are not what they were when their import began"):
        imported(shop, path)
    found = imported(shop, path, again=True)
    assert (found.recorded, found.repeated) == (2, 5)
    assert not shop.verify().findings


def test_many_processes_and_one_make_the_same_books(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guerdon.app.imports.importing.SMALL", 0)
    shop = Shop(database, ALONE)
    found = imported(shop, written(tmp_path, YEAR), processes=2, part=2)
    assert found.recorded == 8
    assert not shop.verify().findings
    assert [shop.points(name) for name in ("ana", "ben", "cleo")] == [900, 50, 60]


BUDGET = (
    HEAD
    + """
units: {points: {}}
rules:
  - {id: base, give: floor(eligible), limits: [{per: programme, points: 100, every: year}]}
rewards:
  - {id: mug, price: 10, treatment: free_good, stock: 1}
"""
)


def test_what_accounts_share_is_granted_in_the_order_in_which_it_happened(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, BUDGET)
    rows: list[Row] = [
        {"id": "3", "member": "ana", "at": "2026-01-03", "amount": "50"},
        {"id": "1", "member": "cleo", "at": "2026-01-01", "amount": "30"},
        {"id": "2", "member": "ben", "at": "2026-01-02", "amount": "40"},
    ]
    assert imported(shop, written(tmp_path, rows)).recorded == 3
    assert [shop.points(name) for name in ("cleo", "ben", "ana")] == [30, 40, 30]
    assert shop.one(id="4", member="cleo", at="2026-01-04", amount=1).points == {"points": 0}
    assert not shop.verify().findings


def test_an_imported_refund_waits_for_a_purchase_that_turns_out_to_be_another_s(
    database: Database, tmp_path: Path
) -> None:
    back = {"id": "b", "type": "refund", "member": "ana", "at": "2026-02-01", "refund_of": "p", "amount": 40}
    shop = Shop(database)
    assert imported(shop, written(tmp_path, [back], "back.jsonl")).recorded == 1
    assert shop.one(id="p", member="ben", at="2026-01-31", amount=100).status == "recorded"
    assert (shop.points("ben"), shop.verify().findings) == (60, ())


def test_opening_balances_keep_the_day_on_which_each_amount_was_earned(database: Database, tmp_path: Path) -> None:
    """120 of 1 March end a year later, 30 of 20 May after that; a reason that nobody named brings nothing, and says so."""
    shop = Shop(database, ALONE + REASONS)
    rows: list[Row] = [
        {"id": "o1", "type": "adjustment", "member": "ana", "at": "2026-03-01", "points": 120, "reason": "correction"},
        {"id": "o2", "type": "adjustment", "member": "ana", "at": "2026-05-20", "points": 30, "reason": "correction"},
        {"id": "o3", "type": "adjustment", "member": "ben", "at": "2026-04-11", "points": 9, "reason": "corection"},
    ]
    found = imported(shop, written(tmp_path, rows), bad_rows=tmp_path / "bad.csv")
    assert (found.recorded, found.refused) == (2, 1)
    assert "there is no reason 'corection' for an adjustment" in (tmp_path / "bad.csv").read_text(encoding="utf-8")
    assert [shop.points("ana", day) for day in ("2027-02-28T12:00:00+01:00", "2027-03-02T12:00:00+01:00")] == [150, 30]
    assert not shop.verify().findings
