"""Figures as a table, and medians of runs in turns."""

import statistics
from collections.abc import Callable, Sequence

from benchmarks.processes import Ran

RUNS = 3


class Table:
    """The figures, as rows of a table in Markdown."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []

    def add(self, what: str, figure: str, target: str, *, met: bool) -> None:
        """Add a figure and say it."""
        self.rows.append((what, figure, target, "met" if met else "missed"))
        print(f"{what}: {figure} (target {target}: {self.rows[-1][3]})", flush=True)

    def text(self) -> str:
        """Return the table."""
        lines = ["| what | figure | target | |", "|---|---|---|---|"]
        return "\n".join(lines + [f"| {' | '.join(row)} |" for row in self.rows])


def compared(*ways: Callable[[], Ran]) -> list[Ran]:
    """Run all ways in turns and return each one's median run, so that none meets a warmer machine."""
    rounds = [[way() for way in ways] for _ in range(RUNS)]
    return [_median(runs) for runs in zip(*rounds, strict=True)]


def _median(runs: Sequence[Ran]) -> Ran:
    middle = statistics.median_low([one.seconds for one in runs])
    return next(one for one in runs if one.seconds == middle)
