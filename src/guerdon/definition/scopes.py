"""What expressions may name: the fields of each type of event, constants and tables."""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from guerdon.core.calendar import parse_date
from guerdon.core.errors import Invalid
from guerdon.core.expr.tree import BOOLEAN, DATE, NUMBER, TEXT, Literal, Table, Type, Value, number
from guerdon.core.facts import KINDS, MONEY, ORDER_AMOUNTS, Attribute, EventType
from guerdon.core.values import MONEY_MAX, NUMBER_MAX
from guerdon.definition.draft import Draft
from guerdon.definition.expressions import Scope
from guerdon.definition.expressions.words import FUNCTIONS
from guerdon.definition.issues import error, quote, suggest
from guerdon.definition.source import Loc
from guerdon.definition.spec import AttributeSpec, EventSpec, TableSpec

TABLE_ROWS_MAX: Final = 200_000
TABLE_BYTES_MAX: Final = 16_000_000

_RESERVED: Final = frozenset(
    (*ORDER_AMOUNTS, *FUNCTIONS, "id", "source", "type", "member", "account", "at", "recorded_at", "amount", "currency", "rate")
    + ("refund_of", "granted", "lines", "line", "gross", "net", "eligible", "hour", "weekday", "day", "month", "year", "row")
    + ("kind", "timed", "returned", "problem", "level", "segment", "history", "date", "true", "false", "account")
)
_LINE_RESERVED: Final = frozenset(("id", "row", "line", "amount", "discount", "gross", "net", "points_paid", "eligible"))


def event_types(draft: Draft) -> dict[str, EventType]:
    """Return every type of event that the programme knows; purchases and refunds are always there."""
    specs = {"purchase": EventSpec(kind="purchase"), "refund": EventSpec(kind="refund"), **draft.spec.events}
    made = {}
    for name, spec in specs.items():
        default = name if name in ("purchase", "refund") else "engagement"
        attributes = _attributes(draft, spec.attributes, ("events", name, "attributes"), _RESERVED)
        lines = _attributes(draft, spec.lines, ("events", name, "lines"), _LINE_RESERVED)
        made[name] = EventType(name, KINDS[spec.kind or default], attributes, lines)
    return made


def scope_of(draft: Draft, event_type: EventType, tables: Mapping[str, Table], constants: Mapping[str, Literal]) -> Scope:
    """Return the names that an expression over one type of event may use."""
    return Scope(
        fields={**_event_fields(draft), **_typed(draft, event_type.attributes)},
        line_fields={**_line_fields(draft), **_typed(draft, event_type.line_attributes)},
        tables=tables,
        constants=constants,
    )


def constants(draft: Draft) -> dict[str, Literal]:
    """Return the programme's constants as literals."""
    return {name: literal_of(value) for name, value in draft.spec.constants.items()}


def literal_of(value: object) -> Literal:
    """Return a scalar of the file as a literal of its kind."""
    if isinstance(value, bool):
        return Literal(value, Type(BOOLEAN))
    if isinstance(value, (int, Decimal)):
        scaled, scale = scaled_of(value)
        return Literal(scaled, number(scaled, scaled, scale=scale))
    return Literal(str(value), Type(TEXT))


def scaled_of(value: int | Decimal) -> tuple[int, int]:
    """Return an exact number as an integer and the power of ten it is scaled by."""
    decimals = max(0, -int(Decimal(value).normalize().as_tuple().exponent))
    return int(Decimal(value).scaleb(decimals)), decimals


def tables(draft: Draft) -> dict[str, Table]:
    """Return the programme's tables, with rows from the file or from a CSV file beside it."""
    made = {}
    for name, spec in draft.spec.tables.items():
        loc: Loc = ("tables", name)
        rows = _rows(draft, spec, loc)
        if rows is not None:
            table = _table(draft, name, spec, rows, loc)
            if table is not None:
                made[name] = table
    return made


def _attributes(draft: Draft, specs: Mapping[str, AttributeSpec], loc: Loc, reserved: frozenset[str]) -> tuple[Attribute, ...]:
    made = []
    for name, spec in specs.items():
        if name in reserved:
            what = f"{quote(name)} already has a meaning in expressions"
            draft.issues.append(error("reserved", draft.source.place((*loc, name), key=True), what, "choose another name"))
        default = _default(draft, spec, (*loc, name, "default"))
        made.append(Attribute(name, spec.type, decimals=spec.decimals, optional=spec.optional, default=default))
    return tuple(made)


def _default(draft: Draft, spec: AttributeSpec, loc: Loc) -> int | str | bool | None:
    value = spec.default
    if value is None:
        return None
    if spec.type == "boolean" and isinstance(value, bool):
        return value
    if spec.type == "text" and isinstance(value, str):
        return value
    if spec.type == "date" and isinstance(value, str):
        try:
            return parse_date(value)
        except Invalid as invalid:
            draft.wrong(loc, "default", str(invalid))
            return None
    if spec.type in ("number", "money") and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        decimals = draft.decimals if spec.type == MONEY else spec.decimals
        scaled = Decimal(value).scaleb(decimals)
        if scaled == scaled.to_integral_value():
            return int(scaled)
        draft.wrong(loc, "default", f"the default {value} has more than {decimals} decimals", "write fewer")
        return None
    draft.wrong(loc, "default", f"the default {quote(str(value))} is not a {spec.type}", "write one, or leave it out")
    return None


