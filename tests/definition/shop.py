"""A shop's fields, tables and constants, for expressions under test."""

from guerdon.core.expr.tree import BOOLEAN, DATE, TEXT, Literal, Table, Type, number
from guerdon.definition.expressions import Scope

MAX = 10**15

SCOPE = Scope(
    fields={
        "amount": number(-MAX, MAX, scale=2),
        "shipping": number(0, MAX, scale=2),
        "visits": number(0, 10_000),
        "tip": number(0, MAX, scale=2, absent=True),
        "channel": Type(TEXT),
        "level": Type(TEXT),
        "coupon": Type(TEXT, absent=True),
        "subscriber": Type(BOOLEAN),
        "day": Type(DATE, low=-(10**6), high=10**6),
        "order": number(0, 9),
        "no": number(0, 5),
    },
    line_fields={
        "amount": number(0, MAX, scale=2, totalled=True),
        "price": number(-MAX, MAX, scale=2),
        "quantity": number(1, 1000),
        "brand": Type(TEXT),
        "category": Type(TEXT),
        "sku": Type(TEXT, absent=True),
        "made": Type(DATE, low=0, high=10**6),
    },
    tables={
        "rates": Table("rates", key=Type(TEXT), value=number(0, 500, scale=2), rows={"garden": 125, "toys": 500}),
        "bonus": Table("bonus", key=Type(TEXT), value=number(0, 50), rows={"Acme": 50}, default=0),
        "steps": Table("steps", key=number(0, 0), value=number(0, 9), rows={1: 9}),
    },
    constants={"base": Literal(150, number(150, 150, scale=2)), "spring": Literal("spring", Type(TEXT))},
    values={"channel": ("store", "online"), "line.brand": ("Acme", "Other")},
)

EVENT = {
    "amount": 12_050,
    "shipping": 495,
    "visits": 3,
    "tip": None,
    "channel": "store",
    "level": "gold",
    "coupon": None,
    "subscriber": True,
    "day": 17_351,
    "order": 2,
    "no": 0,
    "lines": [
        {
            "amount": 10_000,
            "price": 100,
            "quantity": 2,
            "brand": "Acme",
            "category": "toys",
            "sku": None,
            "made": 1,
        },
        {"amount": 2_050, "price": 50, "quantity": 1, "brand": "Other", "category": "-", "sku": "A-1", "made": 2},
    ],
}
