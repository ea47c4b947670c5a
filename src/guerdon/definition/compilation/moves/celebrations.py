"""Celebrations: from what the file says of birthdays and anniversaries to their terms, and to the types of their events."""

from typing import Final

from guerdon.core.celebrations import ANY_LEVEL, DATES, JOINED, Celebration
from guerdon.core.facts import DATE, ENGAGEMENT, Attribute, EventType
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.moves.carried import carrying
from guerdon.definition.issues import quote
from guerdon.definition.levels import CelebrationSpec
from guerdon.definition.source import Loc

_LONG_OVER: Final = 1
"""A day that is over: an event that does not say until when it is open, as those of earlier revisions may, opens nothing."""

_UNTIL: Final = Attribute("until", DATE, default=_LONG_OVER)
_YEARS: Final = Attribute("years", NUMBER_KIND, default=0)


def with_celebrations(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with one for each celebration of the file, which carries until when it is open."""
    made = declared
    for name, spec in draft.spec.celebrations.items():
        carried = (_UNTIL, _YEARS) if spec.of == DATES[JOINED] else (_UNTIL,)
        own = declared.get(name)
        if own is None or _check_declared(draft, name, own, carried):
            made = carrying(made, EventType(name, ENGAGEMENT, carried))
    return made


def _check_declared(draft: Draft, name: str, own: EventType, carried: tuple[Attribute, ...]) -> bool:
    """Say whether the events that are recorded of a celebration can be of the type that the file declares under its name."""
    if own.kind != ENGAGEMENT:
        what = f"{quote(name)} is a type of event that is no engagement"
        draft.wrong(("celebrations", name), "same_name", what, "choose another name, like birthday")
        return False
    shapes = {one.name: one for one in carried}
    for one in own.attributes:
        loc: Loc = ("events", name, "attributes", one.name)
        ours = shapes.get(one.name)
        if ours is not None and (ours.kind, ours.decimals) != (one.kind, one.decimals):
            what = f"{quote(one.name)} is what a celebration carries, a {ours.kind}"
            draft.wrong(loc, "reserved", what, f"leave it out, or choose another name, like my_{one.name}")
        elif ours is None and not one.optional and one.default is None:
            what = f"nobody says {quote(one.name)} when the celebration is recorded"
            draft.wrong(loc, "celebration", what, "write optional: true, or give it a default")
    return True


def celebrations(draft: Draft) -> list[Celebration]:
    """Return the terms of the file's celebrations; mistakes are noted."""
    return [_celebration(draft, name, spec) for name, spec in draft.spec.celebrations.items()]


def _celebration(draft: Draft, name: str, spec: CelebrationSpec) -> Celebration:
    return Celebration(
        name=name, of=DATES.index(spec.of), instead=(int(spec.leap_day[:2]), int(spec.leap_day[3:])), days=spec.days,
        ladder=_ladder(draft, spec, ("celebrations", name)), is_local=spec.zone == "member",
    )  # fmt: skip


def _ladder(draft: Draft, spec: CelebrationSpec, loc: Loc) -> str:
    """Return the name of the ladder by whose levels the days differ; each of its levels has a number of them."""
    if spec.by is None:
        if ANY_LEVEL not in spec.days:
            draft.wrong((*loc, "days"), "celebration", "days by level go with a ladder", "write by: level")
        return ANY_LEVEL
    ladders = {f"{ladder.id}.level": ladder for ladder in draft.spec.ladders}
    if len(draft.own_ladders) == 1:
        ladders["level"] = ladders[f"{draft.own_ladders[0]}.level"]
    if not draft.known(spec.by, list(ladders), (*loc, "by"), "ladder"):
        return ANY_LEVEL
    levels = [level.id for level in ladders[spec.by].levels]
    if ANY_LEVEL in spec.days:
        what = "with a ladder each level has its days"
        draft.wrong((*loc, "days"), "celebration", what, f"write {{{', '.join(f'{one}: 7' for one in levels)}}}")
        return ANY_LEVEL
    for one in spec.days:
        draft.known(one, levels, (*loc, "days", one), "level")
    for one in [one for one in levels if one not in spec.days]:
        what = f"there is no number of days for the level {one}"
        draft.wrong((*loc, "days"), "celebration", what, f"write {one}: 1")
    return ladders[spec.by].id
