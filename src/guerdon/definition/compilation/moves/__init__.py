"""Moves: points that people move, compiled."""
