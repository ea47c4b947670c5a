"""The grammar: sqlglot reads the text, and its tree is bounded before anything walks it.

sqlglot takes a third of a second to import, so it is imported when the first expression is read, and without
DuckDB's dialect (another 50 ms): the words and signs that pass the screen mean the same in both.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from guerdon.definition.expressions.scope import Problem
from guerdon.definition.expressions.words import Token, leaves, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlglot.expressions import Expr

SIZE_MAX: Final = 500
"""An expression has no more nodes than this."""

STEPS_MAX: Final = 64
"""A chain such as a + b + c has no more steps than this; `and` and `or` chains may be longer."""

_CHAINS: Final = ("And", "Or")


def read_syntax(text: str) -> Expr | Problem:
    """Read a screened text as one SQL expression."""
    read, failures = _reader()
    try:
        tree = read(text)
    except failures as failure:
        return _explain(text, failure)
    if tree is None:
        return Problem(0, "this does not come to one value", "write an expression such as amount >= 50")
    return _oversized(tree) or tree


@cache
def _reader() -> tuple[Callable[[str], Expr | None], tuple[type[Exception], ...]]:
    from sqlglot.dialects.dialect import Dialect  # noqa: PLC0415 - imported when the first expression is read
    from sqlglot.errors import ParseError, TokenError  # noqa: PLC0415 - as above
    from sqlglot.expressions import Condition  # noqa: PLC0415 - as above

    dialect = Dialect()

    def read(text: str) -> Expr | None:
        parser: Any = dialect.parser()
        trees: list[Expr | None] = parser.parse_into(Condition, dialect.tokenize(text), text)
        return trees[0] if len(trees) == 1 else None

    return read, (ParseError, TokenError)


def _explain(text: str, failure: Any) -> Problem:  # noqa: ANN401 - sqlglot's failures share no base with `errors`
    """Turn sqlglot's first complaint into a place and a sentence."""
    first = (getattr(failure, "errors", None) or [{}])[0]
    word = str(first.get("highlight") or "")
    starts = [0]
    starts.extend(index + 1 for index, character in enumerate(text) if character == "\n")
    line = min(int(first.get("line") or 1), len(starts))
    offset = starts[line - 1] + max(0, int(first.get("col") or 1) - max(1, len(word)))
    at = _token_at(text, offset)
    if "Required keyword" in str(first.get("description")):
        return Problem(at.start, f"something is missing beside {at.text}", "write a value on both sides")
    what = f"this cannot be read from {at.text} on"
    return Problem(at.start, what, "look for a missing operator, comma, value or quote just before it")


def _token_at(text: str, offset: int) -> Token:
    found = tokens(text)
    return [token for token in found if token.start <= offset or token is found[0]][-1]


def _oversized(tree: Expr) -> Problem | None:
    """Count nodes and steps without recursion."""
    waiting = [(tree, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += type(node).__name__ != "Identifier"
        if count > SIZE_MAX:
            return Problem(start(node), f"this has more than {SIZE_MAX} parts", "split it, or use a table and lookup")
        if depth > STEPS_MAX:
            what = f"this chain has more than {STEPS_MAX} steps"
            return Problem(start(node), what, "split it, or use in (...) or a table and lookup")
        for child in node.iter_expressions():
            same = type(child) is type(node) and type(node).__name__ in _CHAINS
            waiting.append((child, depth if same else depth + 1))
    return None


def unread(text: str, tree: Expr) -> list[Problem]:
    """Find a name or a written value that sqlglot passed over: it takes `abs(all x)` for `abs(x)`."""
    read = [part.name for part in tree.walk() if type(part).__name__ in {"Column", "Literal"}]
    written = leaves(text)
    if len(read) == len(written):
        return []
    odd = [token for token in written if token.kind == "word" and token.text not in read]
    token = (odd or written or tokens(text))[0]
    return [Problem(token.start, f"{token.text} is not understood here", "leave it out, or look for what is missing")]


def start(node: Expr) -> int:
    """Return where a node begins in the text, as well as sqlglot knows."""
    return min([at for part in node.walk() if (at := part.meta.get("start")) is not None], default=0)


def end(node: Expr) -> int:
    """Return where a node ends in the text, as well as sqlglot knows."""
    return max([at + 1 for part in node.walk() if (at := part.meta.get("end")) is not None], default=0)
