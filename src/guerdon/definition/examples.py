"""Worked examples: events written in the programme file, and the points or refusals its author expects of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final

from guerdon.core.calendar import MONTH, month_name
from guerdon.core.effects import REDEEMED
from guerdon.core.errors import Invalid
from guerdon.core.events import Event, read_event
from guerdon.core.facts import COLUMNS, EventType
from guerdon.core.history import Answer, rate_events
from guerdon.core.lots.rewards import OUTSIDE
from guerdon.core.programme import Programme
from guerdon.core.reasons import why_nothing
from guerdon.definition.exact import scaled_to, shown
from guerdon.definition.findings import Enough, Findings
from guerdon.definition.holdings import HELD_KEYS, compare_holdings
from guerdon.definition.issues import Issue, error, quote, suggest
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import ExampleSpec

NONE: Final = "none"
"""What `refused` says of a rule that gives all it wants, and of a reward that is asked for within its terms."""

REASONS: Final = ("limit", "outdone", "returned", "type", "window", "when", "nothing")
"""Why a rule may give nothing, or less than it wanted, as `refused` names it."""

_KEYS: Final = ("points", "months", "members", "events", "refused", "levels", "benefits")
_LINE_COLUMNS: Final = ("id", "amount", "discount")
_OF_LINE: Final = re.compile(r"(?:(\w+) of )?line (\d+)")
_WRONG_SUM: Final = "guerdon explain says why: then correct the rule or the example"


def run_example(programme: Programme, example: ExampleSpec, source: Source, loc: Loc) -> list[Issue]:
    """Rate an example's events and return what did not come out as it expects."""
    given = _Given(programme, source, loc)
    events = given.events(example.given)
    if given.findings.issues:
        return given.findings.issues
    try:
        answers = rate_events(programme, events)
    except Invalid as invalid:
        what, _, advice = str(invalid).partition("; ")
        return [error("example", source.place((*loc, "given")), what, advice)]
    expect = {key: wanted for key, wanted in example.expect.items() if key not in HELD_KEYS}
    found = (
        []
        if not expect and example.expect
        else _Expectation(programme, answers, source, (*loc, "expect")).compare(expect)
    )
    return found + compare_holdings(programme, events, example.expect, source, (*loc, "expect"))


def rate_example(programme: Programme, example: ExampleSpec, source: Source, loc: Loc) -> list[Answer] | None:
    """Return what an example's events are answered, or nothing when this programme cannot read them."""
    given = _Given(programme, source, loc)
    events = given.events(example.given)
    try:
        return None if given.findings.issues else rate_events(programme, events)
    except Invalid:
        return None


class _Given:
    """Reads the events of an example, and notes what is wrong with them at its place."""

    def __init__(self, programme: Programme, source: Source, loc: Loc) -> None:
        self.programme = programme
        self.source = source
        self.loc = (*loc, "given")
        self.findings = Findings()

    def events(self, records: Sequence[Mapping[str, object]]) -> list[Event]:
        """Return the events that can be read."""
        try:
            return [event for i, record in enumerate(records) if (event := self._event(i, record)) is not None]
        except Enough:
            return []

    def _event(self, position: int, record: Mapping[str, object]) -> Event | None:
        """Return one event; a key that nothing reads is a slip of the pen, not a test."""
        loc: Loc = (*self.loc, position)
        stated = record.get("type") or "purchase"
        event_type = self.programme.event_types.get(str(stated))
        if event_type is not None:
            self._check_keys(record, [*COLUMNS, *(one.name for one in event_type.attributes)], loc)
            self._check_lines(record.get("lines"), event_type, (*loc, "lines"))
        try:
            written = {"member": "member", **{key: _written(value) for key, value in record.items()}}
            return read_event(self.programme.terms, written, default_id=f"e{position + 1}")
        except Invalid as invalid:
            what, _, advice = str(invalid).partition("; ")
            self.findings.add(error("example", self.source.place((*loc, *_field(what))), what, advice))
            return None

    def _check_lines(self, lines: object, event_type: EventType, loc: Loc) -> None:
        known = [*_LINE_COLUMNS, *(one.name for one in event_type.line_attributes)]
        for i, line in enumerate(lines if isinstance(lines, list) else []):
            if isinstance(line, dict):
                self._check_keys(line, known, (*loc, i))

    def _check_keys(self, record: Mapping[str, object], known: Sequence[str], loc: Loc) -> None:
        for key in record:
            if key not in known:
                what = f"{quote(key)} is not a column or a declared attribute"
                hint = suggest(key, known) or f"declare it under events, or write one of {', '.join(known)}"
                self.findings.add(error("example", self.source.place((*loc, key), key=True), what, hint))


