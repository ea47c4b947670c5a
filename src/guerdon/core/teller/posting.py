"""What was recorded of one account, made ready to be rated: numbered, in order, each event with what it refers to."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from guerdon.core.currencies import DECIMALS
from guerdon.core.events import Event, Terms, resolve
from guerdon.core.ledger import NOWHERE
from guerdon.core.teller.teller import Posted

Numbers = Mapping[tuple[str, str], int]
"""The numbers of an account's events by source and id, in the order of recording."""


class History(NamedTuple):
    """The events of one account in the order of S3, with what refunds leave of their purchases.

    Beside them: the numbers of refunds that wait for their purchases, and why some are refused, by theirs.
    """

    history: list[Posted]
    waiting: tuple[int, ...]
    refused: dict[int, str]


def history_of(terms: Terms, events: Sequence[Event], numbers: Numbers) -> History:
    """Return what was recorded of one account."""
    found = resolve(events, decimals=DECIMALS[terms.currency], policy=terms.returns)
    named: dict[str, int] = {}
    for (_, id_), number in numbers.items():
        named.setdefault(id_, number)
    return History(
        history=[
            Posted(event=event, number=_number(event, numbers), refers=_refers(event, numbers, named))
            for event in found.events
        ],
        waiting=tuple([_number(event, numbers) for event in found.waiting]),
        refused={_number(event, numbers): why for event, why in found.refused},
    )


def _refers(event: Event, numbers: Numbers, named: Mapping[str, int]) -> int:
    """Return the number of what an event refers to: a refund's purchase, a step's reservation, what a redemption paid for."""
    purchase = event.purchase
    if purchase is not None:
        return numbers[purchase.source, purchase.id]
    attributes = event.attributes
    reservation = attributes.get("reservation")
    if reservation is not None:
        return numbers.get((event.source, str(reservation)), named.get(str(reservation), NOWHERE))
    paid = attributes.get("purchase")
    return NOWHERE if paid is None else numbers.get((event.source, str(paid)), NOWHERE)


def _number(event: Event, numbers: Numbers) -> int:
    """Return an event's number; a return that was told apart by purchases has that of the event it came with."""
    found = numbers.get((event.source, event.id))
    return numbers[event.source, event.id.rpartition("#")[0]] if found is None else found
