"""Programmes for Python programs: checked, their examples run, ready to rate."""

from dataclasses import dataclass, field
from pathlib import Path

from guerdon.core import programme
from guerdon.core.errors import Invalid
from guerdon.core.strategies import Strategies
from guerdon.definition.check import Checked, check_text
from guerdon.definition.files import File
from guerdon.definition.issues import render
from guerdon.definition.timeline import check_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme that was checked: hand it to `rate` and `explain`. `warnings` are what its author should know about."""

    name: str
    title: str
    version: str
    zone: str
    currency: str
    units: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    compiled: programme.Programme = field(repr=False)
    files: tuple[File, ...] = field(repr=False)
    later: tuple[tuple[File, ...], ...] = field(default=(), repr=False)


def load(named: str | Path, *, strategies: Strategies | None = None) -> Programme:
    """Return the programme in a file, or the shipped one of that name, once its examples have come out.

    Of a folder each file is a version: events are rated by the version in force when they happened.
    Its rules may ask for `strategies` by their names here. Invalid lists everything that is wrong with it, each as
    file:line:column; NotFound says which programmes there are.
    """
    return _ready(check_named(str(named), strategies=strategies))


def loads(text: str, *, strategies: Strategies | None = None) -> Programme:
    """Return the programme in a text, as `load` does; it cannot include files."""
    return _ready(check_text(text, strategies=strategies))


def _ready(checked: Checked) -> Programme:
    compiled = checked.programme
    if compiled is None:
        raise Invalid("\n".join(render(issue) for issue in checked.errors))
    return Programme(
        name=compiled.name,
        title=compiled.title,
        version=compiled.version,
        zone=compiled.zone.name,
        currency=compiled.currency,
        units=tuple(unit.name for unit in compiled.units),
        warnings=tuple(render(issue) for issue in checked.issues),
        compiled=compiled,
        files=checked.files,
        later=checked.later,
    )
