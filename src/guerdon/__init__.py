"""Guerdon: the open loyalty engine."""
