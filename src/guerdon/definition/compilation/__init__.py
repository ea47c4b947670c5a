"""From a checked spec to a compiled programme: names resolved, order fixed, every mistake noted at its place."""

from guerdon.definition.compilation.programme import compile_programme

__all__ = ["compile_programme"]
