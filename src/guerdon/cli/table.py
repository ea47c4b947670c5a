"""Tables on the screen: statements as CSV, aligned or as JSON, and what a run has to say beside them."""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guerdon.cli.screen import counted, say

if TYPE_CHECKING:
    from guerdon.batch.intake import Summary
    from guerdon.batch.rate import Rated


def print_csv(rated: "Rated") -> None:
    """Print all rows as CSV."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rated.columns)
    writer.writerows(rated.all_rows())


def print_head(rated: "Rated") -> None:
    """Print the first rows as a table, and how many more there are."""
    for line in table(rated.columns, rated.head):
        click.echo(line)
    more = rated.rows - len(rated.head)
    if more > 0:
        click.echo(click.style(f"... and {counted(more, 'row')} more; --out FILE writes all of them", dim=True))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return rows as aligned lines under their columns' names; numbers stand to the right."""
    texts = [[_cell(value) for value in row] for row in rows]
    widths = [max([len(column), *(len(row[i]) for row in texts)]) for i, column in enumerate(columns)]
    right = [
        bool(rows) and all(isinstance(row[i], (int, Decimal)) or not row[i] for row in rows)
        for i in range(len(columns))
    ]
    return [_aligned(line, widths, right) for line in ([*columns], *texts)]


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        cell.rjust(width) if to_right else cell.ljust(width)
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _cell(value: object) -> str:
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}" if isinstance(value, int) else str(value)


def print_json(rated: "Rated", *, with_rows: bool) -> None:
    """Print everything as one JSON object, row by row, so that a long statement needs no memory."""
    head = {
        "totals": {unit: as_number(points) for unit, points in rated.totals.items()},
        "members": rated.members,
        "months": rated.months,
        "rows": rated.rows,
        "engine": rated.engine,
        "compiled": is_compiled(),
        "seconds": round(rated.seconds, 3),
        "summary": asdict(rated.summary),
    }
    if rated.outside:
        head["outside"] = rated.outside
    if not with_rows:
        click.echo(json.dumps(head, indent=2))
        return
    sys.stdout.write(json.dumps(head, indent=2)[:-2] + ',\n  "statement": [')
    separator = "\n"
    for row in rated.all_rows():
        cells = {column: as_number(value) for column, value in zip(rated.columns, row, strict=True)}
        sys.stdout.write(f"{separator}    {json.dumps(cells)}")
        separator = ",\n"
    sys.stdout.write("\n  ]\n}\n")


def as_number(value: object) -> object:
    """Return a whole number as a number; one with decimals as text, so that nobody reads it as a float."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value.as_tuple().exponent == 0 else f"{value:f}"


def exact(value: object) -> object:
    """Return data for JSON: whole numbers as numbers, others as text."""
    if isinstance(value, dict):
        return {key: exact(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [exact(one) for one in value]
    return as_number(value)


def say_summary(rated: "Rated", *, out: Path | None, bad_rows: Path | None) -> None:
    """Say the grand total, what was read and what became of it, and which engine answered."""
    for line in summary_lines(rated.summary, bad_rows):
        say(line)
    say(engine_line(rated))
    if rated.outside:
        told = ", ".join(f"{term} {count:,}" for term, count in rated.outside.items())
        say(f"redemptions outside their rewards' terms: {told}; they count, and guerdon explain tells each")
    if out is not None:
        say(f"wrote {out}: {counted(rated.rows, 'row')}")
    if not rated.totals:
        say(click.style("no points: the programme counts none", bold=True))
        return
    totals = ", ".join(f"{points:,f} {unit}" for unit, points in rated.totals.items())
    say(
        click.style(
            f"total: {totals} for {counted(rated.members, 'member')} in {counted(rated.months, 'month')}", bold=True
        )
    )


def summary_lines(summary: "Summary", bad_rows: Path | None) -> list[str]:
    """Return what was read and what became of it, a line each."""
    events = "" if summary.events is None else f": {counted(summary.events, 'event')}"
    lines = [f"read {counted(summary.rows, 'row')}{events}"]
    if summary.lines:
        lines[0] += f" with {counted(summary.lines, 'line')}"
    if summary.bad_rows:
        lines.append(f"bad rows: {summary.bad_rows:,} set aside in {bad_rows}")
    if summary.returns or summary.returned_lines:
        examples = f", such as {', '.join(summary.return_examples[:3])}" if summary.return_examples else ""
        kinds = ((summary.returns, "event"), (summary.returned_lines, "line"))
        returns = " and ".join(counted(count, noun) for count, noun in kinds if count)
        lines.append(
            f"returns: {returns}{examples}; they name no purchase and none was found, so they neither earn nor take back "
            "points: write refund_of, or in the programme returns: {unlinked: {match_latest: ...}}"
        )
    lines += _refund_lines(summary)
    if summary.duplicates:
        lines.append(f"duplicates: {counted(summary.duplicates, 'event')} came more than once and counted once")
    if summary.rounded:
        lines.append(
            f"rounded: {counted(summary.rounded, 'amount')} written as binary floats, to the currency's decimals"
        )
    if summary.ignored:
        lines.append(f"ignored columns: {', '.join(summary.ignored)}")
    return lines


def _refund_lines(summary: "Summary") -> list[str]:
    lines = []
    if summary.refunds:
        lines.append(f"refunds: {counted(summary.refunds, 'event')} took back what their purchases no longer earn")
    if summary.waiting:
        examples = ", ".join(summary.waiting_examples[:3])
        lines.append(
            f"waiting: {counted(summary.waiting, 'refund')}, such as {examples}; without effect until the purchase is among "
            "the events (refund_source says whose it is, if not the refund's own)"
        )
    if summary.late:
        examples = ", ".join(summary.late_examples[:3])
        lines.append(f"late: {counted(summary.late, 'refund')}, such as {examples}; too late to take points back")
    return lines


def engine_line(rated: "Rated") -> str:
    """Return which engine answered, how fast, and whether it is compiled."""
    if rated.engine == "query":
        return f"engine: one query, as nothing in the programme depends on earlier events; {rated.seconds:.1f} s"
    if is_compiled():
        return f"engine: the compiled fold; {rated.seconds:.1f} s"
    slow = "uncompiled: the same points, more slowly; `make setup` with a C compiler builds the fast one"
    return f"engine: the fold, {slow}; {rated.seconds:.1f} s"


def is_compiled() -> bool:
    """Say whether the engine's core was compiled when the package was built."""
    from guerdon.core.rating import fold

    return not str(fold.__file__).endswith(".py")
