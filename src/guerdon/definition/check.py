"""Checking a programme: every mistake at once, each at its place; then its examples are run.

Invariant: a programme with a mistake, or with an example that does not come out, is never handed on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from guerdon.core.errors import Invalid
from guerdon.core.programme import Programme
from guerdon.definition.compilation import compile_programme
from guerdon.definition.examples import run_example
from guerdon.definition.files import File
from guerdon.definition.issues import Issue, error, quote, render, suggest
from guerdon.definition.source import Loc, Source, read, read_text, rebuild
from guerdon.definition.spec import (
    LATER,
    AttributeSpec,
    BandSpec,
    CampaignSpec,
    EligibleSpec,
    EventSpec,
    ExampleSpec,
    LimitSpec,
    MultiplierSpec,
    ProgrammeSpec,
    RuleSpec,
    SharedLimitSpec,
    StackSpec,
    TableSpec,
    UnitSpec,
)

_SECTIONS: dict[str, type[BaseModel]] = {
    "rules": RuleSpec, "multipliers": MultiplierSpec, "campaigns": CampaignSpec, "limits": LimitSpec, "bands": BandSpec,
    "units": UnitSpec, "tables": TableSpec, "events": EventSpec, "eligible": EligibleSpec, "examples": ExampleSpec,
    "stack": StackSpec, "attributes": AttributeSpec, "lines": AttributeSpec,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking found: the programme when nothing is wrong, and every issue in the order of its place."""

    programme: Programme | None
    issues: tuple[Issue, ...]
    files: tuple[File, ...]
    examples: int = 0

    @property
    def errors(self) -> list[Issue]:
        """The issues that keep the programme from running."""
        return [issue for issue in self.issues if issue.severity == "error"]


def check(path: Path, *, examples: bool = True) -> Checked:
    """Check a programme file and run its examples."""
    return _check(read(path), examples=examples)


def check_text(text: str, *, file: str = "programme.yaml", examples: bool = True) -> Checked:
    """Check a programme given as text; it cannot include files."""
    return _check(read_text(text, file=file), examples=examples)


def load(path: Path) -> Programme:
    """Return the programme in a file, ready to rate; Invalid lists everything that is wrong with it."""
    return _ready(check(path))


def load_text(text: str, *, file: str = "programme.yaml") -> Programme:
    """Return the programme in a text, ready to rate; Invalid lists everything that is wrong with it."""
    return _ready(check_text(text, file=file))


def reload(files: Sequence[File]) -> Programme:
    """Return a programme from the files of one that was checked before, in another process."""
    return _ready(_check(rebuild(files), examples=False))


def _ready(checked: Checked) -> Programme:
    if checked.programme is None:
        raise Invalid("\n".join(render(issue) for issue in checked.errors))
    return checked.programme


def _check(source: Source, *, examples: bool) -> Checked:
    files = tuple(source.files)
    issues = list(source.issues)
    if not isinstance(source.data, dict):
        if not issues:
            what = "a programme is a mapping of keys to values"
            issues.append(error("shape", source.place(()), what, "begin with format: 1"))
        return Checked(programme=None, issues=_sorted(issues), files=files)
    data = dict(source.data)
    for key in [key for key in LATER if key in data]:
        what = f"`{key}` is not run by this release"
        issues.append(error("later", source.place((key,), key=True), what, "leave it out for now"))
        del data[key]
    try:
        spec = ProgrammeSpec.model_validate(data)
    except ValidationError as wrong:
        issues += [_issue(source, one) for one in wrong.errors(include_url=False)]
        return Checked(programme=None, issues=_sorted(issues), files=files)
    programme, found = compile_programme(spec, source)
    issues += found[len(source.issues) :]
    if programme is None or not examples or any(issue.severity == "error" for issue in issues):
        programme = programme if not any(issue.severity == "error" for issue in issues) else None
        return Checked(programme=programme, issues=_sorted(issues), files=files)
    for position, example in enumerate(spec.examples):
        issues += run_example(programme, example, source, ("examples", position))
    failed = any(issue.severity == "error" for issue in issues)
    return Checked(
        programme=None if failed else programme, issues=_sorted(issues), files=files, examples=len(spec.examples)
    )


def _sorted(issues: list[Issue]) -> tuple[Issue, ...]:
    return tuple(dict.fromkeys(sorted(issues, key=lambda issue: issue.place)))


def _issue(source: Source, wrong: Any) -> Issue:  # noqa: ANN401 - pydantic's error details
    """Turn one of pydantic's complaints into a sentence at its place."""
    loc: Loc = tuple(part for part in wrong["loc"] if part != "[key]")
    kind, given = str(wrong["type"]), wrong.get("input")
    key = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        known = list(_keys_at(loc))
        listed = f"the keys here are {', '.join(known[:20])}"
        place = source.place(loc, key=True)
        return error("unknown_key", place, f"{quote(key)} is not a key here", suggest(key, known) or listed)
    if kind == "missing":
        return error("missing_key", source.place(loc[:-1]), f"{quote(key)} is missing", _hint(key))
    if kind == "literal_error":
        choices = str(wrong["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        near = suggest(str(given), choices) or f"write {', '.join(choices)}"
        return error("choice", source.place(loc), f"{quote(str(given))} is not one of {', '.join(choices)}", near)
    if kind == "string_pattern_mismatch":
        what = f"{quote(str(given))} is not a name"
        at = source.place(loc, key="[key]" in wrong["loc"])
        return error("name", at, what, "use small letters, digits, - and _, beginning with a letter (_ alone in fields)")
    message = str(wrong["msg"]).removeprefix("Value error, ")
    what, _, advice = message.partition("; ")
    shown = f" (here {quote(str(given))})" if isinstance(given, (str, int)) else ""
    return error("value", source.place(loc), f"{key}: {what[:1].lower()}{what[1:]}{shown}", advice)


def _hint(key: str) -> str:
    hints = {
        "format": "write format: 1", "zone": "write a zone like Europe/Paris", "currency": "write a code like EUR",
        "units": "write units: {points: {}}", "id": "write id: a-name", "programme": "write programme: a-name",
        "from": "write from: 2026-07-01", "until": "write until: 2026-07-31",
    }  # fmt: skip
    return hints.get(key, f"write {key}:")


def _keys_at(loc: Loc) -> list[str]:
    """Return the keys that may stand where an unknown one was found."""
    model: type[BaseModel] = ProgrammeSpec
    for depth, part in enumerate(loc[:-1]):
        if isinstance(part, str) and part in _SECTIONS and not (depth and loc[depth - 1] in ("units", "tables", "events")):
            model = SharedLimitSpec if part == "limits" and depth == 0 else _SECTIONS[part]
    return [field.alias or name for name, field in model.model_fields.items()] + (
        ["include"] if model is ProgrammeSpec else []
    )
