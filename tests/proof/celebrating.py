"""The paths by which birthdays come into the books."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from guerdon.services.celebrations.record import record_due
from guerdon.services.members.find import Profile
from guerdon.store import events
from tests.proof.writing import NOW, Path
from tests.services.shop import Shop


def _day(number: int) -> datetime:
    """Return the birthday of the member of a number: each has a day of their own."""
    return datetime.fromisoformat(NOW) + timedelta(days=number)


def _born(shop: Shop, number: int) -> None:
    assert isinstance(shop.enrol(f"m{number}", born_on=_day(number).date().replace(year=1990)), Profile)


def _celebrates(shop: Shop, number: int) -> Callable[[], list[str]]:
    """Let a worker go on until it has come to a member's birthday; return how to look what was celebrated, afterwards."""
    shop.now = _day(number).isoformat()
    with shop.database.work() as work:
        record_due(work, shop.publishing.current(work), "birthday", owner="worker", at=shop.at())
    return lambda: _celebrated(shop, number)


def _celebrated(shop: Shop, number: int) -> list[str]:
    with shop.database.view() as view:
        return [row.id for row in events.of_account(view, 1, f"m{number}") if row.type == "birthday"]


def _is_celebrated(found: object, number: int) -> bool:
    return callable(found) and found() == [f"birthday-2026-m{number}"]


def _joins_on_it(shop: Shop, number: int) -> Callable[[], list[str]]:
    shop.enrol(f"m{number}", born_on=date(1990, 6, 1))
    return lambda: _celebrated(shop, number)


CELEBRATING_PATHS: Final = (
    Path("a birthday", _born, _celebrates, _is_celebrated),
    Path("an enrolment on a birthday", lambda _shop, _number: None, _joins_on_it, _is_celebrated),
)
"""Every path by which birthdays come into the books."""
