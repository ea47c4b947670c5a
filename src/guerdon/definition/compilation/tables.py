"""Tables that expressions look things up in: rows in the programme, or two columns of a CSV file beside it.

Invariants:
* A table's keys are of one kind, and its values too; a key stands for one value.
* A CSV file is read from inside the programme's folder, once: its text is kept with the programme's files.
"""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from guerdon.core.expr.tree import NUMBER, TEXT, Literal, Table, Type, Value, number
from guerdon.core.values import NUMBER_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.exact import literal_of, scaled_of
from guerdon.definition.files import File, included_name, take_from_disk
from guerdon.definition.issues import Unreadable, quote, suggest
from guerdon.definition.nodes import Room
from guerdon.definition.scalars import read_plain
from guerdon.definition.source import Loc
from guerdon.definition.spec import TableSpec

ROWS_MAX: Final = 200_000
"""A table has at most this many rows."""

BYTES_MAX: Final = 16_000_000
"""The files of a programme's tables are at most this large in all."""


def tables(draft: Draft) -> dict[str, Table]:
    """Return the programme's tables; what is wrong with one is noted, and it is left out."""
    room = Room(BYTES_MAX)
    made = {name: _Reading(draft, name, spec, room).table() for name, spec in draft.spec.tables.items()}
    draft.missing |= {name for name, table in made.items() if table is None}
    return {name: table for name, table in made.items() if table is not None}


