"""Small facts and books for tests of the store."""

from guerdon.store.events import Claim, EventRow
from guerdon.store.journals import EntryRow, JournalRow

PROGRAMME = 1
CONTENT = bytes(16)


def claim(id: str, account: str = "ana", number: int = 1, content: bytes = CONTENT) -> Claim:  # noqa: A002
    """Return a claim of an id of the till."""
    return Claim("till", id, account, number, content)


def event(number: int, account: str = "ana", *, granted: str | None = None) -> EventRow:
    """Return an event of an account."""
    return EventRow(
        account, number, "till", f"{account}-{number}", "purchase", 1, "m", number, 100 + number, "{}", granted, 1
    )


def journal(number: int, account: str = "ana", event: int | None = 1) -> JournalRow:
    """Return a journal of an account."""
    return JournalRow(account, number, event, 0, number, 100 + number)


def entry(journal: int, position: int = 0, account: str = "ana", **other: int | None) -> EntryRow:
    """Return an entry: by default, 10 points earned by the first rule."""
    given = {
        "sign": 1, "kind": 0, "at": 5, "unit": 1, "points": 10, "source_book": 4, "into_book": 1, "event": 1, "made": 1, "line": -1,
        "rule": 1, "version": 1, "source": -1, "band": -1, "desired": 10, "limit_": -1, "period": 0, "lot": 0,
        "residue": 0, "payer": -1, "reason": 0,
    }  # fmt: skip
    return EntryRow(account, journal, position, **{**given, **other})  # type: ignore[arg-type]
