"""The comparison of two versions of a programme, section by section.

Each section has a describer, one row in `SECTIONS`; one that has none is compared generically and said to differ.
"""

from collections.abc import Iterator
from typing import Final

from guerdon.definition.diff.changes import (
    DIFFERENT,
    KEEPING,
    Change,
    Describer,
    Spot,
    Verdict,
    each_term,
    kept,
    kept_unseen,
    unsaid,
)
from guerdon.definition.diff.earning import campaigns, multipliers, rules
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.keeping import redemptions, rewards
from guerdon.definition.diff.late import celebrations, enrolment, late
from guerdon.definition.diff.levels import benefits, ladders, metrics
from guerdon.definition.diff.readings import Both
from guerdon.definition.diff.returns import returns
from guerdon.definition.diff.settings import currency, eligible, events, notice, rates, shared_limits, units, zone
from guerdon.definition.diff.wording import written
from guerdon.definition.versions import Version

SECTIONS: Final[dict[str, Describer]] = {
    "format": unsaid, "version": unsaid, "changes": notice, "programme": kept, "title": kept, "description": kept_unseen, "zone": zone,
    "currency": currency, "rates": rates, "units": units, "constants": unsaid, "tables": unsaid, "events": events,
    "eligible": eligible, "metrics": metrics, "ladders": ladders, "benefits": benefits, "rules": rules, "multipliers": multipliers, "campaigns": campaigns, "limits": shared_limits,
    "rewards": rewards, "redemptions": redemptions, "adjustments": kept_unseen, "transfers": differs, "returns": returns, "late": late,
    "enrolment": enrolment, "celebrations": celebrations, "funded_by": kept, "assumptions": kept_unseen, "examples": kept_unseen,
}  # fmt: skip
"""Who tells what changes in a section; constants and tables are told by what reads them, or after all others."""


def compare(old: Version, new: Version) -> tuple[Change, ...]:
    """Return what changes from one version to the next, in the order of the file's sections."""
    both = Both(old, new)
    spot = Spot(both=both, subject="", loc=(), old=old.spec, new=new.spec)
    found = list(each_term(SECTIONS, differs, spot))
    return (*found, *_untold(both, spot, frozenset().union(*(change.reads for change in found))))


def _untold(both: Both, spot: Spot, told: frozenset[str]) -> Iterator[Change]:
    """Tell constants and tables whose change no expression's change has told."""
    old, new = both.old.spec, both.new.spec
    for section in ("constants", "tables"):
        before, after = getattr(old, section), getattr(new, section)
        for name in [*after, *(name for name in before if name not in after)]:
            if name in both.moved - told:
                verdict: Verdict = DIFFERENT if both.names(name) else KEEPING
                texts = ("", "") if section == "tables" else (written(before[name]), written(after[name]))
                here = spot.at(section, name).about(f"{section.removesuffix('s')} {name}", None, None)
                yield (here.texts(verdict, "is", *texts) if texts[0] else here.tell(verdict, "has other rows"))
            elif (name in before) != (name in after):
                here = spot.at(section, name).about(f"{section.removesuffix('s')} {name}", None, None)
                yield here.tell(KEEPING, "is new" if name in after else "is gone")
