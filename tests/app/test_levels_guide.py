"""The guide to levels: every piece of it comes out as it says, and what it shows of an explanation is what one says."""

import re
from pathlib import Path

import pytest

import guerdon
from guerdon.definition.check import check_text
from guerdon.definition.issues import render

PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "levels.md").read_text(encoding="utf-8")
PIECES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HEAD = "format: 1\nprogramme: corner-shop\nzone: Europe/Paris\ncurrency: EUR\n"


def whole(piece: str) -> str:
    """Return a piece with what every programme says before it."""
    return HEAD + ("" if "units:" in piece else "units: {points: {}}\n") + piece


@pytest.mark.parametrize("piece", PIECES, ids=range(len(PIECES)))
def test_a_piece_comes_out_as_it_says(piece: str) -> None:
    checked = check_text(whole(piece))
    assert [render(issue) for issue in checked.issues] == []
    assert checked.examples > 0


SHOWN = re.findall(r"^```text\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
BOUGHT = [[("2026-03-03", 500), ("2028-01-15", 0)], [("2026-03-03", 60), ("2026-03-05", 50)]]


@pytest.mark.parametrize(("piece", "days", "shown"), list(zip(PIECES[:2], BOUGHT, SHOWN, strict=True)))
def test_where_an_account_stands_is_told_as_the_page_shows(piece: str, days: list[tuple[str, int]], shown: str) -> None:
    bought = [{"id": f"e{i}", "member": "ana", "at": day, "amount": amount} for i, (day, amount) in enumerate(days)]
    explanation = guerdon.explain(guerdon.loads(whole(piece)), bought)
    assert shown in "\n".join(guerdon.sentences(explanation))
