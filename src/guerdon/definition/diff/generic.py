"""The comparison of what has no describer of its own: every difference is told, and called different.

A section that becomes real is compared like this until it has its row in `compare.SECTIONS`.
"""

from collections.abc import Iterator, Mapping

from guerdon.definition.diff.changes import DIFFERENT, Change, Spot, Stated
from guerdon.definition.diff.wording import written
from guerdon.definition.spec import Part


def differs(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell each place at which two values differ, by the way that leads to it."""
    yield from _differ(key, _plain(old), _plain(new), spot)


def _differ(way: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    if old == new:
        return
    before, after = _keyed(old), _keyed(new)
    if before is None or after is None:
        yield spot.texts(
            DIFFERENT, way, written(old), written(new), reads=spot.both.moved_in(written(old), written(new))
        )
        return
    if list(before) != list(after) and sorted(before) == sorted(after):
        yield spot.tell(DIFFERENT, f"{way} stands in another order")
    for name, (step, value) in after.items():
        if name in before:
            yield from _differ(f"{way} {name}", before[name][1], value, spot.at(step))
        else:
            yield spot.at(step).texts(DIFFERENT, f"{way} {name}", "not there", written(value))
    for name in [name for name in before if name not in after]:
        yield spot.texts(DIFFERENT, f"{way} {name}", written(before[name][1]), "gone")


def _keyed(value: Stated) -> dict[str, tuple[str | int, Stated]] | None:
    """Return what a mapping, or a list of things with names, holds by name; nothing for any other value."""
    if isinstance(value, Mapping):
        return {name: (name, one) for name, one in value.items()}
    if not isinstance(value, list) or not all(isinstance(one, Mapping) and "id" in one for one in value):
        return None
    return {one["id"]: (position, one) for position, one in enumerate(value)}


def _plain(value: Stated) -> Stated:
    if isinstance(value, Part):
        return _plain(value.model_dump(by_alias=True, exclude_defaults=True))
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
