"""guerdon demo."""

import click


@click.command()
def demo() -> None:
    """Show what Guerdon does, on a year of real groceries."""
