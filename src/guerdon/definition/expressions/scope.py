"""What an expression may name, and what comes of reading one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from guerdon.core.expr.tree import Literal, Node, OfAccount, Table, Type

LISTED_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names an expression may use.

    `values` lists the texts that a field can hold, by `field` or `line.field`, so that a slip can be pointed out. `past` is
    what is known of the account: levels and metrics, by `level`, `ladder.level` and `metrics.name`.
    """

    fields: Mapping[str, Type]
    line_fields: Mapping[str, Type] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    constants: Mapping[str, Literal] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    past: Mapping[str, OfAccount] = field(default_factory=dict)
    per_line: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place in the text, and what to do about it."""

    offset: int
    what: str
    try_this: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A node, or the problems that stand in its way."""

    node: Node | None = None
    problems: tuple[Problem, ...] = ()


def nearest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str | None:
    """Return the known word that was probably meant."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower()[:60], by_lower, n=1)
    return by_lower[close[0]] if close else None


def suggest(word: str, known: Mapping[str, object] | tuple[str, ...], *, owner: str = "") -> str:
    """Suggest the word that was probably meant, or list what there is, each after its owner's name."""
    close = nearest(word, known)
    if close is not None:
        return f"did you mean {owner}{close}?"
    if not known:
        return "there is none to choose from here"
    listed = ", ".join([owner + name for name in sorted(known)[:LISTED_MAX]])
    return f"there is {listed}" + (", and more" if len(known) > LISTED_MAX else "")
