"""Files of events: how rows become events, whatever the format."""

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from guerdon.core.errors import Invalid
from guerdon.core.facts import PURCHASE, TEXT, Attribute, EventType
from tests.batch.intake_reader import BASKET_SHAPE, RICH_SHAPE, SHAPE, read, write, write_parquet

HEADER = "id,member,at,amount\n"


def test_a_row_without_type_and_currency_is_a_purchase_in_the_programmes_currency(tmp_path: Path) -> None:
    found = read(tmp_path, write(tmp_path, HEADER + "17,ana,2017-07-04,12.50\n"))
    (event,) = found.events
    assert (event["source"], event["id"], event["type"], event["kind"]) == ("sales", "17", "purchase", 1)
    assert (event["member"], event["account"], event["amount"]) == ("ana", "ana", 1250)
    assert (event["returned"], event["problem"]) == (False, None)
    assert (event["discount"], event["points_paid"], event["stored_value_paid"], event["tax"], event["shipping"]) == (
        0,
        0,
        0,
        0,
        0,
    )


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    file = write(tmp_path, "no;customer_id;date;total\n1;ana;2017-07-04;12.50\n")
    mapping = {"id": "no", "member": "customer_id", "at": "date", "amount": "total"}
    found = read(tmp_path, file, mapping=mapping)
    assert [(e["id"], e["member"], e["amount"]) for e in found.events] == [("1", "ana", 1250)]


def test_capital_letters_in_column_names_do_not_matter(tmp_path: Path) -> None:
    assert read(tmp_path, write(tmp_path, "ID,Member,At,Amount\n1,ana,2017-07-04,1\n")).column("amount") == [100]


def test_columns_that_nobody_reads_are_listed(tmp_path: Path) -> None:
    found = read(tmp_path, write(tmp_path, "id,member,at,amount,shop,recorded_at\n1,ana,2017-07-04,1,3,2017-07-05\n"))
    assert found.history.summary.ignored == ("shop", "recorded_at")


def test_a_mapped_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    file = write(tmp_path, "id,customer,at,amount\n1,ana,2017-07-04,1\n")
    with pytest.raises(
        Invalid, match=r"has no column custmer .*did you mean customer\? \(it has id, customer, at, amount\)"
    ):
        read(tmp_path, file, mapping={"member": "custmer"})


def test_a_missing_member_column_suggests_a_mapping(tmp_path: Path) -> None:
    file = write(tmp_path, "id,customer,at,amount\n1,ana,2017-07-04,1\n")
    with pytest.raises(Invalid, match=r"no column member; say which one it is with --map member="):
        read(tmp_path, file)


def test_a_mapping_of_an_unknown_name_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-07-04,1\n")
    with pytest.raises(Invalid, match=r"--map amuont=.*did you mean amount"):
        read(tmp_path, file, mapping={"amuont": "amount"})


def test_purchases_need_an_amount_column(tmp_path: Path) -> None:
    file = write(tmp_path, "id,member,at\n1,ana,2017-07-04\n")
    with pytest.raises(Invalid, match=r"no column amount \(every purchase has one\)"):
        read(tmp_path, file)


def test_csv_json_lines_and_parquet_say_the_same(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "1", "member": "ana", "at": "2017-07-04", "amount": "12.50", "channel": "web", "weight": "0.250"},
        {"id": "2", "member": "bób", "at": "2017-07-04", "amount": "0.00", "channel": 'a, "b"\nc', "weight": None},
    ]
    lines = [
        "id,member,at,amount,channel,weight",
        "1,ana,2017-07-04,12.50,web,0.250",
        '2,bób,2017-07-04,0.00,"a, ""b""\nc",',
    ]
    csv = write(tmp_path, "\n".join(lines) + "\n")
    plain = [{**rows[0], "amount": 12.5, "weight": 0.25}, rows[1]]
    objects = write(tmp_path, "\n".join(map(json.dumps, plain)) + "\n", "sales.jsonl")
    table = pa.Table.from_pylist(rows)
    with_types = write_parquet_table(tmp_path, table)
    read_all = [read(tmp_path, file, shape=RICH_SHAPE).events for file in (csv, objects, with_types)]
    for events in read_all:
        for event in events:
            del event["row"]
    assert read_all[0] == read_all[1] == read_all[2]


def write_parquet_table(folder: Path, table: pa.Table) -> Path:
    pq.write_table(table, folder / "texts.parquet")
    columns = (
        'id, member, cast("at" as date) as "at", cast(amount as decimal(10, 2)) as amount, channel, '
        "cast(weight as double) as weight"
    )
    return write_parquet(folder, f"select {columns} from '{folder / 'texts.parquet'}'")


