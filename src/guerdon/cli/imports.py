"""guerdon import: history from files into the books of a service."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from guerdon.cli.reading import read_inputs, reading_options
from guerdon.cli.screen import counted, progress, say
from guerdon.cli.serve import database_option

if TYPE_CHECKING:
    from guerdon.app.imports.importing import Imported


@click.command(
    name="import",
    short_help="Load history into the books of a service.",
    epilog="""\b
Examples:
  guerdon publish programme.yaml --database sqlite:///shop.db
  guerdon import 'purchases/*.parquet' --database sqlite:///shop.db
  guerdon import till.csv --map member=customer_id,at=date,amount=total --bad-rows refused.csv
  guerdon import 2026-01.csv --source till --database postgresql://localhost/shop

\b
Stopped anywhere and run again it goes on where it was; nothing comes into the books twice.""",
)
@click.argument("events", nargs=-1, required=True, metavar="FILES...")
@database_option
@click.option("--programme", "named", default="", metavar="NAME", help="Which programme, if the database has several.")
@click.option(
    "--source",
    default="",
    metavar="NAME",
    help="The source of events that no column says one of; callers of the service have none unless they say so.",
)
@reading_options
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="How many processes fold; one per core unless stated."
)
@click.option("--again", is_flag=True, help="Begin anew, whatever became of an earlier import of these files.")
def import_(  # noqa: PLR0913 - a command has this many options
    *,
    events: tuple[str, ...],
    url: str,
    named: str,
    source: str,
    mapping: tuple[str, ...],
    currency: str | None,
    zone: str | None,
    bad_rows: Path | None,
    memory: str | None,
    no_progress: bool,
    processes: int | None,
    again: bool,
) -> None:
    """Load history into the books, as if every event had been recorded when it happened.

    FILES are CSV, JSON lines or Parquet, or patterns. The database must have a published programme. Events of accounts that
    have some already are recorded one by one, in their place; what is there already counts as repeated.
    """
    from dataclasses import replace

    from guerdon.app.imports.importing import Import, import_files
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import now, open_service_database

    inputs = replace(read_inputs(events, mapping, currency, zone), source=source)
    asked = Import(inputs=inputs, bad_rows=bad_rows, memory=memory, processes=processes, again=again)
    database = open_service_database(url)
    try:
        programme = served_programme(database, named)
        with progress(wanted=not no_progress) as tell:
            imported = import_files(database, programme, asked, at=now(), progress=tell)
    finally:
        database.close()
    show_imported(imported, bad_rows)


def show_imported(imported: "Imported", bad_rows: Path | None) -> None:
    """Say what came of an import."""
    from guerdon.cli.table import summary_lines

    if imported.summary is None:
        say("these files were imported before; nothing was read again (--again reads them anew)")
    else:
        for line in summary_lines(imported.summary, bad_rows):
            say(line)
    if imported.summary is not None and imported.before:
        say(f"went on after {counted(imported.before, 'event')}")
    told = f"{counted(imported.recorded, 'event')} recorded, {imported.repeated:,} there before"
    refused = f", {imported.refused:,} refused, see {bad_rows}" if imported.refused else ""
    click.echo(f"{told}{refused}, in {imported.seconds:.1f} s")
