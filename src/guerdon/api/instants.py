"""Instants as they are written: microseconds UTC inside, ISO 8601 outside."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_api(at: int) -> str:
    """Return an instant as it is written, like 2026-06-01T10:00:00Z."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")


def maybe(at: int | None) -> str | None:
    """Return an instant as it is written, if there is one."""
    return None if at is None else to_api(at)
