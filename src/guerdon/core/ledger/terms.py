"""Permanent numbers for what a programme names: the books must not depend on where a rule stands in a file.

Invariant: a name that once had a number keeps it, whatever later revisions say.
"""

from collections.abc import Mapping
from typing import Final

from guerdon.core.effects import EARNED, MOVED, REDEEMED, Effect
from guerdon.core.lots.rewards import Reward
from guerdon.core.programme import Programme

Term = tuple[str, str]
"""What kind of thing it is, and what the programme calls it."""

NO_TERM: Final = -1
"""The number of what a row does not name."""


class Terms:
    """The numbers of one revision's names, by their positions in the compiled programme."""

    def __init__(self, programme: Programme, numbers: Mapping[Term, int]) -> None:
        """Take the numbers of all `names_of` the programme."""
        self.programme: Final = programme
        self.numbers: Final = dict(numbers)
        self.names: Final = {number: term for term, number in numbers.items()}
        self.units: Final = [numbers["unit", unit.name] for unit in programme.units]
        self.rules: Final = [numbers["rule", rule.name] for rule in programme.rules]
        self.multipliers: Final = [numbers["multiplier", one.name] for one in programme.multipliers]
        self.payers: Final = [numbers["payer", payer] for payer in programme.payers]
        self.limits: Final = [numbers["limit", name] for name in _limit_names(programme)]
        self.rewards: Final = [numbers["reward", reward.name] for reward in programme.rewards]
        self.versions: Final = [numbers["version", version] for version in programme.versions]
        self.ladders: Final = [numbers["ladder", ladder.name] for ladder in programme.ladders]
        self.levels: Final = [
            [numbers["level", f"{ladder.name}/{level.name}"] for level in ladder.levels] for ladder in programme.ladders
        ]

    def reward(self, number: int) -> Reward | None:
        """Return the reward of a number, if this revision has it."""
        return self.programme.rewards[self.rewards.index(number)] if number in self.rewards else None

    def name(self, number: int) -> str:
        """Return what a number stands for; empty where it stands for nothing."""
        return self.names[number][1] if number in self.names else ""

    def rule_of(self, effect: Effect) -> int:
        """Return the number of the rule, ladder or reward of a row."""
        if effect.rule < 0:
            return NO_TERM
        if effect.kind == MOVED:
            return self.ladders[effect.rule]
        return self.rewards[effect.rule] if effect.kind == REDEEMED else self.rules[effect.rule]

    def source_of(self, effect: Effect, ladder_level: int) -> int:
        """Return the number of the multiplier or level that a row comes from; else what the row says."""
        if effect.kind == EARNED:
            return self.multipliers[effect.source] if effect.source >= 0 else NO_TERM
        return self.levels[effect.rule][ladder_level] if effect.kind == MOVED else effect.source

    def limit_of(self, effect: Effect) -> int:
        """Return the number of the limit that cut a row, or of the level that a credit was held against."""
        if effect.limit < 0:
            return NO_TERM
        return self.levels[effect.rule][effect.limit] if effect.kind == MOVED else self.limits[effect.limit]


def names_of(programme: Programme) -> list[Term]:
    """Return everything that a programme names and the books tell of, each once."""
    found: list[Term] = [("unit", unit.name) for unit in programme.units]
    found += [("rule", rule.name) for rule in programme.rules]
    found += [("multiplier", one.name) for one in programme.multipliers]
    found += [("payer", payer) for payer in programme.payers]
    found += [("limit", name) for name in _limit_names(programme)]
    found += [("reward", reward.name) for reward in programme.rewards]
    found += [("version", version) for version in programme.versions]
    for ladder in programme.ladders:
        found.append(("ladder", ladder.name))
        found += [("level", f"{ladder.name}/{level.name}") for level in ladder.levels]
    return list(dict.fromkeys(found))


def _limit_names(programme: Programme) -> list[str]:
    """Return a name for each limit: that of what owns it, numbered where it owns several."""
    seen: dict[str, int] = {}
    names = []
    for limit in programme.limits:
        seen[limit.name] = seen.get(limit.name, 0) + 1
        names.append(limit.name if seen[limit.name] == 1 else f"{limit.name}#{seen[limit.name]}")
    return names
