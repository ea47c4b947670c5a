"""guerdon demo: a year of real groceries, rated by two programmes, explained, drawn, brought into books and served."""

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from guerdon.cli import demo_books as books
from guerdon.cli import groceries
from guerdon.cli.reading import load_programme, read_as_of
from guerdon.cli.screen import counted, progress
from guerdon.cli.serve import PORT

if TYPE_CHECKING:
    from guerdon.batch.rate import Rated, Run
    from guerdon.cli.year import Year
    from guerdon.core.events import Event

FOLDER: Final = "guerdon-demo"
LINES_FILE: Final = "purchases.parquet"
QUARTER: Final = ("2017-10", "2017-11", "2017-12")
HOUSEHOLDS_SHOWN: Final = 8
HOUSEHOLD: Final = "47"
STRETCH: Final = "2017-07"
"""The household that is explained, and the month of its purchases that is shown."""

LEDGER_FOLDER: Final = "ledger"
PAGE_FILE: Final = f"household-{HOUSEHOLD}.html"
MONTHS: Final = tuple(f"2017-{month:02d}" for month in range(1, 13))
QUARTER_ENDS: Final = MONTHS[2::3]
AFTERWARDS: Final = (MONTHS[-1], *(f"2018-{month:02d}" for month in range(1, 13)))
YEAR_END: Final = "2017-12-31"
"""The day as of which the ledger is, with that day."""

_PROGRAMMES: Final = {"three-month-exercise": groceries.EVENTS, "grocery": groceries.BASKETS}


@dataclass(frozen=True)
class _Rating:
    """One programme's outcome: its run, what came of it, and the statement's points by household and month."""

    name: str
    run: "Run"
    rated: "Rated"
    points: dict[str, dict[str, int]]


@click.command(
    epilog="""\b
Example:
  guerdon demo

\b
Needs the extra `demo`: pip install 'guerdon[demo]'"""
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    metavar="FOLDER",
    help="Where to write the purchases, the statements, the chart and the books.",
)
@click.option("--once", is_flag=True, help="End when everything is shown and written, and serve nothing.")
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help="The port to serve at; 0 is a free one.",
)
def demo(*, into: Path, once: bool, port: int) -> None:
    """Rate a year of real groceries by two shipped programmes, and serve it.

    2,469 households, 155,848 baskets, 1,469,307 lines (The Complete Journey, 2017). Shows their points per month and in
    total, who is at which level, what expires when and what could be redeemed, and one household's year; explains its
    points, draws a chart, and says which commands did it. Then the year is imported into the books of a service, in a database
    in the folder, and served with its reference, as of the end of 2017, until it is stopped.
    """
    absent = groceries.missing()
    if absent:
        message = f"the demo needs {', '.join(absent)}; install it with: pip install 'guerdon[demo]'"
        raise click.ClickException(message)
    began = time.monotonic()
    into.mkdir(parents=True, exist_ok=True)
    lines = into / LINES_FILE
    if not lines.exists():
        with progress(wanted=True) as tell:
            tell("preparing the purchases", None)
            groceries.prepare(lines)
    ratings = [_rate(name, mapping, lines, into) for name, mapping in _PROGRAMMES.items()]
    for rating in ratings:
        _show_quarter(rating)
    _show_months(ratings)
    history = _history(ratings[-1])
    _explain_household(ratings[-1], history)
    _show_year(ratings[-1])
    _write_page(ratings[-1], history, into)
    _draw(ratings, into)
    database = books.keep(ratings[-1].run, into)
    _say_where(ratings, into, seconds=time.monotonic() - began)
    if not once:
        books.serve(database, ratings[-1].run, port, HOUSEHOLD)


def _rate(name: str, mapping: Mapping[str, str], lines: Path, into: Path) -> _Rating:
    """Rate the year by one programme, as the command that is shown does."""
    from guerdon.batch.intake import Inputs
    from guerdon.batch.rate import Run, rate
    from guerdon.cli.table import engine_line, summary_lines
    from guerdon.definition.zones import load_zone

    programme, files, later = load_programme(name)
    inputs = Inputs(paths=(str(lines),), mapping=dict(mapping), zone=load_zone(groceries.ZONE))
    run = Run(programme=programme, files=files, later=later, inputs=inputs, out=into / f"{name}.csv")
    options = ["--out", str(run.out)]
    if programme.ladders:
        run = replace(run, ledger=into / LEDGER_FOLDER, as_of=read_as_of(YEAR_END, programme))
        options += ["--ledger", str(run.ledger), "--as-of", YEAR_END]
    click.echo(click.style(f"\n{programme.title}", bold=True))
    for line in _command(run, "rate", name, *options):
        click.echo(line)
    with progress(wanted=True) as tell:
        rated = rate(run, progress=tell)
    for line in (*summary_lines(rated.summary, None), engine_line(rated)):
        click.echo(f"  {line}")
    return _Rating(name, run, rated, _points(into / f"{name}.csv"))


