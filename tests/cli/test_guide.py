"""The guides to the commands, to changing a programme and to importing show what is printed."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from guerdon.cli.main import commands

GUIDES = Path(__file__).parents[2] / "docs" / "guide"
GUIDE = GUIDES / "commands.md"
BLOCK = re.compile(r"```(\w+) ?(\S*)\n(.*?)```", re.DOTALL)
SHOWN = re.compile(r"^\$ guerdon (.*)\n((?:(?!\$ guerdon ).*\n)*)", re.MULTILINE)
SECONDS = re.compile(r"\d+\.\d s$", re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "shown_at_least"), [("commands.md", 6), ("changing-a-programme.md", 3), ("import.md", 4)]
)
def test_what_the_guide_shows_is_what_is_printed(
    page: str, shown_at_least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, name, text in BLOCK.findall((GUIDES / page).read_text(encoding="utf-8")):
        if name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        for command, shown in SHOWN.findall(text) if kind == "console" else ():
            printed = CliRunner().invoke(commands, shlex.split(command)).output
            assert SECONDS.sub("", printed) == SECONDS.sub("", shown), command
            ran += 1
    assert ran >= shown_at_least


def test_the_guide_tells_of_every_command() -> None:
    headings = " ".join(re.findall(r"^## guerdon (.*)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(commands.commands) == set(headings.replace(",", "").split())
