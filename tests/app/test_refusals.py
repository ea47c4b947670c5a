"""What cannot be rated is refused in words that name the field and say what to write."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import guerdon

EXERCISE = guerdon.load("three-month-exercise")
FOREIGN = [{"customer_id": 7, "date": "2026-01-05", "total": "120"}]
MAPPING = {"member": "customer_id", "at": "date", "amount": "total"}

as_both = pytest.mark.parametrize("form", [list, pd.DataFrame, pl.DataFrame], ids=["mappings", "pandas", "polars"])
Make = Callable[[list[dict[str, Any]]], Any]


@as_both
def test_a_missing_column_names_the_columns_there_are(form: Make) -> None:
    with pytest.raises(guerdon.Invalid) as refused:
        guerdon.rate(EXERCISE, form(FOREIGN))
    assert "no" in str(refused.value)
    assert "member; say which" in str(refused.value)
    assert "mapping={'member': 'customer_id'}" in str(refused.value)
    assert "customer_id, date, total" in str(refused.value)


@as_both
def test_a_mapping_to_a_column_that_is_not_there_is_told(form: Make) -> None:
    with pytest.raises(guerdon.Invalid) as refused:
        guerdon.rate(EXERCISE, form(FOREIGN), mapping=MAPPING | {"member": "customer"})
    assert "(mapping={'member': 'customer'}); did you mean customer_id?" in str(refused.value)
    assert "--map" not in str(refused.value)


@as_both
def test_a_mapping_of_a_column_that_events_do_not_have_is_told(form: Make) -> None:
    with pytest.raises(
        guerdon.Invalid, match=r"mapping={'membr': \.\.\.} names no column that events have; did you mean member"
    ):
        guerdon.rate(EXERCISE, form(FOREIGN), mapping=MAPPING | {"membr": "x"})


@as_both
def test_every_bad_event_is_told_with_its_position(form: Make) -> None:
    events = [*FOREIGN, FOREIGN[0] | {"total": "12,50"}, FOREIGN[0] | {"date": "05.01.2026"}]
    with pytest.raises(guerdon.Invalid) as refused:
        guerdon.rate(EXERCISE, form(events), mapping=MAPPING)
    first, *told = str(refused.value).splitlines()
    assert first.startswith("2 bad ")
    assert [("2: " in told[0], "12,50" in told[0]), ("3: " in told[1], "05.01.2026" in told[1])] == [(True, True)] * 2


def test_a_column_of_two_types_is_told_by_its_name() -> None:
    frame = pd.DataFrame({"member": ["ana", 1], "at": ["2026-01-05"] * 2, "amount": [1, 2]}, dtype=object)
    with pytest.raises(guerdon.Invalid, match=r"not of one type.*column member"):
        guerdon.rate(EXERCISE, frame)


def test_a_column_of_the_wrong_type_is_told_by_its_name() -> None:
    frame = pd.DataFrame({"member": ["ana"], "at": ["2026-01-05"], "amount": [True]})
    with pytest.raises(guerdon.Invalid, match=r"column amount.*holds BOOLEAN; write numbers in it"):
        guerdon.rate(EXERCISE, frame)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ({"member": "ana"}, "events are dict; give a list"),
        (5, "events are int; give a list"),
        ([5], "event 1 is int 5; give a Transaction"),
        (["absent.csv"], "there is no file absent.csv"),
        (pl.DataFrame(FOREIGN).lazy(), "a lazy frame; hand in what its collect"),
    ],
)
def test_what_are_no_events_is_told(events: object, told: str) -> None:
    with pytest.raises(guerdon.Invalid, match=told):
        guerdon.rate(EXERCISE, events)  # type: ignore[arg-type]


def test_bad_rows_are_set_aside_of_files_and_frames_alone(tmp_path: Path) -> None:
    with pytest.raises(guerdon.Invalid, match="goes with files and data frames"):
        guerdon.rate(EXERCISE, FOREIGN, mapping=MAPPING, bad_rows=tmp_path / "bad.csv")


def test_one_id_with_two_contents_is_told() -> None:
    twice = [{"id": "p1", "member": "ana", "at": "2026-01-05", "amount": amount} for amount in (1, 2)]
    for events in (twice, pd.DataFrame(twice)):
        with pytest.raises(guerdon.Invalid, match="p1"):
            guerdon.rate(EXERCISE, events)


@as_both
def test_a_member_without_events_cannot_be_explained(form: Make) -> None:
    with pytest.raises(guerdon.NotFound, match="no event is of member 8"):
        guerdon.explain(EXERCISE, form(FOREIGN), mapping=MAPPING, member=8)


def test_every_mistake_in_a_programme_is_told_at_once() -> None:
    with pytest.raises(guerdon.Invalid) as refused:
        guerdon.loads("format: 1\nprogramme: shop\nzone: Mars\ncurrency: XXQ\nunits: {points: {}}\n")
    assert [line.partition(": error: ")[0] for line in str(refused.value).splitlines()] == [
        "programme.yaml:3:7",
        "programme.yaml:4:11",
    ]


def test_a_programme_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(guerdon.NotFound, match="three-month-exercise"):
        guerdon.load("three-month-exercises")


def test_a_name_that_guerdon_does_not_have_is_told() -> None:
    with pytest.raises(AttributeError, match="module 'guerdon' has no attribute 'lode'"):
        guerdon.lode  # type: ignore[attr-defined]  # noqa: B018 - that is what is asked


ASK = """
import sys, guerdon
assert set(guerdon.__all__) <= set(dir(guerdon))
guerdon.Transaction("t1", guerdon.Customer("ana"), "2026-01-05", "120")
class Own(guerdon.Strategy): pass
print(*sorted({"duckdb", "pyarrow", "pydantic", "sqlglot", "ruamel", "pandas", "numpy"} & set(sys.modules)))
"""


def test_importing_guerdon_and_its_plain_classes_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
