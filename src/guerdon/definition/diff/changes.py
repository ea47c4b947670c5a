"""A change between two versions of a programme: a sentence, what it means to members, and where the new file says it.

Invariant: what cannot be told to be better or worse is told as different, with both texts; nothing is passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from guerdon.definition.diff.readings import Both
from guerdon.definition.diff.wording import written
from guerdon.definition.source import Loc
from guerdon.definition.spec import Part

Verdict = Literal["better", "worse", "different", "keeping"]

BETTER: Final = "better"
WORSE: Final = "worse"
DIFFERENT: Final = "different"
KEEPING: Final = "keeping"
"""Nothing to members: it concerns whoever keeps the file, or the books."""

VERDICTS: Final[tuple[Verdict, ...]] = (BETTER, WORSE, DIFFERENT, KEEPING)

Stated = Any
"""What a key of either file says, in the shape its spec gives it."""

_SHORT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: about what, the sentence, and both texts where the sentence does not hold them.

    `reads` names the constants and tables whose own change it tells.
    """

    verdict: Verdict
    subject: str
    what: str
    loc: Loc
    old: str = ""
    new: str = ""
    reads: frozenset[str] = frozenset()

    def sentence(self) -> str:
        """Return the change in words, beginning with what it is about."""
        return f"{self.subject}: {self.what}" if self.subject else self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What is being compared: its name, where it stands in the new file, and the same part of both versions."""

    both: Both
    subject: str
    loc: Loc
    old: Stated
    new: Stated

    def at(self, *steps: str | int) -> "Spot":
        """Return the spot further on in the file."""
        return replace(self, loc=(*self.loc, *steps))

    def about(self, subject: str, old: Stated, new: Stated) -> "Spot":
        """Return the spot as one of another thing."""
        return replace(self, subject=subject, old=old, new=new)

    def tell(self, verdict: Verdict, what: str) -> Change:
        """Return a change told in one sentence."""
        return Change(verdict=verdict, subject=self.subject, what=what, loc=self.loc)

    def texts(self, verdict: Verdict, key: str, old: str, new: str, *, reads: Iterable[str] = ()) -> Change:
        """Return a change of a text: in one sentence when both are short, else with both beside it."""
        told = Change(
            verdict=verdict, subject=self.subject, what=f"{key} {new}, was {old}", loc=self.loc, reads=frozenset(reads)
        )
        if max(len(old), len(new)) <= _SHORT:
            return told
        return replace(told, what=f"{key} reads differently", old=old, new=new)


Describer = Callable[[str, Stated, Stated, Spot], Iterator[Change]]
"""Tells what changes where a key says one thing in the old version and another, or the same, in the new one."""


def each_term(terms: Mapping[str, Describer], otherwise: Describer, spot: Spot) -> Iterator[Change]:
    """Compare a part of the file key by key; a key without a describer of its own is told as `otherwise` says."""
    old, new = spot.old, spot.new
    for name, field in type(new).model_fields.items():
        key = field.alias or name
        yield from terms.get(key, otherwise)(key, getattr(old, name), getattr(new, name), spot.at(key))


def by_id(parts: Iterable[Part]) -> dict[str, tuple[int, Stated]]:
    """Return the parts of a list by their names, with their positions."""
    listed: list[Stated] = list(parts)
    return {part.id: (position, part) for position, part in enumerate(listed)}


def unsaid(_key: str, _old: Stated, _new: Stated, _spot: Spot) -> Iterator[Change]:
    """Tell nothing: somebody else does."""
    return iter(())


def kept(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what members do not notice."""
    if old != new:
        yield spot.texts(KEEPING, key, written(old), written(new))


def kept_unseen(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell that something changed that members do not notice, and that is too long to be shown."""
    if old != new:
        yield spot.tell(KEEPING, f"{key} changed")
