"""What a transfer says, in an explanation: how many points went to whom, or came from whom."""

from dataclasses import dataclass
from decimal import Decimal

from guerdon.core.events import Event
from guerdon.core.explain.wording import decimal_of, plain
from guerdon.core.facts import POINTS_RECEIVED, POINTS_SENT
from guerdon.core.lots.transfers import Transfer
from guerdon.core.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAnswer:
    """Points `sent` to another member, or received from one; `unit` is empty where the programme has no such transfer.

    Of the other member the `other` id is known at most.
    """

    points: Decimal
    unit: str
    transfer: str
    title: str
    other: str
    sent: bool


def transfer_of(programme: Programme, event: Event) -> TransferAnswer | None:
    """Return what a transfer says; None of any other event."""
    if event.kind not in (POINTS_SENT, POINTS_RECEIVED):
        return None
    sent = event.kind == POINTS_SENT
    named = _text(event, "transfer")
    transfer = transfer_named(programme, named, event.at)
    stated = [event.attributes] if sent else [line.attributes for line in event.lines]
    points = [one["points"] for one in stated]
    return TransferAnswer(
        points=decimal_of(
            sum([number for number in points if isinstance(number, int)]),
            max([unit.decimals for unit in programme.units], default=0),
        ),
        unit="" if transfer is None else programme.units[transfer.unit].name,
        transfer=named,
        title="" if transfer is None else transfer.title,
        other=_text(event, "receiver" if sent else "sender"),
        sent=sent,
    )


def transfer_line(told: TransferAnswer) -> str:
    """Return a transfer as a line of text."""
    if not told.unit:
        return f"a transfer by {told.transfer}, which is none of the programme: without effect"
    return f"{told.title or told.transfer}: {plain(told.points)} {told.unit}{_whom(told)}"


def passed_on(programme: Programme, event: Event) -> str:
    """Return by which transfer points went to whom, or came from whom; empty of any other event."""
    told = transfer_of(programme, event)
    return "" if told is None else f"{told.title or told.transfer}{_whom(told)}"


def transfer_named(programme: Programme, name: str, at: int) -> Transfer | None:
    """Return the transfer of a name that there is at an instant."""
    terms = programme.redeeming_at(at)
    found = [] if terms is None or terms.transferring is None else terms.transferring.transfers
    return next((transfer for transfer in found if transfer.name == name), None)


def _whom(told: TransferAnswer) -> str:
    return f" {'to' if told.sent else 'from'} {told.other}" if told.other else ""


def _text(event: Event, name: str) -> str:
    return str(event.attributes.get(name) or "")
