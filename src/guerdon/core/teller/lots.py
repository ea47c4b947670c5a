"""The lots of an account, saved and taken up again.

Only what can still matter to what comes next is saved: lots with something left, debts that are owed, reservations that stand, and
what paid for points that they hold and whose purchase came back. A refund or a cancellation of what is spent looks back further, and folds the account anew.
"""

from typing import Final

from guerdon.core.calendar import LATEST
from guerdon.core.lots.claims import HELD, Claim, Debt
from guerdon.core.lots.keeping import NO_SLOT
from guerdon.core.lots.lot import Lot, Queue
from guerdon.core.lots.moving import Moving
from guerdon.core.lots.orders import Order, Orders
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.purse import Purse
from guerdon.core.lots.sweeps import Sweeping
from guerdon.core.rating.redemptions import Redemptions
from guerdon.core.teller.cells import Reader, Writer

_NO_LOT: Final = -1
_GONE: Final = -2


def save_purse(purse: Purse, redemptions: Redemptions | None, out: Writer) -> None:
    """Write what an account has of every unit."""
    for pocket in purse.pockets:
        _save_pocket(pocket, _counting(redemptions, pocket), out)
    for sweeping in purse.sweeps:
        _save_sweep(sweeping, out)
    out.put(int(purse.leaving.closes_at))
    out.put(int(purse.leaving.event))
    out.put(int(purse.leaving.now))


def load_purse(purse: Purse, redemptions: Redemptions | None, cells: Reader) -> None:
    """Take up what an account has; its purse is empty."""
    for pocket in purse.pockets:
        claims = _load_pocket(pocket, cells)
        if redemptions is not None:
            redemptions.reserved += [claim for claim in claims if claim.counts]
    for sweeping in purse.sweeps:
        _load_sweep(sweeping, cells)
    purse.leaving.closes_at = cells.get()
    purse.leaving.event = cells.get()
    purse.leaving.now = cells.get()


def _counting(redemptions: Redemptions | None, pocket: Pocket) -> list[Claim]:
    """Return reservations that lapsed and are still counted in limits, until somebody asks for them."""
    if redemptions is None:
        return []
    unit, rewards = pocket.keeping.unit, redemptions.redeeming.rewards
    return [
        claim
        for claim in redemptions.reserved
        if claim.state != HELD and claim.counts and rewards[claim.reward].unit == unit
    ]


def _save_pocket(pocket: Pocket, lapsed: list[Claim], out: Writer) -> None:
    held = {int(lot.root) for lot in pocket.lots if lot.held > 0} if pocket.debts else set()
    debts = [debt for debt in pocket.debts if debt.amount > 0 or _may_be_answered_for(debt, held)]
    payers = {int(lot.sequence) for debt in debts for lot, _, _ in _paid_by(debt, held)}
    lots = [lot for lot in pocket.lots if lot.remaining > 0 or int(lot.sequence) in payers]
    places = {int(lot.sequence): place for place, lot in enumerate(lots)}
    out.put(int(pocket.gone) + len(pocket.lots))
    out.put_wide(pocket.pending)
    out.put_wide(pocket.available)
    out.put_wide(pocket.held)
    out.put_wide(pocket.debt)
    out.put(len(lots))
    for lot in lots:
        _save_lot(lot, out)
    for queue in pocket.queues:
        _save_queue(queue, payers, places, out)
    _save_places([lot for lot in pocket.ripening[pocket.ripe :] if lot.pending > 0], places, out)
    _save_places([lot for lot in pocket.waiting[pocket.waited :] if lot.pending > 0], places, out)
    out.put(len(debts))
    for debt in debts:
        _save_debt(debt, places, held, out)
    claims = [claim for claim in pocket.holds[pocket.lapsed :] if claim.state == HELD] + lapsed
    out.put(len(claims))
    for claim in claims:
        _save_claim(claim, places, out)
    if pocket.moving is not None:
        _save_moving(pocket.moving, lots, out)
    if pocket.keeping.fulfilment_slot != NO_SLOT:
        _save_orders(pocket.orders, lots, out)


