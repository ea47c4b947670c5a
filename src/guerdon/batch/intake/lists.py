"""Baskets of typed Parquet that stay the lists they are: read where they lie, line by line within their rows.

An event's "#items" are its lines as they stand, with the prefix `line.`; its "#lines" those that are sales, as the relation
"lines" has them.

Invariants:
* What comes out is what `lines` gives for the same rows laid down.
* Nothing is laid down and nothing sorted: a list keeps its order.
"""

import re
from typing import Final

import duckdb

from guerdon.batch.intake.lines import bounded, has_quantity, returned
from guerdon.batch.intake.mapping import ITEM, LINE_PREFIX
from guerdon.batch.intake.rows import Group, line_fields
from guerdon.batch.intake.shape import line_slots
from guerdon.batch.intake.sql import cases, name
from guerdon.core.events.policy import MATCHED

ITEMS: Final = "#items"
LINES: Final = "#lines"

_OF_LINE: Final = re.compile(r'(?<![.\w])"line\.')
_SHARED: Final = frozenset(["discount", "points_paid"])
"""What an order states and its lines share: that is worked out over lines laid down."""


def is_listed(con: duckdb.DuckDBPyConnection, group: Group) -> bool:
    """Say whether a group's baskets can stay lists: typed, nothing to share out, and no line's id twice in a basket."""
    head, line = group.mapped.head, group.mapped.line
    if not group.mapped.is_nested or head["lines"].is_text or _SHARED & head.keys():
        return False
    if group.shape.returns.unlinked == MATCHED:
        return False
    if "id" not in line:
        return True
    ids = f"list_filter([cast({line['id'].sql} as varchar) for {ITEM} in lines], lambda word: word is not null)"
    again = f"select 1 from (select {ids} as ids from (select {head['lines'].sql} as lines from {group.raw.scan})) where len(ids) > 1 and len(list_distinct(ids)) < len(ids) limit 1"
    return not con.sql(again).fetchall()


def items(group: Group, *, proven: bool) -> str:
    """Return SQL for a row's lines as they stand, each with what is wrong with it and how often it was rounded, unless proven."""
    fields = line_fields(group)
    given = {f"{field.name}:given": field.given for field in fields if field.given}
    values = {f"{field.name}:value": _filled(field.value, given) for field in fields if field.value}
    told = {field.name: field.result for field in fields if field.result} | {"position": "position"}
    if proven:
        told = {word: _filled(value, values) for word, value in told.items()}
        return f"list_transform(lines, lambda {ITEM}, position: {_struct(told)})"
    where = "'line ' || cast(position as varchar) || ' of its lines: ' || "
    faults = [("not one.there", "'it is not an object with an amount'")]
    faults += [fault for field in fields for fault in field.faults]
    told["problem"] = cases([(_of("one", when), f"{where} ({_of('one', reason)})") for when, reason in faults])
    told["rounded"] = " + ".join(f"cast({field.rounded} as integer)" for field in fields if field.rounded) or "0"
    told = {word: _of("one", value) for word, value in told.items()}
    read = given | values | {"there": f"{ITEM} is not null"}
    return f"list_transform([{_struct(read)} for {ITEM} in lines], lambda one, position: {_struct(told)})"


def _filled(sql: str, values: dict[str, str]) -> str:
    """Return SQL with what stands behind its names in place of them."""
    for word, value in values.items():
        sql = sql.replace(name(word), f"({value})")
    return sql


def sums(group: Group, *, proven: bool) -> dict[str, str]:
    """Return SQL for what a row's "#items" come to, as `lines.line_sums` does; of proven ones nothing is wrong."""
    content = ", ".join(
        f"one.{name(LINE_PREFIX + word)}" for word in ("id", "amount", "discount", *line_slots(group.shape))
    )
    away = _of("one", returned(group))
    amounts = f'list_transform("{ITEMS}", lambda one: one."line.amount")'
    kept = f'list_transform(list_filter("{ITEMS}", lambda one: not {away}), lambda one: one."line.amount")'
    found = {
        "several": f'coalesce(len("{ITEMS}"), 0)',
        "negative": f'len(list_filter("{ITEMS}", lambda one: {away}))',
        "goods": bounded(f"list_sum({kept})"),
        "total": bounded(f"list_sum({amounts})"),
        "worth": bounded(f"list_sum({kept})"),
        "fault": f'list_filter("{ITEMS}", lambda one: one.problem is not null)[1].problem',
        "content": f'coalesce(cast(list_sum(list_transform("{ITEMS}", lambda one: cast(hash({content}) as hugeint))) % 18446744073709551616 as ubigint), 0)',
        "roundings": f'coalesce(cast(list_sum(list_transform("{ITEMS}", lambda one: one.rounded)) as integer), 0)',
        "unnamed": f"""len(list_filter("{ITEMS}", lambda one: one."line.id" is null))""",
        "both_signs": f"coalesce(list_min({amounts}) < 0 and list_max({amounts}) > 0, false)",
    }
    return found | {"fault": "cast(null as varchar)", "roundings": "0"} if proven else found


def sold(group: Group) -> str:
    """Return SQL for a row's lines that are sales, numbered from 0."""
    columns = {
        "line": "cast(number - 1 as integer)",
        "id": 'coalesce(one."line.id", cast(one.position as varchar))',
        "amount": 'one."line.amount"',
        "discount": 'one."line.discount"',
        "net": 'one."line.amount"',
        "points_paid": "cast(0 as bigint)",
        **{word: f"one.{name(LINE_PREFIX + word)}" for word in line_slots(group.shape)},
    }
    kept = f'list_filter("{ITEMS}", lambda one: not {_of("one", returned(group))})'
    return f"list_transform({kept}, lambda one, number: {_struct(columns)})"


def unnested(events: str, *, column: str = LINES) -> str:
    """Return a FROM item of the lines of events as rows."""
    return f'(select "row", unnest(one) from (select "row", unnest({name(column)}) as one from {events}))'


def count_away(group: Group) -> str:
    """Return SQL for how many of a row's items are returns."""
    return sums(group, proven=True)["negative"]


def named_lines(group: Group, some: str) -> str:
    """Return the SELECT of the lines that refunds name, with how much of them came back."""
    quantity = 'abs("line.quantity")' if has_quantity(group) else "null"
    asked = f'(select * from {some} where "row" in (select "row" from intake_asked))'
    return (
        f'select "row", "line.id" as id, cast({quantity} as bigint) as quantity, cast(abs("line.amount") as bigint) as amount '
        f"from {unnested(asked, column=ITEMS)}"
    )


def listed(lines: str) -> str:
    """Return the SELECT of lists of lines by their row, from lines as rows."""
    return f'select "row", list(columns order by "line") as {name(LINES)} from (select "row", "line", struct_pack(*columns(* exclude ("row"))) as columns from {lines}) group by "row"'


LISTED_LINES: Final = 'create or replace temp view "lines" as select * from ' + unnested('"events"')
"""The statement that makes the relation "lines" from events with lists."""


def _of(one: str, sql: str) -> str:
    """Return SQL over a line's columns as SQL over the fields of one of a list."""
    return _OF_LINE.sub(f'{one}."line.', sql)


def _struct(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"'{word}': {value}" for word, value in fields.items()) + "}"
