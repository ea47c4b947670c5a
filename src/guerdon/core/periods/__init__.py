"""Periods and days of one zone as tables, filled as they are asked: what the calendar says, without its arithmetic."""

from guerdon.core.periods.days import ByDay, Days
from guerdon.core.periods.period import Periods

__all__ = ["ByDay", "Days", "Periods"]
