"""Whole runs: who and when, one process or several, little memory, and what goes wrong."""

from decimal import Decimal
from pathlib import Path

import pytest

from guerdon.batch.passes import SMALL
from guerdon.batch.rate import history_of_member, rating
from guerdon.core.errors import GuerdonError, Invalid, NotFound
from tests.batch.statements import CAPPED, PLAIN, lay, lay_many, points, rated, rows, run_of

both_ways = pytest.mark.parametrize("force_fold", [False, True])


@both_ways
def test_a_member_month_with_any_event_appears_and_others_do_not(tmp_path: Path, force_fold: bool) -> None:  # noqa: FBT001
    sales = lay(
        tmp_path / "sales.csv",
        "1,ana,2026-01-05,0.99",  # nothing but zero points
        "2,ben,2026-03-05,-20",  # nothing but a return
        "3,ben,2026-05-05,7",
    )
    assert rows(PLAIN, sales, force_fold=force_fold) == [
        ("ana", "2026-01", "points", 0),
        ("ana", "total", "points", 0),
        ("ben", "2026-03", "points", 0),
        ("ben", "2026-05", "points", 7),
        ("ben", "total", "points", 7),
    ]
    found = rated(PLAIN, sales, force_fold=force_fold)
    assert (found.members, found.months, found.summary.returns) == (2, 3, 1)


@both_ways
def test_a_month_is_the_programme_s_and_not_the_clock_s(tmp_path: Path, force_fold: bool) -> None:  # noqa: FBT001
    sales = lay(
        tmp_path / "sales.csv",
        "1,ana,2026-02-01T04:59:59Z,1",  # the last second of January in New York
        "2,ana,2026-02-01T05:00:00Z,10",
        "3,ana,2026-04-01T03:59:59.999999Z,100",  # in summer it is an hour less
        "4,ana,2026-03-31T23:59:59,1000",
        "5,ana,2026-04-01,10000",
    )
    assert points(PLAIN, sales, force_fold=force_fold) == {
        ("ana", "2026-01"): 1,
        ("ana", "2026-02"): 10,
        ("ana", "2026-03"): 1100,
        ("ana", "2026-04"): 10_000,
        ("ana", "total"): 11_111,
    }


@both_ways
def test_whole_numbers_as_members_are_sorted_as_numbers(tmp_path: Path, force_fold: bool) -> None:  # noqa: FBT001
    query = "SELECT unnest([10, 9, 100]) AS member, unnest([1, 2, 3]) AS id, DATE '2026-01-05' AS at, 5 AS amount"
    sales = lay_many(tmp_path / "sales.parquet", query)
    found = rows(PLAIN, sales, by=("member",), force_fold=force_fold)
    assert [row[0] for row in found] == [9, 10, 100]
    assert [row[0] for row in rows(PLAIN, sales, force_fold=force_fold)] == [9, 9, 10, 10, 100, 100]


def test_which_way_is_taken_follows_from_what_the_rules_read(tmp_path: Path) -> None:
    sales = lay(tmp_path / "sales.csv", "1,ana,2026-01-05,10")
    assert rated(PLAIN, sales).engine == "query"
    assert rated(PLAIN, sales, force_fold=True).engine == "fold"
    assert rated(CAPPED, sales).engine == "fold"


# Enough events for several processes, in the accounts of 5,000 members, most of whom reach the limit in some months.
MANY = f"""
    SELECT i AS id, 'account-' || i * 7919 % 5000 AS member, DATE '2026-01-01' + CAST(i * 31 % 365 AS INTEGER) AS at,
        CAST(i * 37 % 5000 AS DECIMAL(12, 2)) / 100 AS amount
    FROM range({SMALL + 10_000}) AS t(i)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_many(tmp_path_factory.mktemp("many") / "many.parquet", MANY)


@pytest.fixture(scope="module")
def alone(many: Path) -> dict[tuple[str, str], Decimal]:
    return points(CAPPED, many, processes=1)


@pytest.mark.slow
@pytest.mark.parametrize("processes", [2, 3])
def test_several_processes_give_what_one_gives(
    many: Path, alone: dict[tuple[str, str], Decimal], processes: int
) -> None:
    heard: list[float] = []

    def hear(_stage: str, done: float | None) -> None:
        if done is not None:
            heard.append(done)

    with rating(run_of(CAPPED, many, processes=processes), progress=hear) as found:
        statement = {(row[0], row[1]): row[3] for row in found.all_rows()}
        assert found.summary.events == SMALL + 10_000
    assert statement == alone
    assert list(statement) == sorted(statement)
    assert heard == sorted(heard)
    assert heard[-1] == 1


@pytest.mark.slow
def test_some_accounts_reach_their_limit_and_some_do_not(alone: dict[tuple[str, str], Decimal]) -> None:
    months = [number for (_, month), number in alone.items() if month != "total"]
    assert max(months) == 100
    assert 0 < months.count(Decimal(100)) < len(months)


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_little_memory_gives_the_same_points(many: Path, alone: dict[tuple[str, str], Decimal], processes: int) -> None:
    assert points(CAPPED, many, processes=processes, memory="60MB") == alone
    assert points(PLAIN, many, memory="60MB") == points(PLAIN, many)


@pytest.mark.parametrize("memory", ["plenty", "2 parsecs", "GB", "-1GB"])
def test_an_amount_of_memory_that_is_none_is_told(tmp_path: Path, memory: str) -> None:
    sales = lay(tmp_path / "sales.csv", "1,ana,2026-01-05,10")
    with pytest.raises(GuerdonError, match="memory"):
        rated(CAPPED, sales, memory=memory)


POOLED = """
format: 1
programme: shop
zone: UTC
currency: USD
units: {points: {}}
rules:
  - id: spend
    give: floor(eligible)
    limits:
      - {points: 100, every: month, per: account}
      - {points: 70, every: month, per: member}
