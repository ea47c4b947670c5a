"""Programmes with one constant changed: what a slip of the pen could be, by the smallest sensible step.

`mutants` walks a programme's tree and, at the place of each value that decides an outcome, writes another value into the
text. Names, titles and the examples themselves are left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, get_args, get_origin

from guerdon.definition import spec
from guerdon.definition.composer import compose
from guerdon.definition.files import BYTES_MAX
from guerdon.definition.nodes import Fields, Items, Lines, Node, Room, Scalar
from guerdon.definition.scalars import find_character

Way = tuple[str | int, ...]

_UNTOUCHED: Final = {
    "format", "programme", "version", "assumptions", "examples", "title", "description", "id", "group",
    # On which days, and until when: examples bring the events along that are recorded by it.
    "celebrations",
}  # fmt: skip
_TOLD_OF_REWARDS: Final = {"kind", "treatment", "valid_for"}
_EXPRESSIONS: Final = {"when", "where", "of", "give", "by", "exclude"}
_LITERAL: Final = re.compile(r"'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?(?!\w)")
_FALLBACK: Final = re.compile(r"coalesce\([^(),]+,\s*('[^']*'|\d+)\)")
_SWAPS: Final = {"<=": "<", ">=": ">", "<": "<=", ">": ">=", "=": "<>", "<>": "=", "floor": "ceil", "ceil": "floor"}
_SWAPPED: Final = re.compile(r"<=|>=|<>|<|>|=|\b(?:floor|ceil)\b")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LENGTH: Final = re.compile(r"(\d+)( \w+)")
_MONTH_DAY: Final = re.compile(r"\d{2}-\d{2}")
_JUNK: Final = "~"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A programme's text with one change, and how to tell a reader about it.

    Mutants of one `kin` are several ways to change a word that stands for nothing; one of them has to be noticed.
    """

    said: str
    text: str
    kin: str


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of the programme, or the key of a table's row."""

    way: Way
    node: Scalar
    is_key: bool = False


class Mutation:
    """All the changes to one programme."""

    def __init__(self, name: str, text: str) -> None:
        root, issues = compose(name, text, room=Room(BYTES_MAX))
        assert root is not None
        assert not issues
        self.text = text
        self.lines = Lines(name, text)
        self.values = list(_values(root, ()))
        self.rules = [str(one.node.value) for one in _values(root, (), ids=True) if "rules" in one.way]
        self.words = self._words()

    def mutants(self) -> Iterator[Mutant]:
        """Change each value that decides an outcome."""
        for value in self.values:
            yield from self._of_value(value)

    def _of_value(self, value: _Value) -> Iterator[Mutant]:
        key, text = _key(value.way), value.node.text
        if key in _EXPRESSIONS and not _names_rules(value.way):
            yield from self._of_expression(value)
        elif value.is_key or key != "default":
            for other in self._others(value, key, text):
                yield self._changed(value, 0, len(text), other)
        else:
            kin = f"{value.node.place}"
            for word in self.words - {text}:
                yield self._changed(value, 0, len(text), word, kin=kin)

    def _others(self, value: _Value, key: str, text: str) -> list[str]:
        held = value.node.value
        if value.is_key:
            return [text + _JUNK]
        if isinstance(held, bool):
            return [str(not held).lower()]
        if isinstance(held, (int, Decimal)):
            return _steps(text, down=True, up=key != "decimals" or value.way[0] == "units")
        if _names_rules(value.way):
            return [name for name in self.rules if name != text]
        return (
            _moments(text)
            or sorted(_choices(key, text) - _alike(value.way, text))
            or {"zone": ["UTC"], "currency": ["JPY"]}.get(key, [text + _JUNK])
        )

    def _of_expression(self, value: _Value) -> Iterator[Mutant]:
        text = value.node.text
        fallbacks = {match.start(1) for match in _FALLBACK.finditer(text)}
        for match in _LITERAL.finditer(text):
            start, end, word = match.start(), match.end(), match[0]
            if start in fallbacks:
                known = {f"'{one}'" for one in self.words} | {one[0] for one in _LITERAL.finditer(text)}
                kin = f"{value.node.place} {start}"
                for other in sorted(known - {word}):
                    yield self._changed(value, start, end, other, kin=kin)
            else:
                others = [word[:-1] + _JUNK + "'"] if word.startswith("'") else _steps(word, down=word != "0", up=True)
                for other in others:
                    yield self._changed(value, start, end, other)
        bare = _LITERAL.sub(lambda match: " " * len(match[0]), text)
        for match in _SWAPPED.finditer(bare):
            yield self._changed(value, match.start(), match.end(), _SWAPS[match[0]])

    def _changed(self, value: _Value, start: int, end: int, other: str, *, kin: str = "") -> Mutant:
        first = self._index(value.node, start)
        last = self._index(value.node, end) if end == len(value.node.text) else first + end - start
        place = self.lines.place(first)
        said = f"{place}: {'.'.join(map(str, value.way))}: {self.text[first:last]} -> {other}"
        return Mutant(said, self.text[:first] + other + self.text[last:], kin or said)

    def _index(self, node: Scalar, offset: int) -> int:
        begins = self.lines.index(node.place.line, node.place.column)
        style = node.style or ('"' if self.text[begins] == '"' else "")
        return find_character(self.text, begins, style=style, value=node.text, offset=offset)

    def _words(self) -> set[str]:
        """Return the texts that mean something to this programme: those of its tables, constants and conditions."""
        words = {
            one.node.text
            for one in self.values
            if one.way[0] in ("tables", "constants") and isinstance(one.node.value, str)
        }
        texts = [one.node.text for one in self.values if _key(one.way) in _EXPRESSIONS]
        return words | {
            literal[1:-1] for text in texts for literal in _LITERAL.findall(text) if literal.startswith("'")
        }


