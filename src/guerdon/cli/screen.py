"""The screen: what is said beside the results, in colour on a terminal alone."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from guerdon.definition.issues import Issue

_COLOURS: Final = {"error": "red", "warning": "yellow"}
_PATIENCE_SECONDS: Final = 1.0

Tell = Callable[[str, float | None], None]
"""Takes the stage that work has reached, and how much of it is done (None when nobody knows)."""


def say(text: str) -> None:
    """Tell the person something that is not part of the results."""
    click.echo(text, err=True)


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: 1 rule, 2 rules."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def show_issues(issues: "Sequence[Issue]", *, err: bool = False) -> None:
    """Print issues, a line each."""
    from guerdon.definition.issues import render

    for issue in issues:
        word = f" {issue.severity}: "
        coloured = f" {click.style(issue.severity, fg=_COLOURS[issue.severity], bold=True)}: "
        click.echo(render(issue).replace(word, coloured, 1), err=err)


@contextmanager
def progress(*, wanted: bool) -> "Iterator[Tell]":
    """Show how work goes on, on a terminal and when it takes more than a second."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda _stage, _fraction: None
        return
    bar = _Bar()
    try:
        yield bar.tell
    finally:
        bar.stop()


class _Bar:
    """A bar that appears after a second, and goes when the work is done."""

    def __init__(self) -> None:
        self._told: tuple[str, float | None] = ("", None)
        self._lock = threading.Lock()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._timer = threading.Timer(_PATIENCE_SECONDS, self._appear)
        self._timer.daemon = True
        self._timer.start()

    def tell(self, stage: str, fraction: float | None) -> None:
        """Show the stage, and how much of it is done."""
        with self._lock:
            self._told = (stage, fraction)
            self._show()

    def stop(self) -> None:
        """Take the bar away, or never let it appear."""
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def _appear(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with self._lock:
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=None)
            self._show()
            self._bar.start()

    def _show(self) -> None:
        stage, fraction = self._told
        if self._bar is not None and self._task is not None:
            total = None if fraction is None else 1.0
            self._bar.update(self._task, description=stage, total=total, completed=fraction or 0.0)
