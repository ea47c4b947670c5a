"""The command: what it can do, and how every failure is told.

Invariants:
* Loading this module loads click and nothing heavy: each command imports what it needs when it runs.
* Bad input ends in a sentence and a status of 1, wrong usage in one of 2; never in a traceback.
"""

import os
import sys
from typing import Final, NoReturn

import click

from guerdon.cli.audit import audit
from guerdon.cli.books import database, verify, worker
from guerdon.cli.check import check
from guerdon.cli.demo import demo
from guerdon.cli.diff import diff
from guerdon.cli.explain import explain
from guerdon.cli.imports import import_
from guerdon.cli.keys import keys
from guerdon.cli.rate import rate
from guerdon.cli.serve import openapi, publish, serve
from guerdon.cli.statement import statement
from guerdon.cli.templates import new, schema, templates
from guerdon.core.errors import GuerdonError, InvariantBroken

FAILED: Final = 1
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

_INTERRUPTED_QUERY: Final = "Query interrupted"


def _tell_version(ctx: click.Context, _option: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click's signature
    if not asked or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"guerdon {version('guerdon')}")
    except PackageNotFoundError:
        click.echo("guerdon (run from its sources)")
    ctx.exit()


class _Commands(click.Group):
    """The commands, quiet about a reader who left before all was printed."""

    def invoke(self, ctx: click.Context) -> None:
        """Run the command that was asked for."""
        try:
            super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _close_output()
            ctx.exit(PIPE_CLOSED)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Begin with:
  guerdon templates
  guerdon new my-shop --from coffee-card
  guerdon check my-shop/programme.yaml
  guerdon rate my-shop/programme.yaml purchases.csv

\b
COMMAND --help shows each command's options and examples.""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
def commands() -> None:
    """Rate what members did by a loyalty programme that is one file, and explain every point."""


for _command in (
    check,
    diff,
    new,
    templates,
    schema,
    rate,
    explain,
    statement,
    demo,
    serve,
    publish,
    keys,
    audit,
    openapi,
    import_,
    worker,
    verify,
    database,
):
    commands.add_command(_command)


def main() -> NoReturn:
    """Run the command that the shell asked for, and end the process with its status."""
    sys.exit(_status())


def _status() -> int:
    try:
        ended = commands.main(
            prog_name="guerdon", standalone_mode=False, color=False if os.environ.get("NO_COLOR") else None
        )
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (click.ClickException, GuerdonError, OSError) as failure:
        return _tell(failure)
    except Exception as failure:  # noqa: BLE001 - what is not of the data engine goes on
        return _of_engine(failure)
    return ended if isinstance(ended, int) else 0


def _tell(failure: Exception) -> int:
    """Tell the person what failed, and return the status that says so."""
    if isinstance(failure, click.ClickException):
        failure.show()
        return failure.exit_code
    if isinstance(failure, InvariantBroken):
        click.echo(f"Error: this is a bug of ours, please report it: {failure}", err=True)
    elif isinstance(failure, OSError):
        click.echo(f"Error: {_told(failure)}", err=True)
    else:
        click.echo(f"Error: {failure}", err=True)
    return FAILED


def _of_engine(failure: Exception) -> int:
    """Tell a failure of the data engine, which interrupts a query in its own way; any other is a bug and goes on."""
    if str(failure) == _INTERRUPTED_QUERY:
        return INTERRUPTED
    engine = sys.modules.get("duckdb")
    if engine is None or not isinstance(failure, engine.Error):
        raise failure
    click.echo(f"Error: the data engine gave up: {str(failure).splitlines()[0]}", err=True)
    return FAILED


def _told(failure: OSError) -> str:
    where = f"{failure.filename}: " if failure.filename else ""
    return f"{where}{failure.strerror or failure}"


def _close_output() -> None:
    """Let the interpreter's last flush go nowhere: whoever read our output has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
