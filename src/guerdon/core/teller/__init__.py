"""The teller: accounts served one event at a time, each standing saved between two events and taken up again."""

from guerdon.core.teller.saving import FORMAT
from guerdon.core.teller.teller import Posted, Standing, Taken, Teller

__all__ = ["FORMAT", "Posted", "Standing", "Taken", "Teller"]
