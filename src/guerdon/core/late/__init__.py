"""Late events: the difference that a re-fold makes to what was posted."""

from guerdon.core.late.posted import NOBODY, Adjustment, Entry, Name, Posted, entries_of, refold

__all__ = ["NOBODY", "Adjustment", "Entry", "Name", "Posted", "entries_of", "refold"]
