"""Problems: the only table from a code to a status, and how each is told (RFC 9457).

A code is a state and stays the same; the detail is for people and is written better at any time.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from guerdon.core.errors import Conflict, GuerdonError, Invalid, InvariantBroken, NotFound, Refused

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of problem: its status, its title, and what a caller does about it."""

    status: int
    title: str
    remedy: str


def _kind(status: int, title: str, remedy: str) -> Kind:
    return Kind(status=status, title=title, remedy=remedy)


KINDS: Final[dict[str, Kind]] = {
    # The request cannot be read.
    "malformed_json": _kind(400, "The body is not JSON", "Send one JSON object in UTF-8."),
    "parameter_invalid": _kind(400, "A parameter is wrong", "Correct the parameter that the detail names."),
    "version_unknown": _kind(
        400, "There is no such API version", "Leave Guerdon-Version out, or name one of the reference."
    ),
    "idempotency_key_invalid": _kind(400, "The Idempotency-Key is wrong", "Send 1 to 255 visible ASCII characters."),
    # Who asks.
    "key_missing": _kind(401, "A key is needed", "Send Authorization: Bearer and a key."),
    "key_unknown": _kind(401, "There is no such key", "Check the key; guerdon keys new makes one."),
    "key_expired": _kind(401, "The key has expired", "Ask for a new key."),
    "key_revoked": _kind(401, "The key was revoked", "Ask for a new key."),
    "scope_missing": _kind(403, "The key is not good for this", "Use a key with the scope that the detail names."),
    # What there is not.
    "not_found": _kind(404, "There is no such page", "Compare the address with the reference."),
    "account_unknown": _kind(404, "There is no such account", "Record an event of it first."),
    "member_unknown": _kind(404, "There is no such member", "Enrol them first, or name another identity."),
    "redemption_unknown": _kind(
        404, "There is no such redemption", "Name the id that the redemption was answered with."
    ),
    "revision_unknown": _kind(404, "There is no such revision", "See the programme's revisions for their numbers."),
    "adjustment_unknown": _kind(404, "There is no such adjustment", "Name the id that it was answered with."),
    "transfer_unknown": _kind(404, "There is no such transfer", "Name the id that it was answered with."),
    "method_not_allowed": _kind(405, "The address has no such method", "Compare the method with the reference."),
    # What stands against it.
    "event_conflict": _kind(409, "The id was recorded with other content", "Give each event an id of its own."),
    "member_taken": _kind(409, "There is a member of this name", "Change them, or enrol under another name."),
    "identity_taken": _kind(409, "An identity is another member's", "Find the member by it, or leave it out."),
    "member_closed": _kind(409, "The member has left", "Let them rejoin, if they want to take part again."),
    "member_not_closed": _kind(409, "The member has not left", "Take the closing back, if they are leaving."),
    "not_enough_points": _kind(409, "There are not enough points", "Ask where the account stands."),
    "out_of_stock": _kind(409, "Nothing is left of the reward", "Offer another reward."),
    "limit_reached": _kind(409, "The reward was had as often as allowed", "Try again in the next period."),
    "reward_closed": _kind(409, "The reward is not on offer now", "Offer it within its window."),
    "reward_not_for_member": _kind(409, "The reward is not for this member", "Offer what the member may have."),
    "price_differs": _kind(409, "The price is another one now", "Ask for the programme's rewards again."),
    "reservation_unknown": _kind(409, "There is no such reservation", "It was confirmed, cancelled or has lapsed."),
    "code_used": _kind(409, "The code was used", "What was used is not given back."),
    "redemption_not_confirmed": _kind(409, "The redemption is not confirmed", "Confirm it first."),
    "adjustment_decided": _kind(409, "The adjustment is decided already", "Ask for its state."),
    "second_person_needed": _kind(409, "A second person decides", "Use the key of somebody else."),
    "own_account": _kind(409, "Nobody decides about points of their own", "Ask somebody else."),
    "transfer_decided": _kind(409, "The transfer is decided already", "Ask for its state."),
    "transfer_not_done": _kind(409, "The transfer is not in the books", "Only what is done is reversed."),
    "transfer_limit_reached": _kind(
        409, "No more may be transferred in this period", "Transfer less, or in the next period."
    ),
    "request_running": _kind(409, "A request of this Idempotency-Key is running", "Wait for its answer, or ask again."),
    "body_too_large": _kind(413, "The body is too large", "Send fewer events at once."),
    # What it says.
    "body_invalid": _kind(422, "A field is wrong or unknown", "Correct the field that the detail names."),
    "invalid_event": _kind(422, "The event cannot be recorded", "Correct the field that the detail names."),
    "refund_refused": _kind(422, "The refund cannot be", "Refund no more than is left of the purchase."),
    "code_refused": _kind(422, "This code cannot be used", "Ask for another code."),
    "closing_unknown": _kind(422, "Nobody says how members leave", "Publish enrolment: {closing: ...} first."),
    "reason_unknown": _kind(422, "There is no such reason", "Name a reason of the programme's adjustments."),
    "adjustment_too_large": _kind(422, "The reason is not good for so many points", "Adjust by less."),
    "points_invalid": _kind(422, "The points are none of the unit", "Write a number with the unit's decimals, not 0."),
    "transfer_kind_unknown": _kind(422, "The programme has no such transfer", "Name one of the programme's transfers."),
    "transfer_outside": _kind(422, "The transfer is not for so many points", "Transfer what its terms allow."),
    "message_not_allowed": _kind(422, "The transfer goes without a message", "Leave the message out."),
    "same_account": _kind(422, "Nobody sends points to themselves", "Name another member."),
    "receiver_unknown": _kind(422, "There is no such member to receive points", "Enrol them first."),
    "reward_unknown": _kind(422, "There is no such reward", "Name one of the programme's rewards."),
    "points_too_few": _kind(422, "The reward needs more points", "State at least the reward's minimum."),
    "points_off_step": _kind(422, "The points are between steps", "State a multiple of the reward's step."),
    "money_differs": _kind(
        422, "The money is not what the reward asks for", "State the money that is paid beside the points."
    ),
    "notice_needed": _kind(
        422, "Members have to be told first", "Let what takes something away begin as late as the detail says."
    ),
    "programme_invalid": _kind(422, "The programme does not run", "Correct what the issues say, at their places."),
    "refused": _kind(422, "This is not allowed", "The detail says why."),
    "at_needs_dry_run": _kind(422, "Only a dry run has an instant of its own", "Add dry_run=true, or leave `at` out."),
    "idempotency_key_reused": _kind(
        422, "The Idempotency-Key came with another request", "Use a key for each request."
    ),
    "too_many_requests": _kind(429, "The key asks too often", "Wait as long as Retry-After says."),
    # What is ours.
    "internal": _kind(500, "Something of ours is wrong", "Report the request id."),
    "busy": _kind(503, "The database is busy", "Send the same request again, as Retry-After says."),
    "storage_failed": _kind(
        503, "The database's disk is full or fails", "Send the same request again, as Retry-After says."
    ),
}

