"""What Guerdon can be asked to do, over a store: one use case, one file; one place that writes what the engine answers.

A use case takes an open `Work` (one transaction) and an instant; it neither commits nor reads a clock.
"""
