"""Records as facts: read by the programme, told apart by content, and kept as they were sent.

Invariants:
* What is kept of an event is enough to read it again, whatever later revisions say of exchange rates.
* A field that the programme does not declare is not kept: events stay for ever, and what nobody reads may be about a person.
* The same id with the same content is the same event, however its fields are ordered; when it was recorded is no content.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import msgspec

from guerdon.core import teller
from guerdon.core.errors import Invalid
from guerdon.core.events import Event, Terms, read_event
from guerdon.core.facts import COLUMNS, EventType
from guerdon.core.teller import History
from guerdon.store.events import EventRow
from guerdon.store.identities import Value

Record = Mapping[str, Any]

SOURCE: Final = "guerdon"
"""The source of events that nobody sends: what commands make, and what the service does by itself."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS: Final = (*COLUMNS, "identity", "before_joining")
_LINE_FIELDS: Final = ("id", "amount", "discount")
_OURS: Final = ("recorded_at", "granted", "before_joining")
_FOUND: Final = ("member", "before_joining")
_encoder: Final = msgspec.json.Encoder(order="deterministic")
_HASH_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event that was read, the record it was read from as it is kept, and a hash of what it says.

    A `guest`'s is of an identity that nobody has.
    """

    event: Event
    body: str
    content: bytes
    guest: Value | None = None


def read_fact(terms: Terms, record: Record, recorded_at: int, *, decided: bool = False) -> Fact:
    """Return what a record states as a fact recorded at an instant; Invalid says which field is wrong and what to write.

    When something happens that is `decided` as it is recorded is no content: asked again later, it is the same.
    """
    if not str(record.get("id") or "").strip():
        message = "id is missing; give each event an id of its own, and send it again with the same id"
        raise Invalid(message)
    for name in _OURS:
        if record.get(name) is not None:
            message = f"{name} is written by the service; leave it out"
            raise Invalid(message)
    # What a command makes is ours, and is read again by what made it.
    kept = dict(record) if decided else _declared(terms, record)
    told = dict(kept)
    currency = kept.get("currency")
    if currency and currency != terms.currency and not kept.get("rate") and str(currency) in terms.rates:
        kept["rate"] = terms.rates[str(currency)]
    event = read_event(terms, kept, default_id="", recorded_at=recorded_at)
    return Fact(
        event=event, body=_encoder.encode(kept).decode(), content=_content(_timeless(told) if decided else told)
    )


def _declared(terms: Terms, record: Record) -> dict[str, Any]:
    """Return what of a record an event can say: the fields that every event has, and those that its type declares."""
    event_type = terms.event_types.get(str(record.get("type") or "purchase"))
    if event_type is None:
        return dict(record)
    known, of_lines = _fields_of(event_type)
    kept = {name: value for name, value in record.items() if name in known}
    lines = kept.get("lines")
    if isinstance(lines, (list, tuple)):
        kept["lines"] = [_only(line, of_lines) for line in lines]
    return kept


@lru_cache(maxsize=1_000)
def _fields_of(event_type: EventType) -> tuple[frozenset[str], frozenset[str]]:
    """Return the fields that an event of a type can say, and each of its lines."""
    return (
        frozenset([*_FIELDS, *[one.name for one in event_type.attributes]]),
        frozenset([*_LINE_FIELDS, *[one.name for one in event_type.line_attributes]]),
    )


def _only(line: object, names: Collection[str]) -> object:
    if not isinstance(line, Mapping):
        return line
    return {name: value for name, value in line.items() if name in names}


def at_another_time(fact: Fact, at: int) -> Fact:
    """Return a fact that is decided at another instant."""
    body = {**msgspec.json.decode(fact.body), "at": moment(at).isoformat()}
    return replace(fact, event=replace(fact.event, at=at), body=_encoder.encode(body).decode())


def can_say(body: str, content: bytes) -> bool:
    """Say whether an event whose record is kept can have had a content: before its exchange rate was added, or its time."""
    if content == _hashed(body.encode()):
        return True
    kept = msgspec.json.decode(body)
    return (
        content == _content(kept)
        or content == _content({name: value for name, value in kept.items() if name != "rate"})
        or content == _content(_timeless(kept))
    )


def _timeless(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "at"}


def _content(record: Record) -> bytes:
    # Whose an identity was when it was recorded, and whether they had joined, nobody stated.
    found = _FOUND if record.get("identity") is not None else ()
    told = _encoder.encode({name: value for name, value in record.items() if value is not None and name not in found})
    return _hashed(told)


def _hashed(told: bytes) -> bytes:
    return blake2b(told, digest_size=_HASH_BYTES).digest()


def says_the_same(terms: Terms, body: str, other: str) -> bool:
    """Say whether two records state one event in other words: 12.5 and "12.50", a time in another zone, fields left out."""
    try:
        return _said(terms, body) == _said(terms, other)
    except Invalid:
        return False


def _said(terms: Terms, body: str) -> Event:
    return read_event(terms, msgspec.json.decode(body), default_id="")


def reread(terms: Terms, row: EventRow) -> Event:
    """Return the event that a row keeps, of the account that it was recorded for."""
    record = msgspec.json.decode(row.body)
    if row.granted is not None:
        record["granted"] = msgspec.json.decode(row.granted)
    return at_account(read_event(terms, record, default_id=row.id, recorded_at=row.recorded_at), row.account)


def at_account(event: Event, account: str) -> Event:
    """Return an event of the account that it was recorded for."""
    return event if event.account == account else replace(event, account=account)


def row_of(fact: Fact, number: int, *, account: str, revision: int, recorded_at: int) -> EventRow:
    """Return a fact as an account keeps it; `recorded_at` is when it was recorded, unless it says so itself."""
    event = fact.event
    return EventRow(
        account=account, number=number, source=event.source, id=event.id, type=event.type, kind=event.kind,
        member=event.member, at=event.at, body=fact.body, granted=None, revision=revision,
        recorded_at=recorded_at if event.recorded_at is None else event.recorded_at,
    )  # fmt: skip


def history_of(terms: Terms, rows: Sequence[EventRow]) -> History:
    """Return the events of one account as its rows have them, ready to be rated."""
    return history_in(terms, rows, [reread(terms, row) for row in rows])


def history_in(terms: Terms, rows: Sequence[EventRow], events: Sequence[Event]) -> History:
    """Return the same of rows whose events were read before."""
    return teller.history_of(terms, events, {(row.source, row.id): row.number for row in rows})


def moment(at: int) -> datetime:
    """Return an instant, in microseconds UTC, as a time."""
    return _EPOCH + timedelta(microseconds=at)
