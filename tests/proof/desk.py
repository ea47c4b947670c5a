"""The paths by which the desk and the office write: adjustments, transfers, codes, fulfilments."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

from guerdon.services.adjustments.adjust import AdjustPoints, adjust_points
from guerdon.services.adjustments.adjusted import Adjusted
from guerdon.services.adjustments.decide import DecideAdjustment, decide_adjustment
from guerdon.services.published import Published
from guerdon.services.redemptions.fulfil import Fulfilled, FulfilRedemption, fulfil_redemption
from guerdon.services.redemptions.upload import UploadCodes, Uploaded, upload_codes
from guerdon.services.transfers.decide import DecideTransfer, decide_transfer
from guerdon.services.transfers.reverse import ReverseTransfer, reverse_transfer
from guerdon.services.transfers.transfer import TransferPoints, transfer_points
from guerdon.services.transfers.transferred import Transferred
from guerdon.store import Work
from tests.proof.writing import Path
from tests.services.shop import Shop, by

T = TypeVar("T")


def _done(shop: Shop, do: Callable[[Work, Published], T]) -> T:
    with shop.database.work() as work:
        return do(work, shop.publishing.current(work))


def _bought(shop: Shop, number: int) -> None:
    shop.one(id=f"b{number}", member=f"m{number}", at="2026-05-10", amount=300)


def _adjusts(points: int, shop: Shop, number: int) -> object:
    asked = AdjustPoints(id=f"a{number}", member=f"m{number}", reason="goodwill", points=points, note="", by=by("desk"))
    return _done(shop, lambda work, published: adjust_points(asked, work, published, at=shop.at()))


def _waits(shop: Shop, number: int) -> None:
    _bought(shop, number)
    found = _adjusts(200, shop, number)
    assert isinstance(found, Adjusted), found


def _decides(approves: bool, shop: Shop, number: int) -> object:  # noqa: FBT001 - given by name
    asked = DecideAdjustment(id=f"a{number}", approves=approves, by=by("lead"))
    return _done(shop, lambda work, published: decide_adjustment(asked, work, published, at=shop.at()))


def _can_give(shop: Shop, number: int) -> None:
    _bought(shop, number)
    shop.one(id=f"f{number}", member=f"friend{number}", at="2026-05-10", amount=1)


def _sends(transfer: str, points: int, shop: Shop, number: int) -> object:
    asked = TransferPoints(
        id=f"t{number}", sender=f"m{number}", receiver=f"friend{number}", transfer=transfer, points=points, message="",
        by=by("app"),
    )  # fmt: skip
    return _done(shop, lambda work, published: transfer_points(asked, work, published, at=shop.at()))


def _offers(shop: Shop, number: int) -> None:
    _can_give(shop, number)
    found = _sends("gift", 250, shop, number)
    assert isinstance(found, Transferred), found


def _agrees(shop: Shop, number: int) -> object:
    asked = DecideTransfer(id=f"t{number}", approves=True, by=by("lead"))
    return _done(shop, lambda work, published: decide_transfer(asked, work, published, at=shop.at()))


def _has_given(shop: Shop, number: int) -> None:
    _can_give(shop, number)
    found = _sends("pass", 120, shop, number)
    assert isinstance(found, Transferred), found


def _takes_back(shop: Shop, number: int) -> object:
    asked = ReverseTransfer(id=f"t{number}", by=by("lead"))
    return _done(shop, lambda work, published: reverse_transfer(asked, work, published, at=shop.at()))


def _uploads(shop: Shop, number: int) -> object:
    asked = UploadCodes(
        reward="cinema", codes=[f"CINE-{number}-{one}" for one in "abc"], expires_at=None, by=by("office")
    )
    return _done(shop, lambda work, published: upload_codes(asked, work, published, at=shop.at()))


def _can_have_a_code(shop: Shop, number: int) -> None:
    _bought(shop, number)
    assert isinstance(_uploads(shop, number), Uploaded)


def _takes(reward: str, shop: Shop, number: int) -> object:
    return shop.redeem(id=f"r{number}", member=f"m{number}", reward=reward)


def _has_taken(reward: str, shop: Shop, number: int) -> None:
    _can_have_a_code(shop, number)
    assert getattr(_takes(reward, shop, number), "id", "") == f"r{number}"


def _fulfils(shop: Shop, number: int) -> object:
    asked = FulfilRedemption(redemption=f"r{number}", by=by("store"))
    return _done(shop, lambda work, published: fulfil_redemption(asked, work, published, at=shop.at()))


def _is(kind: type) -> Callable[[Any, int], bool]:
    return lambda found, _number: isinstance(found, kind)


def _is_taken(found: object, number: int) -> bool:
    return getattr(found, "id", "") == f"r{number}" and hasattr(found, "journal")


DESK_PATHS: Final = (
    Path("an adjustment", _bought, partial(_adjusts, -30), _is(Adjusted)),
    Path("an adjustment that waits", _bought, partial(_adjusts, 200), _is(Adjusted)),
    Path("an approval", _waits, partial(_decides, True), _is(Adjusted)),  # noqa: FBT003 - the step is named
    Path("a refusal", _waits, partial(_decides, False), _is(Adjusted)),  # noqa: FBT003 - the step is named
    Path("a transfer", _can_give, partial(_sends, "pass", 120), _is(Transferred)),
    Path("a transfer with fresh dates", _can_give, partial(_sends, "renew", 120), _is(Transferred)),
    Path("an approved transfer", _offers, _agrees, _is(Transferred)),
    Path("a transfer that is taken back", _has_given, _takes_back, _is(Transferred)),
    Path("codes that are uploaded", _bought, _uploads, _is(Uploaded)),
    Path("a code that is made", _bought, partial(_takes, "ten"), _is_taken),
    Path("a code that is handed out", _can_have_a_code, partial(_takes, "cinema"), _is_taken),
    Path("a fulfilment", partial(_has_taken, "coffee"), _fulfils, _is(Fulfilled)),
)
"""Every path of the desk and the office that writes."""
