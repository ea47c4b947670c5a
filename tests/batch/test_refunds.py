"""Files with refunds: what the summary tells, what is a bad row, and one statement whichever way they are rated."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.app.programmes import loads
from guerdon.app.rating import rate
from guerdon.batch.rate import history_of_member
from guerdon.core.errors import Invalid
from tests.batch.intake_reader import read, write, write_parquet
from tests.batch.statements import lay, points, rated, rows, run_of

HEAD = "format: 1\nprogramme: shop\nzone: America/New_York\ncurrency: USD\nunits: {points: {}}\n"
BANDS = HEAD + "rules: [{id: spend, bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]}]\n"
LIMITED = HEAD + "rules: [{id: spend, give: floor(eligible), limits: [{points: 100, every: month}]}]\n"
BASKETS = (
    HEAD
    + "events: {purchase: {lines: {brand: text, quantity: {type: number, default: 1}}}}\n"
    + "rules:\n  - {id: acme, per: line, where: line.brand = 'Acme', give: 5}\n"
    + "  - {id: items, per: item, bands: [{above: 1, rate: 2}]}\n  - {id: spend, give: floor(eligible)}\n"
)

COLUMNS = "id,member,at,type,amount,refund_of"
SALES = (
    "1,ana,2017-03-03,,120,",
    "2,ana,2017-03-05,,80.50,",
    "3,ben,2017-03-05,purchase,150,",
    "r1,ana,2017-04-01,refund,20,1",
    "r2,ana,2017-04-02,refund,,1",
    "r3,zoe,2017-03-06,refund,-50,3",
    "r4,ana,2017-01-06,refund,0.50,2",
)

every_way = pytest.mark.parametrize("way", ["query", "fold", "values"])


def statement(programme: str, way: str, *paths: Path) -> dict[tuple[str, str], Decimal]:
    """Return the points by member and month, rated in one of the ways there are."""
    if way != "values":
        return points(programme, *paths, force_fold=way == "fold")
    records = [
        {word: value for word, value in record.items() if value} | {"source": path.stem}
        for path in paths
        for record in csv.DictReader(path.read_text().splitlines())
    ]
    found = rate(loads(programme), records).to_arrow(totals=True).to_pylist()
    return {(row["member"], row["month"]): Decimal(row["points"]) for row in found}


@every_way
def test_a_refund_takes_back_in_its_own_month_what_its_purchase_no_longer_earns(tmp_path: Path, way: str) -> None:
    assert statement(BANDS, way, lay(tmp_path / "sales.csv", *SALES, header=COLUMNS)) == {
        ("ana", "2017-03"): 120,  # 90, and 30.50 less what 0.50 of it earned
        ("ana", "2017-04"): -90,
        ("ana", "total"): 30,
        ("ben", "2017-03"): 50,
        ("ben", "total"): 50,
    }


@every_way
def test_a_refund_that_comes_too_late_takes_nothing_back(tmp_path: Path, way: str) -> None:
    """30 days after 5 March is 4 April, to its end."""
    more = ("r5,ben,2017-04-04,refund,10,3", "r6,ben,2017-04-05,refund,10,3", "r7,ben,2017-09-01,refund,150,3")
    sales = lay(tmp_path / "sales.csv", *SALES[:3], SALES[5], *more, header=COLUMNS)
    body = BANDS + "returns: {window: 30 days}\n"
    found = statement(body, way, sales)
    # 150 give 150; 100 are left and then 90: 50 and 40.
    assert [found["ben", month] for month in ("2017-03", "2017-04", "2017-09")] == [50, -10, 0]
    summary = rated(body, sales).summary
    assert (summary.refunds, summary.waiting, summary.late, summary.returns) == (2, 0, 2, 0)
    assert summary.late_examples == ("r6 of 3 from sales", "r7 of 3 from sales")
    assert (
        rate(
            loads(body), [dict(zip(COLUMNS.split(","), row.split(","), strict=True)) for row in (*SALES[:3], *more)]
        ).summary.late
        == 2
    )


def test_returns_that_name_no_purchase_are_bad_rows_where_the_programme_says_so(tmp_path: Path) -> None:
    body = BANDS + "returns: {unlinked: refuse}\n"
    for refunds in (("x,ana,2017-04-01,refund,3,", "y,ana,2017-04-01,,-3,", SALES[3]), ("x,ana,2017-04-01,,-3,",)):
        sales = lay(tmp_path / "sales.csv", *SALES[:3], *refunds, header=COLUMNS)
        with pytest.raises(Invalid, match="it names no purchase; write refund_of"):
            rated(body, sales)


@pytest.mark.parametrize("way", ["fold", "values"])
def test_points_go_by_value_or_stay_or_are_written_off_in_files_too(tmp_path: Path, way: str) -> None:
    stated = [f"{row}," for row in SALES]
    sales = lay(tmp_path / "sales.csv", *stated, "u,ana,2017-03-20,redemption,,,250", header=f"{COLUMNS},points")
    body = (
        HEAD
        + """