class _Expectation:
    """Compares what an example expects with what came out, and notes each difference at its place."""

    def __init__(self, programme: Programme, answers: Sequence[Answer], source: Source, loc: Loc) -> None:
        self.programme = programme
        self.answers = answers
        self.source = source
        self.loc = loc
        self.findings = Findings()

    def compare(self, expect: Mapping[str, object]) -> list[Issue]:
        """Return what did not come out as expected."""
        with suppress(Enough):
            self._compare(expect)
        return self.findings.issues

    def _compare(self, expect: Mapping[str, object]) -> None:
        if not expect:
            self._wrong((), "an example expects something", "write expect: {points: 90}")
        groups = {
            "months": self._month,
            "members": lambda answer: answer.event.member,
            "events": lambda answer: answer.event.id,
        }
        for key, wanted in expect.items():
            if key == "points":
                self._points(wanted, self.answers, (key,), "in all")
            elif key == "refused":
                self._refused(wanted)
            elif key in ("levels", "benefits"):
                self._by_account(key, wanted)
            elif key in groups:
                self._each(wanted, key, _grouped(self.answers, groups[key]))
            else:
                known = (*_KEYS, *HELD_KEYS) if self.programme.keeps_lots else _KEYS
                hint = suggest(key, known) or f"write one of {', '.join(known)}"
                self._wrong((key,), f"{quote(key)} is not something to expect", hint, key=True)

    def _wrong(self, loc: Loc, what: str, try_this: str = "", *, key: bool = False) -> None:
        self.findings.add(error("example", self.source.place((*self.loc, *loc), key=key), what, try_this))

    def _month(self, answer: Answer) -> str:
        return month_name(int(self.programme.zone.period_of(MONTH, answer.event.at)))

    def _each(self, wanted: object, key: str, found: Mapping[str, Sequence[Answer]]) -> None:
        if not isinstance(wanted, dict):
            self._wrong((key,), f"{key} is not a mapping", f"write {key}: {{{next(iter(found))}: 90}}")
            return
        for name, points in wanted.items():
            if name in found:
                self._points(points, found[name], (key, name), f"for {name}")
            else:
                hint = suggest(name, found) or f"there is {', '.join(list(found)[:8])}"
                self._wrong((key, name), f"no event is of {quote(name)}", hint, key=True)

    def _points(self, wanted: object, answers: Sequence[Answer], loc: Loc, where: str) -> None:
        names = [unit.name for unit in self.programme.units]
        if not isinstance(wanted, dict):
            if len(names) != 1:
                what = "the programme has several units" if names else "the programme counts no points"
                hint = f"write points by unit: {{{names[0]}: {wanted}}}" if names else "expect levels, or benefits"
                self._wrong(loc, what, hint)
                return
            self._unit(0, wanted, answers, loc, where)
            return
        for name, number in wanted.items():
            if name in names:
                self._unit(names.index(name), number, answers, (*loc, name), where)
            else:
                hint = suggest(name, names) or f"there is {', '.join(names) or 'none'}"
                self._wrong((*loc, name), f"there is no unit {quote(name)}", hint, key=True)

    def _unit(self, position: int, wanted: object, answers: Sequence[Answer], loc: Loc, where: str) -> None:
        unit = self.programme.units[position]
        points = sum(answer.points(position) for answer in answers)
        given = shown(points, unit.decimals)
        if isinstance(wanted, bool) or not isinstance(wanted, (int, Decimal)):
            self._wrong(loc, f"{quote(str(wanted))} is not a number of points", "write a number, without quotes")
        elif scaled_to(wanted, unit.decimals) != points:
            what = f"the example expects {wanted} {unit.name} {where}, and the rules give {given}"
            self._wrong(loc, what, _WRONG_SUM)

    def _refused(self, wanted: object) -> None:
        """Compare reasons: {event: {rule: reason}}."""
        by_id = {answer.event.id: answer for answer in self.answers}
        if not isinstance(wanted, dict):
            self._wrong(
                ("refused",), "refused is not a mapping", f"write refused: {{{next(iter(by_id))}: {{rule: limit}}}}"
            )
            return
        for event, rules in wanted.items():
            if event not in by_id or not isinstance(rules, dict):
                hint = suggest(event, by_id) if event not in by_id else ""
                what = f"there is no event {quote(event)} with its rules"
                self._wrong(("refused", event), what, hint or "write {event: {rule: limit}}", key=True)
                continue
            for name, reason in rules.items():
                self._reason(by_id[event], event, name, reason)

    def _by_account(self, key: str, wanted: object) -> None:
        """Compare what is so after the last event: {tier: gold}, or {account: {tier: gold}}."""
        accounts = list(dict.fromkeys([answer.event.account for answer in self.answers]))
        compare = self._levels if key == "levels" else self._benefits
        shown = "{tier: gold}" if key == "levels" else "{free-shipping: true}"
        if not isinstance(wanted, dict):
            self._wrong((key,), f"{key} is not a mapping", f"write {key}: {shown}")
        elif all(isinstance(one, dict) for one in wanted.values()):
            for account, one in wanted.items():
                if account in accounts:
                    compare(account, one, (key, account))
                else:
                    hint = suggest(account, accounts)
                    self._wrong((key, account), f"no event is of {quote(account)}", hint, key=True)
        elif len(accounts) > 1:
            hint = f"write {key}: {{{accounts[0]}: {shown}}}"
            self._wrong((key,), "the example has several accounts", hint)
        else:
            compare(accounts[0], wanted, (key,))

    def _held(self, account: str) -> list[int]:
        """Return the level held on each ladder after the last event of an account."""
        held = [0 for _ in self.programme.ladders]
        for answer in self.answers:
            if answer.event.account == account:
                for one in answer.moved:
                    held[one.rule] = one.band
        return held

    def _levels(self, account: str, wanted: Mapping[str, object], loc: Loc) -> None:
        ladders = {ladder.name: ladder for ladder in self.programme.ladders}
        for name, level in wanted.items():
            if name not in ladders:
                hint = suggest(name, ladders) or f"there is {', '.join(ladders) or 'none'}"
                self._wrong((*loc, name), f"there is no ladder {quote(name)}", hint, key=True)
                continue
            names = [one.name for one in ladders[name].levels]
            given = names[self._held(account)[ladders[name].position]]
            if level not in names:
                hint = suggest(str(level), names) or f"write one of {', '.join(names)}"
                self._wrong((*loc, name), f"{quote(str(level))} is not a level of {name}", hint)
            elif level != given:
                what = f"the example expects the level {level} of {name}, and it is {given}"
                self._wrong((*loc, name), what, _WRONG_SUM)

    def _benefits(self, account: str, wanted: Mapping[str, object], loc: Loc) -> None:
        """Compare the benefits that are named; false says that there is none."""
        known = {**self.programme.benefits}
        for ladder in self.programme.ladders:
            for level in ladder.levels:
                known |= level.benefits
        given = self.programme.benefits_of(self._held(account))
        for name, value in wanted.items():
            if name not in known:
                hint = suggest(name, known) or f"there is {', '.join(list(known)[:8]) or 'none'}"
                self._wrong((*loc, name), f"there is no benefit {quote(name)}", hint, key=True)
                continue
            said, have = _plain(value), _plain(given.get(name, False))
            if said != have:
                self._wrong((*loc, name), f"the example expects {name} to be {said}, and it is {have}", _WRONG_SUM)

    def _reason(self, answer: Answer, event: str, name: str, reason: object) -> None:
        rules = [rule.name for rule in self.programme.rules]
        rewards = [reward.name for reward in self.programme.rewards]
        known = (*(REASONS if name in rules else OUTSIDE[1:]), NONE)
        loc: Loc = ("refused", event, name)
        if name not in (*rules, *rewards):
            hint = suggest(name, [*rules, *rewards]) or f"there is {', '.join([*rules, *rewards][:8])}"
            what = f"there is no {'rule or reward' if rewards else 'rule'} {quote(name)}"
            self._wrong(loc, what, hint, key=True)
        elif reason not in known:
            what = f"{quote(str(reason))} is not a reason"
            self._wrong(loc, what, suggest(str(reason), known) or f"write one of {', '.join(known)}")
        elif name in rewards:
            told = _outside(answer, rewards.index(name))
            if told != reason:
                said = "is within its terms" if told == NONE else f"says {told}"
                self._wrong(loc, f"the example expects {quote(name)} to say {reason}, and it {said}", _WRONG_SUM)
        elif (given := why_nothing(self.programme, answer, rules.index(name)) or NONE) != reason:
            said = "gives all it wants" if given == NONE else f"says {given}"
            self._wrong(loc, f"the example expects {quote(name)} to refuse for {reason}, and it {said}", _WRONG_SUM)


def _outside(answer: Answer, reward: int) -> str:
    """Return which of a reward's terms an event contradicts; none when it is within them, or asks for another."""
    told = [effect.reason for effect in answer.effects if effect.kind == REDEEMED and effect.rule == reward]
    return (OUTSIDE[told[0]] if told else "") or NONE


def _written(value: object) -> object:
    """Return a value as it would stand in a file of events."""
    if isinstance(value, list):
        return [_written(one) for one in value]
    if isinstance(value, dict):
        return {key: _written(one) for key, one in value.items()}
    return f"{value:f}" if isinstance(value, Decimal) else value


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _field(complaint: str) -> Loc:
    """Return the field of an event that a complaint about it begins with."""
    of_line = _OF_LINE.match(complaint)
    return (
        ("lines", int(of_line[2]) - 1, of_line[1] or "")
        if of_line is not None
        else (complaint.split(" ", maxsplit=1)[0],)
    )


def _grouped(answers: Sequence[Answer], name_of: Callable[[Answer], str]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(name_of(answer), []).append(answer)
    return found
