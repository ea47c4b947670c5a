"""Words for what a programme file says, as a comparison of two versions shows them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from guerdon.core.explain.wording import each, money, one_line, plain
from guerdon.definition.spec import LimitSpec

EVER: Final = "ever"

_WORDS: Final = {None: "not said", True: "true", False: "false"}


def written(value: object) -> str:
    """Return a value of the file as text."""
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {written(one)}' for key, one in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return ", ".join(written(one) for one in value) or "nothing"
    return one_line(str(value)) or "nothing"


def counted(number: Decimal | int, unit: str) -> str:
    """Return so many of a unit: 1 point, 2 points."""
    return f"{plain(Decimal(number))} {unit.removesuffix('s') if number == 1 else unit}"


def amount(number: Decimal, currency: str | None) -> str:
    """Return an amount: of money in its currency, or a plain number when there is none."""
    return plain(number) if currency is None else money(number, currency)


def rate(number: Decimal, unit: str, currency: str | None, *, whole: bool) -> str:
    """Return what a band gives: 1 point a dollar, or nothing."""
    if not number:
        return "nothing"
    per = "for each 1" if currency is None else each(currency)
    return f"{counted(number, unit)} {per}{' of everything' if whole else ''}"


def stretch(above: Decimal, until: Decimal | None, currency: str | None) -> str:
    """Return a part of an amount: from $50 to $100."""
    if until is not None:
        return f"{'up' if not above else f'from {amount(above, currency)}'} to {amount(until, currency)}"
    return f"above {amount(above, currency)}" if above else "on everything"


def limit(spec: LimitSpec, unit: str) -> str:
    """Return a limit: 200 points per member and month."""
    return f"{most(spec, unit)} per {spec.per} {period(spec)}"


def most(spec: LimitSpec, unit: str) -> str:
    """Return the number of a limit: 200 points, or 4 times."""
    if spec.times is None:
        return counted(spec.points or 0, unit)
    return "once" if spec.times == 1 else f"{spec.times} times"


def period(spec: LimitSpec) -> str:
    """Return the period of a limit, after who it is for."""
    if spec.every is None:
        return f"in {spec.rolling_days} days"
    return EVER if spec.every == EVER else f"and {spec.every}"


def listed(names: list[str]) -> str:
    """Return names in a row: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
