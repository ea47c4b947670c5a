"""Returns: a purchase as it is left after what was taken back of it (S4).

Everything that came back is kept as sums: pieces and amounts of each line, amounts of the whole purchase. What is left is
one function of those sums, so order, number and grouping of refunds cannot matter.

Invariants:
* Amounts, nets, points paid and discounts of a purchase as it is left add up, as those of the purchase did.
* Nothing below zero is ever left; more than is left is refused, and changes nothing.
* What came back is counted in the currency that was paid; what is left is worth its share of what the whole was worth, so that
  all of it, however it comes back, was worth exactly that.
* Of a line, pieces take their share of its amount; an amount alone is spread over the lines left by value; always largest
  remainder, the earlier line on a tie (S6).
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, NoReturn

from guerdon.core.currencies import DECIMALS
from guerdon.core.errors import Invalid
from guerdon.core.events.event import Event, Line, Refund, ReturnedLine
from guerdon.core.events.policy import MONEY_FIRST, POINTS_FIRST, PROPORTIONAL
from guerdon.core.values import split

_LISTED: Final = 8


class _Goods:
    """One line of a purchase, or a purchase without lines, and the sums of what came back of it.

    `net` and all that came back of it are in the currency that was paid, `worth` and the rest in the programme's.
    """

    def __init__(self, *, net: int, worth: int, off: int, discount: int, points_paid: int, quantity: int) -> None:
        self.net: Final = net
        self.worth: Final = worth
        self.off: Final = off
        self.discount: Final = discount
        self.points_paid: Final = points_paid
        self.quantity: Final = quantity
        self.amount_back = 0
        self.priced_pieces_back = 0
        self.pieces_back = 0
        self.whole_back = False

    def copy(self) -> "_Goods":
        """Return the same, to try something on."""
        other = _Goods(
            net=self.net, worth=self.worth, off=self.off, discount=self.discount, points_paid=self.points_paid,
            quantity=self.quantity,
        )  # fmt: skip
        other.amount_back = self.amount_back
        other.priced_pieces_back = self.priced_pieces_back
        other.pieces_back = self.pieces_back
        other.whole_back = self.whole_back
        return other

    def pieces_left(self) -> int:
        """Return how many pieces are left."""
        return self.quantity - self.priced_pieces_back - self.pieces_back

    def is_back(self) -> bool:
        """Say whether the line itself came back, whatever was paid for it."""
        return self.whole_back or (self.quantity > 0 and self.pieces_left() == 0)

    def left(self) -> int:
        """Return what is left of the line's amount before amounts of the whole purchase are spread."""
        if self.is_back():
            return 0
        return split(self.net - self.amount_back, [self.pieces_left(), self.pieces_back])[0]

    def share(self, whole: int, left: int) -> int:
        """Return the part of what belongs to the line that stays with it, when `left` of its amount does."""
        if self.net == 0:
            return (
                whole
                if self.quantity == 0
                else split(whole, [self.pieces_left(), self.quantity - self.pieces_left()])[0]
            )
        return split(whole, [left, self.net - left])[0]

    def worth_left(self, left: int) -> int:
        """Return what is worth what stays with the line, when `left` of its amount does."""
        return self.worth if self.net == 0 else split(self.worth, [left, self.net - left])[0]

    def points_left(self, left: int, tender: str) -> int:
        """Return the points paid that stay with the line, when `left` of its amount does."""
        if tender == POINTS_FIRST:
            return max(self.points_paid - (self.worth - self.worth_left(left)), 0)
        if tender == MONEY_FIRST:
            return min(self.points_paid, self.worth_left(left))
        return self.share(self.points_paid, left)


