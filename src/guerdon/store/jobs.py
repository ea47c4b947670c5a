"""Jobs of a day, done once, and imports; each says how far it came, so that another process goes on from there. And purges.

Invariant: a job is one process's until its lease ends; whoever finds the lease ended may take it over.
"""

import secrets
from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import select

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.tables import imports, jobs, meta

RUNNING: Final = "running"
DONE: Final = "done"

STANDING: Final = 0
"""The day of a job that goes on from day to day."""

_PURGE: Final = "purge"
_TOKEN_BYTES: Final = 8


class Job(NamedTuple):
    """A job of a local day (since 1970): how far it came, in words of its own, and whose it is until when."""

    name: str
    day: int
    state: str
    done_to: str
    owner: str
    leased_until: int


class Import(NamedTuple):
    """A load of history: how many rows are done with, how many of them were bad; `body` is JSON of its own."""

    id: str
    state: str
    done_to: int
    rows: int
    bad_rows: int
    body: str
    created_at: int
    updated_at: int


def claim(work: Work, programme: int, job: Job, *, at: int) -> Job | None:
    """Begin a job, or go on with one whose lease has ended: return how far it came, or nothing if it is done or another's."""
    row = {"programme": programme, **job._asdict()}
    if ordinary.add_if_new(work, jobs, row):
        return job
    key = _key(programme, job)
    query = ordinary.chosen(jobs, Job._fields).where(ordinary.matches(jobs, key)).with_for_update()
    there = Job(*ordinary.rows_of(work, query)[0])
    if there.state == DONE or (there.leased_until > at and there.owner != job.owner):
        return None
    taken = there._replace(owner=job.owner, leased_until=job.leased_until)
    ordinary.change(work, jobs, key, taken._asdict())
    return taken


def save(work: Work, programme: int, job: Job) -> bool:
    """Write how far a job came; say whether it is still its owner's."""
    return ordinary.change(work, jobs, {**_key(programme, job), "owner": job.owner}, job._asdict())


def of_day(view: View, programme: int, day: int) -> list[Job]:
    """Return the jobs of a day."""
    query = ordinary.chosen(jobs, Job._fields).where(ordinary.matches(jobs, {"programme": programme, "day": day}))
    return [Job(*row) for row in ordinary.rows_of(view, query.order_by(jobs.c.name))]


def standing(view: View, programme: int, name: str) -> Job | None:
    """Return a job that goes on from day to day, as it stands; None before it was begun."""
    key = {"programme": programme, "name": name, "day": STANDING}
    query = ordinary.chosen(jobs, Job._fields).where(ordinary.matches(jobs, key))
    return next((Job(*row) for row in ordinary.rows_of(view, query)), None)


def hold(work: Work, programme: int, names: Iterable[str]) -> None:
    """Let nobody go on with jobs that go on from day to day until the end of the work; those that were not begun are left out."""
    key = {"programme": programme, "day": STANDING}
    query = ordinary.chosen(jobs, ["name"]).where(ordinary.matches(jobs, key), jobs.c.name.in_(sorted(names)))
    ordinary.rows_of(work, query.order_by(jobs.c.name).with_for_update())


def begin_import(work: Work, programme: int, row: Import) -> Import:
    """Begin an import, or return how far the one of that id came."""
    if ordinary.add_if_new(work, imports, {"programme": programme, **row._asdict()}):
        return row
    there = read_import(work, programme, row.id)
    return row if there is None else there


def save_import(work: Work, programme: int, row: Import) -> bool:
    """Write how far an import came, in the transaction of what it loaded; say whether there is one."""
    return ordinary.change(work, imports, {"programme": programme, "id": row.id}, row._asdict())


def read_import(view: View, programme: int, id_: str) -> Import | None:
    """Return an import."""
    key = {"programme": programme, "id": id_}
    query = ordinary.chosen(imports, Import._fields).where(ordinary.matches(imports, key))
    return next((Import(*row) for row in ordinary.rows_of(view, query)), None)


def ask_for_purge(work: Work) -> None:
    """Ask for what was deleted to be gone from the files too, in the transaction of its deletion."""
    ordinary.take_away(work, meta, {"name": _PURGE})
    ordinary.add(work, meta, [{"name": _PURGE, "value": secrets.token_hex(_TOKEN_BYTES)}])


def purge_wanted(view: View) -> str | None:
    """Return by what the purge is known that was asked for last and is not done."""
    found = view.connection.execute(select(meta.c.value).where(meta.c.name == _PURGE)).scalar_one_or_none()
    return None if found is None else str(found)


def note_purged(work: Work, asked: str) -> None:
    """Note that a purge is done, unless another was asked for meanwhile."""
    ordinary.take_away(work, meta, {"name": _PURGE, "value": asked})


def _key(programme: int, job: Job) -> dict[str, object]:
    return {"programme": programme, "name": job.name, "day": job.day}
