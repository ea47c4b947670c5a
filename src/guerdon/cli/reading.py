"""Reading: the options that say which events to read and how, the same for every command that reads them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from guerdon.cli.screen import progress, say, show_issues

if TYPE_CHECKING:
    from guerdon.batch.intake import Inputs
    from guerdon.core.events import Event
    from guerdon.core.programme import Programme
    from guerdon.definition.files import File

Command = TypeVar("Command", bound=Callable[..., Any])

HOW_COLUMNS_ARE_CALLED: Final = (
    "How columns are called, as OURS=THEIRS: member=customer_id,at=date,amount=total. Fields of lines are line.amount, "
    "line.quantity. May be given several times."
)


class Loaded(NamedTuple):
    """A programme that was loaded, and the files it was read from: those of its first version, and of `later` ones."""

    programme: "Programme"
    files: "tuple[File, ...]"
    later: "tuple[tuple[File, ...], ...]"


_SIZE: Final = re.compile(r"\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)


def _size(_context: click.Context, _option: click.Parameter, stated: str | None) -> str | None:
    if stated is not None and not _SIZE.fullmatch(stated):
        message = f"{stated!r} is no amount of memory; write it like 2GB or 500MB"
        raise click.BadParameter(message)
    return stated


def reading_options(command: Command) -> Command:
    """Add the options of reading to a command."""
    options = (
        click.option("--map", "mapping", multiple=True, metavar="OURS=THEIRS,...", help=HOW_COLUMNS_ARE_CALLED),
        click.option(
            "--currency", metavar="CODE", help="The currency of amounts, if no column says; else the programme's."
        ),
        click.option("--zone", metavar="ZONE", help="The zone of times without an offset; else the programme's."),
        click.option(
            "--bad-rows",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Set rows that cannot be read aside in FILE and go on; without it they stop the run.",
        ),
        click.option(
            "--memory", metavar="SIZE", callback=_size, help="How much memory to use, like 2GB; more goes to disk."
        ),
        click.option("--no-progress", is_flag=True, help="Show no progress bar."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def read_mapping(stated: tuple[str, ...]) -> dict[str, str]:
    """Return the mapping from our names to theirs; a usage error when it cannot be read or says two things."""
    mapping: dict[str, str] = {}
    for pair in (pair for one in stated for pair in one.split(",") if pair.strip()):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and equals and theirs):
            message = f"--map {pair.strip()!r} is not OURS=THEIRS; write --map member=customer_id,at=date"
            raise click.UsageError(message)
        if mapping.setdefault(ours, theirs) != theirs:
            message = f"--map says that {ours} is called {mapping[ours]} and {theirs}; keep one of them"
            raise click.UsageError(message)
    return mapping


def read_inputs(events: tuple[str, ...], mapping: tuple[str, ...], currency: str | None, zone: str | None) -> "Inputs":
    """Return which files to read and how."""
    from guerdon.batch.intake import Inputs
    from guerdon.definition.zones import load_zone

    return Inputs(
        paths=events,
        mapping=read_mapping(mapping),
        currency=currency,
        zone=load_zone(zone) if zone is not None else None,
    )


def read_as_of(stated: str | None, programme: "Programme") -> int | None:
    """Return the instant that --as-of names, in the programme's zone; a date alone includes that day."""
    from guerdon.core.amounts import read_end

    return None if stated is None else read_end(stated, programme.zone, "--as-of")


AS_OF_HELP: Final = "What is so at T, like 2026-03-31 (with that day) or 2026-03-31T12:00; else at the last event."


def read_history(  # noqa: PLR0913 - what to read, of whom, and how
    loaded: "Loaded",
    inputs: "Inputs",
    member: str,
    *,
    at: int | None,
    bad_rows: Path | None,
    memory: str | None,
    quiet: bool,
) -> "list[Event]":
    """Return the events of a member's accounts up to an instant, in their order."""
    from guerdon.batch.rate import Run, history_of_member

    programme, files, later = loaded
    run = Run(programme=programme, files=files, later=later, inputs=inputs, bad_rows=bad_rows, memory=memory, as_of=at)
    with progress(wanted=not quiet) as tell:
        tell(f"looking for {member}", None)
        return history_of_member(run, member)


def load_programme(named: str) -> "Loaded":
    """Return a programme by its file's, its folder's or its shipped name; what is wrong with it ends the command."""
    from guerdon.definition.timeline import check_named

    checked = check_named(named)
    show_issues(checked.issues, err=True)
    if checked.programme is None:
        say(f"{named}: the programme does not run until this is right")
        raise click.exceptions.Exit(1)
    return Loaded(checked.programme, checked.files, checked.later)