class Returns:
    """All that came back of one purchase so far, and what is left of it."""

    def __init__(self, purchase: Event, *, decimals: int, tender: str = PROPORTIONAL) -> None:
        self.purchase: Final = purchase
        self.decimals: Final = decimals
        self.tender: Final = tender
        self.goods: list[_Goods] = _goods_of(purchase)
        self.amount_back = 0
        self.all_back = False

    def pieces_left(self, position: int) -> int:
        """Return how many pieces of a line are left; of one without a quantity 0."""
        return 0 if self._is_gone() else max(self.goods[position].pieces_left(), 0)

    def amount_left(self, position: int) -> int:
        """Return what is left of a line's amount, in the programme's currency."""
        return 0 if self._is_gone() else self.goods[position].worth_left(self._amounts_left()[position])

    def take(self, refund: Refund) -> None:
        """Take a refund in; Invalid says what is too much of it, and then nothing has changed."""
        refund = self._in_its_currency(refund)
        goods = [one.copy() for one in self.goods]
        for returned in refund.lines:
            self._take_line(goods, returned)
        amount_back = self.amount_back + (refund.amount or 0)
        priced = refund.amount is not None or any([one.amount is not None for one in refund.lines])
        value = sum([one.left() for one in goods])
        if priced and amount_back > value:
            self._too_much(refund, max(sum([one.left() for one in self.goods]) - self.amount_back, 0))
        everything = refund.amount is None and not refund.lines
        if self.all_back or (everything and self._is_gone()):
            message = f"nothing is left of purchase {self.purchase.id}; correct this refund, or one before it"
            raise Invalid(message)
        self.goods = goods
        self.amount_back = amount_back
        self.all_back = everything

    def left(self) -> Event:
        """Return the purchase as it is left: at its own instant, with what is left of its lines and amounts."""
        if self._is_gone():
            none = dict.fromkeys(self.purchase.amounts, 0)
            return replace(self.purchase, amounts=none, lines=(), returned=True)
        amounts = self._amounts_left()
        lines = [
            self._line_left(line, goods, amount)
            for line, goods, amount in zip(self.purchase.lines, self.goods, amounts, strict=False)
            if not _is_away(goods, amount)
        ]
        return replace(self.purchase, amounts=self._order_left(amounts, lines), lines=tuple(lines))

    def _in_its_currency(self, refund: Refund) -> Refund:
        """Return what a refund asks for in the currency that was paid: as it says, or in proportion to what that was worth."""
        alike = refund.currency == self.purchase.currency
        lines = [replace(one, amount=self._own_of(one.amount, one.own, alike=alike)) for one in refund.lines]
        return replace(refund, amount=self._own_of(refund.amount, refund.own, alike=alike), lines=tuple(lines))

    def _own_of(self, ours: int | None, own: int | None, *, alike: bool) -> int | None:
        worth, paid = self.purchase.amounts["amount"], self.purchase.own
        if ours is None or alike:
            return ours if own is None else own
        return ours if paid is None or worth == 0 else (2 * paid * ours + worth) // (2 * worth)

    def _take_line(self, goods: list[_Goods], returned: ReturnedLine) -> None:
        one = goods[self._position(returned.id)]
        where = f"line {returned.id} of purchase {self.purchase.id}"
        if one.whole_back:
            message = f"nothing is left of {where}; correct this refund, or one before it"
            raise Invalid(message)
        if returned.quantity is not None and one.quantity == 0:
            message = f"{where} has no quantity; state an amount of it, or neither for all of it"
            raise Invalid(message)
        if returned.quantity is None and returned.amount is None:
            if one.is_back():
                message = f"nothing is left of {where}; correct this refund, or one before it"
                raise Invalid(message)
            one.whole_back = True
            return
        if (returned.quantity or 0) > one.pieces_left():
            message = f"{where} comes back in more pieces than are left of it; correct this refund, or one before it"
            raise Invalid(message)
        if (returned.amount or 0) > one.net - one.amount_back:
            left = self._shown(one.net - one.amount_back)
            message = f"{where} comes back for {self._shown(returned.amount or 0)}, and {left} is left of it; correct one of the refunds"
            raise Invalid(message)
        if returned.amount is None:
            one.pieces_back += returned.quantity or 0
        else:
            one.amount_back += returned.amount
            one.priced_pieces_back += returned.quantity or 0

    def _position(self, line: str) -> int:
        there = [one.id for one in self.purchase.lines]
        if line in there and there.count(line) == 1:
            return there.index(line)
        if line in there:
            message = f"purchase {self.purchase.id} has several lines {line}; give its lines ids of their own"
        elif there:
            more = ", ..." if len(there) > _LISTED else ""
            message = f"purchase {self.purchase.id} has no line {line}; it has {', '.join(there[:_LISTED])}{more}"
        else:
            message = f"purchase {self.purchase.id} has no lines; state the refund's amount instead"
        raise Invalid(message)

    def _too_much(self, refund: Refund, left: int) -> NoReturn:
        asked = (refund.amount or 0) + sum([one.amount or 0 for one in refund.lines])
        message = (
            f"{self._shown(asked)} comes back of purchase {self.purchase.id}, and {self._shown(left)} is left of it; "
            "correct this refund, or one before it"
        )
        raise Invalid(message)

    def _shown(self, amount: int) -> str:
        currency = self.purchase.currency
        decimals = DECIMALS[currency] if currency else self.decimals
        return f"{Decimal(amount).scaleb(-decimals):f}" + (f" {currency}" if currency else "")

    def _amounts_left(self) -> list[int]:
        """Return what is left of each line's amount, after amounts of the whole purchase are spread over the lines left.

        It is in the currency that was paid.
        """
        left = [one.left() for one in self.goods]
        shares = split(min(self.amount_back, sum(left)), left)
        return [amount - share for amount, share in zip(left, shares, strict=True)]

    def _is_gone(self) -> bool:
        """Say whether nothing at all is left."""
        if self.all_back or all([one.is_back() for one in self.goods]):
            return True
        return sum([one.net for one in self.goods]) > 0 and sum(self._amounts_left()) == 0

    def _line_left(self, line: Line, goods: _Goods, left: int) -> Line:
        own, net = line.attributes, goods.worth_left(left)
        if goods.quantity > 0:
            own = {**own, "quantity": goods.pieces_left()}
        return Line(
            id=line.id,
            amount=net + goods.share(goods.off, left),
            discount=goods.share(goods.discount, left),
            net=net,
            points_paid=goods.points_left(left, self.tender),
            attributes=own,
        )

    def _order_left(self, amounts: list[int], lines: Sequence[Line]) -> dict[str, int]:
        whole = self.purchase.amounts
        net = whole["amount"]
        left = sum([one.worth_left(amount) for one, amount in zip(self.goods, amounts, strict=True)])
        alone = self.goods[0]
        of_lines = bool(self.purchase.lines)
        return {
            **whole,
            "amount": left,
            "discount": sum([line.amount - line.net for line in lines])
            if of_lines
            else alone.share(alone.off, amounts[0]),
            "points_paid": sum([line.points_paid for line in lines])
            if of_lines
            else alone.points_left(amounts[0], self.tender),
            "stored_value_paid": _part(whole["stored_value_paid"], left, net),
            "tax": _part(whole["tax"], left, net),
        }


