"""What becomes of late events, and of purchases before joining, in two versions."""

from collections.abc import Iterator
from typing import Final

from guerdon.definition.diff.changes import Change, Spot, Stated, each_term
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.keeping import lasting
from guerdon.definition.diff.terms import ranked
from guerdon.definition.late import LateSpec
from guerdon.definition.spec import EnrolmentSpec

_NOTHING: Final = LateSpec.model_validate({})
_NO_CLAIM: Final = EnrolmentSpec.model_validate({})


def late(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what becomes of events that are recorded late: the later one still counts, the better for members."""
    terms = {
        "way": ranked(("refuse", "as_of_now", "refold"), otherwise="refold"),
        "accept": lasting("events count as of when they happened for", "their day", forever=False),
        "loss": ranked(("adjust", "waive"), otherwise="adjust"),
    }
    yield from each_term(terms, differs, spot.about("late", old or _NOTHING, new or _NOTHING))


def enrolment(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long before joining purchases count: the longer, the better for members."""
    terms = {"claim": lasting("purchases count that were made before joining for", "no time", forever=False)}
    yield from each_term(terms, differs, spot.about("enrolment", old or _NO_CLAIM, new or _NO_CLAIM))
