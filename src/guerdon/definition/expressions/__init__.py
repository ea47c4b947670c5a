"""Expressions of a programme: SQL text, read and checked, becomes our own typed tree or a list of problems.

Invariants:
* Text is never executed, and no text makes `parse` raise or take long: its length, depth and size are bounded first.
* What is not on the list of allowed words, signs and functions is refused with a sentence that helps.
"""

from guerdon.core.expr.tree import NUMBER
from guerdon.definition.expressions.grammar import ALLOWED
from guerdon.definition.expressions.reading import Reading
from guerdon.definition.expressions.scope import Parsed, Problem, Scope
from guerdon.definition.expressions.syntax import read_syntax, unread
from guerdon.definition.expressions.words import screen

__all__ = ["TEXT_MAX", "Parsed", "Problem", "Scope", "parse"]

TEXT_MAX = 2_000
"""An expression is no longer than this many characters."""


def parse(text: str, scope: Scope, *, want: str = NUMBER, per_line: bool = False, live: bool = False) -> Parsed:
    """Read an expression whose value should be of the kind wanted, and never absent.

    With `per_line` (or `scope.per_line`) it is evaluated once for each line and may read `line.*` anywhere; with
    `live` it may read the account's past.
    """
    if len(text) > TEXT_MAX:
        what = f"this is {len(text)} characters long, more than {TEXT_MAX}"
        return Parsed(problems=(Problem(TEXT_MAX, what, "split it into several rules or use a table"),))
    try:
        return _parse(text, scope, want=want, per_line=per_line or scope.per_line, live=live)
    except RecursionError:
        return Parsed(problems=(Problem(0, "this is nested too deeply to be read here", "use fewer parentheses"),))


def _parse(text: str, scope: Scope, *, want: str, per_line: bool, live: bool) -> Parsed:
    problems = screen(text)
    if problems:
        return Parsed(problems=tuple(problems))
    syntax = read_syntax(text)
    if isinstance(syntax, Problem):
        return Parsed(problems=(syntax,))
    reading = Reading(text, scope, grammar=ALLOWED, per_line=per_line, live=live)
    node = reading.whole(syntax, want=want)
    problems = reading.problems or unread(text, syntax)
    return Parsed(node=None if problems else node, problems=tuple(problems))
