"""What an event says that shared budgets granted it: names of what owns the budgets, each with a number.

A number with a plus, like `120+`, was granted whole, and the budget had more: another limit may have cut, this one did not.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from guerdon.core.errors import Invalid

_MORE: Final = "+"
_SHOWN: Final = 40
_DIGITS_MAX: Final = 30


class Grant(NamedTuple):
    """What a budget granted an event, in points or times, and whether there was `more` of it to be had."""

    name: str
    number: Decimal
    more: bool = False

    def shown(self) -> str:
        """Return the number as it is written on the event."""
        return f"{self.number}{_MORE if self.more else ''}"


def read_granted(stated: object) -> tuple[Grant, ...]:
    """Return what was granted by name, from a mapping or a text like `spring=120+; base=3`; nothing where nothing is said."""
    if stated is None or stated == "":
        return ()
    if isinstance(stated, Mapping):
        pairs = [(str(name), number) for name, number in stated.items()]
    else:
        pairs = [_pair(part) for part in str(stated).split(";") if part.strip()]
    return tuple(sorted([_grant(name, number) for name, number in pairs]))


def _pair(part: str) -> tuple[str, object]:
    name, equals, number = part.partition("=")
    if not equals or not name.strip():
        message = f"granted {part.strip()!r:.{_SHOWN}} is not NAME=NUMBER; write it like spring=120; base=3"
        raise Invalid(message)
    return name.strip(), number


def _grant(name: str, stated: object) -> Grant:
    said = str(stated).strip()
    text = said.removesuffix(_MORE)
    plain = text.replace(".", "", 1)
    if not plain.isascii() or not plain.isdigit() or len(text) > _DIGITS_MAX:
        message = (
            f"granted {name}={said:.{_SHOWN}} is not a number of points or times, 0 or more; write it like {name}=120"
        )
        raise Invalid(message)
    return Grant(name, Decimal(text), more=said != text)
