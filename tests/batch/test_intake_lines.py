"""Baskets: files with a row per line, and lines in one column."""

import json
from pathlib import Path

import pytest

from guerdon.core.errors import Invalid
from tests.batch.intake_reader import BASKET_SHAPE, RICH_SHAPE, Reading, read, write, write_parquet

HEADER = "id,member,at,line.amount,line.product,line.quantity\n"


def baskets(folder: Path, rows: str, *, header: str = HEADER, bad_rows: Path | None = None) -> Reading:
    return read(folder, write(folder, header + rows), shape=BASKET_SHAPE, bad_rows=bad_rows)


def test_rows_of_one_id_are_one_event(tmp_path: Path) -> None:
    found = baskets(
        tmp_path, "1,ana,2017-07-04,2.50,milk,1\n2,bob,2017-07-04,1.00,tea,1\n1,ana,2017-07-04,0.50,bread,2\n"
    )
    assert [(e["id"], e["member"], e["amount"]) for e in found.events] == [("1", "ana", 300), ("2", "bob", 100)]
    first = found.events[0]["row"]
    assert [
        (line["line"], line["id"], line["amount"], line["net"], line["product"])
        for line in found.lines
        if line["row"] == first
    ] == [
        (0, "1", 250, 250, "milk"),
        (1, "2", 50, 50, "bread"),
    ]
    assert found.history.has_lines
    assert found.history.summary.lines == 3


def test_columns_of_lines_may_have_other_names(tmp_path: Path) -> None:
    file = write(tmp_path, "basket,who,day,price,sku\n1,ana,2017-07-04,2.50,milk\n1,ana,2017-07-04,1,tea\n")
    mapping = {"id": "basket", "member": "who", "at": "day", "line.amount": "price", "line.product": "sku"}
    found = read(tmp_path, file, shape=BASKET_SHAPE, mapping=mapping)
    assert found.column("amount") == [350]
    assert found.line_column("product") == ["milk", "tea"]


def test_lines_need_an_id_to_be_grouped_by_and_an_amount(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"no column id \(rows with line columns are grouped by it\)"):
        baskets(tmp_path, "ana,2017-07-04,1\n", header="member,at,line.amount\n")
    with pytest.raises(Invalid, match=r"no column line.amount"):
        baskets(tmp_path, "1,ana,2017-07-04,1\n", header="id,member,at,line.quantity\n")


def test_identical_lines_without_a_line_id_all_count(tmp_path: Path) -> None:
    found = baskets(tmp_path, "1,ana,2017-07-04,2,milk,1\n" * 3)
    assert found.column("amount") == [600]
    assert found.line_column("line") == [0, 1, 2]


def test_the_same_line_id_twice_counts_once_and_with_other_content_is_bad(tmp_path: Path) -> None:
    header = "id,member,at,line.id,line.amount\n"
    found = baskets(tmp_path, "1,ana,2017-07-04,a,2\n1,ana,2017-07-04,a,2.00\n1,ana,2017-07-04,b,2\n", header=header)
    assert found.column("amount") == [400]
    assert found.line_column("id") == ["a", "b"]
    with pytest.raises(Invalid, match="line id 'a' came before with other content"):
        baskets(tmp_path, "1,ana,2017-07-04,a,2\n1,ana,2017-07-04,a,3\n", header=header)


def test_zero_amounts_and_zero_quantities_are_valid(tmp_path: Path) -> None:
    found = baskets(tmp_path, "1,ana,2017-07-04,0,milk,0\n2,ana,2017-07-04,0,tea,1\n2,ana,2017-07-04,3,pie,0\n")
    assert found.column("amount") == [0, 300]
    assert found.column("returned") == [False, False]
    assert len(found.lines) == 3


