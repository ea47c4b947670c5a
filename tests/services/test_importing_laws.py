"""A law of importing: some of a history imported and the rest recorded leaves what recording all of it leaves."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from guerdon.core.facts import KINDS
from guerdon.services.answers import Recorded, Refusal
from tests.services.importing import imported, net, passing, written
from tests.services.shop import Shop
from tests.services.test_laws import FREE_STOCK, Made, histories

EXAMPLES = 500 if os.environ.get("GUERDON_PROOF") == "1" else 6


def in_time(record: Made) -> tuple[str, int, str]:
    return str(record["at"]), KINDS[record.get("type", "purchase")], str(record["id"])


def told(answer: Recorded | Refusal) -> Recorded | Refusal:
    """Return an answer without the number of its journal: what came late was posted as a difference there, and in its place here.

    Nor with its balances: they are as of what fell due and is posted, and an import posts what is due by now.
    """
    return replace(answer, journal=0, balances=()) if isinstance(answer, Recorded) else answer


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories(), st.integers(0, 9))
def test_what_is_imported_and_what_is_recorded_make_the_same_books(history: list[Made], cut: int) -> None:
    early, late = sorted(history[: cut + 1], key=in_time), history[cut + 1 :]
    with passing() as one, passing() as other, tempfile.TemporaryDirectory() as folder:
        importing, recording = Shop(one, FREE_STOCK), Shop(other, FREE_STOCK)
        found = imported(importing, written(Path(folder), early, "early.jsonl"), bad_rows=Path(folder) / "bad.csv")
        answers = [recording.record(record)[0] for record in early]
        refused = sum(isinstance(answer, Refusal) for answer in answers)
        assert (found.recorded, found.refused) == (len(early) - refused, refused)
        recording.post_due()
        for record in late:
            answers.append(recording.record(record)[0])
            assert told(importing.record(record)[0]) == told(answers[-1])
        # What came late may have fallen due since as well.
        importing.post_due()
        recording.post_due()
        assert not importing.verify().findings
        for account in sorted({answer.account for answer in answers if isinstance(answer, Recorded)}):
            assert net(importing, account) == net(recording, account)
            assert importing.stand(account) == recording.stand(account)
