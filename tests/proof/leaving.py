"""The paths by which members leave and come back."""

from typing import Final

from guerdon.services.answers import Refusal
from guerdon.services.members.close import CloseMember, RejoinMember, close_member, rejoin_member
from guerdon.services.members.enrol import EnrolMember, enrol_member
from guerdon.services.members.erase import EraseMember, erase_member
from guerdon.services.members.find import Profile
from tests.proof.writing import Path
from tests.services.shop import Shop


def _member(shop: Shop, number: int) -> None:
    """Let a member join, buy, and set points aside."""
    asked = EnrolMember(member=f"m{number}", identities=[{"email": f"m{number}@example.org"}])
    assert isinstance(shop.leave(enrol_member, asked), Profile)
    shop.one(id=f"b{number}", member=f"m{number}", at="2026-05-10", amount=300)
    assert not isinstance(shop.redeem(id=f"r{number}", member=f"m{number}", reward="mug", reserve=True), Refusal)


def _closes(shop: Shop, number: int) -> object:
    return shop.leave(close_member, CloseMember(member=f"m{number}"))


def _closed(shop: Shop, number: int) -> None:
    _member(shop, number)
    assert isinstance(_closes(shop, number), Profile)


def _rejoins(shop: Shop, number: int) -> object:
    return shop.leave(rejoin_member, RejoinMember(member=f"m{number}"))


def _erases(shop: Shop, number: int) -> object:
    return shop.leave(erase_member, EraseMember(member=f"m{number}"))


def _is_member(found: object, _number: int) -> bool:
    return isinstance(found, Profile)


def _has_left(found: object, _number: int) -> bool:
    """Say whether a member is closed: asked again after the whole, they are told that they are."""
    return isinstance(found, Profile) or getattr(found, "code", "") == "member_closed"


def _is_back(found: object, _number: int) -> bool:
    return isinstance(found, Profile) or getattr(found, "code", "") == "member_not_closed"


LEAVING_PATHS: Final = (
    Path("a closing", _member, _closes, _has_left),
    Path("a rejoining", _closed, _rejoins, _is_back),
    Path("an erasure", _member, _erases, _is_member),
    Path("an erasure of who has left", _closed, _erases, _is_member),
)
"""Every path by which members leave and come back."""
