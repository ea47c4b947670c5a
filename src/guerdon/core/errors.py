"""What can go wrong below the doors.

GuerdonError
├── Invalid           input that cannot be understood: where it is and what to do is in the message
├── NotFound          something named that does not exist
├── Conflict          one key, two contents
├── Refused           understood, and not allowed
├── Unavailable       nothing is wrong with what was asked: something that it needs is not to be had now
└── InvariantBroken   a claim of ours that did not hold: a bug
"""


class GuerdonError(Exception):
    """Any failure that Guerdon foresees; its message is written for the person who caused it.

    The `code` is for programs: it stays the same when the message is written better.
    """

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Invalid(GuerdonError):
    """Input that cannot be understood."""


class NotFound(GuerdonError):
    """Something was named that does not exist."""


class Conflict(GuerdonError):
    """The same key came with other content."""


class Refused(GuerdonError):
    """Understood, and not allowed."""


class Unavailable(GuerdonError):
    """Something that is needed is not to be had now: the same may be asked again later."""


class InvariantBroken(GuerdonError):
    """A claim that the code makes about itself did not hold."""


def invariant(holds: bool, claim: str) -> None:  # noqa: FBT001 - reads as a sentence: invariant(x > 0, "x is positive")
    """Raise InvariantBroken with `claim` unless it `holds`; unlike `assert` it survives `python -O`."""
    if not holds:
        raise InvariantBroken(claim)
