"""Late events, and purchases before joining: from what the file says to how late one is still accepted, or claimed."""

from decimal import Decimal
from typing import Final

from guerdon.core.events.joining import Joining
from guerdon.core.events.lateness import AS_OF_NOW, REFUSE, Lateness
from guerdon.core.lots.adjustments import late_loss_of
from guerdon.core.metrics import Length
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.metrics import length
from guerdon.definition.keeping import AdjustmentSpec
from guerdon.definition.source import Loc
from guerdon.definition.spec import ProgrammeSpec

_TITLE: Final = "Lost to a late event, and given again"
_NOTHING_BY_HAND: Final = Decimal(0)


def with_waivers(spec: ProgrammeSpec) -> ProgrammeSpec:
    """Return what a file says with the reasons for which losses to late events are waived, unless it has them; nobody gives for them by hand."""
    if spec.late is None or spec.late.loss != "waive":
        return spec
    names = {late_loss_of(unit, alone=len(spec.units) == 1): unit for unit in spec.units}
    own = [one.id for one in spec.adjustments]
    made = [
        AdjustmentSpec.model_validate({"id": name, "unit": unit, "title": _TITLE}).model_copy(
            update={"max": _NOTHING_BY_HAND}
        )
        for name, unit in names.items()
        if name not in own
    ]
    return spec.model_copy(update={"adjustments": [*spec.adjustments, *made]}) if made else spec


def lateness(draft: Draft) -> Lateness | None:
    """Return how late an event is accepted; nothing where any is, and losses are posted."""
    spec = draft.spec.late
    if spec is None:
        return None
    loc: Loc = ("late", "accept")
    if spec.way == "refold":
        if spec.accept is not None:
            what = "an event counts as of when it happened, however late it is"
            draft.wrong(loc, "late", what, "write way: refuse, or leave accept out")
        return Lateness(draft.zone, waive=spec.loss == "waive")
    accepted = Length() if spec.accept is None else length(draft, spec.accept, loc)
    return Lateness(
        draft.zone, accept=accepted, beyond=AS_OF_NOW if spec.way == "as_of_now" else REFUSE, waive=spec.loss == "waive",
        text=spec.accept or "on the day",
    )  # fmt: skip


def joining(draft: Draft) -> Joining | None:
    """Return how long before joining purchases count; nothing where none does."""
    spec = draft.spec.enrolment
    if spec is None or spec.claim is None:
        return None
    return Joining(draft.zone, claim=length(draft, spec.claim, ("enrolment", "claim")))