def test_standard_input_is_read_whatever_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(b'{"id": 1, "member": "ana", "at": "2017-07-04", "amount": 5.10}\n'))
    monkeypatch.setattr("sys.stdin", given)
    found = read(tmp_path, "-")
    assert [(e["source"], e["amount"]) for e in found.events] == [("stdin", 510)]


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_packed_text_is_read(tmp_path: Path, packing: str) -> None:
    text = (HEADER + "1,ana,2017-07-04,5\n").encode()
    path = tmp_path / f"sales.csv.{packing}"
    path.write_bytes(gzip.compress(text) if packing == "gz" else pa.compress(text, "zstd", asbytes=True))
    assert read(tmp_path, path).column("source") == ["sales"]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(b"\xef\xbb\xbfid,member,at,amount\r\n1,ana,2017-07-04,5\r\n\r\n2,ana,2017-07-04,6\r\n")
    assert read(tmp_path, path).column("amount") == [500, 600]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"id,member,at,amount\n1,caf\xe9,2017-07-04,5\n", "line 2 is not UTF-8 text; save the file as UTF-8"),
        ("id,member".encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
        (b'[{"id": 1}]', "is one JSON array; write one object per line"),
        (b"id,member,at,amount,id\n", "has two columns named id"),
    ],
)
def test_files_that_cannot_be_understood_say_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "sales.txt"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=reason):
        read(tmp_path, path)


def test_paths_that_name_no_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no file"):
        read(tmp_path, tmp_path / "none.csv")
    with pytest.raises(Invalid, match="no file matches"):
        read(tmp_path, tmp_path / "*.csv")
    with pytest.raises(Invalid, match=r"is a folder; name its files"):
        read(tmp_path, tmp_path)


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    file = write(tmp_path, "member,at,amount\nana,2017-07-04,5\n")
    assert len(read(tmp_path, file, str(tmp_path / "*.csv")).events) == 1


def test_a_history_without_rows_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path, write(tmp_path, HEADER)).events == []
    assert read(tmp_path, write(tmp_path, "id,member,at,line.amount\n"), shape=BASKET_SHAPE).lines == []
    query = "select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", 1 as amount limit 0"
    assert read(tmp_path, write_parquet(tmp_path, query)).events == []


def test_typed_parquet_stays_where_it_is(tmp_path: Path) -> None:
    file = write_parquet(
        tmp_path, "select 1 as id, 42 as member, date '2017-07-04' as \"at\", 1.5::decimal(9, 2) as amount"
    )
    found = read(tmp_path, file, shape=SHAPE)
    assert found.history.direct
    assert str(file) in found.history.setup[0]
    assert not list((tmp_path / "scratch").glob("events-*"))


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    text = write(tmp_path, HEADER + "1,ana,2017-07-04,5\n", "sales[1].csv")
    query = "select 2 as id, 'ana' as member, date '2017-07-04' as \"at\", 6 as amount"
    found = read(tmp_path, text, write_parquet(tmp_path, query, "sales[2].parquet"))
    assert sorted((e["source"], e["amount"]) for e in found.events) == [("sales[1]", 500), ("sales[2]", 600)]


def test_an_attribute_may_not_be_called_like_a_column_of_every_event(tmp_path: Path) -> None:
    shape = replace(SHAPE, event_types={"purchase": EventType("purchase", PURCHASE, (Attribute("problem", TEXT),))})
    with pytest.raises(Invalid, match="attribute problem has the name of a column that every event or line has"):
        read(tmp_path, write(tmp_path, HEADER), shape=shape)


def test_attributes_may_be_called_like_anything_else(tmp_path: Path) -> None:
    words = (
        "total",
        "goods",
        "own",
        "stated",
        "worth",
        "nth",
        "event",
        "position",
        "digest",
        "former",
        "file",
        "content",
    )
    slots = tuple(Attribute(word, TEXT, optional=True) for word in words)
    shape = replace(SHAPE, event_types={"purchase": EventType("purchase", PURCHASE, slots, slots)})
    lined = ",".join(f"line.{word}" for word in words)
    text = f"id,member,at,discount,points_paid,line.id,line.amount,{','.join(words)},{lined}\n"
    row = ",".join(words + tuple(word.upper() for word in words))
    found = read(tmp_path, write(tmp_path, text + f"1,ana,2017-07-04,1,1,a,5,{row}\n" * 2), shape=shape)
    assert [found.events[0][word] for word in words] == list(words)
    assert [found.lines[0][word] for word in words] == [word.upper() for word in words]
