"""guerdon explain: every point of a member accounted for, in sentences."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guerdon.cli.reading import load_programme, read_inputs, reading_options
from guerdon.cli.screen import progress

if TYPE_CHECKING:
    from guerdon.core.history import Answer


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
@click.option("--why-not", is_flag=True, help="Also say why each of the other rules gave nothing.")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def explain(  # noqa: PLR0913 - a command has this many options
    *,
    programme: str,
    events: tuple[str, ...],
    member: str,
    event_id: str | None,
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
    from guerdon.batch.rate import Run, history_of_member
    from guerdon.core.explain import explain as explain_answers
    from guerdon.core.explain import sentences
    from guerdon.core.history import rate_events

    inputs = read_inputs(events, mapping, currency, zone)
    loaded, files, later = load_programme(programme)
    run = Run(
        programme=loaded,
        files=files,
        later=later,
        inputs=inputs,
        out=None,
        by=("member", "month"),
        unit=None,
        bad_rows=bad_rows,
        memory=memory,
        processes=1,
    )
    with progress(wanted=not no_progress) as tell:
        tell(f"looking for {member}", None)
        history = history_of_member(run, member)
    answers = _chosen(rate_events(loaded, history), member, event_id)
    explanation = explain_answers(loaded, answers)
    if event_id is not None:
        explanation = replace(explanation, sums=())
    if as_json:
        click.echo(json.dumps(_exact(asdict(explanation)), indent=2))
        return
    lines = sentences(explanation, refusals=why_not or event_id is not None)
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


def _exact(value: object) -> object:
    """Return data for JSON: whole numbers as numbers, others as text."""
    from guerdon.cli.statement import as_number

    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(one) for one in value]
    return as_number(value)
