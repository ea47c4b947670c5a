"""Time zones by their IANA names, from the tzdata package and never from the machine.

The same names and the same tzdata give the same zones everywhere, whatever the system has installed.
"""

from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # it holds data, and ships no types

from guerdon.core.calendar import Zone
from guerdon.core.errors import NotFound
from guerdon.definition.issues import quote, suggest

_ENDS_S: Final = 4_102_444_800
"""2100-01-01: from here the last offset goes on."""

_STEP_S: Final = 6 * 86_400
"""No zone has changed its offset twice within six days since 1970 (Recife did within seven); a test holds it."""

_NONE: Final = timedelta()
_SECOND: Final = timedelta(seconds=1)
_SECOND_US: Final = 1_000_000


@cache
def zone_names() -> frozenset[str]:
    """Return every name that a programme may give."""
    return frozenset(resources.files(tzdata).joinpath("zones").read_text("utf-8").split())


def zone_release() -> str:
    """Return the release of the IANA database in use, like 2026f."""
    return str(tzdata.IANA_VERSION)


def unknown_zone(name: str) -> str:
    """Return that there is no zone of a name, and what may have been meant."""
    hint = suggest(name, sorted(zone_names())) or "write a name like Europe/Paris or UTC"
    return f"there is no time zone {quote(name)}; {hint}"


def read_zone(name: str) -> ZoneInfo:
    """Return a zone as the standard library reads it from the tzdata package."""
    if name not in zone_names():
        raise NotFound(unknown_zone(name))
    with resources.files(tzdata).joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def load_zone(name: str) -> Zone:
    """Return the calendar of a zone, exact from 1970 to 2099."""
    info = read_zone(name)
    transitions: list[int] = []
    offsets = [_offset(info, 0)]
    for starts in range(0, _ENDS_S, _STEP_S):
        ends = min(starts + _STEP_S, _ENDS_S)
        offset = _offset(info, ends)
        if offset != offsets[-1]:
            transitions.append(_transition(info, starts, ends) * _SECOND_US)
            offsets.append(offset)
    return Zone(name, transitions, [offset * _SECOND_US for offset in offsets])


def _transition(info: ZoneInfo, starts: int, ends: int) -> int:
    """Return the second in which the offset changes between two that differ."""
    before = _offset(info, starts)
    while ends - starts > 1:
        middle = (starts + ends) // 2
        if _offset(info, middle) == before:
            starts = middle
        else:
            ends = middle
    return ends


def _offset(info: ZoneInfo, second: int) -> int:
    """Return the offset from UTC in seconds."""
    return (datetime.fromtimestamp(second, info).utcoffset() or _NONE) // _SECOND