def _command(run: "Run", *words: str) -> list[str]:
    """Return the lines of a command that reads what a run reads."""
    shared = [f"{ours}={theirs}" for ours, theirs in run.inputs.mapping.items() if ours in groceries.EVENTS]
    others = [f"{ours}={theirs}" for ours, theirs in run.inputs.mapping.items() if ours not in groceries.EVENTS]
    maps = [f"    --map {shlex.quote(','.join(pairs))}" for pairs in (shared, others) if pairs]
    first = shlex.join(["guerdon", *words[:2], *run.inputs.paths, "--zone", groceries.ZONE])
    lines = [first, *maps, f"    {shlex.join(words[2:])}"]
    return [f"  {line} \\" for line in lines[:-1]] + [f"  {lines[-1]}"]


def _points(statement: Path) -> dict[str, dict[str, int]]:
    """Return the points of a statement by household and month."""
    import csv

    points: dict[str, dict[str, int]] = {}
    with statement.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            points.setdefault(row["member"], {})[row["month"]] = int(row["points"])
    return points


def _show_quarter(rating: _Rating) -> None:
    """Print the last quarter's statement: some households, and all of them."""
    from guerdon.cli.table import table

    bought = {member: months for member, months in rating.points.items() if any(month in months for month in QUARTER)}
    rows = [_quarter_row(member, bought[member]) for member in list(bought)[:HOUSEHOLDS_SHOWN]]
    everyone = {month: sum(months.get(month, 0) for months in bought.values()) for month in QUARTER}
    rows.append(_quarter_row(f"all {len(bought):,}", everyone))
    click.echo(click.style(f"\nThe last quarter of 2017 under {rating.name}, in points", bold=True))
    for line in table(("household", *QUARTER, "quarter"), rows):
        click.echo(f"  {line}")


def _quarter_row(name: str, months: Mapping[str, int]) -> tuple[object, ...]:
    points = [months.get(month) for month in QUARTER]
    shown = ["" if one is None else one for one in points]
    return (name, *shown, sum(one for one in points if one is not None))


def _by_month(rating: _Rating) -> dict[str, int]:
    months = sorted({month for by_month in rating.points.values() for month in by_month} - {"total"})
    return {month: sum(by_month.get(month, 0) for by_month in rating.points.values()) for month in months}


def _show_months(ratings: list[_Rating]) -> None:
    """Print the points of all households per month and in total, a column a programme."""
    from guerdon.cli.table import table

    by_month = [_by_month(rating) for rating in ratings]
    rows: list[tuple[object, ...]] = [(month, *(one.get(month, 0) for one in by_month)) for month in by_month[0]]
    rows.append(("total", *(sum(one.values()) for one in by_month)))
    members = counted(ratings[0].rated.members, "household")
    click.echo(click.style(f"\nPoints of {members} per month", bold=True))
    for line in table(("month", *(rating.name for rating in ratings)), rows):
        click.echo(f"  {line}")


def _history(rating: _Rating) -> "list[Event]":
    """Return the events of one household, as values."""
    from guerdon.batch.rate import history_of_member

    return history_of_member(rating.run, HOUSEHOLD)


def _explain_household(rating: _Rating, history: "list[Event]") -> None:
    """Print what some purchases of one household earned and why, and the command that explains all of them."""
    from guerdon.core.explain import explain, month_of, sentences
    from guerdon.core.history import rate_events

    programme = rating.run.programme
    answers = rate_events(programme, history)
    month = [answer for answer in answers if month_of(programme, answer) == STRETCH]
    click.echo(
        click.style(f"\nWhy household {HOUSEHOLD} earned its points of {STRETCH} under {rating.name}", bold=True)
    )
    explanation = explain(programme, month)
    for line in sentences(replace(explanation, sums=tuple(row for row in explanation.sums if row.month == STRETCH))):
        click.echo(f"  {line}".rstrip())
    click.echo("\n  The whole year:")
    for line in _command(rating.run, "explain", rating.name, "--member", HOUSEHOLD):
        click.echo(f"  {line}")


