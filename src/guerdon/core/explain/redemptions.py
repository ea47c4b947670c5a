"""What a redemption asked for, in an explanation: its reward, and which of the reward's terms it contradicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from guerdon.core.calendar import LATEST
from guerdon.core.effects import REDEEMED, RELEASED, Effect
from guerdon.core.events import Event
from guerdon.core.explain.parts import limit_text
from guerdon.core.explain.wording import clock, counted, decimal_of, first_moment, last_moment, one_line, period, plain
from guerdon.core.history import Answer, reservations_of
from guerdon.core.lots.keeping import ISSUES, STEPS, SWEEP
from guerdon.core.lots.rewards import OUTSIDE, Reward
from guerdon.core.programme import Programme
from guerdon.core.slots import FOREVER

_LEFT = {"limit": "it may be had at most", "stock": "nothing was left of"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionAnswer:
    """A redemption of a reward: `count` of it for so many points in all; what was issued is `valid_until` a day, if not for ever.

    `outside` is empty within the reward's terms; else it names the first that is contradicted, and `because` says how.
    """

    reward: str
    title: str
    step: str
    when: str
    count: int
    unit: str
    points: Decimal
    outside: str
    because: str
    valid_until: str = ""


def redemptions_of(programme: Programme, answer: Answer) -> tuple[RedemptionAnswer, ...]:
    """Return what an answer says of rewards, those that were issued by themselves after the event among them."""
    return tuple([_redemption(programme, answer, effect) for effect in answer.effects if effect.kind == REDEEMED])


def redemption_line(told: RedemptionAnswer) -> str:
    """Return a redemption as a line of text."""
    name = told.reward or "a redemption"
    valid = f", valid until {told.valid_until}" if told.valid_until else ""
    if told.step == STEPS[SWEEP]:
        return f"{name}: {told.count:,} issued by itself on {told.when}, for {plain(told.points)} {told.unit}{valid}"
    said = "" if told.step == STEPS[0] else f", {told.step}"
    asked = f"{name}, {plain(told.points)} {told.unit}{said}{valid}"
    return f"{asked}: outside its terms, because {told.because}" if told.because else asked


def rewards_asked(programme: Programme, events: Sequence[Event], effects: Sequence[Effect]) -> dict[int, str]:
    """Return what the reward is called that each redemption asked for, spent, or gave back, by the event's place.

    Of a step that changed nothing of how it stands, as when a part comes back, it is that of the redemption that it names.
    """
    asked = [
        (effect.event, programme.rewards[effect.rule])
        for effect in effects
        if effect.kind == REDEEMED and effect.rule >= 0 and effect.band != SWEEP
    ]
    found = {event: reward.title or reward.name for event, reward in asked}
    for place, named in enumerate(reservations_of(events)):
        if place not in found and named in found:
            found[place] = found[named]
    return found


def rewards_lapsed(
    events: Sequence[Event], effects: Sequence[Effect], asked: Mapping[int, str]
) -> dict[tuple[str, int], str]:
    """Return what the rewards are called whose reservations lapsed at an instant, by account and instant.

    Where points that were set aside for no reward come back with them, nobody could say whose is whose.
    """
    lapsed: dict[tuple[str, int], list[str]] = {}
    for effect in effects:
        if effect.kind == RELEASED and effect.at > events[effect.event].at:
            lapsed.setdefault((events[effect.event].account, effect.at), []).append(asked.get(effect.event, ""))
    return {when: ", ".join(dict.fromkeys(names)) for when, names in lapsed.items() if "" not in names}


def swept(programme: Programme, at: int, unit: int, points: int) -> str:
    """Return what was issued by itself for points that were spent without an event, like `Ten off, 5 times: `."""
    # What falls due at the first instant of a version does so on the terms before it.
    offered = programme.offered()[programme.version_at(at - 1)]
    found = [
        reward for reward in offered
        if reward.sweep is not None and reward.unit == unit and reward.sweep.after(at - 1) == at
    ]  # fmt: skip
    if len(found) != 1 or found[0].sweep is None:
        return ""
    return f"{found[0].title or found[0].name}, {counted(points // found[0].sweep.price, 'time')}: "


def _redemption(programme: Programme, answer: Answer, effect: Effect) -> RedemptionAnswer:
    unit = programme.units[effect.unit]
    reward = programme.rewards[effect.rule] if effect.rule >= 0 else None
    named = answer.event.attributes.get("reward")
    return RedemptionAnswer(
        reward=reward.name if reward is not None else str(named or ""),
        title=reward.title if reward is not None else "",
        step=STEPS[effect.band],
        when=clock(
            programme.zone, effect.at, timed=effect.at != programme.zone.day_start(programme.zone.day_of(effect.at))
        ),
        count=effect.lot,
        unit=unit.name,
        points=decimal_of(effect.desired, unit.decimals),
        outside=OUTSIDE[effect.reason],
        because=_because(programme, effect, reward),
        valid_until=_valid_until(programme, effect),
    )


def _valid_until(programme: Programme, effect: Effect) -> str:
    """Return the last day on which what was issued can be used; nothing where it always can, or nothing was issued."""
    if effect.rule < 0 or effect.band not in ISSUES:
        return ""
    until = programme.offered()[effect.version][effect.rule].valid_until(effect.at)
    return "" if until >= LATEST else clock(programme.zone, until - 1, timed=False)


def _because(programme: Programme, effect: Effect, reward: Reward | None) -> str:
    """Return which term is contradicted, as the end of a sentence."""
    code = OUTSIDE[effect.reason]
    unit = programme.units[effect.unit]
    if code in ("limit", "stock"):
        limit = programme.limits[effect.limit]
        within = f" ({period(limit, effect.period)})" if period(limit, effect.period) else ""
        return f"{_LEFT[code]} {limit_text(limit, unit)}{within}"
    if reward is None:
        return {"": "", "unknown": "there is no such reward", "reservation": "there is no such reservation"}.get(
            code, "it asks for no points"
        )
    numbers = {"price": effect.residue, "min": reward.at_least, "step": reward.step}
    shown = plain(decimal_of(numbers.get(code, 0), unit.decimals))
    return {
        "": "",
        "reservation": "there is no such reservation",
        "window": f"it is on offer {_window(programme, reward)}",
        "when": f"its condition {one_line(reward.when_text)} did not hold",
        "price": f"its price is {shown}",
        "min": f"it takes at least {shown}" if reward.at_least else "it asks for no points",
        "step": f"it takes multiples of {shown}",
        "money": "less money was paid beside the points than it asks for",
    }[code]


def _window(programme: Programme, reward: Reward) -> str:
    starts = "" if reward.starts_at <= -FOREVER else f"from {first_moment(programme.zone, reward.starts_at)}"
    ends = "" if reward.ends_at >= FOREVER else f"until {last_moment(programme.zone, reward.ends_at)}"
    return " ".join([part for part in (starts, ends) if part])
