"""The plain model of earning, with purchases that come back line by line: what each keeps, worked out from what is left alone."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.core.baskets import CENT, KINDS, Data, cents, read, split
from tests.core.model import Book, Expression, Model, Part, Row

Key = tuple[str, str]
"""A rule, and who pays."""


@dataclass
class Bought:
    """A purchase as it was answered: its record, the book before it, what it was granted and what it keeps of that.

    `sources` is what each rule gave by itself and what each multiplier added to it.
    """

    record: Data
    event: Data
    book: Book
    first: dict[Key, int]
    kept: dict[Key, int]
    used: dict[tuple[int, str], int]
    first_used: dict[tuple[int, str], int]
    sources: dict[Key, int]
    lines_back: set[int] = field(default_factory=set)
    amount_back: int = 0
    all_back: bool = False


class ReturnsModel(Model):
    """Answers records of which some are refunds: of lines by their numbers, of an amount, or of all."""

    def __init__(self, programme: Data, expressions: Mapping[str, Expression]) -> None:
        super().__init__(programme, expressions)
        self.again = False
        self.bought: dict[str, Bought] = {}

    def changes(self, records: Iterable[Data]) -> dict[str, dict[Key, int]]:
        """Return what each event changes of what each rule gives at each payer's cost."""
        book, found = Book(), dict[str, dict[Key, int]]()
        of = {record["id"]: record for record in records}
        for record in sorted(of.values(), key=lambda one: _order(one, of)):
            if record.get("refund_of") in of:
                found[record["id"]] = self._refund(record, book)
            else:
                found[record["id"]] = self._purchase(record, book)
        return found

    def _purchase(self, record: Data, book: Book) -> dict[Key, int]:
        event = read(record)
        if event["returned"]:
            return {}
        before = deepcopy(book)
        rows = list(self._answer(event, book))
        granted, used = _granted(rows), _used(before, book)
        sources = {
            (rule["id"], source): sum(row.granted for row in rows if (row.rule, row.source) == (rule["id"], source))
            for rule in self.rules
            for source in ("", *(one["id"] for one in self.multipliers))
        }
        self.bought[record["id"]] = Bought(record, event, before, granted, dict(granted), used, dict(used), sources)
        return granted

    def _refund(self, record: Data, book: Book) -> dict[Key, int]:
        bought = self.bought.get(record["refund_of"])
        if bought is None:
            return {}
        left = self._left(record, bought)
        trial = deepcopy(bought.book)
        kept = self._kept(bought, left)
        self._take_kept(bought, kept, trial)
        self.again = True
        given = {} if left is None else _granted(self._answer(left, trial))
        self.again = False
        given = self._capped(given | kept, bought.first)
        self._free(bought, _used(bought.book, trial), book)
        changes = {key: given.get(key, 0) - bought.kept.get(key, 0) for key in {**given, **bought.kept}}
        bought.kept = given
        return {key: change for key, change in changes.items() if change}

    def _left(self, record: Data, bought: Bought) -> Data | None:
        """Return the purchase as it is left; nothing when all that it was worth came back."""
        if record.get("lines"):
            bought.lines_back |= {int(line["id"]) for line in record["lines"]}
        elif record.get("amount"):
            bought.amount_back += cents(record["amount"])
        else:
            bought.all_back = True
        event, nets = bought.event, _nets(bought.record)
        there = [i for i in range(len(event["lines"])) if i + 1 not in bought.lines_back]
        worth = sum(nets[i] for i in there) if event["lines"] else int(event["amount"] / CENT) - bought.amount_back
        whole = int(event["amount"] / CENT)
        if bought.all_back or (event["lines"] and not there) or (whole > 0 and worth == 0):
            return None
        # A line that was worth something and is worth nothing now is away; whole lines alone come back here.
        lines = [event["lines"][i] for i in there]
        eligible = sum((line["eligible"] for line in lines), Fraction(0)) if event["lines"] else worth * CENT
        return {**event, "lines": lines, "amount": worth * CENT, "eligible": eligible}

    def _way(self, name: str) -> str:
        return str(next(rule for rule in self.rules if rule["id"] == name).get("refund", "replay"))

    def _kept(self, bought: Bought, left: Data | None) -> dict[Key, int]:
        kept: dict[Key, int] = {}
        for rule in self.rules:
            own = {key: points for key, points in bought.first.items() if key[0] == rule["id"]}
            way = rule.get("refund", "replay")
            if way == "replay" or not own:
                continue
            whole = sum(own.values())
            target = whole if way == "keep" else self._share(rule, bought, left, whole)
            kept |= dict(zip(own, split(target, list(own.values())), strict=True))
        return kept

    def _share(self, rule: Data, bought: Bought, left: Data | None, whole: int) -> int:
        if left is None:
            return 0
        value, rest = (self._value_of(rule, event) for event in (bought.event, left))
        return whole if value <= 0 else split(whole, [min(rest, value), max(value - rest, 0)])[0]

    def _value_of(self, rule: Data, event: Data) -> int:
        if "where" not in rule:
            return int(event["eligible"] / CENT)
        return sum(int(line["eligible"] / CENT) for line in event["lines"] if self._asked(rule["where"], event, line))

    def _take_kept(self, bought: Bought, kept: Mapping[Key, int], trial: Book) -> None:
        """Let what is kept use its limits first."""
        sources = self._by_source(bought, kept)
        for position, (limit, rules, extras) in enumerate(self.limits):
            points = sum(amount for (name, source), amount in sources.items() if name in rules or source in extras)
            if points and "times" in limit:
                points = bought.first_used.get((position, self._who(limit, bought.event)), 0)
            self._take(position, points, bought.event, trial)

    def _by_source(self, bought: Bought, kept: Mapping[Key, int]) -> dict[Key, int]:
        """Return what is kept of each rule's own points and of those that each multiplier added, as they were granted."""
        found: dict[Key, int] = {}
        for rule in {name for name, _ in kept}:
            own = {key: points for key, points in bought.sources.items() if key[0] == rule}
            whole = sum(points for (name, _), points in kept.items() if name == rule)
            found |= dict(zip(own, split(whole, list(own.values())), strict=True))
        return found

    def _capped(self, given: dict[Key, int], first: Mapping[Key, int]) -> dict[Key, int]:
        """Let no unit be given more than at first."""
        units = {rule["id"]: self._unit(rule) for rule in self.rules}
        for unit in set(units.values()):
            own = [key for key in given if units[key[0]] == unit]
            beyond = sum(given[key] for key in own) - sum(n for key, n in first.items() if units[key[0]] == unit)
            for key in reversed(own):
                part = min(max(beyond, 0), max(given[key] - first.get(key, 0), 0))
                given[key] -= part
                beyond -= part
        return given

    def _free(self, bought: Bought, now: Mapping[tuple[int, str], int], book: Book) -> None:
        """Give back what is used less than before, for later events of the purchase's own period."""
        for (position, who), first in bought.first_used.items():
            used = min(now.get((position, who), 0), first)
            freed = bought.used[position, who] - used
            self._take(position, -freed, bought.event, book)
            bought.used[position, who] = used

    def _draft(self, rule: Data, event: Data) -> list[Part]:
        silent = self.again and rule.get("refund", "replay") != "replay"
        return [] if silent else super()._draft(rule, event)


def _order(record: Data, of: Mapping[str, Data]) -> tuple[Any, ...]:
    event = read({**record, "lines": ()} if "refund_of" in record else record)
    purchase = of.get(record.get("refund_of", ""))
    at = event["at"] if purchase is None else max(event["at"], read(purchase)["at"])
    return at, KINDS[event["type"]], record["id"]


def _nets(record: Data) -> list[int]:
    sales = [line for line in record.get("lines", ()) if cents(line["amount"]) >= 0 and Fraction(line["quantity"]) >= 0]
    amounts = [cents(line["amount"]) for line in sales]
    discounts = split(cents(record.get("discount", 0)), amounts)
    return [amount - discount for amount, discount in zip(amounts, discounts, strict=True)]


def _granted(rows: Iterable[Row]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for row in rows:
        if row.granted > 0:
            found[row.rule, row.payer] = found.get((row.rule, row.payer), 0) + row.granted
    return found


def _used(before: Book, after: Book) -> dict[tuple[int, str], int]:
    """Return how much of each limit was used from one book to the other."""
    return {
        key: sum(amount for _, _, amount in entries[len(before.used.get(key, ())) :])
        for key, entries in after.used.items()
    }
