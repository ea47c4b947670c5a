"""Shipped programmes: the ones that come with Guerdon, found in the wheel or in the source tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guerdon.core.errors import NotFound
from guerdon.definition.issues import quote, suggest

_PACKAGE: Final = Path(__file__).resolve().parents[1]

FOLDERS: Final = (_PACKAGE / "programmes", _PACKAGE.parents[1] / "programmes")
"""Where shipped programmes are: in the wheel, else in the source tree."""

ENDINGS: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipped programme: its name, its file, and what it is in one line."""

    name: str
    path: Path

    def description(self) -> str:
        """Return what the programme is, in one line: its description, else its title."""
        stated = {}
        for line in self.path.read_text(encoding="utf-8").splitlines():
            key, colon, text = line.partition(":")
            if colon and key in ("title", "description"):
                stated[key] = text.strip().strip("\"'")
        return stated.get("description") or stated.get("title", "")


def shipped() -> list[Shipped]:
    """Return the shipped programmes by name."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    if folder is None:
        return []
    return [Shipped(file.stem, file) for file in sorted(folder.glob("*.yaml"), key=lambda file: file.stem)]


def template(name: str) -> Shipped:
    """Return the shipped programme called `name`; NotFound says which there are."""
    known = {one.name: one for one in shipped()}
    if name not in known:
        hint = suggest(name, known) or f"there are {', '.join(known)}"
        message = f"there is no template {quote(name)}; {hint}"
        raise NotFound(message)
    return known[name]


def programme_path(named: str) -> Path:
    """Return the file that is meant: a file of that name, else the shipped programme called so."""
    path = Path(named)
    known = {} if path.exists() else {one.name: one.path for one in shipped()}
    return known.get(named, path)


def find_programme(named: str) -> Path:
    """Return the file of a programme, named by its file or, when it is shipped, by its name alone; NotFound if there is none."""
    path = programme_path(named)
    if path.is_dir():
        message = f"{named} is a folder; {_inside(path)}"
        raise NotFound(message)
    if not path.exists():
        message = f"there is no file {quote(named)}; {_nearby(path, [one.name for one in shipped()])}"
        raise NotFound(message)
    return path


def _inside(folder: Path) -> str:
    files = sorted(file.name for file in folder.iterdir() if file.suffix in ENDINGS)
    return f"name a file in it, like {folder / files[0]}" if files else "there is no programme in it"


def _nearby(path: Path, known: Sequence[str]) -> str:
    beside: list[str] = []
    if path.parent.is_dir():
        beside = [str(path.parent / file.name) for file in path.parent.iterdir() if file.suffix in ENDINGS]
    near = suggest(str(path), [*beside, *known])
    return near or f"name a file, or a shipped programme: {', '.join(known)}"
