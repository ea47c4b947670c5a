"""guerdon rate: the points that events earned, as a statement."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from guerdon.cli.reading import AS_OF_HELP, load_programme, read_as_of, read_inputs, reading_options
from guerdon.cli.screen import counted, progress, say

if TYPE_CHECKING:
    from guerdon.batch.rate import Rated, Run

BY: Final = ("member", "month")
EXTRAS: Final = ("spent", "expired")


@click.command(
    short_help="Rate events and print what was earned.",
    epilog="""\b
Examples:
  guerdon rate programme.yaml purchases.csv
  guerdon rate grocery 'purchases/*.parquet' --out points.parquet
  guerdon rate programme.yaml purchases.csv --by month
  guerdon rate programme.yaml purchases.csv --ledger books --as-of 2026-03-31
  guerdon rate programme.yaml till.csv --map member=customer_id,at=date,amount=total --currency EUR
  zcat purchases.jsonl.gz | guerdon rate programme.yaml - > points.csv

\b
The statement has the columns member, month, unit, points; a row with the month `total` sums a member up.
On a terminal its first rows are shown, otherwise all of it is printed as CSV. Everything else that is said
goes to standard error.""",
)
@click.argument("programme")
@click.argument("events", nargs=-1, required=True, metavar="EVENTS...")
@click.option(
    "--by", default="member,month", show_default=True, help="What the statement has rows by: member, month or both."
)
@click.option("--unit", metavar="UNIT", help="Only this unit of the programme.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the statement: CSV, JSON lines or Parquet by the ending .csv, .jsonl or .parquet.",
)
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write journals, postings, lots, standings, levels and their history into DIR, as Parquet.",
)
@click.option("--as-of", metavar="T", help=AS_OF_HELP)
@click.option("--with", "extras", metavar="COLUMNS", help="Further columns of the statement: spent, expired or both.")
@reading_options
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="How many processes; one per core unless stated."
)
@click.option("--json", "as_json", is_flag=True, help="Print totals, counts and (without --out) the statement as JSON.")
def rate(  # noqa: PLR0913 - a command has this many options
    *,
    programme: str,
    events: tuple[str, ...],
    by: str,
    unit: str | None,
    out: Path | None,
    ledger: Path | None,
    as_of: str | None,
    extras: str | None,
    mapping: tuple[str, ...],
    currency: str | None,
    zone: str | None,
    bad_rows: Path | None,
    memory: str | None,
    no_progress: bool,
    processes: int | None,
    as_json: bool,
) -> None:
    """Rate events and print what was earned, per member and month and in total.

    PROGRAMME is a file, a folder in which each file is a version of one programme, or the name of a shipped
    programme. EVENTS are files of CSV, JSON lines or Parquet,
    patterns, or - for standard input. Without a column `type` every row is a purchase.
    """
    from guerdon.batch.rate import Run, rating

    rows_by = _by(by)
    inputs = read_inputs(events, mapping, currency, zone)
    loaded, files, later = load_programme(programme)
    run = Run(
        programme=loaded,
        files=files,
        later=later,
        inputs=inputs,
        out=out,
        by=rows_by,
        unit=unit,
        bad_rows=bad_rows,
        memory=memory,
        processes=processes,
        ledger=ledger,
        as_of=read_as_of(as_of, loaded),
        extras=_extras(extras),
    )
    with ExitStack() as stack:
        with progress(wanted=not no_progress) as tell:
            rated = stack.enter_context(rating(run, progress=tell))
        _show(rated, out=out, bad_rows=bad_rows, as_json=as_json)
        _say_ledger(run, rated)


def _by(stated: str) -> tuple[str, ...]:
    named = [word.strip() for word in stated.split(",") if word.strip()]
    for word in named:
        if word not in BY:
            message = f"--by {word!r} is not something a statement has rows by; write member, month or member,month"
            raise click.UsageError(message)
    return tuple(word for word in BY if word in named)


def _extras(stated: str | None) -> tuple[str, ...]:
    named = [word.strip() for word in (stated or "").split(",") if word.strip()]
    for word in named:
        if word not in EXTRAS:
            message = f"--with {word!r} is no column that a statement can have; write spent, expired or spent,expired"
            raise click.UsageError(message)
    return tuple(word for word in EXTRAS if word in named)


def _show(rated: "Rated", *, out: Path | None, bad_rows: Path | None, as_json: bool) -> None:
    from guerdon.cli import table

    if as_json:
        table.print_json(rated, with_rows=out is None)
        return
    if out is None and sys.stdout.isatty():
        table.print_head(rated)
    elif out is None:
        table.print_csv(rated)
    sys.stdout.flush()
    table.say_summary(rated, out=out, bad_rows=bad_rows)


def _say_ledger(run: "Run", rated: "Rated") -> None:
    """Say what was written of the ledger, and as of when."""
    from guerdon.batch.ledger import counts_of
    from guerdon.core.explain.wording import clock

    if run.ledger is not None:
        counts = counts_of(run.ledger)
        at = (rated.summary.last_at or 0) if run.as_of is None else run.as_of
        told = ", ".join(counted(counts[word], word.removesuffix("s")) for word in ("journals", "postings", "lots"))
        say(f"wrote {run.ledger}, as of {clock(run.programme.zone, at, timed=True)}: {told}")
