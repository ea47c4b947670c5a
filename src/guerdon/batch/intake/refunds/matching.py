"""Returns that name no purchase, matched with the latest of their product by `guerdon.core.events.resolution`.

Only accounts that have such returns are looked at: their purchases, refunds and returns are read as values, and what is
found goes back as refunds that name their purchase.

Invariant: what is matched here is what `resolve` matches, one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from guerdon.batch.intake.events import currency_of
from guerdon.batch.intake.laying import laid
from guerdon.batch.intake.lines import has_quantity, net_paid, returned
from guerdon.batch.intake.mapping import LINE_PREFIX
from guerdon.batch.intake.rows import Group
from guerdon.batch.intake.sql import copy, name, parquet
from guerdon.core.currencies import DECIMALS
from guerdon.core.events import Event, Line, Refund, ReturnedLine, ReturnedProduct
from guerdon.core.events.resolution import Match, match
from guerdon.core.facts import ORDER_AMOUNTS, PURCHASE, REFUND

MATCHED_LINES: Final = "intake_matched"
"""The temporary table of the lines that matched returns are of, with how much of each."""

_COLUMNS: Final = '("row" bigint, id varchar, quantity bigint, amount bigint)'
_ASKED: Final = '"row", source, id, "type", rounded, asked, "of", purchase, currency, posted'


@dataclass(frozen=True)
class Matched:
    """How many refunds returns were matched as, and how many events these stand in the place of; their rows are at `path`."""

    parts: int
    replaced: int
    path: Path


def unnamed(groups: Sequence[Group], scratch: Path, events: str) -> str:
    """Return the condition that an event has lines that came back without the name of a purchase."""
    lines = " union all ".join(
        f"select event from {parquet(laid(scratch, 'items', number))} where {_came_back(group, events)}"
        for number, group in enumerate(groups)
        if group.mapped.matched
    )
    return f'refund_of is null and "row" in ({lines})'


def match_unnamed(
    con: duckdb.DuckDBPyConnection, groups: Sequence[Group], some: str, lines: str, scratch: Path
) -> Matched:
    """Add refunds of what was matched to those that are asked, with the lines that they are of."""
    con.execute(f"create or replace temp table {MATCHED_LINES} {_COLUMNS}")
    path = scratch / "matched.parquet"
    if not any(group.mapped.matched for group in groups):
        return Matched(0, 0, path)
    reader = _Reader(con, groups, some, lines, scratch)
    shape = groups[0].shape
    found = match(reader.events(), decimals=DECIMALS[shape.currency], policy=shape.returns)
    replaced = _lay(con, found, reader, some)
    con.execute('create or replace temp table intake_replaced ("row" bigint)')
    if replaced:
        con.execute("insert into intake_replaced select unnest(?)", [replaced])
    con.execute(copy("select * from intake_replaced", path))
    return Matched(len(found), len(replaced), path)


def _lay(con: duckdb.DuckDBPyConnection, found: Sequence[Match], reader: "_Reader", some: str) -> list[int]:
    """Write matched parts as refunds that name their purchase; return the rows of events that they stand for."""
    ((last,),) = con.sql(f'select coalesce(max("row"), 0) from {some}').fetchall()
    replaced: list[int] = []
    asked: list[tuple[Any, ...]] = []
    named: list[tuple[Any, ...]] = []
    for one in found:
        event, refund, purchase = one.found
        row = reader.rows[one.event.source, one.event.id]
        if event.id == one.event.id:
            replaced.append(row)
        else:
            last += 1
            row = last
        of = reader.rows[purchase.source, purchase.id]
        asked.append((row, event.source, event.id, event.type, 0, None, of, purchase.id, purchase.currency, event.at))
        named += [(row, line.id, line.quantity, line.amount) for line in refund.lines]
    if asked:
        con.executemany(f"insert into intake_asked ({_ASKED}, turn) values ({', '.join('?' * 10)}, 0)", asked)
        con.executemany(f"insert into {MATCHED_LINES} values (?, ?, ?, ?)", named)
    turn = "row_number() over (order by posted, source, id)"
    con.execute(f"create or replace temp table intake_asked as select {_ASKED}, {turn} as turn from intake_asked")
    return replaced


class _Reader:
    """Reads what matching needs of the accounts that have returns without a name, as values."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, groups: Sequence[Group], some: str, lines: str, scratch: Path
    ) -> None:
        self.con: Final = con
        self.groups: Final = groups
        self.some: Final = some
        self.lines: Final = lines
        self.scratch: Final = scratch
        self.rows: Final[dict[tuple[str, str], int]] = {}
        self.product: Final = name(groups[0].shape.returns.product)
        self.has_quantity: Final = has_quantity(groups[0])

    def events(self) -> list[Event]:
        """Return purchases with their lines, refunds that name one, and returns that do not."""
        sold = self._sold()
        came_back, asked = self._came_back(), self._asked()
        found = []
        own = f"account in (select account from {self.some} where {unnamed(self.groups, self.scratch, self.some)})"
        refunds = f'select "row" from intake_asked where "of" in (select "row" from {self.some} where {own})'
        query = (
            f'select "row", source, id, "type", kind, member, account, "at", returned, amount, coalesce("#paid", amount), {currency_of(self.groups[0])} from {self.some}\n'
            f'where {own} or "row" in ({refunds})'
        )
        for row, source, identity, kind_name, kind, member, account, at, back, amount, paid, money in self.con.sql(
            query
        ).fetchall():
            self.rows[source, identity] = row
            found.append(
                Event(
                    id=identity, source=source, type=kind_name, kind=kind, member=str(member), account=str(account), at=at,
                    timed=True, returned=back, amounts={**dict.fromkeys(ORDER_AMOUNTS, 0), "amount": amount}, attributes={}, own=paid, currency=money,
                    lines=tuple(sold.get(row, ())), refund=asked.get(row), unnamed=tuple(came_back.get(row, ())),
                )
            )  # fmt: skip
        return found

    def _sold(self) -> dict[int, list[Line]]:
        quantity = "quantity" if self.has_quantity else "null"
        query = (
            f'select "row", id, amount, discount, net, points_paid, {quantity}, {self.product}, {net_paid(self.groups)} from {self.lines}\n'
            f'where "row" in (select "row" from {self.some} where kind = {PURCHASE} and not returned) order by "row", "line"'
        )
        found: dict[int, list[Line]] = {}
        for row, identity, amount, discount, net, paid, pieces, product, in_own in self.con.sql(query).fetchall():
            said = {"quantity": pieces, self.groups[0].shape.returns.product: product}
            line = Line(
                id=identity, amount=amount, discount=discount, net=net, points_paid=paid, attributes=said, own=in_own
            )  # fmt: skip
            found.setdefault(row, []).append(line)
        return found

    def _came_back(self) -> dict[int, list[ReturnedProduct]]:
        found: dict[int, list[ReturnedProduct]] = {}
        for row, _, pieces, amount, _, product in self._items("refund_of is null", came_back=True):
            if product is not None:
                one = ReturnedProduct(product=str(product), quantity=pieces or 0, amount=amount or 0)
                found.setdefault(row, []).append(one)
        return found

    def _asked(self) -> dict[int, Refund]:
        """Return what the refunds that are in time ask for, of what."""
        lines: dict[int, list[ReturnedLine]] = {}
        for row, identity, pieces, amount, in_own, _ in self._items("refund_of is not null", came_back=False):
            lines.setdefault(row, []).append(ReturnedLine(id=identity, quantity=pieces, amount=amount, own=in_own))
        group = self.groups[0]
        # What is asked of a whole purchase is in its currency already, what is asked of lines in the refund's.
        query = (
            f'select a."row", a.purchase, p.source, a.asked, {currency_of(group, "p.")}, {currency_of(group, "r.")} from intake_asked as a\n'
            f'join {self.some} as p on p."row" = a."of" join {self.some} as r on r."row" = a."row"'
        )
        return {
            row: Refund(
                of=of, source=source, amount=asked, lines=tuple(lines.get(row, ())), own=asked,
                currency=theirs if row in lines else paid,
            )
            for row, of, source, asked, paid, theirs in self.con.sql(query).fetchall()
        }  # fmt: skip

    def _items(self, where: str, *, came_back: bool) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for number, group in enumerate(self.groups):
            if group.mapped.line:
                pieces = 'abs("line.quantity")' if has_quantity(group) else "null"
                product = name(LINE_PREFIX + group.shape.returns.product) if group.mapped.matched else "null"
                amount = group.exchange.converted('"line.amount"')
                own = _came_back(group, self.some) if came_back else "true"
                query = (
                    f'select event, "line.id", {pieces}, cast(abs({amount}) as bigint), cast(abs("line.amount") as bigint), {product}\n'
                    f"from {parquet(laid(self.scratch, 'items', number))} where {own}\n"
                    f'and event in (select "row" from {self.some} where {where}) order by event, position'
                )
                found += self.con.sql(query).fetchall()
        return found


def _came_back(group: Group, events: str) -> str:
    """Return the condition that an item came back: it is a refund's, or below zero."""
    return f'(event in (select "row" from {events} where kind = {REFUND}) or {returned(group)})'
