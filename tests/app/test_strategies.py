"""A strategy of one's own earns like a rule of the programme: handed in, or installed under the entry point group."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import guerdon
from guerdon import Fact, Strategy, Transaction
from guerdon.app.rating import Events

EXERCISE = guerdon.load("three-month-exercise")

PROGRAMME = """\
format: 1
programme: own
zone: America/New_York
currency: USD
units: {points: {}}
rules:
  - {id: spend, strategy: reward, with: {from: 50, twice_from: 100}}
examples:
  - given: [{at: 2026-01-05, amount: 120}, {at: 2026-01-05, amount: 120.75}]
    expect: {points: 180}  # 50 + 2 x 20, twice: cents do not count
"""


class RewardStrategy(Strategy):
    """Two points for every whole dollar over 100, one for every whole dollar from 50 to 100."""

    def points(self, transaction: Fact) -> int:
        dollars = int(transaction.amount)
        return 2 * max(dollars - 100, 0) + min(max(dollars - 50, 0), 50)


def _own(strategy: type[Strategy], text: str = PROGRAMME) -> guerdon.Programme:
    return guerdon.loads(text.partition("examples:")[0], strategies={"reward": strategy})


@pytest.mark.parametrize(
    ("amount", "points"), [("120", 90), ("120.75", 90), ("50", 0), ("51", 1), ("100", 50), ("200", 250)]
)
def test_the_exercise_as_a_class_gives_what_the_exercise_gives(amount: str, points: int) -> None:
    transactions = [Transaction("t1", "ana", "2026-01-05", amount)]
    own = guerdon.loads(PROGRAMME, strategies={"reward": RewardStrategy})
    assert guerdon.rate(own, transactions).total() == guerdon.rate(EXERCISE, transactions).total() == points


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.dates(date(2026, 1, 1), date(2026, 4, 30)), st.integers(-5_000, 30_000))
    )
)
def test_on_any_history_the_class_and_the_programme_agree(history: list[tuple[str, date, int]]) -> None:
    records = [
        Transaction(number, member, at, Decimal(cents).scaleb(-2)) for number, (member, at, cents) in enumerate(history)
    ]
    assert guerdon.rate(_own(RewardStrategy), records).rows == guerdon.rate(EXERCISE, records).rows


def test_a_strategy_can_be_asked_by_itself() -> None:
    assert RewardStrategy().points(Transaction("t1", "ana", "2026-01-05", 120)) == 90  # type: ignore[arg-type]  # it reads alike


SEES = """\
format: 1
programme: sees
zone: America/New_York
currency: USD
units: {points: {decimals: 2}}
events:
  purchase:
    attributes:
      channel: {type: text}
      tip: {type: money, default: 0}
      weight: {type: number, decimals: 3, optional: true}
      guests: {type: number, default: 1}
      booked: {type: date, optional: true}
      gift: {type: boolean, default: false}
    lines:
      brand: {type: text}
      quantity: {type: number, default: 1}
rules:
  - {id: own, strategy: reward, with: {brand: Acme, rate: 0.5}}
"""

SALE = {
    "id": "p1", "member": "ana", "at": "2026-01-05T14:30:00", "discount": "2.00", "channel": "app", "tip": "1.50",
    "weight": "0.250", "booked": "2026-01-02", "lines": [{"amount": "30", "brand": "Acme", "quantity": 2}, {"amount": "10", "brand": "Other"}],
}  # fmt: skip


class Looking(Strategy):
    """Notes what it sees; gives half a point for every dollar of one brand."""

    seen: dict[str, Any]

    def points(self, transaction: Fact) -> Decimal:
        names = (
            "type",
            "amount",
            "eligible",
            "gross",
            "discount",
            "channel",
            "tip",
            "weight",
            "guests",
            "booked",
            "gift",
            "hour",
            "weekday",
            "month",
        )
        Looking.seen = {name: getattr(transaction, name) for name in names}
        Looking.seen["lines of lines"] = [line.lines for line in transaction.lines]
        own = [line.amount for line in transaction.lines if line.brand == self.settings["brand"] and line.quantity > 1]
        return sum(own, Decimal(0)) * Decimal(str(self.settings["rate"]))


@pytest.mark.parametrize(
    "form",
    [list, lambda events: pd.DataFrame([one | {"gift": False, "guests": 1} for one in events])],
    ids=["mappings", "pandas"],
)
def test_a_strategy_sees_exact_amounts_days_and_attributes_by_name(
    form: Callable[[list[dict[str, Any]]], Events],
) -> None:
    statement = guerdon.rate(guerdon.loads(SEES, strategies={"reward": Looking}), form([SALE]))
    assert statement.total() == Decimal("15.00")
    assert Looking.seen == {
        "type": "purchase", "amount": Decimal("38.00"), "eligible": Decimal("38.00"), "gross": Decimal("40.00"), "discount": Decimal("2.00"), "channel": "app",
        "tip": Decimal("1.50"), "weight": Decimal("0.250"), "guests": 1, "booked": date(2026, 1, 2), "gift": False,
        "hour": 14, "weekday": 1, "month": 1, "lines of lines": [(), ()],
    }  # fmt: skip


class Wrong(Strategy):
    """Answers whatever it was told to."""

    answer: Any = None

    def points(self, transaction: Fact) -> int:
        transaction.lines  # noqa: B018 - reading is free
        return self.answer  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (1.5, "gave 1.5"), (-1, "gave -1"), (True, "gave True"), (None, "gave None"), (Decimal("NaN"), "of at least 0"),
        (Decimal("Infinity"), "of at least 0"), (Decimal("0.5"), "with more than 0 decimals"), (10**16, "bound it"),
        (Decimal("1." + "0" * 40 + "1"), "with more than 0 decimals"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_number_of_points_is_refused(
    monkeypatch: pytest.MonkeyPatch, answer: object, told: str
) -> None:
    monkeypatch.setattr(Wrong, "answer", answer)
    for events in (
        [{"member": "ana", "at": "2026-01-05", "amount": 5}],
        pd.DataFrame([{"member": "ana", "at": "2026-01-05", "amount": 5}]),
    ):
        with pytest.raises(guerdon.Invalid, match=r"Wrong\.points") as refused:
            guerdon.rate(_own(Wrong), events)
        assert told in str(refused.value)


class Slipping(Strategy):
    """Asks for what is not there."""

    def points(self, transaction: Fact) -> int:
        return int(transaction.amuont)


def test_a_slip_in_a_strategy_is_told_with_what_it_could_have_asked_for() -> None:
    with pytest.raises(
        guerdon.Invalid, match=r"Slipping\.points failed .*a fact has no amuont; there are amount, "
    ) as refused:
        guerdon.rate(_own(Slipping), [Transaction("t1", "ana", "2026-01-05", 1)])
    assert refused.value.__cause__ is not None or refused.value.__context__ is not None


class Changing(Strategy):
    """Tries to change what it is shown."""

    def points(self, transaction: Fact) -> int:
        transaction.amount = Decimal(1_000)  # type: ignore[misc]
        return 1


def test_a_strategy_cannot_change_what_it_sees() -> None:
    with pytest.raises(guerdon.Invalid, match=r"Changing\.points failed .*AttributeError"):
        guerdon.rate(_own(Changing), [Transaction("t1", "ana", "2026-01-05", 1)])


def test_a_strategy_without_points_says_so() -> None:
    with pytest.raises(guerdon.Invalid, match="Strategy does not say how many points"):
        guerdon.rate(_own(Strategy), [Transaction("t1", "ana", "2026-01-05", 1)])


def test_an_example_that_does_not_come_out_keeps_the_strategy_from_running() -> None:
    class Half(RewardStrategy):
        def points(self, transaction: Fact) -> int:
            return super().points(transaction) // 2

    with pytest.raises(guerdon.Invalid, match="expects 180 points in all, and the rules give 90"):
        guerdon.loads(PROGRAMME, strategies={"reward": Half})


MODULE = """
from guerdon import Strategy

