"""Events as values: one thing that happened, read from a record and made ready for expressions; and what refunds leave of it.

A record is what callers hand in: a mapping with the canonical columns (`facts.COLUMNS`) and the declared attributes.
"""

from guerdon.core.events.event import (
    Event,
    Line,
    Refund,
    ReturnedLine,
    ReturnedProduct,
    Terms,
    Values,
    in_order,
    values_of,
    without_repeats,
)
from guerdon.core.events.policy import ANY_TIME, ReturnPolicy
from guerdon.core.events.reading import read_event
from guerdon.core.events.resolution import Resolved, resolve
from guerdon.core.events.returns import Returns, tendered

__all__ = [
    "ANY_TIME",
    "Event",
    "Line",
    "Refund",
    "Resolved",
    "ReturnPolicy",
    "ReturnedLine",
    "ReturnedProduct",
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
