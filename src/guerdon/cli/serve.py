"""guerdon serve, publish and openapi: the programme as a service, and the reference of it."""

import signal
import socket
from typing import TYPE_CHECKING, Final

import click

from guerdon.cli.screen import say, show_issues

if TYPE_CHECKING:
    from guerdon.definition.check import Checked
    from guerdon.store import Database

DATABASE: Final = "sqlite:///guerdon.db"
PORT: Final = 8080
STOPS_SECONDS: Final = 30
BACKLOG: Final = 1024
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
  guerdon serve --database postgresql://localhost/shop --port 9000
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
def serve(*, url: str, host: str, port: int, named: str | None) -> None:
    """Serve a programme over HTTP: record events, redeem points, ask what members have. A worker in it posts what falls due.

    The database is made if there is none. The programme of FILE is published when the database has none of its
    name; later revisions are published by guerdon publish or over HTTP. When there is no key yet, one is made and
    shown this once.
    """
    from guerdon.api.app import make_app
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import Guerdon, now, open_service_database
    from guerdon.worker.loop import Worker

    with socket.create_server((host, port), family=_family(host), backlog=BACKLOG) as listening:
        database = open_service_database(url)
        try:
            programme = served_programme(database, _published(database, named))
            show_first_key(database, programme)
        except BaseException:
            database.close()
            raise
        guerdon = Guerdon(database, programme)
        working = Worker(database, programme, now)
        guerdon.closes(working.close)
        working.start()
        run(make_app(guerdon), listening)


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


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def run(app: object, listening: socket.socket) -> None:
    """Serve until a signal stops it."""
    import uvicorn

    from guerdon.app.service import let_threads_take_turns

    let_threads_take_turns()
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application, as two libraries describe it
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=STOPS_SECONDS,
        backlog=BACKLOG,
    )
    # The server gives signals back when it has stopped: then there is nothing left for them to end.
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda _signal, _frame: None)
    host, port = listening.getsockname()[:2]
    at = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    say(f"serving at {at}/v1, the reference is at {at}/docs")
    uvicorn.Server(config).run(sockets=[listening])
    say("stopped; everything that was accepted is answered")
