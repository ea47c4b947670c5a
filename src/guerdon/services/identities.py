"""Identities as callers state them, brought to the one form in which each is hashed, and whose they are.

Invariants:
* What leaves here is a hash, or a handle: no event, no deed and no refusal holds the value of an identity.
* Two ways to write the same e-mail address or telephone number are one identity.
* A card is known by a token of whoever takes the payment. What may be the number of a card is refused, and never repeated.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from guerdon.core.errors import Invalid, NotFound
from guerdon.services.answers import Refusal
from guerdon.services.facts import Record
from guerdon.store import identities
from guerdon.store.database import View
from guerdon.store.identities import NOBODY, Known, Value

UNKNOWN: Final = "member_unknown"
"""The code of what names a member that there is not."""

VALUE_MAX: Final = 200
"""So many characters a value has at most."""

_PHONE_DIGITS: Final = range(7, 16)
_CARD_DIGITS: Final = range(12, 20)
_PHONE_SIGNS: Final = str.maketrans("", "", " \t\u00a0\u202f-\u2011\u2013./()")
_CARD_SIGNS: Final = str.maketrans("", "", " \t\u00a0\u202f-\u2011\u2013.")
_TEN: Final = 10


def stated_identity(stated: object) -> tuple[str, str]:
    """Return the kind and the usual form of an identity like {"email": "ana@example.org"}; Invalid says what is wrong."""
    if not isinstance(stated, Mapping) or len(stated) != 1:
        message = (
            f"an identity has one kind with one value; write it like {{email: ...}}, with one of {', '.join(KINDS)}"
        )
        raise Invalid(message)
    kind, value = next(iter(stated.items()))
    if kind not in _FORMS:
        message = f"{kind!r:.40} is no kind of identity; write one of {', '.join(KINDS)}"
        raise Invalid(message)
    if not isinstance(value, str) or not 0 < len(value) <= VALUE_MAX or "\0" in value:
        message = f"the {kind} of an identity is text of 1 to {VALUE_MAX} characters"
        raise Invalid(message)
    return kind, _FORMS[kind](value)


def hashed(view: View, stated: Iterable[object]) -> list[Value]:
    """Return identities as they are kept, each once, in the order in which they are locked."""
    found = [stated_identity(one) for one in stated]
    if not found:
        return []
    key = identities.key_of(view)
    return sorted({(kind, identities.hash_of(key, kind, value)) for kind, value in found})


def member_of(view: View, programme: int, stated: object) -> str:
    """Return the member of an identity; NotFound when it is nobody's."""
    (value,) = hashed(view, [stated])
    found = identities.find(view, programme, [value])
    if not found:
        raise NotFound(nobody(value[0]), code=UNKNOWN)
    return found[value]


class Recognised(NamedTuple):
    """A record with its member, and a handle in place of its identity; `guest` is an identity that nobody has."""

    record: Record
    guest: Value | None = None


def recognise(
    view: View,
    programme: int,
    records: Sequence[Record],
    hold: Callable[[list[Value]], dict[Value, Known]] | None = None,
) -> list[Recognised | Refusal]:
    """Return records, each with its member; those that name one by an identity are looked up together.

    Identities of which nothing is known are made known by `hold`, where somebody wants to keep what is under them.
    """
    stated = [_stated(view, record) for record in records]
    values = [one for one in stated if isinstance(one, tuple)]
    known = identities.known(view, programme, values) if values else {}
    unknown = [value for value in values if value not in known]
    if hold is not None and unknown:
        known |= hold(unknown)
    return [_recognised(record, one, known) for record, one in zip(records, stated, strict=True)]


def nobody(kind: str) -> str:
    """Return how it is told that an identity is nobody's."""
    return f"no member has this {kind}; enrol one with it, or correct it"


def _stated(view: View, record: Record) -> Value | Refusal | None:
    stated = record.get("identity")
    if stated is None:
        return None
    try:
        return hashed(view, [stated])[0]
    except Invalid as invalid:
        return Refusal(code="invalid_event", detail=str(invalid), id=str(record.get("id") or ""))


def _recognised(record: Record, stated: Value | Refusal | None, known: Mapping[Value, Known]) -> Recognised | Refusal:
    if stated is None:
        return Recognised(record)
    if isinstance(stated, Refusal):
        return stated
    if record.get("member") is not None:
        detail = "the event names its member twice; state the member or an identity"
        return Refusal(code="invalid_event", detail=detail, id=str(record.get("id") or ""))
    kind, value = stated
    owner = known.get(stated, Known(NOBODY, value))
    kept: dict[str, Any] = {**record, "identity": {kind: owner.handle.hex()}}
    if owner.member != NOBODY:
        return Recognised({**kept, "member": owner.member})
    return Recognised({**kept, "member": value.hex()}, stated)


def _email(value: str) -> str:
    found = unicodedata.normalize("NFC", value).strip().lower()
    local, _, domain = found.rpartition("@")
    if not local or not domain or "@" in local or any(one.isspace() or not one.isprintable() for one in found):
        message = "the email of an identity is no address; write it like ana@example.org"
        raise Invalid(message)
    return found


def _phone(value: str) -> str:
    found = value.strip().replace("(0)", "").translate(_PHONE_SIGNS)
    digits = found[1:] if found.startswith("+") else found[2:] if found.startswith("00") else ""
    if not _are_digits(digits) or len(digits) not in _PHONE_DIGITS or digits.startswith("0"):
        message = "the phone of an identity is not international; write + and the country's code first, like +33 6 12 34 56 78"
        raise Invalid(message)
    return f"+{digits}"


def _card(value: str) -> str:
    found = value.strip()
    digits = unicodedata.normalize("NFKC", found).translate(_CARD_SIGNS)
    if not found or (_are_digits(digits) and len(digits) in _CARD_DIGITS and _checks(digits)):
        message = "the card of an identity may be a card's number; send the token that your acquirer gives for it"
        raise Invalid(message)
    return found


def _shop(value: str) -> str:
    return value


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _checks(digits: str) -> bool:
    """Say whether digits end in their own check digit, as those of payment cards do (Luhn)."""
    total = 0
    for place, one in enumerate(reversed(digits)):
        doubled = int(one) * (1 + place % 2)
        total += doubled // _TEN + doubled % _TEN
    return total % _TEN == 0


_FORMS: Final[dict[str, Callable[[str], str]]] = {"email": _email, "phone": _phone, "card": _card, "shop": _shop}
KINDS: Final = tuple(_FORMS)
"""By what a member may be recognised."""
