"""Versions of a programme: a batch answers as values do, one version is the plain programme, and equal versions are one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from guerdon.core.events import read_event
from guerdon.core.history import keep_ledger
from guerdon.core.programme import Programme
from guerdon.definition.timeline import check_folder
from tests.core.generated import written
from tests.parity.test_batch import in_batch, lay_down, one_by_one

Made = dict[str, Any]

HEAD: Made = {"format": 1, "programme": "p", "zone": "America/New_York", "currency": "USD"}
EVENTS: Made = {"purchase": {"lines": {"brand": "text", "quantity": {"type": "number", "default": 1}}}, "visit": {}}
DAYS = ("2024-01-01", "2024-03-10", "2024-07-01")
MOMENTS = (
    "2023-12-31T23:00:00-05:00", "2024-01-31T23:59:59-05:00", "2024-03-10T04:59:59+00:00", "2024-03-10T05:00:00+00:00",
    "2024-03-10T12:00:00-04:00", "2024-06-30T23:59:59-04:00", "2024-07-01T00:00:00-04:00", "2024-07-20T00:00:00-04:00",
    "2024-12-31T20:00:00-05:00", "2025-01-01T00:00:00-05:00", "2025-06-30T12:00:00-04:00",
)  # fmt: skip


@st.composite
def versions(draw: st.DrawFn, *, plain: bool = False) -> Made:
    """Return what one version says; a plain one needs no fold."""
    give = draw(st.sampled_from(["floor(eligible)", "eligible * 2", "floor(amount) + 5"]))
    rules: list[Made] = [
        {"id": "base", "give": give},
        {"id": "visit", "on": "visit", "give": draw(st.sampled_from([1, 7]))},
    ]
    said: Made = {"events": EVENTS, "units": {"points": {"decimals": 2}}, "rules": rules}
    if draw(st.booleans()):
        rules.append({"id": "lines", "per": "line", "where": "line.brand = 'Acme'", "give": "line.amount"})
        said["eligible"] = {"exclude": "line.brand = 'Bolt'"}
    if plain:
        return said
    said["metrics"] = {"spend": {"sum": draw(st.sampled_from(["amount", "eligible"])), "within": "year"}}
    levels = [{"id": "base", "from": 0}, {"id": "gold", "from": draw(st.sampled_from([60, 150]))}]
    said["ladders"] = [{"id": "tier", "by": "spend", "levels": levels}]
    said["multipliers"] = [{"id": "extra", "of": "base", "by": "case level when 'gold' then 1.5 else 1 end"}]
    rules[0]["limits"] = [
        {"points": draw(st.sampled_from([40, 300])), "every": draw(st.sampled_from(["month", "year"]))}
    ]
    said["units"]["points"]["expiry"] = draw(st.sampled_from([{"after": "2 months"}, {"after": "5 months"}]))
    said["units"]["points"]["cap"] = draw(st.sampled_from([100, 400]))
    said["rewards"] = [{"id": "cup", "price": draw(st.sampled_from(["20", "35"]))}]
    return said


PURCHASES = st.builds(
    lambda at, amount, brand: {"at": at, "amount": amount, "lines": [{"amount": amount, "brand": brand}]},
    st.sampled_from(MOMENTS), st.sampled_from(["0.50", "20", "99.99", "200"]), st.sampled_from(["Acme", "Bolt", "Core"]),
)  # fmt: skip
VISITS = st.builds(lambda at: {"at": at, "type": "visit", "lines": []}, st.sampled_from(MOMENTS))
CUPS = st.builds(lambda at: {"at": at, "type": "redemption", "reward": "cup", "lines": []}, st.sampled_from(MOMENTS))


@st.composite
def histories(draw: st.DrawFn, *, plain: bool = False) -> list[Made]:
    """Return events of two members, with refunds of some purchases."""
    kinds = PURCHASES | VISITS if plain else PURCHASES | VISITS | CUPS
    records: list[Made] = draw(st.lists(kinds, min_size=1, max_size=8))
    bought = [number for number, record in enumerate(records) if "amount" in record]
    for number in draw(st.lists(st.sampled_from(bought), max_size=2, unique=True)) if bought else []:
        refund = {"type": "refund", "refund_of": f"e{number}", "lines": [], "at": draw(st.sampled_from(MOMENTS))}
        records.append(refund | {"returns": number})
    found = []
    for number, record in enumerate(records):
        member = ("ana", "ben")[record.pop("returns", number) % 2]
        found.append({"id": f"e{number}", "member": member, "refund_of": None, "reward": None, "amount": 0} | record)
    return found


def lay_versions(folder: Path, said: Sequence[Made]) -> tuple[Programme, Any]:
    """Write each version into a folder, and return what it is as one programme."""
    for day, one in zip(DAYS, said, strict=False):
        (folder / f"{day}.yaml").write_text(written({**HEAD, "version": day, **one}), encoding="utf-8")
    checked = check_folder(folder)
    assert checked.programme is not None, checked.issues
    return checked.programme, checked


def answered(programme: Programme, records: Sequence[Mapping[str, Any]]) -> object:
    """Return every posting and standing of a history; limits and rules by their names."""
    events = [read_event(programme.terms, {**record, "source": "shop"}, default_id="") for record in records]
    kept = keep_ledger(programme, events)
    rows = [
        (row.kind, row.at, row.event, row.of, programme.rules[row.rule].name if row.kind == 0 else row.rule, row.desired, row.granted,
         programme.limits[row.limit].name if row.kind == 0 and row.limit >= 0 else row.limit, row.period, row.lot)
        for row in kept.effects
        if row.kind == 0
    ]  # fmt: skip
    return rows, {name: list(column) for name, column in kept.ledger.standings.columns().items()}


@settings(max_examples=25, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(
    said=st.lists(versions(), min_size=2, max_size=3) | st.lists(versions(plain=True), min_size=2, max_size=3),
    history=histories(),
)
def test_a_batch_over_versions_answers_as_values_do(
    said: list[Made], history: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("versions")
    programme, checked = lay_versions(folder, said)
    known = [record for record in history if record.get("type") in (None, "purchase", *programme.event_types)]
    assume(known)  # a file of events has one
    path = folder / "shop.jsonl"
    lay_down(path, known)
    expected = one_by_one(programme, [{**record, "source": "shop"} for record in known])
    folded, _ = in_batch(programme, checked.files, path, force_fold=False)
    assert folded == expected


@settings(max_examples=25, deadline=None)
@given(said=versions(), history=histories())
def test_versions_that_say_the_same_are_one(
    said: Made, history: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    one, _ = lay_versions(tmp_path_factory.mktemp("one"), [said])
    three, _ = lay_versions(tmp_path_factory.mktemp("three"), [said, said, said])
    assert answered(one, history) == answered(three, history)
    assert (len(one.versions), len(three.versions)) == (1, 3)


def test_a_timeline_of_one_version_is_the_plain_programme(tmp_path: Path) -> None:
    said = {"rules": [{"id": "spend", "give": "floor(eligible)"}], "units": {"points": {}}}
    programme, checked = lay_versions(tmp_path, [said])
    assert (programme.versions, programme.changes, checked.later) == (["2024-01-01"], [], ())
