"""The fold over files: the order of ties, lines, numbers wider than a machine's, strategies, and workers that fail."""

import multiprocessing
from collections.abc import Callable
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import pytest

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, rate
from guerdon.batch.shares import Share, split_accounts
from guerdon.batch.workers import Workers
from guerdon.core.errors import Invalid
from guerdon.core.strategies import Fact, Strategy
from guerdon.definition.check import check_text
from tests.batch.statements import lay, points, run_of

FIRST_TAKES_ALL = """
format: 1
programme: shop
zone: UTC
currency: USD
units: {points: {}}
rules: [{id: first, give: floor(eligible), limits: [{times: 1, every: day, per: account}]}]
"""


@pytest.mark.parametrize(
    "order", list(permutations(("10,ana,2026-01-05,7", "9,ana,2026-01-05,500", "11,ana,2026-01-05,30")))
)
def test_events_of_one_day_are_in_the_order_of_their_ids_as_text(tmp_path: Path, order: tuple[str, ...]) -> None:
    """With dates alone all three share an instant; "10" comes before "11" and "9", and takes the day's only place."""
    assert points(FIRST_TAKES_ALL, lay(tmp_path / "sales.csv", *order))["ana", "total"] == 7


@pytest.mark.parametrize("late_first", [False, True])
def test_events_of_one_moment_are_told_apart_even_where_every_event_has_a_time(
    tmp_path: Path,
    late_first: bool,  # noqa: FBT001
) -> None:
    lines = [
        "b,ana,2026-01-05T10:00:00,7",
        "a,ana,2026-01-05T10:00:00,500",
        "c,ana,2026-01-05T09:59:59,30",
        "d,ben,2026-01-05T10:00:00,1",
    ]
    found = points(FIRST_TAKES_ALL, lay(tmp_path / "sales.csv", *(lines if late_first else lines[::-1])))
    assert found["ana", "total"] == 30
    assert found["ben", "total"] == 1
    found = points(FIRST_TAKES_ALL, lay(tmp_path / "tie.csv", *(line for line in lines if line[0] != "c")))
    assert found["ana", "total"] == 500


BASKETS = """
format: 1
programme: shop
zone: UTC
currency: USD
units: {points: {}}
events: {purchase: {lines: {brand: text, quantity: {type: number}}}}
rules:
  - id: acme
    per: line
    where: line.brand = 'Acme'
    give: floor(line.amount)
    limits: [{points: 25, every: day, per: account}]
  - id: pieces
    per: item
    give: 2
    limits: [{times: 4, every: month, per: account}]
"""


@pytest.mark.parametrize("turned", [False, True])
def test_rules_per_line_and_per_item_stop_at_their_limits(
    tmp_path: Path,
    turned: bool,  # noqa: FBT001
) -> None:
    lines = [
        "1,ana,2026-01-05,Acme,1,10.00",  # 10, and 2
        "1,ana,2026-01-05,Bolt,2,99.00",  # 4
        "1,ana,2026-01-05,Acme,0,9.90",  # 9, and no piece
        "2,ana,2026-01-05,Acme,3,30.00",  # 6: the day has 25; and 2: the month has 4 pieces
        "3,ana,2026-01-06,Acme,1,30.00",  # 25
        "4,ana,2026-02-01,Acme,1,3.00",  # 3, and 2
        "5,ben,2026-01-05,Bolt,1,3.00",  # 2
        "6,ben,2026-01-05,Bolt,1,-3.00",  # a return
    ]
    header = "id,member,at,line.brand,line.quantity,line.amount"
    # Lines of one event keep their order; events may come in any.
    ordered = sorted(lines, key=lambda line: line[0], reverse=turned)
    assert points(BASKETS, lay(tmp_path / "sales.csv", *ordered, header=header)) == {
        ("ana", "2026-01"): 10 + 2 + 4 + 9 + 6 + 2 + 25,
        ("ana", "2026-02"): 5,
        ("ana", "total"): 63,
        ("ben", "2026-01"): 2,
        ("ben", "total"): 2,
    }


WIDE = """
format: 1
programme: shop
zone: UTC
currency: JPY
units: {points: {decimals: 3}}
multipliers:
  - {id: fine, of: spend, by: 1.000000001, stack: compound}
rules:
  - id: spend
    of: eligible
    bands: [{above: 0, rate: 0.123456789}]
    limits: [{points: 500000000000000, every: month, per: account}]
  - {id: exact, give: eligible * 0.000000000000001}
"""


def test_numbers_wider_than_a_machine_integer_are_exact(tmp_path: Path) -> None:
    """10**15 yen with some twenty decimals take more than 64 bits on the way to whole points."""
    sales = lay(tmp_path / "sales.csv", "1,ana,2026-01-05,1000000000000000", "2,ana,2026-02-05,999999999999999")
    # 10**15 x 0.123456789 x 1.000000001 = 123456789123456.789; and 1 for the other rule
    # 999999999999999 x 0.123456789 x 1.000000001 = 123456789123456.6655...; and 0.999
    assert points(WIDE, sales) == {
        ("ana", "2026-01"): Decimal("123456789123457.789"),
        ("ana", "2026-02"): Decimal("123456789123456.665") + Decimal("0.999"),
        ("ana", "total"): Decimal("246913578246915.453"),
    }