rules:
  - {id: spend, give: floor(eligible)}
  - {id: large, when: net >= 100, give: 60, refund: pro_rata}
  - {id: gift, give: 5, refund: keep}
returns: {shortfall: within_balance, write_off: {most: 40, every: year}}
rewards: [{id: mug, price: 250}]
redemptions: {}
"""
    )
    # ana: 185 and 85, of which 0 of 80.50 - 0.50 comes off (80 stay 80); 250 spent; r1 takes 20 + 10, r2 the other 100 + 50.
    # 20 are there, so that 40 are written off and the rest is owed.
    found = statement(body, way, sales)
    assert found["ana", "2017-03"] == 185 + 85
    assert found["ana", "2017-04"] == -(180 - 40)


@every_way
def test_a_refund_is_rated_with_what_its_month_had_left(tmp_path: Path, way: str) -> None:
    sales = lay(
        tmp_path / "sales.csv",
        "1,ana,2017-03-03,,70,",
        "2,ana,2017-03-05,,60,",
        "r1,ana,2017-03-07,refund,20,2",
        "r2,ana,2017-03-08,refund,30,2",
        "3,ana,2017-03-09,,50,",
        header=COLUMNS,
    )
    assert statement(LIMITED, way, sales) == {("ana", "2017-03"): 100, ("ana", "total"): 100}
    assert statement(
        LIMITED, way, lay(tmp_path / "more.csv", *sales.read_text().splitlines()[1:-1], header=COLUMNS)
    ) == {
        ("ana", "2017-03"): 80,
        ("ana", "total"): 80,
    }


def test_the_summary_tells_refunds_from_returns_and_lists_those_that_wait(tmp_path: Path) -> None:
    more = (
        "w1,ana,2017-04-01,refund,20,9",
        "w2,ana,2017-04-01,refund,,8",
        "x,ana,2017-04-01,refund,3,",
        "y,ana,2017-04-01,,-3,",
    )
    summary = rated(BANDS, lay(tmp_path / "sales.csv", *SALES, *more, header=COLUMNS)).summary
    assert (summary.events, summary.refunds, summary.waiting, summary.returns) == (11, 4, 2, 2)
    assert summary.waiting_examples == ("w1 of 9 from sales", "w2 of 8 from sales")
    assert summary.return_examples == ("refund x of ana", "purchase y of ana")
    assert summary.ignored == ()


def test_the_purchase_may_stand_in_another_file(tmp_path: Path) -> None:
    sales = lay(tmp_path / "sales.csv", *SALES[:3], header=COLUMNS)
    refunds = lay(
        tmp_path / "refunds.csv",
        "r1,ana,2017-04-01,refund,20,1,sales",
        "r2,ana,2017-04-01,refund,20,1,",
        header=COLUMNS + ",refund_source",
    )
    found = rated(BANDS, sales, refunds)
    assert (found.summary.refunds, found.summary.waiting_examples) == (1, ("r2 of 1 from refunds",))
    assert found.totals == {"points": Decimal(90 + 30 + 150 - 40)}


def test_more_than_is_left_is_a_bad_row(tmp_path: Path) -> None:
    rows_of = (
        *SALES,
        "r5,ben,2017-03-07,refund,100.01,3",
        "r6,ben,2017-03-08,refund,100,3",
        "r7,ben,2017-03-09,refund,,3",
    )
    sales = lay(tmp_path / "sales.csv", *rows_of, header=COLUMNS)
    with pytest.raises(Invalid) as caught:
        rated(BANDS, sales)
    assert str(caught.value).splitlines()[1:] == [
        f"{sales}:9: 100.01 comes back of purchase 3, and 100.00 is left of it; correct this refund, or one before it",
        f"{sales}:11: nothing is left of purchase 3; correct this refund, or one before it",
    ]
    found = rated(BANDS, sales, bad_rows=tmp_path / "bad.csv")
    assert (found.summary.bad_rows, found.summary.events, found.summary.refunds) == (2, 8, 5)
    listed = list(csv.DictReader((tmp_path / "bad.csv").read_text().splitlines()))
    assert [json.loads(row["row"])["id"] for row in listed] == ["r5", "r7"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("2,ana,2017-04-01,purchase,5,1,a,,", "refund_of '1' stands at a purchase; write type refund, or leave it out"),
        ("r,ana,2017-04-01,refund,,1,z,,", "purchase 1 has no line z"),
        ("r,ana,2017-04-01,refund,,1,a,5,", "line a of purchase 1 comes back in more pieces than are left of it; correct"),
        ("r,ana,2017-04-01,refund,,1,a,,10.01", "line a of purchase 1 comes back for 10.01, and 10.00 is left of it; correct one"),
        ("r,ana,2017-04-01,refund,,1,a,,-1\nr,ana,2017-04-01,refund,,1,b,,1", "the amounts of its lines have both signs"),
        ("r,ana,2017-04-01,refund,,1,,1,1", "line.id is missing; a refund names the lines that came back"),
        ("r,ana,2017-04-01,refund,,1,a,,\nr,ana,2017-04-01,refund,,1,a,1,", "line id 'a' came before with other content"),
        ("r,ana,2017-04-01,refund,9,1,a,,", "amount 9.00 is not the sum of its lines"),
        ("r,ana,2017-04-01,refund,,q,a,,\nr,ana,2017-04-01,refund,,1,b,,", "rows of one event disagree about refund_of"),
    ],
)  # fmt: skip
def test_what_a_refund_cannot_mean_is_a_bad_row(tmp_path: Path, lines: str, reason: str) -> None:
    header = "id,member,at,type,amount,refund_of,line.id,line.quantity,line.amount"
    sales = lay(
        tmp_path / "sales.csv", "1,ana,2017-03-03,,,,a,2,10", "1,ana,2017-03-03,,,,b,1,20", lines, header=header
    )
    with pytest.raises(Invalid) as caught:
        rated(
            BASKETS.replace("{brand: text, ", "{brand: {type: text, optional: true}, ").replace(
                "line.brand = 'Acme'", "line.amount > 1"
            ),
            sales,
        )
    assert reason in str(caught.value)


def test_lines_come_back_one_by_one_in_pieces_or_all_at_once(tmp_path: Path) -> None:
    header = "id,member,at,type,amount,refund_of,line.id,line.quantity,line.amount,line.brand"
    sales = lay(
        tmp_path / "sales.csv",
        "1,ana,2017-03-03,,,,a,2,10,Acme",
        "1,ana,2017-03-03,,,,b,1,20,Bolt",
        "r1,ana,2017-04-01,refund,,1,a,1,,",
        "r2,ana,2017-05-01,refund,5,1,,,,",
        "r3,ana,2017-06-01,refund,,1,b,,,",
        "r4,ana,2017-07-01,refund,,1,,,,",
        header=header,
    )
    programme = BASKETS.replace("{brand: text,", "{brand: {type: text, default: ''},")
    # 5 + (8 + 8 + 38) + 30: then a is 5.00; then 25.00 is 20.00, a 4.00 and b 16.00; then a bears the whole 5.00
    expected = {
        ("ana", "2017-03"): 89, ("ana", "2017-04"): -13, ("ana", "2017-05"): -15, ("ana", "2017-06"): -61,
        ("ana", "2017-07"): 0, ("ana", "total"): 0,
    }  # fmt: skip
    with pytest.raises(Invalid, match="nothing is left of purchase 1"):
        points(programme, sales)
    sales = lay(tmp_path / "sales.csv", *sales.read_text().splitlines()[1:-1], header=header)
    del expected["ana", "2017-07"]
    assert points(programme, sales) == expected
    assert points(programme, sales, force_fold=True) == expected


def test_typed_parquet_stays_where_it_lies_with_refunds_and_without(tmp_path: Path) -> None:
    columns = "select '1' as id, 'ana' as member, date '2017-03-03' as at, 120.00 as amount, 'purchase' as type"
    plain = write_parquet(tmp_path, f"{columns}, null::varchar as refund_of, '' as refund_source", "plain.parquet")
    found = read(tmp_path, plain)
    assert (found.history.direct, found.history.has_refunds, found.history.summary.ignored) == (True, False, ())
    refund = "select 'r', 'ana', date '2017-03-04', 20.00, 'refund', '1', null"
    told = write_parquet(
        tmp_path, f"{columns}, null::varchar as refund_of, '' as refund_source union all {refund}", "told.parquet"
    )
    found = read(tmp_path, told)
    assert (found.history.direct, found.history.has_refunds, found.column("amount")) == (True, True, [12000, 10000])
    assert (found.column("refers")[0], found.column("refers")[1]) == (-1, found.column("row")[0])


def test_blank_names_of_purchases_are_no_refunds(tmp_path: Path) -> None:
    found = read(tmp_path, write(tmp_path, f"{COLUMNS}\n1,ana,2017-03-03,refund,120,\n"))
    assert (found.history.has_refunds, found.history.summary.returns, found.history.summary.ignored) == (False, 1, ())


def test_the_same_refund_twice_counts_once_and_one_without_an_id_counts_each_time(tmp_path: Path) -> None:
    twice = lay(tmp_path / "sales.csv", *SALES, *SALES[3:], header=COLUMNS)
    assert rated(BANDS, twice).summary.duplicates == 4
    other = lay(tmp_path / "sales.csv", *SALES, "r1,ana,2017-04-01,refund,10,1", header=COLUMNS)
    with pytest.raises(Invalid, match="id 'r1' came before with other content"):
        rated(BANDS, other)
    nameless = lay(tmp_path / "sales.csv", SALES[0], *[",ana,2017-04-01,refund,10,1"] * 2, header=COLUMNS)
    assert points(BANDS, nameless)["ana", "2017-04"] == -40
    records = [{"id": 1, "member": "ana", "at": "2017-03-03", "amount": "120"}]
    records += [{"member": "ana", "at": "2017-04-01", "type": "refund", "amount": "10", "refund_of": "1"}] * 2
    assert rate(loads(BANDS), records).total() == 50


def test_ids_that_are_made_up_are_the_same_in_files_and_from_python(tmp_path: Path) -> None:
    sales = lay(
        tmp_path / "sales.csv", SALES[0], ",ana,2017-04-01,refund,10,1", ",ana,2017-04-02,refund,,1", header=COLUMNS
    )
    by_file = [event.id for event in history_of_member(run_of(BANDS, sales), "ana")]
    records: list[dict[str, Any]] = [{"id": 1, "amount": "120", "at": "2017-03-03"}]
    records.append({"at": "2017-04-01", "type": "refund", "amount": "10", "refund_of": "1"})
    records.append({"at": "2017-04-02", "type": "refund", "refund_of": "1"})
    from guerdon.app.records import Saying, read_records  # noqa: PLC0415

    given_too = [{**record, "member": "ana", "source": "sales"} for record in records]
    found = read_records(loads(BANDS).compiled.terms, given_too, Saying(mapping={}))
    assert by_file == [event.id for event in found.events]


def test_records_tell_refunds_of_too_much() -> None:
    records = [
        {"id": "p", "member": "ana", "at": "2017-03-03", "amount": "12"},
        {"id": "r", "member": "ana", "at": "2017-03-04", "type": "refund", "refund_of": "p", "amount": "13"},
        {"id": "w", "member": "ana", "at": "2017-03-04", "type": "refund", "refund_of": "q"},
    ]
    with pytest.raises(Invalid, match=r"refund r: 13.00 comes back of purchase p, and 12.00 is left of it"):
        rate(loads(BANDS), records)
    summary = rate(loads(BANDS), [records[0], records[2]]).summary
    assert (summary.refunds, summary.waiting, summary.waiting_examples, summary.returns) == (0, 1, ("w of q",), 0)


# One statement, whichever way it is rated.


@st.composite
def histories(draw: st.DrawFn) -> list[str]:
    """Return purchases of two members and refunds of them, none of them of too much."""
    purchases = []
    refunds = []
    for number in range(draw(st.integers(1, 5))):
        member = draw(st.sampled_from(["ana", "ben"]))
        amount = draw(st.integers(0, 200))
        day = draw(st.sampled_from(["2017-03-03", "2017-03-05", "2017-03-31", "2017-04-01"]))
        purchases.append(f"{number},{member},{day},,{amount},")
        for part in range(draw(st.integers(0, 3))):
            some = draw(st.integers(0, amount))
            amount -= some
            day = draw(st.sampled_from(["2017-03-01", "2017-03-06", "2017-04-02"]))
            refunds.append(f"r{number}-{part},{member},{day},refund,{some},{number}")
    return [*purchases, *refunds]


@settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(history=histories(), programme=st.sampled_from([BANDS, LIMITED]))
def test_query_fold_and_values_take_back_the_same(
    history: list[str], programme: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sales = lay(tmp_path_factory.mktemp("refunds") / "sales.csv", *history, header=COLUMNS)
    one_by_one = statement(programme, "values", sales)
    assert statement(programme, "fold", sales) == one_by_one
    assert statement(programme, "query", sales) == one_by_one


def test_a_statement_of_refunds_alone_has_their_months(tmp_path: Path) -> None:
    sales = lay(tmp_path / "sales.csv", "w,ana,2017-04-01,refund,20,9", header=COLUMNS)
    assert rows(BANDS, sales) == [("ana", "2017-04", "points", 0), ("ana", "total", "points", 0)]


ABROAD = (
    HEAD.replace("{points: {}}", "{points: {decimals: 2}}")
    + "rates: {EUR: 0.333, JPY: 0.00671}\nrules: [{id: spend, give: eligible * 1}]\n"
)


@every_way
def test_what_was_paid_abroad_takes_back_in_parts_what_the_whole_earned(tmp_path: Path, way: str) -> None:
    """The sales stand in a file that says nothing of refunds; 15 EUR are 4.995, and 1500 JPY 10.065."""
    sales = lay(
        tmp_path / "shop.csv",
        "1,ana,2017-03-01,15,EUR",
        "2,ben,2017-03-01,1500,JPY",
        header="id,member,at,amount,currency",
    )
    back = lay(
        tmp_path / "back.csv",
        *[f"r{n},ana,2017-04-0{n + 1},refund,5,EUR,1,shop" for n in range(3)],
        "s1,ben,2017-04-01,refund,499,JPY,2,shop",
        "s2,ben,2017-04-02,refund,1001,JPY,2,shop",
        header="id,member,at,type,amount,currency,refund_of,refund_source",
    )  # fmt: skip
    assert statement(ABROAD, way, sales, back) == {
        ("ana", "2017-03"): Decimal("5.00"), ("ana", "2017-04"): Decimal("-5.00"), ("ana", "total"): 0,
        ("ben", "2017-03"): Decimal("10.06"), ("ben", "2017-04"): Decimal("-10.06"), ("ben", "total"): 0,
    }  # fmt: skip


def test_too_much_of_what_was_paid_abroad_is_told_in_its_currency(tmp_path: Path) -> None:
    path = lay(
        tmp_path / "sales.csv",
        "1,ana,2017-03-01,,15,EUR,",
        "2,ana,2017-03-01,,1500,JPY,",
        "r,ana,2017-04-01,refund,15.01,EUR,1",
        "s,ana,2017-04-01,refund,1501,JPY,2",
        header="id,member,at,type,amount,currency,refund_of",
    )
    with pytest.raises(Invalid) as told:
        points(ABROAD, path)
    assert "15.01 EUR comes back of purchase 1, and 15.00 EUR is left of it; correct" in str(told.value)
    assert "1501 JPY comes back of purchase 2, and 1500 JPY is left of it; correct" in str(told.value)
