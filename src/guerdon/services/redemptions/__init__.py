"""Redemptions: decided when they are recorded, so that an accepted one stands and a refused one does nothing (S1)."""
