"""Accounts: where they stand, now or at a past instant, and how that came about. Nothing here writes."""
