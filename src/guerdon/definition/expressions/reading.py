"""From sqlglot's tree to ours: every node is looked up in a list of what is allowed, and typed from its parts.

Invariants:
* A node that is not in the list, or carries an option that is not, is refused; nothing is passed over.
* A part that was refused is None; whatever holds it is None too, without a second complaint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guerdon.core.expr import tree
from guerdon.core.expr.bounds import Bounds, reach, scaled
from guerdon.core.expr.tree import NUMBER, TEXT, Node
from guerdon.core.values import BOUND_MAX
from guerdon.definition.expressions.refusals import KINDS, MAKE, absence, refusal
from guerdon.definition.expressions.scope import Problem, Scope
from guerdon.definition.expressions.syntax import end, start

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

WEIGHT_MAX: Final = 4_000
"""The text that an expression becomes repeats some of its parts; it is no longer than this many steps."""

SCALE_MAX: Final = 36


Read = Callable[["Reading", "Expr"], Node | None]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What reads a kind of node, and the options that it may carry."""

    read: Read
    options: frozenset[str]


class Reading:
    """One expression being read: what it may name, and what was found wrong so far."""

    def __init__(
        self, text: str, scope: Scope, *, grammar: Mapping[str, Allowed], per_line: bool, live: bool = False
    ) -> None:
        """Begin without problems, outside any aggregate."""
        self.grammar = grammar
        self.text = text
        self.scope = scope
        self.per_line = per_line
        self.live = live
        self.aggregating = False
        self.problems: list[Problem] = []

    def whole(self, syntax: Expr, *, want: str) -> Node | None:
        """Read the whole expression, which has a wanted kind and is never absent."""
        return self.present(syntax, want)

    def say(self, syntax: Expr, what: str, try_this: str) -> None:
        """Note a problem where a node begins."""
        offset = start(syntax)
        name = type(syntax).__name__.lower()
        if name in {"any", "floor", "ceil", "min", "max", "case", "if"}:
            offset = max(self.text.lower().rfind(name, 0, offset), 0)
        self.problems.append(Problem(offset, what, try_this))

    def said(self, syntax: Expr) -> str:
        """Quote a part of the text, if it is short enough to be quoted."""
        part = self.text[start(syntax) : end(syntax)]
        return part if _balanced(part) and 0 < len(part) <= 40 else "this value"  # noqa: PLR2004 - half a line

    def node(self, syntax: Expr) -> Node | None:
        """Read one node if it is allowed, and bound what it becomes."""
        allowed = self.grammar.get(type(syntax).__name__)
        extra = [key for key, value in syntax.args.items() if value and (allowed is None or key not in allowed.options)]
        if allowed is None or extra:
            self.say(syntax, *refusal(syntax, extra))
            return None
        node = allowed.read(self, syntax)
        return node if node is None or self._bounded(syntax, node) else None

    def present(self, syntax: Expr, kind: str | None = None) -> Node | None:
        """Read a node that is never absent, of a kind if one is given."""
        node = self.node(syntax)
        if node is None or (kind is not None and not self.is_kind(syntax, node, kind)):
            return None
        if node.type.absent:
            self.say(syntax, *absence(node))
            return None
        return node

    def all_present(self, parts: Sequence[Expr], kind: str | None = None) -> list[Node] | None:
        """Read several nodes, finding the problems of each; None if one was refused."""
        nodes = [self.present(part, kind) for part in parts]
        return kept if len(kept := [node for node in nodes if node is not None]) == len(nodes) else None

    def is_kind(self, syntax: Expr, node: Node, kind: str) -> bool:
        """Say whether a node is of a kind, and what to write if it is not."""
        if node.type.kind != kind:
            self.say(syntax, f"{self.said(syntax)} is {KINDS[node.type.kind]}, not {KINDS[kind]}", MAKE[kind])
        return node.type.kind == kind

    def same_kind(self, syntax: Expr, nodes: Sequence[Node]) -> bool:
        """Say whether values can stand side by side, and why not."""
        first = nodes[0].type.kind
        other = next((node.type.kind for node in nodes if node.type.kind != first), None)
        if other is None:
            return first != NUMBER or self.side_by_side(syntax, nodes) is not None
        hint = "a text stands in single quotes, a number does not" if {first, other} == {NUMBER, TEXT} else MAKE[first]
        self.say(syntax, f"{KINDS[first]} stands with {KINDS[other]} here", hint)
        return False

    def side_by_side(self, syntax: Expr, nodes: Sequence[Node]) -> list[Bounds] | None:
        """Bound numbers at their common scale."""
        scale = tree.common_scale(list(nodes))
        found = [scaled((node.type.low, node.type.high), tree.factor(node, scale)) for node in nodes]
        return found if all(self.fits(syntax, one) for one in found) else None

    def fits(self, syntax: Expr, bounds: Bounds) -> bool:
        """Say whether a number stays within what can be computed exactly."""
        if reach(bounds) <= BOUND_MAX:
            return True
        self.say(syntax, f"{self.said(syntax)} could have more than 36 digits", "multiply less, or round in between")
        return False

    def _bounded(self, syntax: Expr, node: Node) -> bool:
        if node.weight > WEIGHT_MAX:
            what = "this repeats long parts too often"
            self.say(syntax, what, "put fewer divisions inside one another, and shorter values into case and between")
            return False
        if node.type.scale > SCALE_MAX:
            self.say(syntax, f"this has more than {SCALE_MAX} decimals", "round in between")
            return False
        return node.type.kind != NUMBER or self.fits(syntax, (node.type.low, node.type.high))


def _balanced(text: str) -> bool:
    """Say whether no parenthesis in a part of the text belongs to one outside."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0