def test_negative_lines_are_returns_and_in_no_sum(tmp_path: Path) -> None:
    rows = "1,ana,2017-07-04,5,milk,1\n1,ana,2017-07-04,-2,tea,1\n1,ana,2017-07-04,3,pie,-1\n1,ana,2017-07-04,1,jam,1\n"
    found = baskets(tmp_path, rows + "2,ana,2017-07-04,-2,tea,1\n")
    assert [(e["amount"], e["returned"]) for e in found.events] == [(600, False), (0, True)]
    assert [(line["line"], line["id"], line["product"]) for line in found.lines] == [(0, "1", "milk"), (1, "4", "jam")]
    assert found.history.summary.returned_lines == 3
    assert found.history.summary.returns == 1


def test_a_refund_with_lines_has_no_amount_and_no_lines(tmp_path: Path) -> None:
    found = baskets(tmp_path, "1,refund,ana,2017-07-04,5\n", header="id,type,member,at,line.amount\n")
    assert [(e["amount"], e["returned"]) for e in found.events] == [(0, True)]
    assert found.lines == []


DISCOUNTED = "id,member,at,amount,discount,line.amount\n"


def discounted(stated: str) -> str:
    return "".join(f"1,ana,2017-07-04,{stated},1.00,{line}\n" for line in ("5", "3", "-1"))


@pytest.mark.parametrize("stated", ["7.00", "6.00"])
def test_a_stated_amount_is_the_sum_of_its_lines_with_or_without_returns(tmp_path: Path, stated: str) -> None:
    assert baskets(tmp_path, discounted(stated), header=DISCOUNTED).column("amount") == [700]


def test_a_stated_amount_that_is_not_the_sum_of_its_lines_is_a_bad_row(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"amount 8.00 is not the sum of its lines, 6.00 less its discount"):
        baskets(tmp_path, discounted("8.00"), header=DISCOUNTED)


def test_the_rows_of_an_event_must_agree_about_it(tmp_path: Path) -> None:
    rows = "1,ana,2017-07-04,5,milk,1\n1,bob,2017-07-04,5,milk,1\n2,ana,2017-07-04,5,tea,1\n"
    file = write(tmp_path, HEADER + rows)
    with pytest.raises(Invalid) as told:
        read(tmp_path, file, shape=BASKET_SHAPE)
    assert "2 bad rows" in str(told.value)
    assert f"{file}:2: rows of one event disagree about member" in str(told.value)
    assert f"{file}:3: rows of one event disagree about member" in str(told.value)


def test_a_bad_line_makes_its_whole_event_bad(tmp_path: Path) -> None:
    rows = "1,ana,2017-07-04,5,milk,1\n1,ana,2017-07-04,x,milk,1\n2,ana,2017-07-04,5,tea,1\n"
    found = baskets(tmp_path, rows, bad_rows=tmp_path / "bad.csv")
    assert found.column("id") == ["2"]
    assert found.line_column("product") == ["tea"]
    listed = (tmp_path / "bad.csv").read_text().splitlines()
    assert "line 3, which is part of the same event, is bad" in listed[1]
    assert "line.amount 'x' is not a plain number" in listed[2]
    assert found.history.summary.bad_rows == 2


def test_a_discount_and_points_are_shared_by_value_largest_remainder(tmp_path: Path) -> None:
    header = "id,member,at,discount,points_paid,line.amount,line.discount\n"
    found = baskets(tmp_path, "".join(f"1,ana,2017-07-04,1.00,0.50,{a},0.25\n" for a in (1, 1, 1, 0)), header=header)
    # 100 over three equal lines: 34, 33, 33; nets 66, 67, 67 and 0; 50 x 66 / 200 = 16.5, 16.75, 16.75.
    assert found.column("amount") == [200]
    assert found.line_column("net") == [66, 67, 67, 0]
    assert found.line_column("points_paid") == [16, 17, 17, 0]
    assert found.line_column("discount") == [25, 25, 25, 25]


def test_a_discount_beyond_the_lines_is_a_bad_row(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"discount 3.00 is more than its lines cost"):
        baskets(tmp_path, "1,ana,2017-07-04,3,2\n", header="id,member,at,discount,line.amount\n")


