"""What changes for members from one version of a programme to the next: better, worse, different, or nothing to them."""

from guerdon.definition.diff.changes import BETTER, DIFFERENT, KEEPING, VERDICTS, WORSE, Change, Verdict
from guerdon.definition.diff.compare import compare
from guerdon.definition.diff.examples import Outcome, compare_examples

__all__ = [
    "BETTER",
    "DIFFERENT",
    "KEEPING",
    "VERDICTS",
    "WORSE",
    "Change",
    "Outcome",
    "Verdict",
    "compare",
    "compare_examples",
]
