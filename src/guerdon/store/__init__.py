"""The store: facts, the books made of them, and what a service keeps beside; on SQLite and PostgreSQL.

Invariants:
* A transaction is a `Work`: everything in it is kept, or nothing is. A `View` writes nothing.
* Facts and books are added to, never changed: events, their ids, journals, entries, seals, revisions, terms, the audit.
* Accounts are locked in the order of their names before anything is written about them; then event ids are claimed, then
  books are written, then rows that accounts share, in the order of their ids.
* Nothing that is kept depends on positions in a compiled programme: entries name terms by numbers of the table `terms`.

Each noun is a module of plain functions over a `Work` or a `View`.
"""

from guerdon.store.database import Database, View, Work, open_database

__all__ = ["Database", "View", "Work", "open_database"]