def tendered(before: Event, after: Event) -> tuple[int, int]:
    """Return what went back between two states of a purchase: as money, and as points, both in minor units (S6b)."""
    points = before.amounts["points_paid"] - after.amounts["points_paid"]
    return before.amounts["amount"] - after.amounts["amount"] - points, points


def _goods_of(purchase: Event) -> list[_Goods]:
    if purchase.lines:
        return [
            _Goods(
                net=line.net if line.own is None else line.own,
                worth=line.net,
                off=line.amount - line.net,
                discount=line.discount,
                points_paid=line.points_paid,
                quantity=_pieces(line),
            )
            for line in purchase.lines
        ]
    amounts = purchase.amounts
    return [
        _Goods(
            net=amounts["amount"] if purchase.own is None else purchase.own,
            worth=amounts["amount"],
            off=amounts["discount"],
            discount=0,
            points_paid=amounts["points_paid"],
            quantity=0,
        )
    ]


def _pieces(line: Line) -> int:
    quantity = line.attributes.get("quantity")
    return quantity if isinstance(quantity, int) else 0


def _is_away(goods: _Goods, left: int) -> bool:
    return goods.is_back() or (goods.net > 0 and left == 0)


def _part(whole: int, left: int, net: int) -> int:
    return whole if net == 0 else split(whole, [left, net - left])[0]