def _show_year(rating: _Rating) -> None:
    """Print what the ledger has to say: levels, what expires when, what could be redeemed, and one household's year."""
    from guerdon.cli.year import opened

    with opened(rating.run.ledger or Path(), rating.run.programme) as year:
        _show_levels(year, rating.name)
        _show_points(year, rating.name)
        _show_rewards(year)
        _show_household(year, rating.name)


def _show_levels(year: "Year", name: str) -> None:
    held = year.held(QUARTER_ENDS)
    rows = [(month, *(held[month][level] for level in year.levels)) for month in QUARTER_ENDS]
    _show(f"Households at each level of {name}, at the end of each quarter", ("at the end of", *year.levels), rows)


def _show_points(year: "Year", name: str) -> None:
    months = year.months(MONTHS)
    _show(f"Points of all households under {name}", ("month", "earned", "expired", "left at its end"), months)
    expiring = year.expiring(AFTERWARDS)
    left = sum(points for _, points, _ in expiring)
    title = f"How long the {left:,} points that are left can be used"
    _show(title, ("until the end of", "points", "households"), expiring)


def _show_rewards(year: "Year") -> None:
    rows = [
        (title, price, sum(found.values()), *(found.get(level, "") for level in year.levels))
        for title, price, found in year.in_reach()
    ]
    title = "Households that could have a reward now that the year has ended (the data have no redemptions)"
    _show(title, ("reward", "points", "households", *year.levels), rows)


def _show_household(year: "Year", name: str) -> None:
    held = year.held(MONTHS, HOUSEHOLD)
    levels = {month: next(level for level, count in held[month].items() if count) for month in MONTHS}
    rows = [(month, levels[month], *points) for month, *points in year.months(MONTHS, HOUSEHOLD)]
    columns = ("month", "level", "earned", "expired", "left at its end")
    _show(f"The year of household {HOUSEHOLD} under {name}", columns, rows)
    for move in year.moves(HOUSEHOLD):
        click.echo(f"  {move.day}: {move.before} to {move.level}, with ${move.credit} spent in the quarter")


def _write_page(rating: _Rating, history: "list[Event]", into: Path) -> None:
    """Write one household's statement as its member would read it, and print the command that does."""
    from guerdon.cli.html import write_html
    from guerdon.core.explain import pages_of

    file = into / PAGE_FILE
    write_html(file, pages_of(rating.run.programme, history, rating.run.as_of))
    click.echo("\n  Its statement, as a member would read it:")
    options = ("--member", HOUSEHOLD, "--as-of", YEAR_END, "--html", str(file))
    for line in _command(rating.run, "statement", rating.name, *options):
        click.echo(line)


def _show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table under its title."""
    from guerdon.cli.table import table

    click.echo(click.style(f"\n{title}", bold=True))
    for line in table(columns, rows):
        click.echo(f"  {line}")


def _draw(ratings: list[_Rating], into: Path) -> None:
    from guerdon.cli.chart import draw

    draw(
        {rating.name: _by_month(rating) for rating in ratings},
        into / "points-per-month",
        title="Points per month, 2017",
    )


def _say_where(ratings: list[_Rating], into: Path, *, seconds: float) -> None:
    click.echo(click.style(f"\nWritten in {seconds:.0f} seconds", bold=True))
    click.echo(f"  {into / LINES_FILE}  the purchases, a row per line")
    for rating in ratings:
        click.echo(f"  {into / (rating.name + '.csv')}  the statement: {counted(rating.rated.rows, 'row')}")
        if rating.run.ledger is not None:
            click.echo(
                f"  {rating.run.ledger}  the ledger of {rating.name}: journals, postings, lots, standings, levels"
            )
    click.echo(f"  {into / PAGE_FILE}  the statement of household {HOUSEHOLD}, as a page")
    click.echo(f"  {into / 'points-per-month.svg'} and .png  the chart")
    click.echo(f"  {into / books.DATABASE}  the books of a service: accounts, events, journals, entries")
