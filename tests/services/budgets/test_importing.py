"""Importing with budgets: accounts are loaded whole, and each event has what recording all of them in order would have granted it."""

import os
import tempfile
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from guerdon.services.answers import Recorded
from guerdon.services.events.record import Outcome, Recording
from guerdon.services.facts import Fact
from guerdon.store import Database, accounts, events, shared
from guerdon.store.shared import Budget
from tests.services.importing import Row, imported, net, passing, written
from tests.services.shop import HEAD, Shop

EXAMPLES = 300 if os.environ.get("GUERDON_PROOF") == "1" else 6
MEMBERS = ("ana", "ben", "cleo", "dora")
MOST = {"base": 300, "gift": 3, "more": 60}

PROGRAMME = (
    HEAD
    + """
units: {points: {decimals: 1, expiry: {after: 12 months}}}
metrics: {spend: {sum: eligible, within: year}}
ladders:
  - {id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 150}]}
rules:
  - {id: base, give: eligible, limits: [{per: programme, points: 300, every: year}, {per: member, points: 200, every: month}]}
  - {id: gift, give: 7, when: amount >= 50, limits: [{per: programme, times: 3, every: year}]}
campaigns:
  - id: more
    from: 2026-01-01
    until: 2026-03-31
    multipliers: [{id: double, of: base, by: case level when 'gold' then 3 else 2 end}]
    limits: [{per: campaign, points: 60, every: month}]
"""
)


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Return rows in the order of recording: as they happened, a purchase before the refunds of its instant."""
    return sorted(rows, key=lambda row: (row["at"], row.get("type") == "refund", row["id"]))


def used(shop: Shop) -> dict[Budget, int]:
    with shop.database.view() as view:
        return {budget: amount for budget, amount in shared.every(view, 1).items() if amount}


def granted(shop: Shop) -> dict[str, str | None]:
    """Return what was written on each event that budgets granted it."""
    with shop.database.view() as view:
        return {row.id: row.granted for rows in events.of_accounts(view, 1, MEMBERS).values() for row in rows}


def assert_same(one: Shop, other: Shop) -> None:
    assert granted(one) == granted(other)
    assert used(one) == used(other)
    with one.database.view() as view:
        there = [name for name in MEMBERS if name in accounts.read(view, 1, MEMBERS)]
    for member in there:
        assert net(one, member) == net(other, member)
        assert one.stand(member) == other.stand(member)
    assert not one.verify().findings


def recorded(database: Database, text: str, rows: Sequence[Row]) -> Shop:
    """Return a shop in which rows were recorded one by one."""
    shop = Shop(database, text)
    for row in in_order(rows):
        assert isinstance(shop.record({word: value for word, value in row.items() if value})[0], Recorded)
    shop.post_due()
    return shop


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Return purchases of four members and refunds of some, many at one instant."""
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 12))):
        member, at = draw(st.sampled_from(MEMBERS)), f"2026-0{draw(st.integers(1, 4))}-1{draw(st.integers(0, 3))}"
        amount = draw(st.sampled_from(["12.30", "50", "75", "160"]))
        rows.append({"id": f"p{number}", "type": "purchase", "member": member, "at": at, "amount": amount})
        if draw(st.integers(0, 3)) == 0:
            day = f"2026-05-{draw(st.integers(10, 28))}"
            rows.append({"id": f"r{number}", "type": "refund", "member": member, "at": day, "refund_of": f"p{number}"})
            rows[-1]["amount"] = draw(st.sampled_from([amount, "5"]))
    return rows


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories(), st.integers(1, 6))
def test_an_import_makes_the_books_that_recording_in_order_makes(rows: list[Row], part: int) -> None:
    with passing() as one, passing() as other, tempfile.TemporaryDirectory() as folder:
        importing = Shop(one, PROGRAMME)
        assert imported(importing, written(Path(folder), rows, "all.jsonl"), part=part).recorded == len(rows)
        assert_same(importing, recorded(other, PROGRAMME, rows))


YEAR: list[Row] = [
    {"id": f"{member}{day:02}", "type": "purchase", "member": member, "at": f"2026-0{month}-{day:02}", "amount": amount}
    for month, day, member, amount in [
        (1, 5, "dora", "40"), (1, 6, "ana", "60"), (1, 9, "ben", "12.5"), (2, 1, "cleo", "100"), (2, 2, "dora", "130"),
        (2, 3, "ana", "30"), (3, 7, "ben", "80"), (3, 8, "cleo", "10"), (4, 1, "dora", "99"), (4, 2, "ana", "1"),
    ]
]  # fmt: skip


