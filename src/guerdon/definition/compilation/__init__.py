"""From a checked spec to a compiled programme: names resolved, order fixed, every mistake noted at its place."""

from guerdon.definition.compilation.agreement import Dated
from guerdon.definition.compilation.programme import compile_programme
from guerdon.definition.compilation.timeline import compile_timeline

__all__ = ["Dated", "compile_programme", "compile_timeline"]
