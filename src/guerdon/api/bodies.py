"""Bodies: what callers send, read exactly; what cannot be read, or is not known, is told.

Invariants:
* Numbers with a point stay decimal: no amount passes through a binary float.
* A name that identifies something is short and holds no NUL, whatever the database makes of others.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, NewType, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from guerdon.api.problems import Refusing
from guerdon.services.answers import Refusal

B = TypeVar("B", bound=Struct)
Record = dict[str, Any]
BasketRecord = NewType("BasketRecord", Record)

NAME_MAX: Final = 200
"""So many characters has what identifies an event, a member or an account."""

NAMES: Final = ("id", "source", "member", "account", "type", "refund_of", "refund_source", "reservation", "purchase")
Name = Annotated[str, Meta(max_length=NAME_MAX)]
GivenName = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]

_NUL: Final = b"\\u0000"
_records: Final = msgspec.json.Decoder(Record, float_hook=Decimal)


class EventsBody(Struct, forbid_unknown_fields=True):
    """Events to be recorded together, each answered by itself."""

    events: Annotated[list[Record], Meta(max_length=1_000)]


class RedemptionBody(Struct, forbid_unknown_fields=True):
    """What a member asks for: a reward, or `points` off a price; with `reserve` the points are only set aside.

    `id` names the redemption for ever; without one it gets one.
    """

    reward: Name = ""
    id: Name = ""
    points: int | str | None = None
    paid: str | None = None
    purchase: Name = ""
    reserve: bool = False


class StepBody(Struct, forbid_unknown_fields=True):
    """A step of a redemption: `points` takes back so many of them, `id` names the step for ever."""

    id: Name = ""
    points: int | str | None = None


class AdjustmentBody(Struct, forbid_unknown_fields=True):
    """What is given, or below zero taken off, and why; `id` names the adjustment for ever, without one it gets one."""

    reason: GivenName
    points: int | str
    id: Name = ""
    note: Annotated[str, Meta(max_length=2_000)] = ""


class TransferBody(Struct, forbid_unknown_fields=True):
    """By which transfer of the programme how many points go to whom; `id` names it for ever, without one it gets one."""

    transfer: GivenName
    receiver: GivenName
    points: int | str
    id: Name = ""
    message: Annotated[str, Meta(max_length=500)] = ""


class CodeBody(Struct, forbid_unknown_fields=True):
    """A code as it was shown, and who is there, if that is known."""

    code: GivenName
    member: Name = ""


class CodesBody(Struct, forbid_unknown_fields=True):
    """Codes of a reward, and the time until which they can be used, a day included."""

    reward: GivenName
    codes: Annotated[list[GivenName], Meta(max_length=10_000)]
    expires_at: Name = ""


class NothingBody(Struct, forbid_unknown_fields=True):
    """Nothing: the address says it all."""


Attributes = dict[GivenName, Annotated[str, Meta(max_length=1_000)] | bool | int | None]
Identities = Annotated[list[Annotated[dict[str, str], Meta(min_length=1, max_length=1)]], Meta(max_length=20)]


class MemberBody(Struct, forbid_unknown_fields=True):
    """Somebody who joins: `member` names them for ever, without one they are given a name.

    Each identity is one of {"email": ...}, {"phone": ...}, {"card": ...} (a token of the acquirer) and {"shop": ...}. Attributes
    are text, whole numbers, true or false. `zone` is where they live, an IANA name like Europe/Paris. `enrolled_at` is when they joined,
    if that was earlier than now.
    """

    member: Name = ""
    identities: Identities = []
    born_on: date | None = None
    zone: GivenName | None = None
    attributes: Attributes = {}
    enrolled_at: Name = ""


class MemberChangeBody(Struct, forbid_unknown_fields=True):
    """What changes of a member; what is left out stays. An attribute, a day of birth or a zone that is null is taken away.

    Identities are removed first, then added.
    """

    born_on: date | UnsetType | None = UNSET
    zone: GivenName | UnsetType | None = UNSET
    attributes: Attributes = {}
    identities: Identities = []
    identities_removed: Identities = []


Note = Annotated[str, Meta(max_length=2_000)]


class FileBody(Struct, forbid_unknown_fields=True):
    """A file of a programme: its name, by which others include it, and its text."""

    name: GivenName
    text: str


class RevisionBody(Struct, forbid_unknown_fields=True):
    """A programme's file as text, or the files of each of its versions, of which the first includes the others; and why."""

    text: str = ""
    versions: Annotated[list[Annotated[list[FileBody], Meta(min_length=1)]], Meta(max_length=100)] = []
    note: Note = ""


class RollbackBody(Struct, forbid_unknown_fields=True):
    """Why an earlier revision is published again."""

    note: Note = ""


_DECODERS: Final[dict[type[Struct], msgspec.json.Decoder[Any]]] = {
    kind: msgspec.json.Decoder(kind, float_hook=Decimal)
    for kind in (
        EventsBody,
        MemberBody,
        MemberChangeBody,
        RedemptionBody,
        StepBody,
        AdjustmentBody,
        TransferBody,
        CodeBody,
        CodesBody,
        NothingBody,
        RevisionBody,
        RollbackBody,
    )
}


def record_of(body: bytes) -> Record:
    """Return the one object in a body."""
    found: Record = _decoded(_records, body)
    return found


def read(kind: type[B], body: bytes) -> B:
    """Return a body of a kind; an empty one is an object without fields."""
    found: B = _decoded(_DECODERS[kind], body or b"{}")
    return found


def _decoded(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:  # noqa: ANN401 - whatever the decoder is of
    try:
        found = decoder.decode(body)
    except msgspec.ValidationError as invalid:
        raise Refusing(code="body_invalid", detail=f"{invalid}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as malformed:
        raise Refusing(code="malformed_json", detail=f"{malformed}") from None
    except RecursionError:
        raise Refusing(code="malformed_json", detail="the body is nested too deeply") from None
    if _NUL in body and _holds_nul([found]):
        raise Refusing(code="body_invalid", detail="a text holds the character NUL; leave it out")
    return found


def refusal_of(record: Record) -> Refusal | None:
    """Return why a record cannot be an event whatever the programme says; None when it may be one."""
    if record.get("type") == "adjustment":
        detail = "an adjustment is asked for at /v1/members/{member}/adjustments, which holds it to its reason"
        return Refusal(code="invalid_event", detail=detail, id=str(record.get("id") or "")[:NAME_MAX])
    if record.get("type") in ("points_sent", "points_received"):
        detail = "a transfer is asked for at /v1/members/{member}/transfers, which holds it to its terms"
        return Refusal(code="invalid_event", detail=detail, id=str(record.get("id") or "")[:NAME_MAX])
    if record.get("type") == "closing":
        detail = "a closing is asked for at /v1/members/{member}/closing, which holds it to the notice"
        return Refusal(code="invalid_event", detail=detail, id=str(record.get("id") or "")[:NAME_MAX])
    for name in NAMES:
        value = record.get(name)
        if value is not None and not _is_name(value):
            detail = f"{name} is not a name; write text of at most {NAME_MAX} characters"
            return Refusal(code="invalid_event", detail=detail, id=str(record.get("id") or "")[:NAME_MAX])
    return None


def _is_name(value: object) -> bool:
    if isinstance(value, (list, dict, bool)):
        return False
    return len(value if isinstance(value, str) else str(value)) <= NAME_MAX


def _holds_nul(values: Iterable[object]) -> bool:
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and "\x00" in value:
            return True
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, Struct):
            waiting += msgspec.structs.astuple(value)
    return False
