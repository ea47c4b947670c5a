"""guerdon check: is a programme right, and do its examples come out."""

import json
import sys
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from guerdon.cli.screen import counted, show_issues

if TYPE_CHECKING:
    from pathlib import Path

    from guerdon.core.programme import Programme
    from guerdon.definition.check import Checked
    from guerdon.definition.issues import Issue
    from guerdon.definition.versions import Version


@click.command(
    epilog="""\b
Examples:
  guerdon check programme.yaml
  guerdon check programmes/*.yaml
  guerdon check --json programme.yaml | jq '.files[].issues[]'
  guerdon check programme-2027.yaml --replaces programme.yaml --on 2026-11-20
  guerdon check next/ --replaces published/

\b
Status: 0 when every programme is right, 1 when one is not."""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option(
    "--replaces", metavar="OLD", help="The version that FILE replaces: members keep what they have until told."
)
@click.option("--on", metavar="DAY", help="With --replaces: the day on which members are told; today unless stated.")
def check(files: tuple[str, ...], *, as_json: bool, replaces: str | None, on: str | None) -> None:
    """Check programmes and run their examples; of a folder each file is a version of one programme.

    Every mistake is told at once: where it is (file:line:column), what is wrong and what to try. With
    --replaces OLD, a version that takes something away must leave members the notice that OLD promises; of
    folders, version by version.
    """
    from guerdon.definition.shipped import programme_path

    named = list(dict.fromkeys(files))
    _check_use(named, replaces, on)
    found = {file: _checked(programme_path(file)) for file in named}
    if replaces is not None:
        whole = programme_path(named[0]).is_dir()
        found[named[0]] = _replacing(found[named[0]], _checked(programme_path(replaces)), on, whole=whole)
    if as_json:
        click.echo(json.dumps({"files": [_as_data(file, one) for file, one in found.items()]}, indent=2))
    else:
        for file, one in found.items():
            _show(file, one)
    if any(one.errors for one in found.values()):
        sys.exit(1)


def _checked(path: "Path") -> "Checked":
    """Check a file, or the versions in a folder and whether they are one programme."""
    from guerdon.definition.check import check as check_file
    from guerdon.definition.timeline import check_folder

    return check_folder(path) if path.is_dir() else check_file(path)


def _check_use(files: list[str], replaces: str | None, on: str | None) -> None:
    if replaces is not None and len(files) > 1:
        message = "--replaces goes with one FILE; check each version with the one it replaces"
        raise click.UsageError(message)
    if on is not None and replaces is None:
        message = "--on goes with --replaces; name the version that FILE replaces"
        raise click.UsageError(message)


def _replacing(new: "Checked", old: "Checked", on: str | None, *, whole: bool) -> "Checked":
    """Return what checking found, with what keeps the new from replacing the old; both must be right.

    A folder replaces a `whole` folder, or a file; a file becomes one more version of what it replaces.
    """
    from guerdon.definition.notice import check_replacement, check_timelines
    from guerdon.definition.timeline import versions_of

    if new.errors or old.errors:
        return replace(new, programme=None, issues=(*new.issues, *old.errors))
    versions, replaced = versions_of(new), versions_of(old)
    day = _day(on, versions[-1])
    if whole:
        wrong = check_timelines(versions, replaced, on=day)
    else:
        earlier = [one for one in replaced if one.day is None or one.day < (versions[0].day or 0)]
        wrong = check_replacement(versions[0], (earlier or replaced)[-1], on=day)
    issues = tuple(sorted((*new.issues, *wrong), key=lambda issue: issue.place))
    return replace(new, programme=None if wrong else new.programme, issues=issues)


def _day(stated: str | None, version: "Version") -> int:
    """Return the day on which members are told: today where the programme is, unless stated."""
    from guerdon.core.calendar import parse_date
    from guerdon.core.errors import Invalid
    from guerdon.definition.zones import read_zone

    try:
        return parse_date(stated or datetime.now(read_zone(version.spec.zone)).date().isoformat())
    except Invalid as invalid:
        message = f"--on {invalid}"
        raise click.UsageError(message) from None


def _show(file: str, checked: "Checked") -> None:
    """Print a line for each issue, and one that says how it ended."""
    show_issues(checked.issues)
    if checked.programme is not None:
        examples = f"{counted(checked.examples, 'example')} ran" if checked.examples else "no examples"
        said = ", ".join([*_contents(checked.programme), examples])
        click.echo(f"{file}: {click.style('ok', fg='green')}, {said}")
    else:
        click.echo(f"{file}: {click.style(counted(len(checked.errors), 'error'), fg='red')}")


def _contents(programme: "Programme") -> list[str]:
    """Return what a programme holds; rules are not named where there is something else and none of them."""
    levels = [level for ladder in programme.ladders for level in ladder.levels]
    benefits = {*programme.benefits, *(name for level in levels for name in level.benefits)}
    parts = [(len(programme.rules), "rule"), (len(levels), "level"), (len(benefits), "benefit")]
    return [counted(number, noun) for number, noun in parts if number] or [counted(0, "rule")]


def _as_data(file: str, checked: "Checked") -> dict[str, object]:
    programme = checked.programme
    return {
        "file": file,
        "ok": programme is not None,
        "programme": programme.name if programme is not None else None,
        "rules": len(programme.rules) if programme is not None else None,
        "examples": checked.examples,
        "issues": [_issue_data(issue) for issue in checked.issues],
    }


def _issue_data(issue: "Issue") -> dict[str, object]:
    place = issue.place
    return {
        "severity": issue.severity,
        "code": issue.code,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "what": issue.what,
        "try": issue.try_this,
    }
