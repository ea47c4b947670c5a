"""Limits: how much somebody may get in a period, and what accounts share of a budget."""

from guerdon.core.limits.budgets import Rationing, Take, Takes
from guerdon.core.limits.limit import HOLDING, PLENTY, POINTS, ROLLING, TIMES, Counter, Limit, and_more

__all__ = [
    "HOLDING",
    "PLENTY",
    "POINTS",
    "ROLLING",
    "TIMES",
    "Counter",
    "Limit",
    "Rationing",
    "Take",
    "Takes",
    "and_more",
]