def _values(node: Node, way: Way, *, ids: bool = False) -> Iterator[_Value]:
    """List the values that decide something, or the names of rules and the like."""
    if isinstance(node, Scalar):
        yield _Value(way, node)
    elif isinstance(node, Items):
        for position, item in enumerate(node.items):
            yield from _values(item, (*way, position), ids=ids)
    else:
        yield from _of_fields(node, way, ids=ids)


def _of_fields(node: Fields, way: Way, *, ids: bool) -> Iterator[_Value]:
    for key, (place, value) in node.fields.items():
        if way[-1:] == ("rows",):
            yield _Value((*way, key), Scalar(place, key, key), is_key=True)
        told = key in _UNTOUCHED or (way[:1] == ("rewards",) and key in _TOLD_OF_REWARDS)
        if (not told) if not ids else (key == "id" or not isinstance(value, Scalar)):
            yield from _values(value, (*way, key), ids=ids)


def _key(way: Way) -> str:
    return next(part for part in reversed(way) if isinstance(part, str))


def _names_rules(way: Way) -> bool:
    return ("multipliers" in way and _key(way) == "of") or ("limits" in way and _key(way) == "rules")


def _moments(text: str) -> list[str]:
    """Return what a day, a day of the year or a length of time could be instead; nothing for what is none."""
    if _DAY.fullmatch(text):
        return _days(text)
    if _MONTH_DAY.fullmatch(text):
        return [day[5:] for day in _days(f"2000-{text}")]
    length = _LENGTH.fullmatch(text)
    if length is None:
        return []
    return [number + length[2] for number in _steps(length[1], down=length[1] != "1", up=True)]


def _days(text: str) -> list[str]:
    """Return the day before, and the day after."""
    return [str(date.fromisoformat(text) + timedelta(days=step)) for step in (-1, 1)]


def _steps(text: str, *, down: bool, up: bool) -> list[str]:
    """Return a number one step lower and one higher in its last place."""
    step = Decimal(1).scaleb(min(0, int(Decimal(text).as_tuple().exponent)))
    return [f"{Decimal(text) + sign * step:f}" for sign, wanted in ((-1, down), (1, up)) if wanted]


def _alike(way: Way, text: str) -> set[str]:
    """Return the words that say the same at a place: over the rules of one campaign, both budgets are one."""
    alike = {"campaign", "programme"}
    return alike if text in alike and way[0] == "campaigns" and way[2] == "limits" else set()


def _choices(key: str, word: str) -> set[str]:
    """Return what else may stand where one of a few words does."""
    models = [one for one in vars(spec).values() if isinstance(one, type) and issubclass(one, spec.Part)]
    fields = [model.model_fields[key] for model in models if key in model.model_fields]
    annotations = [one for field in fields for one in (field.annotation, *get_args(field.annotation))]
    options = [set(get_args(one)) for one in annotations if get_origin(one) is Literal]
    return set().union(*(found for found in options if word in found)) - {word}
