"""Transactions and plain mappings as events of the engine, read as rows of a file are.

Invariants:
* What cannot be a fact is told with its position, all of it at once, and nothing is rated.
* What nobody reads is named in the summary; a float that had to be rounded is counted there.
* An id that is made up comes from an event's content and its how-manieth occurrence, never from its position.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from typing import Any, Final

from guerdon.app.transactions import Transaction
from guerdon.batch.intake import Summary
from guerdon.batch.intake.mapping import HEAD, LINE, LINE_PREFIX, UNUSED, did_you_mean
from guerdon.core.amounts import read_time
from guerdon.core.calendar import Zone
from guerdon.core.currencies import DECIMALS
from guerdon.core.errors import Invalid
from guerdon.core.events import Event, Resolved, Terms, read_event, resolve
from guerdon.core.facts import MONEY, NUMBER, ORDER_AMOUNTS, Attribute

Record = Mapping[str, Any]

_TOLD: Final = 20
_WHOLE: Final = 2**63
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """How records are to be read: what their fields are called, their currency and zone if the records do not say."""

    mapping: Mapping[str, str]
    currency: str | None = None
    zone: Zone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Records as events, the members as they were written, and what was read."""

    events: list[Event]
    members: dict[str, str | int]
    summary: Summary


def read_records(terms: Terms, given: Sequence[object], saying: Saying) -> Records:
    """Return records as events; Invalid lists those that cannot be any."""
    stated = [_stated(one, position) for position, one in enumerate(given, start=1)]
    _check_columns(stated, terms, saying)
    records = [_named(record, saying) for record in stated]
    events = _identified(_events(terms, records), terms)
    known = {(event.source, event.id): event for event in events}
    found = _resolved(list(known.values()), terms)
    waiting = [event for event in found.waiting if event.refund is not None]
    returns = [event for event in found.events if event.returned and event.refund is None]
    instants = [event.at for event in events]
    summary = Summary(
        rows=len(records),
        events=len(known),
        lines=sum(len(event.lines) for event in known.values()),
        returns=len(returns),
        returned_lines=sum(event.returned_lines for event in known.values()),
        return_examples=tuple(f"{event.type} {event.id} of {event.member}" for event in returns[:5]),
        refunds=sum(event.left is not None for event in found.events),
        waiting=len(waiting),
        waiting_examples=tuple(_refund_named(event) for event in waiting[:5]),
        late=len(found.late),
        late_examples=tuple(_refund_named(event) for event in found.late[:5]),
        duplicates=len(events) - len(known),
        rounded=sum(_roundings(terms, record) for record in records),
        bad_rows=0,
        ignored=_ignored(records, terms),
        first_at=min(instants, default=None),
        last_at=max(instants, default=None),
    )
    return Records(events=events, members=_members(records), summary=summary)


def _resolved(events: Sequence[Event], terms: Terms) -> Resolved:
    """Return events with what refunds leave of their purchases; Invalid lists the refunds of more than is left."""
    found = resolve(events, decimals=DECIMALS[terms.currency], policy=terms.returns)
    _raise_bad([f"{event.type} {event.id}: {why}" for event, why in found.refused])
    return found


def _refund_named(event: Event) -> str:
    refund = event.refund
    return "" if refund is None else f"{event.id} of {refund.of}" + (f" from {refund.source}" if refund.source else "")


def _stated(given: object, position: int) -> Record:
    if isinstance(given, Transaction):
        return given.record()
    if isinstance(given, Mapping):
        return {str(name).lower(): _native(value) for name, value in given.items()}
    message = f"event {position} is {type(given).__name__} {given!r:.40}; give a Transaction, or a mapping like {{'member': 'ana', 'at': '2026-01-05', 'amount': '120'}}"
    raise Invalid(message)


def _native(value: object) -> Any:  # noqa: ANN401 - whatever a mapping may hold
    """Return a number of a data library as one of Python's; what is not a number at all is nothing."""
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - this is what NaN is known by
        return None
    return value


def _check_columns(records: Sequence[Record], terms: Terms, saying: Saying) -> None:
    known = _known(terms)
    there = list(dict.fromkeys(name for record in records for name in record))
    for ours, theirs in saying.mapping.items():
        if ours not in known:
            message = f"mapping={{{ours!r}: ...}} names no column that events have{did_you_mean(ours, known)} (they have {', '.join(known)})"
            raise Invalid(message)
        if records and not ours.startswith(LINE_PREFIX) and theirs.lower() not in there:
            message = f"no event has {theirs} (mapping={{{ours!r}: {theirs!r}}}){did_you_mean(theirs, there)} (they have {', '.join(there)})"
            raise Invalid(message)
    for ours in ("member", "at"):
        if records and ours not in there and ours not in saying.mapping:
            example = {"member": "customer_id", "at": "date"}[ours]
            message = (
                f"the events have no {ours}; say which column it is with mapping={{{ours!r}: {example!r}}} "
                f"(they have {', '.join(there)})"
            )
            raise Invalid(message)


def _known(terms: Terms) -> list[str]:
    kinds = terms.event_types.values()
    head = [*HEAD, *UNUSED, *(one.name for kind in kinds for one in kind.attributes)]
    line = [*LINE, *(one.name for kind in kinds for one in kind.line_attributes)]
    return list(dict.fromkeys([*head, *(LINE_PREFIX + name for name in line)]))


