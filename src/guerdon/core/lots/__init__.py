"""Lots: points earned together, when they can be used, when their time ends, and what is drawn from them."""
