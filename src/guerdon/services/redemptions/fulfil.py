"""Fulfil: what was redeemed has reached its member."""

from dataclasses import dataclass

from guerdon.core.errors import NotFound
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.published import Published
from guerdon.store import accounts, audit, redemptions
from guerdon.store.database import Work
from guerdon.store.redemptions import CONFIRMED, FULFILLED, RedemptionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilRedemption:
    """Somebody hands out what was redeemed."""

    redemption: str
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilled:
    """A redemption that is fulfilled, and whether it was before."""

    row: RedemptionRow
    repeated: bool


def fulfil_redemption(command: FulfilRedemption, work: Work, published: Published, *, at: int) -> Fulfilled | Refusal:
    """Note that a confirmed redemption was handed out; doing it again changes nothing."""
    row = redemptions.read(work, published.id, [command.redemption]).get(command.redemption)
    if row is None:
        message = f"there is no redemption {command.redemption!r:.200}; it is named by the id it was answered with"
        raise NotFound(message, code="redemption_unknown")
    accounts.lock(work, published.id, [row.account])
    row = redemptions.read(work, published.id, [row.id])[row.id]
    if row.state == FULFILLED:
        return Fulfilled(row=row, repeated=True)
    if row.state != CONFIRMED:
        detail = f"the redemption is {row.state}; only what is confirmed is handed out"
        return Refusal(code="redemption_not_confirmed", detail=detail, id=row.id)
    row = row._replace(state=FULFILLED, fulfilled_at=at)
    redemptions.save(work, published.id, row)
    audit.add(work, published.id, [command.by.did("fulfil", f"redemption {row.id}", at=at)])
    return Fulfilled(row=row, repeated=False)
