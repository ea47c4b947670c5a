"""The teller: accounts served one event at a time, each standing saved between two events and taken up again."""

from guerdon.core.teller.posting import History, history_of
from guerdon.core.teller.saving import FORMAT
from guerdon.core.teller.teller import Posted, Standing, Taken, Teller

__all__ = ["FORMAT", "History", "Posted", "Standing", "Taken", "Teller", "history_of"]
