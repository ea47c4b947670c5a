"""Files to read: which there are, what is in them, and standard input as one of them.

Invariants:
* What a file holds is told by its first bytes, never by its name.
* A path is read once, however often patterns name it.
"""

import gzip
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyarrow as pa

from guerdon.core.errors import Invalid

CSV: Final = "CSV"
JSON: Final = "JSON lines"
PARQUET: Final = "Parquet"

_PACKED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_PACKED_ENDINGS: Final = (".gz", ".zst")
_STANDARD_INPUT: Final = "standard input"
_HEAD: Final = 65_536
_WIDE: Final = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


@dataclass(frozen=True)
class Source:
    """One file: where it is, how messages call it, its stem (the default source of its events), what it holds."""

    path: Path
    shown: str
    stem: str
    format: str
    packing: str = ""


def find_sources(paths: tuple[str, ...], scratch: Path) -> list[Source]:
    """Return the files that paths and patterns name; `-` is standard input."""
    if not paths:
        message = "no file of events was named; give one or more, or - for standard input"
        raise Invalid(message)
    found: dict[Path, Source] = {}
    for given in paths:
        for path in expand(given):
            if given == "-":
                found.setdefault(Path("-"), _spool(scratch))
            else:
                whole = path.resolve()
                found.setdefault(whole, _sniff(_literal(whole, scratch), str(path), _stem(path)))
    return list(found.values())


def open_bytes(source: Source) -> BinaryIO:
    """Open a file's bytes, unpacked."""
    if source.packing == "gzip":
        return cast("BinaryIO", gzip.open(source.path))
    if source.packing == "zstd":
        return cast("BinaryIO", pa.CompressedInputStream(pa.OSFile(str(source.path)), "zstd"))
    return source.path.open("rb")


def expand(given: str) -> Iterator[Path]:
    """Yield the files that a path or a pattern names; `-` as it is."""
    path = Path(given)
    if given == "-" or path.is_file():
        yield path
    elif path.is_dir():
        message = f"{given} is a folder; name its files, for example {given.rstrip('/')}/*.parquet"
        raise Invalid(message)
    elif not has_magic(given):
        message = f"there is no file {given}; check its name"
        raise Invalid(message)
    else:
        matches = [Path(match) for match in sorted(glob(given, recursive=True))]  # noqa: PTH207 - Path.glob takes no absolute pattern
        if not any(match.is_file() for match in matches):
            message = f"no file matches {given}; check the pattern, and quote it if the shell should not expand it"
            raise Invalid(message)
        yield from (match for match in matches if match.is_file())


def _literal(path: Path, scratch: Path) -> Path:
    """Return a path that the data engine does not take for a pattern."""
    if not has_magic(str(path)):
        return path
    link = scratch / f"link-{len(list(scratch.glob('link-*')))}{path.suffix}"
    link.symlink_to(path)
    return link


def _spool(scratch: Path) -> Source:
    path = scratch / "standard-input"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return _sniff(path, _STANDARD_INPUT, "stdin")


def _stem(path: Path) -> str:
    name = path.name
    for ending in _PACKED_ENDINGS:
        name = name.removesuffix(ending)
    return Path(name).stem


def _sniff(path: Path, shown: str, stem: str) -> Source:
    try:
        with path.open("rb") as file:
            head = file.read(4)
        packing = next((kind for magic, kind in _PACKED.items() if head.startswith(magic)), "")
        source = Source(path, shown, stem, CSV, packing)
        return Source(path, shown, stem, _format(source), packing)
    except (OSError, EOFError) as error:
        message = f"{shown} cannot be read: {error}"
        raise Invalid(message) from error


def _format(source: Source) -> str:
    with open_bytes(source) as file:
        head = file.read(_HEAD)
    if head.startswith(b"PAR1"):
        return _whole_parquet(source)
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            message = f"{source.shown} is {encoding} text; save it as UTF-8"
            raise Invalid(message)
    content = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content:
        message = f"{source.shown} is empty; a file of events begins with a line of column names"
        raise Invalid(message)
    if source.path.suffix == ".parquet":
        message = f"{source.shown} is not a Parquet file; name it .csv or .jsonl if it is text"
        raise Invalid(message)
    if content.startswith(b"["):
        message = f"{source.shown} is one JSON array; write one object per line instead (jq -c '.[]' does it)"
        raise Invalid(message)
    return JSON if content.startswith(b"{") else CSV


def _whole_parquet(source: Source) -> str:
    if source.packing:
        message = f"{source.shown} is a Parquet file inside {source.packing}; unpack it first"
        raise Invalid(message)
    return PARQUET
