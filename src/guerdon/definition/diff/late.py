"""What becomes of late events, of purchases before joining, and of members who leave, in two versions."""

from collections.abc import Iterator
from typing import Final

from guerdon.definition.diff.changes import BETTER, WORSE, Change, Spot, Stated, each_term
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.keeping import lasting
from guerdon.definition.diff.terms import ranked
from guerdon.definition.late import LateSpec
from guerdon.definition.spec import ClosingSpec, EnrolmentSpec

_NOTHING: Final = LateSpec.model_validate({})
_NO_CLAIM: Final = EnrolmentSpec.model_validate({})
_NOT_LEAVING: Final = ClosingSpec.model_validate({})


def late(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what becomes of events that are recorded late: the later one still counts, the better for members."""
    terms = {
        "way": ranked(("refuse", "as_of_now", "refold"), otherwise="refold"),
        "accept": lasting("events count as of when they happened for", "their day", forever=False),
        "loss": ranked(("adjust", "waive"), otherwise="adjust"),
    }
    yield from each_term(terms, differs, spot.about("late", old or _NOTHING, new or _NOTHING))


def enrolment(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long before joining purchases count, and how members leave: the longer, the better for members."""
    terms = {
        "claim": lasting("purchases count that were made before joining for", "no time", forever=False),
        "closing": _closing,
    }
    yield from each_term(terms, differs, spot.about("enrolment", old or _NO_CLAIM, new or _NO_CLAIM))


def _closing(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell whether members can leave, and how long they keep what they have."""
    if old is None and new is not None:
        yield spot.tell(BETTER, "members can leave")
    if old is not None and new is None:
        yield spot.tell(WORSE, "members can leave no more")
    terms = {
        "notice": lasting("whoever leaves keeps their points for", "no time", forever=False),
        "restore": lasting("whoever comes back has their points again for", "no time", forever=False),
    }
    yield from each_term(terms, differs, spot.about("closing", old or _NOT_LEAVING, new or _NOT_LEAVING))
