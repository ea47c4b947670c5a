"""Records: a history laid down as what files said of each event, ready to be recorded, in an order that stays."""

from guerdon.batch.records.granting import Budgets
from guerdon.batch.records.parts import Part, parts_of
from guerdon.batch.records.reading import Reading, reading

__all__ = ["Budgets", "Part", "Reading", "parts_of", "reading"]