def _named(record: Record, saying: Saying) -> dict[str, Any]:
    """Return a record with its fields as the engine calls them, and with what the caller said of all of them."""
    head = {ours: theirs for ours, theirs in saying.mapping.items() if not ours.startswith(LINE_PREFIX)}
    line = {
        ours.removeprefix(LINE_PREFIX): theirs
        for ours, theirs in saying.mapping.items()
        if ours.startswith(LINE_PREFIX)
    }
    named = _renamed(record, head)
    if saying.currency and not named.get("currency"):
        named["currency"] = saying.currency.upper()
    if saying.zone is not None and named.get("at"):
        named["at"] = _instant(named["at"], saying.zone)
    if isinstance(named.get("lines"), (list, tuple)):
        named["lines"] = [
            _renamed({key: _native(value) for key, value in one.items()}, line) if isinstance(one, Mapping) else one
            for one in named["lines"]
        ]
    return named


def _renamed(record: Record, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return a record with our names; a column that was mapped wins over one that merely has the name."""
    theirs = {ours: column.lower() for ours, column in mapping.items()}
    rest = {name: value for name, value in record.items() if name not in theirs and name not in theirs.values()}
    return rest | {ours: record.get(column) for ours, column in theirs.items()}


def _instant(at: object, zone: Zone) -> object:
    """Return a time without an offset as an instant; a date alone stays a day of the programme's zone."""
    instant, timed = read_time(at, zone, "at")
    return _EPOCH + timedelta(microseconds=instant) if timed else at


def _events(terms: Terms, records: Sequence[Record]) -> list[Event]:
    events: list[Event] = []
    bad: list[str] = []
    for position, record in enumerate(records, start=1):
        try:
            events.append(read_event(terms, record, default_id=""))
        except Invalid as invalid:
            bad.append(f"event {position}: {invalid}")
    _raise_bad(bad)
    return events


def _raise_bad(bad: Sequence[str]) -> None:
    if bad:
        more = f"\n(and {len(bad) - _TOLD:,} more)" if len(bad) > _TOLD else ""
        number = "1 bad event" if len(bad) == 1 else f"{len(bad):,} bad events"
        message = "\n".join([f"{number}; correct them:", *bad[:_TOLD]]) + more
        raise Invalid(message)


def _identified(events: Sequence[Event], terms: Terms) -> list[Event]:
    """Give events without an id the one that the same row of a file is given."""
    names = list(dict.fromkeys(one.name for kind in terms.event_types.values() for one in kind.attributes))
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Event] = []
    for event in events:
        if event.id:
            found.append(event)
            continue
        digest = _digest(event, names)
        seen[event.source, digest] += 1
        found.append(replace(event, id=f"{digest[:20]}-{seen[event.source, digest]}"))
    return found


def _digest(event: Event, names: Sequence[str]) -> str:
    amounts = [event.amounts[name] for name in ("amount", *ORDER_AMOUNTS)]
    own = [event.type, event.kind, event.member, event.account, event.at, event.timed, event.returned]
    lines = [str(line) for line in event.lines]
    content = [*own, *amounts, *(event.attributes.get(name) for name in names), *lines]
    if event.refund is not None:
        content += [event.refund.of, event.refund.source, event.refund.amount, *map(str, event.refund.lines)]
    told = [
        chr(30) if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in content
    ]
    return md5(chr(31).join(told).encode(), usedforsecurity=False).hexdigest()


def _members(records: Sequence[Record]) -> dict[str, str | int]:
    """Return members by the text they are known by: as whole numbers when all were given so."""
    whole = all(type(record["member"]) is int and abs(record["member"]) < _WHOLE for record in records)
    return {str(record["member"]): record["member"] if whole else str(record["member"]) for record in records}


def _ignored(records: Sequence[Record], terms: Terms) -> tuple[str, ...]:
    known = {*_known(terms)} - {*UNUSED}
    found = [name for record in records for name in record if name not in known]
    found += [
        f"lines.{name}"
        for record in records
        for line in record.get("lines") or ()
        for name in line
        if LINE_PREFIX + name not in known
    ]
    return tuple(dict.fromkeys(found))


def _roundings(terms: Terms, record: Record) -> int:
    """Return how many floats of a record had to be rounded."""
    kind = terms.event_types[str(record.get("type") or "purchase")]
    money = DECIMALS[str(record.get("currency") or terms.currency)]
    head = dict.fromkeys(("amount", *ORDER_AMOUNTS), money) | _decimals(kind.attributes, money)
    line = dict.fromkeys(("amount", "discount"), money) | _decimals(kind.line_attributes, money)
    count = sum(_is_rounded(record.get(name), decimals) for name, decimals in head.items())
    for one in record.get("lines") or ():
        count += sum(_is_rounded(one.get(name), decimals) for name, decimals in line.items())
    return count


def _decimals(attributes: Sequence[Attribute], money: int) -> dict[str, int]:
    return {one.name: money if one.kind == MONEY else one.decimals for one in attributes if one.kind in (MONEY, NUMBER)}


def _is_rounded(value: object, decimals: int) -> bool:
    return isinstance(value, float) and Decimal(repr(value)).scaleb(decimals) % 1 != 0
