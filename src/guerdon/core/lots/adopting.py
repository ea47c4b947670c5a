"""Lots that are kept on other terms, because a version of the programme takes effect: nothing that is there gets shorter (S19)."""

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.lots import owing
from guerdon.core.lots.keeping import Keeping
from guerdon.core.lots.pocket import Pocket


def begin_with(pocket: Pocket, keeping: Keeping) -> None:
    """Keep the lots of another account, which has none yet, on other terms."""
    pocket.keeping = keeping
    pocket.queues[0].keep_under(keeping.policies[0])
    pocket.moving = keeping.moving()


def adopt(pocket: Pocket, keeping: Keeping, at: i64) -> None:
    """Keep lots on other terms from an instant on; those that there are stay as long as before, or longer."""
    pocket.keeping = keeping
    queue = pocket.queues[0]
    queue.keep_under(keeping.policies[0])
    if pocket.moving is not None:
        # Versions that move the ends of lots otherwise are no timeline: both have such policies, or neither has.
        pocket.moving.policies = keeping.policies
        pocket.moving.lift(queue, at, pocket.effects.in_force)
    elif not queue.idle:
        for lot in queue.lots:
            if lot.is_open(at):
                start = lot.usable_from if keeping.from_usable and lot.usable_from < LATEST else lot.earned_at
                lot.end_at(max(lot.expires_at, queue.policy.ends(start)), pocket.effects.in_force)
        queue.sort(at)
    if not keeping.dormant:
        _ripen_sooner(pocket, at)
    owing.shorten(pocket, at)
    pocket.fill(at)


def _ripen_sooner(pocket: Pocket, at: i64) -> None:
    """Let points that are pending wait no longer than those that are earned now."""
    for lot in pocket.ripening[pocket.ripe :]:
        lot.usable_from = min(lot.usable_from, max(pocket.usable_from(lot.event, lot.earned_at), at))
    pocket.ripen_anew()