def _event_fields(draft: Draft) -> dict[str, Type]:
    money = number(0, MONEY_MAX, scale=draft.decimals)
    return {
        **dict.fromkeys(("amount", "net", *ORDER_AMOUNTS), money),
        "gross": number(0, 3 * MONEY_MAX, scale=draft.decimals),
        "eligible": number(0, 3 * MONEY_MAX, scale=draft.decimals),
        "type": Type(TEXT),
        "hour": number(0, 23, absent=True),
        "weekday": number(1, 7),
        "day": number(1, 31),
        "month": number(1, 12),
        "year": number(1969, 2101),
    }


def _line_fields(draft: Draft) -> dict[str, Type]:
    money = number(0, MONEY_MAX, scale=draft.decimals, totalled=True)
    gross = number(0, 2 * MONEY_MAX, scale=draft.decimals, totalled=True)
    return {**dict.fromkeys(("amount", "discount", "net", "points_paid", "eligible"), money), "gross": gross, "id": Type(TEXT)}


def _typed(draft: Draft, attributes: tuple[Attribute, ...]) -> dict[str, Type]:
    return {attribute.name: _type(draft, attribute) for attribute in attributes}


def _type(draft: Draft, attribute: Attribute) -> Type:
    absent = attribute.optional and attribute.default is None
    if attribute.kind == MONEY:
        return number(-MONEY_MAX, MONEY_MAX, scale=draft.decimals, absent=absent)
    if attribute.kind == NUMBER:
        return number(-NUMBER_MAX, NUMBER_MAX, scale=attribute.decimals, absent=absent)
    kinds = {"text": TEXT, "boolean": BOOLEAN, "date": DATE}
    return Type(kinds[attribute.kind], absent=absent)


def _rows(draft: Draft, spec: TableSpec, loc: Loc) -> dict[str, object] | None:
    if spec.rows is not None and spec.file is None:
        return dict(spec.rows)
    if spec.file is None or spec.rows is not None:
        draft.wrong(loc, "table", "a table has either rows or a file", "write rows: {...}, or file: with key: and value:")
        return None
    folder = Path(draft.source.files[0].name).parent
    path = folder / spec.file
    if Path(spec.file).is_absolute() or ".." in Path(spec.file).parts or not path.is_file():
        near = suggest(spec.file, [found.name for found in folder.glob("*.csv")])
        draft.wrong((*loc, "file"), "table", f"there is no file {quote(spec.file)} beside the programme", near)
        return None
    return _csv_rows(draft, spec, path, loc)


def _csv_rows(draft: Draft, spec: TableSpec, path: Path, loc: Loc) -> dict[str, object] | None:
    if path.stat().st_size > TABLE_BYTES_MAX:
        draft.wrong((*loc, "file"), "table", f"the file is larger than {TABLE_BYTES_MAX // 10**6} MB", "split the table")
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or [])
            key, value = spec.key or "key", spec.value or "value"
            if not (draft.known(key, columns, (*loc, "key"), "column") and draft.known(value, columns, (*loc, "value"), "column")):
                return None
            return _distinct(draft, [(row[key], row[value]) for row in reader], (*loc, "file"))
    except (UnicodeDecodeError, csv.Error) as failure:
        draft.wrong((*loc, "file"), "table", f"the file cannot be read as CSV in UTF-8: {failure}")
        return None


def _distinct(draft: Draft, pairs: list[tuple[str, str]], loc: Loc) -> dict[str, object] | None:
    rows: dict[str, object] = {}
    for line, (key, value) in enumerate(pairs, start=2):
        if rows.setdefault(key, value) != value:
            draft.wrong(loc, "table", f"row {line}: the key {quote(key)} came before with another value", "keep one of them")
            return None
    return rows


def _table(draft: Draft, name: str, spec: TableSpec, rows: Mapping[str, object], loc: Loc) -> Table | None:
    values = [literal_of(value) for value in rows.values()]
    default = None if spec.default is None else literal_of(spec.default)
    every = values if default is None else [*values, default]
    kinds = {value.type.kind for value in every}
    if not rows or len(rows) > TABLE_ROWS_MAX or len(kinds) > 1:
        what = "the table mixes numbers and texts" if len(kinds) > 1 else f"a table has 1 to {TABLE_ROWS_MAX} rows"
        draft.wrong(loc, "table", what, "put quotes around every text and none around numbers")
        return None
    scale = max(value.type.scale for value in every)
    held = [_lifted(value, scale) for value in every]
    kind = values[0].type
    if kind.kind == NUMBER:
        whole = [value for value in held if isinstance(value, int)]
        kind = number(min(whole), max(whole), scale=scale)
    keys = _keys(draft, spec, rows, loc)
    if keys is None:
        return None
    key_type, key_values = keys
    return Table(
        name,
        key=key_type,
        value=kind,
        rows=dict(zip(key_values, held, strict=False)),  # type: ignore[arg-type]
        default=None if default is None else held[-1],
    )


def _lifted(value: Literal, scale: int) -> Value:
    return value.value * 10 ** (scale - value.type.scale) if isinstance(value.value, int) and scale else value.value


def _keys(draft: Draft, spec: TableSpec, rows: Mapping[str, object], loc: Loc) -> tuple[Type, list[Value]] | None:
    if spec.keys == "text":
        return Type(TEXT), list(rows)
    try:
        numbers = [Decimal(key) for key in rows]
    except ArithmeticError:
        draft.wrong(loc, "table", "a key of the table is not a number", "write keys: text")
        return None
    scales = [scaled_of(value) for value in numbers]
    scale = max(decimals for _, decimals in scales)
    keys: list[Value] = [value * 10 ** (scale - decimals) for value, decimals in scales]
    return number(-NUMBER_MAX, NUMBER_MAX, scale=scale), keys
