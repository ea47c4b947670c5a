"""What a programme file says, as a tree of nodes that know their places.

Invariants:
* A tree is at most `DEPTH_MAX` deep and has, over all files, at most `NODES_MAX` nodes, counting what aliases stand for.
* A node may stand in several places, by aliases: it is never changed once its file is read.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from guerdon.definition.issues import Issue, Place, error, quote
from guerdon.definition.scalars import Value

DEPTH_MAX: Final = 40
NODES_MAX: Final = 100_000


@dataclass(slots=True)
class Scalar:
    """One value, and the text that wrote it."""

    place: Place
    text: str
    value: Value
    style: str = ""
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class Items:
    """A list."""

    place: Place
    items: "list[Node]" = field(default_factory=list)
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class Fields:
    """A mapping: for each key, where the key stands, and its value."""

    place: Place
    fields: "dict[str, tuple[Place, Node]]" = field(default_factory=dict)
    size: int = 1
    height: int = 1


Node = Scalar | Items | Fields


@dataclass(slots=True)
class Room:
    """How much may still be read, over all files of a programme."""

    bytes: int
    nodes: int = NODES_MAX


Data = Value | list["Data"] | dict[str, "Data"]
"""What a tree says, without its places."""


class Lines:
    """Where the lines of a file begin, to turn positions in its text into places and back."""

    def __init__(self, file: str, text: str) -> None:
        """Find the lines."""
        self.file = file
        self.text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]

    def index(self, line: int, column: int) -> int:
        """Return the position in the text; line and column count from 1, and what is past the end is at the end."""
        return min(self._starts[min(line, len(self._starts)) - 1] + column - 1, len(self.text))

    def place(self, index: int) -> Place:
        """Return the place of a position in the text."""
        line = bisect_right(self._starts, index)
        return Place(self.file, line, index - self._starts[line - 1] + 1)


def plain_data(node: Node | None) -> Data:
    """Return what a tree says; each use of an alias is a value of its own."""
    if isinstance(node, Fields):
        return {key: plain_data(value) for key, (_, value) in node.fields.items()}
    if isinstance(node, Items):
        return [plain_data(item) for item in node.items]
    return None if node is None else node.value


def merge(first: Fields, second: Fields, issues: list[Issue]) -> Fields:
    """Return two mappings as one: lists are joined, mappings merged; any other value may be given once."""
    fields = dict(first.fields)
    for key, (place, value) in second.fields.items():
        if key in fields:
            before, old = fields[key]
            fields[key] = (before, _join(key, old, value, (before, place), issues))
        else:
            fields[key] = (place, value)
    return Fields(first.place, fields)


def _join(key: str, old: Node, new: Node, places: tuple[Place, Place], issues: list[Issue]) -> Node:
    """Return two values of one key as one."""
    if isinstance(old, Items) and isinstance(new, Items):
        return Items(old.place, [*old.items, *new.items])
    if isinstance(old, Fields) and isinstance(new, Fields):
        return merge(old, new, issues)
    what = f"{quote(key)} is given twice; first at {places[0]}"
    issues.append(error("duplicate", places[1], what, "keep one of them"))
    return old
