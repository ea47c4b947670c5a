"""Whole histories under a full programme: levels, multipliers, a monthly limit, a campaign, expiry, redemptions, refunds."""

import os
import sys
from pathlib import Path

from benchmarks.data import baskets, full, with_text_ids
from benchmarks.processes import Ran, run
from benchmarks.table import Table, compared

HERE = Path(__file__).parent
MEMORY = "3GB"


def rated(programme: str, events: Path, folder: Path, *more: str) -> Ran:
    """Rate a file of events, from Parquet to statement."""
    command = [sys.executable, "-m", "guerdon", "rate", str(HERE / programme), str(events)]
    return run([*command, "--out", str(folder / "statement.parquet"), "--memory", MEMORY, "--no-progress", *more])


def by_hand(question: str, events: Path, folder: Path) -> Ran:
    """Run one of the queries written by hand over the same file."""
    return run([
        sys.executable,
        "-m",
        "benchmarks.by_hand.full",
        question,
        str(events),
        str(folder / "by-hand.parquet"),
        MEMORY,
    ])


def full_programme(table: Table, folder: Path, events: int) -> None:
    """Rate a full programme, and run the queries that come nearest to it, over the same file."""
    source = full(folder / f"full-{events}.parquet", events=events)
    ours, stateless, limit = compared(
        lambda: rated("full.yaml", source, folder),
        lambda: by_hand("stateless", source, folder),
        lambda: by_hand("limit", source, folder),
    )
    what = f"a full programme, {events:,} events, {os.cpu_count()} cores, integer ids"
    _add_speed(table, what, ours, events, least=1.6)
    _add_ratio(table, "the same as a stateless query by hand", ours, stateless, most=3)
    _add_ratio(table, "its monthly limit as a window query by hand", ours, limit, most=1.5)


def full_with_ledger(table: Table, folder: Path, events: int) -> None:
    """Rate a full programme and write its ledger."""
    source = full(folder / f"full-{events}.parquet", events=events)
    (ours,) = compared(lambda: rated("full.yaml", source, folder, "--ledger", str(folder / "ledger")))
    _add_speed(table, f"a full programme with --ledger, {events:,} events", ours, events, least=0.8)


def full_from_text(table: Table, folder: Path, events: int) -> None:
    """Rate the same history with ids and members as texts."""
    source = full(folder / f"full-{events}.parquet", events=events)
    texts = with_text_ids(folder / f"full-text-{events}.parquet", source)
    (ours,) = compared(lambda: rated("full.yaml", texts, folder))
    _add_speed(table, f"a full programme, {events:,} events, text ids", ours, events, least=1.3)


def with_baskets(table: Table, folder: Path, events: int) -> None:
    """Rate baskets of five lines by rules per line."""
    source = baskets(folder / f"baskets-{events}.parquet", events=events)
    (ours,) = compared(lambda: rated("baskets.yaml", source, folder))
    _add_speed(table, f"{events:,} events with baskets of 5 lines, rules per line", ours, events, least=0.5)


def growing(table: Table, folder: Path, sizes: list[int]) -> None:
    """Rate histories of several sizes; what a run takes whatever its size is measured first, and taken off."""
    started = rated("full.yaml", full(folder / "full-1000.parquet", events=1000), folder).seconds
    costs = {}
    for events in sizes:
        (ours,) = compared(lambda: rated("full.yaml", full(folder / f"full-{events}.parquet", events=events), folder))  # noqa: B023
        costs[events] = (ours.seconds - started) / events * 1e9
    told = ", ".join(f"{events / 1e6:g} million {cost:.0f} ns" for events, cost in costs.items())
    spread = max(costs.values()) / min(costs.values()) - 1
    table.add(
        f"cost of an event beyond {started:.1f} s to start",
        f"{told}; {spread:.0%} apart",
        "flat within 20 %",
        met=spread <= 0.2,
    )


def _add_speed(table: Table, what: str, ours: Ran, events: int, *, least: float) -> None:
    speed = events / ours.seconds / 1e6
    figure = f"{ours.seconds:.1f} s, {speed:.2f} million events/s, {ours.peak_gb:.2f} GB"
    table.add(what, figure, f"at least {least} million/s", met=speed >= least)


def _add_ratio(table: Table, what: str, ours: Ran, hand: Ran, *, most: float) -> None:
    ratio = ours.seconds / hand.seconds
    table.add(what, f"{hand.seconds:.1f} s; ratio {ratio:.2f}", f"at most {most}", met=ratio <= most)
