"""Worked examples: events written in the programme file, and the points or refusals its author expects of them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from guerdon.core.calendar import MONTH, month_name
from guerdon.core.errors import Invalid
from guerdon.core.events import read_event
from guerdon.core.facts import COLUMNS
from guerdon.core.history import Answer, rate_events
from guerdon.core.programme import Programme
from guerdon.core.reasons import why_nothing
from guerdon.definition.issues import Issue, error, suggest
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import ExampleSpec

_KEYS = ("points", "months", "members", "events", "refused")


class _Expectation:
    """Compares what an example expects with what came out, and notes each difference at its place."""

    def __init__(self, programme: Programme, answers: Sequence[Answer], source: Source, loc: Loc) -> None:
        self.programme = programme
        self.answers = answers
        self.source = source
        self.loc = loc
        self.issues: list[Issue] = []

    def compare(self, expect: Mapping[str, Any]) -> list[Issue]:
        """Return what did not come out as expected."""
        if not expect:
            self._wrong((), "an example expects something", "write expect: {points: 90}")
        for key, wanted in expect.items():
            if key == "points":
                self._points(wanted, self.answers, (key,), "in all")
            elif key == "months":
                self._each(wanted, key, self._by_month())
            elif key == "members":
                self._each(wanted, key, self._by(lambda answer: answer.event.member))
            elif key == "events":
                self._each(wanted, key, self._by(lambda answer: answer.event.id))
            elif key == "refused":
                self._refused(wanted)
            else:
                self._wrong((key,), f"{key!r} is not something to expect", suggest(key, _KEYS) or f"write one of {', '.join(_KEYS)}")
        return self.issues

    def _wrong(self, loc: Loc, what: str, try_this: str = "") -> None:
        self.issues.append(error("example", self.source.place((*self.loc, "expect", *loc)), what, try_this))

    def _by(self, key: Any) -> dict[str, list[Answer]]:  # noqa: ANN401 - a function from an answer to its name
        found: dict[str, list[Answer]] = {}
        for answer in self.answers:
            found.setdefault(key(answer), []).append(answer)
        return found

    def _by_month(self) -> dict[str, list[Answer]]:
        zone = self.programme.zone
        return self._by(lambda answer: month_name(int(zone.period_of(MONTH, answer.event.at))))

    def _each(self, wanted: object, key: str, found: Mapping[str, Sequence[Answer]]) -> None:
        if not isinstance(wanted, dict):
            self._wrong((key,), f"{key} is not a mapping", f"write {key}: {{{next(iter(found), 'name')}: 90}}")
            return
        for name, points in wanted.items():
            if name not in found:
                self._wrong((key, name), f"no event is of {name}", suggest(name, found))
            else:
                self._points(points, found[name], (key, name), f"for {name}")

    def _points(self, wanted: object, answers: Sequence[Answer], loc: Loc, where: str) -> None:
        names = [unit.name for unit in self.programme.units]
        if not isinstance(wanted, dict):
            if len(names) > 1:
                self._wrong(loc, "the programme has several units", f"write points by unit: {{{names[0]}: {wanted}}}")
                return
            wanted = {names[0]: wanted}
        for name, number in wanted.items():
            if name not in names:
                self._wrong((*loc, name), f"there is no unit {name!r}", suggest(name, names))
            else:
                self._unit(names.index(name), number, answers, loc, where)

    def _unit(self, unit: int, number: object, answers: Sequence[Answer], loc: Loc, where: str) -> None:
        decimals = self.programme.units[unit].decimals
        points = Decimal(sum(answer.points(unit) for answer in answers)).scaleb(-decimals)
        if isinstance(number, bool) or not isinstance(number, (int, Decimal)):
            self._wrong(loc, f"{number!r:.40} is not a number of points", f"write {points:f}")
        elif points != number:
            name = self.programme.units[unit].name
            what = f"the example expects {number} {name} {where}, and the rules give {points:f}"
            self._wrong(loc, what, "run guerdon explain to see why, then correct the rule or the example")

    def _refused(self, wanted: object) -> None:
        """Compare reasons: {event: {rule: limit | outdone | type | window | when | nothing}}."""
        by_id = {answer.event.id: answer for answer in self.answers}
        for event, rules in wanted.items() if isinstance(wanted, dict) else ():
            if event not in by_id or not isinstance(rules, dict):
                self._wrong(("refused", event), f"no event {event!r} with its rules", "write {event-id: {rule: limit}}")
                continue
            for name, reason in rules.items():
                self._reason(by_id[event], event, name, reason)

    def _reason(self, answer: Answer, event: str, name: str, reason: object) -> None:
        names = [rule.name for rule in self.programme.rules]
        loc = ("refused", event, name)
        if name not in names:
            self._wrong(loc, f"there is no rule {name!r}", suggest(name, names))
            return
        given = why_nothing(self.programme, answer, names.index(name))
        if given != reason:
            self._wrong(loc, f"the example expects {name} to refuse for {reason!r}, and it says {given or 'nothing was refused'}")


def run_example(programme: Programme, example: ExampleSpec, source: Source, loc: Loc) -> list[Issue]:
    """Rate an example's events and return what did not come out as it expects."""
    events = []
    for position, record in enumerate(example.given):
        try:
            filled = {"member": "member", **record}
            events.append(read_event(programme.terms, filled, default_id=f"e{position + 1}"))
        except Invalid as invalid:
            what, _, advice = str(invalid).partition("; ")
            return [error("example", source.place((*loc, "given", position)), what, advice)]
        unknown = _unknown(programme, record)
        if unknown:
            place = source.place((*loc, "given", position, unknown), key=True)
            return [error("example", place, f"{unknown!r} is not a column or a declared attribute")]
    try:
        answers = rate_events(programme, events)
    except Invalid as invalid:
        return [error("example", source.place((*loc, "given")), str(invalid))]
    return _Expectation(programme, answers, source, loc).compare(example.expect)


def _unknown(programme: Programme, record: Mapping[str, object]) -> str:
    """Return a key of a record that nothing reads, so that a slip of the pen in an example cannot pass for a test."""
    event_type = programme.event_types[str(record.get("type") or "purchase")]
    known = {*COLUMNS, *(attribute.name for attribute in event_type.attributes)}
    return next((key for key in record if key not in known), "")
