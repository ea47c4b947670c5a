"""Revisions of the programme: published, listed, and taken back."""

from typing import Final

from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import RevisionBody, RollbackBody
from guerdon.api.instants import to_api
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_RUN, REVISION
from guerdon.api.problems import Refusing
from guerdon.api.replies import Reply, shown
from guerdon.definition.check import Checked, check_files, check_text
from guerdon.definition.files import File
from guerdon.definition.issues import Issue, render
from guerdon.definition.timeline import join
from guerdon.services.once import Answered
from guerdon.services.programmes.publish import publish, roll_back
from guerdon.services.published import Published
from guerdon.store import revisions
from guerdon.store.database import View, Work
from guerdon.store.revisions import Revision

READ_SCOPE: Final = "members:read"
WRITE_SCOPE: Final = "programme:write"
_DIGITS_MAX: Final = 9


class RevisionShown(Struct, kw_only=True):
    """A revision that is in force now, and what its author should know about it."""

    programme: str
    revision: int
    warnings: list[str]


class RevisionLine(Struct, kw_only=True):
    """A revision as it stands in the list: when it was published, by whom, why, and which one it went back to."""

    revision: int
    published_at: str
    published_by: str
    note: str
    files: list[str]
    back_to: int | None


class Revisions(Struct, kw_only=True):
    """All revisions, the newest first; the first of them is in force."""

    revisions: list[RevisionLine]


@offer(
    "/programme/revisions",
    Operation(
        id="revisions",
        summary="All revisions of the programme",
        tag="programme",
        scope=READ_SCOPE,
        answers={200: Answer(about="The revisions.", kind=Revisions, example=examples.REVISIONS)},
    ),
)
async def list_revisions(request: Asked) -> Reply:
    """Tell what was published when, by whom and why, the newest first."""

    def found(view: View, published: Published, _at: int) -> Revisions:
        return Revisions(revisions=[_line(one) for one in reversed(revisions.every(view, published.id))])

    return shown(await asking.read(request, found))


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
        codes=("programme_invalid", "refused", "notice_needed"),
        parameters=(DRY_RUN,),
        named=True,
    ),
)
async def publish_revision(request: Asked) -> Reply:
    """Publish a programme, which is in force from the next event on; its mistakes are told at their places.

    It is one text, or the files of each of its versions; a version that says a later day takes effect then. What takes something
    away from members has the notice that the programme in force promises.
    """
    sent = await asking.body_of(request, most=asking.LARGE_BYTES)
    body = bodies.read(RevisionBody, sent)
    by = asking.by(request)
    checked = await asking.waiting_of(request).on(asking.guerdon_of(request).look(lambda _view: _checked(body)))

    def published(work: Work, before: Published, at: int) -> Answered:
        made = publish(work, before.programme.name, checked.files, checked.later, by=by, note=body.note, at=at)
        warnings = [*(render(issue) for issue in checked.issues), *made.edited]
        shown = RevisionShown(programme=before.programme.name, revision=made.revision, warnings=warnings)
        return asking.kept(shown, asking.CREATED)

    return await asking.command(request, sent, published)


@offer(
    "/programme/revisions/{revision:str}/rollback",
    Operation(
        id="rollBack",
        summary="Publish an earlier revision again",
        tag="programme",
        scope=WRITE_SCOPE,
        body=RollbackBody,
        body_example={"note": "gold was too cheap"},
        answers={201: Answer(about="It is in force again.", kind=RevisionShown, example=examples.ROLLED_BACK)},
        codes=("revision_unknown", "refused"),
        parameters=(REVISION, DRY_RUN),
        named=True,
    ),
)
async def roll_back_to(request: Asked) -> Reply:
    """Put an earlier revision in force again, as a revision of its own; nothing that was published is taken away.

    It needs no notice, as it gives members what they had been told before.
    """
    sent = await asking.body_of(request)
    body = bodies.read(RollbackBody, sent)
    by, stated = asking.by(request), asking.named(request, "revision")
    number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) <= _DIGITS_MAX else 0

    def rolled_back(work: Work, before: Published, at: int) -> Answered:
        revision = roll_back(work, before.id, number, by=by, note=body.note, at=at)
        shown = RevisionShown(programme=before.programme.name, revision=revision, warnings=[])
        return asking.kept(shown, asking.CREATED)

    return await asking.command(request, sent, rolled_back)


def _checked(body: RevisionBody) -> Checked:
    if bool(body.text) == bool(body.versions):
        raise Refusing(code="body_invalid", detail="state either text or versions")
    versions = [[File(file.name, file.text) for file in files] for files in body.versions]
    checked = join([check_files(files) for files in versions]) if versions else check_text(body.text)
    if checked.programme is None:
        detail = f"{len(checked.errors)} things are wrong with the programme"
        raise Refusing(code="programme_invalid", detail=detail, issues=[_issue(issue) for issue in checked.errors])
    return checked


def _issue(issue: Issue) -> dict[str, object]:
    return {
        "severity": issue.severity, "code": issue.code, "file": issue.place.file, "line": issue.place.line,
        "column": issue.place.column, "what": issue.what, "try_this": issue.try_this,
    }  # fmt: skip


def _line(one: Revision) -> RevisionLine:
    return RevisionLine(
        revision=one.revision,
        published_at=to_api(one.published_at),
        published_by=one.published_by,
        note=one.note,
        files=sorted(one.files),
        back_to=one.replaces,
    )
