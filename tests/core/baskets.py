"""What a record means to the plain model: an event in dollars, with each line's share of the order's discount and points."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil, floor
from typing import Any

Data = Mapping[str, Any]

CENT = Fraction(1, 100)
KINDS = {"purchase": 1, "visit": 2, "refund": 3}


def rounded(value: Fraction, how: str) -> int:
    """Round to a whole number as named."""
    if how == "floor":
        return floor(value)
    if how == "ceil":
        return ceil(value)
    return floor(value + Fraction(1, 2)) if how == "half_up" else round(value)


def shared(whole: int, exact: Sequence[Fraction]) -> list[int]:
    """Give each its floor, and what is left to the largest remainders, the earlier first."""
    parts = [floor(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: whole - sum(parts)]:
        parts[i] += 1
    return parts


def split(whole: int, weights: Sequence[int]) -> list[int]:
    """Share a whole out by weight; without any weight the first has it all."""
    if not any(weights):
        return [whole, *([0] * (len(weights) - 1))] if weights else []
    return shared(whole, [Fraction(whole * weight, sum(weights)) for weight in weights])


def cents(value: object) -> int:
    """Read money."""
    return int(Fraction(str(value)) / CENT)


def read(record: Data) -> dict[str, Any]:
    """Make an event's values from its record: money in dollars, shares of discount and points on each line."""
    sales = [line for line in record.get("lines", ()) if cents(line["amount"]) >= 0 and Fraction(line["quantity"]) >= 0]
    amounts = [cents(line["amount"]) for line in sales]
    discounts = split(cents(record.get("discount", 0)), amounts)
    nets = [amount - discount for amount, discount in zip(amounts, discounts, strict=True)]
    points = split(cents(record.get("points_paid", 0)), nets)
    lines = [
        {
            "brand": line["brand"],
            "quantity": Fraction(line["quantity"]),
            "amount": amounts[i] * CENT,
            "eligible": max(nets[i] - points[i], 0) * CENT,
        }
        for i, line in enumerate(sales)
    ]
    given = bool(record.get("lines"))
    amount = sum(amounts) - cents(record.get("discount", 0)) if given else cents(record.get("amount", 0))
    eligible = (
        sum(line["eligible"] for line in lines)
        if lines
        else max(amount - cents(record.get("points_paid", 0)), 0) * CENT
    )
    return {
        "id": record["id"],
        "type": record.get("type", "purchase"),
        "member": record["member"],
        "account": record.get("account", record["member"]),
        "at": datetime.fromisoformat(record["at"]).astimezone(UTC),
        "returned": record.get("type") == "refund" or amount < 0 or (given and not lines),
        "amount": amount * CENT,
        "eligible": eligible,
        "channel": record.get("channel", ""),
        "lines": lines,
    }
