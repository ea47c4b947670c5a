"""The guide to the programme file: every piece of it is a programme, or part of one, that comes out as it says."""

import re
from pathlib import Path

import pytest

from guerdon.definition.check import check
from guerdon.definition.issues import render
from guerdon.definition.spec import LATER, ProgrammeSpec

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "programme-file.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
PROGRAMMES = [text for kind, name, text in BLOCKS if kind == "yaml" and not name]

REST = ("format: 1", "programme: corner-shop", "zone: Europe/Paris", "currency: EUR", "units: {points: {}}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the files that the guide names into a folder."""
    for kind, name, text in BLOCKS:
        if name and kind != "text":
            (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def whole(part: str) -> str:
    """Return a part with what every programme says before it."""
    missing = [line for line in REST if not re.search(rf"^{line.split(':', maxsplit=1)[0]}:", part, re.MULTILINE)]
    return "\n".join([*missing, part])


@pytest.mark.parametrize("part", PROGRAMMES, ids=lambda part: part.split("\n", maxsplit=1)[0])
def test_a_piece_of_the_guide_is_right_and_its_examples_come_out(part: str, folder: Path) -> None:
    path = folder / "programme.yaml"
    path.write_text(whole(part), encoding="utf-8")
    checked = check(path)
    assert [render(issue) for issue in checked.issues] == []
    assert checked.examples > 0


@pytest.mark.usefixtures("folder")
def test_the_mistakes_of_the_guide_are_told_as_it_shows() -> None:
    told = {
        name: "".join(f"{render(issue)}\n" for issue in check(Path(name)).issues)
        for kind, name, _ in BLOCKS
        if kind == "text"
    }
    assert told == {name: text for kind, name, text in BLOCKS if kind == "text"}
    assert told


def test_the_guide_names_every_section() -> None:
    sections = set(ProgrammeSpec.model_fields) - set(LATER)
    assert {
        section for section in sections if not re.search(rf"`{section}[`:]|^{section}:", GUIDE, re.MULTILINE)
    } == set()
