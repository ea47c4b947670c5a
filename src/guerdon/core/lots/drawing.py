"""Drawing: points are spent, taken off by hand, or sent to another account, from the lots that end soonest; what there is not becomes debt."""

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import BY_HAND, FROM_USABLE, GRANTED, INDEBTED, PASSED_ON, SPENT
from guerdon.core.lots.claims import Claim, Debt
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket


def spend(pocket: Pocket, at: i64, event: i64, amount: int, claim: Claim | None = None) -> None:
    """Spend points, those that expire soonest first; what there is not becomes debt."""
    short = draw(pocket, at, event, amount, claim)
    if short > 0:
        owe(pocket, at, event, short, claim=claim)
    if pocket.keeping.redeeming_is_activity:
        pocket.stir(at)
    pocket.fill(at)


def take_off(pocket: Pocket, at: i64, event: i64, amount: int) -> None:
    """Take points off by hand, which is no activity; what there is not becomes debt."""
    short = draw(pocket, at, event, amount, before=BY_HAND)
    if short > 0:
        owe(pocket, at, event, short, before=BY_HAND)
    pocket.fill(at)


def send(pocket: Pocket, at: i64, event: i64, claim: Claim, amount: int) -> None:
    """Let points go to another account, which is no activity, and note of which lots they were; what there is not becomes debt."""
    short = draw(pocket, at, event, amount, claim, before=PASSED_ON)
    if short > 0:
        owe(pocket, at, event, short, before=PASSED_ON)
    pocket.fill(at)


def draw(
    pocket: Pocket, at: i64, event: i64, amount: int, claim: Claim | None = None, *, before: i64 = FROM_USABLE
) -> int:
    """Draw points from lots, those that expire soonest first; return how many there are not."""
    while amount > 0:
        lot = pocket.soonest()
        if lot is None:
            break
        amount -= take(pocket, at, event, lot, amount, claim, before=before)
    return amount


def take(  # noqa: PLR0913 - what is drawn is known by this much
    pocket: Pocket, at: i64, event: i64, lot: Lot, amount: int, claim: Claim | None, *, before: i64
) -> int:
    """Draw points from one lot; return how many it had of them."""
    part = min(amount, lot.free())
    lot.remaining -= part
    lot.spent += part
    pocket.available -= part
    pocket.note(SPENT, at, event, lot, part, before=before)
    if claim is not None:
        claim.add(lot, part, at)
    return part


def owe(
    pocket: Pocket, at: i64, event: i64, amount: int, *, claim: Claim | None = None, before: i64 = FROM_USABLE
) -> None:
    """Note what an event drew beyond what was there."""
    _add_debt(pocket, at, event, amount, claim, None)
    pocket.effects.add(
        INDEBTED, at, event, -1, -1, -1, pocket.effects.in_force, -1, before, pocket.keeping.unit,
        amount, amount, -1, 0, -1, 0, -1, GRANTED,
    )  # fmt: skip


def owe_of(pocket: Pocket, at: i64, event: i64, amount: int, lot: Lot) -> Debt:
    """Note what a refund takes beyond what is left of a lot, and return it."""
    debt = _add_debt(pocket, at, event, amount, Claim(event, amount, at=at, lapses_at=LATEST), lot)
    pocket.note(INDEBTED, at, event, lot, amount)
    return debt


def _add_debt(pocket: Pocket, at: i64, event: i64, amount: int, claim: Claim | None, lot: Lot | None) -> Debt:
    lasts = pocket.keeping.debt_lasts
    ends_at = LATEST if lasts is None else lasts.after(int(at))
    debt = Debt(event, amount, at=at, ends_at=ends_at, spent=lot is None, claim=claim, lot=lot)
    pocket.debts.append(debt)
    pocket.debt += amount
    return debt
