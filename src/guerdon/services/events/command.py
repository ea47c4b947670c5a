"""Command: an event that a command makes, decided as it is recorded: refused, it did nothing."""

from collections.abc import Mapping
from typing import Any, Final

from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.record import Recording
from guerdon.services.facts import moment
from guerdon.services.published import Published
from guerdon.store.database import Work

SOURCE: Final = "guerdon"
"""The source of events that commands make."""


def decide(work: Work, published: Published, record: Mapping[str, Any], *, at: int) -> Recorded | Refusal:
    """Record what a command states; what it leaves unsaid is None."""
    stated = {name: value for name, value in record.items() if value is not None}
    stated |= {"source": SOURCE, "at": moment(at).isoformat()}
    return Recording(work, published, at, decides=True).run([stated])[0]
