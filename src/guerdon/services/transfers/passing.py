"""Passing on: points leave one account and come into another, in one transaction.

Invariants:
* Both accounts are locked, in the order of their names, before anything is read of either.
* What the receiver gets is what the sender lost, lot by lot: as many points, with the same dates, payer and origin. With fresh
  dates a lot gets others, not nearer ones, and only if it never got any before (S8c).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from guerdon.core.calendar import LATEST
from guerdon.core.errors import Refused
from guerdon.core.facts import POINTS_RECEIVED
from guerdon.core.lots.transfers import ENDLESS, Transfer
from guerdon.core.teller import Taken
from guerdon.services.answers import Recorded, Refusal, shown
from guerdon.services.decision import CLOSED
from guerdon.services.events.command import decide
from guerdon.services.published import Published
from guerdon.services.serving import Serving
from guerdon.store import events
from guerdon.store.accounts import Account
from guerdon.store.asked.transfers import TransferRow
from guerdon.store.database import Work
from guerdon.store.events import EventRow

SENT: Final = "points_sent"
RECEIVED: Final = "points_received"
_SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Points that leave one lot, as they are received; `renewed` says that they got fresh dates once."""

    points: int
    earned_at: int
    ends_at: int
    payer: str
    origin: str
    renewed: bool


def received_id(id_: str) -> str:
    """Return the id of the event by which a transfer is received; the one by which it is sent has the transfer's own."""
    return f"{id_}/received"


def reversal_id(id_: str) -> str:
    """Return the id of what takes a transfer back, which is a transfer of the same kind."""
    return f"{id_}/reversal"


def send(
    work: Work, published: Published, row: TransferRow, *, of: Sequence[Taken] = (), at: int
) -> Recorded | Refusal:
    """Let points leave the sender's account, of certain lots first where there are such."""
    record = {
        "id": row.id, "type": SENT, "member": row.sender, "transfer": row.transfer, "receiver": row.receiver,
        "points": _shown(published, row, row.points), "lines": [_dated(published, row, one) for one in of] or None,
    }  # fmt: skip
    return decide(work, published, record, at=at)


def receive(
    work: Work,
    published: Published,
    row: TransferRow,
    sent: Recorded,
    *,
    fresh: tuple[Account, Transfer] | None,
    at: int,
) -> None:
    """Let points come into the receiver's account that have just left the sender's; `fresh` says whose terms give them new dates."""
    parts = _parts(work, published, sent.account, sent.number)
    if fresh is not None:
        account, terms = fresh
        parts = _renewed(Serving(work, published, account, at), parts, terms.unit, at=at)
    record = {
        "id": received_id(row.id), "type": RECEIVED, "member": row.receiver, "transfer": row.transfer,
        "sender": row.sender,
        "lines": [{**_dated(published, row, one), "origin": one.origin, "renewed": one.renewed} for one in parts],
    }  # fmt: skip
    received = decide(work, published, record, at=at)
    if isinstance(received, Refusal) and received.code == CLOSED:
        raise Refused(received.detail, code=CLOSED)
    if isinstance(received, Refusal) or received.repeated:
        # The points have left the sender in this transaction, which must not stay so.
        message = f"what transfer {row.id} brings cannot be recorded; give each transfer an id of its own"
        raise Refused(message, code="event_conflict")


def _dated(published: Published, row: TransferRow, one: Part | Taken) -> dict[str, Any]:
    """Return points of one lot as a line of an event."""
    payer = one.payer if isinstance(one, Part) else published.programme.payers[one.payer]
    return {
        "amount": 0,
        "points": _shown(published, row, one.points),
        "payer": payer,
        **_instant("earned", one.earned_at),
        **_instant("ends", ENDLESS if one.ends_at == LATEST else one.ends_at),
    }


def _shown(published: Published, row: TransferRow, points: int) -> object:
    return shown(points, next(unit.decimals for unit in published.programme.units if unit.name == row.unit))


def _instant(name: str, at: int) -> dict[str, int]:
    whole, rest = divmod(at, _SECOND_US)
    return {name: whole, f"{name}_us": rest}


def _parts(work: Work, published: Published, account: str, number: int) -> list[Part]:
    """Return what an event sent, with what the lots remember that came from another account themselves."""
    taken = published.teller.sent(number)
    rows = events.some(work, published.id, account, [one.event for one in taken])
    came = {row.number: _lines(row) for row in rows if row.kind == POINTS_RECEIVED}
    return [_part(published, account, one, came.get(one.event, [])) for one in taken]


def _lines(row: EventRow) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = msgspec.json.decode(row.body).get("lines") or []
    return lines


def _part(published: Published, account: str, taken: Taken, lines: Sequence[dict[str, Any]]) -> Part:
    line = lines[taken.lot] if taken.lot < len(lines) else {}
    return Part(
        points=taken.points, earned_at=taken.earned_at, ends_at=taken.ends_at,
        payer=published.programme.payers[taken.payer], origin=str(line.get("origin") or account),
        renewed=line.get("renewed") is True,
    )  # fmt: skip


def _renewed(serving: Serving, parts: Sequence[Part], unit: int, *, at: int) -> list[Part]:
    """Return parts with the dates of what the receiver would earn now, save those that had such before."""
    serving.open()
    serving.fall_due(at)
    ends_at = serving.published.teller.would_end(unit, at)
    return [
        one if one.renewed else replace(one, earned_at=at, ends_at=max(one.ends_at, ends_at), renewed=True)
        for one in parts
    ]
