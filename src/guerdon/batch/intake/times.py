"""When events happened: instants from dates, wall clocks and times with an offset, in SQL.

Local times become instants by joins on tables made from a `Zone`, written to Parquet so that every process has the
same; no data engine's idea of a zone is used.

Invariants:
* A date alone is the first instant of that day in the programme's zone.
* A local time that does not exist moves forward; one that happens twice is the first.
* No instant outside 1970 to 2099.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.batch.arrays import whole_numbers
from guerdon.batch.intake.raw import Column
from guerdon.batch.intake.readings import is_local_time
from guerdon.batch.intake.sql import cases, parquet, shown, stripped
from guerdon.core.calendar import DAY_US, HALF_DAY_US, Zone
from guerdon.core.errors import Invalid

ENDS_AT: Final = 4_102_444_800_000_000
"""2100-01-01 UTC."""

_ZONES_KEPT: Final = 4
"""The tables of so many zones are kept, 5 MB each: to work them out takes longer than to read a small file."""

_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6}0*)?)?"
_OFFSET: Final = "(Z|z|[+-](0[0-9]|1[0-9]|2[0-3]):?[0-5][0-9])"
_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SHAPE: Final = f"{_DATE}([Tt ]{_CLOCK}{_OFFSET}?)?"
_TEXT_AS: Final = "2017-10-03 or 2017-10-03T14:30:00+02:00"


@dataclass(frozen=True)
class TimeReading:
    """SQL for the day, the wall clock or the instant that a column gives ("" where it never does), and the joins they need."""

    given: str
    columns: tuple[tuple[str, str], ...]
    joins: str
    at: str
    timed: str
    fault: str


@dataclass(frozen=True)
class Zones:
    """Tables of the zones in question, by what they are for."""

    dates: Zone
    times: Zone
    scratch: Path


def moment(column: Column, raw: str, zones: Zones, *, what: str) -> TimeReading:
    """Read when something happened; the columns stand beside `raw`, named at:day, at:wall and at:instant."""
    said = f"'{what.replace(chr(39), chr(39) * 2)} ' || {shown(raw)}"
    fault = f"{said} || ' is outside the years 1970 to 2099'"
    if column.is_text:
        return _of_text(column, raw, zones, said, fault)
    if column.type.id == "date":
        columns = (("at:day", f"case when isfinite({raw}) then {raw} - date '1970-01-01' end"),)
        return _reading(column.sql, columns, zones, "false", fault)
    if is_local_time(column.type):
        return _reading(column.sql, (("at:wall", _micros(column, raw)),), zones, "true", fault)
    if str(column.type) == "TIMESTAMP WITH TIME ZONE":
        return _reading(column.sql, (("at:instant", f"epoch_us({raw})"),), zones, "true", fault)
    message = f"column {column.name} ({what}) holds {column.type}; write dates or times in it"
    raise Invalid(message)


def _micros(column: Column, raw: str) -> str:
    if str(column.type) != "TIMESTAMP_NS":
        return f"epoch_us({raw})"
    # A moment finer than a microsecond is cut, as every clock that shows microseconds does.
    return f"(epoch_ns({raw}) - epoch_ns({raw}) % 1000) // 1000"


def _reading(given: str, columns: tuple[tuple[str, str], ...], zones: Zones, timed: str, fault: str) -> TimeReading:
    names = [name for name, _ in columns]
    at, joins = [], ""
    if "at:instant" in names:
        at.append('"at:instant"')
    if "at:day" in names:
        joins += f'\n  left join {_day_table(zones.dates, zones.scratch)} as days on days."day" = "at:day"'
        at.append("days.starts_at")
    if "at:wall" in names:
        join, instant = _of_wall(zones.times, zones.scratch)
        joins += join
        at.append(instant)
    found = f"coalesce({', '.join(at)})" if len(at) > 1 else at[0]
    return TimeReading(
        given, columns, joins, f"case when {found} between 0 and {ENDS_AT - 1} then {found} end", timed, fault
    )


def _of_text(column: Column, raw: str, zones: Zones, said: str, outside: str) -> TimeReading:
    shaped = f"regexp_full_match({raw}, '{_SHAPE}')"
    date, rest = f"left({raw}, 10)", f"substr({raw}, 12)"
    clock = f"try_cast({date} || ' ' || regexp_extract({rest}, '^[0-9:.]+') as timestamp)"
    zulu = f"right({raw}, 1) in ('Z', 'z')"
    digits = f"right({raw}, 6).replace(':', '')"
    hours, minutes = (
        f"try_cast(substr({digits}, length({digits}) - 3, 2) as bigint)",
        f"try_cast(right({raw}, 2) as bigint)",
    )
    ahead = f"(case when {rest}.contains('+') then 1 else -1 end) * ({hours} * 60 + {minutes}) * 60000000"
    offset = f"case when {zulu} then 0 when {rest}.contains('+') or {rest}.contains('-') then {ahead} end"
    columns = (
        ("at:day", f"case when length({raw}) = 10 and {shaped} then try_cast({raw} as date) - date '1970-01-01' end"),
        ("at:clock", f"case when length({raw}) > 10 and {shaped} then epoch_us({clock}) end"),
        ("at:offset", f"case when {shaped} then {offset} end"),
        ("at:instant", '"at:clock" - "at:offset"'),
        ("at:wall", 'case when "at:offset" is null then "at:clock" end'),
    )
    fault = cases(
        [
            (f"not {shaped}", f"{said} || ' is not a date or time; write it like {_TEXT_AS}'"),
            ('"at:day" is null and "at:clock" is null', f"{said} || ' is not in the calendar'"),
        ],
        outside,
    )
    return _reading(f"nullif({stripped(column.sql)}, '')", columns, zones, f"length({raw}) > 10", fault)


def _of_wall(zone: Zone, scratch: Path) -> tuple[str, str]:
    """Return the join and the expression that take a wall clock's time to its instant."""
    if not zone.transitions:
        return "", f'"at:wall" - {zone.offsets[0]}'
    # Half days count from well before 1970, because // cuts towards zero.
    half_day = f'("at:wall" + {4 * HALF_DAY_US}) // {HALF_DAY_US} - 4'
    join = f"\n  left join {_wall_table(zone, scratch)} as walls on walls.half_day = {half_day}"
    return join, '"at:wall" - case when "at:wall" < walls.turn then walls.before else walls.after end'


def _wall_table(zone: Zone, scratch: Path) -> str:
    path = scratch / f"walls-{zone.name.replace('/', '-')}.parquet"
    if not path.exists():
        pq.write_table(_walls(zone), path)
    return parquet(path)


def _day_table(zone: Zone, scratch: Path) -> str:
    path = scratch / f"days-{zone.name.replace('/', '-')}.parquet"
    if not path.exists():
        pq.write_table(_days(zone), path)
    return parquet(path)


@lru_cache(_ZONES_KEPT)
def _walls(zone: Zone) -> pa.Table:
    """Return what takes the time on a zone's walls to its instant, for every half day."""
    turns = zone.local_table(-2 * DAY_US, ENDS_AT + 2 * DAY_US)
    return _table({"half_day": turns.half_days, "turn": turns.turns, "before": turns.before, "after": turns.after})


@lru_cache(_ZONES_KEPT)
def _days(zone: Zone) -> pa.Table:
    """Return when each of a zone's days begins."""
    days = range(-1, ENDS_AT // DAY_US + 2)
    return _table({"day": days, "starts_at": [zone.day_start(day) for day in days]})


def _table(columns: Mapping[str, Iterable[int]]) -> pa.Table:
    return pa.table({word: whole_numbers(values) for word, values in columns.items()})
