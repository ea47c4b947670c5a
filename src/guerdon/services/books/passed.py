"""What was passed on, one side against the other: what each transfer says, its sender sent and its receiver received."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from guerdon.services.facts import SOURCE
from guerdon.services.published import Published
from guerdon.services.transfers.passing import RECEIVED, SENT, received_id, reversal_id
from guerdon.store import events
from guerdon.store.asked.table import DONE
from guerdon.store.asked.transfers import TRANSFERS, TransferRow
from guerdon.store.database import View
from guerdon.store.events import Claim, EventRow

PAGE: Final = 500


def unmatched(view: View, published: Published) -> Iterator[tuple[str, str]]:
    """Tell of which transfers the two sides do not agree, each with the account where that shows."""
    decimals = {unit.name: unit.decimals for unit in published.programme.units}
    after: TransferRow | None = None
    while rows := TRANSFERS.page(view, published.id, DONE, after=after, limit=PAGE):
        after = rows[-1]
        said = {
            id_: Decimal(points).scaleb(-decimals.get(unit, 0)) for row in rows for id_, points, unit in _passed(row)
        }
        names = [(SOURCE, name) for id_ in said for name in (id_, received_id(id_))]
        claims = events.find(view, published.id, names)
        for id_, points in said.items():
            yield from _differing(view, published, id_, points, claims)


def _passed(row: TransferRow) -> Iterator[tuple[str, int, str]]:
    """Yield how many points went which way: there, and back."""
    yield row.id, row.points, row.unit
    if row.reversed_points is not None:
        yield reversal_id(row.id), row.reversed_points, row.unit


def _differing(
    view: View, published: Published, id_: str, points: Decimal, claims: Mapping[tuple[str, str], Claim]
) -> Iterator[tuple[str, str]]:
    for name, kind in ((id_, SENT), (received_id(id_), RECEIVED)):
        claim = claims.get((SOURCE, name))
        row = None if claim is None else events.one(view, published.id, claim.account, claim.number)
        if row is None:
            yield "", f"transfer {id_} is done, and its event {kind} is missing"
        elif _points(row) != points:
            yield row.account, f"transfer {id_} is of {points} points, and its event {kind} of {_points(row)}"


def _points(row: EventRow) -> Decimal:
    body = msgspec.json.decode(row.body)
    stated = [body] if row.type == SENT else body["lines"]
    return sum((Decimal(str(one["points"])) for one in stated), Decimal(0))
