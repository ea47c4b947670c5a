"""A standing, saved between two events and taken up again: the fold goes on as if it had never stopped.

Invariant: an account that was saved and taken up anywhere in its history earns, spends and loses what it would have without.
"""

from guerdon.core.limits import Counter
from guerdon.core.rating import Fold
from guerdon.core.standing import Standing
from guerdon.core.teller.cells import Reader, Writer
from guerdon.core.teller.lots import load_purse, save_purse
from guerdon.core.teller.past import load_past, save_past

FORMAT = 5
"""What the first cell says of how the others are laid out; a standing of another layout is folded anew."""


def save(fold: Fold) -> list[int]:
    """Return where the fold's present account stands, as numbers of 64 bits."""
    out = Writer()
    standing = fold.standing
    out.put(FORMAT)
    out.put(int(standing.member))
    out.put(0 if fold.changing is None else int(fold.changing.next))
    _save_counters(standing.counters, out)
    out.put(len(standing.others))
    for member, counters in standing.others.items():
        out.put(member)
        _save_counters(counters, out)
    if fold.purse is not None:
        save_purse(fold.purse, fold.redemptions, out)
    if fold.past is not None:
        save_past(fold.past, out)
    return out.cells


def load(fold: Fold, cells: list[int]) -> None:
    """Let the fold go on with the account that was saved; nothing is left of the one before."""
    reader = Reader(cells)
    reader.get()
    fold.begin(0, reader.get())
    version = reader.get()
    while fold.changing is not None and fold.changing.next < version:
        fold.changing.change(fold.standing.changes_at)
    standing = fold.standing
    _load_counters(standing.counters, reader)
    for _ in range(reader.get()):
        _load_counters(_counters_of(standing, reader.get()), reader)
    if fold.purse is not None:
        load_purse(fold.purse, fold.redemptions, reader)
    if fold.past is not None:
        load_past(fold.past, reader)
    reader.close()
    standing.look_ahead()


def _counters_of(standing: Standing, member: int) -> list[Counter]:
    counters = [Counter(limit) for limit in standing.limits]
    standing.others[member] = counters
    return counters


def _save_counters(counters: list[Counter], out: Writer) -> None:
    for counter in counters:
        out.put(int(counter.period))
        out.put_wide(counter.used)
        if counter.rolling:
            out.put_list(counter.days)
            out.put_list(counter.amounts)


def _load_counters(counters: list[Counter], cells: Reader) -> None:
    for counter in counters:
        counter.period = cells.get()
        counter.used = cells.get_wide()
        if counter.rolling:
            counter.days = cells.get_list()
            counter.amounts = cells.get_list()
