"""Command: an event that a command makes, decided as it is recorded: refused, it did nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.record import Recording
from guerdon.services.facts import SOURCE, moment
from guerdon.services.published import Published
from guerdon.store.database import Work


def decide(work: Work, published: Published, record: Mapping[str, Any], *, at: int) -> Recorded | Refusal:
    """Record what a command states; what it leaves unsaid is None."""
    return decide_together(work, published, [record], at=at)[0]


def decide_together(
    work: Work, published: Published, records: Sequence[Mapping[str, Any]], *, at: int
) -> list[Recorded | Refusal]:
    """Record what several commands state; each is decided by itself, in their order."""
    ours = {"source": SOURCE, "at": moment(at).isoformat()}
    stated = [{name: value for name, value in record.items() if value is not None} | ours for record in records]
    return Recording(work, published, at, decides=True).run(stated)
