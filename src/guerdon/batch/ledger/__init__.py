"""The ledger of a run as Parquet: journals, postings, lots, standings, levels and how they came about.

Invariants:
* What is written says nothing of how many processes wrote it: journals are numbered within their account.
* Nothing is worked out here: the columns are those of `core.ledger`, with names in place of positions.
"""

from guerdon.batch.ledger.book import Book
from guerdon.batch.ledger.folder import LedgerFolder, opened
from guerdon.batch.ledger.schema import TABLES

__all__ = ["TABLES", "Book", "LedgerFolder", "opened"]
