"""Expressions of a programme: a small typed tree (`tree`), its closure (`python`) and its SQL text (`sql`)."""
