"""Pairs of transactions in every order of their steps (T10): what comes of them is what comes of one after the other.

A redemption of all that Ana has, and another one: whoever locks first has the coffee, the other is told that there is not enough,
whichever of the two reads, writes or commits when.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import pytest

from guerdon.core.errors import NotFound
from guerdon.definition.check import check_text
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.books.due import post_due
from guerdon.services.programmes.publish import publish
from guerdon.store import open_database, seals
from tests.databases.fixtures import Prepared
from tests.proof.interleaving import interleaved, orders
from tests.proof.sizes import sized
from tests.proof.statements import heard
from tests.proof.till import Till
from tests.services.shop import PROGRAMME, TESTS, Shop

ORDERS = orders()[:: sized(push=5, release=1)]
"""The orders in which two transactions take their steps; on a push a fifth of them."""

TEXT: Final = PROGRAMME + "  - {id: last, price: 50, treatment: free_good, stock: 1}\nenrolment: {claim: 30 days}\n"
LATER: Final = "2026-06-03T12:00:00+02:00"
Act = Callable[[Till, int], Any]


def bought(shop: Shop, number: int) -> None:
    """Two members have points for one coffee."""
    for who in "mo":
        shop.one(id=f"{who}b{number}", member=f"{who}{number}", at="2026-05-10", amount=60)


def reserved(shop: Shop, number: int) -> None:
    """One of them has set aside the last of something."""
    bought(shop, number)
    assert isinstance(shop.redeem(id=f"v{number}", member=f"m{number}", reward="last", reserve=True), Recorded)


def nobody(_shop: Shop, _number: int) -> None:
    """Nothing has happened."""


def buys(*names: str, amount: int = 100, at: str = "2026-06-01") -> Act:
    """Record a purchase for each name; its first letter says whose it is."""
    return lambda till, n: till.record(*[
        {"id": f"{name[1:]}{n}", "member": f"{name[0]}{n}", "at": at, "amount": amount} for name in names
    ])


def refunds(till: Till, n: int) -> Any:  # noqa: ANN401 - an outcome
    return till.record({
        "id": f"f{n}", "type": "refund", "member": f"m{n}", "at": "2026-05-11", "refund_of": f"mb{n}", "amount": 40,
    })  # fmt: skip


def brings_back(till: Till, n: int) -> Any:  # noqa: ANN401 - an outcome
    """Let one of them bring back what the other one buys."""
    back = {"id": f"k{n}", "type": "refund", "member": f"o{n}", "at": "2026-06-01", "refund_of": f"e{n}", "amount": 40}
    return till.record(back)


def guest_brings_back(till: Till, n: int) -> Any:  # noqa: ANN401 - an outcome
    """Let somebody whom nobody knows bring back what one of them buys."""
    back = {"id": f"k{n}", "type": "refund", "identity": _card(n), "at": "2026-06-01", "refund_of": f"e{n}"}
    return till.record({**back, "amount": 40})


def guest_buys(till: Till, n: int) -> Any:  # noqa: ANN401 - an outcome
    return till.record({"id": f"g{n}", "identity": _card(n), "at": "2026-05-10", "amount": 60})


def guest_refunds(till: Till, n: int) -> Any:  # noqa: ANN401 - an outcome
    back = {
        "id": f"f{n}",
        "type": "refund",
        "identity": _card(n),
        "at": "2026-05-11",
        "refund_of": f"g{n}",
        "amount": 40,
    }
    return till.record(back)


def was_guest(shop: Shop, number: int) -> None:
    """A guest has bought something."""
    shop.one(id=f"g{number}", identity=_card(number), at="2026-05-10", amount=60)


def is_member(shop: Shop, number: int) -> None:
    """One of them is a member."""
    shop.enrol(f"m{number}")


def enrols(who: str) -> Act:
    return lambda till, n: till.enrol(f"{who}{n}", identities=[_card(n), {"shop": f"{n}"}])


def adds_card(till: Till, n: int) -> Any:  # noqa: ANN401 - an outcome
    return till.update(f"m{n}", identities=[_card(n)])


def _card(number: int) -> dict[str, str]:
    return {"card": f"tok_{number}"}


def redeems(name: str, reward: str = "coffee") -> Act:
    return lambda till, n: till.redeem(id=f"{name}{n}", member=f"{name[0]}{n}", reward=reward)


def steps(step: str) -> Act:
    return lambda till, n: till.step(id=f"{step}{n}", member=f"m{n}", redemption=f"v{n}", step=step)


def posts_due(till: Till, _n: int) -> None:
    with till.database.work() as work:
        post_due(work, till.publishing.current(work), at=till.at(LATER))


def publishes(till: Till, n: int) -> None:
    checked = check_text(TEXT.replace("price: 200", f"price: {201 + n}"), examples=False)
    with till.database.work() as work:
        publish(work, "shop", checked.files, (), by=TESTS, at=till.at())


def seals_one(till: Till, _n: int) -> None:
    with till.database.work() as work:
        seals.seal(work, 1)


@dataclass(frozen=True)
class Pair:
    """Two transactions that meet, and what was before; what they took of the last one is given back for the next two."""

    name: str
    before: Callable[[Shop, int], None]
    acts: tuple[Act, Act]


PAIRS: Final = (
    Pair("two redemptions of one balance", bought, (redeems("m1-"), redeems("m2-"))),
    Pair("a redemption and a refund", bought, (redeems("m"), refunds)),
    Pair("a redemption and a late event", bought, (redeems("m"), buys("ml", at="2026-05-09"))),
    Pair("two members and the last one", bought, (redeems("m", "last"), redeems("o", "last"))),
    Pair("the last one comes back and is taken", reserved, (steps("cancel"), redeems("o", "last"))),
    Pair("a confirmation and a cancellation", reserved, (steps("confirm"), steps("cancel"))),
    Pair("two confirmations", reserved, (steps("confirm"), steps("confirm"))),
    Pair("one event twice", nobody, (buys("me"), buys("me"))),
    Pair("one id for two members", nobody, (buys("me"), buys("oe"))),
    Pair("the first two events of a member", nobody, (buys("me"), buys("mf"))),
    Pair("a purchase and its refund by another", nobody, (buys("me"), brings_back)),
    Pair("a purchase and its refund by another, among others", bought, (buys("me", "of"), brings_back)),
    Pair("a purchase and its refund by a guest", nobody, (buys("me"), guest_brings_back)),
    Pair("two members, the other way round", bought, (buys("me", "of"), buys("og", "mh"))),
    Pair("what falls due and a redemption", reserved, (posts_due, redeems("o"))),
    Pair("what falls due and a cancellation", reserved, (posts_due, steps("cancel"))),
    Pair("a purchase of a guest and an enrolment", nobody, (guest_buys, enrols("m"))),
    Pair("a refund of a guest and an enrolment", was_guest, (guest_refunds, enrols("m"))),
    Pair("two enrolments of a guest", was_guest, (enrols("m"), enrols("o"))),
    Pair("a card that is added and an enrolment with it", is_member, (adds_card, enrols("o"))),
    Pair("a card that is added and a purchase with it", is_member, (adds_card, guest_buys)),
    Pair("a revision and a purchase", bought, (publishes, buys("me"))),
    Pair("a seal and a purchase", bought, (seals_one, buys("me"))),
)  # fmt: skip


def gives_back(shop: Shop, number: int) -> None:
    """Let nobody have the last one any more."""
    for name, who in (("m", "m"), ("o", "o"), ("v", "m")):
        shop.step(id=f"back-{name}{number}", member=f"{who}{number}", redemption=f"{name}{number}", step="cancel")


def told(found: Any) -> Any:  # noqa: ANN401 - whatever a transaction found
    """Return what was answered, without the names of who asked."""
    if isinstance(found, list):
        return [told(one) for one in found]
    if isinstance(found, Refusal):
        return found.code
    return "again" if isinstance(found, Recorded) and found.repeated else type(found).__name__


def left(shop: Shop, number: int) -> list[Any]:
    """Return what both members have then."""
    found: list[Any] = []
    for who in "mo":
        try:
            one = shop.stand(f"{who}{number}", LATER).balances[0]
        except NotFound:
            found.append(None)
        else:
            found.append((one.available, one.held, one.debt))
    return found


@pytest.fixture
def tills(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Till, Till]]:
    """Two tills of one shop, each with connections of its own that tell of their statements."""
    url = prepared.postgresql().url
    with heard(monkeypatch):
        databases = open_database(url), open_database(url)
        Shop(databases[0], TEXT)
        one, other = (Till(database, TEXT) for database in databases)
        yield one, other
        for database in databases:
            database.close()


@pytest.mark.parametrize("pair", PAIRS, ids=[one.name for one in PAIRS])
def test_in_whatever_order_the_steps_are_taken_it_is_one_after_the_other(tills: tuple[Till, Till], pair: Pair) -> None:
    """getlago/lago-api#3618 (15), vendurehq/vendure#4660 (19), medusajs/medusa#16012 (20), odoo/odoo#145782 (43)."""
    shop = tills[0]
    with psycopg.connect(shop.database.url, autocommit=True) as watching:
        one_after_the_other = [serially(tills, pair, number, first=number) for number in (0, 1)]
        for number, order in enumerate(ORDERS, start=2):
            pair.before(shop, number)
            acts = [_act(till, act, number) for till, act in zip(tills, pair.acts, strict=True)]
            sessions = interleaved(watching, acts, order)
            came = ([told(session.found) for session in sessions], left(shop, number))
            assert came in one_after_the_other, order
            gives_back(shop, number)
    shop.now = LATER
    while shop.seal():
        pass
    found = shop.verify()
    assert (found.findings, found.unsealed) == ((), 0)


def serially(tills: tuple[Till, Till], pair: Pair, number: int, *, first: int) -> tuple[list[Any], list[Any]]:
    """Return what comes of a pair when one of them is through before the other begins."""
    pair.before(tills[0], number)
    found: dict[int, Any] = {}
    for place in (first, 1 - first):
        found[place] = told(pair.acts[place](tills[place], number))
    came = [found[0], found[1]], left(tills[0], number)
    gives_back(tills[0], number)
    return came


def _act(till: Till, act: Act, number: int) -> Callable[[], Any]:
    return lambda: act(till, number)
