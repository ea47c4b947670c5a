"""The typed tree that an expression of a programme becomes.

Invariants:
* A number is an `int` scaled by a power of ten that is known before any data is seen.
* Its lowest and highest value are known too, so a caller can prove what a rule may give.
* A node is built checked: kinds match, and a value that may be absent stands only where that is allowed.
* Two nodes are equal when they say the same, so a caller can compute an aggregate once.
"""

from collections.abc import Mapping
from typing import Final

from guerdon.core.errors import invariant

NUMBER: Final = "number"
TEXT: Final = "text"
BOOLEAN: Final = "boolean"
DATE: Final = "date"

LINES_MAX: Final = 10_000
"""A basket has no more lines than this."""

SUM: Final = "sum"
COUNT: Final = "count"
COUNT_DISTINCT: Final = "count distinct"
MIN: Final = "min"
MAX: Final = "max"
ANY: Final = "any"

Value = int | str
"""What a literal or a table holds: a scaled number, days, true or false, or a text."""


class Type:
    """What is known of a value beforehand: its kind, scale, bounds of the scaled number, and whether it may be absent.

    `totalled` marks a line's amount whose sum over a basket stays within the bounds of one line.
    """

    def __init__(
        self, kind: str, *, scale: int = 0, low: int = 0, high: int = 0, absent: bool = False, totalled: bool = False
    ) -> None:
        """Keep the facts; the bounds of a kind other than a number or a date mean nothing."""
        invariant(low <= high, "a lowest value is not above the highest")
        self.kind: Final = kind
        self.scale: Final = scale
        self.low: Final = low
        self.high: Final = high
        self.absent: Final = absent
        self.totalled: Final = totalled


def number(low: int, high: int, *, scale: int = 0, absent: bool = False, totalled: bool = False) -> Type:
    """Say that a value is a number between two scaled bounds."""
    return Type(NUMBER, scale=scale, low=low, high=high, absent=absent, totalled=totalled)


class Node:
    """One step of an expression; `weight` is how much text it becomes, however often a part is repeated."""

    def __init__(self, kind: Type, children: list["Node"], *, weight: int = 0) -> None:
        """Keep the type and the parts; the weight is the parts' own and one more unless it is given."""
        self.type: Final = kind
        self.children: Final = children
        self.weight: Final[int] = weight or 1 + sum([child.weight for child in children])

    def label(self) -> str:
        """Say what this step is, without its parts."""
        return type(self).__name__

    def shape(self) -> str:
        """Say everything that tells this node from another."""
        return f"{self.label()}({', '.join([child.shape() for child in self.children])})"

    def __eq__(self, other: object) -> bool:
        """Two nodes are equal when they say the same."""
        return isinstance(other, Node) and self.shape() == other.shape()

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self.shape())


class Literal(Node):
    """A value written out: a scaled number, a text, true or false, or the days of a date."""

    def __init__(self, value: Value, kind: Type) -> None:
        """Keep the value and its type."""
        super().__init__(kind, [])
        self.value: Final = value

    def label(self) -> str:
        """Say the value and how to read it."""
        return f"Literal {self.type.kind} {self.type.scale} {self.value!r}"


class Field(Node):
    """A field of the event, or of one of its lines."""

    def __init__(self, name: str, kind: Type, *, line: bool) -> None:
        """Keep the name and whose field it is."""
        super().__init__(kind, [])
        self.name: Final = name
        self.line: Final = line

    def label(self) -> str:
        """Say whose field it is, and which."""
        return f"Field {'line' if self.line else 'event'} {self.name!r}"


class OfAccount(Field):
    """What is known of the account's past: what a metric counts, or a level, a text that is one of `names` in their order.

    `position` is its place in the past; it is never a column, and stands in no slot.
    """

    def __init__(self, name: str, kind: Type, *, position: int, names: list[str]) -> None:
        """Keep where it stands, and what its levels are called."""
        super().__init__(name, kind, line=False)
        self.position: Final = position
        self.names: Final = names


