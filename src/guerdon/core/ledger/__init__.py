"""The ledger: what happened to points as journals whose postings sum to zero, and what accounts have.

Invariants:
* A journal has one cause: an event, or what fell due for an account at an instant. Its postings sum to zero in every unit.
* The postings of an account's own books add up to what it has: pending + available + held - debt.
* Everything is posted from the rows of effects by one table, in `books`.
"""

from guerdon.core.ledger.ledger import NOWHERE, Ledger

__all__ = ["NOWHERE", "Ledger"]
