"""The guide to the commands shows what they print."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from guerdon.cli.main import commands

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "commands.md"
BLOCK = re.compile(r"```(\w+) ?(\S*)\n(.*?)```", re.DOTALL)
SHOWN = re.compile(r"^\$ guerdon (.*)\n((?:(?!\$ guerdon ).*\n)*)", re.MULTILINE)
SECONDS = re.compile(r"\d+\.\d s$", re.MULTILINE)


def test_what_the_guide_shows_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, name, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if name:
            Path(name).write_text(text, encoding="utf-8")
        for command, shown in SHOWN.findall(text) if kind == "console" else ():
            printed = CliRunner().invoke(commands, shlex.split(command)).output
            assert SECONDS.sub("", printed) == SECONDS.sub("", shown), command
            ran += 1
    assert ran > 5


def test_the_guide_tells_of_every_command() -> None:
    headings = " ".join(re.findall(r"^## guerdon (.*)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(commands.commands) == set(headings.replace(",", "").split())
