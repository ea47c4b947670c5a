"""The fields of a row or a line: each a column and how it is read, put together as SQL.

Invariants:
* A field's SQL has three layers, "x:given", "x:value" and then faults, so that nothing is computed twice.
* Attributes are of their event's type alone: for other types they are absent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guerdon.batch.intake import readings
from guerdon.batch.intake.exchange import Exchange, too_large
from guerdon.batch.intake.raw import Column
from guerdon.batch.intake.readings import Reading
from guerdon.batch.intake.shape import Slot
from guerdon.batch.intake.sql import cases, listed, name, shown, text
from guerdon.core.errors import Invalid
from guerdon.core.facts import BOOLEAN, DATE, MONEY, NUMBER, Attribute
from guerdon.core.values import NUMBER_MAX

_SQL_TYPES: Final = {BOOLEAN: "boolean", DATE: "integer", MONEY: "bigint", NUMBER: "bigint"}


@dataclass(frozen=True)
class Field:
    """A value of every row: how to get at it, what it is in the end, and what can be wrong with it."""

    name: str
    given: str = ""
    value: str = ""
    result: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    rounded: str = ""

    @property
    def out(self) -> str:
        """Return the field as a column of the result."""
        return f"{self.result} as {name(self.name)}"


@dataclass(frozen=True)
class Types:
    """The types of event in the files: `only` when there is no type column."""

    known: tuple[str, ...]
    only: str = ""

    def condition(self, slot: Slot) -> str:
        """Return the condition that a row is of one of the types that declare a slot."""
        if self.only:
            return "true" if self.only in slot.types else "false"
        return "true" if set(self.known) <= set(slot.types) else f'"type" in ({listed(slot.types)})'


def given_columns(fields: Iterable[Field]) -> str:
    """Return what the fields hold as further columns of a SELECT."""
    return "".join(f", {field.given} as {name(field.name + ':given')}" for field in fields if field.given)


def value_columns(fields: Iterable[Field]) -> str:
    """Return the fields' values as further columns of a SELECT."""
    return "".join(f", {field.value} as {name(field.name + ':value')}" for field in fields if field.value)


def told(field: str, column: Column) -> str:
    """Return how a message names a field: with its column, when that is called otherwise."""
    return field if column.name == field else f"{field} (column {column.name[:40]})"


def unreadable(field: str, reading: Reading, *, when: str = "true") -> tuple[str, str]:
    """Return the fault of a field that was given and has no value."""
    only = "" if when == "true" else f"{when} and "
    return f"{only}{name(f'{field}:given')} is not null and {name(f'{field}:value')} is null", reading.fault


def amount(field: str, column: Column | None, exchange: Exchange, *, absent: str = "0", what: str = "") -> Field:
    """Return a field of money in its row's currency."""
    if column is None:
        return Field(field, result=f"cast({absent} as bigint)")
    raw, value = name(f"{field}:given"), name(f"{field}:value")
    reading = exchange.money(column, raw, value, what=told(what or field, column))
    result = value if absent == "null" else f"coalesce({value}, {absent})"
    return Field(field, reading.given, reading.value, result, (unreadable(field, reading),), reading.rounded)


def attributes(
    slots: Mapping[str, tuple[Slot, ...]],
    columns: Mapping[str, Column],
    exchange: Exchange,
    types: Types,
    prefix: str = "",
) -> list[Field]:
    """Return the declared attributes as fields."""
    return [_attribute(word, several, columns.get(word), exchange, types, prefix) for word, several in slots.items()]


def _attribute(
    word: str, slots: Sequence[Slot], column: Column | None, exchange: Exchange, types: Types, prefix: str
) -> Field:
    field = prefix + word
    known = [(condition, slot) for slot in slots if (condition := types.condition(slot)) != "false"]
    if column is None:
        _check_needed(field, known)
        return Field(field, result=_result("null", known), faults=tuple(_missing("true", field, known)))
    raw, value = name(f"{field}:given"), name(f"{field}:value")
    reading = _reading(slots[0].attribute, column, raw, value, exchange, told(field, column))
    worth = exchange.converted(value) if slots[0].attribute.kind == MONEY else value
    faults = [unreadable(field, reading, when=condition) for condition, _ in known]
    faults += _missing(f"{raw} is null", field, known)
    if worth != value:
        large = too_large(worth)
        faults += [(f"{condition} and {large}", _grown(field, exchange)) for condition, _ in known]
        worth = f"case when {large} then null else {worth} end"
    return Field(field, reading.given, reading.value, _result(worth, known), tuple(faults), reading.rounded)


def _grown(field: str, exchange: Exchange) -> str:
    return text(f"{field} is too large once it is in {exchange.home}")


def _reading(attribute: Attribute, column: Column, raw: str, value: str, exchange: Exchange, what: str) -> Reading:
    if attribute.kind == MONEY:
        return exchange.money(column, raw, value, what=what)
    if attribute.kind == NUMBER:
        whose = f"were declared ({attribute.decimals})"
        return readings.scaled(
            column, raw, value, decimals=attribute.decimals, what=what, whose=whose, largest=NUMBER_MAX
        )
    if attribute.kind == BOOLEAN:
        return readings.truth(column, raw, what=what)
    return readings.day(column, raw, what=what) if attribute.kind == DATE else readings.words(column, raw)


def _check_needed(field: str, known: Iterable[tuple[str, Slot]]) -> None:
    for condition, slot in known:
        if condition == "true" and not slot.attribute.optional and slot.attribute.default is None:
            message = (
                f"there is no column {field}, which every {' or '.join(slot.types)} needs; "
                f"say which one it is with --map {field}=..., or give it a default in the programme"
            )
            raise Invalid(message)


def _missing(absent: str, field: str, known: Iterable[tuple[str, Slot]]) -> list[tuple[str, str]]:
    return [
        (f"{condition} and {absent}", text(f"{field} is missing; every {' or '.join(slot.types)} needs it"))
        for condition, slot in known
        if not slot.attribute.optional and slot.attribute.default is None
    ]


def _result(value: str, known: Sequence[tuple[str, Slot]]) -> str:
    if not known:
        return "null"
    kind = _SQL_TYPES.get(known[0][1].attribute.kind, "varchar")
    each = [(condition, _or_default(value, slot.attribute)) for condition, slot in known]
    chosen = each[0][1] if each[0][0] == "true" else cases(each)
    return f"cast({chosen} as {kind})"


def _or_default(value: str, attribute: Attribute) -> str:
    if attribute.default is None:
        return value
    default = text(attribute.default) if isinstance(attribute.default, str) else str(attribute.default).lower()
    return f"coalesce({value}, {default})"


def unknown_type(types: Types) -> tuple[str, str]:
    """Return the fault of a row whose type the programme does not declare."""
    close = cases(
        [
            (f'levenshtein(lower("type"), {text(word.lower())}) <= 2', text(f"; did you mean {word}?"))
            for word in types.known
        ],
        "''",
    )
    known = text(f" is not declared; the programme knows {', '.join(types.known)}")
    return f'"type" not in ({listed(types.known)})', f"'type ' || {shown(name('type'))} || {known} || {close}"
