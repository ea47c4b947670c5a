"""Redeem: take a reward for points at once, or reserve it; then confirm or cancel what was reserved or taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from guerdon.core.errors import Conflict
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.command import decide, decide_together
from guerdon.services.facts import SOURCE
from guerdon.services.published import Published
from guerdon.services.redemptions.codes import Giving
from guerdon.services.redemptions.rows import CANCEL, CONFIRM, after_step, begun, reward_named
from guerdon.store import events, redemptions
from guerdon.store.database import Work
from guerdon.store.redemptions import CANCELLED, RESERVED, USED, VOID, RedemptionRow

REDEMPTION: Final = "redemption"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemReward:
    """A member asks for a reward, or for points off a price; `id` names the redemption for ever.

    With `reserve` the points are set aside until the redemption is confirmed, cancelled or lapses. `purchase` is the id of the
    order that is paid for, `paid` the money beside the points.
    """

    id: str
    member: str
    reward: str = ""
    points: int | str | None = None
    paid: str | None = None
    purchase: str = ""
    reserve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRedemption:
    """A redemption is confirmed or cancelled, by the id it was made with; `points` cancels so many of them."""

    id: str
    member: str
    redemption: str
    step: str
    points: int | str | None = None


def brings_code(command: RedeemReward, published: Published, *, at: int) -> bool:
    """Say whether a redemption brings a code at once: a code is locked before the account is."""
    reward = reward_named(published, command.reward, at)
    return reward is not None and bool(reward.code) and not command.reserve


def redeem_reward(command: RedeemReward, work: Work, published: Published, *, at: int) -> Recorded | Refusal:
    """Take a reward, with its code if it has one, or reserve it."""
    gives = brings_code(command, published, at=at)
    known = events.find(work, published.id, [(SOURCE, command.id)]) if gives else {}
    reward = reward_named(published, command.reward, at)
    giving = Giving.begin(work, published, reward, at=at) if gives and not known else None
    if isinstance(giving, Refusal):
        return replace(giving, id=command.id)
    ((outcome, row),) = _redeemed([command], work, published, at=at)
    if giving is None or row is None or isinstance(outcome, Refusal):
        return outcome
    return giving.give(row, outcome)


def redeem_together(
    commands: Sequence[RedeemReward], work: Work, published: Published, *, at: int
) -> list[Recorded | Refusal]:
    """Take or reserve rewards that bring no code, each answered by itself, in their order."""
    return [outcome for outcome, _ in _redeemed(commands, work, published, at=at)]


def _redeemed(
    commands: Sequence[RedeemReward], work: Work, published: Published, *, at: int
) -> list[tuple[Recorded | Refusal, RedemptionRow | None]]:
    """Decide redemptions, and write the rows of those that were made just now."""
    outcomes = decide_together(work, published, [_record_of(one) for one in commands], at=at)
    found = [_with_row(published, *both, at) for both in zip(commands, outcomes, strict=True)]
    redemptions.add(work, published.id, [row for _, row in found if row is not None])
    return found


def _with_row(
    published: Published, command: RedeemReward, outcome: Recorded | Refusal, at: int
) -> tuple[Recorded | Refusal, RedemptionRow | None]:
    if isinstance(outcome, Refusal) or outcome.repeated:
        return outcome, None
    return outcome, begun(
        published, command.id, command.member, command.reward, outcome, reserved=command.reserve, at=at
    )


def _record_of(command: RedeemReward) -> dict[str, object]:
    return {
        "id": command.id, "type": REDEMPTION, "member": command.member, "reward": command.reward or None,
        "points": command.points, "paid": command.paid, "purchase": command.purchase or None,
        "step": "reserve" if command.reserve else None,
    }  # fmt: skip


def step_redemption(command: StepRedemption, work: Work, published: Published, *, at: int) -> Recorded | Refusal:
    """Confirm or cancel a redemption; doing it again changes nothing. What is confirmed gets its code, what is cancelled loses it."""
    before = redemptions.read(work, published.id, [command.redemption]).get(command.redemption)
    whole = command.points is None
    giving: Giving | Refusal | None = None
    if before is not None and command.step == CONFIRM and before.state in (RESERVED, CANCELLED):
        giving = Giving.begin(work, published, reward_named(published, before.reward, at), at=at)
    if before is not None and command.step == CANCEL and whole:
        giving = _refused_as_used(work, published, before)
    if isinstance(giving, Refusal):
        return replace(giving, id=command.id)
    record = {
        "id": command.id, "type": REDEMPTION, "member": command.member, "reservation": command.redemption,
        "step": command.step, "points": command.points,
    }  # fmt: skip
    outcome = decide(work, published, record, at=at)
    if isinstance(outcome, Refusal) or outcome.repeated or before is None or not whole:
        return outcome
    if redemptions.read(work, published.id, [before.id])[before.id] != before:
        message = "the redemption was confirmed or cancelled by another request at the same moment; send it again"
        raise Conflict(message)
    return _gone_on(work, published, before, command.step, giving, outcome, at)


def _refused_as_used(work: Work, published: Published, row: RedemptionRow) -> Refusal | None:
    """Return why a redemption is not cancelled whose code was used; until the end of the work nobody uses it."""
    code = None if row.code_hash is None else redemptions.lock_code(work, published.id, row.code_hash)
    if code is None or code.state != USED:
        return None
    return Refusal(code="code_used", detail="its code was used, so that its points do not come back")


def _gone_on(  # noqa: PLR0913 - it is known by this much
    work: Work,
    published: Published,
    before: RedemptionRow,
    step: str,
    giving: Giving | None,
    outcome: Recorded,
    at: int,
) -> Recorded:
    """Write what became of a redemption, and of its code."""
    if step == CANCEL and before.code_hash is not None:
        redemptions.change_code(work, published.id, before.code_hash, state=VOID, redemption=before.id)
    row = after_step(before, step, outcome.number, at)
    redemptions.save(work, published.id, row)
    return outcome if giving is None else giving.give(row, outcome)
