"""Explanations: every point of an answer accounted for, from event to rule to band to multiplier to limit to rounding.

Invariants:
* A part, a rule, an event and a member each add up to what was granted, to the unit's smallest part.
* Nothing is decided here: what was granted is read from the effects, and why not from the slots that the fold read.
"""

from guerdon.core.explain.explanation import Explanation, explain, month_of
from guerdon.core.explain.page import Page, pages_of
from guerdon.core.explain.sentences import sentences
from guerdon.core.explain.story import Story, stories_of
from guerdon.core.explain.telling import left_lines

__all__ = ["Explanation", "Page", "Story", "explain", "left_lines", "month_of", "pages_of", "sentences", "stories_of"]
