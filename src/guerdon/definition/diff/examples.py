"""Worked examples under two versions: those of both files whose points differ."""

from collections.abc import Iterator
from dataclasses import dataclass

from guerdon.core.programme import Programme
from guerdon.definition.diff.wording import listed
from guerdon.definition.exact import shown
from guerdon.definition.examples import rate_example
from guerdon.definition.source import Loc
from guerdon.definition.spec import ExampleSpec
from guerdon.definition.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An example that comes out differently: its points by unit under either version, None where it cannot be rated."""

    name: str
    old: dict[str, str] | None
    new: dict[str, str] | None

    def sentence(self) -> str:
        """Return what changed in words: Sample basket: 90 points, now 110."""
        if self.old is None or self.new is None:
            which = "old" if self.old is None else "new"
            return f"{self.name}: the {which} version does not read these events"
        units = [unit for unit in {**self.old, **self.new} if self.old.get(unit) != self.new.get(unit)]
        told = [f"{self.old.get(unit, 'no')} {unit}, now {self.new.get(unit, 'none')}" for unit in units]
        return f"{self.name}: {listed(told)}"


def compare_examples(old: Version, new: Version) -> tuple[Outcome, ...]:
    """Run the examples of both versions under both, and return those that come out differently."""
    return tuple(_differing(old, new))


def _differing(old: Version, new: Version) -> Iterator[Outcome]:
    seen: list[object] = []
    for version in (new, old):
        for position, example in enumerate(version.spec.examples):
            if example.given in seen:
                continue
            seen.append(example.given)
            loc: Loc = ("examples", position)
            points = [_points(one.programme, example, version, loc) for one in (old, new)]
            if points[0] != points[1]:
                yield Outcome(name=example.name or _called(version, position), old=points[0], new=points[1])


def _called(version: Version, position: int) -> str:
    return f"example {position + 1} of {version.file}"


def _points(programme: Programme, example: ExampleSpec, version: Version, loc: Loc) -> dict[str, str] | None:
    answers = rate_example(programme, example, version.source, loc)
    if answers is None:
        return None
    sums = {unit.name: sum(one.points(i) for one in answers) for i, unit in enumerate(programme.units)}
    return {unit.name: shown(sums[unit.name], unit.decimals) for unit in programme.units}
