"""Links: what an answer leads to, by the operations that ask for it next and where they take their parameters from."""

from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

_MEMBER: Final = {"member": "$response.body#/member"}
_OF_PATH: Final = {"member": "$request.path.member"}
_ACCOUNT: Final = {"account": "$response.body#/account"}
_REDEMPTION: Final = {"redemption": "$response.body#/id"}
_ADJUSTMENT: Final = {"adjustment": "$response.body#/id"}
_TRANSFER: Final = {"transfer": "$response.body#/id"}
_REVISION: Final = {"revision": "$response.body#/revision"}
_OF_MEMBER: Final = {
    "memberProfile": _MEMBER, "memberStanding": _MEMBER, "updateMember": _MEMBER, "redeem": _MEMBER, "adjustPoints": _MEMBER,
    "transferPoints": _MEMBER, "closeMember": _MEMBER, "eraseMember": _MEMBER,
}  # fmt: skip

LINKS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "enrol": _OF_MEMBER,
    "findMember": _OF_MEMBER,
    "closeMember": {"keepMember": _OF_PATH, "rejoinMember": _OF_PATH, "memberProfile": _OF_PATH},
    "eraseMember": {"memberProfile": _OF_PATH, "memberStanding": _OF_PATH},
    "recordEvent": {"accountStanding": _ACCOUNT, "accountJournals": _ACCOUNT},
    "redeem": {"confirmRedemption": _REDEMPTION, "cancelRedemption": _REDEMPTION, "fulfilRedemption": _REDEMPTION},
    "adjustPoints": {"approveAdjustment": _ADJUSTMENT, "declineAdjustment": _ADJUSTMENT},
    "transferPoints": {"approveTransfer": _TRANSFER, "declineTransfer": _TRANSFER, "reverseTransfer": _TRANSFER},
    "publishRevision": {"programme": {}, "rollBack": _REVISION},
    "rollBack": {"programme": {}},
}
"""For each operation those that follow it, and what each of their parameters is: an OpenAPI runtime expression."""


def links_of(operation: str) -> Json:
    """Return the links of an operation's good answers."""
    return {
        target: {"operationId": target, **({"parameters": dict(taken)} if taken else {})}
        for target, taken in LINKS.get(operation, {}).items()
    }
