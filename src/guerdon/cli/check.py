"""guerdon check: is a programme right, and do its examples come out."""

import json
import sys
from typing import TYPE_CHECKING

import click

from guerdon.cli.screen import counted, show_issues

if TYPE_CHECKING:
    from guerdon.definition.check import Checked
    from guerdon.definition.issues import Issue


@click.command(
    epilog="""\b
Examples:
  guerdon check programme.yaml
  guerdon check programmes/*.yaml
  guerdon check --json programme.yaml | jq '.files[].issues[]'

\b
Status: 0 when every programme is right, 1 when one is not."""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check(files: tuple[str, ...], *, as_json: bool) -> None:
    """Check programmes and run their examples.

    Every mistake is told at once: where it is (file:line:column), what is wrong and what to try.
    """
    from guerdon.definition.check import check as check_file
    from guerdon.definition.shipped import programme_path

    found = {file: check_file(programme_path(file)) for file in dict.fromkeys(files)}
    if as_json:
        click.echo(json.dumps({"files": [_as_data(file, one) for file, one in found.items()]}, indent=2))
    else:
        for file, one in found.items():
            _show(file, one)
    if any(one.errors for one in found.values()):
        sys.exit(1)


def _show(file: str, checked: "Checked") -> None:
    """Print a line for each issue, and one that says how it ended."""
    show_issues(checked.issues)
    if checked.programme is not None:
        rules = counted(len(checked.programme.rules), "rule")
        examples = f"{counted(checked.examples, 'example')} ran" if checked.examples else "no examples"
        click.echo(f"{file}: {click.style('ok', fg='green')}, {rules}, {examples}")
    else:
        click.echo(f"{file}: {click.style(counted(len(checked.errors), 'error'), fg='red')}")


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
