"""Mistakes as they are found: all of them, up to as many as an author can use at once.

Invariant: however much is wrong with a file, looking for it ends soon.
"""

from typing import Final

from guerdon.definition.issues import Issue

ISSUES_MAX: Final = 200


class Enough(Exception):
    """So many mistakes are found that the rest is not looked at before these are corrected."""


class Findings:
    """The mistakes found so far."""

    def __init__(self) -> None:
        self.issues: Final[list[Issue]] = []

    def add(self, issue: Issue) -> None:
        """Note a mistake; Enough when there is no room for another."""
        self.issues.append(issue)
        if len(self.issues) >= ISSUES_MAX:
            raise Enough
