"""What an event says that shared budgets granted it: names of what owns the budgets, each with a number."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from guerdon.core.errors import Invalid

_SHOWN: Final = 40
_DIGITS_MAX: Final = 30


def read_granted(stated: object) -> tuple[tuple[str, Decimal], ...]:
    """Return what was granted by name, from a mapping or a text like `spring=120; base=3`; nothing where nothing is said."""
    if stated is None or stated == "":
        return ()
    if isinstance(stated, Mapping):
        pairs = [(str(name), number) for name, number in stated.items()]
    else:
        pairs = [_pair(part) for part in str(stated).split(";") if part.strip()]
    return tuple(sorted([(name, _exact(name, number)) for name, number in pairs]))


def _pair(part: str) -> tuple[str, object]:
    name, equals, number = part.partition("=")
    if not equals or not name.strip():
        message = f"granted {part.strip()!r:.{_SHOWN}} is not NAME=NUMBER; write it like spring=120; base=3"
        raise Invalid(message)
    return name.strip(), number


def _exact(name: str, stated: object) -> Decimal:
    text = str(stated).strip()
    plain = text.replace(".", "", 1)
    if not plain.isascii() or not plain.isdigit() or len(text) > _DIGITS_MAX:
        message = (
            f"granted {name}={text:.{_SHOWN}} is not a number of points or times, 0 or more; write it like {name}=120"
        )
        raise Invalid(message)
    return Decimal(text)
