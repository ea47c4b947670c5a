"""How late an event is still accepted, counted in the programme's days."""

from datetime import UTC, datetime

import pytest

from guerdon.core.errors import Invalid
from guerdon.core.events.lateness import AS_OF_NOW, Lateness
from guerdon.core.metrics import Length
from guerdon.definition.zones import load_zone

NEW_YORK = load_zone("America/New_York")


def instant(text: str) -> int:
    return int((datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000


HAPPENED = instant("2017-03-10T23:00:00-05:00")
LAST = instant("2017-03-13T23:59:59-04:00")
TOO_LATE = instant("2017-03-14T00:00:00-04:00")


def test_any_event_is_accepted_unless_the_programme_says_how_late() -> None:
    assert Lateness(NEW_YORK).counts_at(HAPPENED, instant("2027-01-01T00:00:00+00:00")) == HAPPENED


def test_an_event_is_accepted_up_to_the_end_of_the_last_day() -> None:
    three_days = Lateness(NEW_YORK, accept=Length(days=3), text="3 days")
    assert three_days.ends(HAPPENED) == TOO_LATE
    assert three_days.counts_at(HAPPENED, LAST) == HAPPENED
    with pytest.raises(Invalid, match=r"recorded later than the programme accepts \(3 days\);"):
        three_days.counts_at(HAPPENED, TOO_LATE)


def test_a_later_event_may_count_as_of_when_it_was_recorded() -> None:
    lateness = Lateness(NEW_YORK, accept=Length(days=3), beyond=AS_OF_NOW)
    assert [lateness.counts_at(HAPPENED, at) for at in (LAST, TOO_LATE)] == [HAPPENED, TOO_LATE]