class Arithmetic(Node):
    """Two numbers added, subtracted or multiplied: `op` is one of + - *."""

    def __init__(self, op: str, left: Node, right: Node, kind: Type) -> None:
        """Keep the operation and its two sides."""
        super().__init__(kind, [left, right])
        self.op: Final = op
        self.left: Final = left
        self.right: Final = right

    def label(self) -> str:
        """Say the operation."""
        return f"Arithmetic {self.op}"


class Negate(Node):
    """A number with its sign turned."""

    def __init__(self, value: Node, kind: Type) -> None:
        """Keep the number."""
        super().__init__(kind, [value])
        self.value: Final = value


class Absolute(Node):
    """A number without its sign."""

    def __init__(self, value: Node, kind: Type) -> None:
        """Keep the number."""
        super().__init__(kind, [value])
        self.value: Final = value


class Extreme(Node):
    """The least or the greatest of several numbers: `op` is min or max."""

    def __init__(self, op: str, items: list[Node], kind: Type) -> None:
        """Keep which end is wanted, and the numbers."""
        super().__init__(kind, items)
        self.op: Final = op

    def label(self) -> str:
        """Say which end is wanted."""
        return f"Extreme {self.op}"


class Quotient(Node):
    """A number rounded, or a division rounded where it is made; by zero it is absent.

    The value is top x top_factor / (bottom x bottom_factor), rounded as `mode` says.
    """

    def __init__(self, mode: int, top: Node, bottom: Node, kind: Type, *, factors: tuple[int, int]) -> None:
        """Keep the two sides with the factors that align their scales."""
        super().__init__(kind, [top, bottom], weight=2 + 2 * top.weight + 6 * bottom.weight)
        self.mode: Final = mode
        self.top: Final = top
        self.bottom: Final = bottom
        self.top_factor: Final = factors[0]
        self.bottom_factor: Final = factors[1]

    def label(self) -> str:
        """Say how it is rounded, and to what."""
        return f"Quotient {self.mode} {self.top_factor} {self.bottom_factor} {self.type.scale}"


class Compare(Node):
    """Two values of one kind compared: `op` is one of = <> < <= > >=."""

    def __init__(self, op: str, left: Node, right: Node) -> None:
        """Keep the comparison and its two sides."""
        super().__init__(Type(BOOLEAN), [left, right])
        self.op: Final = op
        self.left: Final = left
        self.right: Final = right

    def label(self) -> str:
        """Say the comparison."""
        return f"Compare {self.op}"


class Among(Node):
    """Whether a value is one of those listed."""

    def __init__(self, value: Node, choices: list[Literal]) -> None:
        """Keep the value and the list."""
        parts: list[Node] = [value]
        parts.extend(choices)
        super().__init__(Type(BOOLEAN), parts)
        self.value: Final = value
        self.choices: Final = choices


class Junction(Node):
    """Several conditions joined: `op` is and, or."""

    def __init__(self, op: str, items: list[Node]) -> None:
        """Keep the word that joins, and the conditions."""
        super().__init__(Type(BOOLEAN), items)
        self.op: Final = op

    def label(self) -> str:
        """Say the word that joins."""
        return f"Junction {self.op}"


class Not(Node):
    """A condition turned round."""

    def __init__(self, value: Node) -> None:
        """Keep the condition."""
        super().__init__(Type(BOOLEAN), [value])
        self.value: Final = value


class IsAbsent(Node):
    """Whether a value is absent."""

    def __init__(self, value: Node) -> None:
        """Keep the value asked about."""
        super().__init__(Type(BOOLEAN), [value])
        self.value: Final = value


class Case(Node):
    """The result of the first condition that holds, or the last result."""

    def __init__(self, conditions: list[Node], results: list[Node], default: Node, kind: Type) -> None:
        """Keep conditions and results side by side."""
        invariant(len(conditions) == len(results), "every condition has a result")
        super().__init__(kind, [*conditions, *results, default])
        self.conditions: Final = conditions
        self.results: Final = results
        self.default: Final = default


