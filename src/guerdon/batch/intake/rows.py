"""Rows of files as typed rows: one SELECT over a group of files, with what is wrong with each row.

The result has "row", "source", "id", "type", "kind", "member", "account", "at", "timed", the amounts of an order in its
own currency, the event's attributes, "problem" and "rounded"; with lines, also what `Rows.line` or "lines" names.

Invariants:
* Every row of the files is a row here. A row is good when "problem" is NULL; the first thing wrong is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from guerdon.batch.intake import readings
from guerdon.batch.intake.exchange import Exchange, given_currency, given_rate
from guerdon.batch.intake.fields import (
    Field,
    Types,
    amount,
    attributes,
    given_columns,
    told,
    unknown_type,
    value_columns,
)
from guerdon.batch.intake.mapping import LINE_PREFIX, REFUND_HEAD, Mapped
from guerdon.batch.intake.raw import Column, Raw
from guerdon.batch.intake.readings import NATIVE_INTEGERS, given
from guerdon.batch.intake.shape import Shape, event_slots, line_slots
from guerdon.batch.intake.sql import ROW_BITS, cases, name, names, shown, text
from guerdon.batch.intake.times import Zones, moment
from guerdon.core.errors import Invalid
from guerdon.core.facts import ORDER_AMOUNTS, PURCHASE, REFUND

STATED: Final = "#stated"
"""The amount that a row states, before lines and returns are looked at; NULL when it states none."""


@dataclass(frozen=True)
class Group:
    """A group of files with all that reading it depends on."""

    raw: Raw
    mapped: Mapped
    exchange: Exchange
    shape: Shape
    zones: Zones
    source: str | None = None

    @property
    def types(self) -> Types:
        """Return the types of event that may stand in the files."""
        known = tuple(self.shape.event_types)
        if "type" in self.mapped.head:
            return Types(known)
        if "purchase" not in known:
            message = (
                f"{self.raw.sources[0].shown} has no column type, so its rows are purchases, which the programme "
                f"does not declare; say with --map type=... what they are (it knows {', '.join(known)})"
            )
            raise Invalid(message)
        return Types(known, "purchase")


def has_whole_members(group: Group) -> bool:
    """Say whether members, and accounts if there are any, are integers."""
    columns = [group.mapped.head[word] for word in ("member", "account") if word in group.mapped.head]
    return all(column.type.id in NATIVE_INTEGERS for column in columns)


def all_have_ids(con: duckdb.DuckDBPyConnection, group: Group) -> bool:
    """Say whether every row states an id."""
    if "id" not in group.mapped.head:
        return False
    missing = f"select 1 from {group.raw.scan} where {given(group.mapped.head['id'])} is null limit 1"
    return not con.sql(missing).fetchall()


def typed_rows(group: Group, *, whole_members: bool) -> str:
    """Return the SELECT of a group's rows, typed."""
    head = group.mapped.head
    fields = [
        *_names(group, whole_members=whole_members),
        *_amounts(group),
        *attributes(event_slots(group.shape), head, group.exchange, group.types),
    ]
    if group.mapped.is_flat:
        fields += line_fields(group)
    time = moment(head["at"], name("at:given"), group.zones, what=told("at", head["at"]))
    kind = cases([(f'"type" = {text(word)}', str(kind.kind)) for word, kind in group.shape.event_types.items()])
    steps = [*group.exchange.steps, *time.columns]
    layer = f'select "#row", {_sources(group)} as "#file", {_type(group)} as "type", {time.given} as "at:given"'
    layer += given_columns(fields) + _beside(group)
    layer = f"{layer}\nfrom {group.raw.scan}"
    for step, expression in steps:
        layer = f"select *, {expression} as {name(step)} from ({layer})"
    layer = f"select *{value_columns(fields)}, cast({kind} as tinyint) as kind from ({layer})"
    layer = f'select *, {time.at} as "at:value" from ({layer}){time.joins}'
    faults = _faults(group, fields, time.fault)
    out = [field.out for field in fields if field.result]
    out += [f"{time.timed} as timed", '"at:value" as "at"']
    return (
        f'select "#row" as "row", "type", kind, {", ".join(out)}{_carried(group)},\n'
        f"  {cases(faults)} as problem,\n  {_rounded(fields)} as rounded\nfrom ({layer})"
    )


def line_fields(group: Group) -> list[Field]:
    """Return the fields of a line, all with the prefix line."""
    line = group.mapped.line
    fields = [_line_id(line.get("id"))]
    for word, absent in (("amount", "null"), ("discount", "0")):
        fields.append(amount(LINE_PREFIX + word, line.get(word), group.exchange, absent=absent))
    if "discount" in line:
        value = name(LINE_PREFIX + "discount:value")
        fields.append(
            Field("", faults=((f"{value} < 0", text("line.discount is negative; write what was taken off")),))
        )
    if "amount" in line:
        raw = name(LINE_PREFIX + "amount:given")
        absent = f"kind <> {REFUND} and {raw} is null"
        fields.append(Field("", faults=((absent, text("line.amount is missing; every line has one")),)))
    return fields + attributes(line_slots(group.shape), line, group.exchange, group.types, LINE_PREFIX)


def _line_id(column: Column | None) -> Field:
    word = LINE_PREFIX + "id"
    if column is None:
        return Field(word, result="cast(null as varchar)")
    reading = readings.words(column, name(f"{word}:given"))
    return Field(word, reading.given, reading.value, name(f"{word}:value"))


