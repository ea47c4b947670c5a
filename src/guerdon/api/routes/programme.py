"""The programme in force: what it names, and how a new revision of it is published."""

from typing import Final

from msgspec import Struct

from guerdon.api import asking, examples
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.replies import Reply, shown
from guerdon.core.lots.adjustments import Reason
from guerdon.core.lots.transfers import Transfer
from guerdon.core.programme import Unit
from guerdon.services.answers import Points
from guerdon.services.answers import shown as written
from guerdon.services.published import Published


class UnitShown(Struct, kw_only=True):
    """A unit of points, and how many decimals it has."""

    name: str
    decimals: int


class RewardShown(Struct, kw_only=True):
    """A reward on offer, and what it costs as the programme says it."""

    id: str
    title: str
    unit: str
    terms: str


class ReasonShown(Struct, kw_only=True):
    """A reason for which points are given or taken off by hand: how many at most, and above how many two persons are needed."""

    id: str
    title: str
    unit: str
    max: Points | None
    approve_above: Points | None


class TransferShown(Struct, kw_only=True):
    """A way in which members pass points on: how many at least and at most, and whether a message may go with them."""

    id: str
    title: str
    unit: str
    min: Points | None
    max: Points | None
    message: bool


class LevelShown(Struct, kw_only=True):
    """A level of a ladder."""

    id: str
    title: str


class LadderShown(Struct, kw_only=True):
    """A ladder, with its levels from the lowest on."""

    id: str
    levels: list[LevelShown]


class ProgrammeShown(Struct, kw_only=True):
    """The programme in force: its revision, and what callers name of it."""

    name: str
    title: str
    revision: int
    versions: list[str]
    zone: str
    currency: str
    event_types: list[str]
    units: list[UnitShown]
    rewards: list[RewardShown]
    ladders: list[LadderShown]
    adjustments: list[ReasonShown]
    transfers: list[TransferShown]


READ_SCOPE: Final = "members:read"
WRITE_SCOPE: Final = "programme:write"


@offer(
    "/programme",
    Operation(
        id="programme",
        summary="The programme in force",
        tag="programme",
        scope=READ_SCOPE,
        answers={200: Answer(about="What it names.", kind=ProgrammeShown, example=examples.PROGRAMME)},
    ),
)
async def show_programme(request: Asked) -> Reply:
    """Tell the programme's name, revision, units, rewards, levels, for which reasons points are adjusted, and how members pass them on."""
    return shown(await asking.read(request, lambda _view, published, at: _shown(published, at)))


def _shown(published: Published, at: int) -> ProgrammeShown:
    programme = published.programme
    terms = programme.redeeming_at(at)
    reasons = [] if terms is None or terms.adjusting is None else terms.adjusting.reasons
    transfers = [] if terms is None or terms.transferring is None else terms.transferring.transfers
    return ProgrammeShown(
        name=programme.name,
        title=programme.title,
        revision=published.revision,
        versions=programme.versions,
        zone=programme.zone.name,
        currency=programme.currency,
        event_types=sorted(programme.event_types),
        units=[UnitShown(name=unit.name, decimals=unit.decimals) for unit in programme.units],
        rewards=[
            RewardShown(id=one.name, title=one.title, unit=programme.units[one.unit].name, terms=one.text)
            for one in programme.rewards
        ],
        ladders=[
            LadderShown(id=one.name, levels=[LevelShown(id=level.name, title=level.title) for level in one.levels])
            for one in programme.ladders
        ],
        adjustments=[_reason(programme.units[one.unit], one) for one in reasons],
        transfers=[_transfer(programme.units[one.unit], one) for one in transfers],
    )


def _reason(unit: Unit, one: Reason) -> ReasonShown:
    most, above = (_written(points, unit) for points in (one.most, one.approve_above))
    return ReasonShown(id=one.name, title=one.title, unit=unit.name, max=most, approve_above=above)


def _transfer(unit: Unit, one: Transfer) -> TransferShown:
    least, most = (_written(points, unit) for points in (one.least, one.most))
    return TransferShown(id=one.name, title=one.title, unit=unit.name, min=least, max=most, message=one.message)


def _written(points: int | None, unit: Unit) -> Points | None:
    return None if points is None else written(points, unit.decimals)
