"""The files a programme is read from: names, bytes and texts.

Invariants:
* No more bytes are read than the reading has room for.
* A name in an include leads to a file inside the programme's folder, or to an issue.
"""

import codecs
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final

from guerdon.definition.composer import PURE
from guerdon.definition.issues import Place, Unreadable, error, quote, suggest
from guerdon.definition.nodes import Lines, Room

BYTES_MAX: Final = 64_000 if PURE else 1_000_000
"""A programme's files are at most this large in all; the slow parser, being thirty times slower, is given less."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read: the name by which places call it, and its text with plain line ends."""

    name: str
    text: str


Take = Callable[[str, Place, Room], str]
"""Takes a file's text by its name; the place is where it was asked for. Raises Unreadable."""


def take_from_disk(root: Path) -> Take:
    """Return how to read files in the folder of `root`; links inside that lead out of it are not followed."""

    def take(name: str, asked: Place, room: Room) -> str:
        raw = _bytes(Path(name), root, asked, room.bytes)
        _spend(len(raw), asked, room)
        return _decode(raw, name)

    return take


def take_from_texts(files: Sequence[File]) -> Take:
    """Return how to read files from memory."""
    texts = {file.name: file.text for file in files}

    def take(name: str, asked: Place, room: Room) -> str:
        if name not in texts:
            raise _missing(name, asked, ())
        _spend(len(texts[name].encode("utf-8", "replace")), asked, room)
        return _plain(texts[name])

    return take


def included_name(wanted: str, *, beside: str, root: str) -> tuple[str, str]:
    """Return the name of a file included by the file `beside`, and what is wrong with it (empty if nothing is)."""
    folder = posixpath.dirname(root)
    name = posixpath.normpath(posixpath.join(posixpath.dirname(beside), wanted))
    if not wanted or not wanted.isprintable() or "\\" in wanted:
        return name, "is not the name of a file"
    if posixpath.isabs(wanted) or PureWindowsPath(wanted).drive:
        return name, "is an absolute name"
    inside = posixpath.relpath(name, folder or ".")
    return name, "is outside the programme's folder" if inside.split("/")[0] == ".." else ""


def _bytes(path: Path, root: Path, asked: Place, room: int) -> bytes:
    """Return what a file holds: at most one byte more than there is room for."""
    try:
        real = path.resolve(strict=True)
        if path != root and not real.is_relative_to(root.parent.resolve()):
            what = f"{quote(path.name)} is a link that leads out of the programme's folder"
            raise Unreadable(error("include", asked, what, "put the file itself into the folder"))
        if not real.is_file():
            raise Unreadable(error("file", asked, f"{quote(path.name)} is not a file", "name a file"))
        with real.open("rb") as file:
            return file.read(room + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path.name, asked, _beside(path)) from None
    except (OSError, RuntimeError) as problem:
        what = f"{quote(path.name)} cannot be read: {getattr(problem, 'strerror', None) or 'its links go round in a circle'}"
        raise Unreadable(error("file", asked, what, "check the file and who may read it")) from None


def _beside(path: Path) -> Iterator[str]:
    """Return the YAML files where a missing one was looked for."""
    if path.parent.is_dir():
        yield from (file.name for file in path.parent.iterdir() if file.suffix in {".yaml", ".yml"})


def _missing(name: str, asked: Place, known: Iterable[str]) -> Unreadable:
    """Say that there is no such file."""
    hint = suggest(name, known) or "check the name and the folder"
    return Unreadable(error("file", asked, f"there is no file {quote(name)}", hint))


def _spend(count: int, asked: Place, room: Room) -> None:
    """Count bytes against what may still be read."""
    room.bytes -= count
    if room.bytes < 0:
        what = f"the programme's files are larger than {BYTES_MAX:,} bytes in all"
        raise Unreadable(error("too_large", asked, what, "keep data in a file of events or a table"))


def _decode(raw: bytes, name: str) -> str:
    """Return the text of a file's bytes."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(error("encoding", Place(name, 1, 1), "the file is written in UTF-16", "save it as UTF-8"))
    try:
        return _plain(raw.decode("utf-8"))
    except UnicodeDecodeError as problem:
        before = _plain(raw[: problem.start].decode("utf-8"))
        what = f"the byte {raw[problem.start]:#04x} is not UTF-8"
        raise Unreadable(
            error("encoding", Lines(name, before).place(len(before)), what, "save the file as UTF-8")
        ) from None


def _plain(text: str) -> str:
    """Return text without a byte order mark and with plain line ends."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