class Lucky(Strategy):
    def points(self, transaction: Fact) -> int:
        return 77 if str(transaction.amount).endswith("7") else 0


class Unlucky(Strategy):
    def points(self, transaction: Fact) -> int:
        return int(transaction.amount) - 10_000


BY_CODE = """
format: 1
programme: shop
zone: America/New_York
currency: USD
units: {points: {}}
rules: [{id: own, strategy: own, limits: [{points: 100, every: month, per: account}]}]
"""


def by_code(strategy: Callable[[Any], Strategy], path: Path) -> Run:
    checked = check_text(BY_CODE, strategies={"own": strategy})
    assert checked.programme is not None, checked.issues
    return Run(programme=checked.programme, files=checked.files, inputs=Inputs((str(path),)))


def test_a_strategy_s_points_are_limited_like_any_others(tmp_path: Path) -> None:
    sales = lay(
        tmp_path / "sales.csv",
        "1,ana,2026-01-05,0.07",  # 77
        "2,ana,2026-02-01T04:59:59Z,1.07",  # 23: January in New York has 100
        "3,ana,2026-02-02,2.07",  # 77
        "4,ben,2026-02-02,2.00",
        "5,ben,2026-03-02,-0.07",
    )
    assert [tuple(row) for row in rate(by_code(Lucky, sales)).all_rows()] == [
        ("ana", "2026-01", "points", 100),
        ("ana", "2026-02", "points", 77),
        ("ana", "total", "points", 177),
        ("ben", "2026-02", "points", 0),
        ("ben", "2026-03", "points", 0),
        ("ben", "total", "points", 0),
    ]


def test_a_strategy_that_answers_below_zero_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="-9990"):
        rate(by_code(Unlucky, lay(tmp_path / "sales.csv", "1,ana,2026-01-05,10")))


def shares(folder: Path, *, second: dict[str, str]) -> tuple[Run, list[Share]]:
    """Return two shares of one small history; the second differs as told."""
    run = run_of(FIRST_TAKES_ALL)
    columns = "'e' || account AS id, 'shop' AS source, 'purchase' AS \"type\", 1::TINYINT AS kind, account AS member, 0::BIGINT AS \"at\", 0::BIGINT AS \"row\""
    setup = (
        f'CREATE TEMP VIEW "events" AS SELECT account, {columns} FROM (VALUES (1::BIGINT), (2::BIGINT)) AS v(account)',
    )
    rated = f'{setup[0]}; CREATE TEMP VIEW "rated" AS SELECT *, 5::BIGINT AS s0 FROM "events"'
    plain = {"condition": "r.account = 2", "setup": rated, "out": str(folder / "two.parquet")} | second
    return run, [
        _share(folder, condition="r.account = 1", setup=rated, out=str(folder / "one.parquet")),
        _share(folder, **plain),
    ]


def _share(folder: Path, *, condition: str, setup: str, out: str) -> Share:
    return Share(
        setup=(setup,),
        condition=condition,
        has_lines=False,
        has_accounts=False,
        whole_accounts=True,
        ties=True,
        memory="200MB",
        threads=1,
        out=Path(out),
        scratch=folder,
    )


def folded(run: Run, parts: list[Share], progress: Callable[[int], None]) -> None:
    with Workers(run.files, len(parts) - 1) as workers:
        workers.fold(run.programme, parts, progress)


def test_processes_that_get_nothing_to_do_end() -> None:
    with Workers((), 2):
        assert len(multiprocessing.active_children()) == 2
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_every_share_is_folded(tmp_path: Path) -> None:
    run, parts = shares(tmp_path, second={})
    heard: list[int] = []
    folded(run, parts, heard.append)
    assert sum(heard) == 2
    assert (tmp_path / "two.parquet").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"condition": "r.nonsense = 2"}, "the data engine failed: Binder Error"),
        ({"out": "/no such folder/two.parquet"}, "a part of the accounts could not be rated: .*no such folder"),
    ],
)
def test_what_goes_wrong_in_another_process_is_told_in_a_sentence(
    tmp_path: Path, second: dict[str, str], told: str
) -> None:
    run, parts = shares(tmp_path, second=second)
    with pytest.raises(Invalid, match=told):
        folded(run, parts, lambda _: None)
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    run, parts = shares(tmp_path, second={})

    def kill(_events: int) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(Invalid, match=r"ended early \(-9\); it may have lacked memory"):
        folded(run, parts, kill)


def test_ranges_of_accounts_hold_each_account_once() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE VIEW events AS SELECT 'account ' || i % 100 AS account FROM range(1000) AS t(i)")
        for count in (1, 2, 3, 7):
            conditions = split_accounts(con, count, whole=False)
            assert len(conditions) == count
            sizes = [
                con.execute(f"SELECT COUNT(*) FROM events AS r WHERE {one}").fetchall()[0][0] for one in conditions
            ]
            assert sum(sizes) == 1000
            assert max(sizes) <= 1000 // count + 20
        con.execute("CREATE OR REPLACE VIEW events AS SELECT 'a' AS account WHERE false")
        assert split_accounts(con, 4, whole=False) == ["true"]
