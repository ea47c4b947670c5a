"""Events as values: one thing that happened, read from a record and made ready for expressions; and what refunds leave of it.

A record is what callers hand in: a mapping with the canonical columns (`facts.COLUMNS`) and the declared attributes.
"""

from guerdon.core.events.event import (
    Event,
    Line,
    Refund,
    ReturnedLine,
    Terms,
    Values,
    in_order,
    values_of,
    without_repeats,
)
from guerdon.core.events.reading import read_event
from guerdon.core.events.returns import Resolved, Returns, resolve, tendered

__all__ = [
    "Event",
    "Line",
    "Refund",
    "Resolved",
    "ReturnedLine",
    "Returns",
    "Terms",
    "Values",
    "in_order",
    "read_event",
    "resolve",
    "tendered",
    "values_of",
    "without_repeats",
]
