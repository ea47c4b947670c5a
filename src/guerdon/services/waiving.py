"""Waiving: what an account loses to a late event, where the programme lets it keep that (S1).

Invariants:
* What is lost is posted like any difference; what is given again for it is an adjustment, an event like any other. So a fold of the
  events is what the books say.
* A refund that waited for the late event takes back what that brings: this is no loss.
"""

from collections.abc import Iterable, Sequence

from guerdon.core.effects import EARNED, REVERSED
from guerdon.core.events import Event
from guerdon.core.ledger.books import OWN_BOOKS
from guerdon.core.ledger.said import Said
from guerdon.core.lots.adjustments import late_loss_of
from guerdon.services.answers import shown
from guerdon.services.facts import SOURCE, Fact, moment, read_fact
from guerdon.services.published import Published


def lost_to(changes: Iterable[tuple[int, Said]], units: Sequence[int], late: int) -> dict[int, int]:
    """Return how many points of which unit an account has less by what other events than the late one do now.

    Changes name units by their numbers, which are in `units`; `late` is the number of the event.
    """
    totals: dict[int, int] = {}
    for sign, said in changes:
        kind, _, unit, points, left, reached, event, of = said[:8]
        about = kind in (EARNED, REVERSED) and of == late
        if left is not None and event != late and not about:
            totals[unit] = totals.get(unit, 0) + sign * points * (int(reached < OWN_BOOKS) - int(left < OWN_BOOKS))
    return {place: -totals[unit] for place, unit in enumerate(units) if totals.get(unit, 0) < 0}


def waivers_of(published: Published, source: str, id_: str) -> list[tuple[str, str]]:
    """Return what the adjustments are called that give again what was lost to an event, unit by unit."""
    return [(SOURCE, f"{_reason(published, unit)}/{source}/{id_}") for unit in range(len(published.programme.units))]


def waiver(published: Published, late: Event, unit: int, points: int, *, at: int, recorded_at: int) -> Fact:
    """Return the adjustment that gives again what was lost of a unit to a late event."""
    source, name = waivers_of(published, late.source, late.id)[unit]
    record = {
        "id": name, "source": source, "type": "adjustment", "member": late.member, "account": late.account,
        "at": moment(at).isoformat(), "reason": _reason(published, unit),
        "points": shown(points, published.programme.units[unit].decimals),
    }  # fmt: skip
    return read_fact(published.programme.terms, record, recorded_at, decided=True)


def _reason(published: Published, unit: int) -> str:
    units = published.programme.units
    return late_loss_of(units[unit].name, alone=len(units) == 1)
