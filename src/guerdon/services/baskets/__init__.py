"""Baskets: what one would earn, and what is nearly in reach, before anybody pays."""
