"""What files say of events, as JSON under the names that events have: in SQL, a SELECT for each group of files.

Invariants:
* A value is what the file says, not what was made of it: text as it stands there, exact numbers as their digits.
* Nothing that reading an event would refuse is made here: a binary float is told by its shortest digits, as it is read.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from guerdon.batch.intake.laying import laid
from guerdon.batch.intake.mapping import ITEM
from guerdon.batch.intake.raw import Column
from guerdon.batch.intake.readings import FLOATS, NATIVE_INTEGERS, given, is_local_time, words
from guerdon.batch.intake.rows import Group
from guerdon.batch.intake.shape import Slot, event_slots, line_slots
from guerdon.batch.intake.sql import parquet, stripped, text
from guerdon.core.facts import DATE, ORDER_AMOUNTS, TEXT

_NUMBERS: Final = ("amount", "rate", *ORDER_AMOUNTS)
"""What events and lines say in numbers beside their declared attributes."""

_KNOWN_BESIDE: Final = frozenset(["id", "source", "type", "member", "account", "at", "lines", "recorded_at", "granted"])
"""What is known of every event by its own columns."""

_DAY: Final = 10


def said(group: Group, number: int, scratch: Path, currency: str | None) -> str:
    """Return the SELECT of "row", "day" (where no time is stated) and what is "said" of the events of a group, as JSON."""
    head = {word: column for word, column in group.mapped.head.items() if word not in _KNOWN_BESIDE}
    fields = _fields(head, event_slots(group.shape))
    if group.exchange.converts and "currency" not in head and currency is not None:
        fields["currency"] = text(currency)
    raw = f'select *, "#row" as "row" from {group.raw.scan}'
    if group.mapped.is_nested:
        fields["lines"] = _nested(group)
    if group.mapped.is_flat:
        items = parquet(laid(scratch, "items", number))
        lines = f'select i.event, list({_struct(_line(group))} order by i.position) as "#lines" from {items} as i join ({raw}) as r on r."row" = i.position group by i.event'
        raw = f'select r.*, l."#lines" from ({raw}) as r join ({lines}) as l on l.event = r."row"'
        fields["lines"] = '"#lines"'
    shown = f"cast(to_json({_struct(fields)}) as varchar)" if fields else "'{}'"
    return f'select "row", {_day(group.mapped.head["at"])} as "day", {shown} as said from ({raw})'


def _day(column: Column) -> str:
    """Return SQL for the day that a column states without a time."""
    if column.is_text:
        stated = stripped(column.sql)
        return f"case when length({stated}) = {_DAY} then {stated} end"
    return f"cast({column.sql} as varchar)" if column.type.id == "date" else "cast(null as varchar)"


def _nested(group: Group) -> str:
    """Return SQL for the lines that stand in one column, under our names."""
    column = group.mapped.head["lines"]
    several = f"from_json(cast({given(column)} as json), '[\"JSON\"]')" if column.is_text else column.sql
    return f"list_transform({several}, lambda {ITEM}: {_struct(_line(group))})"


def _line(group: Group) -> dict[str, str]:
    return _fields(group.mapped.line, line_slots(group.shape))


def _fields(columns: dict[str, Column], slots: dict[str, tuple[Slot, ...]]) -> dict[str, str]:
    """Return SQL for what columns hold, by our names."""
    return {word: _value(word, column, _kinds(slots.get(word, ()))) for word, column in columns.items()}


def _kinds(slots: Iterable[Slot]) -> str:
    return next(iter({slot.attribute.kind for slot in slots}), "")


def _value(word: str, column: Column, kind: str) -> str:
    """Return SQL for what a column holds, as JSON keeps it whole."""
    if column.is_text:
        return given(column)
    if kind == TEXT or (not kind and word not in _NUMBERS and word != "discount"):
        return words(column, column.sql).value
    if column.type.id in FLOATS:
        return f"cast(cast({column.sql} as varchar) as double)"
    if kind == DATE and is_local_time(column.type):
        return f"cast(cast({column.sql} as date) as varchar)"
    small = column.type.id in NATIVE_INTEGERS or column.type.id == "boolean"
    return column.sql if small else f"cast({column.sql} as varchar)"


def _struct(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"{text(word)}: {value}" for word, value in fields.items()) + "}"