def _load_pocket(pocket: Pocket, cells: Reader) -> list[Claim]:
    """Take up one unit; return the reservations that stand or are counted."""
    pocket.gone = cells.get()
    pocket.pending = cells.get_wide()
    pocket.available = cells.get_wide()
    pocket.held = cells.get_wide()
    pocket.debt = cells.get_wide()
    lots = [_load_lot(cells) for _ in range(cells.get())]
    pocket.lots = lots
    pocket.gone -= len(lots)
    for queue in pocket.queues:
        _load_queue(queue, lots, cells)
    pocket.ripening = _load_places(lots, cells)
    pocket.waiting = _load_places(lots, cells)
    pocket.debts = [_load_debt(lots, cells) for _ in range(cells.get())]
    claims = [_load_claim(lots, cells) for _ in range(cells.get())]
    for claim in claims:
        if claim.state == HELD:
            pocket.holds.append(claim)
            pocket.by_event[int(claim.event)] = claim
    if pocket.moving is not None:
        _load_moving(pocket.moving, lots, cells)
    if pocket.keeping.fulfilment_slot != NO_SLOT:
        _load_orders(pocket.orders, cells)
    return claims


def _save_lot(lot: Lot, out: Writer) -> None:
    out.put(int(lot.event))
    out.put(int(lot.rule))
    out.put(int(lot.number))
    out.put(int(lot.payer))
    out.put(int(lot.sequence))
    out.put(int(lot.earned_at))
    out.put(int(lot.usable_from))
    out.put(int(lot.expires_at))
    out.put(lot.original)
    out.put(lot.remaining)
    out.put(lot.spent)
    out.put(lot.expired)
    out.put(lot.reversed)
    out.put(lot.held)
    out.put(lot.pending)
    out.put(lot.share)
    out.put(int(lot.terms))
    out.put(int(lot.root))
    out.put(lot.queue)
    out.put_flag(lot.place >= 0)
    out.put_flag(lot.ended)


def _load_lot(cells: Reader) -> Lot:
    event, rule, number, payer, sequence = cells.get(), cells.get(), cells.get(), cells.get(), cells.get()
    earned_at, usable_from, expires_at, original = cells.get(), cells.get(), cells.get(), cells.get()
    lot = Lot(event, rule, number, payer, original, earned_at=earned_at, sequence=sequence)
    lot.usable_from = usable_from
    lot.expires_at = expires_at
    lot.remaining = cells.get()
    lot.spent = cells.get()
    lot.expired = cells.get()
    lot.reversed = cells.get()
    lot.held = cells.get()
    lot.pending = cells.get()
    lot.share = cells.get()
    lot.terms = cells.get()
    lot.root = cells.get()
    lot.queue = cells.get()
    lot.place = 0 if cells.get_flag() else -1
    lot.ended = cells.get_flag()
    return lot


def _save_debt(debt: Debt, places: dict[int, int], held: set[int], out: Writer) -> None:
    """Write what is owed, with the lot that is short of it: its place, or the lot itself where nothing is left of it."""
    out.put(int(debt.event))
    out.put_wide(debt.amount)
    out.put(int(debt.at))
    out.put(int(debt.ends_at))
    out.put_flag(debt.spent)
    out.put(_NO_LOT if debt.lot is None else places.get(int(debt.lot.sequence), _GONE))
    if debt.lot is not None and int(debt.lot.sequence) not in places:
        _save_lot(debt.lot, out)
    out.put_flag(_may_be_answered_for(debt, held))
    if _may_be_answered_for(debt, held):
        paid = _paid_by(debt, held)
        out.put(len(paid))
        for lot, amount, drawn_at in paid:
            out.put(places[int(lot.sequence)])
            out.put(amount)
            out.put(drawn_at)


def _may_be_answered_for(debt: Debt, held: set[int]) -> bool:
    """Say whether points of the lot that is short are set aside (`held` has the roots of such), and may come back for those that paid."""
    return debt.lot is not None and int(debt.lot.root) in held


def _paid_by(debt: Debt, held: set[int]) -> list[tuple[Lot, int, int]]:
    """Return which lots paid how much of a debt, and when, where that may come back."""
    claim = debt.claim
    if claim is None or not _may_be_answered_for(debt, held):
        return []
    return [
        (lot, claim.amounts[place], int(claim.drawn_at[place]))
        for place, lot in enumerate(claim.lots)
        if claim.amounts[place] > 0
    ]


def _load_debt(lots: list[Lot], cells: Reader) -> Debt:
    event, amount, at, ends_at, spent = cells.get(), cells.get_wide(), cells.get(), cells.get(), cells.get_flag()
    place = cells.get()
    lot = None if place == _NO_LOT else _load_lot(cells) if place == _GONE else lots[place]
    claim = _load_payers(Claim(event, amount, at=at, lapses_at=LATEST), lots, cells) if cells.get_flag() else None
    return Debt(event, amount, at=at, ends_at=ends_at, spent=spent, claim=claim, lot=lot)


