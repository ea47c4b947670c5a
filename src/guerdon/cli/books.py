"""guerdon worker, verify and database: what falls due is posted, all is derived anew and compared, and a role may serve it."""

import signal

import click

from guerdon.cli.screen import say
from guerdon.cli.serve import database_option

_SHOWN = 20


@click.command(epilog="\b\nExample:\n  guerdon worker --database postgresql://localhost/shop")
@database_option
@click.option("--once", is_flag=True, help="Do what there is to do now, and end.")
def worker(*, url: str, once: bool) -> None:
    """Post what falls due, and seal what was posted, until stopped.

    guerdon serve does this too; run as many workers beside it as you like.
    """
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import now, open_service_database
    from guerdon.worker.loop import Round, Worker

    def told(done: Round) -> None:
        recorded = f", {done.celebrations:,} celebrations recorded" if done.celebrations else ""
        say(f"{done.accounts:,} accounts posted, {done.sealed:,} journals sealed{recorded}")

    database = open_service_database(url)
    try:
        working = Worker(database, served_programme(database, ""), now)
        if once:
            told(working.round())
            return
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda _signal, _frame: working.stopped.set())
        working.run(told)
    finally:
        database.close()


@click.command(epilog="\b\nExample:\n  guerdon verify --database sqlite:///guerdon.db")
@database_option
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="How many processes; one per core unless stated."
)
def verify(*, url: str, processes: int | None) -> None:
    """Derive all books, standings and hashes anew, and compare them with what is kept. Nothing is written.

    The exit status is 1 when something does not agree.
    """
    from guerdon.app.publishing import served_programme
    from guerdon.app.service import now, open_service_database
    from guerdon.app.verifying import verify_books
    from guerdon.services.books.verify import COVERED, NOT_COVERED

    database = open_service_database(url)
    try:
        programme = served_programme(database, "")
        found = verify_books(database, programme, at=now(), processes=processes)
    finally:
        database.close()
    click.echo(
        f"{found.accounts:,} accounts, {found.events:,} events, {found.journals:,} journals, {found.seals:,} seals; "
        f"{found.unsealed:,} journals are not sealed yet"
    )
    click.echo(f"compared: {'; '.join(COVERED)}")
    click.echo(f"not covered: {'; '.join(NOT_COVERED)}")
    for one in found.findings[:_SHOWN]:
        click.echo(f"account {one.account}: {one.what}" if one.account else one.what)
    if found.findings:
        click.echo(f"{len(found.findings):,} findings")
        raise click.exceptions.Exit(1)
    click.echo("everything agrees")


@click.group(epilog="\b\nExample:\n  guerdon database grant till --database postgresql://owner@localhost/shop")
def database() -> None:
    """Who may do what with the database, beside who owns it."""


@database.command("grant")
@click.argument("role")
@database_option
def grant_role(*, role: str, url: str) -> None:
    """Let a ROLE of PostgreSQL serve the books: it adds to them, changes nothing that is in them, and makes no tables.

    The address is that of the tables' owner, and brings them to what this Guerdon knows. Do it again after an upgrade.
    """
    from guerdon.store import open_database

    opened = open_database(url)
    try:
        opened.migrate()
        opened.grant(role)
    finally:
        opened.close()
    click.echo(f"{role} may serve the books")
