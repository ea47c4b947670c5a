"""guerdon audit: who enrolled and changed members, published revisions, made and revoked keys."""

from typing import Final

import click

from guerdon.cli.keys import programme_option
from guerdon.cli.serve import database_option

LAST: Final = 20
MOST: Final = 10_000


@click.command(epilog="\b\nExample:\n  guerdon audit --last 100 --database postgresql://localhost/shop")
@click.option(
    "--last", default=LAST, show_default=True, type=click.IntRange(1, MOST), metavar="N", help="How many deeds to tell."
)
@programme_option
@database_option
def audit(*, last: int, name: str, url: str) -> None:
    """Tell who did what, the newest first: when, by which key, to what, and by which request.

    Of members it names what was changed, never the values. Events are in the journals of their accounts.
    """
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import open_service_database
    from guerdon.services.facts import moment
    from guerdon.store import audit as kept

    database = open_service_database(url)
    try:
        programme = served_programme(database, name)
        with database.view() as view:
            found = kept.page(view, programme, limit=last)
    finally:
        database.close()
    for deed in found:
        told = [moment(deed.at).isoformat(timespec="seconds"), deed.actor, deed.verb, deed.subject, deed.body]
        click.echo("  ".join([*told, deed.request_id]).rstrip())
