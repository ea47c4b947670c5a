"""Files of events: the same event twice, one id with two contents, events without an id."""

from pathlib import Path

import pytest

from guerdon.core.errors import Invalid
from tests.batch.intake_reader import read, write, write_parquet

HEADER = "id,member,at,amount\n"


def test_the_same_event_twice_counts_once(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-07-04,5\n1,ana,2017-07-04,5.00\n2,ana,2017-07-04,5\n")
    found = read(tmp_path, file)
    assert found.column("id") == ["1", "2"]
    assert found.history.summary.duplicates == 1
    assert found.history.summary.events == 2


def test_one_id_with_other_content_is_a_bad_row(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-07-04,5\n1,ana,2017-07-04,6\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file)
    assert f"{file}:3: id '1' came before with other content (line 2 of {file})" in str(told.value)


def test_one_id_from_two_sources_is_two_events(tmp_path: Path) -> None:
    one = write(tmp_path, HEADER + "1,ana,2017-07-04,5\n", "north.csv")
    two = write(tmp_path, HEADER + "1,ana,2017-07-04,6\n", "south.csv")
    found = read(tmp_path, str(tmp_path / "*.csv"))
    assert [(e["source"], e["amount"]) for e in found.events] == [(one.stem, 500), (two.stem, 600)]


def test_a_source_column_tells_sources_apart(tmp_path: Path) -> None:
    file = write(tmp_path, "id,source,member,at,amount\n1,till,ana,2017-07-04,5\n1,web,ana,2017-07-04,6\n")
    assert read(tmp_path, file).column("source") == ["till", "web"]


@pytest.mark.parametrize("kind", ["integer", "varchar"])
def test_repeated_ids_in_parquet_are_found_without_laying_it_down(tmp_path: Path, kind: str) -> None:
    query = (
        "select (range % 4)::kind as id, 'ana' as member, date '2017-07-04' as \"at\", "
        "(range % 4)::integer as amount from range(6)"
    )
    found = read(tmp_path, write_parquet(tmp_path, query.replace("::kind", f"::{kind}")))
    assert found.history.direct
    assert sorted(found.column("amount")) == [0, 100, 200, 300]
    assert found.history.summary.duplicates == 2


def test_conflicting_ids_in_parquet_are_bad_rows(tmp_path: Path) -> None:
    query = "select range % 2 as id, 'ana' as member, date '2017-07-04' as \"at\", range as amount from range(3)"
    file = write_parquet(tmp_path, query)
    with pytest.raises(Invalid, match=r"parquet:3: id '0' came before with other content \(line 1 of"):
        read(tmp_path, file)
    found = read(tmp_path, file, bad_rows=tmp_path / "bad.csv")
    assert found.column("amount") == [0, 100]
    assert found.history.summary.bad_rows == 1


def test_ids_in_parquet_files_of_two_sources_do_not_meet(tmp_path: Path) -> None:
    query = "select range as id, 'ana' as member, date '2017-07-04' as \"at\", {} as amount from range(3)"
    one, two = (
        write_parquet(tmp_path, query.format(1), "a.parquet"),
        write_parquet(tmp_path, query.format(2), "b.parquet"),
    )
    found = read(tmp_path, one, two)
    assert found.column("source") == ["a"] * 3 + ["b"] * 3
    assert found.history.summary.duplicates == 0


def test_rows_without_ids_get_them_from_their_content_never_from_their_place(tmp_path: Path) -> None:
    rows = ["ana,2017-07-04,5", "ana,2017-07-04,5", "bob,2017-07-04,5"]
    one = read(tmp_path, write(tmp_path, "member,at,amount\n" + "\n".join(rows) + "\n"))
    other = read(tmp_path, write(tmp_path, "member,at,amount\n" + "\n".join(reversed(rows)) + "\n"))
    assert len(set(one.column("id"))) == 3
    assert sorted((e["id"], e["member"]) for e in one.events) == sorted((e["id"], e["member"]) for e in other.events)
    parquet = "select * from (values ('ana', date '2017-07-04', 5), ('bob', date '2017-07-04', 5), ('ana', date '2017-07-04', 5)) as t(member, \"at\", amount)"
    typed = read(tmp_path, write_parquet(tmp_path, parquet))
    assert typed.history.direct
    assert sorted(typed.column("id")) == sorted(one.column("id"))


def test_a_single_row_without_an_id_gets_one_beside_others_that_have_theirs(tmp_path: Path) -> None:
    found = read(tmp_path, write(tmp_path, HEADER + "1,ana,2017-07-04,5\n,ana,2017-07-04,5\n"))
    assert found.column("id")[0] == "1"
    assert len(found.column("id")[1]) > 10
    query = "select nullif(range, 1) as id, 'ana' as member, date '2017-07-04' as \"at\", 5 as amount from range(2)"
    typed = read(tmp_path, write_parquet(tmp_path, query))
    assert typed.column("id") == ["0", found.column("id")[1]]
