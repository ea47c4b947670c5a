"""Checking a programme: every mistake at once, each at its place; then its examples are run.

Invariant: a programme with a mistake, or with an example that does not come out, is never handed on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from guerdon.core.errors import Invalid
from guerdon.core.facts import PURCHASE, TEXT
from guerdon.core.programme import Programme
from guerdon.core.strategies import Strategies
from guerdon.definition.compilation import compile_programme
from guerdon.definition.examples import run_example
from guerdon.definition.files import File
from guerdon.definition.findings import ISSUES_MAX
from guerdon.definition.issues import Issue, error, render, warning
from guerdon.definition.shapes import shape
from guerdon.definition.source import Source, read, read_text, rebuild
from guerdon.definition.spec import ProgrammeSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking found: the programme when nothing is wrong, and every issue in the order of its place.

    `spec` and `source` are what the file says and where, once it has its shape; `later` are the files of later versions.
    """

    programme: Programme | None
    issues: tuple[Issue, ...]
    files: tuple[File, ...]
    examples: int = 0
    spec: ProgrammeSpec | None = None
    source: Source | None = None
    later: tuple[tuple[File, ...], ...] = ()

    @property
    def errors(self) -> list[Issue]:
        """The issues that keep the programme from running."""
        return [issue for issue in self.issues if issue.severity == "error"]


def check(path: Path, *, examples: bool = True, strategies: Strategies | None = None) -> Checked:
    """Check a programme file and run its examples; a rule may ask for one of `strategies` by name."""
    return _check(read(path), examples=examples, strategies=strategies)


def check_text(
    text: str, *, file: str = "programme.yaml", examples: bool = True, strategies: Strategies | None = None
) -> Checked:
    """Check a programme given as text; it cannot include files."""
    return _check(read_text(text, file=file), examples=examples, strategies=strategies)


def load(path: Path) -> Programme:
    """Return the programme in a file, ready to rate; Invalid lists everything that is wrong with it."""
    return _ready(check(path))


def load_text(text: str, *, file: str = "programme.yaml") -> Programme:
    """Return the programme in a text, ready to rate; Invalid lists everything that is wrong with it."""
    return _ready(check_text(text, file=file))


def check_files(files: Sequence[File]) -> Checked:
    """Check a programme given as the texts of its files, of which the first includes the others."""
    return _check(rebuild(files), examples=True)


def recheck(files: Sequence[File]) -> Checked:
    """Check the files of a programme that was checked before, in another process; its examples are not run again."""
    return _check(rebuild(files), examples=False)


def _ready(checked: Checked) -> Programme:
    if checked.programme is None:
        raise Invalid("\n".join(render(issue) for issue in checked.errors))
    return checked.programme


def _check(source: Source, *, examples: bool, strategies: Strategies | None = None) -> Checked:
    if not isinstance(source.data, dict):
        what = "a programme is a mapping of keys to values"
        return _found(source, source.issues or [error("shape", source.place(()), what, "begin with format: 1")])
    shaped = shape(source, source.data)
    issues = [*source.issues, *shaped.issues]
    if shaped.spec is None:
        return _found(source, issues)
    programme, found = compile_programme(shaped.spec, shaped.source, strategies=strategies)
    issues += [issue for issue in found if not shaped.is_consequence(issue)]
    if programme is None or issues or not examples:
        return _found(shaped.source, issues, programme=programme, spec=shaped.spec)
    for position, example in enumerate(shaped.spec.examples):
        if len(issues) < ISSUES_MAX:
            issues += run_example(programme, example, source, ("examples", position))
    if not shaped.spec.examples:
        what = "there are no examples, so nothing shows that the rules do what was meant"
        issues.append(
            warning("no_examples", source.place(()), what, "write examples: [{given: [...], expect: {points: 90}}]")
        )
    issues += _unmatched(programme, shaped.spec, shaped.source)
    return _found(shaped.source, issues, programme=programme, spec=shaped.spec, examples=len(shaped.spec.examples))


def _unmatched(programme: Programme, spec: ProgrammeSpec, source: Source) -> list[Issue]:
    """Warn where the purchases of returns could be looked for, and nothing says whether they are (S6)."""
    sold = [line for one in programme.event_types.values() if one.kind == PURCHASE for line in one.line_attributes]
    products = list(dict.fromkeys([line.name for line in sold if line.kind == TEXT]))
    if not products or spec.returns is None or spec.returns.unlinked is not None:
        return []
    what = (
        "returns that name no purchase are listed and take nothing back, as nothing says which attribute is the product"
    )
    advice = f"write unlinked: {{match_latest: {products[0]}, within: 60 days}}, or unlinked: list if that is meant"
    return [warning("unlinked", source.place(("returns",)), what, advice)]


def _found(
    source: Source,
    issues: list[Issue],
    *,
    programme: Programme | None = None,
    spec: ProgrammeSpec | None = None,
    examples: int = 0,
) -> Checked:
    """Return what was found; the programme only when nothing is wrong with it."""
    ordered = tuple(dict.fromkeys(sorted(issues, key=lambda issue: issue.place)))
    wrong = any(issue.severity == "error" for issue in ordered)
    return Checked(
        programme=None if wrong else programme, issues=ordered, files=tuple(source.files), examples=examples,
        spec=spec, source=source,
    )  # fmt: skip
