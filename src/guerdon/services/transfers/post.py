"""A transfer in the books of both accounts, within its limits.

Invariant: limits hold, however many transfers are asked for at once: they are counted under the sender's lock.
"""

from guerdon.core.calendar import EARLIEST, EVER
from guerdon.core.errors import Conflict
from guerdon.core.lots.transfers import Transfer, TransferLimit
from guerdon.services.answers import Recorded, Refusal, shown
from guerdon.services.published import Published
from guerdon.services.transfers.passing import receive, send
from guerdon.services.transfers.transferred import homes
from guerdon.store import accounts
from guerdon.store.asked import transfers
from guerdon.store.asked.transfers import TRANSFERS, TransferRow
from guerdon.store.database import Work


def post(work: Work, published: Published, row: TransferRow, terms: Transfer, *, at: int) -> Recorded | Refusal:
    """Bring a transfer into the books of both accounts; return what it did to the sender's."""
    sender, receiver = homes(work, published, row)
    locked = accounts.lock(work, published.id, [sender, receiver])
    refusal = _beyond(work, published, row, terms, sender, at=at)
    sent = refusal or send(work, published, row, at=at)
    if isinstance(sent, Refusal):
        accounts.forget_new(work, published.id, [sender, receiver])
        return sent
    if sent.repeated:
        if TRANSFERS.one(work, published.id, row.id) not in (None, row):
            message = f"transfer {row.id} was asked for by another request at the same moment; send it again"
            raise Conflict(message)
        detail = f"event {row.id} was recorded before; give each transfer an id of its own"
        return Refusal(code="event_conflict", detail=detail, id=row.id)
    receive(work, published, row, sent, fresh=(locked[receiver], terms) if terms.fresh_dates else None, at=at)
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
