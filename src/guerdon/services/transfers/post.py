"""A transfer in the books: points leave one account and come into another, in one transaction.

Invariants:
* Both accounts are locked, in the order of their names, before anything is read of either.
* What the receiver gets is what the sender lost, lot by lot: as many points, with the same dates, payer and origin. With fresh
  dates a lot gets others, not nearer ones, and only if it never got any before (S8c).
* The limits of a transfer hold, however many are asked for at once: they are counted under the sender's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from guerdon.core.calendar import EARLIEST, EVER, LATEST
from guerdon.core.errors import Conflict, Refused
from guerdon.core.facts import POINTS_RECEIVED
from guerdon.core.lots.transfers import ENDLESS, Transfer, TransferLimit
from guerdon.core.teller import Taken
from guerdon.services.answers import Recorded, Refusal, shown
from guerdon.services.events.command import decide
from guerdon.services.published import Published
from guerdon.services.serving import Serving
from guerdon.services.transfers.transferred import homes
from guerdon.store import accounts, events, transfers
from guerdon.store.database import Work
from guerdon.store.events import EventRow
from guerdon.store.transfers import TRANSFERS, TransferRow

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


def post(work: Work, published: Published, row: TransferRow, terms: Transfer, *, at: int) -> Recorded | Refusal:
    """Bring a transfer into the books of both accounts; return what it did to the sender's."""
    sender, receiver = homes(work, published, row)
    locked = accounts.lock(work, published.id, [sender, receiver])
    refusal = _beyond(work, published, row, terms, sender, at=at)
    sent = refusal or decide(work, published, _sent(published, row), at=at)
    if isinstance(sent, Refusal):
        accounts.forget_new(work, published.id, [sender, receiver])
        return sent
    if sent.repeated:
        if TRANSFERS.one(work, published.id, row.id) not in (None, row):
            message = f"transfer {row.id} was asked for by another request at the same moment; send it again"
            raise Conflict(message)
        detail = f"event {row.id} was recorded before; give each transfer an id of its own"
        return Refusal(code="event_conflict", detail=detail, id=row.id)
    parts = _parts(work, published, sender, sent.number)
    if terms.fresh_dates:
        serving = Serving(work, published, locked[receiver], at)
        parts = _renewed(serving, parts, terms.unit, at=at)
    received = decide(work, published, _received(published, row, parts), at=at)
    if isinstance(received, Refusal) or received.repeated:
        # The points have left the sender in this transaction, which must not stay so.
        message = f"what transfer {row.id} brings cannot be recorded; give each transfer an id of its own"
        raise Refused(message, code="event_conflict")
    return sent


def _beyond(
    work: Work, published: Published, row: TransferRow, terms: Transfer, sender: str, *, at: int
) -> Refusal | None:
    """Return which limit a transfer would go beyond."""
    zone = published.programme.zone
    for limit in terms.limits:
        since = EARLIEST if limit.every == EVER else zone.period_start(limit.every, zone.period_of(limit.every, at))
        points, times = transfers.sent(work, published.id, sender, row.transfer, since=since)
        if _is_beyond(limit, points + row.points, times + 1):
            unit = published.programme.units[terms.unit]
            said = (
                f"{limit.times} times" if limit.points is None else f"{shown(limit.points, unit.decimals)} {unit.name}"
            )
            detail = f"{row.transfer} is limited to {said} in a period; transfer less, or in the next one"
            return Refusal(code="transfer_limit_reached", detail=detail, id=row.id)
    return None


def _is_beyond(limit: TransferLimit, points: int, times: int) -> bool:
    return (limit.points is not None and points > limit.points) or (limit.times is not None and times > limit.times)


def _sent(published: Published, row: TransferRow) -> dict[str, Any]:
    return {
        "id": row.id, "type": SENT, "member": row.sender, "transfer": row.transfer, "receiver": row.receiver,
        "points": _shown(published, row, row.points),
    }  # fmt: skip


def _received(published: Published, row: TransferRow, parts: Sequence[Part]) -> dict[str, Any]:
    lines = [
        {
            "amount": 0,
            "points": _shown(published, row, part.points),
            "payer": part.payer,
            **_instant("earned", part.earned_at),
            **_instant("ends", ENDLESS if part.ends_at == LATEST else part.ends_at),
            "origin": part.origin,
            "renewed": part.renewed,
        }
        for part in parts
    ]
    return {
        "id": f"{row.id}/received", "type": RECEIVED, "member": row.receiver, "transfer": row.transfer,
        "sender": row.sender, "lines": lines,
    }  # fmt: skip


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
        part
        if part.renewed
        else Part(
            points=part.points, earned_at=at, ends_at=max(part.ends_at, ends_at), payer=part.payer, origin=part.origin,
            renewed=True,
        )
        for part in parts
    ]  # fmt: skip
