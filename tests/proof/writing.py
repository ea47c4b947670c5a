"""Every path by which the service writes: what comes before, what is asked, and what is right to be answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from guerdon.definition.check import check_text
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.books.due import post_due
from guerdon.services.keys.make import MakeKey, make_key
from guerdon.services.members.enrol import EnrolMember, enrol_member
from guerdon.services.members.find import Profile
from guerdon.services.once import Answered, Asking, once
from guerdon.services.programmes.publish import publish
from guerdon.services.published import Published
from guerdon.services.redemptions.redeem import RedeemReward, redeem_reward
from guerdon.store import seals
from guerdon.store.database import Work
from tests.services.shop import GIFTS, REASONS, TESTS, VOUCHERS, Shop

STOCKED: Final = (
    VOUCHERS.replace("stock: 2", "stock: 1000")
    + REASONS
    + GIFTS
    + "enrolment: {claim: 30 days, closing: {restore: 60 days}}\n"
    + "celebrations: {birthday: {of: born_on}}\n"
)
NOW: Final = "2026-06-01T12:00:00+02:00"
YEARS_LATER: Final = "2028-06-01T12:00:00+02:00"


@dataclass(frozen=True)
class Path:
    """One path: `prepare` is asked for each number that `act` is asked with later; `right` says whether its answer is."""

    name: str
    prepare: Callable[[Shop, int], None]
    act: Callable[[Shop, int], Any]
    right: Callable[[Any, int], bool]


def _buys(number: int, at: str = "2026-05-10", amount: int = 300, **more: object) -> dict[str, Any]:
    return {"id": f"b{number}", "member": f"m{number}", "at": at, "amount": amount, **more}


def _bought(shop: Shop, number: int) -> None:
    shop.one(**_buys(number))


def _reserved(shop: Shop, number: int) -> None:
    _bought(shop, number)
    assert _is_done(shop.redeem(id=f"r{number}", member=f"m{number}", reward="mug", reserve=True), number)


def _nothing(_shop: Shop, _number: int) -> None:
    """Nothing has to be there."""


def _is_done(found: object, _number: int) -> bool:
    return isinstance(found, Recorded)


def _refunds(shop: Shop, number: int) -> Recorded:
    return shop.one(
        **_buys(number, "2026-05-11", 100) | {"id": f"f{number}", "type": "refund", "refund_of": f"b{number}"}
    )


def _redeems(shop: Shop, number: int, **more: Any) -> object:  # noqa: ANN401 - whatever the command takes
    return shop.redeem(id=f"r{number}", member=f"m{number}", **more)


def _steps(shop: Shop, number: int, step: str) -> object:
    return shop.step(id=f"s{number}", member=f"m{number}", redemption=f"r{number}", step=step)


def _named(shop: Shop, number: int, do: Callable[[Work, Published], object]) -> Answered:
    """Do something once, by a key."""
    with shop.database.work() as work:
        published = shop.publishing.current(work)

        def answered() -> Answered:
            return Answered(status=409 if isinstance(do(work, published), Refusal) else 201, body="{}")

        return once(work, published.id, Asking(actor="till", key=f"k{number}", asked=b"x"), answered, at=shop.at())


def _redeems_once(shop: Shop, number: int) -> Answered:
    command = RedeemReward(id=f"r{number}", member=f"m{number}", reward="coffee")
    return _named(shop, number, lambda work, published: redeem_reward(command, work, published, at=shop.at()))


def _card(number: int) -> dict[str, str]:
    return {"card": f"tok_{number}"}


def _is_guest(shop: Shop, number: int) -> Recorded:
    bought = {"id": f"g{number}", "identity": _card(number), "at": "2026-05-10", "amount": 300}
    return shop.one(**bought)


def _was_guest(shop: Shop, number: int) -> None:
    _is_guest(shop, number)


def _was_brought_back(shop: Shop, number: int) -> None:
    """A guest has brought back what nobody has bought yet."""
    back = {"id": f"k{number}", "type": "refund", "identity": _card(number), "at": "2026-06-01", "amount": 40}
    shop.one(**back, refund_of=f"b{number}")


def _enrols(shop: Shop, number: int) -> Answered:
    command = EnrolMember(member=f"m{number}", identities=[_card(number), {"email": f"m{number}@example.org"}])
    return _named(shop, number, lambda work, published: enrol_member(command, work, published, by=TESTS, at=shop.at()))


def _enrolled(shop: Shop, number: int) -> None:
    assert _is_created(_enrols(shop, number), number)


def _is_created(found: Answered, _number: int) -> bool:
    return found.status == 201


def _changes(shop: Shop, number: int) -> object:
    phone = {"phone": f"+33612{number:06}"}
    return shop.update(f"m{number}", identities=[phone], identities_removed=[_card(number)])


def _publishes(shop: Shop, number: int) -> int:
    checked = check_text(STOCKED.replace("floor(eligible)", f"floor(eligible * {number + 1})"), examples=False)
    with shop.database.work() as work:
        return publish(work, "shop", checked.files, (), by=TESTS, at=shop.at()).revision


def _posts_due(shop: Shop, _number: int) -> int:
    shop.now = YEARS_LATER
    with shop.database.work() as work:
        return post_due(work, shop.publishing.current(work), at=shop.at(), limit=1)


def _seals(shop: Shop, _number: int) -> int:
    with shop.database.work() as work:
        return seals.seal(work, 1, limit=1)


def _makes_key(shop: Shop, number: int) -> str:
    with shop.database.work() as work:
        return make_key(MakeKey(name=f"k{number}", scopes=("admin",)), work, 1, at=shop.at()).secret


PATHS: Final = (
    Path("a purchase", _nothing, lambda shop, n: shop.one(**_buys(n)), _is_done),
    Path(
        "purchases of two members",
        _nothing,
        lambda shop, n: shop.record(_buys(n), _buys(n) | {"id": f"c{n}", "member": f"o{n}"}),
        lambda found, n: all(_is_done(one, n) for one in found),
    ),
    Path("a refund", _bought, _refunds, _is_done),
    Path("a purchase that a guest has brought back", _was_brought_back, lambda shop, n: shop.one(**_buys(n)), _is_done),
    Path("a late event", _bought, lambda shop, n: shop.one(**_buys(n, "2026-05-09", 600) | {"id": f"l{n}"}), _is_done),
    Path("a redemption", _bought, lambda shop, n: _redeems(shop, n, reward="mug"), _is_done),
    Path("a redemption named by a key", _bought, _redeems_once, _is_created),
    Path("a reservation", _bought, lambda shop, n: _redeems(shop, n, reward="mug", reserve=True), _is_done),
    Path("a confirmation", _reserved, lambda shop, n: _steps(shop, n, "confirm"), _is_done),
    Path("a cancellation", _reserved, lambda shop, n: _steps(shop, n, "cancel"), _is_done),
    Path("a revision", _nothing, _publishes, lambda found, n: bool(found == n + 1)),
    Path("what fell due", _reserved, _posts_due, lambda found, _: bool(found == 1)),
    Path("a seal", _bought, _seals, lambda found, _: bool(found == 1)),
    Path("what a guest buys", _nothing, _is_guest, _is_done),
    Path("an enrolment", _nothing, _enrols, _is_created),
    Path("an enrolment of a guest", _was_guest, _enrols, _is_created),
    Path("a change of a member", _enrolled, _changes, lambda found, _: isinstance(found, Profile)),
    Path("a key", _nothing, _makes_key, lambda found, _: bool(found)),
)  # fmt: skip
"""Every path that writes."""
