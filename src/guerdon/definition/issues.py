"""What is wrong with a programme file: where, what, and what to do about it.

A mistake in a programme is a value, not an exception, so that all of them can be told at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Final, Literal

_WORD_MAX: Final = 60
_CHOICES_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A character in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return the place as compilers and editors write it."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One mistake: what is wrong, where, and what to write instead (empty if there is nothing to say)."""

    severity: Literal["error", "warning"]
    code: str
    place: Place
    what: str
    try_this: str = ""


class Unreadable(Exception):
    """The file cannot be read any further; carries the issue to where issues are kept."""

    def __init__(self, issue: Issue) -> None:
        """Carry the issue."""
        super().__init__(issue.what)
        self.issue = issue


def error(code: str, place: Place, what: str, try_this: str = "") -> Issue:
    """Return an issue that keeps the programme from being used."""
    return Issue("error", code, place, what, try_this)


def warning(code: str, place: Place, what: str, try_this: str = "") -> Issue:
    """Return an issue that the author should know about."""
    return Issue("warning", code, place, what, try_this)


def render(issue: Issue) -> str:
    """Return an issue as one line: where, how bad, what, and what to try."""
    line = f"{issue.place}: {issue.severity}: {_sentence(issue.what)}"
    return f"{line} Try: {_sentence(issue.try_this)}" if issue.try_this else line


def quote(word: str) -> str:
    """Return text of the author's as it may stand in a message: quoted, short, without control characters."""
    return repr(word if len(word) <= _WORD_MAX else word[: _WORD_MAX - 1] + "…")


def suggest(word: str, choices: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the closest choice, or nothing when none is close.

    Only choices of about the same length are compared, and at most a thousand of them.
    """
    if len(word) > _WORD_MAX:
        return ""
    room = max(2, len(word) // 2)
    alike = (choice for choice in choices if abs(len(choice) - len(word)) <= room)
    by_lower = {choice.lower(): choice for choice in islice(alike, _CHOICES_MAX)}
    close = get_close_matches(word.lower(), by_lower, n=1)
    return f"did you mean {quote(by_lower[close[0]])}?" if close else ""


def _sentence(text: str) -> str:
    """End text with a full stop unless it has an end already."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