def _names(group: Group, *, whole_members: bool) -> list[Field]:
    """Return who and what: member, account, id, source."""
    head = group.mapped.head
    member = _name("member", head["member"], whole=whole_members)
    raw = name("member:given")
    missing = (f"{raw} is null", text(f"{told('member', head['member'])} is missing; every event needs one"))
    member = Field("member", member.given, member.value, member.result, (missing,))
    account = _name("account", head.get("account"), whole=whole_members)
    identity = _name("id", head.get("id"), whole=False)
    if group.mapped.is_flat:
        absent = (
            f"{name('id:given')} is null",
            text(f"{told('id', head['id'])} is missing; rows of one event share it"),
        )
        identity = Field("id", identity.given, identity.value, identity.result, (absent,))
    source = _name("source", head.get("source"), whole=False)
    return [
        member,
        Field("account", account.given, account.value, f'coalesce({account.result}, "member:value")'),
        identity,
        Field("source", source.given, source.value, f'coalesce({source.result}, "#file")'),
        *(_refunds(group, source.result) if group.mapped.has_refunds else ()),
    ]


def _refunds(group: Group, source: str) -> list[Field]:
    """Return of which purchase a row is a refund; of its own source, if it names no other."""
    of, other = (_name(word, group.mapped.head.get(word), whole=False) for word in REFUND_HEAD)
    said = f"'refund_of ' || {shown(name('refund_of:given'))} || ' stands at a ' || \"type\" || '; write type refund, or leave it out'"
    misplaced = (f"kind <> {REFUND} and {name('refund_of:given')} is not null", said)
    own = f'coalesce({other.result}, {source}, "#file")'
    if "refund_of" not in group.mapped.head:
        return [of, Field("refund_source", other.given, other.value, own)]
    return [
        Field("refund_of", of.given, of.value, of.result, (misplaced,)),
        Field("refund_source", other.given, other.value, own),
    ]


def _name(word: str, column: Column | None, *, whole: bool) -> Field:
    kind = "bigint" if whole else "varchar"
    if column is None:
        return Field(word, result=f"cast(null as {kind})")
    raw = name(f"{word}:given")
    value = f"cast({raw} as bigint)" if whole else readings.words(column, raw).value
    return Field(word, given(column), value, name(f"{word}:value"))


def _amounts(group: Group) -> list[Field]:
    head = group.mapped.head
    stated = amount(STATED, head.get("amount"), group.exchange, absent="null", what="amount")
    faults = list(stated.faults)
    if not group.mapped.line:
        raw = f"{name(STATED + ':given')} is null" if "amount" in head else "true"
        faults.append((f"kind = {PURCHASE} and {raw}", text("amount is missing; every purchase has one")))
    fields = [Field(STATED, stated.given, stated.value, stated.result, tuple(faults), stated.rounded)]
    fields += [amount(word, head.get(word), group.exchange) for word in ORDER_AMOUNTS]
    if "currency" in head and group.exchange.converts:
        fields.append(Field("currency", given=given_currency(head["currency"])))
    if "rate" in head and group.exchange.converts:
        fields.append(Field("rate", given=given_rate(head["rate"])))
    return fields


def _faults(group: Group, fields: Sequence[Field], time_fault: str) -> list[tuple[str, str]]:
    column = group.mapped.head["at"]
    faults = [] if group.types.only else [unknown_type(group.types)]
    faults.append(('"at:given" is null', text(f"{told('at', column)} is missing; every event needs one")))
    faults.append(('"at:value" is null', time_fault))
    faults += group.exchange.faults
    for field in fields:
        faults += field.faults
    if group.mapped.is_nested:
        faults.append(_unlisted(group))
    return faults


def _unlisted(group: Group) -> tuple[str, str]:
    """Return the fault of lines that are no list."""
    if not group.mapped.head["lines"].is_text:
        return "false", "''"
    is_list = "coalesce(json_type(try_cast(lines as json)) = 'ARRAY', false)"
    said = f"'lines ' || {shown('lines')} || ' are not a list of objects'"
    return f"lines is not null and not {is_list}", said


def _type(group: Group) -> str:
    if group.types.only:
        return text(group.types.only)
    column = group.mapped.head["type"]
    return f"coalesce(cast({given(column)} as varchar), 'purchase')"


def _sources(group: Group) -> str:
    if group.source is not None:
        return text(group.source)
    stems = [source.stem for source in group.raw.sources]
    if len(set(stems)) == 1:
        return text(stems[0])
    listed = ", ".join(map(text, stems))
    return f'list_extract([{listed}], cast("#row" // {ROW_BITS} - {group.raw.first} + 1 as integer))'


def _beside(group: Group) -> str:
    return f", {given(group.mapped.head['lines'])} as lines" if group.mapped.is_nested else ""


def _carried(group: Group) -> str:
    """Return what later steps need beside the typed columns."""
    carried = ["#currency", "#decimals", "#num", "#den"] if group.exchange.converts else []
    return "".join(f", {word}" for word in [names(carried), "lines" if group.mapped.is_nested else ""] if word)


def _rounded(fields: Sequence[Field]) -> str:
    each = [f"cast({field.rounded} as integer)" for field in fields if field.rounded]
    return " + ".join(each) if each else "0"
