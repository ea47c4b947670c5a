"""guerdon new, templates and schema: a programme to begin with, and what editors complete it by."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from guerdon.definition.shipped import Shipped

PROGRAMME_FILE: Final = "programme.yaml"
SCHEMA_FILE: Final = "programme.schema.json"

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_OWN_NAME: Final = re.compile(r"^programme:[ \t]*[^\s#]+", re.MULTILINE)
_SCHEMA_LINE: Final = re.compile(r"^# yaml-language-server:.*\n", re.MULTILINE)


@click.command(
    epilog="""\b
Examples:
  guerdon new my-shop --from coffee-card
  guerdon new programmes/my-shop --from grocery

\b
Editors that know YAML schemas (VS Code with the YAML extension, JetBrains, Neovim, Helix) complete the
programme from the schema file beside it."""
)
@click.argument("name")
@click.option("--from", "source", required=True, metavar="TEMPLATE", help="The shipped programme to begin with.")
def new(name: str, source: str) -> None:
    """Make a folder NAME with a programme of your own in it.

    The programme is a copy of the template with its comments, under the name you gave. Nothing is ever
    overwritten.
    """
    from guerdon.definition.shipped import template

    folder = Path(name)
    _check_name(folder.name)
    text = _renamed(template(source), folder.name)
    file = folder / PROGRAMME_FILE
    if file.exists():
        message = f"{file} is already there and is left as it is; choose another name"
        raise click.ClickException(message)
    completions = _schema_text()
    folder.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as made:
        made.write(text)
    if not (folder / SCHEMA_FILE).exists():
        (folder / SCHEMA_FILE).write_text(completions, encoding="utf-8")
    click.echo(f"{file} is yours, from the template {source}. Change it, then run: guerdon check {file}")


@click.command(epilog="\b\nExample:\n  guerdon templates")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def templates(*, as_json: bool) -> None:
    """List the shipped programmes."""
    from guerdon.definition.shipped import shipped

    found = shipped()
    if as_json:
        click.echo(json.dumps([{"name": one.name, "description": one.description()} for one in found], indent=2))
        return
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        click.echo(f"{one.name:<{width}}  {one.description()}".rstrip())


@click.command(epilog="\b\nExample:\n  guerdon schema > programme.schema.json")
def schema() -> None:
    """Print the JSON Schema of programme files.

    Editors complete and check a programme by it while it is written.
    """
    click.echo(_schema_text(), nl=False)


def _schema_text() -> str:
    from guerdon.definition.schema import programme_schema

    return json.dumps(programme_schema(), indent=2) + "\n"


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name):
        return
    slug = re.sub(r"[^a-z0-9_]+", "-", name.lower().removesuffix(".yaml")).strip("-")
    hint = f"try {slug}" if _NAME.fullmatch(slug) else "try my-shop"
    message = f"{name!r} is not a name; write small letters, digits, - and _, beginning with a letter: {hint}"
    raise click.UsageError(message)


def _renamed(source: "Shipped", name: str) -> str:
    """Return the template's text under another name, led by the line that tells editors its schema."""
    text = _SCHEMA_LINE.sub("", source.path.read_text(encoding="utf-8"))
    return f"# yaml-language-server: $schema={SCHEMA_FILE}\n" + _OWN_NAME.sub(f"programme: {name}", text, count=1)
