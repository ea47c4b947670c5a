"""What files record of their events: budgets are granted in the order of recording, and recorded grants are granted again."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.batch.rate import history_of_member
from guerdon.core.errors import Invalid
from guerdon.core.events.granted import Grant
from tests.batch.statements import lay, lay_many, points, run_of
from tests.parity.test_batch import in_batch, lay_down, one_by_one
from tests.parity.test_ledger import as_values
from tests.parity.test_ledger import in_batch as ledger_in_batch

SHARED = """
format: 1
programme: shop
zone: America/New_York
currency: USD
units: {points: {}}
rules: [{id: base, give: floor(amount), limits: [{points: 100, per: programme, every: ever}]}]
"""
HEADER = "id,member,at,amount,recorded_at,granted"


def totals(file: Path) -> dict[str, Decimal]:
    return {member: number for (member, month), number in points(SHARED, file).items() if month == "total"}


def test_a_budget_is_granted_in_the_order_of_recording(tmp_path: Path) -> None:
    """Ana bought first, and her purchase arrived a week later."""
    sales = ["1,ana,2026-06-30,80,2026-07-09T10:00:00-04:00,", "2,ben,2026-07-01,70,,"]
    assert totals(lay(tmp_path / "s.csv", *sales, header=HEADER)) == {"ana": 30, "ben": 70}


def test_the_time_of_recording_may_be_a_column_of_times(tmp_path: Path) -> None:
    query = """SELECT * FROM (VALUES
        (1, 'ana', DATE '2026-06-30', 80, TIMESTAMPTZ '2026-07-09 10:00:00+00'), (2, 'ben', DATE '2026-07-01', 70, NULL)
    ) AS v(id, member, "at", amount, recorded_at)"""
    assert totals(lay_many(tmp_path / "s.parquet", query)) == {"ana": 30, "ben": 70}


def test_what_was_granted_is_granted_again(tmp_path: Path) -> None:
    sales = ["1,ana,2026-06-30,80,,base=30", "2,ben,2026-07-01,70,,base=60", "3,cleo,2026-07-02,50,,base=0; "]
    file = lay(tmp_path / "s.csv", *sales, header=HEADER)
    assert totals(file) == {"ana": 30, "ben": 60, "cleo": 0}
    (event,) = history_of_member(run_of(SHARED, file), "ben")
    assert (event.granted, event.recorded_at) == ((Grant("base", Decimal(60)),), None)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("2,ben,2026-07-01,70,,", "event 2 draws on the budget of base and does not say what it was granted"),
        ("2,ben,2026-07-01,70,,bass=1", "event 2 was granted something of 'bass', which has no budget"),
        ("2,ben,2026-07-01,70,,base", "granted 'base' is not NAME=NUMBER"),
        ("2,ben,2026-07-01,70,,base=1.5", "event 2: granted base=1.5 has more decimals than the points have"),
        ("2,ben,2026-07-01,70,,base=1e1", "granted base=1e1 is not a number of points or times"),
        ("2,ben,2026-07-01,70,,base=1++", "granted base=1++ is not a number of points or times"),
        ("2,ben,2026-07-01,70,,base=1;base=2", "event 2 says twice what a budget granted it, again with base"),
        ("2,ben,2026-07-01,70,,base=-1", "granted base=-1 is not a number of points or times"),
        ("2,ben,2026-07-01,70,2026-07-09,base=1", "event 2: recorded_at 2026-07-09 is not a time with its offset"),
        ("2,ben,2026-07-01,70,soon,base=1", "event 2: recorded_at soon is not a time with its offset"),
    ],
)
def test_what_cannot_be_so_is_told(tmp_path: Path, second: str, said: str) -> None:
    file = lay(tmp_path / "s.csv", "1,ana,2026-06-30,80,,base=30", second, header=HEADER)
    with pytest.raises(Invalid) as told:
        totals(file)
    assert said in str(told.value)


RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben", "cleo"]), st.sampled_from(["2026-06-30", "2026-07-01", "2026-07-02T12:00:00Z"]),
        st.integers(0, 90), st.none() | st.sampled_from(["2026-07-01T00:00:00Z", "2026-07-04T10:00:00+02:00"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=15, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(stated=RECORDS, grants=st.none() | st.lists(st.integers(0, 60), min_size=8, max_size=8))
def test_files_are_granted_what_values_are(
    stated: list[tuple[str, str, int, str | None]], grants: list[int] | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    records = [
        {"id": f"e{i}", "member": member, "at": at, "amount": amount, "recorded_at": recorded, "granted": None}
        | ({"granted": f"base={grants[i]}"} if grants else {})
        for i, (member, at, amount, recorded) in enumerate(stated)
    ]
    run = run_of(SHARED)
    path = tmp_path_factory.mktemp("recorded") / "shop.jsonl"
    lay_down(path, records)
    expected = one_by_one(run.programme, [{**record, "source": "shop"} for record in records])
    assert in_batch(run.programme, run.files, path, force_fold=False)[0] == expected


SEVERAL = SHARED.replace(
    "rules: [",
    """rules:
  - id: gift
    give: 5
    limits: [{times: 9, per: programme, every: ever}, {points: 30, per: programme, every: month}, {points: 40, per: programme, every: ever}]
  - """,
).replace("]}]", "]}")


@settings(max_examples=15, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(data=st.data(), stated=RECORDS)
def test_files_say_which_budget_cut_as_values_do(
    data: st.DataObject,
    stated: list[tuple[str, str, int, str | None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whether each budget is named by itself or what owns them, some had more and some had not."""
    names = ["base", *(["gift"] if data.draw(st.booleans()) else ["gift#1", "gift#2", "gift#3"])]
    grants = st.tuples(*[st.sampled_from(["0", "1", "3+", "5", "5+", "0+"]) for _ in names])
    records = [
        {
            "id": f"e{i}", "source": "shop", "member": member, "at": at, "amount": amount,
            "granted": ";".join(f"{name}={one}" for name, one in zip(names, data.draw(grants), strict=True)),
        }
        for i, (member, at, amount, _) in enumerate(stated)
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("several")
    lay_down(folder / "shop.jsonl", records)
    assert ledger_in_batch(SEVERAL, folder / "shop.jsonl", folder / "ledger") == as_values(SEVERAL, records)


PLAIN = """
format: 1
programme: shop
zone: America/New_York
currency: USD
units: {points: {}}
rules: [{id: base, give: floor(amount)}]
"""


@pytest.mark.parametrize(
    ("late", "recorded_at", "said"),
    [
        ("", "2027-06-30T10:00:00Z", ""),
        ("late: refuse", "2026-07-01T03:59:59Z", ""),
        ("late: refuse", "2026-07-01T04:00:00Z", "event 1: the event was recorded later than the programme accepts (on the day)"),
        ("late: {way: refuse, accept: 1 month}", "2026-07-31T03:59:59Z", ""),
        ("late: {way: refuse, accept: 1 month}", "2026-07-31T04:00:00Z", "(1 month)"),
        ("late: as_of_now", "2026-07-01T04:00:00Z", ""),
        ("late: as_of_now", "2026-06-30", "recorded_at 2026-06-30 is not a time with its offset"),
    ],
)  # fmt: skip
def test_events_of_files_that_come_too_late_are_told(tmp_path: Path, late: str, recorded_at: str, said: str) -> None:
    file = lay(tmp_path / "s.csv", f"1,ana,2026-06-30,80,{recorded_at},", header=HEADER)
    if not said:
        assert points(PLAIN + late, file)["ana", "total"] == 80
        return
    with pytest.raises(Invalid) as told:
        points(PLAIN + late, file)
    assert said in str(told.value)


def test_an_event_that_comes_too_late_counts_as_of_when_it_was_recorded(tmp_path: Path) -> None:
    """Midnight of 1 July is 4 o'clock in UTC: what is recorded before that is still of 30 June."""
    sales = [
        "1,ana,2026-06-30,80,2026-07-01T03:59:59Z,",
        "2,ben,2026-06-30,70,2026-07-01T04:00:00Z,",
        "3,cleo,2026-06-30,5,,",
    ]
    found = points(PLAIN + "late: as_of_now", lay(tmp_path / "s.csv", *sales, header=HEADER))
    assert {key: number for key, number in found.items() if key[1] != "total"} == {
        ("ana", "2026-06"): 80, ("ben", "2026-07"): 70, ("cleo", "2026-06"): 5,
    }  # fmt: skip


def test_so_does_one_that_stands_in_typed_columns_and_is_read_where_it_lies(tmp_path: Path) -> None:
    query = """SELECT * FROM (VALUES
        ('1', 'ana', DATE '2026-06-30', 80, TIMESTAMPTZ '2026-07-09 10:00:00+00', NULL),
        ('2', 'ana', DATE '2026-06-30', 70, NULL, NULL), ('3', 'ana', DATE '2026-07-01', NULL, NULL, '1')
    ) AS v(id, member, "at", amount, recorded_at, refund_of)"""
    columns = 'id, member, "at", amount, recorded_at'
    late = PLAIN + "late: as_of_now"
    found = points(late, lay_many(tmp_path / "s.parquet", f"SELECT {columns} FROM ({query}) WHERE refund_of IS NULL"))
    assert [found["ana", "2026-06"], found["ana", "2026-07"]] == [70, 80]
    # A refund of 1 July comes before its purchase counts, and takes that one's instant.
    typed = f"SELECT {columns}, refund_of, CASE WHEN id = '3' THEN 'refund' ELSE 'purchase' END AS type FROM ({query})"
    found = points(late, lay_many(tmp_path / "r.parquet", typed))
    assert [found["ana", "2026-06"], found["ana", "total"]] == [70, 70]


def test_the_events_of_a_member_stand_in_the_order_in_which_they_count(tmp_path: Path) -> None:
    sales = ["1,ana,2026-06-30,80,2026-07-05T10:00:00Z,", "2,ana,2026-07-01,70,,"]
    file = lay(tmp_path / "s.csv", *sales, header=HEADER)
    run = run_of(PLAIN + "late: as_of_now", file)
    assert [(one.id, one.timed) for one in history_of_member(run, "ana")] == [("2", False), ("1", True)]


LATE = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben"]), st.sampled_from(["2026-06-28", "2026-06-30T23:30:00-04:00", "2026-07-01"]),
        st.integers(1, 90), st.none() | st.sampled_from(["2026-06-30T10:00:00-04:00", "2026-07-01T04:00:00Z", "2026-08-03T10:00:00+02:00"]),
        st.booleans(),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=15, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(stated=LATE, accept=st.sampled_from(["", ", accept: 2 days", ", accept: 1 month"]), limited=st.booleans())
def test_late_events_of_files_count_as_those_of_values(
    stated: list[tuple[str, str, int, str | None, bool]],
    accept: str,
    limited: bool,  # noqa: FBT001 - drawn
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    body = PLAIN.replace("}]\n", ", limits: [{points: 100, every: month}]}]\n") if limited else PLAIN
    run = run_of(f"{body}late: {{way: as_of_now{accept}}}")
    records: list[dict[str, object]] = []
    for i, (member, at, amount, recorded, returned) in enumerate(stated):
        records.append({"id": f"e{i}", "member": member, "at": at, "amount": amount, "recorded_at": recorded})
        if returned:
            records.append({
                "id": f"r{i}", "member": member, "at": at, "type": "refund", "refund_of": f"e{i}", "recorded_at": stated[0][3],
            })  # fmt: skip
    path = tmp_path_factory.mktemp("late") / "shop.jsonl"
    lay_down(path, records)
    expected = one_by_one(run.programme, [{**record, "source": "shop"} for record in records])
    assert in_batch(run.programme, run.files, path, force_fold=False)[0] == expected
