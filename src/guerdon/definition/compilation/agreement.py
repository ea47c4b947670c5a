"""What versions of one programme must agree on to rate one history, and where one of them does not.

Invariant: what is found here stands in the later of two versions, at the part that differs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from guerdon.definition.compilation.scopes import ALWAYS_THERE, OF_ITS_KIND
from guerdon.definition.issues import Issue, error, quote
from guerdon.definition.levels import LadderSpec
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import AttributeSpec, EventSpec, ProgrammeSpec, UnitSpec
from guerdon.definition.written import length_of

_WHOLE: Final = {
    "rates": "keep it: it is one for all versions",
    "returns": "keep it: only its `window` and `within` differ, by when a purchase was made",
    "late": "keep it: it is one for all versions",
}
"""Sections of which there is one for all versions, and what to do where there are two."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One version: what it says and where, the file it stands in, and the instants from which and up to which it is in force."""

    spec: ProgrammeSpec
    source: Source
    within: tuple[int, int]

    @property
    def file(self) -> str:
        """The file it was read from."""
        return self.source.files[0].name


def disagreements(versions: Sequence[Dated]) -> list[Issue]:
    """Return where versions, in the order in which they take effect, cannot be rated together."""
    found = [issue for before, after in pairwise(versions) for issue in _Pair(before, after).issues()]
    return [*found, *_attributes(versions)]


class _Pair:
    """A version and the one before it."""

    def __init__(self, before: Dated, after: Dated) -> None:
        self.before: Final = before
        self.after: Final = after

    def issues(self) -> Iterator[Issue]:
        """Yield what the later one does not agree on."""
        old, new = self.before.spec, self.after.spec
        for key, advice in _WHOLE.items():
            if _said(old, key) != _said(new, key):
                yield self._issue((key,), f"`{key}` is not as in {self.before.file}", advice)
        if _included(old) != _included(new):
            what = f"other amounts are included than in {self.before.file}"
            yield self._issue(("eligible", "include"), what, "keep them, or let rules say `of` which amount they read")
        for name in [name for name in new.units if name in old.units]:
            yield from self._unit(name)
        for name in [name for name in new.metrics if name in old.metrics]:
            if _counts(old, name) != _counts(new, name):
                what = f"the metric {quote(name)} counts over another time, or another unit, than in {self.before.file}"
                yield self._issue(
                    ("metrics", name), what, "give it a name of its own: it counts from the first event on"
                )
        yield from self._celebrations()
        if _sweeps(old) != _sweeps(new):
            what = f"rewards are not swept on the days of {self.before.file}"
            yield self._issue(("rewards",), what, "keep the sweeps that there are, and their days")
        ladders = {one.id: one for one in old.ladders}
        for position, one in enumerate(new.ladders):
            if one.id in ladders:
                yield from self._ladder(ladders[one.id], one, ("ladders", position))

    def _celebrations(self) -> Iterator[Issue]:
        old, new = self.before.spec.celebrations, self.after.spec.celebrations
        for name in [name for name in new if name in old and new[name].of != old[name].of]:
            what = f"the celebration {quote(name)} is counted from another date than in {self.before.file}"
            yield self._issue(("celebrations", name, "of"), what, "keep it, or give the celebration a name of its own")
        for name in [name for name in new if name in old and new[name].zone != old[name].zone]:
            what = f"the celebration {quote(name)} has its days in other zones than in {self.before.file}"
            yield self._issue(
                ("celebrations", name, "zone"), what, "keep it, or give the celebration a name of its own"
            )

    def _unit(self, name: str) -> Iterator[Issue]:
        old, new = self.before.spec.units[name], self.after.spec.units[name]
        if old.decimals != new.decimals:
            what = f"{name} have {new.decimals} decimals, and in {self.before.file} {old.decimals}"
            yield self._issue(("units", name, "decimals"), what, "keep the decimals, or count in a unit of its own")
        if (old.cap is None, old.over_cap) != (new.cap is None, new.over_cap):
            what = f"{name} have a cap in one version, and none or another kind in {self.before.file}"
            yield self._issue(("units", name, "cap"), what, "write a cap that nobody reaches where there is none")
        if _wait(old) != _wait(new):
            what = f"{name} wait for an event in one version, and not in {self.before.file}"
            yield self._issue(("units", name, "pending"), what, "keep it, or count in a unit of its own")
        if _clock(old) != _clock(new) or _shorter(old.expiry.idle, new.expiry.idle):
            what = f"{name} end by another clock than in {self.before.file}, or after a shorter time without activity"
            yield self._issue(
                ("units", name, "expiry"), what, "keep what they count from, or count in a unit of its own"
            )

    def _ladder(self, old: LadderSpec, new: LadderSpec, loc: Loc) -> Iterator[Issue]:
        was, now = [level.id for level in old.levels], [level.id for level in new.levels]
        if now[: len(was)] != was:
            what = f"the levels are not those of {self.before.file}, in their order, with new ones above them"
            yield self._issue((*loc, "levels"), what, "keep them, or begin a ladder of its own")
        for key in ("crossing", "grants"):
            if getattr(old, key) != getattr(new, key):
                what = f"`{key}` of the ladder {quote(new.id)} is not as in {self.before.file}"
                yield self._issue((*loc, key), what, "keep it, or begin a ladder of its own")

    def _issue(self, loc: Loc, what: str, try_this: str) -> Issue:
        return error("version", self.after.source.place(loc), what, try_this)


