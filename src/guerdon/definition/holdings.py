"""What a worked example expects accounts to have: balances, and what was spent, expired or is owed, at an instant."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final

from guerdon.core.amounts import read_time
from guerdon.core.errors import Invalid
from guerdon.core.events import Event
from guerdon.core.history import Stock, take_stock
from guerdon.core.lots.left import Left
from guerdon.core.programme import Programme
from guerdon.definition.exact import scaled_to, shown
from guerdon.definition.findings import Enough, Findings
from guerdon.definition.issues import Issue, error, quote, suggest
from guerdon.definition.source import Loc, Source

AS_OF: Final = "as_of"
SUMS: Final = ("balance", "available", "pending", "held", "debt", "spent", "expired")
"""What may be expected of all accounts together, by unit or as one number; a balance is what they have less what they owe."""

HELD_KEYS: Final = (*SUMS, AS_OF)


def compare_holdings(
    programme: Programme, events: Sequence[Event], expect: Mapping[str, object], source: Source, loc: Loc
) -> list[Issue]:
    """Return what accounts do not have as an example expects, at `as_of` or at its last event."""
    comparison = _Comparison(programme, source, loc)
    wanted = {key: number for key, number in expect.items() if key in HELD_KEYS}
    with suppress(Enough):
        if wanted:
            comparison.compare(events, wanted)
    return comparison.findings.issues


class _Comparison:
    """Compares what is expected with what accounts have, and notes each difference at its place."""

    def __init__(self, programme: Programme, source: Source, loc: Loc) -> None:
        self.programme = programme
        self.source = source
        self.loc = loc
        self.findings = Findings()

    def compare(self, events: Sequence[Event], wanted: Mapping[str, object]) -> None:
        """Note what is not as expected."""
        if not self.programme.keeps_lots:
            what = "this programme says nothing of what becomes of points, so that none expire and none are spent"
            self._wrong((next(iter(wanted)),), what, "write expiry: {after: 12 months} at the unit, or expect points")
            return
        try:
            at = read_time(wanted[AS_OF], self.programme.zone, AS_OF)[0] if AS_OF in wanted else None
        except Invalid as invalid:
            what, _, advice = str(invalid).partition("; ")
            self._wrong((AS_OF,), what, advice)
            return
        stocks = take_stock(self.programme, events, at)
        for key in SUMS:
            if key in wanted:
                self._sum(key, wanted[key], stocks)

    def _sum(self, key: str, wanted: object, stocks: Sequence[Stock]) -> None:
        names = [unit.name for unit in self.programme.units]
        if not isinstance(wanted, dict):
            if len(names) > 1:
                self._wrong((key,), "the programme has several units", f"write {key} by unit: {{{names[0]}: {wanted}}}")
                return
            self._unit(key, 0, wanted, stocks, (key,))
            return
        for name, number in wanted.items():
            if name in names:
                self._unit(key, names.index(name), number, stocks, (key, name))
            else:
                hint = suggest(name, names) or f"there is {', '.join(names)}"
                self._wrong((key, name), f"there is no unit {quote(name)}", hint)

    def _unit(self, key: str, position: int, wanted: object, stocks: Sequence[Stock], loc: Loc) -> None:
        unit = self.programme.units[position]
        found = sum(amount_of(key, stock.left) for stock in stocks if stock.left.unit == position)
        if isinstance(wanted, bool) or not isinstance(wanted, (int, Decimal)):
            self._wrong(loc, f"{quote(str(wanted))} is not a number of points", "write a number, without quotes")
        elif scaled_to(wanted, unit.decimals) != found:
            what = f"the example expects {key} {wanted} {unit.name}, and it is {shown(found, unit.decimals)}"
            self._wrong(loc, what, "guerdon explain says why: then correct the programme or the example")

    def _wrong(self, loc: Loc, what: str, try_this: str) -> None:
        self.findings.add(error("example", self.source.place((*self.loc, *loc)), what, try_this))


def amount_of(key: str, left: Left) -> int:
    """Return what an account has, by the name of what is expected."""
    return {
        "balance": left.total(), "available": left.available, "pending": left.pending, "held": left.held,
        "debt": left.debt, "spent": left.spent(), "expired": left.expired(),
    }[key]  # fmt: skip
