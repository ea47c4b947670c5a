"""Rating: the fold, which answers event by event, and how it grants."""

from guerdon.core.rating.fold import NO_STOCK, Fold

__all__ = ["NO_STOCK", "Fold"]
