"""What the pages say is there is there: commands, files, decisions."""

import os
import re
from pathlib import Path

import pytest

from tests.house.tree import DECISIONS, PROSE, ROOT, place, text_of

TARGETS_MAX = 12
TARGETS = re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
NAMED = re.compile(r"`((?:src|tests|tools|docs|programmes)/[\w./-]*\w)`")


def test_the_makefile_is_taken_in_at_a_glance() -> None:
    assert len(TARGETS) <= TARGETS_MAX


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_commands_that_a_page_tells_to_run_exist(page: str) -> None:
    told = set(re.findall(r"\bmake ([a-z][a-z-]*)", "\n".join(_code(text_of(ROOT / page)))))
    assert told
    assert told <= set(TARGETS)


def _code(text: str) -> list[str]:
    return re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)


def test_links_lead_somewhere() -> None:
    broken = [
        f"{place(page)}: {target}"
        for page in PROSE
        for target in LINK.findall(text_of(page))
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_says_what_it_is_and_what_holds_it(page: Path) -> None:
    text = text_of(page)
    assert re.match(rf"# {int(page.name[:4])}\. \S", text), "the title carries the number"
    assert re.search(r"^Status: (accepted|superseded by \d{4})$", text, re.MULTILINE)
    assert "## Passed over" in text
    assert "## Enforced by" in text
    missing = [name for name in NAMED.findall(text) if not (ROOT / name).exists()]
    assert not missing, "a decision names files that exist"


def test_what_every_change_has_to_pass_can_be_started() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert set(re.findall(r"^make ([a-z-]+)", text_of(run), re.MULTILINE)) <= set(TARGETS)
