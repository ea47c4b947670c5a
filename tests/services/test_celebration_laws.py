"""Whatever a zone does to its days, each has its birthdays once, at its first instant (T9).

Worked by hand: there was no midnight on 4 November 2018 in São Paulo, whose first instant was 01:00 by its clocks, 03:00 UTC; and
no 30 December 2011 in Apia, so that whoever was born on a 30 December had their birthday as the 31st began, 10:00 UTC.
"""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from guerdon.definition.zones import read_zone, zone_names
from guerdon.store import Database, events, members, open_database
from guerdon.store.members import ENROLLED, MemberRow
from guerdon.worker.loop import Worker
from tests.proof.sizes import sized
from tests.services.shop import HEAD, Shop

TEXT = (
    HEAD + "units: {points: {}}\nrules: [{id: gift, on: birthday, give: 1}]\ncelebrations: {birthday: {of: born_on}}\n"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
AROUND = 2
"""So many days before and after a change of the clocks are looked at."""

ODD = (
    ("America/Sao_Paulo", date(2018, 11, 4)), ("Asia/Beirut", date(2022, 3, 27)), ("Pacific/Apia", date(2011, 12, 30)),
    ("Africa/Cairo", date(2014, 9, 26)),
)  # fmt: skip
MORE = sized(push=2, release=400)
"""So many changes of the clocks are looked at beside the odd ones, of zones that chance chooses."""


def changes() -> list[tuple[str, date]]:
    """Return zones, each with a day on which its clocks were changed, or one of 2026 where they were not."""
    chance = random.Random(2026)  # noqa: S311 - chance is no secret
    found = []
    for name in chance.sample(sorted(zone_names()), k=min(MORE, 400)):
        zone, year = read_zone(name), chance.randrange(1975, 2037)
        days = [datetime(year, 1, 1, 12, tzinfo=zone) + n * DAY for n in range(365)]
        changed = [one for one in days if one.utcoffset() != (one - DAY).replace(tzinfo=zone).utcoffset()]
        found.append((name, (changed or days)[0].date()))
    return found


def first_instant(zone: ZoneInfo, day: date) -> datetime:
    """Return when a day begins: where its midnight is left out, as that would have been by the offset before."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(("name", "changed"), [*ODD, *changes()])
def test_each_day_has_its_birthdays_once_at_its_first_instant(name: str, changed: date) -> None:
    days = [changed + n * DAY for n in range(-AROUND, AROUND + 1)]
    database = open_database(":memory:")
    try:
        database.migrate()
        shop = Shop(database, TEXT.replace("Europe/Paris", name))
        born_on(database, days)
        work_through(shop, days, random.Random(f"{name} {changed}"))  # noqa: S311 - chance is no secret
    finally:
        database.close()


def work_through(shop: Shop, days: list[date], chance: random.Random) -> None:
    """Let two workers look now and then, and see each time that what was due is there and nothing else."""
    first = {day: first_instant(shop.zone, day) for day in days}
    workers = [Worker(shop.database, 1, shop.at) for _ in range(2)]
    now = first[days[0]]
    due: dict[str, datetime] = {}
    while len(due) < len(days):
        shop.now = now.isoformat()
        chance.choice(workers).round()
        due = {f"birthday-{day.year}-m{day}": first[day] for day in days if first[day] <= now}
        assert recorded(shop.database, days) == due
        now += timedelta(minutes=chance.choice([1, 30, 60, 61, 600]))


def born_on(database: Database, days: list[date]) -> None:
    """Let somebody be born on each of some days, who joined long before."""
    rows = [
        MemberRow(f"m{day}", f"m{day}", ENROLLED, 0, None, day.replace(year=1960).isoformat(), "{}", 0) for day in days
    ]
    with database.work() as work:
        members.add(work, 1, rows)


def recorded(database: Database, days: list[date]) -> dict[str, datetime]:
    """Return what was recorded, and when it is in the books."""
    with database.view() as view:
        rows = [row for day in days for row in events.of_account(view, 1, f"m{day}")]
    assert len({row.id for row in rows}) == len(rows)
    return {row.id: EPOCH + timedelta(microseconds=row.at) for row in rows}
