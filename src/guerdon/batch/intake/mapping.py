"""Which column of a file is which canonical column, which are missing, and which nobody reads.

Invariants:
* A column that was mapped wins over one that merely has the canonical name; capital letters do not matter.
* Whatever is not read is told, never dropped in silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from duckdb.sqltypes import DuckDBPyType

from guerdon.batch.intake.raw import Column, Raw, parts_of
from guerdon.batch.intake.shape import Inputs, Shape, event_slots, line_slots
from guerdon.batch.intake.sql import name, text
from guerdon.core.errors import Invalid
from guerdon.core.facts import ORDER_AMOUNTS, PURCHASE

REFUND_HEAD: Final = ("refund_of", "refund_source")
"""What a refund says of its purchase."""

HEAD: Final = (
    "id", "source", "type", "member", "account", "at", "amount", "currency", "rate", "lines", *ORDER_AMOUNTS, *REFUND_HEAD,
)  # fmt: skip
UNUSED: Final = ("recorded_at", "granted")
"""Canonical columns that nothing reads yet."""

LINE: Final = ("id", "amount", "discount")
LINE_PREFIX: Final = "line."
ITEM: Final = "item"
"""What one of several nested lines is called in SQL."""


@dataclass(frozen=True)
class Mapped:
    """The columns of a group of files by canonical name, those of its lines, and what nobody reads.

    Its returns are `matched` with purchases where they name none, or `valued`.
    """

    head: dict[str, Column]
    line: dict[str, Column]
    ignored: tuple[str, ...]
    matched: bool = False
    valued: bool = False

    @property
    def is_flat(self) -> bool:
        """Say whether the files have a row per line."""
        return bool(self.line) and "lines" not in self.head

    @property
    def is_nested(self) -> bool:
        """Say whether an event's lines stand in one column."""
        return "lines" in self.head

    @property
    def has_refunds(self) -> bool:
        """Say whether any refund names its purchase, or is matched with one or valued without."""
        return self.matched or self.valued or "refund_of" in self.head

    def without_refunds(self) -> "Mapped":
        """Return the same of files in which no refund does."""
        head = {word: column for word, column in self.head.items() if word not in REFUND_HEAD}
        return Mapped(head, self.line, self.ignored)


def map_columns(raw: Raw, inputs: Inputs, shape: Shape) -> Mapped:
    """Return which column is which; Invalid when a mapping or a needed column is wrong."""
    wanted = [*HEAD, *event_slots(shape)]
    wanted_lines = [*LINE, *line_slots(shape)]
    _check_names(inputs.mapping, [*wanted, *UNUSED, *(LINE_PREFIX + line for line in wanted_lines)])
    found = {column.name.lower(): column for column in raw.columns}
    head = _pick(wanted, "", inputs, found, raw)
    if "lines" in head:
        line, beside = _nested(head["lines"], wanted_lines, inputs, raw)
    else:
        line, beside = _pick(wanted_lines, LINE_PREFIX, inputs, found, raw), []
    read = {column.name for column in (*head.values(), *line.values())}
    ignored = [column.name for column in raw.columns if column.name not in read] + beside
    mapped = Mapped(head, line, tuple(ignored))
    _check_needed(mapped, raw, shape)
    return mapped


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return a suggestion to append to a message, or nothing."""
    close = get_close_matches(word.lower(), {choice.lower(): choice for choice in choices}, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _check_names(mapping: Mapping[str, str], known: list[str]) -> None:
    for canonical in mapping:
        if canonical not in known:
            message = (
                f"--map {canonical}=... names no column that events have{did_you_mean(canonical, known)} "
                f"(they have {', '.join(known)})"
            )
            raise Invalid(message)


def _pick(wanted: list[str], prefix: str, inputs: Inputs, found: dict[str, Column], raw: Raw) -> dict[str, Column]:
    picked: dict[str, Column] = {}
    spoken_for = {column.lower() for column in inputs.mapping.values()}
    for short in wanted:
        canonical = prefix + short
        if canonical in inputs.mapping:
            picked[short] = _mapped_to(inputs.mapping[canonical], canonical, found, raw)
        elif canonical in found and canonical not in spoken_for:
            picked[short] = found[canonical]
    return picked


def _mapped_to(column: str, canonical: str, found: dict[str, Column], raw: Raw) -> Column:
    if column.lower() in found:
        return found[column.lower()]
    there = [known.name for known in found.values()]
    message = (
        f"{raw.sources[0].shown} has no column {column} (--map {canonical}={column})"
        f"{did_you_mean(column, there)} (it has {', '.join(there)})"
    )
    raise Invalid(message)


def _nested(lines: Column, wanted: list[str], inputs: Inputs, raw: Raw) -> tuple[dict[str, Column], list[str]]:
    """Return the columns inside `lines`, and those that nobody reads (unknown for JSON: there, any may come)."""
    if lines.is_text:
        names = {short: inputs.mapping.get(LINE_PREFIX + short, short) for short in wanted}
        return {short: Column(given, _in_json(given), DuckDBPyType("VARCHAR")) for short, given in names.items()}, []
    fields = {field.lower(): Column(field, f"{ITEM}.{name(field)}", kind) for field, kind in _fields(lines, raw)}
    picked: dict[str, Column] = {}
    for short in wanted:
        given = inputs.mapping.get(LINE_PREFIX + short)
        if given is not None:
            picked[short] = _mapped_to(given, LINE_PREFIX + short, fields, raw)
        elif short in fields:
            picked[short] = fields[short]
    read = {column.name for column in picked.values()}
    return picked, [f"{lines.name}.{field.name}" for field in fields.values() if field.name not in read]


def _in_json(field: str) -> str:
    pointer = "/" + field.replace("~", "~0").replace("/", "~1")
    return f"json_extract_string({ITEM}, {text(pointer)})"


def _fields(lines: Column, raw: Raw) -> list[tuple[str, DuckDBPyType]]:
    inner = parts_of(lines.type)
    if lines.type.id == "list" and inner[0][1].id == "struct":
        return parts_of(inner[0][1])
    message = (
        f"{raw.sources[0].shown}: column {lines.name} holds {lines.type}; lines are a list of structs with an amount"
    )
    raise Invalid(message)


def _check_needed(mapped: Mapped, raw: Raw, shape: Shape) -> None:
    for canonical in ("member", "at"):
        if canonical not in mapped.head:
            _raise_missing(canonical, raw)
    if mapped.is_flat and "id" not in mapped.head:
        _raise_missing("id", raw, " (rows with line columns are grouped by it)")
    if mapped.line and "amount" not in mapped.line:
        _raise_missing("line.amount", raw)
    if mapped.line or "amount" in mapped.head:
        return
    only_purchases = "type" not in mapped.head or all(kind.kind == PURCHASE for kind in shape.event_types.values())
    if only_purchases:
        _raise_missing("amount", raw, " (every purchase has one)")


def _raise_missing(canonical: str, raw: Raw, why: str = "") -> None:
    there = [column.name for column in raw.columns]
    close = get_close_matches(canonical, there, n=1, cutoff=0.4)
    example = close[0] if close else {"member": "customer_id", "at": "date"}.get(canonical, "total")
    message = (
        f"{raw.sources[0].shown} has no column {canonical}{why}; say which one it is with --map {canonical}={example} "
        f"(it has {', '.join(there)})"
    )
    raise Invalid(message)
