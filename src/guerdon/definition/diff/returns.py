"""What is taken back when goods come back, in two versions."""

from collections.abc import Iterator
from typing import Final

from guerdon.definition.diff.changes import BETTER, DIFFERENT, WORSE, Change, Spot, Stated, Verdict, each_term
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.keeping import lasting
from guerdon.definition.diff.terms import chosen, ranked
from guerdon.definition.diff.wording import written
from guerdon.definition.keeping import ReturnsSpec

_NOTHING: Final = ReturnsSpec.model_validate({})


def returns(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what is taken back: the less of it and the shorter, the better for members."""
    terms = {
        "window": lasting("refunds take points back", "for ever", forever=True, less_is_better=True),
        "shortfall": ranked(
            ("debt", "within_balance", "pending_only"), otherwise="debt", name="points that are spent are"
        ),
        "write_off": _write_off,
        "unlinked": _unlinked,
        "refund_tender": chosen("proportional"),
    }
    yield from each_term(terms, differs, spot.about("returns", old or _NOTHING, new or _NOTHING))


def _write_off(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how much is written off; without a limit all of it is."""
    if old != new:
        told: Verdict = WORSE if old is None else BETTER if new is None else DIFFERENT
        if told == DIFFERENT and old.every == new.every:
            told = BETTER if new.most > old.most else WORSE
        texts = ("all of it" if one is None else f"{written(one.most)} each {one.every}" for one in (old, new))
        yield spot.texts(told, "written off at most", *texts)


def _unlinked(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what becomes of a return that names no purchase."""
    before, after = (_way(one) for one in (old, new))
    if before != after:
        told: Verdict = WORSE if before == "listed" else BETTER if after == "listed" else DIFFERENT
        yield spot.texts(told, "a return without its purchase is", before, after)


def _way(spec: Stated) -> str:
    if spec is None or spec.way == "list":
        return "listed"
    if spec.way == "refuse":
        return "refused"
    if spec.way == "base_rate":
        return "taken back at the base rate"
    within = "" if spec.within is None else f" of the last {spec.within}"
    return f"one of the latest purchase with its {spec.match_latest}{within}"
