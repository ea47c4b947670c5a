"""What is recorded over HTTP and what a batch folds from files are the same books (T7): every member's balances, lots and levels."""

import json
import random
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from guerdon.definition.check import check
from guerdon.definition.shipped import shipped
from guerdon.services.books.due import post_due
from guerdon.store.statements import Query
from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine
from tests.parity.online import BALANCE, Account, Group, Made, history, told_by_files
from tests.parity.test_ledger import in_batch
from tests.proof.sizes import RELEASE, sized

ON_A_PUSH: Final = ("grocery", "starbucks-rewards", "sephora-beauty-insider", "adidas-adiclub", "kiehls-rewards-es")
NAMES: Final = [one.name for one in shipped() if RELEASE or one.name in ON_A_PUSH]
EVENTS: Final = sized(push=500, release=7_000)
"""How many events are recorded for each programme, on either database."""

_LOTS: Final = Query(
    "select l.account, u.name, r.name, e.id, l.original, l.remaining, l.spent, l.expired, l.reversed from lots l"
    " join terms u on u.programme = l.programme and u.id = l.unit"
    " join terms r on r.programme = l.programme and r.id = l.rule"
    " left join events e on e.programme = l.programme and e.account = l.account and e.number = l.made"
    # What a late event made untrue was taken off: such a lot has nothing left of it.
    " where l.original <> 0"
)


@pytest.mark.parametrize("name", NAMES)
def test_recorded_over_http_and_folded_from_files_accounts_stand_the_same(
    engine: Engine, tmp_path: Path, name: str
) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311 - a seed is no secret
    path = next(one.path for one in shipped() if one.name == name)
    checked = check(path)
    groups = history(checked, seed, EVENTS)
    with serving(engine.url, text=path.read_text(encoding="utf-8")) as served:
        recorded = [row for group in groups for row in record(served, group)]
        assert len(recorded) > EVENTS * 0.9, f"seed {seed}"
        online = told_online(served, {str(row["member"]) for row in recorded})
        as_of = served.guerdon.clock()
    columns = {key: None for row in recorded for key in row}
    (tmp_path / "till.jsonl").write_text("".join(json.dumps(columns | row) + "\n" for row in recorded))
    rows = in_batch(path.read_text(encoding="utf-8"), tmp_path / "till.jsonl", tmp_path / "books", as_of=as_of)
    files = told_by_files(rows)
    assert online.keys() == files.keys(), f"seed {seed}"
    assert {name for name in files if online[name] != files[name]} == set(), f"seed {seed}"


def record(served: Served, group: Group) -> list[Made]:
    """Record a group over HTTP, and return what was accepted as rows of a file; something may fall due before."""
    served.now[0] = group.at.isoformat()
    due(served)
    answer = served.post("/events/batch", {"events": group.records})
    assert answer.status_code == 200, answer.text
    told = zip(group.records, answer.json()["results"], strict=True)
    return [{**one, "recorded_at": served.now[0]} for one, result in told if result["status"] == 201]


def due(served: Served) -> None:
    """Post everything that is due."""
    while served.guerdon.write(lambda work, published, at: post_due(work, published, at=at)).result():
        pass


def told_online(served: Served, members: set[str]) -> dict[str, Account]:
    """Return where the accounts of members stand: balances and levels over HTTP, lots by the books."""
    found = {name: standing(served.get(f"/members/{name}").json()) for name in members}
    with served.guerdon.database.view() as view:
        rows = _LOTS.rows(view)
    programme = served.guerdon.read(lambda _view, published: published.programme).result()
    decimals = {unit.name: unit.decimals for unit in programme.units}
    for account, unit, rule, event, *split in rows:
        points = [Decimal(one).scaleb(-decimals[unit]) for one in split]
        found[account].lots[unit, rule, event, *points] += 1
    return found


def standing(told: Made) -> Account:
    """Return a standing as it is told over HTTP."""
    return Account(
        {one["unit"]: {word: Decimal(str(one[word])) for word in BALANCE} for one in told["balances"]},
        {
            one["ladder"]: {word: one[word] and datetime.fromisoformat(one[word]) for word in ("since", "until")}
            | {"level": one["level"]}
            for one in told["levels"]
        },
        Counter(),
    )
