"""Baskets in typed Parquet stay the lists they are, and say what the same baskets laid down say."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.batch.intake_reader import BASKET_SHAPE, Reading, read, write_parquet

COLUMNS = {
    "id": "BIGINT",
    "type": "VARCHAR",
    "member": "VARCHAR",
    "at": "TIMESTAMPTZ",
    "amount": "DECIMAL(10, 2)",
    "refund_of": "BIGINT",
    "lines": "STRUCT(id VARCHAR, amount DECIMAL(10, 2), product VARCHAR, quantity BIGINT)[]",
}

Record = dict[str, Any]


def laid(folder: Path, records: list[Record]) -> tuple[Path, Path]:
    """Write records as typed Parquet, where baskets are lists, and as JSON lines."""
    text, typed = folder / "text" / "shop.jsonl", folder / "shop.parquet"
    text.parent.mkdir()
    text.write_text("".join(json.dumps(record) + "\n" for record in records))
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"COPY (FROM read_json('{text}', columns = {COLUMNS})) TO '{typed}' (FORMAT parquet)")
    return typed, text


def told(found: Reading) -> tuple[object, ...]:
    """Return what is said of a history, whatever its rows are numbered by."""
    number = {event["row"]: (event["source"], event["id"]) for event in found.events}
    hidden = {"row", "#lines", "problem", "rounded", "refers"}
    events = [{word: value for word, value in event.items() if word not in hidden} for event in found.events]
    lines = [{**line, "row": number[line["row"]]} for line in found.lines]
    refers = [number.get(event.get("refers", -1)) for event in found.events]
    summary = found.history.summary
    counts = (summary.events, summary.lines, summary.returns, summary.returned_lines, summary.refunds, summary.waiting)
    return (
        sorted((str(event["member"]), _ordered(event), str(of)) for event, of in zip(events, refers, strict=True)),
        sorted(map(_ordered, lines)),
        counts,
    )


def _ordered(one: Record) -> str:
    return str(sorted(one.items(), key=str))


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    count = draw(st.integers(1, 5))
    bought = [draw(_basket(number)) for number in range(count)]
    named = draw(st.lists(st.integers(0, count), unique=True, max_size=3))
    return [
        *bought,
        *(draw(_refund(100 + number, bought[number]["lines"] if number < count else [], number)) for number in named),
    ]


@st.composite
def _basket(draw: st.DrawFn, number: int) -> Record:
    lines = draw(st.lists(_line(), max_size=4))
    amount = {} if lines else {"amount": 7}
    when = f"2024-0{draw(st.integers(1, 9))}-03T10:00:00Z"
    return {
        "id": number,
        "type": "purchase",
        "member": draw(st.sampled_from(["ana", "ben"])),
        "at": when,
        "lines": lines or None,
    } | amount


@st.composite
def _line(draw: st.DrawFn) -> Record:
    amount = draw(st.sampled_from([1.25, 3, 0, 10, -2]))
    extra: dict[str, list[Any]] = {"product": ["tea", "milk"], "quantity": [0, 1, 2, -1]}
    return {"amount": amount} | {
        word: draw(st.sampled_from(values)) for word, values in extra.items() if draw(st.sampled_from([True, False]))
    }


@st.composite
def _refund(draw: st.DrawFn, number: int, lines: list[Record] | None, of: int) -> Record:
    record: Record = {"id": number, "type": "refund", "member": "ana", "at": "2024-10-03T10:00:00Z", "refund_of": of}
    good: list[int] = [
        place for place, line in enumerate(lines or [], 1) if line["amount"] > 0 and line.get("quantity", 1) >= 0
    ]
    if good and draw(st.sampled_from([True, False])):
        return record | {"lines": [{"id": str(draw(st.sampled_from(good)))}]}
    return record


@settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(records=histories())
def test_a_list_says_what_lines_laid_down_say(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("baskets")
    typed, text = laid(folder, records)
    first, second = (folder / word for word in ("first", "second"))
    first.mkdir()
    second.mkdir()
    bad = folder / "bad.csv"
    listed, beside = (
        read(first, typed, shape=BASKET_SHAPE, bad_rows=bad),
        read(second, text, shape=BASKET_SHAPE, bad_rows=bad),
    )
    assert listed.history.direct
    assert told(listed) == told(beside)


def test_a_basket_with_a_line_twice_is_laid_down(tmp_path: Path) -> None:
    twice = "[{'id': 'a', 'amount': 1.5}, {'id': 'a', 'amount': 1.5}]"
    columns = "select 1 as id, 7 as member, timestamptz '2024-01-01' as at"
    found = read(tmp_path, write_parquet(tmp_path, f"{columns}, {twice} as lines", "shop.parquet"), shape=BASKET_SHAPE)
    assert (found.history.direct, found.column("amount"), len(found.lines)) == (False, [150], 1)
