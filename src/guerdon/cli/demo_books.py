"""The demo's books: the year imported into a database of its own, and served as of the year's end."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from guerdon.cli.imports import show_imported
from guerdon.cli.screen import progress

if TYPE_CHECKING:
    from guerdon.batch.rate import Run

DATABASE: Final = "grocery.db"
HOST: Final = "127.0.0.1"
_MICROSECONDS: Final = 1_000_000


def keep(run: "Run", into: Path) -> Path:
    """Import what a run rated into the books of a service, and return the database."""
    from guerdon.app.imports.importing import Import, import_files
    from guerdon.app.publishing import publish_checked
    from guerdon.app.service import open_service_database
    from guerdon.definition.timeline import check_named
    from guerdon.services.audit import COMMAND

    at = run.as_of or 0
    path = into / DATABASE
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    click.echo(click.style(f"\nThe year in the books of a service, {path}", bold=True))
    with closing(open_service_database(_url(path))) as database:
        checked = check_named(run.programme.name)
        programme = publish_checked(database, checked, by=COMMAND, at=at).programme
        with progress(wanted=True) as tell:
            imported = import_files(database, programme, Import(inputs=run.inputs), at=at, progress=tell)
    show_imported(imported, None)
    return path


def serve(path: Path, run: "Run", port: int, household: str) -> None:
    """Serve the books until a signal stops it; the service's clock goes on from the end of the year."""
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import open_service_database
    from guerdon.cli.answering import answer, listen
    from guerdon.cli.serve import show_first_key

    with listen(HOST, port) as listening:
        database = open_service_database(_url(path))
        programme = served_programme(database)
        at = f"http://{HOST}:{listening.getsockname()[1]}"
        click.echo(click.style("\nThe service, as of the end of 2017", bold=True))
        show_first_key(database, programme)
        click.echo(f"  the reference: {at}/docs")
        click.echo(f'  a household:   curl -H "Authorization: Bearer KEY" {at}/v1/members/{household}')
        click.echo("  Ctrl-C stops it")
        answer(database, programme, listening, clock=_from(run.as_of or 0))


def _from(at: int) -> Callable[[], int]:
    """Return a clock that shows an instant now, and goes on from there."""
    began = time.monotonic()
    return lambda: at + int((time.monotonic() - began) * _MICROSECONDS)


def _url(path: Path) -> str:
    return f"sqlite:///{path}"
