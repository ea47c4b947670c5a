"""What redemptions do to lots in several steps: set points aside, spend them, and give them back.

Invariants:
* However often a step is told, it is done once: after a confirmation points are spent, after a cancellation they are back.
* What comes back goes into the lots that it came from, with their dates, and never more than went out of them.
* Nothing that a redemption never had comes back: what it owes is dropped first.
"""

from mypy_extensions import i64

from guerdon.core.effects import FROM_HELD, FROM_SPENT, GRANTED, HELD, RESTORED, SPENT
from guerdon.core.lots import claims, drawing
from guerdon.core.lots.claims import Claim
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket


def hold(pocket: Pocket, claim: Claim) -> None:
    """Set points aside, those that expire soonest first, until they are spent or come back."""
    at, amount = claim.at, claim.asked
    while amount > 0:
        lot = pocket.soonest()
        if lot is None:
            break
        part = min(amount, lot.free())
        amount -= part
        lot.held += part
        pocket.available -= part
        pocket.held += part
        claim.add(lot, part, at)
        pocket.note(HELD, at, claim.event, lot, part)
    claim.short = amount
    claim.state = claims.HELD
    await_lapse(pocket, claim)


def await_lapse(pocket: Pocket, claim: Claim) -> None:
    """Put a reservation among those that lapse, in the order in which they do."""
    place = len(pocket.holds)
    pocket.holds.append(claim)
    while place > pocket.lapsed and pocket.holds[place - 1].lapses_at > claim.lapses_at:
        pocket.holds[place] = pocket.holds[place - 1]
        place -= 1
    pocket.holds[place] = claim


def confirm(pocket: Pocket, at: i64, event: i64, claim: Claim) -> None:
    """Spend what was set aside, or anew what came back; what is spent already stays so."""
    if claim.state == claims.BACK:
        claim.lots = []
        claim.amounts = []
        claim.drawn_at = []
        spend(pocket, at, event, claim, claim.asked)
    elif claim.state == claims.HELD:
        _spend_held(pocket, at, event, claim)


def spend(pocket: Pocket, at: i64, event: i64, claim: Claim, amount: int) -> None:
    """Spend points for a claim; what there is not becomes its debt."""
    claim.state = claims.SPENT
    claim.short = 0
    drawing.spend(pocket, at, event, amount, claim)


def _spend_held(pocket: Pocket, at: i64, event: i64, claim: Claim) -> None:
    for place in range(len(claim.lots)):
        lot = claim.lots[place]
        part = claim.amounts[place]
        lot.held -= part
        lot.remaining -= part
        lot.spent += part
        pocket.held -= part
        pocket.note(SPENT, at, event, lot, part, before=FROM_HELD)
    spend(pocket, at, event, claim, claim.short)


def cancel(pocket: Pocket, at: i64, event: i64, claim: Claim) -> None:
    """Give back what was set aside or spent; what is back already stays so."""
    if claim.state == claims.HELD:
        pocket.release(at, event, claim)
    elif claim.state == claims.SPENT:
        put_back(pocket, at, event, claim, claim.asked)


def put_back(pocket: Pocket, at: i64, event: i64, claim: Claim, amount: int) -> int:
    """Give back up to `amount` of what was spent, what was drawn last first; return how much it was."""
    wanted = amount
    if claim.state != claims.SPENT:
        return 0
    amount -= _drop_debt(pocket, at, event, claim, amount)
    place = len(claim.lots) - 1
    while place >= 0 and amount > 0:
        part = min(amount, claim.amounts[place])
        claim.amounts[place] -= part
        amount -= part
        if part > 0:
            _restore(pocket, at, event, claim.lots[place], part, since=claim.drawn_at[place])
        place -= 1
    if sum(claim.amounts) == 0 and owed_by(pocket, claim) == 0:
        claim.state = claims.BACK
    return wanted - amount


def _drop_debt(pocket: Pocket, at: i64, event: i64, claim: Claim, amount: int) -> int:
    """Forget what the claim still owes, as far as `amount` goes; return how much it was."""
    dropped = 0
    for debt in pocket.debts:
        part = min(amount - dropped, debt.amount)
        if debt.claim is claim and part > 0:
            debt.amount -= part
            pocket.debt -= part
            dropped += part
            pocket.effects.add(
                RESTORED, at, event, -1, -1, -1, pocket.effects.in_force, -1, FROM_SPENT, pocket.keeping.unit,
                part, part, -1, 0, -1, 0, -1, GRANTED,
            )  # fmt: skip
    return dropped


def _restore(pocket: Pocket, at: i64, event: i64, lot: Lot, amount: int, *, since: i64) -> None:
    """Give points back to a lot; one whose time ended meanwhile gets them for a grace, or a new lot does (S6b)."""
    ended = pocket.queues[lot.queue].has_ended(lot, at, since=since)
    anew = max(amount - pocket.taken_for(lot), 0) if ended and pocket.restores_anew else 0
    if anew > 0:
        _renew(pocket, at, event, lot, anew)
        amount -= anew
    if amount == 0:
        return
    lot.spent -= amount
    lot.remaining += amount
    pocket.note(RESTORED, at, event, lot, amount, before=FROM_SPENT)
    pocket.bring_back(at, lot, amount, ended=ended, grace=pocket.restore_grace)


def still_spent(pocket: Pocket, claim: Claim) -> int:
    """Return how many points a redemption spent that have not come back."""
    return sum(claim.amounts) + owed_by(pocket, claim) if claim.state == claims.SPENT else 0


def owed_by(pocket: Pocket, claim: Claim) -> int:
    """Return what a redemption still owes."""
    return sum([debt.amount for debt in pocket.debts if debt.claim is claim])


def _renew(pocket: Pocket, at: i64, event: i64, lot: Lot, amount: int) -> None:
    """Make a new lot of points of one whose time has ended; they do not wait again."""
    made = Lot(event, lot.rule, lot.sequence, lot.payer, amount, earned_at=at, sequence=pocket.gone + len(pocket.lots))
    made.root = lot.root
    made.terms = pocket.effects.in_force
    pocket.lots.append(made)
    pocket.note(RESTORED, at, event, made, amount, before=FROM_SPENT)
    pocket.enqueue(made, at)
    made.pending = 0
    pocket.add(made, amount, at)
