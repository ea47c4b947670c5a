"""Levels explained: at which one a purchase was rated and what brought it, what moved levels, and what an account needs.

Invariant: nothing is decided here; what is told of the past is read from the rows that moved levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guerdon.core.calendar import LATEST
from guerdon.core.effects import Effect
from guerdon.core.events import Event
from guerdon.core.explain.wording import decimal_of, first_moment, iso_time, last_moment, one_line
from guerdon.core.history import Answer
from guerdon.core.ladders import CAUSES, NO_GRANT, NO_LEVEL, Ladder
from guerdon.core.outlook import Outlook, outlooks
from guerdon.core.programme import Programme

BEFORE_JOINING: Final = "before_joining"
"""Why an event was rated as of whoever begins, whatever level was held: its member had not joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelHeld:
    """The level of a ladder at which an event was rated: since when, its last moment (empty: no end), and what brought it.

    `cause` is empty for the first level, which everybody has, and `before_joining` where an event is rated at it for that; `by` is
    the event that brought the level, or that took a higher one away.
    """

    ladder: str
    level: str
    title: str
    since: str
    until: str
    cause: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMove:
    """What became of a level, when and why: `asked` is the level that was reached, kept or lost, `credit` what decided.

    What fell due `earlier` than its event was rated goes before it. The level held is `before` and `now`; `by` is the event to which that is due, `grant` what gave the level.
    """

    ladder: str
    at: str
    when: str
    earlier: bool
    cause: str
    before: str
    now: str
    until: str
    asked: str
    measure: str
    credit: Decimal | None
    needed: Decimal | None
    grant: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelOutlook:
    """Where an account stands on a ladder, what it still needs to rise and to stay, and where it is heading.

    `coming` is what will count by itself: from when on, and how much.
    """

    ladder: str
    level: str
    since: str
    until: str
    earned: str
    kept_by: str
    measure: str
    next_level: str
    to_rise: Decimal
    to_keep: Decimal
    reviewed: str
    projected: str
    projected_from: str
    warned: bool
    coming: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOutlook:
    """Where an account stands on every ladder as of an instant, and what it gets beside points."""

    account: str
    as_of: str
    ladders: tuple[LevelOutlook, ...]
    benefits: dict[str, object]


def held_of(programme: Programme, answer: Answer) -> tuple[LevelHeld, ...]:
    """Return the levels at which an event was rated, of ladders that have several."""
    found: list[LevelHeld] = []
    for ladder in programme.ladders:
        if len(ladder.levels) > 1 and answer.held:
            early = answer.event.before_joining
            changed, last = (None, None) if early else answer.held[ladder.position]
            level = ladder.levels[answer.past[ladder.position]]
            found.append(
                LevelHeld(
                    ladder=ladder.name,
                    level=level.name,
                    title=level.title,
                    since=first_moment(ladder.zone, changed.at) if changed is not None else "",
                    until=_until(ladder, last),
                    cause=CAUSES[changed.reason] if changed is not None else BEFORE_JOINING if early else "",
                    by=_event(answer.events, changed.of) if changed is not None else "",
                )
            )
    return tuple(found)


def moves_of(programme: Programme, answer: Answer) -> tuple[LevelMove, ...]:
    """Return what an event changed in levels, and what had fallen due before it."""
    moved = answer.moved
    first = [last for _, last in answer.held if last is not None]
    rated = max([place for place, one in enumerate(moved, start=1) if any([one is last for last in first])], default=0)
    return tuple([
        _move(programme.ladders_at(one.at)[one.rule], answer, one, earlier=place < rated)
        for place, one in enumerate(moved)
    ])


def _move(ladder: Ladder, answer: Answer, effect: Effect, *, earlier: bool) -> LevelMove:
    asked = ladder.levels[effect.limit] if effect.limit != NO_LEVEL else None
    return LevelMove(
        ladder=ladder.name,
        at=iso_time(ladder.zone, effect.at),
        when=first_moment(ladder.zone, effect.at),
        earlier=earlier,
        cause=CAUSES[effect.reason],
        before=ladder.levels[effect.source].name,
        now=ladder.levels[effect.band].name,
        until=_until(ladder, effect),
        asked=asked.name if asked is not None else "",
        measure=one_line(asked.text) if asked is not None else "",
        credit=decimal_of(effect.desired, ladder.scale) if asked is not None else None,
        needed=decimal_of(asked.start, ladder.scale) if asked is not None else None,
        grant=ladder.grants[effect.line].name if effect.line != NO_GRANT else "",
        by=_event(answer.events, effect.of),
    )


def _until(ladder: Ladder, effect: Effect | None) -> str:
    if effect is None or effect.period >= LATEST:
        return ""
    return last_moment(ladder.zone, effect.period)


def _event(events: Sequence[Event], place: int) -> str:
    return events[place].id if 0 <= place < len(events) else ""


def account_outlooks(programme: Programme, answers: Sequence[Answer], at: int | None) -> tuple[AccountOutlook, ...]:
    """Return where the accounts of these answers stand at an instant, or after their last events."""
    if not programme.ladders and not programme.benefits:
        return ()
    asked: dict[str, list[Event]] = {answer.event.account: [] for answer in answers}
    for event in answers[0].events if answers else ():
        if event.account in asked and (at is None or event.at <= at):
            asked[event.account].append(event)
    return tuple([
        _account(programme, events, events[-1].at if at is None else at) for events in asked.values() if events
    ])


def _account(programme: Programme, events: list[Event], at: int) -> AccountOutlook:
    found = outlooks(programme, events, at)
    ladders = programme.ladders_at(at)
    names = [[level.name for level in ladder.levels] for ladder in ladders]
    held = [names[position].index(one.level) for position, one in enumerate(found)]
    return AccountOutlook(
        account=events[0].account,
        as_of=first_moment(programme.zone, at),
        ladders=tuple([
            _outlook(ladder, one) for ladder, one in zip(ladders, found, strict=True) if len(ladder.levels) > 1
        ]),
        benefits=programme.benefits_of(held),
    )


def _outlook(ladder: Ladder, one: Outlook) -> LevelOutlook:
    zone = ladder.zone
    measures = {level.name: one_line(level.text) for level in ladder.levels}
    return LevelOutlook(
        ladder=one.ladder,
        level=one.level,
        since=first_moment(zone, one.since) if one.since is not None else "",
        until=last_moment(zone, one.until) if one.until is not None else "",
        earned=one.earned,
        kept_by=measures[one.earned],
        measure=measures.get(one.next_level, ""),
        next_level=one.next_level,
        to_rise=decimal_of(one.to_rise, one.scale),
        to_keep=decimal_of(one.to_keep, one.scale),
        reviewed=last_moment(zone, one.reviewed) if one.reviewed is not None else "",
        projected=one.projected,
        projected_from=first_moment(zone, one.projected_at) if one.projected_at is not None else "",
        warned=one.warned,
        coming=tuple([(first_moment(zone, at), decimal_of(amount, one.scale)) for at, amount in one.coming]),
    )
