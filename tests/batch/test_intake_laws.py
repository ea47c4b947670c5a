"""Laws of reading: files say what a plain reading of them says, and shares are those of the core."""

import csv
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guerdon.core.calendar import parse_date
from guerdon.core.errors import Invalid
from guerdon.core.values import split
from tests.batch.intake_reader import BASKET_SHAPE, NEW_YORK, read, write

AMOUNTS = st.one_of(
    st.decimals(min_value=-100, max_value=10**6, places=2).map(str),
    st.decimals(min_value=-100, max_value=100, places=3).map(str),
    st.sampled_from(["", "0", "-0", "x", "1e3", "1.", ".5", "NaN", "+7", "9" * 14]),
)
DAYS = st.one_of(
    st.dates().map(str),
    st.sampled_from(["2017-03-12", "2017-11-05", "1970-01-01", "1969-12-31", "2099-12-31", "2017-02-29", "soon", ""]),
)
MEMBERS = st.one_of(st.text(alphabet="ab,;\"'\n é%_", max_size=6), st.sampled_from(["ana", "bob"]))
ROWS = st.lists(st.tuples(st.sampled_from([str(i) for i in range(30)]), MEMBERS, DAYS, AMOUNTS), max_size=30)

Plain = tuple[str, int, int]


def plainly(rows: list[tuple[str, str, str, str]]) -> tuple[dict[str, Plain], int, int]:
    """Read rows one at a time: the events by id, how many rows repeat one, how many are bad."""
    events: dict[str, Plain] = {}
    again = bad = 0
    for identity, member, at, amount in rows:
        try:
            event = (member, NEW_YORK.day_start(day_of(at)), minor(amount))
        except ValueError:
            bad += 1
            continue
        if not member or events.get(identity, event) != event:
            bad += 1
        elif identity in events:
            again += 1
        else:
            events[identity] = event
    return events, again, bad


def day_of(text: str) -> int:
    try:
        day = parse_date(text)
    except Invalid as error:
        raise ValueError from error
    if not "1970" <= text[:4] <= "2099":
        raise ValueError
    return day


def minor(text: str) -> int:
    digits = text.lstrip("+-")
    if not digits.replace(".", "", 1).isdigit():
        raise ValueError
    number = Decimal(text) * 100
    if number != int(number) or abs(number) > 10**15:
        raise ValueError
    return int(number)


@given(rows=ROWS)
@settings(max_examples=30, deadline=None)
def test_a_file_says_what_a_plain_reading_of_it_says(rows: list[tuple[str, str, str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("id", "member", "at", "amount"), *rows])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = read(folder, write(folder, text.getvalue()), bad_rows=folder / "bad.csv")
    events, again, bad = plainly(rows)
    told = {e["id"]: (e["member"], e["at"], e["returned"], e["amount"]) for e in found.events}
    assert told == {key: (who, at, amount < 0, max(amount, 0)) for key, (who, at, amount) in events.items()}
    assert (found.history.summary.duplicates, found.history.summary.bad_rows) == (again, bad)


BASKETS = st.lists(
    st.lists(st.one_of(st.integers(0, 12), st.integers(0, 10**9)), min_size=1, max_size=7), min_size=1, max_size=40
)


@given(baskets=BASKETS, data=st.data())
@settings(max_examples=20, deadline=None)
def test_shares_of_lines_are_those_of_the_core(baskets: list[list[int]], data: st.DataObject) -> None:
    orders = []
    for amounts in baskets:
        discount = data.draw(st.integers(0, sum(amounts)))
        orders.append((amounts, discount, data.draw(st.integers(0, sum(amounts) - discount))))
    rows = ["id,member,at,discount,points_paid,line.amount"]
    for number, (amounts, discount, points) in enumerate(orders):
        rows += [f"{number},ana,2017-07-04,{money(discount)},{money(points)},{money(amount)}" for amount in amounts]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = read(folder, write(folder, "\n".join(rows)), shape=BASKET_SHAPE)
    expected = []
    for amounts, discount, points in orders:
        nets = [amount - share for amount, share in zip(amounts, split(discount, amounts), strict=True)]
        expected += list(zip(amounts, nets, split(points, nets), strict=True))
    assert [(line["amount"], line["net"], line["points_paid"]) for line in found.lines] == expected


def money(minor_units: int) -> str:
    return f"{minor_units // 100}.{minor_units % 100:02d}"


@pytest.mark.slow
def test_the_quick_and_the_careful_reader_of_csv_agree(tmp_path: Path) -> None:
    rows = "".join(f'{i},"m, {i % 7}",2017-07-{i % 28 + 1:02d},{i}.50\n' for i in range(200_000))
    quick = read(tmp_path, write(tmp_path, "id,member,at,amount\n" + rows))
    careful = read(tmp_path, write(tmp_path, "id,member,at,amount\n" + rows + '200000," spaced ",2017-07-01,1\n\n'))
    assert careful.events[:-1] == quick.events
