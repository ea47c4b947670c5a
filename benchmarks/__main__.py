"""Measure every figure and write benchmarks/RESULTS.md: `make bench`, or `make bench ARGS=--quick` for a small try."""

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from benchmarks.data import SEED, purchases, with_text_ids
from benchmarks.history import full_from_text, full_programme, full_with_ledger, growing, with_baskets
from benchmarks.processes import run
from benchmarks.table import RUNS, Table, compared

HERE = Path(__file__).parent
ROOT = HERE.parent
GUERDON = [sys.executable, "-m", "guerdon"]
MEMORY = "3GB"
MILLION = 1_000_000
FEW_CORES = 4


def same(ours: Path, by_hand: Path) -> None:
    """Stop when the statements differ in a single row."""
    rows = 'SELECT CAST(member AS VARCHAR), "month", unit, CAST(points AS BIGINT) FROM'
    query = f"SELECT count(*) FROM (({rows} '{ours}' EXCEPT ALL {rows} '{by_hand}') UNION ALL ({rows} '{by_hand}' EXCEPT ALL {rows} '{ours}'))"
    con = duckdb.connect()
    con.execute("SET memory_limit = '4GB'")
    if (con.execute(query).fetchone() or (1,))[0]:
        sys.exit(f"{ours} and {by_hand} differ")