class _Reading:
    """One table being read."""

    def __init__(self, draft: Draft, name: str, spec: TableSpec, room: Room) -> None:
        self.draft = draft
        self.room = room
        self.name = name
        self.spec = spec
        self.loc: Loc = ("tables", name)

    def table(self) -> Table | None:
        """Return the table, or nothing when something is wrong with it."""
        rows = self._rows()
        keys = None if rows is None else self._keys(list(rows))
        if rows is None or keys is None:
            return None
        default = [] if self.spec.default is None else [literal_of(self.spec.default)]
        values = [literal_of(value) for value in rows.values()]
        kind = self._kind([*values, *default])
        if kind is None:
            return None
        held = [_lifted(value, kind.scale) for value in values]
        by_default = _lifted(default[0], kind.scale) if default else None
        pairs = dict(zip(keys[1], held, strict=True))
        return Table(self.name, key=keys[0], value=kind, rows=pairs, default=by_default)  # type: ignore[arg-type]

    def _wrong(self, key: str, what: str, try_this: str) -> None:
        self.draft.wrong((*self.loc, key), "table", what, try_this)

    def _rows(self) -> Mapping[str, object] | None:
        """Return keys with their values, from where the table says they are."""
        if (self.spec.rows is None) == (self.spec.file is None):
            hint = "write rows: {...}, or file: with key: and value:"
            self.draft.wrong(self.loc, "table", "a table has either rows or a file", hint)
            return None
        rows = self.spec.rows if self.spec.file is None else self._from_file(self.spec.file)
        if rows is not None and not 0 < len(rows) <= ROWS_MAX:
            self._wrong(
                "rows" if self.spec.file is None else "file", f"a table has 1 to {ROWS_MAX:,} rows", "correct it"
            )
            return None
        return rows

    def _from_file(self, name: str) -> Mapping[str, object] | None:
        text = self._text(name)
        if text is None:
            return None
        try:
            lines = list(csv.reader(text.splitlines(), strict=True))
        except csv.Error as failure:
            self._wrong("file", f"{quote(name)} is not CSV: {failure}", "save it as CSV with commas")
            return None
        columns = lines[0] if lines else []
        wanted = (self.spec.key or "key", self.spec.value or "value")
        known = [
            self.draft.known(one, columns, (*self.loc, key), "column")
            for key, one in zip(("key", "value"), wanted, strict=True)
        ]
        if not all(known):
            return None
        return self._distinct(name, lines[1:], columns.index(wanted[0]), columns.index(wanted[1]))

    def _text(self, name: str) -> str | None:
        """Return a CSV file's text: as it was read before, else from the disk."""
        files = self.draft.source.files
        path, wrong = included_name(name, beside=files[0].name, root=files[0].name)
        if wrong:
            self._wrong("file", f"{quote(name)} {wrong}", "name a file in the programme's folder, like brands.csv")
            return None
        kept = next((file.text for file in files if file.name == path), None)
        if kept is not None:
            return kept
        try:
            text = take_from_disk(Path(files[0].name))(path, self.draft.source.place((*self.loc, "file")), self.room)
        except Unreadable as unreadable:
            self._unreadable(path, unreadable)
            return None
        files.append(File(path, text))
        return text

    def _unreadable(self, path: str, unreadable: Unreadable) -> None:
        issue = unreadable.issue
        if issue.code == "too_large":
            what = f"the files of tables are larger than {BYTES_MAX // 10**6} MB in all"
            self._wrong("file", what, "keep only the columns and rows in use")
            return
        beside = [] if Path(path).exists() else [found.name for found in Path(path).parent.glob("*.csv")]
        self.draft.note(issue.code, issue.place, issue.what, suggest(Path(path).name, beside) or issue.try_this)

    def _distinct(self, name: str, lines: list[list[str]], key: int, value: int) -> dict[str, object] | None:
        rows: dict[str, object] = {}
        for number_, line in enumerate(lines, start=2):
            if not line:
                continue
            if len(line) <= max(key, value):
                self._wrong(
                    "file", f"row {number_} of {quote(name)} has too few columns", "write every column in every row"
                )
                return None
            read = self._value(line[value])
            if read is None:
                self._wrong(
                    "file",
                    f"row {number_} of {quote(name)}: {quote(line[value])} is not a number",
                    "write values: text",
                )
                return None
            if rows.setdefault(line[key], read) != read:
                what = f"row {number_} of {quote(name)}: the key {quote(line[key])} came before with another value"
                self._wrong("file", what, "keep one of them")
                return None
        return rows

    def _value(self, text: str) -> object | None:
        return text if self.spec.values == TEXT else _exact(text)

    def _keys(self, names: list[str]) -> tuple[Type, list[Value]] | None:
        if self.spec.keys == TEXT:
            return Type(TEXT), list(names)
        numbers = [_exact(name) for name in names]
        known = [scaled_of(one) for one in numbers if one is not None]
        if len(known) < len(names):
            name = names[numbers.index(None)]
            self._wrong("keys", f"the key {quote(name)} is not a number", "write keys: text")
            return None
        scale = max(decimals for _, decimals in known)
        keys: list[Value] = [value * 10 ** (scale - decimals) for value, decimals in known]
        if len(set(keys)) < len(keys) or any(abs(int(key)) > NUMBER_MAX for key in keys):
            self._wrong(
                "keys", "a key is there twice, or is too long to be one", "write each number once, with few digits"
            )
            return None
        return number(-NUMBER_MAX, NUMBER_MAX, scale=scale), keys

    def _kind(self, values: list[Literal]) -> Type | None:
        """Return what all values are, numbers with their bounds."""
        kinds = {value.type.kind for value in values}
        if len(kinds) > 1:
            self.draft.wrong(
                self.loc,
                "table",
                f"the table mixes {' and '.join(sorted(kinds))} values",
                "put quotes around every text and none around numbers",
            )
            return None
        first = values[0].type
        if first.kind != NUMBER:
            return first
        scale = max(value.type.scale for value in values)
        whole = [int(_lifted(value, scale)) for value in values]
        return number(min(whole), max(whole), scale=scale)


def _exact(text: str) -> int | Decimal | None:
    """Return the number that a text writes, if it does."""
    found = read_plain(text.strip())
    return found if isinstance(found, (int, Decimal)) and not isinstance(found, bool) else None


def _lifted(value: Literal, scale: int) -> Value:
    if value.type.kind != NUMBER:
        return value.value
    lifted: int = int(value.value) * 10 ** (scale - value.type.scale)
    return lifted
