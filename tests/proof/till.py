"""What a shop's till and its workers do one after the other: the same orders lead to the same books, whoever is killed meanwhile."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, Final

from guerdon.services.published import Publishing
from guerdon.store import Database, open_database
from tests.proof.kept import Kept, kept
from tests.proof.writing import NOW, STOCKED
from tests.services.shop import Shop

MEMBERS: Final = ("ana", "ben", "zoe")
DAYS_APART: Final = 3


@dataclass(frozen=True)
class Order:
    """One thing to do at an instant: record, redeem, step, due or seal."""

    number: int
    now: str
    verb: str
    given: dict[str, Any] = field(default_factory=dict)


class Till(Shop):
    """A shop whose programme is published already."""

    def __post_init__(self) -> None:
        self.publishing = Publishing(1)

    def do(self, order: Order) -> None:
        """Do what an order says."""
        self.now = order.now
        if order.verb == "record":
            self.record(order.given)
        elif order.verb == "redeem":
            self.redeem(**order.given)
        elif order.verb == "step":
            self.step(**order.given)
        elif order.verb == "due":
            self.post_due()
        else:
            self.seal()


def orders(seed: int, count: int) -> list[Order]:
    """Return orders that chance makes, the same for a seed, some days apart, so that something falls due now and then."""
    return list(_made(random.Random(seed), count))  # noqa: S311 - a seed is no secret


def _made(chance: random.Random, count: int) -> Iterator[Order]:
    held: list[tuple[str, str]] = []
    for number in range(count):
        now = datetime.fromisoformat(NOW) + timedelta(days=DAYS_APART * number)
        member = chance.choice(MEMBERS)
        what = chance.choice(["buy", "buy", "late", "refund", "redeem", "reserve", "step", "due", "seal"])
        named = {"id": f"e{number}", "member": member}
        given: dict[str, Any] = {}
        verb = what
        if what in {"buy", "late"}:
            at = now - timedelta(days=40 if what == "late" else 0, hours=1)
            verb, given = "record", {**named, "at": at.isoformat(), "amount": chance.randint(1, 400)}
        elif what == "refund":
            of = f"e{chance.randrange(number + 1)}"
            given = {**named, "type": "refund", "at": now.isoformat(), "refund_of": of, "amount": chance.randint(1, 90)}
            verb = "record"
        elif what in {"redeem", "reserve"}:
            verb, given = "redeem", {**named, "reward": chance.choice(["coffee", "mug"]), "reserve": what == "reserve"}
            held.append((named["id"], member))
        elif what == "step":
            of, whose = chance.choice(held) if held else ("none", member)
            given = {
                "id": f"e{number}",
                "member": whose,
                "redemption": of,
                "step": chance.choice(["confirm", "cancel"]),
            }
        yield Order(number, now.isoformat(), verb, given)


def run(url: str, asked: Sequence[Order], told: Connection) -> None:
    """Do orders in a process of its own, and tell of each one that is done."""
    till = Till(open_database(url), STOCKED)
    for order in asked:
        till.do(order)
        told.send(order.number)


def undisturbed(asked: Sequence[Order]) -> Kept:
    """Return the books that orders lead to when nothing is in their way."""
    database = open_database(":memory:")
    database.migrate()
    try:
        Shop(database, STOCKED)
        do(database, asked)
        return books(database)
    finally:
        database.close()


def do(database: Database, asked: Sequence[Order]) -> None:
    till = Till(database, STOCKED)
    for order in asked:
        till.do(order)


def books(database: Database) -> Kept:
    """Return events and books, without the numbers of the transactions that wrote them."""
    return books_of(kept(database))


def books_of(found: Kept) -> Kept:
    """Return of everything that is kept the events and the books, without the numbers of the transactions that wrote them."""
    told = {name: found[name] for name in ("events", "event_ids", "entries", "journals", "accounts", "shared")}
    told["journals"] = [row[:-1] for row in told["journals"]]
    told["accounts"] = [(*row[:-2], row[-1]) for row in told["accounts"]]
    return told
