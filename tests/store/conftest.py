"""Tests of the store run on both databases."""

from tests.databases.fixtures import database, engine, prepared

__all__ = ["database", "engine", "prepared"]
