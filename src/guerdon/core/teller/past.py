"""What is known of an account's past, saved and taken up again.

What refunds alone ask for, which points of which purchase counted where, is not saved: a refund folds the account anew.
"""

from guerdon.core.ladders import Ladder, Place
from guerdon.core.metrics import Meter
from guerdon.core.past import Past
from guerdon.core.teller.cells import Reader, Writer


def save_past(past: Past, out: Writer) -> None:
    """Write what metrics count and which levels are held."""
    out.put(int(past.joined))
    out.put(int(past.next_due))
    out.put_flag(past.stirred)
    out.put_list(past.values)
    for meter in past.meters:
        _save_meter(meter, out)
    for place in past.places:
        _save_place(place, out)


def load_past(past: Past, cells: Reader) -> None:
    """Take up what metrics count and which levels are held."""
    past.open()
    past.joined = cells.get()
    past.next_due = cells.get()
    past.stirred = cells.get_flag()
    for position, value in enumerate(cells.get_list()):
        past.values[position] = value
    for meter in past.meters:
        _load_meter(meter, cells)
    for place in past.places:
        _load_place(place, cells)


def _save_meter(meter: Meter, out: Writer) -> None:
    out.put_wide(meter.total)
    out.put(meter.joined)
    out.put(meter.number)
    out.put(int(meter.ends_at))
    out.put_flag(meter.changed)
    out.put_list(meter.gone)
    out.put_list(meter.amounts)
    out.put_list(meter.dues)
    out.put_list(meter.owed)
    out.put_list(meter.owners)
    out.put(meter.owner)
    out.put_wide(meter.former)


def _load_meter(meter: Meter, cells: Reader) -> None:
    meter.total = cells.get_wide()
    meter.joined = cells.get()
    meter.number = cells.get()
    meter.ends_at = cells.get()
    meter.changed = cells.get_flag()
    meter.gone = cells.get_list()
    meter.amounts = cells.get_list()
    meter.dues = cells.get_list()
    meter.owed = cells.get_list()
    meter.owners = cells.get_list()
    meter.owner = cells.get()
    meter.former = cells.get_wide()


def _save_place(place: Place, out: Writer) -> None:
    ladders = _ladders(place)
    for ladder in (place.ladder, place.turning, place.terms):
        out.put(_position(ladders, ladder))
    out.put(place.changes)
    out.put(int(place.changes_at))
    out.put(int(place.turns_at))
    out.put(place.joined)
    out.put(place.earned)
    out.put(int(place.since))
    out.put(int(place.until))
    out.put(int(place.turn))
    out.put(int(place.turned_by))
    out.put(place.anchor)
    out.put(place.times)
    out.put_flag(place.graced)
    out.put(place.falls_to)
    out.put(place.falls_from)
    out.put(place.held)
    out.put(int(place.held_since))
    out.put(int(place.cause))
    out.put(int(place.credited))
    out.put_list(place.proof)
    out.put_flag(place.doubted)
    out.put_list(place.given)
    out.put_list(place.given_until)
    out.put_list(place.given_by)


def _load_place(place: Place, cells: Reader) -> None:
    ladders = _ladders(place)
    place.ladder = ladders[cells.get()]
    place.turning = ladders[cells.get()]
    place.terms = ladders[cells.get()]
    place.changes = cells.get()
    place.changes_at = cells.get()
    place.turns_at = cells.get()
    place.joined = cells.get()
    place.earned = cells.get()
    place.since = cells.get()
    place.until = cells.get()
    place.turn = cells.get()
    place.turned_by = cells.get()
    place.anchor = cells.get()
    place.times = cells.get()
    place.graced = cells.get_flag()
    place.falls_to = cells.get()
    place.falls_from = cells.get()
    place.held = cells.get()
    place.held_since = cells.get()
    place.cause = cells.get()
    place.credited = cells.get()
    place.proof = cells.get_list()
    place.doubted = cells.get_flag()
    for kept in (place.given, place.given_until, place.given_by):
        kept.clear()
        kept.extend(cells.get_list())


def _ladders(place: Place) -> list[Ladder]:
    """Return every ladder that a place may stand on, version by version."""
    found = [place.first]
    for later in place.later:
        found += [later.until_turn, later.ladder]
    return found


def _position(ladders: list[Ladder], wanted: Ladder) -> int:
    place = 0
    while ladders[place] is not wanted:
        place += 1
    return place
