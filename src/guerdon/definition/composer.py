"""From the text of one file to its tree of nodes.

The parser's events are taken one at a time, so that a hostile file is refused before it has cost anything.

Invariants:
* Keys are text and stand once in their mapping; values are what `definition.scalars` reads.
* Nothing but the core tags is obeyed; no object is ever made.
* A mapping that both the fast parser and the slow one can read, they read alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import ruamel.yaml
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from guerdon.definition.issues import Issue, Place, Unreadable, error, quote
from guerdon.definition.nodes import DEPTH_MAX, NODES_MAX, Fields, Items, Lines, Node, Room, Scalar
from guerdon.definition.scalars import WORDS, Misread, Value, read_plain
from guerdon.definition.syntax import explain

PURE: Final = not ruamel.yaml.__with_libyaml__
"""Whether only the slow parser, written in Python, is installed."""

ISSUES_MAX: Final = 100
"""After this many mistakes in one file the rest of it is not read."""

_UNUSABLE: Final = re.compile("[^\t\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_DIRECTIVE: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*%(?!YAML 1\.2\n)")
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*|\s+|#[^\n]*)*")
_CORE: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = ("!", _CORE + "str")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    _CORE + "null": (type(None),),
    _CORE + "bool": (bool,),
    _CORE + "int": (int,),
    _CORE + "float": (int, Decimal),
}


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still open; in a mapping, the key whose value comes next (None: leave the value out)."""

    node: Items | Fields
    room_before: int
    awaits_key: bool
    key: tuple[Place, str] | None = None


def compose(file: str, text: str, *, room: Room, pure: bool = PURE) -> tuple[Node | None, list[Issue]]:
    """Return the tree of a file's text and what is wrong with it; no tree when it cannot be read to its end."""
    composer = _Composer(file, text, room)
    try:
        composer.check_text()
        for event in _events(text, pure=pure):
            composer.take(event)
    except Unreadable as unreadable:
        return None, [*composer.issues, unreadable.issue]
    except MarkedYAMLError as problem:
        return None, [*composer.issues, explain(problem, Lines(file, text))]
    except (YAMLError, ValueError, OverflowError):
        where = composer.last
        issue = error(
            "syntax", where, "what follows cannot be read", "look for an escape such as \\U with a wrong code"
        )
        return None, [*composer.issues, issue]
    return composer.root, composer.issues


def _events(text: str, *, pure: bool) -> Iterator[Event]:
    """Return the parser's events, one at a time."""
    parser = ruamel.yaml.YAML(typ="safe", pure=pure)
    yield from parser.parse(text)