def _load_payers(claim: Claim, lots: list[Lot], cells: Reader) -> Claim:
    for _ in range(cells.get()):
        payer, part = lots[cells.get()], cells.get()
        claim.add(payer, part, cells.get())
    return claim


def _save_places(lots: list[Lot], places: dict[int, int], out: Writer) -> None:
    out.put(len(lots))
    for lot in lots:
        out.put(places[int(lot.sequence)])


def _load_places(lots: list[Lot], cells: Reader) -> list[Lot]:
    return [lots[cells.get()] for _ in range(cells.get())]


def _save_queue(queue: Queue, payers: set[int], places: dict[int, int], out: Writer) -> None:
    """Write which lots wait in a queue, those too that have nothing left but may get it back."""
    kept = [
        lot
        for place, lot in enumerate(queue.lots)
        if (place >= queue.first and lot.remaining > 0) or int(lot.sequence) in payers
    ]
    _save_places(kept, places, out)
    out.put(int(queue.idle_until))
    out.put(int(queue.ended_at))
    out.put(int(queue.stirred_at))


def _load_queue(queue: Queue, lots: list[Lot], cells: Reader) -> None:
    queue.lots = _load_places(lots, cells)
    for place, lot in enumerate(queue.lots):
        lot.place = place
    queue.idle_until = cells.get()
    queue.ended_at = cells.get()
    queue.stirred_at = cells.get()


def _save_claim(claim: Claim, places: dict[int, int], out: Writer) -> None:
    out.put(int(claim.event))
    out.put(claim.asked)
    out.put(int(claim.at))
    out.put(int(claim.lapses_at))
    out.put(claim.short)
    out.put(claim.state)
    out.put(int(claim.member))
    out.put(claim.reward)
    out.put_flag(claim.counts)
    out.put(len(claim.lots) if claim.state == HELD else 0)
    if claim.state == HELD:
        for place, lot in enumerate(claim.lots):
            out.put(places[int(lot.sequence)])
            out.put(claim.amounts[place])
            out.put(int(claim.drawn_at[place]))


def _load_claim(lots: list[Lot], cells: Reader) -> Claim:
    event, asked, at = cells.get(), cells.get(), cells.get()
    claim = Claim(event, asked, at=at, lapses_at=cells.get())
    claim.short = cells.get()
    claim.state = cells.get()
    claim.member = cells.get()
    claim.reward = cells.get()
    claim.counts = cells.get_flag()
    for _ in range(cells.get()):
        place, amount = cells.get(), cells.get()
        claim.add(lots[place], amount, cells.get())
    return claim


def _save_moving(moving: Moving, lots: list[Lot], out: Writer) -> None:
    out.put(moving.level)
    out.put(int(moving.period))
    for lot in lots:
        number = int(lot.sequence)
        out.put(moving.starts.get(number, int(LATEST)))
        out.put(moving.extensions.get(number, 0))


def _load_moving(moving: Moving, lots: list[Lot], cells: Reader) -> None:
    moving.level = cells.get()
    moving.period = cells.get()
    for lot in lots:
        number = int(lot.sequence)
        start, times = cells.get(), cells.get()
        if start < LATEST:
            moving.starts[number] = start
        if times > 0:
            moving.extensions[number] = times


def _save_orders(orders: Orders, lots: list[Lot], out: Writer) -> None:
    """Write the orders whose points are not usable yet."""
    events = dict.fromkeys([int(lot.event) for lot in lots if lot.pending > 0])
    known = [event for event in events if event in orders.known]
    out.put(len(known))
    for event in known:
        out.put(event)
        out.put(int(orders.known[event].missing))
        out.put(int(orders.known[event].at))


def _load_orders(orders: Orders, cells: Reader) -> None:
    for _ in range(cells.get()):
        event, missing = cells.get(), cells.get()
        orders.known[event] = Order(missing, cells.get())


def _save_sweep(sweeping: Sweeping, out: Writer) -> None:
    out.put(int(sweeping.next_at))
    out.put(int(sweeping.event))
    out.put(int(sweeping.year))
    out.put(sweeping.issued)


def _load_sweep(sweeping: Sweeping, cells: Reader) -> None:
    sweeping.next_at = cells.get()
    sweeping.event = cells.get()
    sweeping.year = cells.get()
    sweeping.issued = cells.get()