def test_foreign_lines_are_converted_one_at_a_time(tmp_path: Path) -> None:
    header = "id,member,at,currency,channel,amount,discount,line.amount\n"
    rows = "".join(f"1,ana,2017-07-04,EUR,web,20.06,0.02,{a}\n" for a in ("10.02", "10.06"))
    found = read(tmp_path, write(tmp_path, header + rows), shape=RICH_SHAPE)
    # 1252.5 goes to 1252 and 1257.5 to 1258; the discount of 2.5 to 2.
    assert found.line_column("amount") == [1252, 1258]
    assert found.column("amount") == [2508]
    assert found.line_column("net") == [1251, 1257]


def test_lines_in_one_column_say_the_same_as_rows_of_lines(tmp_path: Path) -> None:
    flat = baskets(tmp_path, "1,ana,2017-07-04,2.50,milk,1\n1,ana,2017-07-04,0.50,,2\n2,bob,2017-07-04,1,tea,\n")
    lines = [
        [{"amount": "2.50", "product": "milk", "quantity": 1}, {"amount": 0.5, "quantity": 2}],
        [{"amount": 1, "product": "tea"}],
    ]
    objects = [
        {"id": number + 1, "member": who, "at": "2017-07-04", "lines": lines[number]}
        for number, who in enumerate(("ana", "bob"))
    ]
    text = read(tmp_path, write(tmp_path, "\n".join(map(json.dumps, objects)), "sales.jsonl"), shape=BASKET_SHAPE)
    query = (
        "select * from (values (1, 'ana', date '2017-07-04', [{'amount': 2.5::decimal(9, 2), 'product': 'milk', 'quantity': 1}, "
        "{'amount': 0.5, 'product': null, 'quantity': 2}]), (2, 'bob', date '2017-07-04', "
        "[{'amount': 1, 'product': 'tea', 'quantity': null}])) as t(id, member, \"at\", lines)"
    )
    typed = read(tmp_path, write_parquet(tmp_path, query), shape=BASKET_SHAPE)
    for found in (flat, text, typed):
        assert [(e["id"], e["member"], e["amount"]) for e in found.events] == [("1", "ana", 300), ("2", "bob", 100)]
        told = [
            (line["line"], line["id"], line["amount"], line["net"], line["product"], line["quantity"])
            for line in found.lines
        ]
        assert told == [(0, "1", 250, 250, "milk", 1), (1, "2", 50, 50, None, 2), (0, "1", 100, 100, "tea", None)]


def test_fields_of_lines_in_one_column_may_have_other_names(tmp_path: Path) -> None:
    text = '{"id": 1, "member": "ana", "at": "2017-07-04", "items": [{"price": 3, "sku/x": "milk"}]}\n'
    mapping = {"lines": "items", "line.amount": "price", "line.product": "sku/x"}
    found = read(tmp_path, write(tmp_path, text), shape=BASKET_SHAPE, mapping=mapping)
    assert [(line["amount"], line["product"]) for line in found.lines] == [(300, "milk")]


def test_fields_of_typed_lines_that_nobody_reads_are_listed(tmp_path: Path) -> None:
    query = "select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", [{'amount': 1, 'shelf': 4}] as lines"
    found = read(tmp_path, write_parquet(tmp_path, query), shape=BASKET_SHAPE)
    assert found.history.summary.ignored == ("lines.shelf",)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('"two"', "lines 'two' are not a list of objects"),
        ('{"amount": 1}', "are not a list of objects"),
        ("[3]", "line 1 of its lines: it is not an object with an amount"),
        ('[{"amount": 1}, {"product": "milk"}]', "line 2 of its lines: line.amount is missing"),
        ('[{"amount": "x"}]', "line 1 of its lines: line.amount (column amount) 'x' is not a plain number"),
        ("[]", "amount is missing, and there are no lines"),
        ("null", "amount is missing, and there are no lines"),
    ],
)
def test_lines_in_one_column_that_cannot_be_read_are_bad_rows(tmp_path: Path, lines: str, reason: str) -> None:
    text = f'{{"id": 1, "member": "ana", "at": "2017-07-04", "lines": {lines}}}\n'
    with pytest.raises(Invalid) as told:
        read(tmp_path, write(tmp_path, text), shape=BASKET_SHAPE)
    assert reason in str(told.value)


