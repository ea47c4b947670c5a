"""guerdon explain: every point of a member accounted for, in sentences."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guerdon.cli.reading import AS_OF_HELP, load_programme, read_as_of, read_history, read_inputs, reading_options
from guerdon.cli.table import exact

if TYPE_CHECKING:
    from guerdon.core.events import Event
    from guerdon.core.explain import Explanation, Story
    from guerdon.core.history import Answer
    from guerdon.core.programme import Programme


@click.command(
    short_help="Explain every point of a member.",
    epilog="""\b
Examples:
  guerdon explain programme.yaml purchases.csv --member 2241
  guerdon explain grocery purchases.parquet --member 2241 --event 4711
  guerdon explain programme.yaml purchases.csv --member 2241 --json | jq '.sums'

\b
With --event, rules that gave nothing say why; --why-not says it for every event.""",
)
@click.argument("programme")
@click.argument("events", nargs=-1, required=True, metavar="EVENTS...")
@click.option("--member", required=True, metavar="M", help="The member whose points to explain.")
@click.option("--event", "event_id", metavar="ID", help="Only this event; those before it count nevertheless.")
@click.option("--as-of", metavar="T", help=AS_OF_HELP)
@click.option("--why-not", is_flag=True, help="Also say why each of the other rules gave nothing.")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def explain(  # noqa: PLR0913 - a command has this many options
    *,
    programme: str,
    events: tuple[str, ...],
    member: str,
    event_id: str | None,
    as_of: str | None,
    why_not: bool,
    mapping: tuple[str, ...],
    currency: str | None,
    zone: str | None,
    bad_rows: Path | None,
    memory: str | None,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Explain the points of a member: from event to rule to band to limit to rounding.

    The numbers of each event add up to its points, and these to what `guerdon rate` says, to the smallest
    part.
    """
    from guerdon.core.explain import explain as explain_answers
    from guerdon.core.history import rate_events

    loaded = load_programme(programme)
    inputs = read_inputs(events, mapping, currency, zone)
    at = read_as_of(as_of, loaded.programme)
    history = read_history(loaded, inputs, member, at=at, bad_rows=bad_rows, memory=memory, quiet=no_progress)
    answers = _chosen(rate_events(loaded.programme, history), member, event_id)
    explanation = explain_answers(loaded.programme, answers)
    if event_id is not None:
        explanation = replace(explanation, sums=())
    stories = _stories(loaded.programme, history, at)
    if as_json:
        shown = asdict(explanation) | {"accounts": [asdict(story) for story in stories]}
        click.echo(json.dumps(exact(shown), indent=2))
        return
    _print(loaded.programme, explanation, stories, refusals=why_not or event_id is not None)


def _stories(programme: "Programme", history: "Sequence[Event]", at: int | None) -> "tuple[Story, ...]":
    """Return what became of the points of every account of a history, where a programme keeps lots."""
    from guerdon.core.explain import stories_of
    from guerdon.core.history import keep_ledger

    return stories_of(programme, keep_ledger(programme, history, at)) if programme.keeps_lots else ()


def _print(programme: "Programme", explanation: "Explanation", stories: "Sequence[Story]", *, refusals: bool) -> None:
    from guerdon.core.explain import left_lines, sentences

    lines = sentences(explanation, refusals=refusals, stories=stories)
    for story in stories if explanation.sums else ():
        lines += ["", *left_lines(programme.zone, story)]
    click.echo("\n".join(lines).rstrip())


def _chosen(answers: "Sequence[Answer]", member: str, event_id: str | None) -> "list[Answer]":
    """Return the member's own answers, or the one that was asked for."""
    own = [answer for answer in answers if answer.event.member == member]
    if not own:
        message = f"member {member} has no event in these files; check the name, and --map member=... if it is called otherwise"
        raise click.ClickException(message)
    chosen = [answer for answer in own if event_id in (None, answer.event.id)]
    if not chosen:
        from guerdon.definition.issues import suggest

        ids = [answer.event.id for answer in own]
        hint = suggest(event_id or "", ids) or f"the member has {len(ids):,} events, the first is {ids[0]}"
        message = f"member {member} has no event {event_id}; {hint}"
        raise click.ClickException(message)
    return chosen