class Sevens(Strategy):
    def points(self, transaction):
        return self.settings["points"] if int(transaction.amount) % 7 == 0 else 0

class Failing(Strategy):
    def __init__(self, settings):
        raise ValueError("no licence")

def not_one(settings):
    return 7
"""
ENTRIES = """
[guerdon.strategies]
sevens = {module}:Sevens
failing = {module}:Failing
not_one = {module}:not_one
gone = {module}:Gone
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a small distribution that offers strategies."""
    module = "sevens_of_tests"
    info = tmp_path / "sevens-1.0.dist-info"
    info.mkdir()
    (tmp_path / f"{module}.py").write_text(MODULE, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sevens\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRIES.format(module=module), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop(module, None)


LUCKY = (
    PROGRAMME.partition("rules:")[0]
    + "rules:\n  - {id: lucky, strategy: sevens, with: {points: 77}, limits: [{points: 100, every: month}]}\n"
)
HISTORY = [
    {"id": str(n), "member": f"m{n % 3}", "at": f"2026-01-{n % 28 + 1:02}", "amount": f"{n}.50"} for n in range(1, 60)
]


@pytest.mark.usefixtures("installed")
def test_an_installed_strategy_rates_files_and_iterables_alike(tmp_path: Path) -> None:
    """Every seventh amount earns 77; a member's month has room for 100."""
    programme = guerdon.loads(LUCKY)
    file = tmp_path / "history.csv"
    pd.DataFrame(HISTORY).to_csv(file, index=False)
    by_file = guerdon.rate(programme, file)
    assert by_file.rows == guerdon.rate(programme, HISTORY).rows == guerdon.rate(programme, pd.DataFrame(HISTORY)).rows
    assert {row.member: row.points for row in by_file} == {"m0": 100, "m1": 100, "m2": 100}
    explanation = guerdon.explain(programme, file, member="m0")
    assert [one.points for one in explanation.sums] == [100, 100]


@pytest.mark.usefixtures("installed")
def test_the_command_finds_an_installed_strategy_too(tmp_path: Path) -> None:
    (tmp_path / "lucky.yaml").write_text(LUCKY, encoding="utf-8")
    pd.DataFrame(HISTORY).to_csv(tmp_path / "history.csv", index=False)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "guerdon", "rate", "lucky.yaml", "history.csv", "--no-progress"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "m1,total,points,100" in done.stdout


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "told"),
    [("sevns", "did you mean 'sevens'?"), ("failing", "no licence"), ("not_one", "guerdon.Strategy"), ("gone", "Gone")],
)
def test_a_strategy_that_cannot_be_had_is_told_at_its_place(name: str, told: str) -> None:
    with pytest.raises(guerdon.Invalid) as refused:
        guerdon.loads(LUCKY.replace("sevens", name))
    assert str(refused.value).startswith("programme.yaml:7:")
    assert told in str(refused.value)


@pytest.mark.usefixtures("installed")
def test_a_strategy_handed_in_goes_before_an_installed_one() -> None:
    one = guerdon.loads(LUCKY, strategies={"sevens": RewardStrategy})
    assert guerdon.rate(one, [Transaction("t1", "ana", "2026-01-05", 120)]).total() == 90