def exercise(table: Table, folder: Path, events: int) -> None:
    """Rate the exercise over 50 million purchases, and run the same query written by hand."""
    source = purchases(folder / f"exercise-{events}.parquet", events=events, members=events // 25, days=90)
    out, other = folder / "exercise.parquet", folder / "exercise-by-hand.parquet"
    command = [*GUERDON, "rate", str(ROOT / "programmes/three-month-exercise.yaml"), str(source), "--out", str(out)]
    ours, hand = compared(
        lambda: run([*command, "--memory", MEMORY]),
        lambda: run([sys.executable, str(HERE / "by_hand/exercise.py"), str(source), str(other), MEMORY]),
    )
    same(out, other)
    ratio = ours.seconds / hand.seconds
    what = f"the exercise, {events:,} purchases, {events // 25:,} members"
    table.add(
        what, f"{ours.seconds:.1f} s; by hand {hand.seconds:.1f} s; ratio {ratio:.2f}", "at most 1.2", met=ratio <= 1.2
    )
    table.add(
        "its peak memory", f"{ours.peak_gb:.2f} GB; by hand {hand.peak_gb:.2f} GB", "under 4 GB", met=ours.peak_gb < 4
    )


def monthly_limit(table: Table, folder: Path, events: int) -> None:
    """Rate a monthly limit, which needs the fold, and run the same limit as a window query."""
    source = purchases(folder / f"limit-{events}.parquet", events=events, members=events // 25, days=3 * 365)
    out, other = folder / "limit.parquet", folder / "limit-by-hand.parquet"
    command = [*GUERDON, "rate", str(HERE / "monthly_limit.yaml")]
    ours, hand = compared(
        lambda: run([*command, str(source), "--out", str(out), "--memory", MEMORY]),
        lambda: run([sys.executable, "-m", "benchmarks.by_hand.monthly_limit", str(source), str(other), MEMORY]),
    )
    same(out, other)
    speed = events / ours.seconds / 1e6
    what = f"a monthly limit, {events:,} events, {os.cpu_count()} cores, integer ids"
    table.add(what, f"{ours.seconds:.1f} s, {speed:.2f} million events/s", "at least 2 million/s", met=speed >= 2)
    ratio = ours.seconds / hand.seconds
    table.add(
        "the same as a window query by hand", f"{hand.seconds:.1f} s; ratio {ratio:.2f}", "at most 1", met=ratio <= 1
    )
    texts = with_text_ids(folder / f"limit-text-{events}.parquet", source)
    slower = run([*command, str(texts), "--out", str(folder / "limit-text.parquet"), "--memory", MEMORY])
    figure = f"{slower.seconds:.1f} s, {events / slower.seconds / 1e6:.2f} million events/s, {slower.peak_gb:.2f} GB"
    table.add("the same from text ids", figure, "none", met=True)


def fold(table: Table, events: int) -> None:
    """Run the compiled fold, and the same files uncompiled."""
    compiled = float(run([sys.executable, "-m", "benchmarks.fold", str(events)]).output)
    source = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    uncompiled = float(run([sys.executable, "-m", "benchmarks.fold", str(events // 10)], env=source).output)
    ratio = uncompiled / compiled
    figure = f"{compiled:.0f} ns an event; uncompiled {uncompiled:.0f} ns; {ratio:.1f} times"
    table.add("the fold compiled", figure, "at least 8 times", met=ratio >= 8)


def account(table: Table) -> None:
    """Fold one account anew with all its effects, and see what an event costs among many lots."""
    command = [sys.executable, "-m", "benchmarks.account"]
    took = float(run([*command, "refold", "1000"]).output)
    table.add("an account of 1,000 events folded anew", f"{took:.2f} ms", "under 1 ms", met=took < 1)
    ratio = float(run([*command, "lots", "10", "10000"]).output)
    table.add(
        "an event among 10,000 lots", f"{ratio:.2f} times what it costs among 10", "at most 1.2", met=ratio <= 1.2
    )


def check(table: Table) -> None:
    """Check the largest shipped programme, start-up included."""
    largest = max((ROOT / "programmes").glob("*.yaml"), key=lambda path: path.stat().st_size)
    seconds = statistics.median(run([*GUERDON, "check", str(largest)]).seconds for _ in range(7))
    table.add(f"guerdon check {largest.name}", f"{seconds:.2f} s", "under 0.8 s", met=seconds < 0.8)


def machine() -> str:
    """Say what was measured with."""
    model = next((line.split(":")[1].strip() for line in _cpu() if line.startswith("model name")), platform.machine())
    names = ("guerdon", "duckdb", "pyarrow", "mypy", "librt", "sqlglot", "pydantic")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{datetime.now(UTC):%Y-%m-%d}, {model}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}; seed {SEED}"


def _cpu() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def sizes() -> list[int]:
    """Return how many million events to grow to, as the machine allows."""
    few = (os.cpu_count() or 1) < FEW_CORES
    return [1, 5, 20] if few else [1, 5, 20, 50]


FIGURES: dict[str, Callable[[Table, argparse.Namespace], None]] = {
    "exercise": lambda table, asked: exercise(table, asked.folder, 50 * asked.million),
    "limit": lambda table, asked: monthly_limit(table, asked.folder, 20 * asked.million),
    "full": lambda table, asked: full_programme(table, asked.folder, 20 * asked.million),
    "text": lambda table, asked: full_from_text(table, asked.folder, 20 * asked.million),
    "ledger": lambda table, asked: full_with_ledger(table, asked.folder, 20 * asked.million),
    "baskets": lambda table, asked: with_baskets(table, asked.folder, 5 * asked.million),
    "growing": lambda table, asked: growing(table, asked.folder, [size * asked.million for size in asked.sizes]),
    "fold": lambda table, asked: fold(table, 2 * asked.million),
    "account": lambda table, _: account(table),
    "check": lambda table, _: check(table),
}
"""The figures that can be measured, by name."""


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the data: to try it, not to quote it")
    parser.add_argument("--only", choices=FIGURES, action="append")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=sizes(), metavar="N", help="million events, for what an event costs"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "guerdon-bench", help="where data goes"
    )
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    asked.million = MILLION // 50 if asked.quick else MILLION
    table = Table()
    for name in asked.only or FIGURES:
        FIGURES[name](table, asked)
    text = f"{machine()}\n\nMedians of {RUNS} runs of whole processes, ours and by hand in turns.\n\n{table.text()}\n"
    if asked.quick or asked.only:
        print(f"\n{text}")
    else:
        (HERE / "RESULTS.md").write_text(f"# Figures\n\nWritten by `make bench`.\n\n{text}")


main()
