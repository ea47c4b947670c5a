"""A programme file as plain data, with the place of every value.

Invariants:
* Reading never raises for what a file says: every mistake is an `Issue` with its file, line and column.
* What is read is bounded in bytes, depth and values, over the file and all it includes.
* Includes stay inside the programme's folder, whatever links are in it.
* `files` is all that was read: `rebuild(files)` gives the same source again, in another process, without a disk.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from guerdon.definition.composer import compose
from guerdon.definition.files import BYTES_MAX, File, Take, included_name, take_from_disk, take_from_texts
from guerdon.definition.issues import Issue, Place, Unreadable, error, quote
from guerdon.definition.nodes import Data, Fields, Items, Lines, Node, Room, Scalar, merge, plain_data
from guerdon.definition.scalars import find_character

FILES_MAX: Final = 50
"""A programme is at most this many files."""

INCLUDES_MAX: Final = 5
"""A file is included through at most this many others."""

Loc = tuple[str | int, ...]
"""The way to a value: keys of mappings and positions in lists."""


class Source:
    """What was read: the data, its places, its mistakes, and the files it came from."""

    def __init__(self, root: Node | None, files: Sequence[File], issues: Sequence[Issue]) -> None:
        self._root = root
        self._lines: dict[str, Lines] = {}
        self.files = list(files)
        self.issues = list(issues)
        self.data: Data = plain_data(root)

    def place(self, loc: Loc, *, key: bool = False) -> Place:
        """Return where a value stands, or its key; for a value that is not there, where its nearest parent does."""
        node, key_place, _ = self._find(loc)
        if node is None:
            return Place(self.files[0].name, 1, 1)
        return key_place if key and key_place is not None else node.place

    def text_place(self, loc: Loc, offset: int) -> Place:
        """Return where the character at `offset` of a text stands; for anything else, where the value does."""
        node, _, found = self._find(loc)
        if not found or not isinstance(node, Scalar):
            return self.place(loc)
        lines = self._lines_of(node.place.file)
        start = lines.index(node.place.line, node.place.column)
        return lines.place(find_character(lines.text, start, style=node.style, value=node.text, offset=offset))

    def without(self, locs: Collection[Loc]) -> "Source":
        """Return the same source as if these values were not written; what is left keeps its places."""
        return Source(_without(self._root, locs), self.files, self.issues)

    def _find(self, loc: Loc) -> tuple[Node | None, Place | None, bool]:
        """Follow the way as far as it goes: the node, the place of its key, and whether that is the end of the way."""
        node, key_place = self._root, None
        for part in loc:
            if isinstance(node, Fields) and isinstance(part, str) and part in node.fields:
                key_place, node = node.fields[part]
            elif isinstance(node, Items) and isinstance(part, int) and 0 <= part < len(node.items):
                key_place, node = None, node.items[part]
            else:
                return node, key_place, False
        return node, key_place, True

    def _lines_of(self, name: str) -> Lines:
        """Return the lines of a file, found once."""
        if name not in self._lines:
            text = next(file.text for file in self.files if file.name == name)
            self._lines[name] = Lines(name, text)
        return self._lines[name]


def _without(node: Node | None, locs: Collection[Loc]) -> Node | None:
    """Return a tree without the nodes that `locs` lead to."""
    inside: dict[str | int, list[Loc]] = {}
    for first, *rest in locs:
        inside.setdefault(first, []).append(tuple(rest))
    if isinstance(node, Fields) and inside:
        kept = {key: entry for key, entry in node.fields.items() if () not in inside.get(key, ())}
        fields = {key: (place, _without(value, inside.get(key, ()))) for key, (place, value) in kept.items()}
        return Fields(node.place, {key: (place, value) for key, (place, value) in fields.items() if value is not None})
    if isinstance(node, Items) and inside:
        items = [_without(item, inside.get(i, ())) for i, item in enumerate(node.items) if () not in inside.get(i, ())]
        return Items(node.place, [item for item in items if item is not None])
    return node


def read(path: Path) -> Source:
    """Read a programme file and what it includes."""
    return _Reading(take_from_disk(path)).source(path.as_posix())


def read_text(text: str, *, file: str) -> Source:
    """Read a programme from text alone; `file` is the name by which places call it."""
    return rebuild([File(file, text)])


def rebuild(files: Sequence[File]) -> Source:
    """Read a programme again from the `files` of its source; the first is the one that includes the others.

    Files that nothing includes are kept: a table may ask for them.
    """
    source = _Reading(take_from_texts(files)).source(files[0].name)
    read = {file.name for file in source.files}
    source.files += [file for file in files if file.name not in read]
    return source


class _Reading:
    """One reading of a programme: what is taken, and what is left of the room for it."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._room = Room(BYTES_MAX)
        self._files: list[File] = []
        self._issues: list[Issue] = []
        self._asked: dict[str, Place] = {}

    def source(self, name: str) -> Source:
        """Read a programme from its first file."""
        top = Place(name, 1, 1)
        root = self._read(name, top, depth=0)
        nothing = root.value is None if isinstance(root, Scalar) else root is None
        if nothing and not self._issues:
            self._issues.append(error("empty", top, "the file says nothing", "begin with format: 1"))
        return Source(root, self._files or [File(name, "")], self._issues)

    def _read(self, name: str, asked: Place, *, depth: int) -> Node | None:
        """Read one file with its includes; no tree when it cannot be read."""
        self._asked[name] = asked
        try:
            text = self._take(name, asked, self._room)
        except Unreadable as unreadable:
            self._issues.append(unreadable.issue)
            return None
        self._files.append(File(name, text))
        root, issues = compose(name, text, room=self._room)
        self._issues += issues
        return self._with_includes(root, name, depth) if isinstance(root, Fields) else root

    def _with_includes(self, root: Fields, name: str, depth: int) -> Fields:
        """Return a file's mapping with what it includes: its own entries first, then each file's in order."""
        own = Fields(root.place, {key: entry for key, entry in root.fields.items() if key != "include"})
        if "include" not in root.fields:
            return own
        listed = root.fields["include"][1]
        if not isinstance(listed, Items):
            refused = _refused(listed.place, "include is not a list of files", "write include: [rules.yaml]")
            self._issues.append(refused.issue)
            return own
        for item in listed.items:
            try:
                own = merge(own, self._include(item, name, depth + 1), self._issues)
            except Unreadable as unreadable:
                self._issues.append(unreadable.issue)
        return own

    def _include(self, item: Node, name: str, depth: int) -> Fields:
        """Read one file of a list of includes."""
        wanted = item.value if isinstance(item, Scalar) else None
        if not isinstance(wanted, str):
            raise _refused(item.place, "this is not the name of a file", "write a name like rules.yaml")
        file, wrong = included_name(wanted, beside=name, root=self._files[0].name)
        if wrong:
            raise _refused(
                item.place, f"{quote(wanted)} {wrong}", "name a file in the programme's folder, like rules.yaml"
            )
        if file in self._asked:
            what = f"{quote(wanted)} is included a second time; first at {self._asked[file]}"
            raise _refused(item.place, what, "include each file once; no file can include itself")
        if depth > INCLUDES_MAX or len(self._asked) >= FILES_MAX:
            what = f"a programme is at most {FILES_MAX} files, each included through at most {INCLUDES_MAX}"
            raise _refused(item.place, what, "put some of them together")
        return self._mapping(file, item.place, depth)

    def _mapping(self, file: str, asked: Place, depth: int) -> Fields:
        """Read an included file, which must be a mapping."""
        included = self._read(file, asked, depth=depth)
        if included is None or isinstance(included, Fields):
            return included or Fields(asked)
        what = "an included file must be a mapping, like the file that includes it"
        raise _refused(included.place, what, "begin with a key, like rules:")


def _refused(place: Place, what: str, try_this: str) -> Unreadable:
    """Say why an include is not followed."""
    return Unreadable(error("include", place, what, try_this))
