"""What happened to two accounts, folded over a file and as values: an hour or more between two events of one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from guerdon.definition.check import check_text
from tests.parity.test_batch import in_batch, lay_down, one_by_one

Made = dict[str, Any]

START = datetime(2024, 1, 29, 12, tzinfo=UTC)

few = settings(
    max_examples=8, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck)
)


def moments(draw: st.DrawFn) -> Iterator[Made]:
    """Yield events of which nothing is said yet but when they happen."""
    at = START
    for number in range(draw(st.integers(1, 12))):
        at += timedelta(hours=draw(st.sampled_from((1, 11, 24, 24 * 9, 24 * 31))))
        yield {"id": f"e{number:02d}", "at": at.isoformat(), "amount": 0}


def assert_files_earn_what_values_earn(
    programme: str, history: Sequence[Made], other: Sequence[Made], folder: Path
) -> None:
    """Give one account to Ana and one to Ben, and compare what a fold over a file makes of them with values."""
    checked = check_text(programme)
    assert checked.programme is not None, checked.issues
    records = [_of("ana", record) for record in history] + [_of("ben", record) for record in other]
    path = folder / "shop.jsonl"
    lay_down(path, records)
    expected = one_by_one(checked.programme, [{**record, "source": "shop"} for record in records])
    folded, engine = in_batch(checked.programme, checked.files, path, force_fold=False)
    assert engine == "fold"
    assert folded == expected


def _of(member: str, record: Made) -> Made:
    named = {**record, "member": member, "id": f"{member}-{record['id']}"}
    if record.get("reservation") is not None:
        named["reservation"] = f"{member}-{record['reservation']}"
    return named
