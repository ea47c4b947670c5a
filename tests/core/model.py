"""A plain model of earning, written from what a programme means, with fractions, dictionaries and dates.

It reads the same programme and the same records as the engine, shares none of its code, and is slow and short. An
expression is looked up in a table from its text to a function, so that nothing here parses anything.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from tests.core.baskets import CENT, KINDS, Data, read, rounded, shared, split
from tests.core.levels.model import Levels

Expression = Callable[[Data, Data], Any]

EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Row:
    """What one payer bears of one part of a rule's answer; `residue` is what rounding took off, in smallest parts.

    Of items that are rounded one by one it is one item's.
    """

    event: str
    line: int
    rule: str
    source: str
    band: int
    desired: int
    granted: int
    limit: int
    period: int
    payer: str
    reason: str
    residue: Fraction


@dataclass
class Part:
    """A band's or a multiplier's points on one occasion, in smallest parts of the unit."""

    occasion: int
    line: int
    times: int
    band: int
    source: str
    exact: Fraction
    desired: int = 0
    granted: int = 0
    limit: int = -1


@dataclass
class Book:
    """What was used of each limit, by whom and when."""

    used: dict[tuple[int, str], list[tuple[int, int, int]]] = field(default_factory=dict)


class Model:
    """Answers records as a programme says."""

    def __init__(self, programme: Data, expressions: Mapping[str, Expression]) -> None:
        self.programme = programme
        self.expressions = expressions
        self.zone = ZoneInfo(programme["zone"])
        windows = [
            (c, {"from": c["from"], "until": c["until"], "campaign": c["id"]}) for c in programme.get("campaigns", ())
        ]
        self.rules = [*programme["rules"], *(rule | w for c, w in windows for rule in c.get("rules", ()))]
        self.multipliers = [
            *programme.get("multipliers", ()),
            *(m | w for c, w in windows for m in c.get("multipliers", ())),
        ]
        self.limits = list(self._limits())
        self.levels = Levels(programme) if "ladders" in programme else None

    def _limits(self) -> Iterable[tuple[Data, set[str], set[str]]]:
        """Return each limit with the rules and the multipliers it binds."""
        for rule in self.rules:
            yield from ((limit, {rule["id"]}, set()) for limit in rule.get("limits", ()))
        for one in self.multipliers:
            yield from ((limit, set(), {one["id"]}) for limit in one.get("limits", ()))
        for campaign in self.programme.get("campaigns", ()):
            bound = {rule["id"] for rule in campaign.get("rules", ())}
            extras = {one["id"] for one in campaign.get("multipliers", ())}
            yield from ((limit, bound, extras) for limit in campaign.get("limits", ()))
        for shared_limit in self.programme.get("limits", ()):
            yield shared_limit, set(shared_limit["rules"]), set()

    def rate(self, records: Iterable[Data]) -> list[Row]:
        """Answer every record once, as all accounts lived through it, and return the rows account by account."""
        events = [read(record) for record in records]
        book = Book()
        rows: dict[str, list[Row]] = {}
        for event in sorted(events, key=lambda e: (e["at"], KINDS[e["type"]], e["id"])):
            if self.levels is not None:
                self.levels.begin(event)
            answer = [] if event["returned"] else self._answer(event, book)
            if self.levels is not None:
                units = {rule["id"]: self._unit(rule) for rule in self.rules}
                self.levels.end(event, [(units[row.rule], row.granted) for row in answer])
            rows.setdefault(event["account"], []).extend(answer)
        return [row for account in sorted(rows) for row in rows[account]]

    def _answer(self, event: Data, book: Book) -> list[Row]:
        drafts = {rule["id"]: self._draft(rule, event) for rule in self.rules}
        for rule in self.rules:
            self._round(rule, drafts[rule["id"]])
        lost = self._outdone(drafts, event, book)
        for name, unit in self.programme["units"].items():
            if unit.get("round_at") == "order":
                own = [
                    r["id"] for r in self.rules if self._unit(r) == name and "round_at" not in r and r["id"] not in lost
                ]
                _round_together([part for rule in own for part in drafts[rule]], unit.get("round", "floor"))
        rows: list[Row] = []
        for rule in self.rules:
            parts = drafts[rule["id"]]
            if rule["id"] not in lost:
                self._grant(rule, parts, event, book)
            for part in parts:
                rows += self._rows(rule, part, event, outdone=rule["id"] in lost)
        return rows

    def _unit(self, rule: Data) -> str:
        return str(rule.get("unit", next(iter(self.programme["units"]))))

    def _asked(self, text: object, event: Data, line: Data) -> Any:  # noqa: ANN401 - a number or a truth
        return self.expressions[str(text)](event, line)

    def _applies(self, one: Data, event: Data) -> bool:
        day = event["at"].astimezone(self.zone).date().isoformat()
        return bool(one.get("from", "") <= day <= one.get("until", "9"))

    # What a rule gives, before rounding.

    def _draft(self, rule: Data, event: Data) -> list[Part]:
        per = rule.get("per", "order")
        if event["type"] != rule.get("on", "purchase") or not self._applies(rule, event):
            return []
        if "when" in rule and not self._asked(rule["when"], event, {}):
            return []
        matching = [line for line in event["lines"] if "where" not in rule or self._asked(rule["where"], event, line)]
        if per in ("order", "event"):
            if "where" in rule and not matching:
                return []
            value = self._value(rule, event, {}, matching)
            return self._occasion(rule, event, [], value, Fraction(0), value, {}, -1, 1) if value > 0 else []
        parts: list[Part] = []
        values = [
            (number, line, self._value(rule, event, line, []))
            for number, line in enumerate(event["lines"])
            if any(line is one for one in matching)
        ]
        total = sum((max(value, Fraction(0)) for _, _, value in values), Fraction(0))
        before = Fraction(0)
        for number, line, value in values:
            if value > 0 and per == "item":
                self._items(rule, event, parts, value, line, number)
            elif value > 0:
                whole = rule.get("within") == "order"
                self._occasion(rule, event, parts, value, before, total if whole else value, line, number, 1)
                before += value if whole else 0
        return parts

    def _value(self, rule: Data, event: Data, line: Data, matching: Sequence[Data]) -> Fraction:
        text = rule.get("give", rule.get("of"))
        if text is not None:
            return Fraction(self._asked(text, event, line))
        if line:
            return Fraction(line["eligible"])
        return Fraction(sum(one["eligible"] for one in matching) if "where" in rule else event["eligible"])

    def _items(self, rule: Data, event: Data, parts: list[Part], value: Fraction, line: Data, number: int) -> None:
        items = floor(line["quantity"])
        if items > 0 and "give" in rule:
            self._occasion(rule, event, parts, value, Fraction(0), value, line, number, items)
        elif items > 0:
            each, dearer = divmod(int(value / CENT), items)
            for price, times in ((each + 1, dearer), (each, items - dearer)):
                if price > 0 and times > 0:
                    self._occasion(rule, event, parts, price * CENT, Fraction(0), price * CENT, line, number, times)

    def _occasion(  # noqa: PLR0913 - all that a band needs to know
        self,
        rule: Data,
        event: Data,
        parts: list[Part],
        value: Fraction,
        before: Fraction,
        total: Fraction,
        line: Data,
        number: int,
        times: int,
    ) -> list[Part]:
        smallest = times * 10 ** self.programme["units"][self._unit(rule)].get("decimals", 0)
        occasion = parts[-1].occasion + 1 if parts else 0
        base = [(band, points) for band, points in _banded(rule, value, before, total) if points > 0]
        parts += [Part(occasion, number, times, band, "", points * smallest) for band, points in base]
        stands = plain = sum((points for _, points in base), Fraction(0)) * smallest
        mine = [one for one in self.multipliers if rule["id"] in one["of"] and plain > 0]
        for one in sorted(mine, key=lambda m: m.get("stack", "add") == "compound"):
            extra = self._factor(one, event, line) - 1
            if extra > 0:
                exact = (stands if one.get("stack", "add") == "compound" else plain) * extra
                parts.append(Part(occasion, number, times, -1, one["id"], exact))
                stands += exact
        return parts

    def _factor(self, one: Data, event: Data, line: Data) -> Fraction:
        holds = self._applies(one, event) and ("when" not in one or self._asked(one["when"], event, line))
        return Fraction(self._asked(one["by"], event, line)) if holds else Fraction(1)

    # What becomes of it: rounding, stacking, limits, payers.

    def _round(self, rule: Data, parts: list[Part]) -> None:
        unit = self.programme["units"][self._unit(rule)]
        how = rule.get("round", unit.get("round", "floor"))
        at = rule.get("round_at", "rule")
        groups: dict[int, list[Part]] = {}
        for part in parts:
            groups.setdefault({"item": part.occasion, "line": part.line}.get(at, 0), []).append(part)
        for group in groups.values():
            _round_together(group, how, group[0].times if at == "item" else 1)

    def _outdone(self, drafts: Mapping[str, list[Part]], event: Data, book: Book) -> set[str]:
        groups: dict[str, list[Data]] = {}
        for rule in self.rules:
            if "stack" in rule:
                groups.setdefault(rule["stack"]["group"], []).append(rule)
        lost: set[str] = set()
        for group in groups.values():
            alone = {
                rule["id"]: self._alone(rule, drafts[rule["id"]], event, book) for rule in group if drafts[rule["id"]]
            }
            first = group[0]["stack"]["take"] == "first"
            order = sorted(group, key=lambda rule: rule["stack"].get("priority", 0)) if first else group
            names = [rule["id"] for rule in order if rule["id"] in alone]
            giving = [name for name in names if alone[name] > 0]
            best = giving[:1] if first else [name for name in giving if alone[name] == max(alone.values())][:1]
            lost |= {rule["id"] for rule in group} - set(best or names[:1])
        return lost

    def _alone(self, rule: Data, parts: list[Part], event: Data, book: Book) -> int:
        tried = deepcopy(parts)
        self._grant(rule, tried, event, deepcopy(book))
        return sum(part.granted for part in tried)

    def _grant(self, rule: Data, parts: list[Part], event: Data, book: Book) -> None:
        times = [i for i, (one, rules, _) in enumerate(self.limits) if "times" in one and rule["id"] in rules]
        for occasion in dict.fromkeys(part.occasion for part in parts):
            now = [part for part in parts if part.occasion == occasion]
            asked = now[0].times
            room, tightest = min(((self._room(i, event, book), i) for i in times), default=(asked, -1))
            allowed = min(room, asked)
            for part in now:
                part.granted = floor(Fraction(part.desired * allowed, asked))
                part.limit = tightest if part.granted < part.desired else -1
                self._cut(rule, part, event, book)
            if any(part.granted for part in now):
                for i in times:
                    self._take(i, allowed, event, book)

    def _cut(self, rule: Data, part: Part, event: Data, book: Book) -> None:
        bound = [i for i, (one, rules, _) in enumerate(self.limits) if "points" in one and rule["id"] in rules]
        own = [i for i, (one, _, extras) in enumerate(self.limits) if "points" in one and part.source in extras]
        limits = bound + [i for i in own if i not in bound]
        room, tightest = min(((self._room(i, event, book), limits.index(i)) for i in limits), default=(part.granted, 0))
        if room < part.granted:
            part.granted = room
            part.limit = limits[tightest]
        for i in limits:
            self._take(i, part.granted, event, book)

    def _when(self, limit: Data, event: Data) -> tuple[int, int]:
        """Return the day and the number of the limit's period (the day itself for a rolling one)."""
        local = event["at"].astimezone(self.zone).date()
        day = local.toordinal() - EPOCH
        periods = {
            "day": day,
            "week": (day + 3) // 7,
            "month": local.year * 12 + local.month - 1,
            "quarter": local.year * 4 + (local.month - 1) // 3,
            "year": local.year,
            "ever": 0,
        }
        return day, periods[limit.get("every", "day")]

    def _who(self, limit: Data, event: Data) -> str:
        if limit.get("per") in ("campaign", "programme"):
            return "everybody"
        by_member = limit.get("per", "member") == "member"
        return f"{event['account']} {event['member']}" if by_member else str(event["account"])

    def _room(self, position: int, event: Data, book: Book) -> int:
        limit = self.limits[position][0]
        day, period = self._when(limit, event)
        entries = book.used.get((position, self._who(limit, event)), [])
        rolling = limit.get("rolling_days")
        counted = [
            amount
            for on, within, amount in entries
            if (on > day - rolling if rolling is not None else within == period)
        ]
        return self.most(position) - sum(counted)

    def most(self, position: int) -> int:
        """Return how much of a limit there is, in smallest parts or times."""
        limit, rules, extras = self.limits[position]
        if "times" in limit:
            return int(limit["times"])
        targets = rules | {target for one in self.multipliers if one["id"] in extras for target in one["of"]}
        rule = next(rule for rule in self.rules if rule["id"] in targets)
        return int(Fraction(limit["points"]) * 10 ** self.programme["units"][self._unit(rule)].get("decimals", 0))

    def _take(self, position: int, amount: int, event: Data, book: Book) -> None:
        limit = self.limits[position][0]
        book.used.setdefault((position, self._who(limit, event)), []).append((*self._when(limit, event), amount))

    def _rows(self, rule: Data, part: Part, event: Data, *, outdone: bool) -> list[Row]:
        granted = 0 if outdone else part.granted
        limit = -1 if outdone else part.limit
        shares = self._payers(rule, part.source)
        whole = Row(
            event=event["id"],
            line=part.line,
            rule=rule["id"],
            source=part.source,
            band=part.band,
            desired=part.desired,
            granted=granted,
            limit=limit,
            period=self._when(self.limits[limit][0], event)[1] if limit >= 0 else 0,
            payer="",
            reason="outdone" if outdone else "limit" if limit >= 0 else "granted",
            residue=(part.exact - part.desired) / (part.times if rule.get("round_at") == "item" else 1),
        )
        grants = split(granted, list(shares.values()))
        cuts = split(part.desired - granted, list(shares.values()))
        return [
            replace(
                whole,
                payer=payer,
                desired=grants[i] + cuts[i],
                granted=grants[i],
                residue=whole.residue if i == 0 else Fraction(0),
            )
            for i, payer in enumerate(shares)
        ]

    def _payers(self, rule: Data, source: str) -> dict[str, int]:
        multiplier: Data = next((one for one in self.multipliers if one["id"] == source), {})
        stated: str | Mapping[str, int] = multiplier.get("funded_by", rule.get("funded_by", "programme"))
        return {stated: 1} if isinstance(stated, str) else dict(stated)


def _banded(rule: Data, value: Fraction, before: Fraction, total: Fraction) -> list[tuple[int, Fraction]]:
    """Return the points of each band that `value`, lying above `before`, reaches."""
    if "bands" not in rule:
        return [(-1, value)]
    above = [Fraction(band.get("above", 0)) for band in rule["bands"]]
    rates = [Fraction(band["rate"]) for band in rule["bands"]]
    if rule.get("band") == "whole":
        reached = [i for i in range(len(above)) if total > above[i]]
        return [(reached[-1], value * rates[reached[-1]])] if reached else []
    tops = [*above[1:], before + value]
    return [
        (i, max(min(before + value, tops[i]) - max(before, above[i]), Fraction(0)) * rates[i])
        for i in range(len(above))
    ]


def _round_together(parts: list[Part], how: str, times: int = 1) -> None:
    exact = [part.exact / times for part in parts]
    for part, whole in zip(parts, shared(rounded(sum(exact, Fraction(0)), how), exact), strict=True):
        part.desired = whole * times