def _wait(unit: UnitSpec) -> tuple[str | None, str | None]:
    """Return the event until which points are pending, or from which on."""
    return (None, None) if unit.pending is None else (unit.pending.until, unit.pending.from_)


def _clock(unit: UnitSpec) -> tuple[bool, object, bool, object]:
    """Return what the end of points is counted from: their own day, the account's activity, a level."""
    expiry = unit.expiry
    levels = list(expiry.policies or {})
    extended = expiry.extended_by is not None or any(
        one.extended_by is not None for one in (expiry.policies or {}).values()
    )
    return expiry.idle is not None, expiry.by, extended, levels


def _shorter(old: str | None, new: str | None) -> bool:
    """Say whether a time without activity is shorter, or may be."""
    if old is None or new is None or old == new:
        return False
    (was, of), (now, by) = length_of(old), length_of(new)
    return of != by or now < was


def _sweeps(spec: ProgrammeSpec) -> dict[str, list[str]]:
    """Return on which days each reward is swept; for how much, and how often, the version of the day says."""
    return {one.id: one.sweep.on for one in spec.rewards if one.sweep is not None}


def _said(spec: ProgrammeSpec, key: str) -> object:
    """Return what a section says; of returns without the times that go by when a purchase was made."""
    if key != "returns":
        return getattr(spec, key)
    said = spec.returns
    unlinked = None if said is None or said.unlinked is None else said.unlinked.model_copy(update={"within": None})
    return None if said is None else said.model_copy(update={"window": None, "unlinked": unlinked})


def _included(spec: ProgrammeSpec) -> set[str]:
    return set() if spec.eligible is None else set(spec.eligible.include)


def _counts(spec: ProgrammeSpec, name: str) -> tuple[object, object]:
    metric = spec.metrics[name]
    return metric.within, metric.earned


def _attributes(versions: Sequence[Dated]) -> Iterator[Issue]:
    """Say where types of event are not the same kind of event, or carry what cannot be read alike in all versions."""
    for position, version in enumerate(versions):
        for before in versions[:position]:
            for name in dict.fromkeys((*version.spec.events, *before.spec.events)):
                old, new = _described(before, name), _described(version, name)
                if old is not None and new is not None:
                    yield from _event(version, before, name, old, new)


def _described(version: Dated, name: str) -> EventSpec | None:
    """Return what a version says of a type of event that it knows."""
    silent = EventSpec.model_validate({}) if name in ALWAYS_THERE else None
    return version.spec.events.get(name, silent)


def _event(version: Dated, before: Dated, name: str, old: EventSpec, event: EventSpec) -> Iterator[Issue]:
    loc: Loc = ("events", name)
    if (old.kind or _kind(name)) != (event.kind or _kind(name)):
        what = f"{quote(name)} is another kind of event in {before.file}"
        yield error(
            "version", version.source.place((*loc, "kind")), what, "keep the kind, or declare a type of its own"
        )
    for key in ("attributes", "lines"):
        yield from _carried(version, before, (*loc, key), getattr(old, key), getattr(event, key))


def _carried(
    version: Dated, before: Dated, loc: Loc, old: Mapping[str, AttributeSpec], new: Mapping[str, AttributeSpec]
) -> Iterator[Issue]:
    place = version.source.place
    for name in [name for name in new if name in old and new[name] != old[name]]:
        what = f"{quote(name)} is not described as in {before.file}"
        yield error("version", place((*loc, name)), what, "describe it alike, or give it a name of its own")
    lacking = {name: before.file for name in new if name not in old}
    lacking |= {name: version.file for name in old if name not in new}
    for name, file in lacking.items():
        one = new.get(name) or old[name]
        if not one.optional and one.default is None:
            what = f"events of the time of {file} do not have {quote(name)}"
            yield error("version", place((*loc, name)), what, "let it be optional, or give it a default")


def _kind(name: str) -> str:
    return name if name in OF_ITS_KIND else "engagement"
