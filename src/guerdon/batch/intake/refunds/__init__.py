"""Refunds in files: which purchases they are of, what they leave of them, and what is wrong with them."""

from guerdon.batch.intake.refunds.matching import unnamed
from guerdon.batch.intake.refunds.settling import settle_refunds

__all__ = ["settle_refunds", "unnamed"]
