"""Programmes that count no points: they are checked, rated and explained like any other, and say so."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import guerdon
from guerdon.cli.main import commands

HEAD = "format: 1\nprogramme: club\nzone: UTC\ncurrency: EUR\nbenefits: {returns: 60 days}\n"
LEVELS = """
metrics: {spend: {sum: net, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: member, from: 0}, {id: gold, from: 100, benefits: {adviser: true}}]}]
"""
EVENTS = "id,member,at,amount\n1,ana,2026-01-05,100.00\n2,ben,2026-01-05,20.00\n"

programmes = pytest.mark.parametrize("text", [HEAD, HEAD + LEVELS], ids=["benefits", "levels"])


@programmes
def test_rating_reads_the_events_and_gives_no_points(text: str) -> None:
    programme = guerdon.loads(text)
    records = [{"id": "1", "member": "ana", "at": "2026-01-05", "amount": "100.00"}]
    statement = guerdon.rate(programme, records)
    assert statement.rows == []
    assert statement.to_arrow().column_names == ["member", "month", "unit", "points"]
    with pytest.raises(guerdon.Invalid, match="the programme counts no points"):
        statement.total()
    assert [event.id for event in guerdon.explain(programme, records).events] == ["1"]


@programmes
@pytest.mark.parametrize("by", ["member,month", "member", "month"])
def test_a_statement_of_no_points_has_its_columns_and_no_rows(text: str, by: str, tmp_path: Path) -> None:
    (tmp_path / "club.yaml").write_text(text)
    (tmp_path / "events.csv").write_text(EVENTS)
    out = tmp_path / "statement.csv"
    asked = ["rate", str(tmp_path / "club.yaml"), str(tmp_path / "events.csv"), "--out", str(out), "--by", by]
    result = CliRunner().invoke(commands, asked)
    assert result.exit_code == 0, result.output
    assert "no points: the programme counts none" in result.output
    assert out.read_text().split() == [f"{by},unit,points"]


def test_check_says_what_there_is_in_place_of_rules(tmp_path: Path) -> None:
    path = tmp_path / "club.yaml"
    path.write_text(HEAD + LEVELS)
    assert "ok, 2 levels, 2 benefits, no examples" in CliRunner().invoke(commands, ["check", str(path)]).output
