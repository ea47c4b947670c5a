"""A batch gives the points that rating event by event gives: by one query where no state is kept, by the fold always."""

import json
import os
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, rate
from guerdon.core.calendar import MONTH, month_name
from guerdon.core.effects import SIGNS
from guerdon.core.events import read_event
from guerdon.core.history import rate_events
from guerdon.core.programme import Programme
from guerdon.definition.check import check_text
from guerdon.definition.files import File
from guerdon.definition.issues import render
from tests.parity.programmes import histories, programmes

EXAMPLES = 1_000 if os.environ.get("GUERDON_PROOF") else 15

# A shrink would run hundreds of batches; the failing seed is printed and can be shrunk by hand.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)

Statement = dict[tuple[str, str, str], Decimal]


def compiled(programme: dict[str, Any]) -> tuple[Programme, tuple[File, ...]]:
    """Compile a programme as its file would be; JSON is YAML."""
    checked = check_text(
        json.dumps(programme).replace('"0.5"', "0.5").replace('"1.25"', "1.25").replace('"99.5"', "99.5")
    )
    assume(not any("2^62" in issue.what for issue in checked.errors))
    assert checked.programme is not None, [render(issue) for issue in checked.issues]
    return checked.programme, checked.files


def one_by_one(programme: Programme, records: list[dict[str, Any]]) -> Statement:
    """Rate events as values and sum them up as a statement does."""
    found: dict[tuple[str, str, str], int] = {}
    for answer in rate_events(programme, [read_event(programme.terms, one, default_id="") for one in records]):
        month = month_name(int(programme.zone.period_of(MONTH, answer.event.at)))
        for unit in programme.units:
            for label in (month, "total"):
                found.setdefault((answer.event.member, label, unit.name), 0)
        for effect in [effect for effect in answer.effects if SIGNS[effect.kind]]:
            unit = programme.units[effect.unit]
            for label in (month, "total"):
                found[answer.event.member, label, unit.name] += SIGNS[effect.kind] * effect.granted
    decimals = {unit.name: unit.decimals for unit in programme.units}
    return {key: Decimal(points).scaleb(-decimals[key[2]]) for key, points in found.items()}


def in_batch(programme: Programme, files: tuple[File, ...], path: Path, *, force_fold: bool) -> tuple[Statement, str]:
    """Rate a file and return its statement, and which way it was rated."""
    run = Run(programme=programme, files=files, inputs=Inputs((str(path),)), force_fold=force_fold)
    rated = rate(run)
    rows = list(rated.all_rows())
    keys = [(member, month, unit) for member, month, unit, _ in rows]
    assert keys == sorted(keys)
    return {key: Decimal(row[3]) for key, row in zip(keys, rows, strict=True)}, rated.engine


def lay_down(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(programme=programmes(limited=False), records=histories())
def test_a_programme_without_state_is_one_query_with_the_answers_of_the_fold(
    programme: dict[str, Any], records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ready, files = compiled(programme)
    path = tmp_path_factory.mktemp("history") / "shop.jsonl"
    lay_down(path, records)
    expected = one_by_one(ready, [{**record, "source": "shop"} for record in records])
    queried, engine = in_batch(ready, files, path, force_fold=False)
    assert engine == "query"
    assert queried == expected
    folded, engine = in_batch(ready, files, path, force_fold=True)
    assert engine == "fold"
    assert folded == expected


@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(programme=programmes(limited=True), records=histories(), order=st.randoms(use_true_random=False))
def test_a_fold_over_files_in_any_order_gives_what_rating_event_by_event_gives(
    programme: dict[str, Any], records: list[dict[str, Any]], order: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ready, files = compiled(programme)
    path = tmp_path_factory.mktemp("history") / "shop.jsonl"
    expected = one_by_one(ready, [{**record, "source": "shop"} for record in records])
    shuffled = list(records)
    order.shuffle(shuffled)
    lay_down(path, shuffled)
    folded, engine = in_batch(ready, files, path, force_fold=False)
    assert engine == "fold"
    assert folded == expected
