"""Single values of a programme file: what unquoted text means, and where each of its characters stands.

Invariants:
* A number is exact: an int, or a Decimal of at most 18 digits on either side of the point.
* What YAML or its readers disagree about (exponents, hexadecimal, leading zeros) is refused, never guessed.
* Dates, times and words such as `on`, `yes` and `no` are text.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from guerdon.definition.issues import quote

Value = str | int | Decimal | bool | None

DIGITS_MAX: Final = 18
"""A number has at most this many digits before and after its point."""

WORDS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
"""Unquoted words that are not text."""

_NUMBER: Final = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_EXPONENT: Final = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+")
_BASED: Final = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_UNREAL: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_FOLD: Final = r"[ \t]*\n\s*"
_UNITS: Final = {
    "": re.compile(rf"{_FOLD}|.", re.DOTALL),
    "'": re.compile(rf"''|{_FOLD}|.", re.DOTALL),
    '"': re.compile(rf"\\x.{{2}}|\\u.{{4}}|\\U.{{8}}|\\\n[ \t]*|\\.|{_FOLD}|.", re.DOTALL),
}
"""What stands in the file for a part of a value, by style: a character, an escape, or a folded line break."""


@dataclass(frozen=True, slots=True)
class Misread:
    """Unquoted text that looks like a number and is not one that a programme may use."""

    what: str
    try_this: str


def read_plain(text: str) -> Value | Misread:
    """Return what unquoted text means."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _NUMBER.fullmatch(text):
        return _read_number(text)
    return _read_oddity(text)


def _read_number(text: str) -> int | Decimal | Misread:
    """Return the number that digits write."""
    whole, point, fraction = text.lstrip("+-").partition(".")
    if len(whole) > DIGITS_MAX or len(fraction) > DIGITS_MAX:
        what = f"{quote(text)} has more than {DIGITS_MAX} digits before or after the point"
        return Misread(what, "shorten it, or put it in quotes if it is text")
    if whole.startswith("0") and whole != "0":
        plainer = text.replace(whole, whole.lstrip("0") or "0", 1)
        return Misread(f"{quote(text)} begins with a zero", _either(plainer, text))
    if point:
        return Decimal(text) or Decimal(text).copy_abs()
    return int(text)


def _read_oddity(text: str) -> str | Misread:
    """Refuse notations that readers of YAML disagree about; anything else is text."""
    if _EXPONENT.fullmatch(text):
        return Misread(f"{quote(text)} is written with an exponent", _either(_unfold(text), text))
    if _BASED.fullmatch(text):
        decimal = str(int(text, 0)) if len(text) <= DIGITS_MAX else "it in decimal digits"
        return Misread(f"{quote(text)} is not a decimal number", _either(decimal, text))
    if _UNREAL.fullmatch(text):
        return Misread(
            f"{text} is not a number to count with", f"leave it out, or write {quote(text)} in quotes if it is text"
        )
    return text


def _unfold(text: str) -> str:
    """Write a number without its exponent, when that is short."""
    digits, _, exponent = text.lower().partition("e")
    if len(digits) > DIGITS_MAX or len(exponent) > 3 or abs(int(exponent)) > DIGITS_MAX:  # noqa: PLR2004
        return "all its digits"
    return f"{Decimal(text):f}"


def _either(number: str, text: str) -> str:
    """Say how to write the number, and how to write the text."""
    return f"write {number}, or {quote(text)} in quotes if it is text"


def find_character(raw: str, start: int, *, style: str, value: str, offset: int) -> int:
    """Return where in the file's text the character at `offset` of a value stands.

    `start` is where the scalar begins in `raw`. Exact for plain and quoted scalars and for literal blocks;
    in a folded block it is exact for characters other than spaces and line breaks.
    """
    wanted = min(max(offset, 0), len(value))
    if style == "|":
        return _in_literal(raw, start, value, wanted)
    if style == ">":
        return _in_folded(raw, start, value, wanted)
    return _in_flow(raw, start + len(style), style, wanted)


def _in_flow(raw: str, start: int, style: str, wanted: int) -> int:
    """Walk a plain or quoted scalar unit by unit."""
    passed, here = 0, start
    for unit in _UNITS[style].finditer(raw, start):
        here = unit.start()
        passed += _length(unit[0])
        if passed > wanted:
            break
        here = unit.end()
    return here


def _length(unit: str) -> int:
    """Return how many characters of the value a unit stands for."""
    if unit.startswith("\\\n"):
        return 0
    breaks = 0 if unit.startswith("\\") else unit.count("\n")
    return max(1, breaks - 1)


def _in_literal(raw: str, start: int, value: str, wanted: int) -> int:
    """Count lines: each line of the value is a line of the file."""
    lines = raw[start:].split("\n")
    shown = value.split("\n")
    indent = next((len(lines[i + 1]) - len(line) for i, line in enumerate(shown) if line), 0)
    before = value[:wanted].split("\n")
    at = start + sum(len(line) + 1 for line in lines[: len(before)])
    return min(at + (indent + len(before[-1]) if shown[len(before) - 1] else 0), len(raw))


def _in_folded(raw: str, start: int, value: str, wanted: int) -> int:
    """Count characters that are not white space: folding changes no others."""
    passed = len("".join(value[:wanted].split()))
    here = raw.find("\n", start) + 1 or len(raw)
    marks = islice(re.compile(r"\S").finditer(raw, here), passed, None)
    return next((mark.start() for mark in marks), len(raw))