UNEXPECTED: Final = "internal"
RETRY: Final = {"busy": 1, "storage_failed": 30, "too_many_requests": 1}
"""After how many seconds to ask again, where nothing better is known."""


class Problem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A problem document: `code` is for programs and stays the same, `detail` is for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    id: str = ""
    issues: list[dict[str, Any]] = []
    retry_after: int = 0


class Refusing(Exception):
    """A "no" of the door's own, on its way to whoever renders it."""

    def __init__(
        self, *, code: str, detail: str = "", issues: list[dict[str, Any]] | None = None, wait: int = 0
    ) -> None:
        super().__init__(detail)
        self.code: Final = code
        self.detail: Final = detail
        self.issues: Final = issues or []
        self.wait: Final = wait


def problem(code: str, detail: str = "", *, id_: str = "", issues: list[dict[str, Any]] | None = None) -> Problem:
    """Return a problem by its code."""
    kind = KINDS[code]
    return Problem(
        type=f"/docs#{code}", title=kind.title, status=kind.status, code=code, detail=detail or kind.remedy, id=id_,
        issues=issues or [],
    )  # fmt: skip


def problem_of(failure: Exception) -> Problem:
    """Return how a failure is told; what nobody foresaw says nothing of itself."""
    if isinstance(failure, Refusing):
        told = problem(failure.code, failure.detail, issues=failure.issues)
        told.retry_after = failure.wait
        return told
    if not isinstance(failure, GuerdonError) or isinstance(failure, InvariantBroken):
        return problem(UNEXPECTED)
    return problem(_code_of(failure), str(failure))


def _code_of(failure: GuerdonError) -> str:
    if failure.code in KINDS:
        return failure.code
    for kind, code in ((Invalid, "body_invalid"), (NotFound, "not_found"), (Conflict, "busy"), (Refused, "refused")):
        if isinstance(failure, kind):
            return code
    return UNEXPECTED
