"""JSON lines: one object per line, every value as the text it was written in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from guerdon.batch.intake.delimited import Fault

_KEYS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    """One object: its line's number, the line as it stands, its values as text."""

    line: int
    content: str
    values: dict[str, str | None]


def objects(lines: Iterator[str]) -> Iterator[Record | Fault]:
    """Return the objects of a file, and the lines that are none as faults."""
    decode = json.JSONDecoder(
        parse_float=str, parse_int=str, parse_constant=_refuse, object_pairs_hook=_distinct
    ).decode
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = decode(line)
            if "\\u" in line:  # half a surrogate pair can be written in JSON, and in no file
                json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            yield Fault(number, f"the line is not JSON ({error}); write one object per line", line)
            continue
        if isinstance(found, dict) and len(found) <= _KEYS_MAX:
            yield Record(number, line.strip(), {key: _written(value) for key, value in found.items()})
        else:
            yield Fault(number, "the line is not a JSON object of named values; write one object per line", line)


def _written(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        message = f"{twice[:40]!r} stands twice"
        raise ValueError(message)
    return found


def _refuse(constant: str) -> NoReturn:
    message = f"{constant} is not a number"
    raise ValueError(message)
