"""guerdon keys: who may call the service, for what, and until when."""

from datetime import UTC, datetime, timedelta
from typing import Final

import click

from guerdon.cli.serve import database_option

SCOPES_HELP: Final = (
    "What it is good for: events:write, members:read, members:write, redemptions:write, programme:write or admin."
)
_DAY_US: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

programme_option = click.option(
    "--programme", "name", default="", metavar="NAME", help="Which programme, if there are several."
)


@click.group(epilog="\b\nExample:\n  guerdon keys new till --scope events:write --days 365")
def keys() -> None:
    """Make, list and revoke the keys of those who call the service."""


@keys.command("new")
@click.argument("called")
@click.option("--scope", "scopes", multiple=True, required=True, metavar="SCOPE", help=SCOPES_HELP)
@click.option(
    "--days", type=click.IntRange(1, 36_500), metavar="N", help="After how many days it ends; else it does not."
)
@programme_option
@database_option
def new_key(*, called: str, scopes: tuple[str, ...], days: int | None, name: str, url: str) -> None:
    """Make a key CALLED so, and show it this once."""
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import now, open_service_database
    from guerdon.services.keys.make import MakeKey, make_key

    database, at = open_service_database(url), now()
    try:
        programme = served_programme(database, name)
        asked = MakeKey(name=called, scopes=scopes, expires_at=None if days is None else at + days * _DAY_US)
        with database.work() as work:
            made = make_key(asked, work, programme, at=at)
    finally:
        database.close()
    click.echo(f"{made.key.id}, shown this once: {made.secret}")


@keys.command("list")
@programme_option
@database_option
def list_keys(*, name: str, url: str) -> None:
    """List the keys, without what makes them work."""
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import open_service_database
    from guerdon.store import keys as kept

    database = open_service_database(url)
    try:
        programme = served_programme(database, name)
        with database.view() as view:
            found = kept.every(view, programme)
    finally:
        database.close()
    for key in found:
        ended = f"revoked {_day(key.revoked_at)}" if key.revoked_at is not None else _until(key.expires_at)
        used = "never used" if key.last_used_on is None else f"used {_day(key.last_used_on * _DAY_US)}"
        click.echo(f"{key.id}  {key.name}  {key.scopes}  {ended}  {used}")


@keys.command("revoke")
@click.argument("id_", metavar="ID")
@programme_option
@database_option
def revoke_key(*, id_: str, name: str, url: str) -> None:
    """End a key; running services know within seconds."""
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import now, open_service_database
    from guerdon.services.audit import COMMAND
    from guerdon.services.keys.revoke import revoke_key as revoke

    database = open_service_database(url)
    try:
        programme = served_programme(database, name)
        with database.work() as work:
            revoke(work, programme, id_, by=COMMAND, at=now())
    finally:
        database.close()
    click.echo(f"{id_} is revoked")


def _until(at: int | None) -> str:
    return "for ever" if at is None else f"until {_day(at)}"


def _day(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).date().isoformat()