@pytest.fixture
def singly(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the events that are recorded one by one, as they are."""
    found: list[int] = []
    record = Recording.record

    def counting(self: Recording, facts: Sequence[Fact]) -> list[Outcome]:
        found.append(len(facts))
        return record(self, facts)

    monkeypatch.setattr(Recording, "record", counting)
    return found


def test_accounts_are_loaded_whole_though_budgets_run_out(
    database: Database, tmp_path: Path, singly: list[int]
) -> None:
    shop = Shop(database, PROGRAMME)
    assert imported(shop, written(tmp_path, YEAR), part=3).recorded == len(YEAR)
    assert not singly
    with passing() as other:
        assert_same(shop, recorded(other, PROGRAMME, YEAR))
    assert max(used(shop).values()) == MOST["base"] * 10


def test_a_service_that_draws_meanwhile_is_granted_its_part_and_no_budget_is_overrun(
    database: Database, tmp_path: Path, singly: list[int]
) -> None:
    """After the first part somebody else takes 200 of the year's 300: what was granted to later parts is not there any more."""
    shop = Shop(database, PROGRAMME)
    bought: list[Recorded] = []

    def serving(stage: str, _done: float | None) -> None:
        if stage == "recording" and not bought:
            bought.append(shop.one(id="now", member="zoe", at="2026-06-01", amount=200))

    assert imported(shop, written(tmp_path, YEAR), part=3, progress=serving).recorded == len(YEAR)
    assert bought[0].points["points"] == "207.0"
    assert singly
    assert max(used(shop).values()) == MOST["base"] * 10
    assert not shop.verify().findings


def test_where_a_budget_runs_out_and_somebody_was_there_events_are_recorded_in_order(
    database: Database, tmp_path: Path, singly: list[int]
) -> None:
    """Dora is gold since she bought for 160: what she takes of the campaign her rows in the file alone do not say."""
    before: Row = {"id": "d0", "type": "purchase", "member": "dora", "at": "2026-01-01", "amount": "160"}
    shop = Shop(database, PROGRAMME)
    shop.one(**before)
    imported(shop, written(tmp_path, YEAR))
    assert sum(singly) == 1 + len(YEAR)
    with passing() as other:
        assert_same(shop, recorded(other, PROGRAMME, [before, *YEAR]))


def test_where_budgets_have_plenty_those_who_are_new_are_loaded_whole_beside_those_who_were_there(
    database: Database, tmp_path: Path, singly: list[int]
) -> None:
    text = PROGRAMME.replace("points: 300", "points: 30000").replace("points: 60,", "points: 6000,")
    text = text.replace("times: 3", "times: 300")
    before: Row = {"id": "d0", "type": "purchase", "member": "dora", "at": "2026-01-01", "amount": "160"}
    shop = Shop(database, text)
    shop.one(**before)
    imported(shop, written(tmp_path, YEAR))
    assert sum(singly) == 1 + sum(row["member"] == "dora" for row in YEAR)
    with passing() as other:
        assert_same(shop, recorded(other, text, [before, *YEAR]))


class _Killed(Exception):
    """Stands for whatever ends a process in the middle."""


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_killed_after_any_part_and_run_again_it_grants_what_it_would_have_granted(
    database: Database, tmp_path: Path, parts: int
) -> None:
    shop, path = Shop(database, PROGRAMME), written(tmp_path, YEAR)
    told: list[float] = []

    def killing(stage: str, done: float | None) -> None:
        if stage == "recording" and done is not None:
            told.append(done)
            if len(told) == parts:
                raise _Killed

    with pytest.raises(_Killed):
        imported(shop, path, part=2, progress=killing)
    assert not shop.verify().findings
    again = imported(shop, path, part=2)
    assert again.before > 0
    assert again.recorded == len(YEAR)
    with passing() as other:
        assert_same(shop, recorded(other, PROGRAMME, YEAR))


def test_what_files_say_in_granted_is_not_taken_over(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, PROGRAMME)
    imported(shop, written(tmp_path, [row | {"granted": "base=1"} for row in YEAR]))
    with passing() as other:
        assert_same(shop, recorded(other, PROGRAMME, YEAR))


def test_events_are_granted_in_the_order_in_which_files_say_that_they_were_recorded(
    database: Database, tmp_path: Path
) -> None:
    """Ben bought last and was recorded first, so the year's 300 are his before they are Ana's."""
    rows: list[Row] = [
        {"id": "1", "member": "ana", "at": "2026-04-01", "amount": "190", "recorded_at": "2026-04-09T10:00:00+02:00"},
        {"id": "2", "member": "ben", "at": "2026-04-03", "amount": "180", "recorded_at": "2026-04-03T10:00:00+02:00"},
    ]
    shop = Shop(database, PROGRAMME)
    imported(shop, written(tmp_path, sorted(rows, key=itemgetter("at"))))
    assert [shop.points(name) for name in ("ana", "ben")] == ["127.0", "187.0"]
    assert not shop.verify().findings


def test_an_account_that_redeems_a_stock_is_recorded_in_order_and_granted_what_was_decided(
    database: Database, tmp_path: Path, singly: list[int]
) -> None:
    text = PROGRAMME + "rewards: [{id: mug, price: 10, treatment: free_good, stock: 2}]\n"
    taken: Row = {"id": "m", "type": "redemption", "member": "ana", "at": "2026-02-20", "points": 10, "reward": "mug"}
    rows = [*YEAR, taken]
    shop = Shop(database, text)
    assert imported(shop, written(tmp_path, rows)).recorded == len(rows)
    assert 0 < sum(singly) < len(rows)
    with passing() as other:
        assert_same(shop, recorded(other, text, rows))


def test_many_processes_and_one_grant_alike(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guerdon.app.imports.importing.SMALL", 0)
    monkeypatch.setattr("guerdon.batch.passes.SMALL", 0)
    shop = Shop(database, PROGRAMME)
    imported(shop, written(tmp_path, YEAR), processes=2, part=3)
    with passing() as other:
        assert_same(shop, recorded(other, PROGRAMME, YEAR))