class _Composer:
    """Puts the tree together; holds what is open."""

    def __init__(self, file: str, text: str, room: Room) -> None:
        self.file = file
        self.text = text
        self.room = room
        self.issues: list[Issue] = []
        self.root: Node | None = None
        self.last = Place(file, 1, 1)
        self._lines = Lines(file, text)
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}

    def check_text(self) -> None:
        """Refuse characters that parsers and editors do not agree about, and directives."""
        if found := _UNUSABLE.search(self.text):
            what = f"the character U+{ord(found[0]):04X} cannot stand in a programme file"
            raise Unreadable(
                error(
                    "character",
                    self._lines.place(found.start()),
                    what,
                    "delete it, or write it in double quotes as an escape",
                )
            )
        if found := _DIRECTIVE.match(self.text):
            place = self._lines.place(found.end() - 1)
            raise Unreadable(error("directive", place, "a programme file has no % directives", "delete this line"))

    def take(self, event: Event) -> None:
        """Take one event of the parser."""
        if isinstance(event, ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, CollectionStartEvent):
            self._open(event)
        elif isinstance(event, CollectionEndEvent):
            self._close()
        elif isinstance(event, AliasEvent):
            self._take_alias(event)
        elif isinstance(event, DocumentStartEvent) and self.root is not None:
            what = "a second document begins here"
            raise Unreadable(
                error("documents", self._place(event), what, "keep one document in a file; delete the line ---")
            )

    def _open(self, event: CollectionStartEvent) -> None:
        """Begin a list or mapping."""
        place = self._place(event)
        if len(self._stack) >= DEPTH_MAX:
            raise Unreadable(_too_deep(place))
        mapping = isinstance(event, MappingStartEvent)
        if event.tag not in (None, "!", _CORE + ("map" if mapping else "seq")):
            self._refuse_tag(event.tag, place)
        room_before = self.room.nodes
        self._spend(1, place)
        node = Fields(place) if mapping else Items(place)
        self._remember(event.anchor, node)
        self._stack.append(_Frame(node, room_before, awaits_key=mapping))

    def _close(self) -> None:
        """End the innermost list or mapping."""
        frame = self._stack.pop()
        frame.node.size = frame.room_before - self.room.nodes
        self._add(frame.node, frame.node.place)

    def _take_alias(self, event: AliasEvent) -> None:
        """Put in what an alias stands for."""
        place = self._place(event)
        node = self._anchors.get(event.anchor)
        if node is None or any(frame.node is node for frame in self._stack):
            self._report(self._misnamed(event.anchor, place, known=node is not None))
            node = Scalar(place, "", None)
        if len(self._stack) + node.height > DEPTH_MAX:
            raise Unreadable(_too_deep(place))
        self._spend(node.size, place)
        self._add(node, place)

    def _misnamed(self, name: str, place: Place, *, known: bool) -> Issue:
        """Say why an alias stands for nothing."""
        if known:
            return error("alias", place, f"*{name} stands inside what it names", "write out what is meant")
        return error(
            "alias",
            place,
            f"*{name} names nothing",
            f"mark a value before this with &{name}, or put the text in quotes",
        )

    def _take_scalar(self, event: ScalarEvent) -> None:
        """Take a key or a value."""
        place = self._place(event)
        self._spend(1, place)
        if found := _UNSTORABLE.search(event.value):
            what = f"the character U+{ord(found[0]):04X} cannot be kept in text"
            self._report(error("character", place, what, "leave it out"))
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.awaits_key:
            key = Scalar(place, event.value, event.value, event.style or "")
            self._remember(event.anchor, key)
            self._take_key(frame, key, plain=event.implicit[0] and event.tag is None)
        else:
            node = Scalar(place, event.value, self._value(event, place), event.style or "")
            self._remember(event.anchor, node)
            self._add(node, place)

    def _take_key(self, frame: _Frame, key: Scalar, *, plain: bool) -> None:
        """Keep a key until its value comes, unless it may not stand here."""
        frame.awaits_key = False
        issue = self._wrong_key(frame.node, key, plain=plain)
        frame.key = None if issue else (key.place, key.text)
        if issue:
            self._report(issue)

    def _wrong_key(self, node: Items | Fields, key: Scalar, *, plain: bool) -> Issue | None:
        """Say what is wrong with a key."""
        text, place = key.text, key.place
        if plain and text == "<<":
            return error(
                "merge",
                place,
                "<< does not merge mappings here",
                "write the entries out, or give the whole value as an alias",
            )
        if plain and text in WORDS:
            what = f"{text} is not text, so it cannot be a key" if text else "a key is missing before this colon"
            return error(
                "key",
                place,
                what,
                f'write "{text}" in quotes if it is a name' if text else "write the key, or delete the colon",
            )
        if isinstance(node, Fields) and text in node.fields:
            first = node.fields[text][0]
            what = f"{quote(text)} is given twice; first in line {first.line}"
            return error("duplicate", place, what, "keep one of them")
        return None

    def _add(self, node: Node, place: Place) -> None:
        """Put a finished value where it belongs."""
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        parent = frame.node
        parent.height = max(parent.height, node.height + 1)
        if isinstance(parent, Items):
            parent.items.append(node)
        elif frame.awaits_key:
            self._report(error("key", place, "a key must be text", "write a name before the colon"))
            frame.awaits_key = False
            frame.key = None
        else:
            frame.awaits_key = True
            if frame.key is not None:
                parent.fields[frame.key[1]] = (frame.key[0], node)

    def _value(self, event: ScalarEvent, place: Place) -> Value:
        """Return what a scalar means."""
        tag = event.tag
        if tag in _TEXT_TAGS or (tag is None and not event.implicit[0]):
            return str(event.value)
        value = read_plain(event.value)
        if isinstance(value, Misread):
            self._report(error("number", place, value.what, value.try_this))
            return str(event.value)
        if tag is not None and type(value) not in _TYPES.get(tag, ()):
            self._refuse_tag(tag, place)
        return value

    def _report(self, issue: Issue) -> None:
        """Keep an issue; after too many, stop: the file is something else."""
        self.issues.append(issue)
        if len(self.issues) >= ISSUES_MAX:
            what = f"the file has more than {ISSUES_MAX} mistakes, and reading stops here"
            raise Unreadable(error("too_many", issue.place, what, "mend those above first"))

    def _refuse_tag(self, tag: str, place: Place) -> None:
        """Report a tag that is unknown or does not fit its value."""
        name = tag.replace(_CORE, "!!")
        known = name != tag
        what = (
            f"the tag {quote(name)} does not fit this value" if known else f"the tag {quote(name)} means nothing here"
        )
        self._report(error("tag", place, what, "delete it; put text in quotes"))

    def _remember(self, anchor: str | None, node: Node) -> None:
        """Keep a value that has a name."""
        if anchor is not None:
            self._anchors[anchor] = node

    def _spend(self, nodes: int, place: Place) -> None:
        """Count nodes against what may still be read."""
        self.last = place
        self.room.nodes -= nodes
        if self.room.nodes < 0:
            what = f"the programme has more than {NODES_MAX:,} values, counting what aliases stand for"
            raise Unreadable(
                error("too_large", place, what, "keep data in a file of events or a table, and repeat less")
            )

    def _place(self, event: Event) -> Place:
        """Return where an event's value stands, after its anchor and tag."""
        mark = event.start_mark
        named = getattr(event, "tag", None) or (isinstance(event, CollectionStartEvent | ScalarEvent) and event.anchor)
        if named and getattr(event, "value", True):
            found = _PROPERTIES.match(self.text, self._lines.index(mark.line + 1, mark.column + 1))
            return self._lines.place(found.end() if found else 0)
        return Place(self.file, mark.line + 1, mark.column + 1)


def _too_deep(place: Place) -> Issue:
    """Report a value that stands too deep."""
    return error("too_deep", place, f"values are nested more than {DEPTH_MAX} deep", "nest less")