class Coalesce(Node):
    """The first of several values that is not absent."""

    def __init__(self, items: list[Node], kind: Type) -> None:
        """Keep the values in order."""
        super().__init__(kind, items)


class StartsWith(Node):
    """Whether a text begins with a given one."""

    def __init__(self, value: Node, prefix: str) -> None:
        """Keep the text and what it should begin with."""
        super().__init__(Type(BOOLEAN), [value])
        self.value: Final = value
        self.prefix: Final = prefix

    def label(self) -> str:
        """Say what the text should begin with."""
        return f"StartsWith {self.prefix!r}"


class Table:
    """A table of a programme: rows from a text or a number to a value, and what a missing key gives.

    A number key is held scaled by `key.scale`; the bounds of `value` cover every row and the default.
    """

    def __init__(
        self,
        name: str,
        *,
        key: Type,
        value: Type,
        rows: Mapping[str, Value] | Mapping[int, Value],
        default: Value | None = None,
    ) -> None:
        """Keep the rows; the bounds are checked because the SQL text relies on them."""
        self.name: Final = name
        self.key: Final = key
        self.value: Final = value
        self.rows: Final = rows
        self.default: Final = default
        if value.kind == NUMBER:
            held = [*rows.values(), value.low if default is None else default]
            covered = all([isinstance(v, int) and value.low <= v <= value.high for v in held])
            invariant(covered, f"table {name}: its bounds cover its values")


class Lookup(Node):
    """The value of a table for a key; absent for a missing key unless the table has a default."""

    def __init__(self, table: Table, key: Node, kind: Type) -> None:
        """Keep the table and the key."""
        super().__init__(kind, [key])
        self.table: Final = table
        self.key: Final = key

    def label(self) -> str:
        """Say which table."""
        return f"Lookup {self.table.name!r}"


class Aggregate(Node):
    """One value from all lines of a basket: `op` is one of the names above, over the lines where `where` holds.

    Only `count` may have no argument. Sums and counts over nothing are 0, `any` is false, min and max are absent.
    """

    def __init__(self, op: str, argument: Node | None, where: Node | None, kind: Type) -> None:
        """Keep what is gathered, and from which lines."""
        parts: list[Node] = []
        if argument is not None:
            parts.append(argument)
        if where is not None:
            parts.append(where)
        super().__init__(kind, parts)
        self.op: Final = op
        self.argument: Final = argument
        self.where: Final = where

    def label(self) -> str:
        """Say what is gathered, and which part is which."""
        return f"Aggregate {self.op} {self.argument is not None} {self.where is not None}"


def walk(node: Node) -> list[Node]:
    """List a node and everything in it, the whole before its parts."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting.extend(reversed(current.children))
    return found


def fields(node: Node) -> list[Field]:
    """List the fields that an expression reads, each once, in order of first use."""
    return list(dict.fromkeys([found for found in walk(node) if isinstance(found, Field)]))


def is_live(node: Node) -> bool:
    """Say whether an expression reads the account's past."""
    return any([isinstance(found, OfAccount) for found in walk(node)])


def aggregates(node: Node) -> list[Aggregate]:
    """List the basket aggregates of an expression, each once, in order of first use."""
    return list(dict.fromkeys([found for found in walk(node) if isinstance(found, Aggregate)]))


def lookups(node: Node) -> list[Lookup]:
    """List the table look-ups of an expression, each once, in order of first use."""
    return list(dict.fromkeys([found for found in walk(node) if isinstance(found, Lookup)]))


def factor(node: Node, scale: int) -> int:
    """Return what brings a node's number to a larger scale."""
    power: int = 10 ** max(0, scale - node.type.scale)
    return power


def common_scale(nodes: list[Node]) -> int:
    """Return the scale at which several numbers can be set side by side."""
    return max([node.type.scale for node in nodes])
