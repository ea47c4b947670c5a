"""The first page: its programmes are right, its commands print what it shows, and it says nothing that is not so."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from guerdon.cli.main import commands
from guerdon.definition.check import check_text
from tests.house.tree import ROOT, text_of

README = text_of(ROOT / "README.md")
BLOCK = re.compile(r"```(\w+) ?(\S*)\n(.*?)```", re.DOTALL)
SHOWN = re.compile(r"^\$ guerdon (.*)\n((?:(?!\$ guerdon ).*\n)*)", re.MULTILINE)
SECONDS = re.compile(r"\d+\.\d s$", re.MULTILINE)
LEFT_OUT = "...\n"
TEN_LINES = 10
SERVED = {"serve", "publish", "import", "keys", "audit", "openapi", "worker", "verify", "database"}
"""Commands that docs/guide/service.md and docs/guide/import.md are about."""


def test_the_programmes_on_the_page_are_right_and_run_their_examples() -> None:
    texts = [text for kind, _, text in BLOCK.findall(README) if kind == "yaml"]
    assert texts
    for text in texts:
        checked = check_text(text)
        assert checked.issues == ()
        assert checked.examples > 0


def test_the_programme_in_ten_lines_has_ten() -> None:
    section = README.split("## A programme in ten lines")[1]
    _, _, text = BLOCK.findall(section)[0]
    assert len(text.splitlines()) == TEN_LINES


def test_the_commands_on_the_page_print_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = set()
    for kind, name, text in BLOCK.findall(README):
        if name:
            Path(name).write_text(text, encoding="utf-8")
        for command, shown in SHOWN.findall(text) if kind == "console" else ():
            printed = SECONDS.sub("", CliRunner().invoke(commands, shlex.split(command)).output)
            expected = SECONDS.sub("", shown)
            whole = not expected.endswith(LEFT_OUT)
            assert printed == expected if whole else printed.startswith(expected.removesuffix(LEFT_OUT)), command
            ran.add(command.split()[0])
    assert ran == set(commands.commands) - {"demo"} - SERVED
