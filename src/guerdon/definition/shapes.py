"""What has the wrong shape in a programme file, in sentences; and what is left of the file without it.

What is misshapen is told and left out, and so is what later sections need, so that the rest is still looked at: an author
learns of every mistake at once.
Invariant: no mistake is told that would go away when another is corrected.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from guerdon.definition import keeping, late, levels, spec
from guerdon.definition.findings import ISSUES_MAX
from guerdon.definition.issues import Issue, Place, error, quote, suggest
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import LATER, ProgrammeSpec

_SECTIONS: Final[dict[str, type[BaseModel]]] = {
    "rules": spec.RuleSpec, "multipliers": spec.MultiplierSpec, "campaigns": spec.CampaignSpec, "limits": spec.LimitSpec,
    "bands": spec.BandSpec, "units": spec.UnitSpec, "tables": spec.TableSpec, "events": spec.EventSpec,
    "eligible": spec.EligibleSpec, "examples": spec.ExampleSpec, "stack": spec.StackSpec, "changes": spec.ChangesSpec,
    "attributes": spec.AttributeSpec, "lines": spec.AttributeSpec, "expiry": keeping.ExpirySpec,
    "pending": keeping.PendingSpec, "policies": keeping.ExpirySpec, "sweep": keeping.SweepSpec,
    "adjustments": keeping.AdjustmentSpec, "rewards": keeping.RewardSpec, "redemptions": keeping.RedemptionsSpec,
    "metrics": levels.MetricSpec, "within": levels.WithinSpec, "ladders": levels.LadderSpec, "levels": levels.LevelSpec,
    "grants": levels.GrantSpec, "keep": levels.KeepSpec, "credit": levels.CreditSpec, "returns": keeping.ReturnsSpec,
    "write_off": keeping.WriteOffSpec, "unlinked": keeping.UnlinkedSpec, "debt": keeping.OwedSpec, "late": late.LateSpec,
    "enrolment": spec.EnrolmentSpec, "closing": spec.ClosingSpec, "transfers": keeping.TransferSpec,
}  # fmt: skip

_NAMED: Final = (
    "units", "tables", "events", "constants", "rates", "attributes", "lines", "rows", "metrics", "benefits", "policies",
)  # fmt: skip
"""Mappings whose keys are names of the author's."""

_HINTS: Final = {
    "format": "write format: 1", "zone": "write a zone like Europe/Paris", "currency": "write a code like EUR",
    "units": "write units: {points: {}}", "id": "write id: a-name", "programme": "write programme: a-name",
    "from": "write from: 2026-07-01", "until": "write until: 2026-07-31", "expect": "write expect: {points: 90}",
    "within": "write within: year", "levels": "write levels: [{id: member, from: 0}, {id: gold, from: 1000}]",
    "given": "write given: [{at: 2026-07-04, amount: 120}]",
}  # fmt: skip

_STAND_INS: Final = {"format": 1, "programme": "programme", "zone": "UTC", "currency": "USD", "units": {"points": {}}}
"""What stands in for a part that is needed to look at the rest."""

_OF_UNITS: Final = ("rules", "multipliers", "campaigns", "limits", "rewards", "redemptions", "adjustments", "transfers")
"""Sections that need points to be about."""

_OF_LEVELS: Final = ("benefits", "metrics", "ladders")
"""Sections of which a programme without units has some."""

_SPOKEN: Final = {
    "units": {"unit"}, "tables": {"table"}, "constants": {"field"}, "rules": {"rule"}, "campaigns": {"rule"},
    "events": {"field", "type", "quantity"}, "metrics": {"metric", "metrics"}, "ladders": {"ladder", "level"},
}  # fmt: skip
"""How other complaints speak of what a section holds."""

