"""guerdon statement: one account's page, as its member would read it."""

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from guerdon.cli.reading import AS_OF_HELP, load_programme, read_as_of, read_history, read_inputs, reading_options
from guerdon.cli.screen import say
from guerdon.cli.table import exact, table

if TYPE_CHECKING:
    from guerdon.core.explain import Page
    from guerdon.core.explain.page import Line, MonthRow, UnitPage

_RECENT: Final = 20
_DAY_WIDTH: Final = len("30 September 2017")


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


def page_lines(page: "Page", *, recent: int | None = None) -> list[str]:
    """Return a page as lines of text; of the history the `recent` last entries, or all of it."""
    lines = [click.style(page.programme, bold=True), f"Statement for {page.account}, {page.as_of}"]
    for unit in page.units:
        lines += ["", *balance_lines(unit)]
    for level in page.levels:
        lines += ["", f"{level.ladder}: {click.style(level.level, bold=True)}", *[f"  {said}" for said in level.said]]
    if page.benefits:
        lines += [
            "",
            "What comes with it",
            *[f"  {name}: {shown_benefit(value)}" for name, value in page.benefits.items()],
        ]
    several = len(page.units) > 1
    for unit in page.units:
        if unit.history:
            of = f" of {unit.unit}" if several else ""
            lines += ["", f"Month by month{of}", *_months(unit.months)]
            lines += ["", f"What happened{of}", *_history(unit.history, recent)]
    return lines


def balance_lines(unit: "UnitPage") -> list[str]:
    """Return what there is of a unit, what waits and what ends when."""
    balance = unit.balance
    lines = [click.style(f"{balance.available:,f} {unit.unit} to use", bold=True)]
    lines += [f"  {one.points:,f} more can be used from {one.day} on" for one in unit.waiting]
    unknown = balance.pending - sum((one.points for one in unit.waiting), Decimal(0))
    if unknown:
        lines.append(f"  {unknown:,f} more wait until they are activated")
    if balance.held:
        lines.append(f"  {balance.held:,f} are set aside for what you reserved")
    if balance.debt:
        lines.append(f"  {balance.debt:,f} are owed: the next {unit.unit} earned pay them")
    lines += [f"  {one.points:,f} can be used until {one.day}" for one in unit.ending]
    if unit.endless and unit.ending:
        lines.append(f"  {unit.endless:,f} stay")
    return lines


def _months(months: "tuple[MonthRow, ...]") -> list[str]:
    words, rows = change_words(months)
    return [f"  {line}" for line in table(["month", *words, "balance"], rows)]


def change_words(months: "tuple[MonthRow, ...]") -> tuple[list[str], list[list[object]]]:
    """Return which kinds of change there were, and a row a month of them with its balance."""
    words = ("earned", "spent", "expired", "taken_back")
    shown = [word for word in words if any(getattr(month, word) for month in months)]
    rows = [[month.month, *[getattr(month, word) or "" for word in shown], month.balance] for month in months]
    return [word.replace("_", " ") for word in shown], rows


def _history(history: "tuple[Line, ...]", recent: int | None) -> list[str]:
    shown = history if recent is None else history[-recent:]
    lines = []
    if len(shown) < len(history):
        lines.append(f"  ... {len(history) - len(shown):,} earlier; --all tells them")
    for line in shown:
        cause = f"{line.cause}: " if line.cause else ""
        lines.append(f"  {line.day:>{_DAY_WIDTH}}  {cause}{'; '.join(line.said)}")
        if line.change:
            lines[-1] += f"  ({line.change:+,f}, then {line.balance:,f})"
    return lines


def shown_benefit(value: object) -> str:
    """Return a benefit as people read it."""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
