"""Matching: the purchase of a return that names none is the latest one of the same product that has some of it left (S6).

Invariants:
* Nothing is matched with a purchase that happened later, or longer ago than the programme says, or that has nothing left.
* Pieces go by pieces where the purchase has a quantity, else amounts by amounts; neither is the whole line.
"""

from collections.abc import Callable, Iterable
from typing import Final

from guerdon.core.events.event import Event, Refund, ReturnedLine, ReturnedProduct
from guerdon.core.events.policy import ReturnPolicy
from guerdon.core.events.returns import Returns


class Matching:
    """Purchases by what they are of; `returns` says of each what came back of it so far, and takes in what is matched."""

    def __init__(self, purchases: Iterable[Event], policy: ReturnPolicy, returns: Callable[[Event], Returns]) -> None:
        self.policy: Final = policy
        self.returns: Final = returns
        self.sold: dict[tuple[str, str], list[tuple[Event, int]]] = {}
        for purchase in sorted(purchases, key=lambda one: (one.at, one.source, one.id)):
            names = [line.id for line in purchase.lines]
            for position, line in enumerate(purchase.lines):
                product = line.attributes.get(policy.product)
                if product is not None and names.count(line.id) == 1:
                    self.sold.setdefault((purchase.account, str(product)), []).append((purchase, position))

    def parts(self, event: Event) -> list[tuple[Refund, Event]]:
        """Return what of an event came back of which purchase, in the order in which it is found."""
        found: dict[tuple[str, str], tuple[Event, list[ReturnedLine]]] = {}
        for one in _joined(event.unnamed):
            for purchase, line in self._lines(event, one):
                found.setdefault((purchase.source, purchase.id), (purchase, []))[1].append(line)
        return [
            (Refund(of=purchase.id, source=purchase.source, amount=None, lines=tuple(lines)), purchase)
            for purchase, lines in found.values()
        ]

    def _lines(self, event: Event, one: ReturnedProduct) -> list[tuple[Event, ReturnedLine]]:
        """Return the lines that one product came back of, the latest purchase first."""
        found: list[tuple[Event, ReturnedLine]] = []
        pieces, amount = one.quantity, one.amount
        for purchase, position in reversed(self.sold.get((event.account, one.product), [])):
            if self._is_before(purchase, event):
                returns = self.returns(purchase)
                line = _line(returns, position, pieces, amount)
                if line is not None:
                    found.append((purchase, line))
                    returns.take(Refund(of=purchase.id, source=purchase.source, amount=None, lines=(line,)))
                    pieces -= line.quantity or 0
                    amount -= line.amount or 0
                    if _is_found(line, pieces, amount):
                        break
        return found

    def _is_before(self, purchase: Event, event: Event) -> bool:
        own = (purchase.source, purchase.id) == (event.source, event.id)
        return not own and purchase.at <= event.at < self.policy.matches_until(purchase.at)


def _line(returns: Returns, position: int, pieces: int, amount: int) -> ReturnedLine | None:
    """Return how much of a line can have come back; None when nothing is left of it."""
    name = returns.purchase.lines[position].id
    if returns.goods[position].quantity > 0 and pieces > 0:
        left = min(returns.pieces_left(position), pieces)
        return ReturnedLine(id=name, quantity=left, amount=None) if left > 0 else None
    left = returns.amount_left(position)
    if left == 0:
        return None
    return ReturnedLine(id=name, quantity=None, amount=min(left, amount) if amount > 0 else None)


def _is_found(line: ReturnedLine, pieces: int, amount: int) -> bool:
    """Say whether nothing is to be found any more, after a line of as many pieces, or of an amount, or all of it."""
    return pieces == 0 if line.quantity is not None else line.amount is None or amount == 0


def _joined(products: Iterable[ReturnedProduct]) -> list[ReturnedProduct]:
    """Return each product once, with all of it that came back."""
    found: dict[str, ReturnedProduct] = {}
    for one in products:
        before = found.get(one.product, ReturnedProduct(product=one.product, quantity=0, amount=0))
        found[one.product] = ReturnedProduct(
            product=one.product, quantity=before.quantity + one.quantity, amount=before.amount + one.amount
        )
    return list(found.values())
