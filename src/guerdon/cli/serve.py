"""guerdon serve, publish and openapi: the programme as a service, and the reference of it."""

from typing import TYPE_CHECKING, Final

import click

from guerdon.cli.answering import Several, answer, listen
from guerdon.cli.screen import say, show_issues

if TYPE_CHECKING:
    from guerdon.definition.check import Checked
    from guerdon.store import Database

DATABASE: Final = "sqlite:///guerdon.db"
PORT: Final = 8080
MOST_PROCESSES: Final = 64
DATABASE_HELP: Final = "Where the books are: sqlite:///FILE or postgresql://..."

database_option = click.option(
    "--database",
    "url",
    default=DATABASE,
    show_default=True,
    metavar="URL",
    envvar="GUERDON_DATABASE",
    help=DATABASE_HELP,
)


@click.command(
    short_help="Serve a programme over HTTP.",
    epilog="""\b
Examples:
  guerdon serve --programme programme.yaml
  guerdon serve --database postgresql://localhost/shop --port 9000 --processes 4
  curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8080/v1/members/ana

\b
The reference is at /docs. SIGTERM and Ctrl-C stop it when everything that was accepted is answered.""",
)
@database_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", default=PORT, show_default=True, type=click.IntRange(0, 65_535), help="The port; 0 is a free one."
)
@click.option("--programme", "named", metavar="FILE", help="The programme to publish if nothing is published yet.")
@click.option(
    "--processes",
    default=1,
    show_default=True,
    type=click.IntRange(1, MOST_PROCESSES),
    help="So many processes answer at the address; on PostgreSQL, one a core.",
)
def serve(*, url: str, host: str, port: int, named: str | None, processes: int) -> None:
    """Serve a programme over HTTP: record events, redeem points, ask what members have. A worker in it posts what falls due.

    The database is made if there is none. The programme of FILE is published when the database has none of its
    name; later revisions are published by guerdon publish or over HTTP. When there is no key yet, one is made and
    shown this once.
    """
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import open_service_database
    from guerdon.store.database import PASSING

    several = processes > 1
    if several and url in PASSING:
        message = "--processes needs a database that several processes can open; one in memory is of one process"
        raise click.UsageError(message)
    with listen(host, port, several=several) as bound:
        database = open_service_database(url)
        try:
            programme = served_programme(database, _published(database, named))
            show_first_key(database, programme)
        except BaseException:
            database.close()
            raise
        if not several:
            answer(database, programme, bound)
            return
        database.close()
        if not Several(processes, url, programme, bound).run():
            raise click.exceptions.Exit(1)


@click.command(
    epilog="""\b
Examples:
  guerdon publish programme.yaml
  guerdon publish programmes/ --database postgresql://localhost/shop --note "gold from 500" """
)
@click.argument("file")
@database_option
@click.option("--note", default="", metavar="TEXT", help="Why it is published.")
def publish(file: str, *, url: str, note: str) -> None:
    """Check a programme and publish it: it is in force from the next event on.

    FILE is a file, a folder in which each file is a version, or the name of a shipped programme.
    """
    from guerdon.app.publishing import publish_checked
    from guerdon.app.service import now, open_service_database
    from guerdon.services.audit import COMMAND

    checked = _checked(file)
    database = open_service_database(url)
    try:
        made = publish_checked(database, checked, by=COMMAND, note=note, at=now())
    finally:
        database.close()
    for told in made.edited:
        say(f"{file}: {told}")
    click.echo(f"revision {made.revision} is in force")


@click.command(epilog="\b\nExample:\n  guerdon openapi > openapi.json")
def openapi() -> None:
    """Print the reference of the service as OpenAPI 3.1."""
    import json

    from guerdon.api.app import document

    click.echo(json.dumps(document(), indent=2))


def _checked(named: str) -> "Checked":
    from guerdon.definition.timeline import check_named

    checked = check_named(named)
    show_issues(checked.issues, err=True)
    if checked.programme is None:
        say(f"{named}: the programme is not published until this is right")
        raise click.exceptions.Exit(1)
    return checked


def _published(database: "Database", named: str | None) -> str:
    """Publish a programme when the database has none of its name, and return the name; empty when none was named."""
    if named is None:
        return ""
    from guerdon.app.publishing import publish_checked, served_programme
    from guerdon.app.service import now
    from guerdon.core.errors import NotFound
    from guerdon.services.audit import COMMAND

    checked = _checked(named)
    name = "" if checked.programme is None else checked.programme.name
    try:
        served_programme(database, name)
    except NotFound:
        made = publish_checked(database, checked, by=COMMAND, at=now())
        say(f"published {name}, revision {made.revision}")
    return name


def show_first_key(database: "Database", programme: int) -> None:
    """Make a key and show it, unless there is one."""
    from guerdon.app.service import now
    from guerdon.services.keys.make import SCOPES, MakeKey, make_key
    from guerdon.store import keys

    with database.view() as view:
        if keys.every(view, programme):
            return
    with database.work() as work:
        made = make_key(MakeKey(name="first", scopes=(SCOPES[-1],)), work, programme, at=now())
    click.echo(f"a key, shown this once: {made.secret}")
