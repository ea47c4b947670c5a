"""Levels in words: the lines that an explanation has of them."""

from decimal import Decimal
from typing import Final

from guerdon.core.explain.levels import BEFORE_JOINING, AccountOutlook, LevelHeld, LevelMove, LevelOutlook
from guerdon.core.explain.wording import plain

_NONE: Final = Decimal(0)


def held_line(held: LevelHeld, *, several: bool) -> str:
    """Return at which level an event was rated, and why: gold since 2026-03-03, reached with e1."""
    ladder = f" on {held.ladder}" if several else ""
    if not held.cause:
        return f"rated as {held.level}{ladder}, which everybody is"
    if held.cause == BEFORE_JOINING:
        return f"rated as {held.level}{ladder}, before joining"
    why = {
        "given": f", given with {held.by}", "given_ended": ", when a given level had ended", "refunded": f", by the refund {held.by}",
        "lowered": ", when it was not kept", "reached": f", reached with {held.by}",
    }[held.cause]  # fmt: skip
    until = f", until {held.until}" if held.until else ""
    return f"rated as {held.level}{ladder}, since {held.since}{why}{until}"


def move_line(move: LevelMove, *, several: bool) -> str:
    """Return what became of a level, and what decided."""
    when = f"on {move.when} " if move.earlier else ""
    ladder = f" on {move.ladder}" if several else ""
    return f"{when}{_became(move, ladder)}"


def _became(move: LevelMove, ladder: str) -> str:
    until = f", until {move.until}" if move.until else ""
    if move.cause == "given":
        below = "" if move.now == move.before else f" after {move.before}"
        return f"{move.now} is held{below}{ladder}, as {move.grant} gives a level{until}"
    if move.cause == "given_ended":
        return f"what {move.grant} gave ended: {move.now}{ladder}{until}"
    had = f"{plain(move.credit or _NONE)} of {move.measure}"
    needed = plain(move.needed or _NONE)
    if move.cause == "reached":
        held = until if move.now == move.asked else f"; {move.now} is held{until}"
        return f"{move.asked} reached{ladder} with {had}, from {needed} on{held}"
    if move.cause == "kept":
        return f"{move.asked} kept{ladder} with {had}, from {needed} on{until}"
    if move.cause == "grace":
        return f"{move.asked} not kept{ladder} with {had}, from {needed} on: it has a grace{until}"
    why = "lost by what came back" if move.cause == "refunded" else "not kept"
    return f"{move.asked} {why}{ladder}, with {had} where {needed} are needed: {move.now}{until}"


def outlook_lines(outlook: AccountOutlook) -> list[str]:
    """Return where an account stands, ladder by ladder, and what it gets beside points."""
    lines = [f"where {outlook.account} stands, {outlook.as_of}"]
    for ladder in outlook.ladders:
        lines.extend(_ladder(ladder))
    if outlook.benefits:
        lines.append(f"  benefits: {', '.join([benefit(name, value) for name, value in outlook.benefits.items()])}")
    return lines if len(lines) > 1 else []


def benefit(name: str, value: object) -> str:
    """Return a benefit in words: its name, and what is said of it."""
    return name if value is True else f"{name} ({value})"


def _ladder(one: LevelOutlook) -> list[str]:
    since = f", since {one.since}" if one.since else ""
    until = f", until {one.until}" if one.until else ""
    lines = [f"  {one.ladder}: {one.level}{since}{until}"]
    if one.reviewed and one.to_keep:
        lines.append(f"    to keep {one.earned} after {one.reviewed}: {plain(one.to_keep)} more of {one.kept_by}")
    elif one.reviewed:
        lines.append(f"    to keep {one.earned} after {one.reviewed}: nothing more")
    if one.next_level:
        lines.append(f"    to rise to {one.next_level}: {plain(one.to_rise)} more of {one.measure}")
    if one.coming:
        parts = [f"{plain(amount)} from {day} on" for day, amount in one.coming]
        lines.append(f"    still to count of {one.measure or one.kept_by}: {', '.join(parts)}")
    if one.projected_from:
        lines.append(f"    if nothing more happens: {one.projected} from {one.projected_from} on")
    if one.warned:
        lines.append(f"    warning: {one.level} is about to be lost")
    return lines