_WANTED: Final = {
    "string_type": ("a text", "put it in quotes if it is one"),
    "int_type": ("a whole number", "write digits, without quotes"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "dict_type": ("a mapping", "write a key, a colon and a value on each line below"),
    "model_type": ("a mapping", "write a key, a colon and a value on each line below"),
    "list_type": ("a list", "begin each entry with '- '"),
}

_NAMES: Final = (
    "use small letters, digits and _, beginning with a letter; names that no expression reads may have - too"
)

_PASSES: Final = 5
"""Leaving something out can leave a list empty that must not be; more than a few times in a row it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """What of a file has its shape: its spec and its source; and what was left out, by name and by place."""

    spec: ProgrammeSpec | None
    source: Source
    issues: tuple[Issue, ...]
    missing: frozenset[str] = frozenset()
    torn: frozenset[Place] = frozenset()

    def is_consequence(self, issue: Issue) -> bool:
        """Say whether an issue speaks of something that was left out, and may go away with it."""
        words = {issue.code, *re.findall(r"[\w-]+", issue.what)}
        return issue.place in self.torn or not words.isdisjoint(self.missing)


def shape(source: Source, data: Mapping[str, Any]) -> Shaped:
    """Return the spec of a file's mapping, without what is misshapen in it."""
    later = [key for key in LATER if key in data]
    shaping = _Shaping(source.without([(key,) for key in later]), [_later(source, key) for key in later])
    made = shaping.spec(tell=True)
    for _ in range(_PASSES if len(shaping.issues) < ISSUES_MAX else 0):
        made = made or shaping.spec(tell=False)
    return Shaped(
        spec=made, source=shaping.source, issues=tuple(shaping.issues),
        missing=frozenset(shaping.missing), torn=frozenset(shaping.torn),
    )  # fmt: skip


class _Shaping:
    """A file from which one thing after another is left out until the rest has its shape."""

    def __init__(self, source: Source, issues: list[Issue]) -> None:
        self.source = source
        self.issues = issues
        self.missing: set[str] = set()
        self.torn: set[Place] = set()

    def spec(self, *, tell: bool) -> ProgrammeSpec | None:
        """Return the spec; if there is none, what is in its way is left out.

        Only what the first look finds is told: what a later one finds is there because something was left out.
        """
        stated = self._with_units(self.source.data if isinstance(self.source.data, dict) else {}, tell=tell)
        try:
            return ProgrammeSpec.model_validate(stated if tell else {**_STAND_INS, **stated})
        except ValidationError as wrong:
            found = wrong.errors(include_url=False)
        self.issues += [_issue(self.source, one) for one in found[:ISSUES_MAX] if tell]
        if len(found) >= ISSUES_MAX:
            return None
        self.torn |= {self.source.place(_loc(one)[:-1]) for one in found if one["type"] == "extra_forbidden"}
        gone = {_left_out(one) for one in found}
        self.missing |= set().union(*(_names(self.source.data, loc) for loc in gone))
        self.source = self.source.without(gone)
        return None

    def _with_units(self, stated: Mapping[str, Any], *, tell: bool) -> Mapping[str, Any]:
        """Return what is stated with a unit in place of one that is missing; only who counts no points needs none."""
        needed = any(stated.get(key) for key in _OF_UNITS) or not any(stated.get(key) for key in _OF_LEVELS)
        if stated.get("units", {}) != {} or not needed:
            return stated
        if tell:
            what = "units is empty" if "units" in stated else "'units' is missing"
            self.issues.append(error("missing_key", self.source.place(("units",)), what, _HINTS["units"]))
        return {**stated, "units": _STAND_INS["units"]}


def _later(source: Source, key: str) -> Issue:
    what = f"{quote(key)} is not run by this release"
    return error("later", source.place((key,), key=True), what, "leave it out for now")


def _loc(wrong: Mapping[str, Any]) -> Loc:
    return tuple(part for part in wrong["loc"] if part != "[key]")


def _left_out(wrong: Mapping[str, Any]) -> Loc:
    """Return what to leave out: the key that is unknown, else the smallest entry of a list or of a named mapping."""
    loc = _loc(wrong)
    if wrong["type"] == "extra_forbidden":
        return loc
    for end in range(len(loc), 1, -1):
        if isinstance(loc[end - 1], int) or loc[end - 2] in _NAMED:
            return loc[:end]
    return loc[:1]


def _names(data: Any, loc: Loc) -> set[str]:  # noqa: ANN401 - anything may stand in a file
    """Return the names that go with what is left out: the ids in it, and its own or what its section is spoken of by."""
    own = _SPOKEN.get(str(loc[0]), set()) if len(loc) == 1 else {str(loc[-1])}
    for part in loc:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return own
    return own | _ids(data)


def _ids(data: object) -> set[str]:
    if isinstance(data, dict):
        own = {data["id"]} if isinstance(data.get("id"), str) else set()
        return own.union(*(_ids(value) for value in data.values()))
    return set().union(*(_ids(value) for value in data)) if isinstance(data, list) else set()


def _issue(source: Source, wrong: Mapping[str, Any]) -> Issue:
    """Turn one of pydantic's complaints into a sentence at its place."""
    loc, kind, given = _loc(wrong), str(wrong["type"]), wrong.get("input")
    key = next(part for part in reversed(loc) if isinstance(part, str))
    place = source.place(loc, key=kind == "extra_forbidden" or "[key]" in wrong["loc"])
    if kind == "extra_forbidden":
        known = _keys_at(loc)
        listed = f"the keys here are {', '.join(known)}"
        hint = "put text that holds a comma in quotes" if set(key) & set("()'") else suggest(key, known) or listed
        return error("unknown_key", place, f"{quote(key)} is not a key here", hint)
    if kind == "missing":
        return error("missing_key", place, f"{quote(key)} is missing", _HINTS.get(key, f"write {key}:"))
    return error("value", place, *_sentence(key, kind, given, wrong.get("ctx", {})))


def _sentence(key: str, kind: str, given: object, terms: Mapping[str, Any]) -> tuple[str, str]:
    """Say what is wrong with a value, and what to write."""
    if kind == "literal_error":
        return _choice(str(given), str(terms["expected"]))
    if kind == "string_pattern_mismatch":
        return f"{quote(str(given))} is not a name", _NAMES
    if kind in _WANTED:
        wanted, advice = _WANTED[kind]
        return f"{key} is {_described(given)}, not {wanted}", _HINTS.get(key, advice)
    if kind == "value_error":
        what, _, advice = str(terms["error"]).partition("; ")
        return f"{key} {what}", advice
    return _bound(key, given, kind, terms)


def _choice(given: str, expected: str) -> tuple[str, str]:
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    listed = ", ".join(choices)
    what = f"{quote(given)} is not one of {listed}" if len(choices) > 1 else f"{quote(given)} is not {listed}"
    return what, suggest(given, choices) or f"write {'one of them' if len(choices) > 1 else listed}"


def _bound(key: str, given: object, kind: str, limits: Mapping[str, Any]) -> tuple[str, str]:
    """Say that a number is out of bounds, or that something holds too little or too much."""
    if kind == "too_short":
        return f"{key} is empty", _HINTS.get(key, "write at least one, or leave the key out")
    if kind == "too_long":
        return f"{key} has more than {limits['max_length']} entries", "put what varies into a table"
    low = {"greater_than_equal": "at least", "greater_than": "more than", "less_than_equal": "at most"}[kind]
    return f"{key} is {given}", f"write {low} {next(iter(limits.values()))}"


def _described(given: object) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, (int, Decimal)):
        return f"the number {given}"
    if isinstance(given, str):
        return f"the text {quote(given)}"
    return "a mapping" if isinstance(given, dict) else "a list"


def _keys_at(loc: Loc) -> list[str]:
    """Return the keys that may stand where an unknown one was found."""
    model: type[BaseModel] = ProgrammeSpec
    for depth, part in enumerate(loc[:-1]):
        is_name = depth > 0 and loc[depth - 1] in _NAMED and loc[depth - 1] != "rows"
        if isinstance(part, str) and part in _SECTIONS and not is_name:
            model = spec.SharedLimitSpec if part == "limits" and depth == 0 else _SECTIONS[part]
    own = [field.alias or name for name, field in model.model_fields.items()]
    return [*own, "include"] if model is ProgrammeSpec else own
