"""Events of the relations as values, account by account: for explanations, and for strategies written in Python.

Invariant: lines are read once, in the order of their events, beside them; whatever is asked for, that is one pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

import duckdb

from guerdon.batch.intake import History
from guerdon.batch.intake.sql import name, names
from guerdon.batch.recording import COLUMNS
from guerdon.core.amounts import read_time
from guerdon.core.events import Event, Line, Refund, Values
from guerdon.core.events.granted import read_granted
from guerdon.core.events.policy import GOODS
from guerdon.core.facts import ORDER_AMOUNTS, PURCHASE, REFUND, Attribute
from guerdon.core.programme import Programme

_OWN: Final = (
    "row",
    "source",
    "id",
    "type",
    "kind",
    "member",
    "account",
    "at",
    "timed",
    "returned",
    "amount",
    *ORDER_AMOUNTS,
)
_OF_REFUNDS: Final = ("refers", "posted", "refund_of", "refund_source", "refund_type")
_LINE_OWN: Final = ("row", "id", "amount", "discount", "net", "points_paid")
_ORDER: Final = "e.account, e.{0}, e.kind, e.source, e.id"
_ACCOUNT: Final = _OWN.index("account")
_BATCH: Final = 10_000

Row = tuple[Any, ...]


def events_where(
    con: duckdb.DuckDBPyConnection,
    programme: Programme,
    history: History,
    condition: str,
    values: Sequence[object] = (),
) -> Iterator[list[Event]]:
    """Yield the events of each account for which `condition` holds over "events" as e, in the order of S3."""
    attributes = _declared([one.attributes for one in programme.event_types.values()])
    own = (*_OWN, *(_OF_REFUNDS if history.has_refunds else ()), *[word for word in COLUMNS if word in history.present])
    query = f'SELECT {names([*own, *attributes])} FROM "events" AS e WHERE {condition} ORDER BY {_order(history)}'
    lines = _Lines(con, programme, history, condition, values)
    for _, rows in groupby(_rows(con, history, query, values), key=lambda row: row[_ACCOUNT]):
        yield [_event(programme, dict(zip([*own, *attributes], row, strict=True)), lines) for row in rows]


def _order(history: History) -> str:
    return _ORDER.format(name("posted" if history.has_refunds else "at"))


def _rows(con: duckdb.DuckDBPyConnection, history: History, query: str, values: Sequence[object]) -> Iterator[Row]:
    """Yield the rows of a query, read on a connection of its own, a batch at a time in memory."""
    reading = con.cursor()
    for statement in history.setup:
        reading.execute(statement)
    result = reading.execute(query, list(values))
    while rows := result.fetchmany(_BATCH):
        yield from rows


def _declared(groups: Sequence[Sequence[Attribute]]) -> list[str]:
    return list(dict.fromkeys(attribute.name for group in groups for attribute in group))


class _Lines:
    """Lines in the order of their events: ask for each event's in turn."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        programme: Programme,
        history: History,
        condition: str,
        values: Sequence[object],
    ) -> None:
        self.attributes: Final = _declared([one.line_attributes for one in programme.event_types.values()])
        columns = ", ".join(f"l.{name(word)}" for word in [*_LINE_OWN, *self.attributes])
        query = (
            f'SELECT {columns} FROM "lines" AS l JOIN "events" AS e ON e."row" = l."row" '
            f'WHERE {condition} ORDER BY {_order(history)}, l."row", l."line"'
        )
        self.rows: Final = _rows(con, history, query, values) if history.has_lines else iter(())
        self.next: Row | None = next(self.rows, None)

    def of(self, event: int, declared: Sequence[Attribute]) -> Iterator[Line]:
        """Yield the lines of the event in a row, with the attributes declared for it."""
        while self.next is not None and self.next[0] == event:
            yield self._line(self.next, declared)
            self.next = next(self.rows, None)

    def _line(self, row: Row, declared: Sequence[Attribute]) -> Line:
        _, identity, amount, discount, net, points_paid, *rest = row
        stated = dict(zip(self.attributes, rest, strict=True))
        own: Values = {attribute.name: stated[attribute.name] for attribute in declared}
        return Line(id=identity, amount=amount, discount=discount, net=net, points_paid=points_paid, attributes=own)


def _event(programme: Programme, own: dict[str, Any], lines: _Lines) -> Event:
    goods = own["type"] == GOODS
    declared = programme.event_types["purchase" if goods else own["type"]]
    refund = own["kind"] == REFUND and own.get("refers", -1) >= 0
    event = Event(
        id=own["refund_of"] if refund else own["id"],
        source=own["refund_source"] if refund else own["source"],
        type=own["type"],
        kind=PURCHASE if refund or goods else int(own["kind"]),
        member=str(own["member"]),
        account=str(own["account"]),
        at=int(own["at"]),
        timed=bool(own["timed"]),
        returned=bool(own["returned"]),
        amounts={word: int(own[word]) for word in ("amount", *ORDER_AMOUNTS)},
        attributes={} if goods else {attribute.name: own[attribute.name] for attribute in declared.attributes},
        lines=tuple(lines.of(own["row"], declared.line_attributes)),
        refund=None if refund or goods else _waiting(own),
        recorded_at=_instant(own.get("recorded_at"), programme),
        granted=read_granted(own.get("granted")),
    )
    return _refund(event, own) if refund or goods else event


def _instant(stated: str | None, programme: Programme) -> int | None:
    return None if stated is None else read_time(stated, programme.zone, "recorded_at")[0]


def _waiting(own: dict[str, Any]) -> Refund | None:
    """Return of which purchase a refund is that waits for it."""
    of = own.get("refund_of")
    return None if of is None else Refund(of=of, source=own["refund_source"], amount=None, lines=())


def _refund(left: Event, own: dict[str, Any]) -> Event:
    """Return the refund that left its purchase so, or that goods without one are."""
    return replace(
        left,
        id=own["id"],
        source=own["source"],
        type=own["refund_type"],
        kind=REFUND,
        at=int(own["posted"]),
        returned=False,
        amounts=dict.fromkeys(left.amounts, 0),
        attributes={},
        lines=(),
        refund=None if left.type == GOODS else Refund(of=left.id, source=left.source, amount=None, lines=()),
        left=left,
    )
