"""The ledger of a run as Parquet: journals, postings, lots, standings, levels and how they came about.

Invariants:
* What is written says nothing of how many processes wrote it: journals are numbered within their account.
* Nothing is worked out here: the columns are those of `core.ledger`, with names in place of positions.
"""

from guerdon.batch.ledger.book import Book, ValueBook
from guerdon.batch.ledger.folder import Files, LedgerFolder, counts_of, opened
from guerdon.batch.ledger.moved import EXTRAS, lay_moved
from guerdon.batch.ledger.pages import tables_of
from guerdon.batch.ledger.schema import TABLES, arrow_schema

__all__ = [
    "EXTRAS",
    "TABLES",
    "Book",
    "Files",
    "LedgerFolder",
    "ValueBook",
    "arrow_schema",
    "counts_of",
    "lay_moved",
    "opened",
    "tables_of",
]
