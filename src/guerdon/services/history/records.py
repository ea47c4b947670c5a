"""Records of files as facts: what a file said of an event, under the name and at the account that reading it found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

import msgspec

from guerdon.core.errors import Invalid
from guerdon.core.events import Terms
from guerdon.core.events.granted import Grant, read_granted
from guerdon.services.facts import Fact, Record, read_fact

Columns = Mapping[str, Sequence[Any]]

_decoder: Final = msgspec.json.Decoder()


def accounts_of(columns: Columns) -> Iterator[tuple[str, range]]:
    """Yield accounts, and where each one's events stand in columns that are sorted by accounts."""
    first = 0
    for name, own in groupby(columns["account"]):
        end = first + len(list(own))
        yield name, range(first, end)
        first = end


def facts_in(
    terms: Terms, columns: Columns, places: Iterable[int], *, plenty: Sequence[Grant] | None = None
) -> list[Fact]:
    """Return some events of columns as facts; Invalid says which one is none, though the file could be read.

    With `plenty` they say what was decided that budgets grant them at most, and plenty where none cuts them.
    """
    decided = columns.get("granted")
    if decided is None or plenty is None:
        return [_fact(terms, columns, place) for place in places]
    return [_granted(_fact(terms, columns, place), decided[place], tuple(plenty)) for place in places]


def _granted(fact: Fact, decided: str | None, plenty: tuple[Grant, ...]) -> Fact:
    granted = plenty if decided is None else read_granted(decided)
    return replace(fact, event=replace(fact.event, granted=granted)) if granted else fact


def _fact(terms: Terms, columns: Columns, place: int) -> Fact:
    record = _record(columns, place)
    recorded_at = columns["recorded_at"][place]
    try:
        return read_fact(terms, record, columns["at"][place] if recorded_at is None else recorded_at)
    except Invalid as invalid:
        message = f"event {record['id']}: {invalid}"
        raise Invalid(message) from None


def _record(columns: Columns, place: int) -> Record:
    said = _decoder.decode(columns["said"][place])
    record = {word: value for word, value in said.items() if value is not None}
    if "lines" in record:
        record["lines"] = [
            {word: value for word, value in line.items() if value is not None} for line in record["lines"]
        ]
    member, account, source = columns["member"][place], columns["own"][place], columns["source"][place]
    record |= {
        "id": columns["id"][place],
        "type": columns["type"][place],
        "member": member,
        "at": columns["moment"][place],
    }
    if account != member:
        record["account"] = account
    if source:
        record["source"] = source
    return record
