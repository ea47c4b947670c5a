"""Versions: a programme's file as it was checked, what it says and what it became, and the day it takes effect."""

from dataclasses import dataclass
from pathlib import Path

from guerdon.core.calendar import parse_date
from guerdon.core.errors import Invalid
from guerdon.core.programme import Programme
from guerdon.definition.check import Checked, check, check_text
from guerdon.definition.issues import Place, render
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import ProgrammeSpec


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version of a programme, in which nothing is wrong: what its file says, where, and what it became."""

    spec: ProgrammeSpec
    source: Source
    programme: Programme

    @property
    def day(self) -> int | None:
        """The day it takes effect, if it says so."""
        return None if self.spec.version is None else parse_date(self.spec.version)

    @property
    def file(self) -> str:
        """The file it was read from."""
        return self.source.files[0].name

    def place(self, loc: Loc) -> Place:
        """Return where a value stands in its file, or the nearest part that is there."""
        return self.source.place(loc)


def version_of(checked: Checked) -> Version:
    """Return a checked file as a version; Invalid lists everything that is wrong with it."""
    if checked.programme is None or checked.spec is None or checked.source is None:
        raise Invalid("\n".join(render(issue) for issue in checked.errors))
    return Version(checked.spec, checked.source, checked.programme)


def load_version(path: Path) -> Version:
    """Return the version of a programme in a file; Invalid lists everything that is wrong with it."""
    return version_of(check(path))


def load_version_text(text: str, *, file: str = "programme.yaml") -> Version:
    """Return the version of a programme in a text; Invalid lists everything that is wrong with it."""
    return version_of(check_text(text, file=file))
