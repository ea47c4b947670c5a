"""guerdon statement: one account's page, as its member would read it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from guerdon.cli.reading import AS_OF_HELP, load_programme, read_as_of, read_history, read_inputs, reading_options
from guerdon.cli.screen import say
from guerdon.cli.table import exact

_RECENT: Final = 20


@click.command(
    short_help="Show a member's statement as a page.",
    epilog="""\b
Examples:
  guerdon statement programme.yaml purchases.csv --member 2241
  guerdon statement grocery purchases.parquet --member 2241 --as-of 2017-06-30
  guerdon statement programme.yaml purchases.csv --member 2241 --html page.html""",
)
@click.argument("programme")
@click.argument("events", nargs=-1, required=True, metavar="EVENTS...")
@click.option("--member", required=True, metavar="M", help="The member whose statement to show.")
@click.option("--as-of", metavar="T", help=AS_OF_HELP)
@click.option(
    "--all", "everything", is_flag=True, help=f"Tell the whole history; otherwise its last {_RECENT} entries."
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the page as HTML too, all in one file.",
)
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print the page as JSON.")
def statement(  # noqa: PLR0913 - a command has this many options
    *,
    programme: str,
    events: tuple[str, ...],
    member: str,
    as_of: str | None,
    everything: bool,
    html: Path | None,
    mapping: tuple[str, ...],
    currency: str | None,
    zone: str | None,
    bad_rows: Path | None,
    memory: str | None,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Show what a member has: the balance, what waits and what ends when, the level, the months and what happened.

    A member who shares an account with others sees the whole account.
    """
    from guerdon.cli.page import page_lines
    from guerdon.core.explain import pages_of

    loaded = load_programme(programme)
    inputs = read_inputs(events, mapping, currency, zone)
    at = read_as_of(as_of, loaded.programme)
    history = read_history(loaded, inputs, member, at=at, bad_rows=bad_rows, memory=memory, quiet=no_progress)
    pages = pages_of(loaded.programme, history, at)
    if html is not None:
        from guerdon.cli.html import write_html

        write_html(html, pages)
        say(f"wrote {html}")
    if as_json:
        click.echo(json.dumps(exact([asdict(page) for page in pages]), indent=2))
        return
    for page in pages:
        click.echo("\n".join(page_lines(page, recent=None if everything else _RECENT)))
