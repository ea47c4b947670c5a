"""A member's page as HTML: what it says, and that nothing in it is for a terminal alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from guerdon.cli.main import commands

PROGRAMME = """\
format: 1
programme: corner-shop
title: Corner Shop <Club>
zone: Europe/Vienna
currency: EUR
units: {points: {expiry: {after: 12 months}}}
rules: [{id: spend, give: floor(amount)}]
redemptions: {}
metrics: {spend: {sum: amount, within: year}}
ladders: [{id: club, by: metrics.spend, levels: [{id: friend, from: 0}, {id: gold, title: Gold, from: 200}]}]
"""

LIFE = """\
id,member,at,type,amount,points
1,ana,2025-01-10,purchase,100,
2,ana,2025-06-01,redemption,,80
3,eve,2025-06-01,purchase,0,
"""


@pytest.fixture
def page(tmp_path: Path) -> Callable[[str], str]:
    """Return the page of a member as it is written."""
    programme, life = tmp_path / "shop.yaml", tmp_path / "life.csv"
    programme.write_text(PROGRAMME, encoding="utf-8")
    life.write_text(LIFE, encoding="utf-8")

    def written(member: str) -> str:
        file = tmp_path / f"{member}.html"
        ran = CliRunner().invoke(
            commands, ["statement", str(programme), str(life), "--member", member, "--html", str(file)]
        )
        assert ran.exit_code == 0, ran.output
        return file.read_text(encoding="utf-8")

    return written


def test_a_page_is_plain_text_and_marks_without_the_codes_of_a_terminal(page: Callable[[str], str]) -> None:
    written = page("ana")
    assert "\x1b" not in written
    assert '<p class="big">20 points to use</p>' in written
    assert "Corner Shop &lt;Club&gt;" in written
    assert "€100 more to spend to become Gold" in written


def test_months_and_what_happened_are_tables_with_named_columns(page: Callable[[str], str]) -> None:
    written = page("ana")
    assert "<tr><td>January 2025</td><td>100</td><td></td><td>100</td></tr>" in written
    assert '<th scope="col" class="said">What happened</th>' in written
    assert (
        '<tr><td>1 June 2025</td><td class="said">redemption 2: 80 points spent, of purchase 1</td><td>-80</td><td>20</td></tr>'
        in written
    )


def test_where_nothing_has_happened_yet_that_is_said_instead_of_empty_tables(page: Callable[[str], str]) -> None:
    written = page("eve")
    assert "Nothing has happened to these points so far." in written
    assert "<table" not in written
    assert "<ul></ul>" not in written