def test_events_with_and_without_lines_stand_in_one_file(tmp_path: Path) -> None:
    text = '{"id": 1, "member": "ana", "at": "2017-07-04", "lines": [{"amount": 1}]}\n'
    text += '{"id": 2, "member": "ana", "at": "2017-07-04", "amount": 5}\n'
    found = read(tmp_path, write(tmp_path, text), shape=BASKET_SHAPE)
    assert found.column("amount") == [100, 500]
    assert len(found.lines) == 1


def test_a_basket_delivered_twice_counts_once_and_changed_is_a_conflict(tmp_path: Path) -> None:
    text = '{"id": 1, "source": "till", "member": "ana", "at": "2017-07-04", "lines": [{"amount": 1}, {"amount": 2}]}\n'
    changed = text.replace('{"amount": 2}', '{"amount": 1.5}, {"amount": 0.5}')
    one, two = write(tmp_path, text, "a.jsonl"), write(tmp_path, text, "b.jsonl")
    found = read(tmp_path, one, two, shape=BASKET_SHAPE)
    assert (found.column("amount"), len(found.lines), found.history.summary.duplicates) == ([300], 2, 1)
    with pytest.raises(Invalid, match="came before with other content"):
        read(tmp_path, one, write(tmp_path, changed, "b.jsonl"), shape=BASKET_SHAPE)


def test_one_basket_id_in_two_files_of_two_sources_is_two_baskets(tmp_path: Path) -> None:
    one = write(tmp_path, HEADER + "1,ana,2017-07-04,5,milk,1\n", "north.csv")
    two = write(tmp_path, HEADER + "1,ana,2017-07-04,5,milk,1\n", "south.csv")
    assert len(read(tmp_path, one, two, shape=BASKET_SHAPE).events) == 2


def test_floats_are_rounded_per_line_before_they_are_added(tmp_path: Path) -> None:
    query = (
        "select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", 0.125::double as \"line.amount\" from range(4)"
    )
    found = read(tmp_path, write_parquet(tmp_path, query), shape=BASKET_SHAPE)
    assert found.column("amount") == [48]
    assert found.history.summary.rounded == 4


def test_an_event_without_an_id_gets_one_from_its_lines(tmp_path: Path) -> None:
    text = "".join(
        f'{{"member": "ana", "at": "2017-07-04", "lines": [{{"amount": 1, "product": "{p}"}}]}}\n' for p in "aab"
    )
    found = read(tmp_path, write(tmp_path, text), shape=BASKET_SHAPE)
    ids = found.column("id")
    assert len(set(ids)) == 3
    assert ids[0].partition("-")[0] == ids[1].partition("-")[0] != ids[2].partition("-")[0]


def test_a_basket_that_changed_is_set_aside_with_all_its_rows(tmp_path: Path) -> None:
    header = "id,source,member,at,line.amount\n"
    one = write(tmp_path, header + "1,till,ana,2017-07-04,5\n1,till,ana,2017-07-04,6\n", "a.csv")
    two = write(tmp_path, header + "1,till,ana,2017-07-04,5\n1,till,ana,2017-07-04,7\n", "b.csv")
    found = read(tmp_path, one, two, shape=BASKET_SHAPE, bad_rows=tmp_path / "bad.csv")
    assert found.column("amount") == [1100]
    assert found.line_column("amount") == [500, 600]
    assert found.history.summary.bad_rows == 2


def test_a_discount_in_another_currency_never_comes_out_above_its_lines(tmp_path: Path) -> None:
    header = "id,member,at,currency,rate,discount,line.amount\n"
    rows = "1,ana,2017-07-04,EUR,0.5,0.03,0.01\n" * 3
    found = baskets(tmp_path, rows, header=header)
    # Half a cent goes to 0 three times; one and a half go to 2, of which no line can give any.
    assert found.column("amount") == [0]
    assert found.column("discount") == [0]
    assert found.line_column("net") == [0, 0, 0]