"""


def test_members_who_share_an_account_share_its_limit_and_keep_their_own(tmp_path: Path) -> None:
    sales = lay(
        tmp_path / "sales.csv",
        "1,ana,home,2026-01-01,60",  # 60
        "2,ben,home,2026-01-02,60",  # 40: the account has 100
        "3,ana,home,2026-01-03,60",  # nothing is left
        "4,ana,home,2026-02-01,90",  # 70: ana has no more
        "5,ben,home,2026-02-02,90",  # 30
        "6,eve,away,2026-02-02,90",  # 70, in another account
        "7,ana,away,2026-02-03,90",  # 30 there: ana's own limit is by the account
        header="id,member,account,at,amount",
    )
    assert points(POOLED, sales) == {
        ("ana", "2026-01"): 60,
        ("ana", "2026-02"): 100,
        ("ana", "total"): 160,
        ("ben", "2026-01"): 40,
        ("ben", "2026-02"): 30,
        ("ben", "total"): 70,
        ("eve", "2026-02"): 70,
        ("eve", "total"): 70,
    }


@pytest.mark.slow
@pytest.mark.parametrize("account", ["'account ' || i % 999", "i % 999"])
def test_members_who_share_accounts_get_the_same_from_several_processes(tmp_path: Path, account: str) -> None:
    member = "i % 4000" if account == "i % 999" else "'account ' || i % 4000"
    shared = f"SELECT * REPLACE ({member} AS member), {account} AS account FROM ({MANY.replace('AS member', 'AS member, i')})"
    sales = lay_many(tmp_path / "shared.parquet", shared)
    assert points(POOLED, sales, processes=2) == points(POOLED, sales, processes=1)


def test_the_history_of_a_member_holds_the_events_of_all_who_share_its_account(tmp_path: Path) -> None:
    sales = lay(
        tmp_path / "sales.csv",
        "2,ben,home,2026-01-02,60",
        "1,ana,home,2026-01-01,60",
        "3,eve,away,2026-01-03,60",
        header="id,member,account,at,amount",
    )
    run = run_of(POOLED, sales)
    assert [event.id for event in history_of_member(run, "ana")] == ["1", "2"]
    assert [event.id for event in history_of_member(run, "eve")] == ["3"]
    assert [event.id for event in history_of_member(run, None)] == ["3", "1", "2"]


def test_an_unknown_member_is_told(tmp_path: Path) -> None:
    run = run_of(PLAIN, lay(tmp_path / "sales.csv", "1,ana,2026-01-05,10"))
    with pytest.raises(NotFound, match="no event is of member Ana; member ids are compared letter by letter"):
        history_of_member(run, "Ana")
    assert history_of_member(run_of(PLAIN, lay(tmp_path / "none.csv")), None) == []


def test_the_scratch_files_go_when_the_rating_closes(tmp_path: Path) -> None:
    asked = rating(run_of(CAPPED, lay(tmp_path / "sales.csv", "1,ana,2026-01-05,10")))
    with asked:
        assert asked.scratch.exists()
    assert not asked.scratch.exists()
    asked = rating(run_of(CAPPED, lay(tmp_path / "wrong.csv", "1,ana,soon,10")))
    with pytest.raises(Invalid), asked:
        pass
    assert not asked.scratch.exists()
