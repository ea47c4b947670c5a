"""Shipped programmes are found by name; what is not there is told with what was probably meant."""

from pathlib import Path

import pytest

from guerdon.core.errors import NotFound
from guerdon.definition import shipped as room
from guerdon.definition.shipped import find_programme, programme_path, shipped, template


def test_shipped_programmes_are_listed_by_name_with_a_line_each() -> None:
    found = shipped()
    assert [one.name for one in found] == sorted(one.name for one in found)
    assert {"coffee-card", "grocery", "three-month-exercise"} <= {one.name for one in found}
    assert all(one.description() for one in found)


def test_a_title_stands_in_for_a_description(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text('format: 1\ntitle: "A short one"\n', encoding="utf-8")
    assert room.Shipped("short", file).description() == "A short one"


def test_a_file_of_that_name_comes_before_a_shipped_programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_programme("grocery") == template("grocery").path
    Path("grocery").touch()
    assert find_programme("grocery") == Path("grocery")
    assert programme_path("nothing.yaml") == Path("nothing.yaml")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("mine.yml", "there is no file 'mine.yml'; did you mean 'mine.yaml'?"),
        ("coffe-card", "there is no file 'coffe-card'; did you mean 'coffee-card'?"),
        (
            "no/such/thing",
            "there is no file 'no/such/thing'; name a file, or a shipped programme: adidas-adiclub, coffee-card",
        ),
        (".", ". is a folder; name a file in it, like mine.yaml"),
        ("empty", "empty is a folder; there is no programme in it"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, said: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").touch()
    Path("empty").mkdir()
    with pytest.raises(NotFound) as told:
        find_programme(named)
    assert str(told.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [("grocry", "did you mean 'grocery'?"), ("zzz", "there are adidas-adiclub, coffee-card")],
)
def test_an_unknown_template_is_told(name: str, said: str) -> None:
    with pytest.raises(NotFound, match="there is no template") as told:
        template(name)
    assert said in str(told.value)


def test_an_installation_without_programmes_ships_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FOLDERS", (tmp_path / "none",))
    assert shipped() == []
