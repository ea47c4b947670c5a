"""Programmes of a database: which one is served, and how a file becomes the revision in force."""

from guerdon.core.errors import Invalid, NotFound
from guerdon.definition.check import Checked
from guerdon.definition.issues import render
from guerdon.services.audit import By
from guerdon.services.programmes.publish import Publication, publish
from guerdon.store import Database, programmes, revisions


def publish_checked(database: Database, checked: Checked, *, by: By, note: str = "", at: int) -> Publication:
    """Publish what was checked, and return what came of it. Invalid says what is wrong with it."""
    if checked.programme is None:
        raise Invalid("\n".join(render(issue) for issue in checked.errors))
    with database.work() as work:
        return publish(work, checked.programme.name, checked.files, checked.later, by=by, note=note, at=at)


def served_programme(database: Database, name: str = "") -> int:
    """Return the number of the programme of a name, or of the only one; NotFound when nothing is published."""
    with database.view() as view:
        found = {
            called: number
            for number, called in programmes.names(view).items()
            if revisions.newest_number(view, number) is not None
        }
    if name:
        if name not in found:
            message = f"the programme {name!r} is not published in this database"
            raise NotFound(message)
        return found[name]
    if not found:
        message = "no programme is published in this database yet; name one with --programme FILE"
        raise NotFound(message)
    if len(found) > 1:
        message = f"this database has several programmes, {', '.join(sorted(found))}; say which with --programme"
        raise Invalid(message)
    return next(iter(found.values()))
