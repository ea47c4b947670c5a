"""The programme in force: what it names, and how a new revision of it is published."""

from typing import Final

from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import RevisionBody
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_RUN
from guerdon.api.problems import Refusing
from guerdon.api.replies import Reply, shown
from guerdon.definition.check import Checked, check_text
from guerdon.definition.issues import Issue, render
from guerdon.services.once import Answered
from guerdon.services.programmes.publish import publish
from guerdon.services.published import Published
from guerdon.store.database import Work


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


class RevisionShown(Struct, kw_only=True):
    """A revision that is in force now, and what its author should know about it."""

    programme: str
    revision: int
    warnings: list[str]


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
    """Tell the programme's name, revision, units, rewards and levels."""
    return shown(await asking.read(request, lambda _view, published, _at: _shown(published)))


@offer(
    "/programme/revisions",
    Operation(
        id="publishRevision",
        summary="Publish a revision",
        tag="programme",
        scope=WRITE_SCOPE,
        body=RevisionBody,
        body_example=examples.REVISION,
        answers={201: Answer(about="It is in force.", kind=RevisionShown, example=examples.PUBLISHED)},
        codes=("programme_invalid", "refused"),
        parameters=(DRY_RUN,),
        named=True,
    ),
)
async def publish_revision(request: Asked) -> Reply:
    """Publish a programme's file, which is in force from the next event on; its mistakes are told at their places."""
    sent = await asking.body_of(request, most=asking.LARGE_BYTES)
    body = bodies.read(RevisionBody, sent)
    by = asking.by(request)
    checked = await asking.waiting_of(request).on(asking.guerdon_of(request).look(lambda _view: _checked(body.text)))

    def published(work: Work, before: Published, at: int) -> Answered:
        _, revision = publish(work, before.programme.name, checked.files, checked.later, by=by, note=body.note, at=at)
        warnings = [render(issue) for issue in checked.issues]
        shown = RevisionShown(programme=before.programme.name, revision=revision, warnings=warnings)
        return asking.kept(shown, asking.CREATED)

    return await asking.command(request, sent, published)


def _checked(text: str) -> Checked:
    checked = check_text(text)
    if checked.programme is None:
        detail = f"{len(checked.errors)} things are wrong with the programme"
        raise Refusing(code="programme_invalid", detail=detail, issues=[_issue(issue) for issue in checked.errors])
    return checked


def _issue(issue: Issue) -> dict[str, object]:
    return {
        "severity": issue.severity, "code": issue.code, "file": issue.place.file, "line": issue.place.line,
        "column": issue.place.column, "what": issue.what, "try_this": issue.try_this,
    }  # fmt: skip


def _shown(published: Published) -> ProgrammeShown:
    programme = published.programme
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
    )
