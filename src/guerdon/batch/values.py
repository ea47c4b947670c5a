"""Events of the relations as values, account by account: for explanations, and for strategies written in Python."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import duckdb

from guerdon.batch.intake import History
from guerdon.batch.intake.sql import name, names
from guerdon.core.events import Event, Line, Values
from guerdon.core.facts import ORDER_AMOUNTS, Attribute
from guerdon.core.programme import Programme

_OWN: Final = ("row", "source", "id", "type", "kind", "member", "account", "at", "timed", "returned", "amount", *ORDER_AMOUNTS)
_LINE_OWN: Final = ("row", "id", "amount", "discount", "net", "points_paid")


def events_where(
    con: duckdb.DuckDBPyConnection, programme: Programme, history: History, condition: str, values: Sequence[object] = ()
) -> Iterator[list[Event]]:
    """Yield the events of each account for which `condition` holds over "events" as e, in the order of S3."""
    attributes = _declared([one.attributes for one in programme.event_types.values()])
    columns = names([*_OWN, *attributes])
    order = 'account, "at", kind, source, id'
    query = f'SELECT {columns} FROM "events" AS e WHERE {condition} ORDER BY {order}'
    reading = con.cursor()
    for statement in history.setup:
        reading.execute(statement)
    result = reading.execute(query, list(values))
    account: list[tuple[Any, ...]] = []
    while rows := result.fetchmany(10_000):
        for row in rows:
            if account and account[-1][6] != row[6]:
                yield _events(con, programme, history, account, attributes)
                account = []
            account.append(row)
    if account:
        yield _events(con, programme, history, account, attributes)


def _declared(groups: Sequence[Sequence[Attribute]]) -> list[str]:
    return list(dict.fromkeys(attribute.name for group in groups for attribute in group))


def _events(
    con: duckdb.DuckDBPyConnection, programme: Programme, history: History, rows: Sequence[tuple[Any, ...]], attributes: list[str]
) -> list[Event]:
    lines = _lines(con, programme, history, [int(row[0]) for row in rows])
    return [_event(programme, row, attributes, lines.get(int(row[0]), ())) for row in rows]


def _event(programme: Programme, row: Sequence[Any], attributes: list[str], lines: Sequence[Line]) -> Event:
    own = dict(zip(_OWN, row[: len(_OWN)], strict=True))
    every = dict(zip(attributes, row[len(_OWN) :], strict=True))
    declared = {attribute.name for attribute in programme.event_types[own["type"]].attributes}
    return Event(
        id=own["id"],
        source=own["source"],
        type=own["type"],
        kind=int(own["kind"]),
        member=str(own["member"]),
        account=str(own["account"]),
        at=int(own["at"]),
        timed=bool(own["timed"]),
        returned=bool(own["returned"]),
        amounts={word: int(own[word]) for word in ("amount", *ORDER_AMOUNTS)},
        attributes={word: value for word, value in every.items() if word in declared},
        lines=tuple(lines),
    )


def _lines(
    con: duckdb.DuckDBPyConnection, programme: Programme, history: History, rows: list[int]
) -> dict[int, list[Line]]:
    if not history.has_lines:
        return {}
    attributes = _declared([one.line_attributes for one in programme.event_types.values()])
    columns = ", ".join(f"l.{name(word)}" for word in [*_LINE_OWN, *attributes])
    wanted = 'SELECT unnest(?::BIGINT[]) AS "row"'
    query = f'SELECT {columns} FROM "lines" AS l JOIN ({wanted}) AS w ON w."row" = l."row" ORDER BY l."row", l."line"'
    found: dict[int, list[Line]] = {}
    for row, identity, amount, discount, net, points_paid, *rest in con.execute(query, [rows]).fetchall():
        stated: Values = dict(zip(attributes, rest, strict=True))
        line = Line(id=str(identity), amount=amount, discount=discount, net=net, points_paid=points_paid, attributes=stated)
        found.setdefault(int(row), []).append(line)
    return found
