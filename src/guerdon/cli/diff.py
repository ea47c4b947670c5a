"""guerdon diff: what changes for members from one version of a programme to the next."""

import json
import sys
from typing import TYPE_CHECKING, Final

import click

from guerdon.cli.screen import say, show_issues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guerdon.definition.diff import Change, Outcome
    from guerdon.definition.versions import Version

DIFFERS: Final = 3
"""The status that says, when it was asked for, that something changes for members."""

_HEADINGS: Final = {
    "better": ("Better for members", "green"),
    "worse": ("Worse for members", "red"),
    "different": ("Different for members", "yellow"),
    "keeping": ("Nothing to members", None),
}


@click.command(
    short_help="Say what changes for members.",
    epilog="""\b
Examples:
  guerdon diff programme-2026.yaml programme-2027.yaml
  guerdon diff --json old.yaml new.yaml | jq '.changes[] | select(.verdict == "worse")'
  guerdon diff --exit-code old.yaml new.yaml || echo 'tell members first'

\b
Status: 0 when both files are right, 1 when one is not; with --exit-code 3 when something changes for members.""",
)
@click.argument("old")
@click.argument("new")
@click.option("--exit-code", is_flag=True, help="End with the status 3 when something changes for members.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def diff(old: str, new: str, *, exit_code: bool, as_json: bool) -> None:
    """Say in words what changes for members from the programme in OLD to the one in NEW.

    Each term is better, worse, different when that cannot be told, or nothing to members. The examples of
    both files are run under both, and those whose points differ are listed.
    """
    from guerdon.definition.diff import KEEPING, compare, compare_examples

    versions = _loaded(old), _loaded(new)
    changes, outcomes = compare(*versions), compare_examples(*versions)
    if as_json:
        click.echo(json.dumps(_as_data(versions, changes, outcomes), indent=2))
    else:
        click.echo("\n".join(_lines(versions, changes, outcomes)))
    if exit_code and (outcomes or any(change.verdict != KEEPING for change in changes)):
        sys.exit(DIFFERS)


def _loaded(named: str) -> "Version":
    """Return the version in a file; what is wrong with it is told as a check tells it, and ends the command."""
    from guerdon.definition.check import check
    from guerdon.definition.shipped import find_programme
    from guerdon.definition.versions import version_of

    checked = check(find_programme(named))
    if checked.errors:
        show_issues(checked.errors, err=True)
        say(f"{named}: the programme is compared when this is right")
        raise click.exceptions.Exit(1)
    return version_of(checked)


def _lines(
    versions: "tuple[Version, Version]", changes: "Sequence[Change]", outcomes: "Sequence[Outcome]"
) -> list[str]:
    old, new = versions
    lines = [f"{new.spec.programme}: {_called(old)} to {_called(new)}"]
    for verdict, (heading, colour) in _HEADINGS.items():
        if verdict == "keeping" and outcomes:
            lines += ["", "Examples that come out differently", *(f"  {one.sentence()}" for one in outcomes)]
        told = [line for change in changes if change.verdict == verdict for line in _told(change)]
        lines += ["", click.style(heading, fg=colour), *told] if told else []
    return lines if len(lines) > 1 else [*lines, "nothing changes"]


def _told(change: "Change") -> list[str]:
    texts = [f"    was: {change.old}", f"    now: {change.new}"] if change.old or change.new else []
    return [f"  {change.sentence()}", *texts]


def _called(version: "Version") -> str:
    return version.spec.version or version.file


def _as_data(
    versions: "tuple[Version, Version]", changes: "Sequence[Change]", outcomes: "Sequence[Outcome]"
) -> dict[str, object]:
    old, new = ({"file": one.file, "programme": one.spec.programme, "version": one.spec.version} for one in versions)
    return {
        "old": old,
        "new": new,
        "changes": [_change_data(versions[1], change) for change in changes],
        "examples": [{"name": one.name, "old": one.old, "new": one.new} for one in outcomes],
    }


def _change_data(new: "Version", change: "Change") -> dict[str, object]:
    place = new.place(change.loc)
    return {
        "verdict": change.verdict,
        "about": change.subject or None,
        "what": change.what,
        "was": change.old or None,
        "now": change.new or None,
        "file": place.file,
        "line": place.line,
        "column": place.column,
    }
