"""Transfers: what events say that one account sent to another, or received from it.

What was recorded is done: points that were not there are owed, and an event that names no transfer of the programme does nothing.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.facts import POINTS_SENT, Facts
from guerdon.core.lots import drawing
from guerdon.core.lots.claims import Claim
from guerdon.core.lots.keeping import Redeeming
from guerdon.core.lots.purse import Purse
from guerdon.core.lots.receiving import Part, give_up, receive
from guerdon.core.lots.transfers import NO_PAYER, NO_TRANSFER, Transfer, Transferring


class Sent:
    """Points of a `unit` that an event sent, and of which lots."""

    def __init__(self, unit: int, claim: Claim) -> None:
        self.unit: Final = unit
        self.claim: Final = claim


def pass_on(redeeming: Redeeming, purse: Purse, facts: Facts, row: i64) -> Sent | None:
    """Do what an event says was sent or received; return which lots it was sent of."""
    terms = redeeming.transferring
    which = NO_TRANSFER if terms is None else int(facts.slots[terms.which_slot].at(row))
    if terms is None or which == NO_TRANSFER:
        return None
    transfer = terms.transfers[which - 1]
    one = redeeming.point_ones[transfer.unit]
    if facts.kind.small_at(row) == POINTS_SENT:
        return _send(terms, transfer, purse, facts, row, one)
    _receive(terms, transfer, purse, facts, row, one)
    return None


def _send(terms: Transferring, transfer: Transfer, purse: Purse, facts: Facts, row: i64, one: int) -> Sent | None:
    """Let points go: of lots with the dates and payer of the event's lines, as far as there are such, then soonest first."""
    amount = facts.slots[terms.points_slot].at(row) // one
    if amount <= 0:
        return None
    at, event = facts.at.small_at(row), facts.ordinal.small_at(row)
    pocket = purse.pockets[transfer.unit]
    claim = Claim(event, amount, at=at, lapses_at=LATEST)
    line = facts.first_line.small_at(row)
    end = facts.first_line.small_at(row + 1)
    while line < end:
        part = _part(terms, transfer, facts, line, one)
        amount -= give_up(pocket, at, event, part, min(part.points, amount), claim)
        line += 1
    drawing.send(pocket, at, event, claim, amount)
    return Sent(transfer.unit, claim)


def _receive(terms: Transferring, transfer: Transfer, purse: Purse, facts: Facts, row: i64, one: int) -> None:
    at, event = facts.at.small_at(row), facts.ordinal.small_at(row)
    pocket = purse.pockets[transfer.unit]
    first = facts.first_line.small_at(row)
    end = facts.first_line.small_at(row + 1)
    line = first
    while line < end:
        part = _part(terms, transfer, facts, line, one)
        if part.points > 0:
            receive(pocket, at, event, transfer.rule, line - first, part)
        line += 1
    pocket.fill(at)


def _part(terms: Transferring, transfer: Transfer, facts: Facts, line: i64, one: int) -> Part:
    payer = facts.slots[terms.payer_slot].small_at(line)
    return Part(
        facts.slots[terms.part_slot].at(line) // one,
        earned_at=facts.slots[terms.earned_slot].small_at(line),
        ends_at=facts.slots[terms.ends_slot].small_at(line),
        payer=i64(transfer.payer) if payer == NO_PAYER else payer,
    )
