"""Where the work on a celebration stands: at which local day, in each of the zones in which members live (S14).

Invariants:
* The days of a zone are gone through one after the other, by its own clocks, so that none is left out however far zones are apart:
  Kiritimati may be two days ahead of Pago Pago.
* A zone in which nobody lived when it was last looked begins with the day that it was there then: whoever came to live there since
  has had what they had until then.
"""

from typing import Any

import msgspec

from guerdon.core.calendar import Zone
from guerdon.core.celebrations import Celebration
from guerdon.definition.zones import load_zone
from guerdon.services.published import Published
from guerdon.store import members
from guerdon.store.database import View
from guerdon.store.members import NOWHERE, MemberRow


class Standing(msgspec.Struct):
    """When it was last looked where members live, and at which day each zone is, and behind which member of it.

    NOWHERE is the zone of the programme.
    """

    looked_at: int
    zones: dict[str, list[Any]]

    def day_in(self, name: str, zone: Zone) -> int:
        """Return the day at which a zone is: none before it was looked into."""
        place = self.zones.get(name)
        return zone.day_of(self.looked_at) if place is None else int(place[0])


def begun(published: Published, *, at: int) -> Standing:
    """Return where the work begins: with the day that it is."""
    return Standing(at, {NOWHERE: [published.programme.zone.day_of(at)]})


def read(published: Published, text: str) -> Standing:
    """Return where a job stands; one of the programme's zone alone says no more than at which day, and behind whom."""
    found = msgspec.json.decode(text)
    if isinstance(found, list):
        # It looked at the beginning of the last day that it did, or later.
        return Standing(published.programme.zone.day_start(found[0] - 1), {NOWHERE: found})
    return msgspec.convert(found, Standing)


def write(published: Published, name: str, standing: Standing) -> str:
    """Return where a celebration's job stands, to be read again."""
    said = standing if published.programme.is_local(name) else standing.zones[NOWHERE]
    return msgspec.json.encode(said).decode()


def look(view: View, published: Published, name: str, standing: Standing, *, at: int) -> Standing:
    """Return where the work on a celebration stands in the zones in which members live now.

    Where all have their days by the programme's zone again, it goes back to what was not done in each of the others.
    """
    ours = standing.zones[NOWHERE]
    if not published.programme.is_local(name):
        first = min(place[0] for place in standing.zones.values())
        return Standing(at, {NOWHERE: ours if ours[0] <= first else [first]})
    lived_in = {one: [standing.day_in(one, load_zone(one))] for one in members.zones(view, published.id)}
    return Standing(at, {NOWHERE: ours, **{one: standing.zones.get(one, begins) for one, begins in lived_in.items()}})


def due(published: Published, standing: Standing, *, at: int) -> list[str]:
    """Return the zones of which a day up to now is not done."""
    return [one for one, place in standing.zones.items() if place[0] <= zone_named(published, one).day_of(at)]


def zone_named(published: Published, name: str) -> Zone:
    """Return the zone of a name, NOWHERE that of the programme."""
    return published.programme.zone if name == NOWHERE else load_zone(name)


def zone_of(published: Published, celebration: Celebration, row: MemberRow) -> Zone:
    """Return the zone by which a member has the days of a celebration."""
    return zone_named(published, (row.zone or NOWHERE) if celebration.is_local else NOWHERE)
