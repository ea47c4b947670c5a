"""The dates of members from which their celebrations are counted: which one counts in a year, and what a change does to that.

Invariants:
* In each year one date counts at most: what a change brings counts from the next year on, what was there before until then.
* A date that was taken away counts no more, and one that is given in its stead does from the next year on.
"""

from guerdon.core.calendar import Zone, civil, days_from_civil, month_length, parse_date
from guerdon.core.celebrations import JOINED, Celebration
from guerdon.store.members import MemberRow, Stretch


def born_again(row: MemberRow, born_on: str | None, *, year: int) -> MemberRow:
    """Return a member whose day of birth is another one, or none, from a local year on."""
    if born_on == row.born_on:
        return row
    if row.born_on is None:
        return row._replace(born_on=born_on)
    if born_on is None:
        return row._replace(born_on=None, born_before=None, born_from=year + 1)
    counts = _born(row, year)
    if born_on == counts:
        return row._replace(born_on=born_on, born_before=None, born_from=None)
    return row._replace(born_on=born_on, born_before=counts, born_from=year + 1)


def day_of(row: MemberRow, celebration: Celebration, zone: Zone, *, year: int) -> int | None:
    """Return the day of a member's celebration in a year; None where there is none."""
    born_on = _born(row, year)
    if celebration.of == JOINED:
        return celebration.of_year(zone.day_of(row.enrolled_at), year)
    return None if born_on is None else celebration.of_year(parse_date(born_on), year)


def latest(row: MemberRow, celebration: Celebration, zone: Zone, today: int) -> int | None:
    """Return the last day of a member's celebration up to a day; of this year or the last, else None."""
    year = civil(today)[0]
    found = [day_of(row, celebration, zone, year=one) for one in (year, year - 1)]
    return next((day for day in found if day is not None and day <= today), None)


def stretches(celebration: Celebration, zone: Zone, day: int, *, since: int) -> list[Stretch]:
    """Return where the members are found whose celebration may be on a day, of whom the first joined at the instant `since`."""
    dates = celebration.dates_of(day)
    if celebration.of == JOINED:
        years = range(civil(zone.day_of(since))[0], civil(day)[0])
        joined = [
            days_from_civil(year, month, of_month)
            for year in years
            for month, of_month in dates
            if of_month <= month_length(year, month)
        ]
        return [Stretch("enrolled_at", zone.day_start(date), zone.day_start(date + 1)) for date in joined]
    texts = [f"{month:02d}-{of_month:02d}" for month, of_month in dates]
    return [Stretch(by, text, f"{text}~") for text in texts for by in ("born_on", "born_before")]


def _born(row: MemberRow, year: int) -> str | None:
    """Return the day of birth that counts in a year."""
    return row.born_on if row.born_from is None or year >= row.born_from else row.born_before
