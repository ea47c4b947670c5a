"""Books from a history: how fast it is imported, and how fast the books are verified.

`python -m benchmarks.books --events 1000000` prints a table, for SQLite and PostgreSQL.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.data import full
from benchmarks.processes import Ran, run
from benchmarks.service import DURABLE
from benchmarks.table import Table
from tests.databases.server import started

HERE: Final = Path(__file__).parent


def measure(table: Table, name: str, url: str, source: Path, events: int) -> None:
    """Publish the full programme, import a history of it, and verify what came of it."""
    bring_in(table, name, url, HERE / "full.yaml", source, events)
    verified = guerdon("verify", "--database", url)
    told = re.search(r"([\d,]+) journals", verified.output)
    if told is None:
        sys.exit(f"verify did not say how many journals there are:\n{verified.output}")
    journals = int(told[1].replace(",", ""))
    speed = journals / verified.seconds
    figure = f"{journals:,} journals in {verified.seconds:.0f} s, {speed:,.0f} a second, {verified.peak_gb:.2f} GB"
    table.add(f"verify of the same in {name}", figure, "60,000 journals a second", met=speed >= 60_000)


def bring_in(table: Table, name: str, url: str, programme: Path, source: Path, events: int) -> None:
    """Publish a programme and import a history of it."""
    guerdon("publish", str(programme), "--database", url)
    imported = guerdon("import", str(source), "--database", url, "--no-progress")
    rate = events / imported.seconds
    figure = f"{imported.seconds:.0f} s, {rate * 60 / 1e6:.2f} million events a minute, {imported.peak_gb:.2f} GB"
    table.add(f"import of {events:,} events into {name}", figure, "1 million a minute", met=rate * 60 >= 1e6)


def with_budget(folder: Path, events: int) -> Path:
    """Write the full programme with a budget that all accounts share and that runs out in each year, and return where."""
    text = (HERE / "full.yaml").read_text(encoding="utf-8")
    limit = "limits: [{points: 500, every: month}"
    most = f"{{per: programme, points: {10 * events}, every: year}}"
    path = folder / "budget.yaml"
    path.write_text(text.replace(limit, f"{limit}, {most}"), encoding="utf-8")
    return path


def guerdon(*command: str) -> Ran:
    """Run one of our commands, and measure it."""
    return run([sys.executable, "-m", "guerdon", *command])


def main() -> None:
    """Measure on both databases, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    asked = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        source = full(Path(folder, "full.parquet"), events=asked.events)
        measure(table, "SQLite", f"sqlite:///{folder}/books.db", source, asked.events)
        with started(DURABLE) as url:
            measure(table, "PostgreSQL", url, source, asked.events)
        budget = with_budget(Path(folder), asked.events)
        name = "SQLite, with a budget that runs out"
        bring_in(table, name, f"sqlite:///{folder}/budget.db", budget, source, asked.events)
    print(f"\n{table.text()}")


if __name__ == "__main__":
    main()
